/** A small shop on Express: who am I, a token for the page, and an order that is paid for once. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Groat, isProblem, signToken } from "@groat/server";
import cookieSession from "cookie-session";
import express from "express";

const { GROAT_URL, GROAT_API_KEY, GROAT_JWT_SECRET, SESSION_SECRET, PORT = "3000" } = process.env;
const here = import.meta.dirname ?? dirname(fileURLToPath(import.meta.url));

const groat = new Groat({ url: GROAT_URL, apiKey: GROAT_API_KEY });
const app = express();
app.use(cookieSession({ secret: SESSION_SECRET, sameSite: "lax" }));
app.use(express.json());
app.use(express.static(join(here, "public")));
app.use("/socket.io-client", express.static(join(here, "node_modules/socket.io-client/dist")));

/** Your own login comes here: it checks a password, and from then on the session says who it is. */
app.post("/login", async (req, res) => {
  const user = String(req.body.user ?? "");
  if (!/^[A-Za-z0-9._@|-]{1,64}$/.test(user)) return res.status(400).json({ code: "invalid_user" });
  const posting = { source: "house:bonus", destination: `user:${user}`, amount: "50", asset: "CREDIT" };
  // Nobody is welcomed twice, however often they sign in.
  await groat.postTransaction({ postings: [posting], reason: "Welcome" }, { key: `welcome-${user}` });
  req.session.user = user;
  res.sendStatus(204);
});

app.post("/logout", (req, res) => {
  req.session = null;
  res.sendStatus(204);
});

/** All routes below are for who is signed in. */
app.use((req, res, next) => {
  if (req.session.user) next();
  else res.status(401).json({ code: "signed_out" });
});

app.get("/me", (req, res) => {
  res.json({ user: req.session.user, live: GROAT_URL });
});

/** The page asks for it whenever it connects. */
app.get("/groat-token", (req, res) => {
  res.type("text").send(signToken(req.session.user, { secret: GROAT_JWT_SECRET, expiresIn: 900 }));
});

/** The page names the order, so that one which is sent again is paid for once. */
app.post("/orders/:order", async (req, res) => {
  const { user } = req.session;
  if (!/^[0-9a-f-]{36}$/.test(req.params.order)) return res.status(404).json({ code: "no_order" });
  const posting = { source: `user:${user}`, destination: "house:sales", amount: "30", asset: "CREDIT" };
  const { id, replayed } = await groat.postTransaction(
    { postings: [posting], reason: "A hat" },
    { key: `order-${user}-${req.params.order}` },
  );
  res.status(replayed ? 200 : 201).json({ paid: id });
});

app.use((error, _req, res, next) => {
  if (!isProblem(error) || error.status >= 500) return next(error);
  res.status(error.status).json({ code: error.code, detail: error.detail });
});

// Adding the same asset again is no error.
await groat.addAsset({ code: "CREDIT", scale: 0 });
app.listen(PORT, () => console.log(`http://127.0.0.1:${PORT}`));
