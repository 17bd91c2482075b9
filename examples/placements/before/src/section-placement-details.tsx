/** A placement, for staff: its candidates, and credits for all of them. */
import { type FormEvent, useEffect, useState } from "react";
import { type Candidate, get, post } from "./api";

export function SectionPlacementDetails({ placement }: { placement: string }) {
  const [candidates, setCandidates] = useState<Candidate[]>([]);
  const [said, setSaid] = useState("");

  useEffect(() => {
    get<{ candidates: Candidate[] }>(`/placements/${placement}`).then((found) =>
      setCandidates(found.candidates),
    );
  }, [placement]);

  async function give(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const body = { credits: Number(form.get("credits")), reason: form.get("reason") };
    const answer = await post(`/placements/${placement}/credits`, body);
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
