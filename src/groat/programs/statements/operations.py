"""Statements of an account, to download: CSV for programs, PDF for people."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Literal, cast

from groat.api.answer import Download
from groat.api.call import Call
from groat.api.operations import ASSET, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.api.sharing import check_may_read
from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.errors import GroatError, Rule
from groat.ledger.text import TIME_MAX, format_time, parse_time
from groat.programs.statements import PDF_LINES_MAX, StatementOrder, TooLong, read_bounds, read_lines
from groat.programs.statements.order import encode
from groat.sandbox.pool import SANDBOX_ERRORS, SandboxWork, WorkFailed
from groat.store.moment import read_time

if TYPE_CHECKING:
    from groat.engine.groat import Groat

operations = Operations()

FORMATS = ("csv", "pdf")
STATEMENT_ERRORS: dict[str, Rule] = {
    "statement_too_long": Rule(
        422, "The period has more lines than a PDF takes. Ask for a shorter period, or for CSV."
    ),
}
MEDIA_TYPES = {"csv": b"text/csv; charset=utf-8", "pdf": b"application/pdf"}
WRITE = SandboxWork(
    "groat.programs.statements.writing:write",
    memory_bytes=512 << 20,
    cpu_s=120,
    wall_s=600.0,
    # Lines are sorted in a file before they are written; neither may fill the disk.
    answer_bytes=1 << 30,
)


class StatementError(GroatError):
    """There is no such statement; codes of :data:`STATEMENT_ERRORS`."""

    rules = STATEMENT_ERRORS


@operations.declare(
    "getStatement",
    "GET /v1/accounts/{account}/statement",
    Right.SIGNED_IN,
    "accounts",
    "Download a statement",
    answer=str,
    media_type="text/csv",
    other_media_types=("application/pdf",),
    query=(
        Parameter(ASSET.name, ASSET.schema, "Which balance's statement.", required=True),
        Parameter(
            "from",
            {"type": "string", "format": "date-time"},
            "Where the period begins, by effective date.",
            required=True,
        ),
        Parameter(
            "to", {"type": "string", "format": "date-time"}, "Where it ends, this moment not included; now."
        ),
        Parameter(
            "format", {"enum": list(FORMATS), "default": "csv"}, "CSV, or PDF of at most 10,000 lines."
        ),
        Parameter(
            "zone",
            {"type": "string", "maxLength": 64, "default": "UTC"},
            "The time zone in which the PDF tells days and times, such as Europe/Vienna.",
        ),
    ),
    codes=(
        "account_not_found",
        "invalid_account",
        "unknown_asset",
        "invalid_time",
        "statement_too_long",
        *SANDBOX_ERRORS,
    ),
)
async def get_statement(call: Call) -> Download:
    """All that came and went in a period, with the balance after each line and at both ends, by effective
    dates. The balances are those that GET /v1/accounts/{account} tells of the same moments. People read their own.
    """
    path = check_path(call.params["account"])
    await check_may_read(call, path)
    query = call.query
    asset = await call.groat.asset(query["asset"])
    start = parse_time(query["from"])
    now = (await call.groat.read(read_time)).now
    end = parse_time(query["to"]) if "to" in query else min(now + 1, TIME_MAX)
    form, zone = cast("Literal['csv', 'pdf']", query.get("format", "csv")), call.zone().key
    if form not in FORMATS or start >= end:
        raise HttpError("invalid_query", "format is csv or pdf, and from lies before to.")
    days = f"{format_time(start)[:10]}-{format_time(end - 1)[:10]}"
    name = f"statement-{path.replace(':', '.').replace('|', '-')}-{asset.code}-{days}.{form}"
    headers = ((b"content-disposition", f'attachment; filename="{name}"'.encode()),)
    bounds = await call.groat.read(read_bounds, path, asset, start, end)
    if bounds is None:
        raise HttpError("account_not_found", account=path)
    issuer, holder = call.settings.statement_issuer, await _holder(call, path)
    order = StatementOrder(form, path, asset, start, end, bounds, issuer, holder, now, zone)
    person, pool = call.identity.principal, call.services.sandbox
    with ExitStack() as stack:
        stack.enter_context(pool.holding(person))
        try:
            file = await call.attended(pool.run(WRITE, person, _parts(call.groat, order)))
        except (TooLong, WorkFailed) as error:
            if isinstance(error, WorkFailed) and error.reason == "crash":
                raise
            raise StatementError("statement_too_long", max=str(PDF_LINES_MAX)) from None
        stack.enter_context(file)
        return Download(file, MEDIA_TYPES[form], headers, stack.pop_all())


async def _parts(groat: Groat, order: StatementOrder) -> AsyncIterator[bytes]:
    yield encode(order)
    lines_max = PDF_LINES_MAX if order.form == "pdf" else None
    facts = (order.path, order.asset, order.start, order.end, order.bounds)
    async for lines in read_lines(groat, *facts, lines_max):
        yield await asyncio.to_thread(encode, lines)


async def _holder(call: Call, path: str) -> str:
    """Return the owner of the account, by name where that is known."""
    stream = owner_stream(path)
    if stream is None:
        return path
    person = await call.identities.find_user(stream.removeprefix("user:"))
    return person.name if person is not None and person.name else stream.removeprefix("user:")
