// The stock `centrifuge` client for several people. The first line on standard input is {"url", "people": {user: token}};
// standard output gets a line for everything the clients are told. It ends when standard input does.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { Centrifuge } = require("centrifuge");
const { WebSocket } = require("ws");

const tell = (user, what, more) => process.stdout.write(`${JSON.stringify({ user, what, ...more })}\n`);

function follow(url, user, token) {
  const client = new Centrifuge(url, { token, websocket: WebSocket, minReconnectDelay: 10, maxReconnectDelay: 50 });
  client.on("subscribed", (context) => {
    if (context.channel === `user:${user}`) {
      const { epoch, offset } = context.streamPosition;
      tell(user, "subscribed", { epoch, offset, recovered: context.recovered, data: context.data });
    }
  });
  client.on("publication", ({ channel, offset, data }) => {
    if (channel === `user:${user}`) tell(user, "publication", { offset, data });
  });
  client.on("disconnected", ({ code, reason }) => tell(user, "disconnected", { code, reason }));
  client.connect();
  return client;
}

const lines = createInterface({ input: process.stdin });
const { value } = await lines[Symbol.asyncIterator]().next();
const { url, people } = JSON.parse(value);
const clients = Object.entries(people).map(([user, token]) => follow(url, user, token));
lines.on("close", () => {
  for (const client of clients) {
    client.removeAllListeners("disconnected");
    client.disconnect();
  }
});
