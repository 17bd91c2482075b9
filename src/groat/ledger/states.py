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
FROM: dict[Act, tuple[str, ...]] = {
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
        for asset in need_path(refs, book, self.account):
            if self.rest_to:
                refs.accounts.add((self.rest_to, asset))

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: a state is no matter of money, and the rest goes when it can."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Change the state of all balances; close at once where nothing is held."""
        (state, before_to, turn), accounts = path_of(book, self.account)
        if state not in FROM[self.act]:
            return refuse("wrong_account_state", account=self.account, state=state)
        refuse_older_nodes(book)
        to, legs = _TO.get(self.act, "open"), list[Leg]()
        if self.act in ("close", "finish"):
            moved = self._empty(book, accounts)
            if not isinstance(moved, Refusal):
                to, legs = "closed", moved
            elif self.act == "finish":
                return moved
        rest_to = self.rest_to if to != "open" else ""
        put_state(book, self.account, accounts, to, rest_to, turn + 1)
        made = self.record(book, legs, kind=f"{self.act}_account")
        actor = self.actor or self.principal
        texts = [state_text(*each) for each in ((state, before_to), (to, rest_to))]
        book.audit.append(
            AuditEntry(
                f"{self.act}_account", self.principal, actor, self.account, self.reason, self.key, *texts
            )
        )
        tell_state(book, made.id, self.account, to)
        return Effect([made], extra={"account": self.account, "state": to, "rest_to": self.rest_to})

    def _empty(self, book: Book, accounts: list[Account]) -> list[Leg] | Refusal:
        """Move what is left to the other account, also what is owed; refuse while something is held."""
        moves: list[Move] = []
        for account in accounts:
            if account.debits_pending or account.credits_pending:
                return refuse("account_closing", account=account.path, asset=account.asset)
            if account.balance:
                rest = book.accounts.get((self.rest_to, account.asset))
                if rest is None:
                    raise NotLocked
                if rest.standing != "open":
                    return refuse(f"account_{rest.standing}", account=rest.path, asset=rest.asset)
                sides = (account, rest) if account.balance > 0 else (rest, account)
                moves.append(Move(len(moves), *sides, abs(account.balance), 0))
        return book.move(moves, act="due") if moves else []


def need_path(refs: Refs, book: Book, path: str) -> list[str]:
    """Need a path's row, then all of its balances and its owner's stream; returns the assets once they are known."""
    refs.rows.setdefault(PATHS, set()).add(path)
    stream = owner_stream(path)
    if stream:
        refs.streams.add(stream)
    if (PATHS, path) not in book.rows:
        return []
    assets = assets_of(book, path)
    for asset in assets:
        refs.assets.add(asset)
        refs.accounts.add((path, asset))
    return assets


def assets_of(book: Book, path: str) -> list[str]:
    """Return the assets of a locked path. Raises NotLocked where another command of this batch wrote its row."""
    row = book.row(PATHS, path) or []
    if len(row) < 5:
        # The next batch reads it anew.
        raise NotLocked
    assets: list[str] = msgspec.json.decode(row[4]) if isinstance(row[4], str) else row[4]
    return assets


def path_of(book: Book, path: str) -> tuple[tuple[str, str, int], list[Account]]:
    """Return the state of a locked path, where its rest goes, the number of its changes; and its balances.

    Raises NotLocked.
    """
    row = book.row(PATHS, path)
    if row is None:
        raise NotLocked
    accounts = [book.accounts.get((path, asset)) for asset in assets_of(book, path)]
    locked = [account for account in accounts if account is not None]
    if len(locked) < len(accounts):
        raise NotLocked
    return (row[1], row[2], row[3]), locked


def refuse_older_nodes(book: Book) -> None:
    """Raise OlderNodes while a node may run that knows no states: it would move a frozen account."""
    if not book.knows(GRANTS):
        raise OlderNodes


def put_state(book: Book, path: str, accounts: list[Account], to: str, rest_to: str, turn: int) -> None:
    """Write the state of a path, and mark its balances with it."""
    for account in accounts:
        book.touch(account)
        account.extras = account.extras & ~sum(STATES.values()) | STATES.get(to, 0)
    book.restricted = book.restricted or to != "open"
    book.extras |= STATES.get(to, 0)
    book.put(PATHS, path, [path, to, rest_to, turn])


def tell_state(book: Book, cause: str, path: str, state: str) -> None:
    """Tell the owner of an account in which state it is now."""
    stream = owner_stream(path)
    if stream:
        book.tell(cause, stream, "account_updated", {"account": path, "state": state})


def state_text(state: str, rest_to: str) -> str:
    """Return a state as the audit log has it."""
    return msgspec.json.encode({"state": state} | ({"rest_to": rest_to} if rest_to else {})).decode()
