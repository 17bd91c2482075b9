"""Steps of the text tables, read into commands and executed through the facade."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from groat import Groat, InvalidInput, Refusal
from groat.ledger.amounts import Asset, parse_amount
from groat.ledger.book import Book
from groat.ledger.commands import (
    Capture,
    Command,
    Effect,
    Extend,
    GrantPosting,
    Hold,
    Post,
    Posting,
    Release,
    SetBalance,
)
from groat.ledger.granting import VoidGrant
from groat.ledger.grants import Terms
from groat.ledger.limits import SetLimits
from groat.ledger.reversing import Reverse
from groat.ledger.rows import Account, Grant, Purse
from groat.store.batch import Done
from groat.store.flow import Flow, Query
from tests.helpers.clock import Clock

ASSETS = {"CREDIT": Asset("CREDIT", 0), "USD": Asset("USD", 2), "GRAIN": Asset("GRAIN", 18)}
NOBODY = "00000000-0000-7000-8000-000000000000"


class Own(Post, kw_only=True):
    """A post of a request."""

    def decide(self, book: Book) -> Effect | Refusal:
        """Post it with its cause."""
        return owned(Post.decide(self, book))


class OwnHold(Hold, kw_only=True):
    """A hold of a request."""

    def decide(self, book: Book) -> Effect | Refusal:
        """Hold it with its cause."""
        return owned(Hold.decide(self, book))


def owned(effect: Effect | Refusal) -> Effect | Refusal:
    for row in effect.transactions if isinstance(effect, Effect) else ():
        row.cause = f"request:loan:{NOBODY}"
        if row.hold is not None:
            row.hold.cause = row.cause
    return effect


class Step(NamedTuple):
    """One row of a table."""

    step: str
    key: str
    what: str
    amount: str
    more: str
    verdict: str


class Scene:
    """Runs steps on a ledger; ``T1``, ``H1`` name the transactions and holds that earlier steps made ``as`` these.

    ``T1.g`` is the grant that the transaction T1 made.
    """

    def __init__(self, groat: Groat, clock: Clock) -> None:
        self._groat = groat
        self._clock = clock
        self._named: dict[str, str] = {"nothing": NOBODY}

    async def run(self, step: Step) -> str:
        """What came of a step: ``ok``, a code, or how an account stands; `` again`` when it was told before."""
        if step.step == "tick":
            self._clock.advance(float(step.amount))
            return ""
        if step.step == "see":
            return await self._see(step.what)
        if step.step == "left":
            return await self._left(step.what)
        if step.step == "fill":
            for number in range(int(step.amount)):
                await self.run(step._replace(step="grant", key=f"{step.key}/{number}", amount="1"))
            return ""
        words = dict(word.partition("=")[::2] for word in step.more.split())
        try:
            verdict = await self._groat.execute(self._command(step, words))
        except InvalidInput as error:
            return error.code
        if "as" in words and isinstance(verdict, Done):
            made = verdict.transactions[0]
            self._named[words["as"]] = made.id
            for leg in made.legs:
                for each in leg.allocations:
                    if each.amount > 0:
                        self._named[f"{words['as']}.g"] = each.grant.id
        code = verdict.code if isinstance(verdict, Refusal) else "ok"
        return f"{code} again" if verdict.replayed else code

    async def _see(self, what: str) -> str:
        path, _, asset = what.partition(" ")
        view = await self._groat.account(path)
        for balance in view.balances if view else ():
            if balance.asset == (asset or "CREDIT"):
                return f"{balance.balance} held {balance.held} v{balance.version}"
        return "none"

    async def _left(self, path: str) -> str:
        """What is left of the grants of an account, in the order of spending: held parts behind a slash."""

        def read() -> Flow[list[Grant]]:
            rows = yield Query("read_account", (path,))
            live = yield Query("read_purses", ([rows[0][0]],))
            account = Account(rows[0][0], path, ASSETS["CREDIT"], 0, None)
            return Purse(account, [Grant(id, account, *rest) for id, _, *rest in live]).live

        live = await self._groat.read(read)
        return ", ".join(f"{g.remaining}/{g.held}" if g.held else str(g.remaining) for g in live) or "none"

    def _command(self, step: Step, words: dict[str, str]) -> Command:
        common: dict[str, Any] = {
            "principal": words.get("by", "service:test"),
            "key": step.key,
            "effective_at": self._moment(words.get("at")),
        }
        right: dict[str, Any] = {"below_floor": "below_floor" in words}
        match step.step:
            case "post":
                post = Own if "own" in words else Post
                return post(
                    **common, **right, check_past="past" in words, postings=tuple(self._postings(step))
                )
            case "hold":
                (posting,) = self._postings(step)
                hold = OwnHold if "own" in words else Hold
                return hold(
                    **common,
                    source=posting.source,
                    destination=posting.destination,
                    amount=posting.amount,
                    asset=posting.asset,
                    expires_at=self._moment(words.get("expires")),
                )
            case "grant":
                (posting,) = self._postings(step)
                terms = Terms(
                    words.get("class", "promotional"),
                    self._moment(words.get("expires")),
                    priority=int(words.get("priority", "100")),
                )
                return Post(
                    **common,
                    postings=(
                        GrantPosting(
                            posting.source, posting.destination, posting.amount, posting.asset, terms
                        ),
                    ),
                )
            case "void":
                amount = _amount(step.amount) if step.amount else None
                return VoidGrant(**common, grant=self._named[step.what], amount=amount, reason="Test")
            case "capture":
                amount = _amount(step.amount) if step.amount else None
                return Capture(
                    **common, hold=self._named[step.what], amount=amount, final="keep" not in words
                )
            case "extend":
                return Extend(
                    **common, hold=self._named[step.what], expires_at=self._moment(words.get("expires"))
                )
            case "release":
                return Release(**common, hold=self._named[step.what])
            case "reverse":
                amounts = tuple(
                    None if text == "all" else _amount(text, signed=True) for text in _list(step.amount)
                )
                for word in {"expired", "short"} & words.keys():
                    right[word] = words[word]
                return Reverse(**common, **right, transaction=self._named[step.what], amounts=amounts or None)
            case "set":
                balance = _amount(step.amount, signed=True)
                account, _, asset = step.what.partition(" ")
                return SetBalance(
                    **common, **right, account=account, asset=asset or "CREDIT", balance=balance
                )
            case "limits":
                limits: dict[str, Any] = {name: _limit(words[name]) for name in words}
                return SetLimits(**common, account=step.what, asset="CREDIT", **limits)
        raise ValueError(f"no such step: {step.step}")

    def _moment(self, offset_s: str | None) -> int | None:
        return None if offset_s is None else self._clock() + int(float(offset_s) * 1_000_000)

    def _postings(self, step: Step) -> list[Posting]:
        postings = []
        for legs, amount in zip(_list(step.what), _list(step.amount), strict=True):
            source, destination = re.split(r"\s*>\s*", legs)
            number, _, asset = amount.partition(" ")
            code = asset or "CREDIT"
            postings.append(Posting(source, destination, _amount(number, code), code))
        return postings


def _amount(text: str, asset: str = "CREDIT", *, signed: bool = False) -> int:
    return parse_amount(text, ASSETS.get(asset, ASSETS["CREDIT"]), signed=signed)


def _limit(text: str) -> int | None:
    return None if text == "none" else int(text)


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")] if text else []
