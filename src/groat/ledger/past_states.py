"""The command that writes how an account was frozen, closed and opened in another ledger, without doing it again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from groat.ledger.accounts import check_path
from groat.ledger.amounts import Asset, format_amount
from groat.ledger.book import AuditEntry, Book, PastEntry, Refs, Table, refuse
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import Refusal
from groat.ledger.rows import Account, TransactionRow
from groat.ledger.states import (
    FROM,
    PATHS,
    Act,
    need_path,
    path_of,
    put_state,
    refuse_older_nodes,
    state_text,
    tell_state,
)


class PastState(msgspec.Struct, frozen=True, array_like=True):
    """A change of an account's state as the audit log has it: its id, its moment in microseconds, who and why.

    ``state`` is the one in which it left the account.
    """

    id: str
    at: int
    act: Act
    state: str
    rest_to: str
    principal: str
    key: str
    actor: str
    reason: str


class RestoreStates(Command, kw_only=True):
    """Write changes of a path's state into the audit log as they were, and leave the path in the last of these states.

    Moves no money: what a closing moved is among the transactions. ``turn`` is the number of changes that the path has
    had here, after which these follow. ``left`` is what the other ledger has on the path once it is closed, by asset.
    """

    kind: ClassVar[str] = "restore_states"
    staged: ClassVar[bool] = True
    tables: ClassVar[tuple[Table, ...]] = (PATHS,)
    account: str
    changes: tuple[PastState, ...]
    turn: int
    left: Mapping[str, int] = {}

    def target(self) -> Any:
        """Cover the path and its changes."""
        return (self.account, self.changes)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        check_path(self.account)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the path's row, then all of its balances."""
        need_path(refs, book, self.account)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: a state is no matter of money."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Write each change where it follows from the state before it."""
        (state, rest_to, turn), accounts = path_of(book, self.account)
        if turn != self.turn:
            return self._differs(state)
        refuse_older_nodes(book)
        for change in self.changes:
            if state not in FROM[change.act]:
                return self._differs(state)
            if change.at > book.now:
                return refuse("future_effective_date")
            texts = state_text(state, rest_to), state_text(change.state, change.rest_to)
            who = (change.principal, change.actor, self.account, change.reason, change.key)
            entry = AuditEntry(f"{change.act}_account", *who, *texts)
            book.audit.append(PastEntry(change.id, change.at, entry))
            state, rest_to = change.state, change.rest_to
        if state == "closed":
            refusal = self._refuse_more(accounts)
            if refusal is not None:
                return refusal
        put_state(book, self.account, accounts, state, rest_to, turn + len(self.changes))
        made = self.record(book, [])
        tell_state(book, made.id, self.account, state)
        return Effect([made])

    def _refuse_more(self, accounts: list[Account]) -> Refusal | None:
        """Refuse to close an account that has something here which the other ledger's has not."""
        for account in accounts:
            if account.debits_pending or account.credits_pending:
                return refuse("account_closing", account=account.path, asset=account.asset)
            if account.balance != self.left.get(account.asset, 0):
                balance = format_amount(account.balance, account.scale)
                return self._differs(account.standing, asset=account.asset, balance=balance)
        return None

    def _differs(self, state: str, **fields: str) -> Refusal:
        return refuse("wrong_account_state", account=self.account, state=state, **fields)
