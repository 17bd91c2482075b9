/** Placements and their candidates: who is signed in, a candidate's dashboard, and credits for a whole placement. */
import { createServer } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import cookieSession from "cookie-session";
import express from "express";
import pg from "pg";
import { Server } from "socket.io";

const { DATABASE_URL, SESSION_SECRET, PORT = "3000" } = process.env;
const here = import.meta.dirname ?? dirname(fileURLToPath(import.meta.url));

const database = new pg.Pool({ connectionString: DATABASE_URL });
const app = express();
const server = createServer(app);
const io = new Server(server);
app.use(cookieSession({ secret: SESSION_SECRET, sameSite: "lax" }));
app.use(express.json());
app.use(express.static(join(here, "dist")));

io.on("connection", (socket) => {
  socket.on("join", (room) => socket.join(room));
});

function emitBulkCreditUpdate(candidates, reason) {
  for (const { id, credits } of candidates) {
    io.to(`candidate-${id}`).emit("credit-updated", { candidateId: id, credits, reason });
  }
}

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
  res.json({ candidateId: id, name, role });
});

app.get("/dashboard", async (req, res) => {
  const { rows } = await database.query("SELECT credits FROM users WHERE id = $1", [req.user.id]);
  res.json(rows[0]);
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
  const { credits, reason } = req.body;
  const { rows } = await database.query(
    "UPDATE users SET credits = credits + $1 WHERE placement = $2 RETURNING id, credits",
    [credits, req.params.placement],
  );
  emitBulkCreditUpdate(rows, reason);
  res.json({ candidates: rows.length });
});

server.listen(PORT, () => console.log(`http://127.0.0.1:${PORT}`));
