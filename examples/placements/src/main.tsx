/** The page: a login, and the section of whoever is signed in. */
import { type FormEvent, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { get, type Me, post } from "./api";
import { SectionCanOverview } from "./section-can-overview";
import { SectionPlacementDetails } from "./section-placement-details";
import { WebSocketProvider } from "./WebSocketContext";

function Login() {
  async function signIn(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    await post("/login", { email: new FormData(event.currentTarget).get("email") });
    location.reload();
  }
  return (
    <form onSubmit={signIn}>
      <label>
        E-mail <input name="email" type="email" required />
      </label>
      <button type="submit">Sign in</button>
    </form>
  );
}

function Page({ me }: { me: Me | null }) {
  if (me === null) return <Login />;
  if (me.role === "admin") return <SectionPlacementDetails placement="spring" />;
  return (
    <WebSocketProvider me={me}>
      <SectionCanOverview me={me} />
    </WebSocketProvider>
  );
}

const root = document.getElementById("root");
if (root !== null) {
  const me = await get<Me>("/me").catch(() => null);
  createRoot(root).render(
    <StrictMode>
      <Page me={me} />
    </StrictMode>,
  );
}
