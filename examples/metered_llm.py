"""Pay for LLM calls by their tokens, as they stream. Run it: python examples/metered_llm.py sqlite:///example.db"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing

from groat import Groat

PRICE = "0.05"  # of one token, in USD


async def model(prompt: str) -> AsyncIterator[str]:
    """Stand for a provider's stream: it repeats the prompt, word by word."""
    for word in prompt.split():
        await asyncio.sleep(0)
        yield word


async def answer(groat: Groat, user: str, prompt: str, call: str) -> AsyncIterator[str]:
    """Stream an answer, and pay for each token of it; also for those of an answer that somebody stops reading."""
    async with groat.metered(
        f"user:{user}", "0.50", "USD", destination="house:llm", key=f"llm/{call}", lasts=30,
        excess="available", on_error="settle", reason="LLM call",
    ) as job:  # fmt: skip
        async for token in model(prompt):
            job.use(PRICE)
            yield token


async def main(database: str) -> None:
    async with Groat.open(database) as groat:
        await groat.add_asset("USD", 2)
        await groat.post([("house:bank", "user:42", "1.00", "USD")], key="top-up", reason="Top-up")

        async def tell(what: str) -> None:
            (newest, *_) = await groat.entries("user:42", "USD", limit=1)
            settled = (await groat.transaction(newest.transaction)).settled
            print(
                f"{what}: {settled.captured} of the hold, {settled.spent} beyond it, {settled.shortfall} unpaid"
            )

        words = [word async for word in answer(groat, "42", "Why is the sky blue?", "1")]
        await tell(f"{len(words)} tokens")

        async with aclosing(answer(groat, "42", "Tell me a very long story", "2")) as stream:
            async for _ in stream:
                break
        await tell("1 token, then nobody read on")

        words = [word async for word in answer(groat, "42", "word " * 16, "3")]
        await tell(f"{len(words)} tokens")
        print("balance:", (await groat.account("user:42")).balances[0].balance)
        print("books agree:", (await groat.verify()).ok)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
