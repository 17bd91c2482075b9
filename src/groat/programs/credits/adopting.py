"""``groat grants adopt``: turn what people had before there were grants into grants, without moving any money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from hashlib import blake2b
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import typer

from groat import Groat
from groat.ledger.accounts import check_path
from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.book import Book, Move, Refs
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.grants import Terms
from groat.ledger.keys import derive
from groat.ledger.rows import TransactionRow
from groat.ledger.text import parse_time
from groat.ledger.views import PostingView
from groat.store.flow import Flow, Query

PRINCIPAL = "service:adopt"
AGAINST = "house:opening"
"""The account that what was adopted is said to come from; it gives and takes the same."""
PAGE = 500
REASON = "Balance turned into a grant"


class AdoptBalance(Command, kw_only=True):
    """Turn what is available on an account, and is no grant's, into one grant with these terms.

    The money leaves for ``against`` and comes back as a grant in the same transaction, so the balance stays. What is
    held stays what it is.
    """

    kind: ClassVar[str] = "adopt_grants"
    account: str
    asset: str
    against: str
    terms: Terms

    def target(self) -> Any:
        """Cover the account. Its version is in the key; the terms are those of the first run for that version."""
        return (self.account, self.asset, self.against)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need both accounts."""
        refs.accounts |= {(self.account, self.asset), (self.against, self.asset)}

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Count only what is available once all that is due was done."""
        return Checks({(self.account, self.asset)}, set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Make the grant; do nothing where nothing is without terms."""
        account, against = book.accounts[self.account, self.asset], book.accounts[self.against, self.asset]
        purse = book.purses.get(account)
        plain = max(0, account.available) - (purse.free if purse else 0)
        if plain <= 0:
            return Effect()
        legs = book.move(
            [
                Move(0, account, against, plain, 0, past=()),
                Move(1, against, account, plain, 0, grant=self.terms),
            ]
        )
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs)])


class Standing(NamedTuple):
    """An account as it stands: smallest units, its version, and what is free of its grants."""

    path: str
    balance: int
    held: int
    version: int
    granted: int

    @property
    def plain(self) -> int:
        """Return what is available and no grant's."""
        return max(0, self.balance - self.held) - self.granted


async def adopt(
    asset: Annotated[str, typer.Option(help="Asset of the balances, such as CREDIT")],
    account: Annotated[
        str, typer.Option(help="Only this account and those below it; whole segments match")
    ] = "user",
    class_: Annotated[
        Literal["paid", "promotional"], typer.Option("--class", help="Whether the credits were paid for")
    ] = "promotional",
    expires: Annotated[
        str, typer.Option(help="When the grants expire, RFC 3339 such as 2027-01-01T00:00:00Z")
    ] = "",
    lasts: Annotated[
        int | None, typer.Option(min=1, help="Days that the grants last, from the run on")
    ] = None,
    priority: Annotated[int, typer.Option(help="The smallest is spent first")] = 100,
    note: Annotated[str, typer.Option(help="How people see the grants")] = "",
    against: Annotated[str, typer.Option(help="Account that the grants are said to come from")] = AGAINST,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what a run would come to, and write nothing")
    ] = False,
    *,
    groat: Groat,
) -> None:
    """Turn existing balances into grants, without moving any money.

    What is available on an account, and is no grant's yet, becomes one grant of the cause adopted, whose transaction is
    its origin. What is held stays without terms, and so do accounts at zero and below. A run may be repeated: it turns
    only what came since. Exit code 1: some accounts were refused.
    """
    if expires and lasts is not None:
        raise InvalidInput("invalid_grant", "Give --expires or --lasts, not both.")
    terms = Terms(
        class_,
        parse_time(expires) if expires else None,
        None if lasts is None else lasts * (timedelta(days=1) // timedelta(microseconds=1)),
        priority,
        "adopted",
        note,
    )
    terms.check()
    adoption = GrantAdoption(groat, await groat.asset(asset), check_path(account), check_path(against), terms)
    await adoption.run(dry_run)
    for line in adoption.lines(dry_run):
        typer.echo(line)
    if adoption.refused:
        raise typer.Exit(1)


class GrantAdoption:
    """A run over the accounts below a path; it counts what became of them."""

    def __init__(self, groat: Groat, asset: Asset, below: str, against: str, terms: Terms) -> None:
        self._groat = groat
        self._asset = asset
        self._below = below
        self._against = against
        self._terms = terms
        self.adopted = self.adopted_units = 0
        self.without = self.in_debt = self.held_units = self.granted_units = 0
        self.refused: list[tuple[str, Refusal]] = []

    async def run(self, dry: bool) -> None:
        """Adopt, or with ``dry`` only count. Raises StoreError."""
        after = ""
        while found := await self._groat.read(_page, self._below, self._asset.code, after):
            after = found[-1].path
            wanted = [each for each in found if self._look_at(each)]
            if dry:
                self.adopted += len(wanted)
                self.adopted_units += sum(each.plain for each in wanted)
                continue
            verdicts = await self._groat.execute_many([self._command(each) for each in wanted])
            for each, verdict in zip(wanted, verdicts, strict=True):
                if isinstance(verdict, Refusal):
                    self.refused.append((each.path, verdict))
                else:
                    self._count(verdict.view().postings)

    def _look_at(self, each: Standing) -> bool:
        """Count what stays as it is; return whether something is to be adopted."""
        self.held_units += each.held
        self.granted_units += each.granted
        if each.path == self._against:
            return False
        if each.balance < 0:
            self.in_debt += 1
        elif each.plain <= 0:
            self.without += 1
        return each.plain > 0

    def _count(self, postings: list[PostingView]) -> None:
        if postings:
            self.adopted += 1
            self.adopted_units += parse_amount(postings[0].amount, self._asset)
        else:
            # Somebody spent it since it was read.
            self.without += 1

    def _command(self, each: Standing) -> AdoptBalance:
        code = self._asset.code
        digest = blake2b(f"{each.path}/{code}".encode(), digest_size=16).hexdigest()
        return AdoptBalance(
            principal=PRINCIPAL,
            # The account's version is part of the key, so each state of the account is answered once.
            key=derive("adopt-grants", digest, each.version),
            reason=REASON,
            account=each.path,
            asset=code,
            against=self._against,
            terms=self._terms,
        )

    def lines(self, dry: bool) -> list[str]:
        """Return the report for people."""
        code = self._asset.code
        did = "would become" if dry else "became"
        found = [
            f"{self.adopted} accounts: {self._text(self.adopted_units)} {code} {did} grants",
            f"left as they are: {self.without} accounts with nothing available that is no grant's,"
            f" {self.in_debt} below zero",
            f"{self._text(self.held_units)} {code} are held and keep no terms,"
            f" {self._text(self.granted_units)} {code} were grants before",
        ]
        found += [f"refused: {path}: {refusal.code}: {refusal.detail}" for path, refusal in self.refused[:50]]
        if len(self.refused) > 50:
            found.append(f"and {len(self.refused) - 50} more were refused")
        return [*found, "Nothing was written."] if dry else found

    def _text(self, units: int) -> str:
        return format_amount(units, self._asset.scale)


def _page(below: str, asset: str, after: str) -> Flow[list[Standing]]:
    args = (below, f"{below}:", f"{below};", asset, after, PAGE)
    return [Standing(*row) for row in (yield Query("credits_adoptable", args))]
