// Node's side of benchmarks/peers.py: holds connections, and pushes when told to on standard input.
// node server.mjs ws|socketio; prints a JSON line when it listens, and one for each push with the CPU it used.
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { Server } from "socket.io";
import { WebSocketServer } from "ws";

const require = createRequire(import.meta.url);
const kind = process.argv[2];
const http = createServer();
let version = "";
let count = () => 0;
// To one room with everybody in it, or to a room for each connection: the same event, encoded as an app would.
let pushAll = () => {};
let pushEach = () => {};

if (kind === "ws") {
  version = require("ws/package.json").version;
  const server = new WebSocketServer({ server: http, perMessageDeflate: false });
  const rooms = new Map();
  server.on("connection", (socket) => {
    rooms.set(`user:${rooms.size}`, socket);
  });
  count = () => server.clients.size;
  pushAll = (data, offset) => {
    const text = JSON.stringify({ push: { channel: "user:0", pub: { data, offset } } });
    for (const socket of server.clients) socket.send(text);
  };
  pushEach = (data, offset) => {
    for (const [channel, socket] of rooms) {
      socket.send(JSON.stringify({ push: { channel, pub: { data, offset } } }));
    }
  };
} else {
  version = require("socket.io/package.json").version;
  const server = new Server(http, { transports: ["websocket"], pingInterval: 600_000 });
  let joined = 0;
  server.on("connection", (socket) => {
    socket.join("all");
    socket.join(`user:${joined}`);
    joined += 1;
  });
  count = () => joined;
  pushAll = (data) => server.to("all").emit("balance_updated", data);
  pushEach = (data) => {
    for (let n = 0; n < joined; n += 1) server.to(`user:${n}`).emit("balance_updated", data);
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

createInterface({ input: process.stdin }).on("line", async (line) => {
  const { call, data, times, first } = JSON.parse(line);
  if (call === "count") {
    answer({ count: count() });
    return;
  }
  const push = call === "all" ? pushAll : pushEach;
  const before = process.cpuUsage();
  for (let n = 0; n < times; n += 1) {
    push(data, first + n);
    await turn();
  }
  const used = process.cpuUsage(before);
  answer({ cpu_us: used.user + used.system });
});
process.stdin.on("end", () => process.exit(0));
http.listen(0, "127.0.0.1", () => answer({ port: http.address().port, version, runtime: process.version }));
