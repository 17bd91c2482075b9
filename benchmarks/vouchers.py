"""Redemptions of vouchers beside plain posts, on SQLite and on a private PostgreSQL.

``what`` is ``post``, ``shared`` (a code that everybody redeems) or ``single`` (single-use codes), both as grants that
expire; ``ratio`` is the time beside that of a plain post; see ``trials.py``.

    python benchmarks/vouchers.py [--store both] [--seconds 2] [--rounds 3] [--callers 1000] [--directory DIR]
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.trials import BY, Trials, main
from groat import Groat
from groat.ledger.commands import Command, Post, Posting
from groat.ledger.grants import Terms
from groat.programs.credits import CREDITS
from groat.programs.credits.vouchers.campaigns import BeginCampaign, MakeCodes, Rules
from groat.programs.credits.vouchers.codes import Mint, digest_of, new_seed
from groat.programs.credits.vouchers.redeeming import Redeem
from groat.store.batch import Done

CODES_AT_ONCE = 1_000


class Redemptions(Trials):
    """Posts and redemptions, each for a person of its own."""

    label = "what"
    names = ("post", "shared", "single")
    programs = (CREDITS,)
    codes: Iterator[str]

    def options(self, parser: argparse.ArgumentParser) -> None:
        """Declare how many single-use codes there are."""
        parser.add_argument(
            "--codes", type=int, default=8_000, help="single-use codes for each second of a trial"
        )

    async def prepare(self, groat: Groat, options: argparse.Namespace) -> None:
        """Begin both campaigns, and make the codes."""
        await begin(groat, "BENCH")
        single = await begin(groat, "")
        wanted = int(options.rounds * (options.seconds * options.codes + 2 * options.callers))
        self.codes = iter(await make(groat, single, wanted))

    async def work(self, groat: Groat, name: str | int, number: int) -> None:
        """Post, or redeem a code."""
        verdict = await groat.execute(self._command(name, number))
        assert isinstance(verdict, Done), verdict

    def _command(self, name: str | int, number: int) -> Command:
        if name == "post":
            posting = Posting("house:bonus", f"user:{number}", 10, "CREDIT")
            return Post(principal=BY, key=f"p{number}", postings=(posting,))
        code = digest_of("BENCH") if name == "shared" else next(self.codes)
        return Redeem(principal=BY, key=f"r{number}", code=code, person=f"user:{number}")


async def begin(groat: Groat, code: str) -> str:
    """Begin a campaign that gives 10 credits for a month; returns its id."""
    rules = Rules("Bench", 10, grant=Terms(lasts=30 * 86_400_000_000, cause="voucher"), budget=10**15)
    made = await groat.execute(
        BeginCampaign(
            principal=BY,
            key=f"begin-{code}",
            rules=rules,
            asset="CREDIT",
            source="house:promotions",
            code=code,
        )
    )
    assert isinstance(made, Done), made
    return str(made.extra["campaign"])


async def make(groat: Groat, campaign: str, wanted: int) -> list[str]:
    """Make single-use codes; returns their digests."""
    mint, digests = Mint("of the benchmark"), list[str]()
    while len(digests) < wanted:
        seed = new_seed()
        some = mint.digests(seed, CODES_AT_ONCE)
        await groat.execute(
            MakeCodes(principal=BY, key=seed, campaign=campaign, seed=seed, digests=some, wanted=wanted)
        )
        digests += some
    return digests


if __name__ == "__main__":
    main(Redemptions(), __doc__)
