"""The command that freezes, closes and opens accounts again: a path, with all of its assets and those to come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import msgspec

from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.amounts import Asset
from groat.ledger.book import AuditEntry, Book, Move, NotLocked, Refs, Table, refuse
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, OlderNodes, Refusal
from groat.ledger.grants import GRANTS
from groat.ledger.rows import STATES, Account, Leg, TransactionRow

PATHS = Table("groat_path", lock="lock_paths", write="write_paths")

Act = Literal["freeze", "unfreeze", "close", "reopen", "finish"]
_FROM: dict[Act, tuple[str, ...]] = {
    "freeze": ("open",),
    "unfreeze": ("frozen",),
    "close": ("open", "frozen"),
    "reopen": ("closing", "closed"),
    "finish": ("closing",),
}
_TO: dict[Act, str] = {"freeze": "frozen", "close": "closing", "finish": "closed"}


class SetState(Command, kw_only=True):
    """Change the state of a path. ``rest_to`` is the account that gets what is left of one that is closed.

    Closing ends by itself (``finish``) once nothing is held: the rest goes, and the path is closed.
    """

    kind: ClassVar[str] = "set_account_state"
    staged: ClassVar[bool] = True
    tables: ClassVar[tuple[Table, ...]] = (PATHS,)
    account: str
    act: Act
    rest_to: str = ""

    def target(self) -> Any:
        """Cover the path, what is to become of it, and where its rest goes."""
        return (self.account, self.act, self.rest_to)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        check_path(self.account)
        if not self.reason:
            raise InvalidInput("invalid_text", "Say in the reason why the account's state is changed.")
        if self.act in ("close", "finish"):
            check_path(self.rest_to)
            if self.rest_to == self.account:
                raise InvalidInput("same_account", account=self.account)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the path's row, then all of its balances, and where their rest goes."""
        refs.rows.setdefault(PATHS, set()).add(self.account)
        stream = owner_stream(self.account)
        if stream:
            refs.streams.add(stream)
        if (PATHS, self.account) in book.rows:
            for asset in self._assets(book):
                refs.assets.add(asset)
                refs.accounts.add((self.account, asset))
                if self.rest_to:
                    refs.accounts.add((self.rest_to, asset))

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: a state is no matter of money, and the rest goes when it can."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Change the state of all balances; close at once where nothing is held."""
        row = book.row(PATHS, self.account)
        if row is None:
            raise NotLocked
        state, turn = row[1], row[3]
        accounts = [self._account(book, self.account, asset) for asset in self._assets(book)]
        if state not in _FROM[self.act]:
            return refuse("wrong_account_state", account=self.account, state=state)
        if not book.knows(GRANTS):
            # A version that knows no states would move a frozen account.
            raise OlderNodes
        to, legs = _TO.get(self.act, "open"), list[Leg]()
        if self.act in ("close", "finish"):
            moved = self._empty(book, accounts)
            if not isinstance(moved, Refusal):
                to, legs = "closed", moved
            elif self.act == "finish":
                return moved
        for account in accounts:
            book.touch(account)
            account.extras = account.extras & ~sum(STATES.values()) | STATES.get(to, 0)
        book.restricted = book.restricted or to != "open"
        book.extras |= STATES.get(to, 0)
        book.put(PATHS, self.account, [self.account, to, self.rest_to if to != "open" else "", turn + 1])
        made = self.record(book, legs, kind=f"{self.act}_account")
        actor = self.actor or self.principal
        texts = [_state_text(*each) for each in ((state, row[2]), (to, self.rest_to))]
        book.audit.append(
            AuditEntry(
                f"{self.act}_account", self.principal, actor, self.account, self.reason, self.key, *texts
            )
        )
        stream = owner_stream(self.account)
        if stream:
            book.tell(made.id, stream, "account_updated", {"account": self.account, "state": to})
        return Effect([made], extra={"account": self.account, "state": to, "rest_to": self.rest_to})

    def _empty(self, book: Book, accounts: list[Account]) -> list[Leg] | Refusal:
        """Move what is left to the other account, also what is owed; refuse while something is held."""
        moves: list[Move] = []
        for account in accounts:
            if account.debits_pending or account.credits_pending:
                return refuse("account_closing", account=account.path, asset=account.asset)
            if account.balance:
                rest = self._account(book, self.rest_to, account.asset)
                if rest.standing != "open":
                    return refuse(f"account_{rest.standing}", account=rest.path, asset=rest.asset)
                sides = (account, rest) if account.balance > 0 else (rest, account)
                moves.append(Move(len(moves), *sides, abs(account.balance), 0))
        return book.move(moves, act="due") if moves else []

    def _assets(self, book: Book) -> list[str]:
        row = book.row(PATHS, self.account) or []
        if len(row) < 5:
            # Another command of this batch wrote it. The next batch reads it anew.
            raise NotLocked
        assets: list[str] = msgspec.json.decode(row[4]) if isinstance(row[4], str) else row[4]
        return assets

    def _account(self, book: Book, path: str, asset: str) -> Account:
        found = book.accounts.get((path, asset))
        if found is None:
            raise NotLocked
        return found


def _state_text(state: str, rest_to: str) -> str:
    return msgspec.json.encode({"state": state} | ({"rest_to": rest_to} if rest_to else {})).decode()
