"""Reserving and settling beside one plain post, on SQLite and on a private PostgreSQL.

``ratio`` is the time of a job (a hold and its settlement, which spends beyond the hold with ``excess``) beside that of
one post; see ``trials.py``.

    python benchmarks/metered.py [--store both] [--seconds 2] [--rounds 3] [--callers 1000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.trials import BY, Trials, main
from groat import Groat
from groat.ledger.commands import Hold, Post, Posting
from groat.ledger.settling import SettleHold
from groat.store.batch import Done

ACCOUNTS = 300
AMOUNT = 10**12
LASTS_US = 60_000_000


class Jobs(Trials):
    """Posts, and pairs of a hold and its settlement."""

    names = ("post", "job", "excess")

    async def prepare(self, groat: Groat, options: argparse.Namespace) -> None:
        """Give all accounts more than they can spend."""
        legs = [("house:p", f"user:{number}", AMOUNT, "CREDIT") for number in range(ACCOUNTS)]
        await groat.post(legs, key="give")

    async def work(self, groat: Groat, name: str | int, number: int) -> None:
        """Post once, or reserve 5 and settle 4, or 6."""
        source, shop = f"user:{number * 7 % ACCOUNTS}", f"house:shop{number % 100}"
        key = f"{name}-{number}"
        if name == "post":
            posting = Posting(source, shop, 4, "CREDIT")
            await groat.execute(Post(principal=BY, key=key, postings=(posting,)))
            return
        hold = Hold(
            principal=BY, key=key, source=source, destination=shop, amount=5, asset="CREDIT", lasts=LASTS_US
        )
        made = await groat.execute(hold)
        if not isinstance(made, Done):
            raise SystemExit(f"the hold was refused: {made}")
        actual = 4 if name == "job" else 6
        await groat.execute(
            SettleHold(principal=BY, key=f"{key}/s", hold=made.transactions[0].id, actual=actual)
        )


if __name__ == "__main__":
    main(Jobs(), __doc__)
