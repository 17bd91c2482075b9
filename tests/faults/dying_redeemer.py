"""Nodes that die before one statement of a redemption: the word is the code that user 7 redeems."""

from __future__ import annotations

from groat import Groat
from groat.programs.credits import CREDITS
from groat.programs.credits.vouchers.codes import digest_of
from groat.programs.credits.vouchers.redeeming import Redeem
from groat.store.batch import Done
from tests.faults.dying import run


async def act(groat: Groat, code: str) -> str:
    """Redeem the code."""
    done = await groat.execute(
        Redeem(principal="user:7", key="redeem", code=digest_of(code), person="user:7")
    )
    assert isinstance(done, Done), done
    return "again" if done.replayed else "done"


if __name__ == "__main__":
    run(act, [CREDITS])
