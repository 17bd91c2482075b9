"""Statements of an account: what was booked in a period, with the balance after each line, as CSV and PDF."""

from groat.programs.statements.csv_form import csv_chunks
from groat.programs.statements.pdf_form import PDF_LINES_MAX, Letterhead, write_pdf
from groat.programs.statements.statement import Line, Statement, TooLong, make_statement

__all__ = [
    "PDF_LINES_MAX",
    "Letterhead",
    "Line",
    "Statement",
    "TooLong",
    "csv_chunks",
    "make_statement",
    "write_pdf",
]
