"""Statements of an account, to download: CSV for programs, PDF for people."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from litestar.types import Receive, Scope, Send

from groat.http.answer import Answer, Download
from groat.http.call import Call
from groat.http.operations import ASSET, Query, operation
from groat.http.problems import HttpError
from groat.http.rights import check_readable
from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.text import TIME_MAX, format_time, parse_time
from groat.programs.statements import (
    PDF_LINES_MAX,
    Letterhead,
    Statement,
    TooLong,
    csv_chunks,
    make_statement,
    write_pdf,
)

FORMATS = ("csv", "pdf")


@operation(
    "getStatement",
    "GET /v1/accounts/{account}/statement",
    "accounts",
    "Download a statement",
    answer=str,
    media_type="text/csv",
    other_media_types=("application/pdf",),
    query=(
        Query(ASSET.name, ASSET.schema, "Which balance's statement.", required=True),
        Query(
            "from",
            {"type": "string", "format": "date-time"},
            "Where the period begins, by effective date.",
            required=True,
        ),
        Query(
            "to", {"type": "string", "format": "date-time"}, "Where it ends, this moment not included; now."
        ),
        Query("format", {"enum": list(FORMATS), "default": "csv"}, "CSV, or PDF of at most 10,000 lines."),
        Query(
            "zone",
            {"type": "string", "maxLength": 64, "default": "UTC"},
            "The time zone in which the PDF tells days and times, such as Europe/Vienna.",
        ),
    ),
    codes=("account_not_found", "invalid_account", "unknown_asset", "invalid_time", "statement_too_long"),
)
async def get_statement(call: Call) -> Answer | StatementDownload:
    """What came and went in a period, with the balance after each line and at both ends, in the order of the effective
    dates. The balances are those that GET /v1/accounts/{account} tells of the same moments. People read their own.
    """
    path = check_path(call.params["account"])
    check_readable(call.identity, path)
    query = call.query
    asset = await call.groat.asset(query["asset"])
    start = parse_time(query["from"])
    end = parse_time(query["to"]) if "to" in query else min(int(time.time() * 1_000_000) + 1, TIME_MAX)
    form, zone = query.get("format", "csv"), _zone(query.get("zone", "UTC"))
    if form not in FORMATS or start >= end:
        raise HttpError("invalid_query", "format is csv or pdf, and from lies before to.")
    days = f"{format_time(start)[:10]}-{format_time(end - 1)[:10]}"
    name = f"statement-{path.replace(':', '.').replace('|', '-')}-{asset.code}-{days}.{form}"
    headers = ((b"content-disposition", f'attachment; filename="{name}"'.encode()),)
    async with call.services.statements:
        try:
            lines_max = PDF_LINES_MAX if form == "pdf" else None
            statement = await make_statement(call.groat, path, asset, start, end, lines_max)
        except TooLong:
            raise HttpError("statement_too_long", max=str(PDF_LINES_MAX)) from None
        if statement is None:
            raise HttpError("account_not_found", account=path)
        if form == "csv":
            return StatementDownload(statement, headers)
        with closing(statement):
            issuer, now = call.settings.statement_issuer, int(time.time() * 1_000_000)
            head = Letterhead(issuer, await _holder(call, path), now, zone)
            return Answer(
                await asyncio.to_thread(write_pdf, statement, head), 200, headers, b"application/pdf"
            )


class StatementDownload(Download):
    """The CSV of a statement, which is forgotten once it is sent."""

    def __init__(self, statement: Statement, headers: tuple[tuple[bytes, bytes], ...]) -> None:
        super().__init__(csv_chunks(statement), b"text/csv; charset=utf-8", headers)
        self._statement = statement

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        with closing(self._statement):
            await super().__call__(scope, receive, send)


def _zone(name: str) -> tzinfo:
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise HttpError("invalid_query", "zone is a time zone such as Europe/Vienna.") from None


async def _holder(call: Call, path: str) -> str:
    """Whose account it is, by name where that is known."""
    stream = owner_stream(path)
    if stream is None:
        return path
    person = await call.identities.find_user(stream.removeprefix("user:"))
    return person.name if person is not None and person.name else stream.removeprefix("user:")
