/** Placements and their candidates: who is signed in, a token for the page, and credits for a whole placement. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { emitBulkCreditUpdate, isProblem, signToken } from "@groat/server";
import cookieSession from "cookie-session";
import express from "express";
import pg from "pg";

const { DATABASE_URL, GROAT_URL, GROAT_JWT_SECRET, SESSION_SECRET, PORT = "3000" } = process.env;
const here = import.meta.dirname ?? dirname(fileURLToPath(import.meta.url));

const database = new pg.Pool({ connectionString: DATABASE_URL });
const app = express();
app.use(cookieSession({ secret: SESSION_SECRET, sameSite: "lax" }));
app.use(express.json());
app.use(express.static(join(here, "dist")));

/** Your own login comes here: it checks a password, and from then on the session says who it is. */
app.post("/login", async (req, res) => {
  const { rows } = await database.query("SELECT id FROM users WHERE email = $1", [req.body.email]);
  if (rows.length === 0) return res.status(401).json({ code: "unknown" });
  req.session.user = rows[0].id;
  res.sendStatus(204);
});

/** All routes below are for who is signed in. */
app.use(async (req, res, next) => {
  const { rows } = await database.query("SELECT id, name, role FROM users WHERE id = $1", [req.session.user]);
  [req.user] = rows;
  if (req.user) next();
  else res.status(401).json({ code: "signed_out" });
});

app.get("/me", (req, res) => {
  const { id, name, role } = req.user;
  res.json({ candidateId: id, name, role, live: GROAT_URL });
});

/** The page asks for it whenever it connects. */
app.get("/groat-token", (req, res) => {
  const token = signToken(req.user.id, {
    secret: GROAT_JWT_SECRET,
    userClaim: "candidateId",
    expiresIn: 900,
  });
  res.type("text").send(token);
});

/** All routes below are for staff. */
app.use((req, res, next) => {
  if (req.user.role === "admin") next();
  else res.status(403).json({ code: "forbidden" });
});

app.get("/placements/:placement", async (req, res) => {
  const { rows } = await database.query("SELECT id, name FROM users WHERE placement = $1 ORDER BY name", [
    req.params.placement,
  ]);
  res.json({ candidates: rows });
});

app.post("/placements/:placement/credits", async (req, res) => {
  const { credits, reason, key } = req.body;
  const { rows } = await database.query("SELECT id FROM users WHERE placement = $1", [req.params.placement]);
  const candidateIds = rows.map(({ id }) => id);
  await emitBulkCreditUpdate(candidateIds, credits, { reason, key });
  res.json({ candidates: rows.length });
});

app.use((error, _req, res, next) => {
  if (!isProblem(error) || error.status >= 500) return next(error);
  res.status(error.status).json({ code: error.code, detail: error.detail });
});

app.listen(PORT, () => console.log(`http://127.0.0.1:${PORT}`));
