/** An app on an origin of its own, for tests in real browsers: what it does stands in its address. */
import { createGroat } from "@groat/client";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { CreditsDisplay, GroatProvider, useBalance } from "../../src/index.js";

const asked = new URLSearchParams(location.search);
const token = asked.get("token") ?? "";

const groat = createGroat({ url: asked.get("server") ?? "", token: () => token });
if (asked.has("foul")) {
  groat.subscribe(() => {
    throw new Error("foul");
  });
  groat.onChange(() => {
    throw new Error("foul");
  });
}

function Other({ user }: { user: string }) {
  const { amount, loading, error } = useBalance({ account: `user:${user}` });
  return <p data-testid={`other-${user}`}>{error ? error.code : loading ? "loading" : amount}</p>;
}

const place = document.getElementById("app");
if (!place) throw new Error("no place for the app");
createRoot(place).render(
  <StrictMode>
    <GroatProvider client={groat} locale="en">
      <CreditsDisplay showLabel />
      {asked.getAll("other").map((user) => (
        <Other key={user} user={user} />
      ))}
    </GroatProvider>
  </StrictMode>,
);
