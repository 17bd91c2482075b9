/** The overview on a candidate's dashboard: the credits, and what has happened to them. */
import { useEffect, useState } from "react";
import { get, type Me } from "./api";
import { useWebSocket } from "./WebSocketContext";

interface CreditUpdated {
  candidateId: string;
  credits: number;
  reason: string;
}

export function SectionCanOverview({ me }: { me: Me }) {
  const { socket, connected } = useWebSocket();
  const [credits, setCredits] = useState<number | null>(null);
  const [news, setNews] = useState<CreditUpdated[]>([]);

  useEffect(() => {
    get<{ credits: number }>("/dashboard").then((dashboard) => setCredits(dashboard.credits));
  }, []);

  useEffect(() => {
    const changed = (told: CreditUpdated) => {
      if (told.candidateId !== me.candidateId) return;
      setCredits(told.credits);
      setNews((before) => [told, ...before].slice(0, 5));
    };
    socket?.on("credit-updated", changed);
    return () => {
      socket?.off("credit-updated", changed);
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
          <li key={each.credits}>
            <span>{each.reason}</span>
            <span>{each.credits}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
