"""Reading a file of people and amounts (CSV, TSV, XLSX, XLS, ODS) into rows of which every one has been checked.

``Reading`` takes the bytes of a file and yields each row below the header as a ``ReadRow``: either with an amount in
smallest units, or with a problem that says what to do. Only a file that is no such table at all, or one of which
somebody must first say how it is meant, raises SheetError. ``Choices`` is how they say it.

- Text: Unicode with or without mark; else what is chosen, or Windows-1252 with a warning where its words look Western.
- Workbook: the first visible sheet with a header, or the chosen one; a formula counts with its computed value.
- The header is the first row, among the first 30, with a name for the person and a name for the amount.
- Nothing ambiguous is guessed: which sign parts fractions is shown by the amounts of the column, or asked.
- Files are hostile until shown otherwise: what comes out is bounded here, what it costs by the sandbox.
"""

from groat.sheets.errors import ROW_PROBLEMS, SHEET_ERRORS, WARNINGS, SheetError
from groat.sheets.export import bad_rows_csv
from groat.sheets.model import (
    COLUMNS_MAX,
    FILE_BYTES_MAX,
    ROWS_MAX,
    Choices,
    ReadRow,
    RowProblem,
    Sheet,
    SheetColumn,
    SheetHead,
    SheetName,
    SheetRemark,
)
from groat.sheets.reading import Reading, read_sheet
from groat.sheets.texts import DELIMITERS, ENCODINGS

__all__ = [
    "COLUMNS_MAX",
    "DELIMITERS",
    "ENCODINGS",
    "FILE_BYTES_MAX",
    "ROWS_MAX",
    "ROW_PROBLEMS",
    "SHEET_ERRORS",
    "WARNINGS",
    "Choices",
    "ReadRow",
    "Reading",
    "RowProblem",
    "Sheet",
    "SheetColumn",
    "SheetError",
    "SheetHead",
    "SheetName",
    "SheetRemark",
    "bad_rows_csv",
    "read_sheet",
]
