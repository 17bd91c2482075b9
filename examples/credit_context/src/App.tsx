import { CreditProvider, useCredit, useGroatState, useStatus } from "@groat/react";
import { type FormEvent, useState } from "react";
import { groat, signIn } from "./api";
import { OrdersPage } from "./OrdersPage";
import { Toasts } from "./Toasts";
import { UsersPage } from "./UsersPage";
import { VouchersPage } from "./VouchersPage";

export function App() {
  return (
    <CreditProvider client={groat}>
      <Shop />
    </CreditProvider>
  );
}

/** The pages forget everything when another person signs in, for the key changes. */
function Shop() {
  const session = useGroatState((state) => state.session);
  return (
    <Toasts key={session}>
      <Header />
      <Pages />
      <Footer />
    </Toasts>
  );
}

function Header() {
  const { credits, loading, refreshCredits } = useCredit();
  const { label } = useStatus();
  return (
    <header>
      <h1>Credits</h1>
      <output aria-label="Credits">{loading ? "..." : credits.toLocaleString("en")}</output>
      <span>{label}</span>
      <button type="button" onClick={refreshCredits}>
        Refresh
      </button>
    </header>
  );
}

/** A second display of the same number, elsewhere on the page. */
function Footer() {
  const user = useGroatState((state) => state.user);
  const { credits, loading } = useCredit();
  return (
    <footer>
      <p>
        Signed in as <b data-testid="user">{user ?? "nobody"}</b>, with{" "}
        <output aria-label="Credits again">{loading ? "..." : credits.toLocaleString("en")}</output>
      </p>
      <SignIn />
    </footer>
  );
}

function SignIn() {
  const [user, setUser] = useState("");
  function submit(event: FormEvent) {
    event.preventDefault();
    void signIn(user);
  }
  return (
    <form onSubmit={submit}>
      <label>
        Somebody else <input value={user} onChange={(event) => setUser(event.target.value)} />
      </label>
      <button type="submit">Sign in</button>
    </form>
  );
}

const PAGES = { Users: UsersPage, Orders: OrdersPage, Vouchers: VouchersPage };
type PageName = keyof typeof PAGES;

function Pages() {
  const [name, setName] = useState<PageName>("Orders");
  const known = useGroatState((state) => state.phase === "ready");
  const admin = useGroatState((state) => state.roles.includes("admin"));
  const Page = PAGES[name];
  if (!known) return null;
  return (
    <>
      <nav aria-label="Pages">
        {(Object.keys(PAGES) as PageName[])
          .filter((each) => admin || each !== "Users")
          .map((each) => (
            <button
              key={each}
              type="button"
              aria-current={each === name ? "page" : undefined}
              onClick={() => setName(each)}
            >
              {each}
            </button>
          ))}
      </nav>
      <main>
        <Page />
      </main>
    </>
  );
}
