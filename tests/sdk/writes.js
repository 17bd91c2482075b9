/** Credits a person many times, four at once, and says each that is done. */
// A server that is started beside other tests takes its time.
const groat = new Groat({ url: PROXY, apiKey: GROAT_API_KEY, retryForMs: 300_000 });
const todo = Array.from({ length: Number(WRITES) }, (_, index) => index);

async function work() {
  for (let index = todo.shift(); index !== undefined; index = todo.shift()) {
    const posting = { source: "house:bonus", destination: `user:${user}`, amount: "5", asset: "CREDIT" };
    const options = index % 2 === 0 ? { key: `bonus-${user}-${index}` } : {};
    const { replayed } = await groat.postTransaction({ postings: [posting], reason: `No. ${index}` }, options);
    say({ index, replayed });
  }
}

await Promise.all([work(), work(), work(), work()]);
