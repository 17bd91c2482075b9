"""The operations that read grants: people their own, staff and services everybody's; and the reports for staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ParamSpec, TypeVar

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import ASSET, CURSOR, LIMIT, STALE, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right, owns, sees_everything
from groat.api.sharing import check_may_read
from groat.ledger.accounts import check_path
from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.errors import InvalidInput
from groat.ledger.text import check_id, format_time
from groat.programs.credits import reading, reports
from groat.programs.credits.errors import CreditError
from groat.programs.credits.reading import BEGINNING, GrantPlace
from groat.programs.credits.views import (
    ForecastView,
    GrantDetail,
    GrantMovePage,
    GrantPage,
    LiabilityReport,
    MonthReport,
)
from groat.store.flow import Flow
from groat.store.moment import read_time

P = ParamSpec("P")
T = TypeVar("T")

DAYS, DAYS_MAX = 30, 400
MONTHS_MAX = 120
CSV = b"text/csv; charset=utf-8"
STATES = ("live", "ended", "all")

operations = Operations()

_ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
_AT = "2026-11-20T18:59:50.123456Z"
GRANT: dict[str, Any] = {
    "id": "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e50", "account": "user:42", "asset": "CREDIT", "state": "live",
    "class": "promotional", "cause": "signup", "note": "Welcome", "amount": "100", "remaining": "60",
    "available": "45", "held": "15", "spent": "40", "expired": "0", "voided": "0", "priority": 100,
    "expires_at": "2026-12-20T18:59:50.123456Z", "source": "house:promotions", "transaction": _ID, "parent": None,
    "created_at": _AT, "voided_at": None,
}  # fmt: skip
_MOVE: dict[str, Any] = {
    "transaction": _ID, "kind": "post", "amount": "-40", "held": "0", "counterparty": "house:sales",
    "reason": "Order 7", "actor": "service:shop", "at": _AT, "hold": None, "reverses": None,
}  # fmt: skip
_HOLD = {"hold": _ID, "amount": "15", "destination": "house:sales", "expires_at": None, "created_at": _AT}
_MONTH = {"month": "2026-12", "asset": "CREDIT", "class": "promotional", "count": 3, "amount": "180"}

_GRANT = Parameter("grant", {"type": "string", "format": "uuid"}, "The grant's id.")
_FORMAT = Parameter("format", {"enum": ["json", "csv"], "default": "json"}, "JSON, or CSV to download.")
_MONTHS = (
    Parameter(
        "from", {"type": "string", "pattern": r"^\d{4}-\d{2}$"}, "The first month; eleven before `to`."
    ),
    Parameter("to", {"type": "string", "pattern": r"^\d{4}-\d{2}$"}, "The last month (UTC); this one."),
)


@operations.declare(
    "listGrants",
    "GET /v1/accounts/{account}/grants",
    Right.SIGNED_IN,
    "grants",
    "List an account's grants",
    answer=GrantPage,
    query=(
        ASSET,
        Parameter(
            "state",
            {"enum": list(STATES), "default": "live"},
            "`live`: those that can be spent, in the order in which they are; `ended` and `all`: newest first.",
        ),
        CURSOR,
        LIMIT,
        STALE,
    ),
    codes=("invalid_account", "unknown_asset", "invalid_cursor"),
    answer_example={"items": [GRANT], "cursor": None},
)
async def list_grants(call: Call) -> Answer:
    """The grants of an account: credits with an expiry, a priority and a class. People read those of their own
    accounts.
    """
    path = check_path(call.params["account"])
    await check_may_read(call, path)
    state, limit, cursor = call.query.get("state", "live"), call.limit(), call.cursor()
    if state not in STATES:
        raise HttpError("invalid_query", "state is live, ended or all.")
    asset = await _asset(call)
    if state == "live":
        after = BEGINNING if cursor is None else _place(cursor)
        items, last = await _read(call, reading.page_live, path, asset, after, limit)
        following = call.to_cursor(" ".join(map(str, last))) if last and len(items) == limit else None
        return Answer.of(GrantPage(items, following))
    before = call.id_cursor("")
    items = await _read(call, reading.page_newest, path, asset, state == "all", before, limit)
    return Answer.of(GrantPage(items, call.to_cursor(items[-1].id) if len(items) == limit else None))


@operations.declare(
    "getGrant",
    "GET /v1/grants/{grant}",
    Right.SIGNED_IN,
    "grants",
    "Read a grant",
    answer=GrantDetail,
    params=(_GRANT,),
    codes=("grant_not_found", "invalid_id"),
    answer_example={"grant": GRANT, "children": [], "holds": [_HOLD]},
)
async def get_grant(call: Call) -> Answer:
    """A grant, what was made of it (by transfers between people, by reversals), and the holds that reserve parts of it.
    People read those of their own accounts, and of what was made of them only their own.
    """
    found = await _find(call)
    if not sees_everything(call.identity):
        found.children = [child for child in found.children if owns(call.identity, child.account)]
    return Answer.of(found)


@operations.declare(
    "listGrantMoves",
    "GET /v1/grants/{grant}/moves",
    Right.SIGNED_IN,
    "grants",
    "Read where a grant went",
    answer=GrantMovePage,
    params=(_GRANT,),
    query=(CURSOR, LIMIT),
    codes=("grant_not_found", "invalid_id", "invalid_cursor"),
    answer_example={"items": [_MOVE], "cursor": None},
)
async def list_grant_moves(call: Call) -> Answer:
    """Every change of a grant, newest first: what it paid, what was held of it and freed, what a reversal gave back,
    what expired or was taken back.
    """
    grant = (await _find(call)).grant
    before, limit = call.id_cursor(""), call.limit()
    # A transaction may have several postings, and a page ends with a whole one.
    found = await _read(call, reading.page_moves, grant, before, limit + 1)
    shown = found
    if len(found) > limit:
        last = found[-1].transaction
        shown = [move for move in found if move.transaction != last] or found
    more = call.to_cursor(shown[-1].transaction) if len(found) > limit else None
    return Answer.of(GrantMovePage(shown, more))


@operations.declare(
    "forecastGrants",
    "GET /v1/accounts/{account}/grants/forecast",
    Right.SIGNED_IN,
    "grants",
    "Forecast an account's grants",
    answer=ForecastView,
    query=(
        Parameter(ASSET.name, ASSET.schema, "Which balance.", required=True),
        Parameter(
            "days",
            {"type": "integer", "minimum": 1, "maximum": DAYS_MAX, "default": DAYS},
            "How many days, today included.",
        ),
        Parameter(
            "zone",
            {"type": "string", "maxLength": 64, "default": "UTC"},
            "The time zone in which days end, such as Europe/Vienna.",
        ),
    ),
    codes=("account_not_found", "invalid_account", "unknown_asset"),
    answer_example={
        "account": "user:42", "asset": "CREDIT", "zone": "UTC", "now": "45", "other": "20",
        "days": [{"day": "2026-11-20", "paid": "0", "promotional": "45", "expires": "0"}],
    },
)  # fmt: skip
async def forecast_grants(call: Call) -> Answer:
    """Tells what an account's grants are worth at the end of each day to come if nothing is spent."""
    path = check_path(call.params["account"])
    await check_may_read(call, path)
    text = call.query.get("days", str(DAYS))
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= DAYS_MAX):
        raise HttpError("invalid_query", f"days is a number from 1 to {DAYS_MAX}.")
    zone, asset = call.zone(), await call.groat.asset(call.query["asset"])
    found = await call.groat.read(reading.forecast, path, asset, int(text), zone, zone.key)
    if found is None:
        raise HttpError("account_not_found", account=path)
    return Answer.of(found)


