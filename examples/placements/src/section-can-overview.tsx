/** The overview on a candidate's dashboard: the credits, and what has happened to them. */
import { useEffect, useState } from "react";
import type { Me } from "./api";
import { useWebSocket } from "./WebSocketContext";

interface CreditUpdated {
  id: string;
  candidateId: string;
  credits: number;
  reason: string;
  /** Tells that this is how it stands, and nothing has changed. */
  snapshot?: boolean;
}

export function SectionCanOverview({ me }: { me: Me }) {
  const { socket, connected } = useWebSocket();
  const [credits, setCredits] = useState<number | null>(null);
  const [news, setNews] = useState<CreditUpdated[]>([]);

  useEffect(() => {
    const changed = (told: CreditUpdated) => {
      if (told.candidateId !== me.candidateId) return;
      setCredits(told.credits);
      if (!told.snapshot) setNews((before) => [told, ...before].slice(0, 5));
    };
    // Who never had credits gets no credit-updated in the beginning.
    const began = () => setCredits((before) => before ?? 0);
    socket?.on("credit-updated", changed).on("snapshot", began);
    return () => {
      socket?.off("credit-updated", changed).off("snapshot", began);
    };
  }, [socket, me]);

  return (
    <section>
      <header>
        <h1>{me.name}</h1>
        <span className={connected ? "live" : "away"}>{connected ? "Live" : "Connecting"}</span>
      </header>
      <output aria-live="polite">{credits ?? "…"}</output>
      <p>credits</p>
      <ul aria-label="Changes">
        {news.map((each) => (
          <li key={each.id}>
            <span>{each.reason}</span>
            <span>{each.credits}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
