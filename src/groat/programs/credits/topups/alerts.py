"""Tell people once when few credits are left, and once when there are enough again.

An account's alert is a row and a line of the account at its amount. What crosses the line is told by a job: under a key
of the crossing, once it has seen under the account's lock on which side of the line the account is by then. A setting
gives people a line by asset; whoever chose one of their own, or none, keeps that.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import msgspec

from groat.engine.groat import Groat
from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import AuditEntry, Book, Refs, Table
from groat.ledger.commands import Checks, Command, Effect, check_known
from groat.ledger.crossings import set_line
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.keys import derive
from groat.ledger.rows import Account, TransactionRow
from groat.ledger.text import format_time
from groat.programs import notifications
from groat.programs.credits.errors import CreditError
from groat.programs.notifications import Notice
from groat.programs.said import joined, say
from groat.store.crossings import CrossingRow
from groat.store.extension import Event
from groat.store.flow import Flow, Query

ALERT = Table("credits_alert", lock="credits_lock_alerts", write="credits_write_alerts", leads=False)
LINE = "credits.low"
CATEGORY = "credits"
BY = "system:credits"
UPDATED = "credit_alert_updated"
PAGE = 1_000
ACCOUNTS_MAX = 20_000
"""A round looks at the accounts of so many ids."""
AGAIN_S = 3_600.0


class AlertView(msgspec.Struct):
    """An alert of an account: its owner is told when less than ``below`` is available, null for never.

    ``own`` says that somebody chose it for this account; otherwise the setting ``low_balance`` did. ``low`` is whether
    the owner was told that the account is below. ``changed_at`` is null while nobody changed anything.
    """

    account: str
    asset: str
    below: str | None
    own: bool
    low: bool
    changed_at: str | None


ALERT_UPDATED = Event(UPDATED, AlertView)


class StoredAlert(NamedTuple):
    """An alert as stored: ``threshold`` in smallest units, None for no alert, ``changed_at`` in microseconds."""

    id: str
    account: str
    asset: str
    threshold: int | None
    own: int
    low: int
    changed_at: int

    def view(self, scale: int) -> AlertView:
        """Return the alert as it is shown."""
        below = None if self.threshold is None else format_amount(self.threshold, scale)
        return AlertView(
            self.account, self.asset, below, bool(self.own), bool(self.low), format_time(self.changed_at)
        )


def alert_id(account: str, asset: str) -> str:
    """Return the id of an account's alert."""
    return f"{asset} {account}"


