"""One rule of CSV for every export: nothing runs where the file is opened, and what was written is read again."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groat.csv_cells import csv_line, plain_text, safe_text

CELLS: list[tuple[str, str]] = [
    (value, written)
    for value, written in json.loads((Path(__file__).parent / "data" / "csv_cells.json").read_text("utf-8"))
]
NASTY = st.text(st.sampled_from("=+-@|%';,\"\t\r\n a1.\uff1d\ufeff\u200b\x00") | st.characters(codec="utf-8"))
FORMULA = re.compile(
    "[\\s\\x00-\\x1f\u200b\ufeff]*[=+@|%\uff1d\uff0b\uff20]|[\t\r\n]|[\\s]*-(?![0-9]+(\\.[0-9]+)?$)"
)


@pytest.mark.parametrize(("value", "written"), CELLS, ids=[ascii(value) for value, _ in CELLS])
def test_cells(value: str, written: str) -> None:
    assert csv_line([value]) == f"{written}\r\n"
    assert plain_text(safe_text(value)) == value


@given(st.lists(NASTY, min_size=2))
def test_what_was_written_is_read_again(texts: list[str]) -> None:
    (row,) = csv.reader(io.StringIO(csv_line(texts), newline=""), strict=True)
    assert [plain_text(cell) for cell in row] == texts


@given(NASTY)
def test_no_cell_runs_wherever_a_program_cuts_it(text: str) -> None:
    safe = safe_text(text)
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        assert not FORMULA.match(safe)
    for part in re.split("[;\t\r\n]", safe.lstrip("'"))[1:]:
        if text.lstrip(" \t\r\n'\ufeff\u200b\x00") == text:
            assert not re.match("[ ]*[=+@|%\uff1d]", part)


@given(NASTY)
def test_a_text_that_was_never_escaped_loses_at_most_apostrophes(text: str) -> None:
    assert plain_text(text).replace("'", "") == text.replace("'", "")
