"""The command that draws a line of an account, moves it, or takes it away. It moves no money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from groat.ledger.accounts import check_path
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import AuditEntry, Book, Refs
from groat.ledger.commands import Checks, Command, Effect, check_known
from groat.ledger.crossings import set_line
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.rows import Account, TransactionRow


class SetLine(Command, kw_only=True):
    """Set the line of an account to ``threshold`` (smallest units), or take it away (None).

    ``line_kind`` says who listens, ``ref`` which of its lines it is. With ``begins`` an account that is below the line
    crosses it now.
    """

    kind: ClassVar[str] = "set_line"
    account: str
    asset: str
    line_kind: str
    ref: str = ""
    threshold: int | None
    begins: bool = False

    def target(self) -> Any:
        """Cover the account, the line and its threshold."""
        return (self.account, self.asset, self.line_kind, self.ref, self.threshold, self.begins)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        check_path(self.account)
        check_known(self.asset, assets)
        if self.threshold is not None and abs(self.threshold) > AMOUNT_MAX:
            raise InvalidInput("amount_overflow")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the account, which is opened where there is none."""
        refs.accounts.add((self.account, self.asset))

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits, for nothing is moved."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Set the line; one that is there already is left as it is."""
        account = book.accounts[self.account, self.asset]
        lines = book.account_lines.get(account)
        before = None if lines is None else lines.thresholds.get((self.line_kind, self.ref))
        if before != self.threshold:
            set_line(book, account, self.line_kind, self.ref, self.threshold, begins=self.begins)
            self._note(book, account, before)
        return Effect(accounts=[account])

    def _note(self, book: Book, account: Account, before: int | None) -> None:
        shown = [
            msgspec.json.encode(
                {self.line_kind: None if value is None else format_amount(value, account.scale)}
            ).decode()
            for value in (before, self.threshold)
        ]
        actor, target = self.actor or self.principal, f"{account.path}/{account.asset}"
        book.audit.append(AuditEntry(self.kind, self.principal, actor, target, self.reason, self.key, *shown))
