"""The preview of a file of people and amounts: everything is checked, nothing is written."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.forms import BESIDE_MAX, read_form, text_field
from groat.api.operations import Operations
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.ledger.amounts import Asset, format_amount
from groat.ledger.errors import InvalidInput
from groat.ledger.text import check_text
from groat.sandbox.pool import SANDBOX_ERRORS
from groat.sheets import (
    DELIMITERS,
    ENCODINGS,
    FILE_BYTES_MAX,
    SHEET_ERRORS,
    Choices,
    ReadRow,
    RowProblem,
    SheetColumn,
    SheetHead,
    SheetName,
    SheetRemark,
)
from groat.sheets.answer import read_in_sandbox
from groat.sheets.order import SheetOrder
from groat.store.flow import Flow, Query

operations = Operations()

CHOICES = ("sheet", "encoding", "delimiter", "decimal", "user_column", "amount_column", "reason_column")
FIELDS = frozenset({"file", "asset", "default_reason", *CHOICES})


class SheetRow(msgspec.Struct, omit_defaults=True):
    """A row of the file: ``user`` is the id (a known e-mail address was looked up), ``amount`` a decimal string.

    ``balance`` is the person's present one, ``known`` whether they have an account or a login; ``duplicate_of`` is the
    line of an earlier row with the same person; ``written`` is the amount as the file has it, where that differs.
    """

    line: int
    user: str
    amount: str
    reason: str
    known: bool
    balance: str | None = None
    error: RowProblem | None = None
    duplicate_of: int | None = None
    written: str | None = None


class SheetSummary(msgspec.Struct):
    """Rows in all, good ones, bad ones, good ones that repeat a person; ``total`` is the good ones' amount."""

    rows: int
    good: int
    bad: int
    duplicates: int
    total: str


class SheetPreview(msgspec.Struct):
    """The content of a file. ``columns`` maps user, amount and reason to the header's words, ``places`` to its numbers.

    ``decimal`` is the sign before the fraction that was chosen or that the amounts show. ``found`` and ``sheets`` are
    the columns and sheets that may be chosen instead, ``warnings`` what a person should look at.
    """

    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    rows: list[SheetRow]
    summary: SheetSummary
    decimal: str | None
    places: dict[str, int]
    header_line: int
    found: list[SheetColumn]
    sheets: list[SheetName]
    warnings: list[SheetRemark]


class _PeopleOfFile(NamedTuple):
    by_email: dict[str, str]
    known: frozenset[str]
    balances: dict[str, int]


_EXAMPLE = {
    "columns": {"user": "Candidate ID", "amount": "Credits"},
    "encoding": "utf-8",
    "delimiter": ";",
    "sheet": None,
    "rows": [
        {"line": 2, "user": "42", "amount": "50", "reason": "Bonus", "known": True, "balance": "150"},
        {
            "line": 3,
            "user": "",
            "amount": "20",
            "reason": "Bonus",
            "known": False,
            "error": {"code": "user_missing", "detail": "Nobody is named in this row."},
        },
    ],
    "summary": {"rows": 2, "good": 1, "bad": 1, "duplicates": 0, "total": "50"},
    "decimal": None,
    "places": {"user": 1, "amount": 3},
    "header_line": 1,
    "found": [
        {"number": 1, "name": "Candidate ID", "sample": "42"},
        {"number": 2, "name": "Name", "sample": "Ursula"},
        {"number": 3, "name": "Credits", "sample": "50"},
    ],
    "sheets": [],
    "warnings": [
        {"code": "total_row", "detail": "Line 4 is a total, not a person. It is left out.", "line": 4}
    ],
}

_COLUMN = {
    "type": "string",
    "maxLength": 200,
    "description": "A column: the words of its header, or its number, from 1.",
}
_FORM = {
    "type": "object",
    "required": ["file", "asset"],
    "properties": {
        "file": {"type": "string", "contentMediaType": "application/octet-stream"},
        "asset": {"type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,15}$"},
        "default_reason": {"type": "string", "maxLength": 1000},
        "sheet": {
            "type": "string",
            "description": "A workbook's sheet; the first visible one with a header.",
        },
        "encoding": {"enum": list(ENCODINGS), "description": "How a CSV file's letters are written."},
        "delimiter": {"enum": list(DELIMITERS), "description": "What parts a CSV file's cells."},
        "decimal": {
            "enum": [".", ","],
            "description": "The sign before the fraction in amounts that are text.",
        },
        "user_column": _COLUMN,
        "amount_column": _COLUMN,
        "reason_column": {**_COLUMN, "description": "As the others; empty where no column holds reasons."},
    },
    "additionalProperties": False,
}


