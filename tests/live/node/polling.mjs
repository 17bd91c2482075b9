// Stock Socket.IO clients that know long-polling only, one for each token; they tell what happens by lines on stdout.
// Arguments: the address, and a JSON list of tokens. The end of stdin ends them.
import { createRequire } from "node:module";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { io } = require("socket.io-client");

const [address, tokenList] = process.argv.slice(2);
const tell = (on, client, what) => process.stdout.write(`${JSON.stringify({ on, client, ...what })}\n`);

const sockets = JSON.parse(tokenList).map((token, client) => {
  const socket = io(address, {
    transports: ["polling"],
    forceNew: true,
    reconnectionDelay: 20,
    reconnectionDelayMax: 200,
    auth: (give) => give({ token }),
  });
  socket.on("connect", () => tell("connect", client, { recovered: socket.recovered, sid: socket.io.engine.id }));
  socket.on("disconnect", (reason) => tell("disconnect", client, { reason }));
  socket.on("connect_error", (error) => tell("connect_error", client, { message: error.message, data: error.data }));
  socket.on("balance_updated", (event, ...more) => tell("balance", client, { event, more: more.length }));
  return socket;
});

for await (const _ of process.stdin);
for (const socket of sockets) socket.disconnect();
