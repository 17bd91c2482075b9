"""The errors of files, rows and readings, and the warnings about them."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule

SHEET_ERRORS: dict[str, Rule] = {
    "sheet_empty": Rule(400, "The file holds nothing. Choose the file again."),
    "sheet_too_large": Rule(
        413, "The file is larger than 16 MiB, or unpacks to more than 128 MiB. Split it."
    ),
    "sheet_too_costly": Rule(
        413,
        "Reading the file takes too much time or memory. Keep only the rows you need, and save it as CSV.",
    ),
    "sheet_too_many_rows": Rule(413, "The file has more than 100,000 rows. Split it."),
    "sheet_too_many_columns": Rule(
        400, "The file has more than 200 columns. Keep only person, amount and reason."
    ),
    "sheet_unreadable": Rule(400, "The file is damaged. Open it, save it as XLSX or CSV, and choose that."),
    "sheet_protected": Rule(
        400, "The file is protected by a password. Save it without one, and choose that."
    ),
    "sheet_wrong_kind": Rule(
        400, "Only CSV, TSV, XLSX, XLS and ODS files can be read. Save it as one of these."
    ),
    "sheet_no_header": Rule(
        400,
        "No header names the person and the amount, such as: user, amount, reason.",
    ),
    "sheet_columns_unclear": Rule(
        400,
        "Several columns could be meant, or the meaning of one is unclear. Choose the column that detail asks for.",
    ),
    "sheet_column_not_found": Rule(
        400, "The file has no such column. Name one by the words or the number of its header."
    ),
    "sheet_not_found": Rule(400, "The workbook has no sheet of this name. Choose one of sheets."),
    "sheet_encoding_unclear": Rule(
        400, "The encoding of the text is unclear. Choose it, or save the file as UTF-8."
    ),
}

ROW_PROBLEMS: dict[str, str] = {
    "user_missing": "Nobody is named in this row. Fill in the person, or leave the row out.",
    "user_invalid": "A person's id has 1 to 64 of A-Z a-z 0-9 . _ @ | - and nothing else.",
    "user_imprecise": "The id is a number of more than 15 digits, which spreadsheets round. Format the column as text.",
    "user_mangled": "The spreadsheet changed this id ({why}). Format the column as text and enter the id again.",
    "amount_missing": "No amount. Fill it in; if it is a formula, open the file, let it compute, and save it again.",
    "amount_ambiguous": "The amount can be read in two ways ({why}). Say which sign parts fractions.",
    "amount_imprecise": "The amount has more than 15 digits, which spreadsheets round. Format the column as text.",
    "amount_mangled": "The spreadsheet holds {why} here, not an amount. Format the column as a plain number.",
    "amount_other_asset": "The amount is in {why}, another asset. Put such rows into a list of their own.",
    "surplus_cells": "The row has more cells than the header. If the amount has a comma, put it in quotes.",
    "merged_cells": "The cell is merged with those above or below. Undo the merge, and write it in each row.",
    "formula_error": "The formula in this cell shows {why}. Mend it, or write the value.",
    "date_ambiguous": "The date can be read in two ways ({why}). Say which of day and month comes first.",
    "date_invalid": "{why} is no date. Write it as 2026-01-31, or leave it out.",
    "quotes_broken": "A quote opens in line {why} and does not end as it should, so cells cannot be told apart.",
    "cell_too_long": "A cell has more than 131,072 letters.",
    "formula": "A CSV file holds the formula, not its value. Save the file as XLSX, or write the value.",
}
"""The codes of a row's error, besides those of amounts and texts in ``groat.ledger.errors``."""

WARNINGS: dict[str, str] = {
    "further_sheets": "Only the sheet {sheet} is read. The workbook has further ones: {others}.",
    "hidden_sheet": "The sheet {sheet} is hidden in the workbook.",
    "hidden_column": "The column {column} is hidden in the workbook. It is read, too.",
    "hidden_rows": "{count} of the rows are hidden in the workbook. They are read, too.",
    "total_row": "Line {line} is a total, not a person. It is left out.",
    "total_differs": "Line {line} says {written} in all, but the good rows above it come to {total}.",
    "maybe_total": "The amount in line {line}, the last one, is the sum of all above. Look whether it is a person's.",
    "amount_for_all": "Every row gets {amount}. The column {column} is not read.",
    "header_again": "Line {line} repeats the header. It is left out.",
    "encoding_guessed": "The text is not Unicode; it was read as {encoding}. Look whether its letters are right.",
    "text_mangled": "Line {line} has a text of broken letters ({text}). It was saved in the wrong encoding before.",
    "decimals_mixed": "Some amounts have a point before the fraction and some a comma.",
}
"""The codes of a sheet's ``warnings``. Each text says how the rows were read."""


class SheetError(GroatError):
    """The file is no table of people and amounts, or a choice is needed; codes of ``SHEET_ERRORS``."""

    rules = SHEET_ERRORS


class RowError(Exception):
    """A row cannot be used; a code of ``ROW_PROBLEMS`` and its detail."""

    def __init__(self, code: str, why: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.detail = ROW_PROBLEMS[code].format(why=why)
