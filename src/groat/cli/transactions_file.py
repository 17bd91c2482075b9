"""Reading a file of transactions: every row is checked before anything is written.

Columns, by header and in any order: ``transaction,date,source,destination,amount,asset`` and optionally ``reason``.
Rows that share ``transaction`` are the legs of one atomic transaction, in the order of the file. A ``date`` is a day
(midnight UTC) or an RFC 3339 moment. Other columns are left alone, so what ``groat export transactions`` wrote can be
read again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from groat.ledger.accounts import check_path
from groat.ledger.amounts import SCALE_MAX, Asset, check_asset, parse_amount
from groat.ledger.commands import POSTINGS_MAX, Post, Posting
from groat.ledger.errors import GroatError, InvalidInput, Rule
from groat.ledger.keys import derive
from groat.ledger.text import check_text, parse_time

COLUMNS = ("transaction", "date", "source", "destination", "amount", "asset")
PRINCIPAL = "service:import"

FILE_ERRORS: dict[str, Rule] = {
    "file_unreadable": Rule(400, "The file cannot be read as CSV in UTF-8."),
    "columns_missing": Rule(400, f"The header must name the columns {', '.join(COLUMNS)}."),
    "rows_invalid": Rule(400, "Some rows are wrong, so nothing was written."),
    "asset_option_invalid": Rule(400, "Write an asset with its scale, such as USD:2."),
}

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ID = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


class FileError(GroatError):
    """A file of transactions that cannot be used; codes of ``FILE_ERRORS``."""

    rules = FILE_ERRORS


class Problem(NamedTuple):
    """What is wrong with a line of the file: its number (from 1), a stable code, and what to do."""

    line: int
    code: str
    detail: str


class _Leg(NamedTuple):
    line: int
    id: str
    date: str
    source: str
    destination: str
    amount: str
    asset: str
    reason: str


def parse_assets(options: Iterable[str]) -> dict[str, Asset]:
    """The assets of ``--asset USD:2`` options; raises FileError ``asset_option_invalid``."""
    assets = {}
    for option in options:
        code, _, scale = option.partition(":")
        if not re.fullmatch(r"[0-9]{1,2}", scale, re.ASCII):
            raise FileError("asset_option_invalid", f"{option!r} is no asset with its scale, such as USD:2.")
        assets[code] = check_asset(code, int(scale))
    return assets


def read_legs(path: Path) -> list[_Leg]:
    """The rows of the file as they stand. Raises FileError ``file_unreadable`` or ``columns_missing``."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(_rows(file))
    except OSError as error:
        raise FileError("file_unreadable", f"{path} cannot be read: {error.strerror}.") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError("file_unreadable", f"{path} cannot be read as CSV in UTF-8: {error}.") from error


def _rows(file: Iterable[str]) -> Iterator[_Leg]:
    reader = csv.DictReader(file, strict=True, restval="")
    missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise FileError(
            "columns_missing", f"{FILE_ERRORS['columns_missing'].meaning} Missing: {', '.join(missing)}."
        )
    for row in reader:
        yield _Leg(reader.line_num, *((row.get(name) or "").strip() for name in (*COLUMNS, "reason")))


def infer_assets(legs: Iterable[_Leg], known: Mapping[str, Asset]) -> dict[str, Asset]:
    """Assets of the file that are not ``known``, each with as many fraction digits as its longest amount has.

    What is no well-formed asset or amount is left out here: ``to_posts`` says what is wrong with it.
    """
    scales: dict[str, int] = {}
    for leg in legs:
        if leg.asset not in known:
            scales[leg.asset] = max(scales.get(leg.asset, 0), len(leg.amount.partition(".")[2]))
    found = {}
    for code, scale in scales.items():
        try:
            found[code] = check_asset(code, min(scale, SCALE_MAX))
        except InvalidInput:
            continue
    return found


def to_posts(legs: Iterable[_Leg], assets: Mapping[str, Asset]) -> tuple[list[Post], list[Problem]]:
    """One command for each transaction, in the order of the file, and what is wrong with which line."""
    transactions: dict[str, list[_Leg]] = {}
    for leg in legs:
        transactions.setdefault(leg.id, []).append(leg)
    posts: list[Post] = []
    problems: list[Problem] = []
    for id, own in transactions.items():
        postings = []
        for leg in own:
            try:
                postings.append(_posting(leg, own[0], assets))
            except InvalidInput as error:
                problems.append(Problem(leg.line, error.code, error.detail))
        if len(own) > POSTINGS_MAX:
            problems.append(
                Problem(own[0].line, "too_many_postings", f"{id} has more than {POSTINGS_MAX} rows.")
            )
        if len(postings) == len(own):
            posts.append(
                Post(
                    principal=PRINCIPAL,
                    key=derive("import", id),
                    reason=own[0].reason or "Import",
                    metadata={"import": id},
                    effective_at=_moment(own[0].date),
                    postings=tuple(postings),
                )
            )
    return posts, sorted(problems)


def _posting(leg: _Leg, first: _Leg, assets: Mapping[str, Asset]) -> Posting:
    if not _ID.fullmatch(leg.id):
        raise InvalidInput(
            "invalid_key", "The transaction's id is 1 to 200 printable ASCII characters without blanks."
        )
    if leg.date != first.date:
        raise InvalidInput(
            "invalid_time", f"The rows of {leg.id} have different dates; give all of them one."
        )
    _moment(leg.date)
    check_text(leg.reason)
    if leg.asset not in assets:
        raise InvalidInput("unknown_asset" if leg.asset else "invalid_asset")
    if leg.source == leg.destination:
        raise InvalidInput("same_account")
    amount = parse_amount(leg.amount, assets[leg.asset])
    return Posting(check_path(leg.source), check_path(leg.destination), amount, leg.asset)


def _moment(date: str) -> int:
    return parse_time(f"{date}T00:00:00Z" if _DAY.fullmatch(date) else date)
