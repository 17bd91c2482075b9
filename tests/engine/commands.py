"""The tuples of the naive model as commands of groat, and as Hypothesis draws them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from groat.ledger.bulks import Bulk
from groat.ledger.commands import Capture, Command, Hold, Post, Posting, Release, SetBalance
from groat.ledger.limits import UNSET, SetLimits
from groat.ledger.reversing import Reverse

NOBODY = "00000000-0000-7000-8000-000000000000"
PATHS = ["user:a", "user:b", "user:a:pot", "house:x", "house:y"]
ASSETS = ["CREDIT", "USD"]

paths = st.sampled_from(PATHS)
assets = st.sampled_from(["CREDIT", "CREDIT", "CREDIT", "USD"])
amounts = st.integers(1, 64).map(lambda n: {63: 2**62, 64: 2**63 - 1}.get(n, n))
pairs = st.tuples(paths, paths).filter(lambda pair: pair[0] != pair[1])
legs = st.builds(lambda pair, amount, asset: (*pair, amount, asset), pairs, amounts, assets)
limits = st.one_of(st.none(), st.just("keep"), st.just("keep"), st.integers(-50, 300))
# Which of the holds or transactions there are: counted from the newest one, so that most are still open.
which = st.integers(0, 4)
parts = st.lists(st.integers(0, 40), min_size=1, max_size=3).filter(any)

gifts = st.tuples(st.just("house:x"), st.sampled_from(PATHS[:3]), st.integers(1, 60), assets)

posts = st.tuples(st.just("post"), st.lists(legs, min_size=1, max_size=3))
# Money out of the house, or most of all else would be refused.
fundings = st.tuples(st.just("post"), st.lists(gifts, min_size=1, max_size=2))
bulks = st.tuples(st.just("bulk"), st.lists(st.lists(legs, min_size=1, max_size=2), min_size=1, max_size=3))
lifetimes = st.one_of(st.none(), st.integers(-1, 40))
holds = st.builds(lambda pair, *rest: ("hold", *pair, *rest), pairs, st.integers(1, 30), assets, lifetimes)
captures = st.tuples(st.just("capture"), which, st.one_of(st.none(), st.integers(1, 20)), st.booleans())
releases = st.tuples(st.just("release"), which)
reversals = st.tuples(st.just("reverse"), which, st.one_of(st.none(), parts))
settings = st.tuples(st.just("set"), st.sampled_from(PATHS), assets, st.integers(-60, 150))
limitations = st.tuples(st.just("limits"), st.sampled_from(PATHS), assets, limits, limits)

drawn: st.SearchStrategy[Any] = st.one_of(
    posts, fundings, fundings, bulks, holds, holds, holds, captures, captures, releases, reversals, reversals, settings,
    limitations,
)  # fmt: skip


def resolved(command: Any, holds: list[str], transactions: list[str], now: int) -> Any:
    """A drawn tuple with the hold, transaction or moment that it means."""

    def named(names: list[str], index: int) -> str:
        return names[-1 - index] if index < len(names) else NOBODY

    kind, *rest = command
    if kind in ("capture", "release"):
        return (kind, named(holds, rest[0]), *rest[1:])
    if kind == "reverse":
        return (kind, named(transactions, rest[0]), *rest[1:])
    if kind == "hold" and rest[4] is not None:
        return (kind, *rest[:4], now + rest[4] * 1_000_000)
    return command


def command_of(key: str, command: Any) -> Command:
    """The command of a tuple."""
    common: dict[str, Any] = {"principal": "service:test", "key": key}
    kind, *rest = command
    match kind:
        case "post":
            return Post(**common, postings=tuple(Posting(*leg) for leg in rest[0]))
        case "bulk":
            items = [Post(**common, postings=tuple(Posting(*leg) for leg in item)) for item in rest[0]]
            return Bulk(**common, items=tuple(items))
        case "hold":
            source, destination, amount, asset, expires_at = rest
            return Hold(
                **common,
                source=source,
                destination=destination,
                amount=amount,
                asset=asset,
                expires_at=expires_at,
            )
        case "capture":
            return Capture(**common, hold=rest[0], amount=rest[1], final=rest[2])
        case "release":
            return Release(**common, hold=rest[0])
        case "reverse":
            return Reverse(**common, transaction=rest[0], amounts=None if rest[1] is None else tuple(rest[1]))
        case "set":
            return SetBalance(**common, account=rest[0], asset=rest[1], balance=rest[2])
        case "limits":
            floor, ceiling = (UNSET if limit == "keep" else limit for limit in rest[2:])
            return SetLimits(**common, account=rest[0], asset=rest[1], floor=floor, ceiling=ceiling)
    raise ValueError(kind)
