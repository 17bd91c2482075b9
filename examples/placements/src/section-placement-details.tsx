/** A placement, for staff: its candidates, and credits for all of them. */
import { type FormEvent, useEffect, useRef, useState } from "react";
import { type Candidate, get, post } from "./api";

export function SectionPlacementDetails({ placement }: { placement: string }) {
  const [candidates, setCandidates] = useState<Candidate[]>([]);
  const [said, setSaid] = useState("");
  // It stays the same until there is an answer, so that nobody gets credits twice.
  const key = useRef(crypto.randomUUID());

  useEffect(() => {
    get<{ candidates: Candidate[] }>(`/placements/${placement}`).then((found) =>
      setCandidates(found.candidates),
    );
  }, [placement]);

  async function give(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { credits: Number(form.get("credits")), reason: form.get("reason"), key: key.current };
    const answer = await post(`/placements/${placement}/credits`, body);
    if (answer.status < 500) key.current = crypto.randomUUID();
    setSaid(answer.ok ? "Credits given" : "That did not work");
  }

  return (
    <section>
      <h1>Placement {placement}</h1>
      <ul aria-label="Candidates">
        {candidates.map((each) => (
          <li key={each.id}>{each.name}</li>
        ))}
      </ul>
      <form onSubmit={give}>
        <label>
          Credits for each <input name="credits" type="number" defaultValue={50} required />
        </label>
        <label>
          Reason <input name="reason" required />
        </label>
        <button type="submit">Bulk Credits</button>
      </form>
      <p role="status">{said}</p>
    </section>
  );
}
