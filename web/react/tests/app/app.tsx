/** An app in StrictMode, for tests in a real browser (tests/e2e/test_session_ends.py): a login of its own, or groat's with `?built-in`. */
import { type Groat, GroatError } from "@groat/client";
import {
  GroatProvider,
  useBalance,
  useGroat,
  useGroatState,
  useHistory,
  useNotifications,
  useSpend,
  useToasts,
} from "@groat/react";
import { StrictMode, useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

declare global {
  interface Window {
    groat: Groat;
    /** Everything that was rendered, as "whose: number". */
    shown: string[];
    /** What became of each write, by its key. */
    outcomes: Record<string, string>;
    spend: (key: string, amount: string) => void;
  }
}

/** The app's own server says who is signed in there. */
async function token(): Promise<string | null> {
  const response = await fetch("/app/token");
  return response.ok ? response.text() : null;
}

window.shown = [];
window.outcomes = {};
window.spend = (key, amount) => {
  window.outcomes[key] = "under way";
  window.groat.spend({ amount, asset: "CREDIT" }, { key }).then(
    () => {
      window.outcomes[key] = "done";
    },
    ({ code, fields }: GroatError) => {
      window.outcomes[key] = `${code} of ${fields.user}`;
    },
  );
};

function Page() {
  const groat = useGroat();
  useEffect(() => {
    window.groat = groat;
  }, [groat]);
  const user = useGroatState((state) => state.user);
  const status = useGroatState((state) => state.status.state);
  const { amount } = useBalance();
  const { spend, pending, error } = useSpend();
  const { rows } = useHistory();
  const { items } = useNotifications();
  const [toasts, setToasts] = useState<readonly string[]>([]);
  useToasts(
    ({ notification }) => setToasts((known) => [...known, notification.title]),
    () => setToasts([]),
  );
  window.shown.push(`${user}: ${amount}`);
  return (
    <main>
      <p data-testid="user">{user ?? "nobody"}</p>
      <p data-testid="status">{status}</p>
      <p data-testid="amount">{amount ?? "none"}</p>
      <p data-testid="spend">{`${pending ? "pending" : "idle"}, ${error?.code ?? "fine"}`}</p>
      <p data-testid="toasts">{toasts.join()}</p>
      <ul data-testid="history">
        {rows.map(({ version, account, reason }) => (
          <li key={version}>{`${account} ${reason}`}</li>
        ))}
      </ul>
      <ul data-testid="news">
        {items.map(({ id, title }) => (
          <li key={id}>{title}</li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() =>
          spend({ amount: "1", asset: "CREDIT" }).catch((failure: unknown) => {
            if (!(failure instanceof GroatError)) throw failure;
          })
        }
      >
        Spend
      </button>
    </main>
  );
}

const builtIn = new URLSearchParams(location.search).has("built-in");
const root = document.getElementById("root");
if (!root) throw new Error("the page has no element with id root");
createRoot(root).render(
  <StrictMode>
    <GroatProvider options={builtIn ? {} : { token }}>
      <Page />
    </GroatProvider>
  </StrictMode>,
);
