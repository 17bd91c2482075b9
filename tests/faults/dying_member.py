"""Nodes that die before one statement of a bulk with grants: the word is the transaction that it reverses in part."""

from __future__ import annotations

from groat import Groat
from groat.engine.items import CaptureItem, HoldItem, PostItem, ReverseItem, SettleItem
from groat.ledger.grants import Terms
from tests.faults.dying import run


def items(original: str) -> list[PostItem | HoldItem | CaptureItem | ReverseItem | SettleItem]:
    """Everything that a bulk can do to grants: spend, pass on, hold, capture, release, put back, give, settle."""
    return [
        PostItem([("user:a", "house:shop", "12", "CREDIT")]),
        PostItem([("user:a", "user:b", "5", "CREDIT")]),
        HoldItem("user:a", "house:shop", "6", "CREDIT"),
        CaptureItem(2, amount="4"),
        ReverseItem(original, amounts=["3"]),
        PostItem([("house:gifts", "user:c", "9", "CREDIT", Terms(note="new"))]),
        HoldItem("user:b", "house:shop", "2", "CREDIT"),
        # Beyond the hold, and beyond what there is.
        SettleItem(6, "8", excess="available"),
    ]


async def act(groat: Groat, original: str) -> str:
    """Execute the bulk."""
    done = await groat.bulk(items(original), key="bulk")
    return "again" if done.replayed else "done"


if __name__ == "__main__":
    run(act)