@operations.declare(
    "reportLiability",
    "GET /v1/credits/liability",
    Right.STAFF,
    "credit reports",
    "Report what is outstanding",
    answer=LiabilityReport,
    other_media_types=("text/csv",),
    query=(ASSET, _FORMAT, STALE),
    codes=("unknown_asset",),
    answer_example={
        "at": _AT,
        "items": [
            {"asset": "CREDIT", "class": "paid", "grants": 2, "accounts": 1, "amount": "250", "held": "0"},
        ],
    },
)
async def report_liability(call: Call) -> Answer:
    """The worth of grants that can still be spent, by asset and class, and what else people have of these assets."""
    return _report(call, await _read(call, reports.liability, await _asset(call)), "liability")


@operations.declare(
    "reportExpiring",
    "GET /v1/credits/expiring",
    Right.STAFF,
    "credit reports",
    "Report what expires when",
    answer=MonthReport,
    other_media_types=("text/csv",),
    query=(ASSET, _FORMAT, STALE),
    codes=("unknown_asset",),
    answer_example={"at": _AT, "items": [_MONTH]},
)
async def report_expiring(call: Call) -> Answer:
    """Tells what is left of all grants by the month (UTC) in which it expires if nothing is spent; at the end what
    never does.
    """
    return _report(call, await _read(call, reports.expiring, await _asset(call)), "expiring")


