"""Files of people and amounts, as people and attackers make them."""

import contextlib
import csv
import io
import random
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from groat.csv_cells import safe_text
from groat.ledger.amounts import Asset
from groat.sheets import (
    COLUMNS_MAX,
    FILE_BYTES_MAX,
    ROWS_MAX,
    SHEET_ERRORS,
    ReadRow,
    SheetError,
    bad_rows_csv,
    read_sheet,
)
from groat.sheets.workbooks import UNPACKED_BYTES_MAX

SHEETS = Path(__file__).parents[1] / "data" / "sheets"
CREDIT = Asset("CREDIT", 0)
USD = Asset("USD", 2)


def xlsx(*rows: Sequence[object], before: Sequence[str] = ()) -> bytes:
    """A workbook of these rows, behind sheets with the given names that hold only a title."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for name in before:
        book.create_sheet(name, 0).append([f"About {name}"])
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def repacked(data: bytes, **changes: bytes) -> bytes:
    """The same archive with some members' content changed (``xl__workbook_xml`` style names are paths)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name.replace("/", "__").replace(".", "_"), old.read(name)))
    return out.getvalue()


def brief(rows: list[ReadRow]) -> list[tuple[int, str, int | str | None]]:
    """(line, user, units or error code) of each row."""
    return [(row.line, row.user, row.error.code if row.error else row.units) for row in rows]


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_and_separators(encoding: str, expected: str, delimiter: str, newline: str) -> None:
    lines = [
        ["User", "Amount", "Reason"],
        ["42", "50", "Für Zoë – thanks"],
        ["7", "3", 'a "quoted", one; two'],
    ]
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(lines)
    sheet = read_sheet(text.getvalue().encode(encoding), CREDIT)
    assert (sheet.head.encoding, sheet.head.delimiter, sheet.head.sheet) == (expected, delimiter, None)
    assert sheet.head.columns == {"user": "User", "amount": "Amount", "reason": "Reason"}
    assert sheet.rows == [
        ReadRow(2, "42", "50", "Für Zoë – thanks", 50),
        ReadRow(3, "7", "3", 'a "quoted", one; two', 3),
    ]


@pytest.mark.parametrize(
    "header",
    [
        "user,amount",
        "User ID,Credits",
        "candidate;credit",
        "E-Mail\tValue",
        "ID,Amount",
        "user_id,AMOUNT",
        "e-mail,points",
    ],
)
def test_header_synonyms(header: str) -> None:
    mark = next(mark for mark in ",;\t" if mark in header)
    assert brief(read_sheet(f"{header}\n9{mark}5\n".encode(), CREDIT).rows) == [(2, "9", 5)]


def test_the_better_name_for_the_person_wins() -> None:
    sheet = read_sheet(b"email,id,user id,amount\na@b.c,1,42,5\n", CREDIT)
    assert sheet.head.columns["user"] == "user id"
    assert brief(sheet.rows) == [(2, "42", 5)]


def test_titles_above_the_header_and_blank_rows() -> None:
    data = b"sep=;\nBonus run;;\n;;\nNovember 2026;;\nuser;note;amount\n1;hi;5\n;;\n2;;6\n"
    sheet = read_sheet(data, CREDIT, default_reason="November bonus")
    assert [(row.line, row.user, row.units, row.reason) for row in sheet.rows] == [
        (6, "1", 5, "hi"),
        (8, "2", 6, "November bonus"),
    ]


def test_line_numbers_count_the_lines_inside_quotes() -> None:
    sheet = read_sheet(b'user,reason,amount\n1,"two\nlines",5\n2,one,6\n', CREDIT)
    assert [row.line for row in sheet.rows] == [2, 4]


AMOUNTS = """
    asset   text          units or error
    CREDIT  50            50
    CREDIT  +50           50
    CREDIT  050           50
    CREDIT  50.00         50
    CREDIT  50.5          too_many_digits
    CREDIT  1'234         1234
    CREDIT  1 234         1234
    CREDIT  1,234,567     1234567
    CREDIT  1,234         amount_ambiguous
    CREDIT  -5            amount_not_positive
    CREDIT  0             amount_not_positive
    CREDIT  1e9           invalid_amount
    CREDIT  NaN           invalid_amount
    CREDIT  ten           invalid_amount
    CREDIT  5 CREDIT      invalid_amount
    CREDIT  9223372036854775807  9223372036854775807
    CREDIT  9223372036854775808  amount_overflow
    CREDIT  =1+1          formula
    USD     12.5          1250
    USD     12,5          1250
    USD     12,50         1250
    USD     1,234.50      123450
    USD     1.234,50      123450
    USD     1.234         amount_ambiguous
    USD     12.3456       too_many_digits
    USD     0.001         too_many_digits
    USD     .5            invalid_amount
    USD     --5           invalid_amount
    USD     \N{ARABIC-INDIC DIGIT FIVE}             invalid_amount
"""


