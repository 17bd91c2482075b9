// A page of the documentation in Node: its code, with what it takes from an app around it told by lines on stdout.
// Arguments: the file, and a JSON list of what the app's back end answers when it is asked for a token, one after the
// other: a token, false for a refusal, null when it cannot be reached. It stays at the last.
import { pathToFileURL } from "node:url";

const [file, answerList] = process.argv.slice(2);
const answers = JSON.parse(answerList);
const tell = (on, what) => process.stdout.write(`${JSON.stringify({ on, what })}\n`);
const next = () => (answers.length > 1 ? answers.shift() : answers[0]);

globalThis.fetch = async (address) => {
  const answer = next();
  tell("fetch", [address]);
  if (answer === null) throw new TypeError("fetch failed");
  return new Response(answer || "no", { status: answer ? 200 : 503 });
};
for (const name of ["show", "showCredits", "toast", "signIn"]) {
  globalThis[name] = (...what) => tell(name, what);
}
globalThis.freshToken = async () => next();
globalThis.renew = async () => tell("renew", []);

await import(pathToFileURL(file));
for await (const _ of process.stdin);
process.exit();
