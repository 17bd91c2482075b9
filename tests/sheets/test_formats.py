"""TSV, XLS and ODS beside CSV and XLSX: the same rules; and kinds of files that are told by name."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from groat.ledger.amounts import Asset
from groat.sheets import Choices, Sheet, SheetError, read_sheet
from groat.sheets.model import ReadRow

SHEETS = Path(__file__).parents[1] / "data" / "sheets"
USD = Asset("USD", 2)
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def zipped(**members: str | bytes) -> bytes:
    """An archive of these members; ``__`` stands for a slash, ``_DOT_`` for a point."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return out.getvalue()


def ods(*tables: str, mimetype: str = ODS) -> bytes:
    """A file of OpenDocument of these tables (see :func:`table`)."""
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text", "style")
    )
    body = f"<office:body><office:spreadsheet>{''.join(tables)}</office:spreadsheet></office:body>"
    content = f"<office:document-content {spaces}>{body}</office:document-content>"
    manifest = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    return zipped(
        **{"mimetype": mimetype, "content_DOT_xml": content, "META-INF__manifest_DOT_xml": manifest}
    )


def table(name: str, *rows: str) -> str:
    return f'<table:table table:name="{name}">{"".join(rows)}</table:table>'


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(map(words, cells))}</table:table-row>"


def words(cell: str) -> str:
    if cell.startswith("<"):
        return cell
    if not cell:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'


def number(value: object, shown: str = "", kind: str = "float", more: str = "") -> str:
    text = shown or str(value)
    return (
        f'<table:table-cell office:value-type="{kind}" office:value="{value}" {more}>'
        f"<text:p>{text}</text:p></table:table-cell>"
    )


def read(data: bytes, **choices: str) -> Sheet:
    return read_sheet(data, USD, "", Choices(**choices))  # type: ignore[arg-type]


def brief(sheet: Sheet) -> list[tuple[str, int | str | None]]:
    return [(each.user, each.error.code if each.error else each.units) for each in sheet.rows]


def warned(sheet: Sheet) -> list[str]:
    return [warning.code for warning in sheet.head.warnings]


class TestXls:
    def test_what_spreadsheets_do_is_seen_as_in_xlsx(self) -> None:
        sheet = read((SHEETS / "people.xls").read_bytes())
        assert brief(sheet) == [
            ("0007", 1250), ("0042", 300), ("2026-01-05", "user_mangled"), ("TRUE", "user_mangled"),
            ("8", "amount_other_asset"), ("9", "amount_mangled"), ("12345678901234567168", "user_imprecise"),
            ("10", 100050), ("11", "amount_missing"), ("12", 600), ("13", "merged_cells"), ("", "merged_cells"),
        ]  # fmt: skip
        assert sheet.rows[0].raw == {"user": "7"}
        assert (sheet.head.sheet, sheet.head.header_line, sheet.head.places["user"]) == ("Pay", 3, 2)
        assert warned(sheet) == ["further_sheets", "hidden_rows", "hidden_column"]
        assert [(each.name, each.hidden) for each in sheet.head.sheets] == [("Old", True), ("Pay", False)]

    def test_another_sheet(self) -> None:
        sheet = read((SHEETS / "people.xls").read_bytes(), sheet="Old")
        assert (brief(sheet), warned(sheet)) == ([("1", 500)], ["hidden_sheet"])


