/** Reads lists, and runs into problems. */
const groat = new Groat({ url: GROAT_URL, apiKey: GROAT_API_KEY });
const list = { asset: "CREDIT", limit: 7 };

const versions = [];
for await (const entry of groat.listEntries(`user:${user}`, list)) versions.push(entry.version);
const sizes = [];
for await (const page of groat.listEntries(`user:${user}`, list).pages()) sizes.push(page.items.length);
const first = await groat.listEntries(`user:${user}`, list);
say({ versions, sizes, first: first.items.length, more: first.cursor !== null });

const posting = { source: `user:${user}`, destination: "house:sales", amount: "5", asset: "CREDIT" };
const hold = (amount, options) => groat.createHold({ ...posting, amount }, options);
const kept = await hold("1", { key: `hold-${user}` });
for (const attempt of [
  () => hold("1000000", { key: `much-${user}` }),
  () => hold("1000000", { key: `much-${user}` }),
  () => hold("2", { key: `hold-${user}` }),
  () => hold("0.5"),
  () => hold(1),
  () => groat.getTransaction("01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"),
  () => groat.listUsers(),
  () => new Groat({ url: GROAT_URL, apiKey: "groat_none" }).getMe(),
  () => new Groat({ url: "http://127.0.0.1:9", apiKey: GROAT_API_KEY, retryForMs: 0 }).getMe(),
]) {
  const error = await attempt().catch((caught) => caught);
  const { name, code, status, replayed, fields } = error;
  const kinds = { known: error instanceof GroatError, typed: isProblem(error, code) };
  say({ name, code, status, replayed, account: fields?.account, ...kinds });
}
const released = await groat.releaseHold(kept.hold.id);
say({ kind: released.kind });

const token = signToken(user, { secret: GROAT_JWT_SECRET, expiresIn: 60 });
const me = await new Groat({ url: GROAT_URL, apiKey: token }).getMe();
say({ user: me.user, roles: me.roles });