@operations.declare(
    "reportBreakage",
    "GET /v1/credits/breakage",
    Right.STAFF,
    "credit reports",
    "Report what expired",
    answer=MonthReport,
    other_media_types=("text/csv",),
    query=(ASSET, *_MONTHS, _FORMAT, STALE),
    codes=("unknown_asset", "report_too_long"),
    answer_example={"at": _AT, "items": [_MONTH]},
)
async def report_breakage(call: Call) -> Answer:
    """Tells what expired and was booked to house:breakage, by month (UTC), asset and class."""
    return _report(call, await _used(call, "expired"), "breakage")


@operations.declare(
    "reportSpent",
    "GET /v1/credits/spent",
    Right.STAFF,
    "credit reports",
    "Report what was spent",
    answer=MonthReport,
    other_media_types=("text/csv",),
    query=(ASSET, *_MONTHS, _FORMAT, STALE),
    codes=("unknown_asset", "report_too_long"),
    answer_example={"at": _AT, "items": [_MONTH]},
)
async def report_spent(call: Call) -> Answer:
    """Paid against promotional: what people spent of grants, net of reversals, by month (UTC), asset and class. What
    goes from person to person is not spent.
    """
    return _report(call, await _used(call, "spent"), "spent")


async def _read(call: Call, flow: Callable[..., Flow[T]], *args: Any) -> T:
    """Run a flow of this program with the assets that rows may be in."""
    lookup = call.lookup() if "max_stale" in call.query else call.groat
    return await lookup.read(flow, *args, await lookup.assets())


async def _find(call: Call) -> GrantDetail:
    found = await _read(call, reading.find_grant, check_id(call.params["grant"]))
    if found is None or not (sees_everything(call.identity) or owns(call.identity, found.grant.account)):
        raise CreditError("grant_not_found")
    return found


async def _asset(call: Call) -> str:
    return (await call.groat.asset(call.query["asset"])).code if "asset" in call.query else ""


async def _used(call: Call, sort: str) -> MonthReport:
    last = _month(call.query.get("to") or format_time((await call.groat.read(read_time)).now)[:7])
    first = _month(call.query["from"]) if "from" in call.query else last - 11
    if first > last:
        raise HttpError("invalid_query", "from lies before to.")
    if last - first >= MONTHS_MAX:
        raise CreditError("report_too_long")
    return await _read(call, reports.used, sort, await _asset(call), _begins(first), _begins(last + 1))


def _month(text: str) -> int:
    """Return the number of a month since the year 0. Raises HttpError ``invalid_query``."""
    year, _, month = text.partition("-")
    if not (len(text) == 7 and text.isascii() and year.isdigit() and month.isdigit()):
        raise HttpError("invalid_query", "Months are written like 2026-12.")
    if not (1970 <= int(year) <= 9998 and 1 <= int(month) <= 12):
        raise HttpError("invalid_query", "Months are written like 2026-12.")
    return int(year) * 12 + int(month) - 1


def _begins(number: int) -> int:
    return int(datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1_000_000


def _report(call: Call, report: LiabilityReport | MonthReport, name: str) -> Answer:
    form = call.query.get("format", "json")
    if form not in ("json", "csv"):
        raise HttpError("invalid_query", "format is json or csv.")
    if form == "json":
        return Answer.of(report)
    file = f'attachment; filename="{name}-{report.at[:10]}.csv"'.encode()
    return Answer(reports.to_csv(report).encode(), 200, ((b"content-disposition", file),), CSV)


def _place(cursor: str) -> GrantPlace:
    parts = cursor.split(" ")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 20 for part in parts[:3]):
        raise HttpError("invalid_cursor")
    priority, expires_at, version = map(int, parts[:3])
    if max(priority, expires_at, version) > AMOUNT_MAX:
        raise HttpError("invalid_cursor")
    return GrantPlace(priority, expires_at, version, _id(parts[3]))


def _id(cursor: str) -> str:
    try:
        return check_id(cursor)
    except InvalidInput:
        raise HttpError("invalid_cursor") from None
