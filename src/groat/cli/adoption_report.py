"""Collect the rows of an adoption that somebody has to look at: the first few to show, all of them in a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from groat.csv_cells import csv_line
from groat.engine.adopting import WRONG, AdoptedRow
from groat.ledger.errors import GroatError, Rule

SHOWN_MAX = 50

REPORT_ERRORS: dict[str, Rule] = {"report_unwritable": Rule(400, "The report cannot be written.")}


class ReportError(GroatError):
    """A report that cannot be written; codes of ``REPORT_ERRORS``."""

    rules = REPORT_ERRORS


class AdoptionReport:
    """Take rows and keep the first ``SHOWN_MAX`` wrong ones in ``shown``; the file, if one is named, gets all of them.

    ``count`` is how many wrong rows there were. Used in a ``with`` block; raises ReportError ``report_unwritable``, at
    its beginning already if the file cannot be made.
    """

    def __init__(self, path: Path | None) -> None:
        self.count = 0
        self.shown: list[AdoptedRow] = []
        self._path = path
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = self._path.open("w", encoding="utf-8", newline="")
            except OSError as error:
                raise self._unwritable(error) from error
            self._write(AdoptedRow._fields)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                raise self._unwritable(error) from error

    def add(self, rows: Iterable[AdoptedRow]) -> None:
        """Take rows of any outcome."""
        for row in rows:
            if row.outcome in WRONG:
                self.count += 1
                if len(self.shown) < SHOWN_MAX:
                    self.shown.append(row)
                self._write(row)

    def rest(self) -> str:
        """Say how many rows are not shown; "" if all are, or if the file has them."""
        left = self.count - len(self.shown)
        return f"and {left:,} more; --report FILE lists all" if left and self._path is None else ""

    def _write(self, cells: Iterable[str]) -> None:
        if self._file is not None:
            try:
                self._file.write(csv_line(cells))
            except OSError as error:
                raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> ReportError:
        return ReportError("report_unwritable", f"{self._path}: {error.strerror or error}")