@operations.declare(
    "previewSheet",
    "POST /v1/sheets/preview",
    Right.STAFF,
    "sheets",
    "Check a file of people and amounts",
    body=_FORM,
    answer=SheetPreview,
    body_type="multipart/form-data",
    body_max=None,
    form_max=FILE_BYTES_MAX + BESIDE_MAX,
    codes=("invalid_file", "unknown_asset", "invalid_text", "text_too_long", *SHEET_ERRORS, *SANDBOX_ERRORS),
    answer_example=_EXAMPLE,
)
async def preview_sheet(call: Call) -> Answer:
    """Reads the form's `file` (CSV, TSV, XLSX, XLS, ODS), with amounts of `asset`.

    Rows without a reason get `default_reason`. Every row is checked and nothing is written: post the good rows with
    POST /v1/transactions/bulk. The other fields correct what the file leaves open; where somebody has to choose first,
    the error's members say what from.
    """
    form = read_form(call.headers.get(b"content-type", b""), await call.read(), FIELDS)
    code = text_field(form, "asset")
    asset = (await call.groat.assets()).get(code)
    if asset is None:
        raise InvalidInput("unknown_asset", asset=code[:32].encode("ascii", "backslashreplace").decode())
    default_reason = check_text(text_field(form, "default_reason", ""))
    choices = _choices(form)
    person, pool = call.identity.principal, call.services.sandbox
    order = SheetOrder(asset, default_reason, choices)
    with pool.holding(person):
        async with read_in_sandbox(pool, person, order, form["file"], call.attended) as answer:
            rows = [row async for batch in answer.batches() for row in batch]
            users = sorted({row.user for row in rows if row.error is None})
            people = await call.groat.read(_look_up, users, code)
            # Walking thousands of rows takes a tenth of a second. A thread leaves the event loop to others meanwhile.
            return await asyncio.to_thread(lambda: Answer.of(_preview(answer.head, rows, asset, people)))


def _choices(form: dict[str, bytes]) -> Choices:
    """Read the caller's choices. Raises HttpError ``invalid_file`` for a choice that does not exist."""
    chosen = {name: text_field(form, name) for name in CHOICES if name in form}
    for name, allowed in (("encoding", ENCODINGS), ("delimiter", DELIMITERS), ("decimal", (".", ","))):
        if name in chosen and chosen[name] not in allowed:
            raise HttpError("invalid_file", f"{name} is one of: {' '.join(map(repr, allowed))}.")
    # The rows go to POST /v1/transactions/bulk, which knows people by ids only, and no dates.
    return msgspec.convert({"email_column": "", "name_column": "", "date_column": "", **chosen}, Choices)


def _look_up(users: list[str], asset: str) -> Flow[_PeopleOfFile]:
    """Find people by ids or e-mail addresses, with their balances of ``asset`` (smallest units), by user id."""
    emails = [user.lower() for user in users if "@" in user]
    found = (yield Query("users_by_emails", (emails,))) if emails else []
    by_email = {email: principal.removeprefix("user:") for email, principal in found}
    paths = [f"user:{user}" for user in {*users, *by_email.values()}]
    records = yield Query("people_by_ids", (paths,))
    accounts = yield Query("balances_of", (paths,))
    return _PeopleOfFile(
        by_email,
        frozenset(row[0].removeprefix("user:") for row in (*records, *accounts)),
        {path.removeprefix("user:"): balance for path, code, balance in accounts if code == asset},
    )


def _preview(head: SheetHead, read: list[ReadRow], asset: Asset, people: _PeopleOfFile) -> SheetPreview:
    rows = list(_rows(read, asset, people))
    good = [row for row in read if row.units is not None]
    summary = SheetSummary(
        rows=len(rows),
        good=len(good),
        bad=len(rows) - len(good),
        duplicates=sum(row.duplicate_of is not None and row.error is None for row in rows),
        total=format_amount(sum(row.units or 0 for row in good), asset.scale),
    )
    return SheetPreview(
        head.columns,
        head.encoding,
        head.delimiter,
        head.sheet,
        rows,
        summary,
        head.decimal,
        head.places,
        head.header_line,
        head.found,
        head.sheets,
        head.warnings,
    )


def _rows(rows: Iterable[ReadRow], asset: Asset, people: _PeopleOfFile) -> Iterable[SheetRow]:
    first_lines: dict[str, int] = {}
    for row in rows:
        # An existing id wins, even when it reads like an e-mail address.
        user = row.user if row.user in people.known else people.by_email.get(row.user.lower(), row.user)
        first = first_lines.setdefault(user, row.line) if user else row.line
        balance = people.balances.get(user)
        yield SheetRow(
            line=row.line,
            user=user,
            amount=row.amount if row.units is None else format_amount(row.units, asset.scale),
            reason=row.reason,
            known=user in people.known,
            balance=None if balance is None else format_amount(balance, asset.scale),
            error=row.error,
            duplicate_of=None if first == row.line else first,
            written=row.raw.get("amount"),
        )
