import { useState } from "react";
import { useSocketEvent, useWebSocket } from "./WebSocketContext";

interface Credits {
  id: string;
  candidateId: string;
  credits: number;
  delta: number;
  reason: string;
  version: number;
  snapshot?: boolean;
}

interface Notification {
  id: string;
  title: string;
}

const SHOWN = 20;

export function Dashboard() {
  const { live, recovered } = useWebSocket();
  const [credits, setCredits] = useState<number | null>(null);
  const [history, setHistory] = useState<Credits[]>([]);
  const [notifications, setNotifications] = useState<Notification[]>([]);

  useSocketEvent<Credits>("credit-updated", (told) => {
    setCredits(told.credits);
    // How it stands in the beginning is no change.
    if (!told.snapshot) setHistory((before) => [told, ...before].slice(0, SHOWN));
  });
  // Who never had credits gets no credit-updated in the beginning.
  useSocketEvent<unknown>("snapshot", () => setCredits((before) => before ?? 0));
  useSocketEvent<Notification>("notification", (told) => {
    setNotifications((before) => [told, ...before].slice(0, SHOWN));
  });

  return (
    <main>
      <header>
        <h1>Credits</h1>
        <span className={live ? "state live" : "state away"} data-recovered={recovered}>
          {live ? "Live" : "Connecting"}
        </span>
      </header>
      <output aria-live="polite">{credits ?? "…"}</output>
      {history.length === 0 && <p className="empty">No changes since you came.</p>}
      <ul aria-label="Changes">
        {history.map((each) => (
          <li key={each.id}>
            <span>{each.reason || "Without a reason"}</span>
            <strong>{each.delta > 0 ? `+${each.delta}` : each.delta}</strong>
          </li>
        ))}
      </ul>
      <ul aria-label="Notifications">
        {notifications.map((each) => (
          <li key={each.id}>{each.title}</li>
        ))}
      </ul>
    </main>
  );
}
