/** The page of whoever is signed in: their credits, live, on every device of theirs. */
import { io } from "/socket.io-client/socket.io.esm.min.js";

const show = (id) => document.getElementById(id);
const post = (path, body = {}) =>
  fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

show("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  await post("/login", { user: show("user").value });
  location.reload();
});
show("logout").addEventListener("click", async () => {
  await post("/logout");
  location.reload();
});

/** Asks the app's own server, and goes on asking while that is away: a connect without a token is refused for good. */
async function freshToken() {
  for (;;) {
    try {
      const answer = await fetch("/groat-token");
      if (answer.ok) return await answer.text();
    } catch {}
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

function follow({ user, live }) {
  show("name").textContent = user;
  const socket = io(live, { auth: async (give) => give({ token: await freshToken() }) });
  const say = (state) => {
    show("state").textContent = state;
  };
  socket.on("connect", () => say("Live"));
  socket.on("disconnect", () => say("Connecting"));
  // A refused token was only too old: come back with a new one.
  socket.on("connect_error", (error) => {
    say("Connecting");
    if (error.data?.code === "token_expired") setTimeout(() => socket.connect(), 1000);
  });
  socket.on("balance_updated", ({ account, asset, balance, delta, reason, snapshot }) => {
    if (account !== `user:${user}` || asset !== "CREDIT") return;
    show("credits").textContent = balance;
    // The balance at the beginning is no change.
    if (snapshot) return;
    const line = document.createElement("li");
    for (const text of [reason, delta.startsWith("-") ? delta : `+${delta}`])
      line.append(Object.assign(document.createElement("span"), { textContent: text }));
    show("changes").prepend(line);
  });
}

// The order keeps its number until there is an answer, so that a second click after a lost one pays nothing twice.
let order = crypto.randomUUID();
show("buy").addEventListener("click", async () => {
  const answer = await post(`/orders/${order}`).catch(() => null);
  if (!answer || answer.status >= 500) {
    show("refused").textContent = "That did not work. Try again: nothing is paid twice.";
    return;
  }
  order = crypto.randomUUID();
  const { code, detail } = await answer.json();
  show("refused").textContent =
    code === "insufficient_funds" ? "You do not have enough credits." : (detail ?? "");
});

const me = await fetch("/me");
show(me.ok ? "shop" : "login").hidden = false;
if (me.ok) follow(await me.json());
