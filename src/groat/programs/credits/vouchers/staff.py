"""The operations of vouchers for staff: campaigns, their codes, what came of them, codes to export and to print."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import ExitStack
from typing import IO, Any

from groat.api.answer import Answer, Download
from groat.api.call import Call
from groat.api.money import ledger_of
from groat.api.operations import CURSOR, LIMIT, STALE, Operations, Parameter
from groat.api.problems import HttpError, problem
from groat.api.rights import Right
from groat.csv_cells import csv_line
from groat.ledger.errors import Refusal
from groat.ledger.keys import derive
from groat.ledger.text import check_id
from groat.programs.credits.vouchers import codes, qr, reading
from groat.programs.credits.vouchers.bodies import CampaignChange, CampaignInput, CodesInput, VoidCodeInput
from groat.programs.credits.vouchers.campaigns import (
    CODES_AT_ONCE,
    BeginCampaign,
    ChangeCampaign,
    MakeCodes,
    VoidCode,
)
from groat.programs.credits.vouchers.desk import Desk
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.operations import CODE, GRANT
from groat.programs.credits.vouchers.rows import CampaignRow
from groat.programs.credits.vouchers.views import (
    CampaignChart,
    CampaignPage,
    CampaignView,
    CodePage,
    MadeCodes,
    PrintedCode,
    PrintedCodes,
    campaign_view,
)
from groat.store.reading import LAST_ID

operations = Operations()

STATES = ("unused", "redeemed", "void")
PRINTED_MAX = 200
CSV = b"text/csv; charset=utf-8"
COLUMNS = ("number", "code", "link", "state", "made_at", "redeemed_by", "redeemed_at")
DAYS_MAX = 366

_ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e50"
_AT = "2026-11-20T18:59:50.123456Z"
_RULES: dict[str, Any] = {
    "name": "Spring", "amount": "100", "note": "Letter to 10,000 customers", "grant": {"lasts_s": 2_592_000},
    "starts_at": None, "ends_at": "2027-04-01T00:00:00Z", "uses_max": None, "uses_each": 1, "budget": "500000",
    "first_purchase": False, "active": True,
}  # fmt: skip
_CAMPAIGN: dict[str, Any] = {
    "id": _ID, **_RULES, "state": "running", "code": None, "asset": "CREDIT", "source": "house:promotions",
    "grant": GRANT, "codes": 10_000, "uses": 17, "spent": "1700", "version": 2, "created_by": "user:ada",
    "created_at": _AT, "changed_by": "user:ada", "changed_at": _AT,
}  # fmt: skip
_CODE: dict[str, Any] = {
    "number": 17, "state": "redeemed", "made_at": _AT, "made_by": "user:ada",
    "redemption": "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f", "user": "42", "redeemed_at": _AT,
}  # fmt: skip
_CAMPAIGN_ID = Parameter("campaign", {"type": "string", "format": "uuid"}, "The campaign's id.")
_NUMBER = Parameter("number", {"type": "integer", "minimum": 1}, "The code's number in the campaign.")
_STATE = Parameter("state", {"enum": list(STATES)}, "Only codes in this state.")
_INPUT_CODES = (
    "campaign_name_wrong", "voucher_times_wrong", "invalid_amount", "too_many_digits", "amount_not_positive",
    "amount_overflow", "invalid_grant", "invalid_time", "expires_in_past", "invalid_text", "text_too_long",
    "key_reused",
)  # fmt: skip


@operations.declare(
    "beginCampaign",
    "POST /v1/vouchers/campaigns",
    Right.POST,
    "vouchers",
    "Begin a campaign",
    body=CampaignInput,
    answer=CampaignView,
    status=201,
    statuses={200: "The key was used before for this very act: the campaign as it is now."},
    keyed=True,
    codes=(
        *_INPUT_CODES, "unknown_asset", "invalid_account", "voucher_source_wrong", "voucher_code_wrong",
        "voucher_code_taken",
    ),
    example={**_RULES, "asset": "CREDIT"},
    answer_example={**_CAMPAIGN, "codes": 0, "uses": 0, "spent": "0", "version": 1},
)  # fmt: skip
async def begin_campaign(call: Call) -> Answer:
    """With a shared `code`, everybody redeems that one. Without, make single-use codes afterwards."""
    key = call.key()
    body = await call.body(CampaignInput)
    asset = await call.groat.asset(body.asset)
    command = BeginCampaign(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        rules=await body.rules(call.groat, asset.code),
        asset=asset.code,
        source=body.source,
        code=body.code.strip(),
    )
    return await _written(call, command, 201)


@operations.declare(
    "listCampaigns",
    "GET /v1/vouchers/campaigns",
    Right.READ,
    "vouchers",
    "List campaigns",
    answer=CampaignPage,
    query=(CURSOR, LIMIT),
    codes=("invalid_cursor",),
    answer_example={"items": [_CAMPAIGN], "cursor": None},
)
async def list_campaigns(call: Call) -> Answer:
    """All campaigns, the newest first."""
    before, limit = call.id_cursor(LAST_ID), call.limit()
    items = await call.groat.read(reading.page_campaigns, before, limit, await call.groat.assets())
    return Answer.of(CampaignPage(items, call.to_cursor(items[-1].id) if len(items) == limit else None))


@operations.declare(
    "getCampaign",
    "GET /v1/vouchers/campaigns/{campaign}",
    Right.READ,
    "vouchers",
    "Read a campaign",
    answer=CampaignView,
    params=(_CAMPAIGN_ID,),
    codes=("campaign_not_found", "invalid_id"),
    answer_example=_CAMPAIGN,
)
async def get_campaign(call: Call) -> Answer:
    """A campaign with its counts: how many codes it has, how many were redeemed, and what they gave."""
    row, now = await _find(call)
    return Answer.of(campaign_view(row, await call.groat.assets(), now))


@operations.declare(
    "changeCampaign",
    "PUT /v1/vouchers/campaigns/{campaign}",
    Right.POST,
    "vouchers",
    "Change or stop a campaign",
    body=CampaignChange,
    answer=CampaignView,
    params=(_CAMPAIGN_ID,),
    keyed=True,
    codes=(*_INPUT_CODES, "campaign_not_found", "campaign_changed", "voucher_below_past", "invalid_id"),
    example={**_RULES, "active": False, "version": 1},
    answer_example={**_CAMPAIGN, "state": "stopped", "active": False},
)
async def change_campaign(call: Call) -> Answer:
    """Takes effect with the next redemption on any node. What was redeemed before stays as it is. Asset, account and
    code are fixed. With `active` false nothing is redeemed until it is true again.
    """
    key = call.key()
    body = await call.body(CampaignChange)
    row, _ = await _find(call)
    command = ChangeCampaign(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        campaign=row.id,
        rules=await body.rules(call.groat, row.asset),
        version=body.version,
    )
    return await _written(call, command, 200)


@operations.declare(
    "chartCampaign",
    "GET /v1/vouchers/campaigns/{campaign}/chart",
    Right.READ,
    "vouchers",
    "Chart a campaign's redemptions",
    answer=CampaignChart,
    params=(_CAMPAIGN_ID,),
    query=(
        Parameter(
            "days",
            {"type": "integer", "minimum": 1, "maximum": DAYS_MAX, "default": 30},
            "How many days back.",
        ),
        STALE,
    ),
    codes=("campaign_not_found", "invalid_id"),
    answer_example={"step": "day", "points": [{"at": "2026-11-20T00:00:00Z", "uses": 17, "amount": "1700"}]},
)
async def chart_campaign(call: Call) -> Answer:
    """Counts redemptions that were not undone by day (UTC), by hour where seven days or fewer are asked for."""
    row, _ = await _find(call)
    text = call.query.get("days", "30")
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= DAYS_MAX):
        raise HttpError("invalid_query", f"days is a number from 1 to {DAYS_MAX}.")
    lookup = call.lookup()
    return Answer.of(await lookup.read(reading.chart, row.id, int(text), await call.groat.asset(row.asset)))


@operations.declare(
    "makeVoucherCodes",
    "POST /v1/vouchers/campaigns/{campaign}/codes",
    Right.POST,
    "vouchers",
    "Make single-use codes",
    body=CodesInput,
    answer=MadeCodes,
    status=201,
    statuses={200: "The key was used before for this very act: no further codes were made."},
    params=(_CAMPAIGN_ID,),
    keyed=True,
    codes=(
        "key_reused", "campaign_not_found", "voucher_codes_shared", "voucher_codes_many", "invalid_id",
        "text_too_long", "invalid_text",
    ),
    example={"count": 10_000},
    answer_example={"count": 10_000, "first": 1, "last": 10_000, "replayed": False},
)  # fmt: skip
async def make_voucher_codes(call: Call) -> Answer:
    """Makes up to 100,000 codes, a thousand in each commit. A call that was cut short goes on where it stopped when it
    is repeated with its key.
    """
    key = call.key()
    body = await call.body(CodesInput)
    id, mint = check_id(call.params["campaign"]), call.services.part(Desk).mint
    made: list[dict[str, Any]] = []
    replayed = True
    for number, start in enumerate(range(0, body.count, CODES_AT_ONCE)):
        seed, count = codes.new_seed(), min(CODES_AT_ONCE, body.count - start)
        command = MakeCodes(
            principal=call.identity.principal,
            key=derive(key, number),
            reason=body.reason,
            campaign=id,
            seed=seed,
            digests=await asyncio.to_thread(mint.digests, seed, count),
            wanted=body.count,
        )
        verdict = await call.groat.execute(command)
        if isinstance(verdict, Refusal):
            return problem(verdict)
        made.append(verdict.extra)
        replayed &= verdict.replayed
    view = MadeCodes(body.count, made[0]["first"], made[-1]["last"], replayed)
    return Answer.of(view, 200 if replayed else 201)


@operations.declare(
    "listVoucherCodes",
    "GET /v1/vouchers/campaigns/{campaign}/codes",
    Right.READ,
    "vouchers",
    "List a campaign's single-use codes",
    answer=CodePage,
    params=(_CAMPAIGN_ID,),
    query=(_STATE, CURSOR, LIMIT),
    codes=("campaign_not_found", "invalid_id", "invalid_cursor"),
    answer_example={"items": [_CODE], "cursor": None},
)
async def list_voucher_codes(call: Call) -> Answer:
    """The codes by number, each with its state and who redeemed it; the codes themselves are only exported."""
    row, _ = await _find(call)
    state, limit = _state(call), call.limit()
    found = await call.groat.read(reading.page_codes, row.id, _after(call), state, limit)
    more = call.to_cursor(str(found[-1].number)) if len(found) == limit else None
    return Answer.of(CodePage([each.view() for each in found], more))


@operations.declare(
    "exportVoucherCodes",
    "GET /v1/vouchers/campaigns/{campaign}/codes/export",
    Right.POST,
    "vouchers",
    "Export a campaign's single-use codes",
    answer=str,
    media_type="text/csv",
    params=(_CAMPAIGN_ID,),
    query=(_STATE,),
    codes=("campaign_not_found", "invalid_id", "voucher_codes_unreadable"),
)
async def export_voucher_codes(call: Call) -> Download:
    """A CSV of the codes with their states: number, code, link, state, made_at, redeemed_by, redeemed_at. The server
    derives the codes of its secret; the database alone does not have them.
    """
    row, _ = await _find(call)
    state, desk = _state(call), call.services.part(Desk)
    with ExitStack() as stack:
        file = stack.enter_context(tempfile.TemporaryFile())
        file.write(csv_line(COLUMNS).encode())
        after = 0
        while found := await call.groat.read(reading.page_codes, row.id, after, state, CODES_AT_ONCE):
            await asyncio.to_thread(_write_lines, file, found, desk)
            after = found[-1].number
        file.seek(0)
        name = f'attachment; filename="codes-{row.id}.csv"'.encode()
        return Download(file, CSV, ((b"content-disposition", name),), stack.pop_all())


@operations.declare(
    "printVoucherCodes",
    "GET /v1/vouchers/campaigns/{campaign}/print",
    Right.POST,
    "vouchers",
    "Draw codes to print",
    answer=PrintedCodes,
    params=(_CAMPAIGN_ID,),
    query=(_STATE, CURSOR, LIMIT),
    codes=("campaign_not_found", "invalid_id", "invalid_cursor", "voucher_codes_unreadable"),
    answer_example={
        "items": [
            {"number": 17, "code": CODE, "link": f"https://app.example/redeem?code={CODE}", "svg": "<svg/>"}
        ],
        "cursor": None,
    },
)
async def print_voucher_codes(call: Call) -> Answer:
    """Codes with their QR codes as SVG, which lead to the setting `voucher_link`: the shared code alone, with the
    number 0, or a page of single-use codes.
    """
    row, _ = await _find(call)
    desk, state, limit = call.services.part(Desk), _state(call), min(call.limit(), PRINTED_MAX)
    if row.code is not None:
        return Answer.of(PrintedCodes([_printed(0, row.code, desk)], None))
    found = await call.groat.read(reading.page_codes, row.id, _after(call), state, limit)
    items = await asyncio.to_thread(
        lambda: [_printed(each.number, _code(each, desk), desk) for each in found]
    )
    more = call.to_cursor(str(found[-1].number)) if len(found) == limit else None
    return Answer.of(PrintedCodes(items, more))


@operations.declare(
    "voidVoucherCode",
    "POST /v1/vouchers/campaigns/{campaign}/codes/{number}/void",
    Right.POST,
    "vouchers",
    "Withdraw a single-use code",
    body=VoidCodeInput,
    answer=CampaignView,
    params=(_CAMPAIGN_ID, _NUMBER),
    keyed=True,
    codes=(
        "key_reused", "campaign_not_found", "voucher_not_found", "voucher_not_unused", "invalid_id", "reason_required",
        "text_too_long",
    ),
    example={"reason": "The letter came back"},
    answer_example=_CAMPAIGN,
)  # fmt: skip
async def void_voucher_code(call: Call) -> Answer:
    """A code that nobody has redeemed cannot be redeemed any more."""
    key = call.key()
    body = await call.body(VoidCodeInput)
    row, _ = await _find(call)
    number = call.params["number"]
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise VoucherError("voucher_not_found")
    found = await call.groat.read(reading.page_codes, row.id, int(number) - 1, "", 1)
    if not found or found[0].number != int(number):
        raise VoucherError("voucher_not_found")
    command = VoidCode(principal=call.identity.principal, key=key, reason=body.reason, code=found[0].digest)
    return await _written(call, command, 200)


async def _find(call: Call) -> tuple[CampaignRow, int]:
    id = check_id(call.params["campaign"])
    found = await call.groat.read(reading.find_campaign, id)
    if found is None:
        raise VoucherError("campaign_not_found", campaign=id)
    return found


async def _written(call: Call, command: Any, status: int) -> Answer:
    """Execute a command of a campaign; answer with the campaign as it is now."""
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    found = await call.groat.read(reading.find_campaign, verdict.extra["campaign"])
    assert found is not None
    row, now = found
    view = campaign_view(row, await call.groat.assets(), now)
    return Answer.of(view, 200 if verdict.replayed else status)


def _state(call: Call) -> str:
    state = call.query.get("state", "")
    if state and state not in STATES:
        raise HttpError("invalid_query", f"state is one of {', '.join(STATES)}.")
    return state


def _after(call: Call) -> int:
    cursor = call.cursor()
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 10):
        raise HttpError("invalid_cursor")
    return int(cursor)


def _code(found: reading.FoundCode, desk: Desk) -> str:
    code = found.code(desk.mint)
    if code is None:
        raise VoucherError("voucher_codes_unreadable", number=str(found.number))
    return code


def _write_lines(file: IO[bytes], found: list[reading.FoundCode], desk: Desk) -> None:
    for each in found:
        code, view = _code(each, desk), each.view()
        cells = (
            str(view.number), code, desk.link_to(code), view.state, view.made_at, view.user or "",
            view.redeemed_at or "",
        )  # fmt: skip
        file.write(csv_line(cells).encode())


def _printed(number: int, code: str, desk: Desk) -> PrintedCode:
    link = desk.link_to(code)
    return PrintedCode(number, code, link, qr.draw(link))