@pytest.mark.parametrize("line", AMOUNTS.strip().splitlines()[1:])
def test_amounts_in_text(line: str) -> None:
    code, rest = line.strip().split(maxsplit=1)
    text, expected = rest.rsplit(maxsplit=1)
    sheet = read_sheet(f"user;amount\n42;{text.strip()}\n".encode(), USD if code == "USD" else CREDIT)
    assert brief(sheet.rows) == [(2, "42", int(expected) if expected.isdigit() else expected)]


def test_missing_wrong_and_repeated_people() -> None:
    data = b"user,amount\n,5\n42,\nuser:7,5\n7,6\na b,5\nhouse:bonus,5\n=A1,5\n42,9\nx\n"
    sheet = read_sheet(data, CREDIT)
    assert brief(sheet.rows) == [
        (2, "", "user_missing"),
        (3, "42", "amount_missing"),
        (4, "7", 5),
        (5, "7", 6),
        (6, "a b", "user_invalid"),
        (7, "house:bonus", "user_invalid"),
        (8, "=A1", "formula"),
        (9, "42", 9),
        (10, "x", "amount_missing"),
    ]
    assert {row.line: row.duplicate_of for row in sheet.rows if row.duplicate_of} == {5: 4, 9: 3}


def test_xlsx_numbers_are_read_as_people_see_them() -> None:
    data = xlsx(
        ["Bonus"], [], ["Candidate ID", "Credits", "Notes"],
        [42, 12.5, "half"], ["m-2", 0.1 + 0.2, None], [7.0, "1,234.50", "text"], [12345678901234567890, 1, ""],
        [True, 5, ""], [8, "=1+1", ""], [9, 0.001, ""], [None, 3, "nobody"],
        before=["Read me"],
    )  # fmt: skip
    sheet = read_sheet(data, USD)
    assert (sheet.head.encoding, sheet.head.delimiter, sheet.head.sheet) == (None, None, "Sheet")
    assert brief(sheet.rows) == [
        (4, "42", 1250),
        (5, "m-2", 30),
        (6, "7", 123450),
        (7, "12345678901234569216", "user_imprecise"),
        (8, "TRUE", "user_mangled"),
        (9, "8", "amount_missing"),
        (10, "9", "too_many_digits"),
        (11, "", "user_missing"),
    ]


def test_xlsx_formulas_count_with_their_computed_value() -> None:
    plain = xlsx(["user", "amount"], [42, 5])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        sheet_xml = archive.read("xl/worksheets/sheet1.xml")
    computed = sheet_xml.replace(b"<v>5</v>", b"<f>2+3</f><v>5</v>")
    assert computed != sheet_xml
    assert brief(read_sheet(repacked(plain, xl__worksheets__sheet1_xml=computed), CREDIT).rows) == [
        (2, "42", 5)
    ]


def bomb(declared_size: int | None = None) -> bytes:
    """An XLSX whose sheet unpacks to more than 128 MiB; ``declared_size`` makes the directory lie about it."""
    out = io.BytesIO(
        repacked(xlsx(["user", "amount"]), xl__worksheets__sheet1_xml=b" " * (UNPACKED_BYTES_MAX + 1))
    )
    if declared_size is not None:
        data = bytearray(out.getvalue())
        true_size = (UNPACKED_BYTES_MAX + 1).to_bytes(4, "little")
        while (at := data.find(true_size)) >= 0:
            data[at : at + 4] = declared_size.to_bytes(4, "little")
        return bytes(data)
    return out.getvalue()


def far_cell(reference: str) -> bytes:
    """An XLSX with one more cell at ``reference``."""
    plain = xlsx(["user", "amount"], [42, 5])
    with zipfile.ZipFile(io.BytesIO(plain)) as archive:
        sheet_xml = archive.read("xl/worksheets/sheet1.xml")
    far = sheet_xml.replace(
        b"</sheetData>", f'<row><c r="{reference}"><v>1</v></c></row></sheetData>'.encode()
    )
    return repacked(plain, xl__worksheets__sheet1_xml=far)


