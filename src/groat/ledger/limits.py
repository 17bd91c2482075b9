"""The commands that open accounts and change their limits; they move no money."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from groat.ledger.accounts import Limits, check_path
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import AuditEntry, Book, Refs, refuse
from groat.ledger.commands import Checks, Command, Effect, check_known
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.rows import Account, TransactionRow

Unset = msgspec.UnsetType
UNSET = msgspec.UNSET


class SetLimits(Command, kw_only=True):
    """Change floor and ceiling of an account (smallest units; None: no limit; UNSET: as it is). Moves no money."""

    kind: ClassVar[str] = "set_limits"
    account: str
    asset: str
    floor: int | Unset | None = UNSET
    ceiling: int | Unset | None = UNSET

    def target(self) -> Any:
        """Cover the account and the wanted limits."""
        return (self.account, self.asset, *("keep" if v is UNSET else v for v in (self.floor, self.ceiling)))

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        check_path(self.account)
        check_known(self.asset, assets)
        for limit in (self.floor, self.ceiling):
            if isinstance(limit, int) and abs(limit) > AMOUNT_MAX:
                raise InvalidInput("amount_overflow")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the account."""
        refs.accounts.add((self.account, self.asset))

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: an account that is beyond its new limits stays where it is."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Set the limits; an account that is beyond them already stays where it is (rule 4)."""
        account = book.accounts[self.account, self.asset]
        floor = account.floor if self.floor is UNSET else self.floor
        ceiling = account.ceiling if self.ceiling is UNSET else self.ceiling
        if floor is not None and ceiling is not None and floor > ceiling:
            return refuse("invalid_limits", account=account.path, asset=account.asset)
        before = _limits_json(account)
        book.touch(account)
        account.floor, account.ceiling = floor, ceiling
        self._act(book, account, before)
        return Effect(accounts=[account])

    def _act(self, book: Book, account: Account, before: str) -> None:
        target = f"{account.path}/{account.asset}"
        actor = self.actor or self.principal
        book.audit.append(
            AuditEntry(
                self.kind, self.principal, actor, target, self.reason, self.key, before, _limits_json(account)
            )
        )


class OpenAccount(SetLimits, kw_only=True):
    """Open an account with its limits (None: none; UNSET: what the policy says); one that is open stays as it is."""

    kind: ClassVar[str] = "open_account"

    def decide(self, book: Book) -> Effect | Refusal:
        """Set the limits only where no earlier command opened the account."""
        account = book.accounts[self.account, self.asset]
        if account.fresh:
            return SetLimits.decide(self, book)
        return Effect(accounts=[account])


def _limits_json(account: Account) -> str:
    limits = Limits(account.floor, account.ceiling)
    shown = {
        name: None if value is None else format_amount(value, account.scale)
        for name, value in limits._asdict().items()
    }
    return msgspec.json.encode(shown).decode()
