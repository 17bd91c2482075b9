"""Statements of an account: what was booked in a period, with the balance after each line, as CSV and PDF."""

from groat.programs.statements.csv_form import csv_chunks
from groat.programs.statements.order import StatementOrder
from groat.programs.statements.pdf_form import PDF_LINES_MAX, Letterhead, write_pdf
from groat.programs.statements.statement import (
    AccountStatement,
    Bounds,
    StatementLine,
    TooLong,
    make_statement,
    read_bounds,
    read_lines,
)

__all__ = [
    "PDF_LINES_MAX",
    "AccountStatement",
    "Bounds",
    "Letterhead",
    "StatementLine",
    "StatementOrder",
    "TooLong",
    "csv_chunks",
    "make_statement",
    "read_bounds",
    "read_lines",
    "write_pdf",
]