HOSTILE = {
    "nothing": (b"", "sheet_empty"),
    "only blanks": (b" \r\n\t\n", "sheet_empty"),
    "only separators": (b";;;\n;;;\n", "sheet_empty"),
    "no header": (b"42,5\n43,6\n", "sheet_no_header"),
    "prose": (b"Dear all,\nplease give everybody 5 credits.\n", "sheet_no_header"),
    "too large": (b"x" * (FILE_BYTES_MAX + 1), "sheet_too_large"),
    "too many rows": (b"user,amount\n" + b"1,1\n" * (ROWS_MAX + 100), "sheet_too_many_rows"),
    "too many columns": (b"user,amount" + b",x" * COLUMNS_MAX + b"\n1,2\n", "sheet_too_many_columns"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "sheet_wrong_kind"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "sheet_wrong_kind"),
    "odd UTF-16": (b"\xff\xfeu\x00s\x00e", "sheet_wrong_kind"),
    "zeros": (b"\x00" * 100, "sheet_wrong_kind"),
    "not quite a zip": (b"PK\x03\x04 and then nonsense", "sheet_unreadable"),
    "cut short": (xlsx(["user", "amount"], [1, 2])[:-300], "sheet_unreadable"),
    "another zip": (
        repacked(xlsx(["a"])).replace(b"xl/workbook.xml", b"xl/werkbook.xml"),
        "sheet_wrong_kind",
    ),
    "broken XML": (
        repacked(xlsx(["user"]), xl__worksheets__sheet1_xml=b"<worksheet><oops"),
        "sheet_unreadable",
    ),
    "broken workbook": (repacked(xlsx(["user"]), xl__workbook_xml=b"\x00\x01"), "sheet_unreadable"),
    "empty workbook": (xlsx(), "sheet_empty"),
    "zip bomb": (bomb(), "sheet_too_large"),
    "lying zip bomb": (bomb(declared_size=100), "sheet_unreadable"),
    "a cell far right": (far_cell("XFD3"), "sheet_too_many_columns"),
    "a cell beyond": (far_cell("ZZZZZZZZZ999999999999"), "sheet_unreadable"),
    "more cells than a sheet may have": (far_cell("Z1048576"), "sheet_too_costly"),
    "a password": ((SHEETS / "encrypted.xlsx").read_bytes(), "sheet_protected"),
    "two columns": (b"user,amount,total\n42,5,105\n", "sheet_columns_unclear"),
    "Cyrillic": ("user;amount;reason\n42;5;Премия\n".encode("cp1251"), "sheet_encoding_unclear"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files(name: str) -> None:
    data, code = HOSTILE[name]
    with pytest.raises(SheetError) as caught:
        read_sheet(data, CREDIT)
    assert (caught.value.code, caught.value.status) == (code, SHEET_ERRORS[code].status)


def test_every_way_a_file_fails_is_shown() -> None:
    chosen = {"sheet_not_found", "sheet_column_not_found"}
    assert {code for _, code in HOSTILE.values()} | chosen == SHEET_ERRORS.keys()


@pytest.mark.parametrize("seed", range(8))
def test_damaged_files_are_read_or_refused(seed: int) -> None:
    print(f"{seed=}")
    dice = random.Random(seed)
    whole = xlsx(["user", "amount", "reason"], *[[n, n * 3, f"row {n}"] for n in range(1, 40)])
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        with contextlib.suppress(SheetError):
            assert len(read_sheet(bytes(data), CREDIT).rows) <= ROWS_MAX


def test_bad_rows_go_back_to_their_author_and_in_again() -> None:
    sheet = read_sheet(b"user,amount,reason\n1,5,fine\n@cmd,5x,=HYPERLINK(1)\n2,-5,minus\n", CREDIT)
    text = bad_rows_csv(sheet.rows)
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["line", "user", "amount", "reason", "code", "what to do"]
    assert [line[:5] for line in lines[1:]] == [
        ["3", "'@cmd", "5x", "'=HYPERLINK(1)", "invalid_amount"],
        ["4", "2", "-5", "minus", "amount_not_positive"],
    ]
    again = read_sheet(text.replace("5x", "5").encode(), CREDIT)
    assert [(row.line, row.user, row.reason) for row in again.rows if row.error is None] == [
        (2, "@cmd", "=HYPERLINK(1)")
    ]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+1 234", "'+1 234"),
        ("-x", "'-x"),
        ("@x", "'@x"),
        ("-5.25", "-5.25"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_exported_cells_never_run(text: str, safe: str) -> None:
    assert safe_text(text) == safe
