// A stock socket.io-client, told what to do by lines on stdin, telling what happens by lines on stdout.
// Arguments: the package, the URL, a JSON list of tokens, and a JSON object of options. The auth callback takes one
// token after the other, and stays at the last; as apps do, the client connects anew when its token had expired.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(new URL("../../../../web/package.json", import.meta.url));
const [name, url, tokenList, options] = process.argv.slice(2);
const { io } = require(name);
const tokens = JSON.parse(tokenList);
const tell = (on, what) => process.stdout.write(`${JSON.stringify({ on, ...what })}\n`);

const socket = io(url, {
  autoConnect: false,
  forceNew: true,
  reconnectionDelay: 10,
  reconnectionDelayMax: 100,
  auth: (give) => give({ token: tokens.length > 1 ? tokens.shift() : tokens[0] }),
  ...JSON.parse(options),
});

socket.on("connect", () => tell("connect", { recovered: socket.recovered ?? false, transport: socket.io.engine.transport.name }));
socket.on("disconnect", (reason) => tell("disconnect", { reason, active: socket.active }));
socket.on("connect_error", (error) => {
  tell("connect_error", { message: error.message, data: error.data, active: socket.active });
  if (error.data?.code === "token_expired") socket.connect();
});
socket.onAny((event, ...args) => tell("event", { event, args }));
socket.io.on("open", () => {
  socket.io.engine.on("upgrade", (transport) => tell("upgrade", { transport: transport.name }));
});

const commands = {
  connect: () => socket.connect(),
  disconnect: () => socket.disconnect(),
  ask: ({ event, args }) => socket.timeout(5_000).emit(event, ...args, (error, answer) => tell("answer", { answer, error: error?.message })),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  commands[command.do](command);
}
socket.disconnect();
