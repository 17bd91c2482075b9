// The stock centrifuge SDK, told what to do by lines on stdin, telling what happens by lines on stdout.
// Arguments: the URL, and a JSON list of tokens; getToken takes one after the other and stays at the last.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../../web/package.json", import.meta.url));
const { Centrifuge, UnauthorizedError } = require("centrifuge");
const WebSocket = require("ws");

const [url, tokenList] = process.argv.slice(2);
const tokens = JSON.parse(tokenList);
const tell = (on, what) => process.stdout.write(`${JSON.stringify({ on, ...what })}\n`);

const client = new Centrifuge(url, {
  websocket: WebSocket,
  minReconnectDelay: 10,
  maxReconnectDelay: 50,
  getToken: async () => {
    const token = tokens.length > 1 ? tokens.shift() : tokens[0];
    if (token === null) throw new UnauthorizedError("signed out");
    return token;
  },
});

for (const event of ["connecting", "connected", "disconnected", "subscribed", "publication", "unsubscribed"]) {
  client.on(event, (context) => tell(event, context));
}
client.on("error", (context) => tell("error", { code: context.error.code }));

const commands = {
  connect: () => client.connect(),
  disconnect: () => client.disconnect(),
  view: ({ channel }) => {
    const view = client.newSubscription(channel);
    for (const event of ["subscribed", "publication", "unsubscribed"]) {
      view.on(event, (context) => tell(`view ${event}`, context));
    }
    view.subscribe();
  },
  unview: ({ channel }) => client.getSubscription(channel).unsubscribe(),
  rpc: ({ method, data }) =>
    client.rpc(method, data).then(
      (result) => tell("result", { data: result.data }),
      (error) => tell("result", { code: error.code }),
    ),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  commands[command.do](command);
}
client.disconnect();
