"""The operations with which staff look up updates of people's credits."""

from __future__ import annotations

from typing import Any

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import CURSOR, LIMIT, STALE, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.identity.model import check_user
from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.text import check_id, parse_time
from groat.programs.credits.admin.updates import Sought, page_updates, read_devices
from groat.programs.credits.admin.views import CreditUpdatePage, DevicePage
from groat.programs.credits.errors import CreditError
from groat.store.reading import LAST_ID

REASON_MAX = 100

operations = Operations()

_ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
_AT = "2026-11-20T18:59:50.123456Z"
_UPDATE: dict[str, Any] = {
    "transaction": _ID, "at": _AT, "kind": "set_balance", "user": "42", "account": "user:42", "asset": "CREDIT",
    "delta": "20", "before": "100", "after": "120", "actor": "user:admin", "principal": "user:admin",
    "reason": "Admin update", "cause": None, "reverses": None, "reversed": False, "sent": 2, "seen": 1,
    "sent_at": _AT, "seen_at": _AT,
}  # fmt: skip
_TIME = {"type": "string", "format": "date-time"}


@operations.declare(
    "listCreditUpdates",
    "GET /v1/credits/updates",
    Right.STAFF,
    "credit updates",
    "Look up updates of credits",
    answer=CreditUpdatePage,
    query=(
        Parameter("user", {"type": "string"}, "Only of this person, all accounts."),
        Parameter("actor", {"type": "string"}, "Only what this principal did, such as user:admin."),
        Parameter(
            "reason",
            {"type": "string", "maxLength": REASON_MAX},
            "Only with this text in the reason, whatever its case.",
        ),
        Parameter("from", _TIME, "Only what was committed at this moment or later."),
        Parameter("to", _TIME, "Only what was committed before this moment."),
        CURSOR,
        LIMIT,
        STALE,
    ),
    codes=("invalid_user", "invalid_time", "invalid_cursor"),
    answer_example={"items": [_UPDATE], "cursor": None},
)
async def list_credit_updates(call: Call) -> Answer:
    """Every change of a person's balance, newest first: by whom, why, before and after, to how many of the person's
    devices it was sent, and how many have shown it. A page has the updates of up to `limit` transactions.
    """
    query, limit = call.query, call.limit()
    user, reason = query.get("user", ""), query.get("reason", "")
    if len(reason) > REASON_MAX:
        raise HttpError("invalid_query", f"reason has at most {REASON_MAX} characters.")
    start = parse_time(query["from"]) if "from" in query else 0
    end = parse_time(query["to"]) if "to" in query else AMOUNT_MAX
    wanted = Sought(check_user(user) if user else "", query.get("actor", ""), reason, start, end)
    lookup = call.lookup()
    items, last = await lookup.read(
        page_updates, wanted, call.id_cursor(LAST_ID), limit, dict(await lookup.assets())
    )
    return Answer.of(CreditUpdatePage(items, None if last is None else call.to_cursor(last)))


@operations.declare(
    "listUpdateDevices",
    "GET /v1/credits/updates/{transaction}/devices",
    Right.STAFF,
    "credit updates",
    "Look up which devices an update reached",
    answer=DevicePage,
    params=(Parameter("transaction", {"type": "string", "format": "uuid"}, "The transaction's id."),),
    query=(Parameter("user", {"type": "string"}, "Whose devices.", required=True),),
    codes=("update_not_found", "invalid_id", "invalid_user"),
    answer_example={"items": [{"device": "f3a1", "sent_at": _AT, "seen_at": None}]},
)
async def list_update_devices(call: Call) -> Answer:
    """The devices of a person to which an update was sent, and those that have shown it, as long as events are kept. A
    device is a browser, or one connection of a client that does not name its device.
    """
    user = check_user(call.query["user"])
    found = await call.groat.read(
        read_devices, check_id(call.params["transaction"]), user, dict(await call.groat.assets())
    )
    if found is None:
        raise CreditError("update_not_found")
    return Answer.of(DevicePage(found))