class TestOds:
    def test_values_and_what_they_show(self) -> None:
        data = ods(
            table(
                "Pay", row("Bonus run"), row(), row("", "Candidate ID", "Credits", "Notes"),
                row("", number(7, "0007"), number(12.5), "padded"),
                row("", "0042", number(3, "$3.00", "currency", 'office:currency="USD"')),
                row("", number(8), number(4, "4,00 €", "currency", 'office:currency="EUR"')),
                row("", number(9), number(0.5, "50%", "percentage")),
                row("", '<table:table-cell office:value-type="date" office:date-value="2026-01-05">'
                    "<text:p>05.01.26</text:p></table:table-cell>", number(5)),
                row("", '<table:table-cell office:value-type="boolean" office:boolean-value="true">'
                    "<text:p>TRUE</text:p></table:table-cell>", number(5)),
                row("", number(10, "E-010"), number(5)),
                row("", number(11), '<table:table-cell table:formula="of:=1/0" office:value-type="string">'
                    "<text:p>#DIV/0!</text:p></table:table-cell>"),
                row("", number(1234, "1.234"), number(1500, "1.500,00")),
                row("", number(13), number(6), more='table:visibility="collapse"'),
                row(more='table:number-rows-repeated="1048000" table:visibility="filter"'),
            ),
            table("Other", row("x")),
        )  # fmt: skip
        sheet = read(data)
        assert brief(sheet) == [
            ("0007", 1250), ("0042", 300), ("8", "amount_other_asset"), ("9", "amount_mangled"),
            ("2026-01-05", "user_mangled"), ("TRUE", "user_mangled"), ("10", "user_mangled"),
            ("11", "formula_error"), ("1234", 150000), ("13", 600),
        ]  # fmt: skip
        assert (sheet.head.sheet, sheet.head.header_line, sheet.head.places["user"]) == ("Pay", 3, 2)
        assert warned(sheet) == ["further_sheets", "hidden_rows"]
        assert sheet.head.warnings[1].detail.startswith("1 of")

    def test_another_way_of_writing_the_same_xml_is_read_alike(self) -> None:
        rows = (
            row("", "Candidate ID", "Credits", "Notes"),
            row("", number(7, "0007"), number(12.5), "a &amp; b"),
            row("", number(8), number(4, "4,00 €", "currency", 'office:currency="EUR"')),
            row('<table:table-cell table:number-columns-repeated="1"/>', number(9), number(0.5, "50%", "percentage")),
            row("", number(10, "007 &amp; more"), number(5)),
            row("", number(11, "<text:span>E-</text:span>011"), number(5)),
            row("", number(12), number(6), more='table:visibility="collapse"'),
            row("", number(13, "0013", "float", 'table:number-columns-repeated="1"'), number(6)),
            row("", number(14, "0014", "float", 'table:formula="of:=IF([.A1]&gt;3;14;0)"'), number(6)),
            row("", number(15, "#N/A", "float", 'table:formula="of:=NA()"'), number(6)),
            row("", '<table:table-cell table:number-rows-spanned="2" office:value-type="float" '
                'office:value="16"><text:p>0016</text:p></table:table-cell>', number(6)),
            row("", "<table:covered-table-cell/>", number(6)),
        )  # fmt: skip
        usual = read(ods(table("Pay", *rows), table("Other", row("x"))))
        comment, apostrophe = "<!-- written by hand -->", " table:note='it is odd'"
        start = "<table:table-row "
        for odd_rows in (
            (comment, *rows),
            tuple(each.replace(start, f"<table:table-row{apostrophe} ") for each in rows),
            tuple(each.replace(start, "\n<table:table-row\n") for each in rows),
        ):
            odd = read(ods(table("Pay", *odd_rows), table("Other", row("x"))))
            assert odd == usual
        assert [each.error.code if each.error else each.user for each in usual.rows] == [
            "0007", "amount_other_asset", "amount_mangled", "user_mangled", "user_mangled", "12", "0013", "0014",
            "formula_error", "merged_cells", "merged_cells",
        ]  # fmt: skip

    def test_repeated_rows_are_as_many_rows(self) -> None:
        data = ods(
            table(
                "s",
                row("user", "amount"),
                row(number(7, "007"), number(5), more='table:number-rows-repeated="3"'),
            )
        )
        assert brief(read(data)) == [("007", 500)] * 3

    def test_merged_cells(self) -> None:
        merged = (
            '<table:table-cell table:number-rows-spanned="2" office:value-type="float" office:value="9"/>'
        )
        covered = "<table:covered-table-cell/>"
        data = ods(
            table("s", row("user", "amount"), row("7", merged), row("8", covered), row("9", number(1)))
        )
        assert brief(read(data)) == [("7", "merged_cells"), ("8", "merged_cells"), ("9", 100)]

    def test_a_password(self) -> None:
        manifest = '<manifest:manifest xmlns:manifest="m"><manifest:encryption-data/></manifest:manifest>'
        data = zipped(**{"mimetype": ODS, "content_DOT_xml": "x", "META-INF__manifest_DOT_xml": manifest})
        with pytest.raises(SheetError) as caught:
            read(data)
        assert caught.value.code == "sheet_protected"


def test_tsv() -> None:
    sheet = read(b'Candidate ID\tCredits\tNotes\n42\t1,50\tone, two; three\n7\t2,25\t"quoted\ttab"\n')
    assert (sheet.head.delimiter, sheet.head.decimal) == ("\t", ",")
    assert sheet.rows == [
        ReadRow(2, "42", "1.5", "one, two; three", 150, raw={"amount": "1,50"}),
        ReadRow(3, "7", "2.25", "quoted\ttab", 225, raw={"amount": "2,25"}),
    ]


NAMED = {
    "a binary workbook of Excel (XLSB)": zipped(xl__workbook_DOT_bin=b"x"),
    "a workbook of Apple Numbers": zipped(Index__Document_DOT_iwa=b"x"),
    "a document of Word (DOCX)": zipped(word__document_DOT_xml=b"x"),
    "a presentation of PowerPoint (PPTX)": zipped(ppt__presentation_DOT_xml=b"x"),
    "a document of Word (DOC)": OLE + bytes(600) + "WordDocument".encode("utf-16-le"),
    "a compound file (OLE) without a workbook": OLE + bytes(600),
    "an OpenDocument file, but no spreadsheet": ods(mimetype="application/vnd.oasis.opendocument.text"),
    "a ZIP archive": zipped(people_DOT_csv="user,amount\n42,5\n"),
    "a web page (HTML)": b"\xef\xbb\xbf\n<html><body><table><tr><td>user</td><td>amount</td></tr></table></html>",
    "an XML spreadsheet of Excel 2003": b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
    b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "a flat spreadsheet (FODS)": b'<?xml version="1.0"?><office:document xmlns:office="o"/>',
    "an XML file": b'<?xml version="1.0"?><people/>',
    "a saved web page (MHTML)": b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n",
    "a symbolic link file (SYLK)": b'ID;PWXL;N;E\r\nC;Y1;X1;K"user"\r\n',
    "a JSON file": b'[{"user": "42", "amount": 5}]',
    "a PDF": b"%PDF-1.7\n\x00",
    "a picture (JPEG)": b"\xff\xd8\xff\xe0",
    "a GZIP archive": b"\x1f\x8b\x08\x00",
    "a Parquet file": b"PAR1\x15\x04",
    "a database (SQLite)": b"SQLite format 3\x00",
}


@pytest.mark.parametrize("name", NAMED)
def test_other_kinds_are_told_by_name(name: str) -> None:
    with pytest.raises(SheetError) as caught:
        read(NAMED[name])
    assert (caught.value.code, caught.value.fields["kind"]) == ("sheet_wrong_kind", name)
    assert caught.value.detail.startswith(f"The file is {name}")


def test_a_header_that_resembles_another_kind_is_a_table() -> None:
    assert brief(read(b"ID;Points\n42;5\n")) == [("42", 500)]
    assert brief(read("user,amount,reason\n42,5,<table>\n".encode("utf-16"))) == [("42", 500)]
