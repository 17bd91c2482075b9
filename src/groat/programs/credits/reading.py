"""Read grants: those of an account, one with its lineage, and what they are worth in the days to come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.text import format_time
from groat.programs.credits.views import (
    ForecastDay,
    ForecastView,
    GrantClass,
    GrantDetail,
    GrantHold,
    GrantMove,
    GrantState,
    GrantView,
)
from groat.store.flow import Flow, Query
from groat.store.reading import FIRST_ID, LAST_ID

CHILDREN_MAX = 200
"""At most this many of what was made of a grant, and of the holds on it, are shown with it."""
CLASSES: tuple[GrantClass, ...] = ("paid", "promotional")

Assets = Mapping[str, Asset]


class GrantRow(NamedTuple):
    """A grant as it is stored: amounts in smallest units, times in microseconds.

    ``remaining`` includes ``held``, and what has expired and is not booked yet.
    """

    id: str
    account: str
    asset: str
    cls: GrantClass
    cause: str
    note: str
    amount: int
    remaining: int
    held: int
    expired: int
    voided: int
    priority: int
    expires_at: int | None
    voided_at: int | None
    parent: str | None
    txn: str
    origin: str
    version: int
    created_at: int

    def view(self, assets: Assets, now: int) -> GrantView:
        """Make the view of the grant at the moment ``now``, whether or not its expiry is booked."""
        scale = assets[self.asset].scale

        def text(units: int) -> str:
            return format_amount(units, scale)

        over = self.expires_at is not None and self.expires_at <= now
        free = self.remaining - self.held
        lost = free if over and self.voided_at is None else 0
        taken = free if self.voided_at is not None else 0
        return GrantView(
            id=self.id,
            account=self.account,
            asset=self.asset,
            state=self._state(over),
            class_=self.cls,
            cause=self.cause,
            note=self.note,
            amount=text(self.amount),
            remaining=text(self.remaining - lost - taken),
            available=text(free - lost - taken),
            held=text(self.held),
            spent=text(self.amount - self.remaining - self.expired - self.voided),
            expired=text(self.expired + lost),
            voided=text(self.voided + taken),
            priority=self.priority,
            expires_at=None if self.expires_at is None else format_time(self.expires_at),
            source=self.origin,
            transaction=self.txn,
            parent=self.parent,
            created_at=format_time(self.created_at),
            voided_at=None if self.voided_at is None else format_time(self.voided_at),
        )

    def _state(self, over: bool) -> GrantState:
        if self.voided_at is not None:
            return "voided"
        if self.remaining == 0 and self.expired == 0:
            return "spent"
        return "expired" if over or self.expired else "live"


class GrantPlace(NamedTuple):
    """A grant's place in the order of spending."""

    priority: int
    expires_at: int
    version: int
    id: str


BEGINNING = GrantPlace(-(2**62), 0, 0, FIRST_ID)


def place_of(grant: GrantRow) -> GrantPlace:
    """Return a grant's place among those of its account."""
    expires_at = AMOUNT_MAX if grant.expires_at is None else grant.expires_at
    return GrantPlace(grant.priority, expires_at, grant.version, grant.id)


def page_live(
    account: str, asset: str, after: GrantPlace, limit: int, assets: Assets
) -> Flow[tuple[list[GrantView], GrantPlace | None]]:
    """Read the next ``limit`` grants that can be spent, in that order; with them the place of the last."""
    (now,) = yield Query("read_now")
    rows = [GrantRow(*r) for r in (yield Query("credits_page_live", (account, asset, now, *after, limit)))]
    return [row.view(assets, now) for row in rows], place_of(rows[-1]) if rows else None


def page_newest(
    account: str, asset: str, every: bool, before: str, limit: int, assets: Assets
) -> Flow[list[GrantView]]:
    """Read the next ``limit`` grants below an id, newest first: all, or unless ``every`` those that have ended."""
    (now,) = yield Query("read_now")
    args = (account, asset, before or LAST_ID, int(every), now, limit)
    return [GrantRow(*row).view(assets, now) for row in (yield Query("credits_page_newest", args))]


def find_grant(id: str, assets: Assets) -> Flow[GrantDetail | None]:
    """Read a grant with what was made of it and the holds on it; None for no such grant."""
    (now,) = yield Query("read_now")
    rows = [GrantRow(*row) for row in (yield Query("credits_find", (id, CHILDREN_MAX + 1)))]
    grant = next((row for row in rows if row.id == id), None)
    if grant is None:
        return None
    holds = yield Query("credits_open_parts", (id, CHILDREN_MAX))
    scale = assets[grant.asset].scale
    return GrantDetail(
        grant.view(assets, now),
        [row.view(assets, now) for row in rows if row.id != id],
        [
            GrantHold(
                hold,
                format_amount(left, scale),
                destination,
                None if expires_at is None else format_time(expires_at),
                format_time(created_at),
            )
            for hold, left, expires_at, created_at, destination in holds
        ],
    )


def page_moves(grant: GrantView, before: str, limit: int, assets: Assets) -> Flow[list[GrantMove]]:
    """Read what happened to a grant below the transaction ``before``, newest first."""
    scale = assets[grant.asset].scale
    moves = []
    for txn, _, amount, held, kind, reason, actor, at, hold, reverses, source, destination in (
        yield Query("credits_page_moves", (grant.id, before or LAST_ID, limit))
    ):
        moves.append(
            GrantMove(
                txn,
                kind,
                format_amount(amount, scale),
                format_amount(held, scale),
                destination if source == grant.account else source,
                reason,
                actor,
                format_time(at),
                hold,
                reverses,
            )
        )
    return moves


class Spendable(NamedTuple):
    """The rest of a grant that pays: its class, its free and held part, and when it expires."""

    cls: GrantClass
    free: int
    held: int
    expires_at: int | None


def forecast(account: str, asset: Asset, days: int, zone: tzinfo, name: str) -> Flow[ForecastView | None]:
    """Tell what an account's grants are worth at the end of each of ``days`` days, today first; None for no account.

    ``zone`` says when a day ends, and ``name`` is its name.
    """
    (now,) = yield Query("read_now")
    standing: dict[str, int] = dict((yield Query("credits_account_assets", (account,))))
    if asset.code not in standing:
        return None
    found = yield Query("credits_spendable", (account, asset.code, now))
    grants = [Spendable(*row) for _, *row in found]
    free = sum(grant.free for grant in grants)
    today = datetime.fromtimestamp(now / 1_000_000, zone).date()

    def text(units: int) -> str:
        return format_amount(units, asset.scale)

    return ForecastView(
        account,
        asset.code,
        name,
        text(free),
        text(max(0, standing[asset.code] - free)),
        [
            ForecastDay(
                day.isoformat(),
                text(_left(grants, "paid", end)),
                text(_left(grants, "promotional", end)),
                text(sum(g.free for g in grants if g.expires_at is not None and start <= g.expires_at < end)),
            )
            for day, start, end in _days(today, days, zone)
        ],
    )


def _left(grants: Iterable[Spendable], cls: GrantClass, end: int) -> int:
    return sum(g.free for g in grants if g.cls == cls and (g.expires_at is None or g.expires_at >= end))


def _days(first: date, count: int, zone: tzinfo) -> Iterable[tuple[date, int, int]]:
    """Days with the moments at which they begin and end, in microseconds."""
    for number in range(count):
        day = first + timedelta(days=number)
        yield day, _midnight(day, zone), _midnight(day + timedelta(days=1), zone)


def _midnight(day: date, zone: tzinfo) -> int:
    moment = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
    return int(moment.timestamp()) * 1_000_000
