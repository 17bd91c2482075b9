"""Shared accounts: an account that is no person's may have members, each with rights of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Final

import msgspec

from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.amounts import Asset
from groat.ledger.book import AuditEntry, Book, NotLocked, Refs, Table, refuse
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, OlderNodes, Refusal
from groat.ledger.rows import MEMBERS, TransactionRow
from groat.ledger.states import PATHS, assets_of

RIGHTS: Final = ("read", "spend", "manage")
"""The rights of a member, in the order in which they are told. All members may read."""

MEMBERS_MAX: Final = 50
"""An account has at most so many members: each is told of every change of it, in the commit that makes it."""

SET_MEMBER: Final = "set_member"
_MEMBER = Table("groat_member", lock="lock_members", write="write_members", rank=1)


def check_shareable(path: str) -> str:
    """Return the path when an account there may have members. Raises InvalidInput ``invalid_account``."""
    check_path(path)
    if owner_stream(path) or path.partition(":")[0] in ("house", "role", "user"):
        raise InvalidInput(
            "invalid_account", "A shared account is no person's and not the house's: team:acme.", account=path
        )
    return path


def in_order(rights: Iterable[str]) -> tuple[str, ...]:
    """Return rights in their order, and ``read`` with any of them. Raises InvalidInput ``invalid_member``."""
    wanted = set(rights)
    if not wanted <= set(RIGHTS):
        raise InvalidInput("invalid_member")
    return tuple(right for right in RIGHTS if right in wanted or (right == "read" and wanted))


class SetMember(Command, kw_only=True):
    """Give a person rights on a shared account, or none any more. Moves no money.

    A member who manages may do it, too; ``is_staff`` says that the caller needs not be one.
    """

    kind: ClassVar[str] = SET_MEMBER
    staged: ClassVar[bool] = True
    tables: ClassVar[tuple[Table, ...]] = (PATHS, _MEMBER)
    account: str
    user: str
    rights: tuple[str, ...] = ()
    is_staff: bool = True

    @property
    def member(self) -> str:
        """Return the principal of the member, which is also their stream."""
        return f"user:{self.user}"

    def target(self) -> Any:
        """Cover the account, the member and their rights."""
        return (self.account, self.user, self.rights)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        check_shareable(self.account)
        if check_path(self.member).count(":") != 1:
            raise InvalidInput("invalid_member")
        self.rights = in_order(self.rights)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the path's row, then the members', and then the streams of all and the balances."""
        refs.rows.setdefault(PATHS, set()).add(self.account)
        refs.rows.setdefault(_MEMBER, set()).add(self._id(self.member))
        if not self.is_staff:
            refs.rows[_MEMBER].add(self._id(self.principal))
        refs.streams.add(self.member)
        if (PATHS, self.account) in book.rows:
            for asset in assets_of(book, self.account):
                refs.assets.add(asset)
                refs.accounts.add((self.account, asset))
        if (_MEMBER, self._id(self.member)) in book.rows:
            refs.streams.update(self._members(book))

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits: who is a member is no matter of money."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Write the member's rights, mark the balances, and tell all members."""
        if any(
            table is _MEMBER
            and row.values is not None
            and len(row.values) > 4
            and row.values[1] == self.account
            for (table, _), row in book.rows.items()
        ):
            # Another command of this batch changed a member. The next batch reads them anew.
            raise NotLocked
        members = self._members(book)
        if not self.is_staff and "manage" not in members.get(self.principal, ()):
            return refuse("not_a_manager", account=self.account)
        before = members.get(self.member, ())
        if not self.rights and not before:
            return refuse("member_not_found", account=self.account, user=self.user)
        if self.rights and not before and len(members) >= MEMBERS_MAX:
            return refuse("too_many_members", account=self.account, most=str(MEMBERS_MAX))
        if not book.knows(MEMBERS):
            # A version that knows no members would tell them nothing.
            raise OlderNodes
        told = {**members, self.member: self.rights}
        stay = {member: rights for member, rights in told.items() if rights}
        for asset in assets_of(book, self.account):
            account = book.accounts.get((self.account, asset))
            if account is None:
                raise NotLocked
            book.touch(account)
            account.extras = account.extras & ~MEMBERS | (MEMBERS if stay else 0)
            account.members = tuple(sorted(stay))
            book.extras |= MEMBERS
        id = self._id(self.member)
        turn = (book.row(_MEMBER, id) or [])[2]
        book.put(_MEMBER, id, [id, self.account, self.member, _text(self.rights), turn + 1])
        made = self.record(book, [])
        actor = self.actor or self.principal
        texts = [msgspec.json.encode({"rights": each}).decode() for each in (before, self.rights)]
        book.audit.append(AuditEntry(self.kind, self.principal, actor, id, self.reason, self.key, *texts))
        for member in sorted(told):
            data = {"account": self.account, "user": self.user, "rights": list(self.rights)}
            if member != self.member and "manage" not in told[member]:
                # Only members who manage hear of other members.
                continue
            book.tell(made.id, member, "member_updated", data)
        view = {"account": self.account, "user": self.user, "rights": list(self.rights)}
        return Effect([made], extra=view)

    def _id(self, member: str) -> str:
        return f"{self.account} {member}"

    def _members(self, book: Book) -> dict[str, tuple[str, ...]]:
        """Return the members of the account with their rights, as they are locked."""
        row = book.row(_MEMBER, self._id(self.member))
        if row is None or len(row) != 4:
            raise NotLocked
        found = msgspec.json.decode(row[3]) if isinstance(row[3], str) else row[3]
        return {member: tuple(rights.split(",")) for member, rights in found}


def _text(rights: tuple[str, ...]) -> str:
    return ",".join(rights)
