import type { Request } from "@/lib/events";
import { money, when, words } from "@/lib/format";

const TONES: Record<string, string> = {
  completed: "good",
  active: "good",
  paid_off: "good",
  credited: "good",
  returned: "bad",
  rejected: "bad",
  failed: "bad",
  expired: "bad",
  frozen: "bad",
  arrears: "bad",
};

const WHAT: Record<Request["kind"], (data: Request["data"]) => string> = {
  deposit: ({ cheque }) => `Cheque ${cheque}`,
  transfer: ({ name, user, reference }) => `To ${name || user || "…"}${reference ? `, ${reference}` : ""}`,
  card: ({ last4, holder }) => (last4 ? `•••• ${last4}` : (holder ?? "…")),
  loan: ({ months, rate, purpose }) =>
    [purpose, months && `${months} months`, rate && `${rate}\u00a0%`].filter(Boolean).join(", "),
  bitcoin_transaction: ({ direction, address }) =>
    direction === "deposit" ? "Received" : `To ${address ? `${address.slice(0, 10)}…` : "…"}`,
};

export function Requests({ requests }: { requests: Request[] }) {
  const shown = requests
    .filter(({ kind }) => kind in WHAT)
    .sort((one, other) => other.filed_at.localeCompare(one.filed_at));
  return (
    <section className="card requests">
      <h2>What you asked for</h2>
      {shown.length === 0 && <p className="empty">Nothing yet.</p>}
      <ul aria-label="What you asked for">
        {shown.map(({ id, kind, state, reason, filed_at, data }) => (
          <li key={id} data-state={state}>
            <div>
              <strong>{words(kind)}</strong>
              <span>{WHAT[kind](data)}</span>
              {reason && TONES[state] === "bad" && <em>{reason}</em>}
            </div>
            <div className="right">
              <strong>
                {data.amount
                  ? money(data.amount, data.asset)
                  : data.limit
                    ? money(data.limit, data.asset)
                    : ""}
              </strong>
              <time dateTime={filed_at}>{when(filed_at)}</time>
            </div>
            <span className={`badge ${TONES[state] ?? "wait"}`}>{words(state)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
