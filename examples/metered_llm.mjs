// Pay for LLM calls by their tokens, as they stream. Run it: GROAT_URL=... GROAT_API_KEY=... node metered_llm.mjs 42
import { Groat } from "@groat/server";

const PRICE = 2; // of one token, in credits
const groat = new Groat({ url: process.env.GROAT_URL, apiKey: process.env.GROAT_API_KEY });

/** Stands for a provider's stream: it repeats the prompt, word by word. */
async function* model(prompt) {
  for (const word of prompt.split(" ")) yield word;
}

async function answer(user, prompt, call, write) {
  const { value, settled } = await groat.metered(
    {
      account: `user:${user}`,
      estimate: 20,
      asset: "CREDIT",
      destination: "house:llm",
      key: `llm/${call}`,
      excess: "available",
      reason: "LLM call",
    },
    async (job) => {
      let tokens = 0;
      for await (const token of model(prompt)) {
        job.use(PRICE);
        write(token);
        tokens += 1;
      }
      return tokens;
    },
  );
  console.log(
    `${value} tokens: ${settled.captured} of the hold, ${settled.freed} freed, ${settled.shortfall} unpaid`,
  );
}

const user = process.argv[2];
const topUp = { source: "house:bank", destination: `user:${user}`, amount: "60", asset: "CREDIT" };
await groat.postTransaction({ postings: [topUp], reason: "Top-up" }, { key: `top-up-${user}` });

await answer(user, "Why is the sky blue?", `${user}-1`, () => {});
await answer(user, "word ".repeat(12).trim(), `${user}-2`, () => {});
try {
  await answer(user, "Tell me a story", `${user}-3`, () => {
    throw new Error("the reader went away");
  });
} catch (error) {
  console.log(error.message);
}
