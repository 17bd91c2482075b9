"""Nodes that die before one statement of a job: the first word is ``top_up``, ``pay`` or ``metered``."""

from __future__ import annotations

from groat import Groat, Refused
from groat.programs.credits import CREDITS
from tests.faults.dying import Act, run
from tests.programs.credits.topping import Topping


async def top_up(groat: Groat) -> str:
    """Let the job look at what crossed its line, and order."""
    await Topping(groat).work(1)
    return "done"


async def pay(groat: Groat, rule: str) -> str:
    """Take in the payment of the order in flight, and let the job follow."""
    top = Topping(groat)
    top.rule = rule
    await top.pay(id=f"msg-{rule}")
    await top.work(1)
    return "done"


async def metered(groat: Groat, key: str) -> str:
    """Reserve 5 for work, give a sign of life, and settle 7."""
    try:
        async with groat.metered(
            "user:a", "5", "CREDIT", destination="house:llm", key=key, excess="available"
        ) as job:
            await groat.extend(job.hold, expires_in=60, key=f"{key}/beat")
            job.use("7")
    except Refused as refused:
        return refused.code
    assert job.settled is not None
    return f"{job.settled.captured}+{job.settled.spent}"


async def act(groat: Groat, what: str, *words: str) -> str:
    """Do the job of that name."""
    jobs: dict[str, Act] = {"top_up": top_up, "pay": pay, "metered": metered}
    return await jobs[what](groat, *words)


if __name__ == "__main__":
    run(act, [CREDITS])