class _OfAlert(Command, kw_only=True):
    """A command about the alert of an account."""

    account: str
    asset: str

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`. Raises CreditError for an account of nobody."""
        Command.check(self, assets)
        check_path(self.account)
        check_known(self.asset, assets)
        if owner_stream(self.account) is None:
            raise CreditError("account_of_nobody", account=self.account)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the alert, the account, and its owner's stream."""
        refs.rows.setdefault(ALERT, set()).add(alert_id(self.account, self.asset))
        refs.accounts.add((self.account, self.asset))

    def _stored(self, book: Book) -> StoredAlert | None:
        values = book.row(ALERT, alert_id(self.account, self.asset))
        return None if values is None else StoredAlert(*values)


class SetAlert(_OfAlert, kw_only=True):
    """Set the alert of an account to ``threshold`` (smallest units), or to none (None).

    One that is not its ``own`` leaves what somebody chose as it is.
    """

    kind: ClassVar[str] = "set_alert"
    threshold: int | None
    own: bool = True

    def target(self) -> Any:
        """Cover the account and its alert."""
        return (self.account, self.asset, self.threshold, self.own)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        _OfAlert.check(self, assets)
        if self.threshold is not None and not 0 < self.threshold <= AMOUNT_MAX:
            raise InvalidInput("amount_not_positive" if self.threshold <= 0 else "amount_overflow")

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check no limits, for nothing is moved."""
        return Checks(set(), set())

    def decide(self, book: Book) -> Effect | Refusal:
        """Draw the line; nobody is told where the account stands already."""
        account, before = book.accounts[self.account, self.asset], self._stored(book)
        wanted = (self.threshold, int(self.own))
        if before is not None and (before[3:5] == wanted or (before.own and not self.own)):
            return Effect(accounts=[account], extra=_plain(before, account))
        set_line(book, account, LINE, "", self.threshold)
        below = self.threshold is not None and account.available < self.threshold
        # An owner who chose the line hears when the account is above it again. Nobody has heard of the setting's line.
        after = StoredAlert(
            alert_id(self.account, self.asset), self.account, self.asset, *wanted, int(below and self.own), book.now
        )  # fmt: skip
        book.put(ALERT, after.id, list(after))
        made = self.record(book, [])
        shown = [_plain(each, account) if each else None for each in (before, after)]
        book.audit.append(
            AuditEntry(
                self.kind,
                self.principal,
                self.actor or self.principal,
                f"{account.path}/{account.asset}",
                self.reason,
                self.key,
                *(msgspec.json.encode(each and {"below": each["below"]}).decode() for each in shown),
            )
        )
        book.tell(made.id, owner_stream(self.account) or "", UPDATED, _plain(after, account))
        return Effect([made], extra=_plain(after, account))


class TellBalance(_OfAlert, kw_only=True):
    """Tell the owner that an account is below its line, or above it again, unless they know that."""

    kind: ClassVar[str] = "low_balance"

    def target(self) -> Any:
        """Cover the account."""
        return (self.account, self.asset)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need what an alert needs, and what a notification does."""
        _OfAlert.needs(self, refs, book)
        notifications.need(refs, owner_stream(self.account) or "")

    def decide(self, book: Book) -> Effect | Refusal:
        """Look at the account as it is now, and tell what its owner does not know."""
        account, stored = book.accounts[self.account, self.asset], self._stored(book)
        if stored is None or stored.threshold is None:
            return Effect()
        low = account.available < stored.threshold
        if low == bool(stored.low):
            return Effect()
        after = stored._replace(low=int(low))
        book.put(ALERT, after.id, list(after))
        made = self.record(book, [])
        stream = owner_stream(self.account) or ""
        told = notifications.notify(
            book,
            made.id,
            stream,
            notice_of(account, stored.threshold, low),
            {"kind": "account", "id": account.path},
        )
        book.tell(made.id, stream, UPDATED, _plain(after, account), told)
        return Effect([made])


def notice_of(account: Account, threshold: int, low: bool) -> Notice:
    """Word what its owner is told of an account that is below its line, or above it again."""
    # An asset named CREDIT is counted in credits, another one in its own code.
    what = "credits" if account.asset == "CREDIT" else account.asset
    left, line = (format_amount(units, account.scale) for units in (account.available, threshold))
    thread = f"low:{account.path}/{account.asset}"
    if low:
        return Notice(
            "warning",
            say("Only {left} {what} left", left=left, what=what),
            joined(say("You have less than {line} {what}.", line=line, what=what), say("Buy more to go on.")),
            CATEGORY,
            thread,
        )
    return Notice(
        "success",
        say("{left} {what} available again", left=left, what=what),
        say("You have {line} {what} or more.", line=line, what=what),
        CATEGORY,
        thread,
    )


def _plain(alert: StoredAlert, account: Account) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(alert.view(account.scale))
    return plain


class Alerts:
    """Tells people of low balances, and draws the lines of the setting: ``defaults`` are amounts by asset."""

    def __init__(self, groat: Groat, defaults: Mapping[str, str]) -> None:
        self._groat = groat
        self._defaults = defaults
        self._after: dict[str, int] = {}
        self._began = time.monotonic()

    async def act(self, crossing: CrossingRow) -> None:
        """Tell the owner of an account how it stands after a crossing. Raises GroatError."""
        await self._groat.execute(
            TellBalance(
                principal=BY,
                key=derive("credits", "low", crossing.id),
                account=crossing.account,
                asset=crossing.asset,
            )
        )

    async def draw(self) -> None:
        """Draw the setting's line on accounts of people that have none, or another one by the setting of before.

        A round goes on behind the accounts of the one before, and looks at a bounded number; each hour it begins anew.
        Raises GroatError.
        """
        assets = await self._groat.assets()
        drawn, last = await self._groat.read(_read_drawn)
        if time.monotonic() - self._began > AGAIN_S:
            self._after, self._began = {}, time.monotonic()
        for asset in sorted({*self._defaults, *drawn} & assets.keys()):
            line = self._defaults.get(asset)
            threshold = None if line is None else await self._groat.amount(line, asset)
            after = self._after.get(asset, 0)
            upto = min(last, after + ACCOUNTS_MAX)
            while after < upto:
                page = min(after + PAGE, upto)
                await self._draw(asset, threshold, after, page)
                after = self._after[asset] = page

    async def _draw(self, asset: str, threshold: int | None, after: int, upto: int) -> None:
        found = await self._groat.read(_to_draw, asset, threshold, after, upto)
        wanted = "none" if threshold is None else threshold
        commands = [
            SetAlert(
                principal=BY,
                key=derive("credits", "alert", id, wanted, changed_at),
                account=account,
                asset=asset,
                threshold=threshold,
                own=False,
            )
            for id, account, changed_at in found
        ]
        if commands:
            await self._groat.execute_many(commands)


def find_alerts(account: str) -> Flow[list[StoredAlert]]:
    """Read the alerts of an account."""
    return [StoredAlert(*row) for row in (yield Query("credits_find_alerts", (account,)))]


def _read_drawn() -> Flow[tuple[set[str], int]]:
    """Read the assets for which the setting drew lines, and the id of the last account."""
    assets = {row[0] for row in (yield Query("credits_alert_assets"))}
    (last,) = yield Query("credits_last_account")
    return assets, last


def _to_draw(asset: str, threshold: int | None, after: int, upto: int) -> Flow[list[tuple[int, str, int]]]:
    rows = yield Query("credits_alerts_to_draw", (asset, threshold, after, upto))
    return [(id, account, changed_at) for id, account, changed_at in rows]
