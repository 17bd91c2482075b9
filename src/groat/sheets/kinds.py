"""Name the kind of a file that cannot be read, so that its owner knows what to do with it."""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection

from groat.sheets.errors import SHEET_ERRORS, SheetError

_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"{\\rtf", "a text document (RTF)"),
    (b"\x1f\x8b", "a GZIP archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a BZIP2 archive"),
    (b"\xfd7zXZ", "an XZ archive"),
    (b"(\xb5/\xfd", "a Zstandard archive"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\0", "a database (SQLite)"),
    (b"MIME-Version:", "a saved web page (MHTML)"),
)
_HTML = re.compile(
    r"(?:<!--.*?-->\s*|<\?xml[^>]*\?>\s*)*<(?:!doctype\s+html|html|head|body|table|meta|style|div)\b",
    re.IGNORECASE,
)
_SYLK = re.compile(r"ID;P[A-Z]*[^\r\n]*\r?\n(?:[BCFPO]|NN|NE);")
_JSON = re.compile(r'\{\s*"|\[\s*[\[{"]')
_HEAD = 4_096

_MEMBERS = (
    ("xl/workbook.bin", "a binary workbook of Excel (XLSB)"),
    ("index/document.iwa", "a workbook of Apple Numbers"),
    ("index.zip", "a workbook of Apple Numbers"),
    ("word/document.xml", "a document of Word (DOCX)"),
    ("ppt/presentation.xml", "a presentation of PowerPoint (PPTX)"),
)
_STREAMS = (
    ("WordDocument", "a document of Word (DOC)"),
    ("PowerPoint Document", "a presentation of PowerPoint (PPT)"),
    ("__properties_version1.0", "a message of Outlook (MSG)"),
)


def wrong_kind(name: str | None) -> SheetError:
    """Return the error for a file of this kind, such as "a PDF"; None where nobody knows."""
    meaning = SHEET_ERRORS["sheet_wrong_kind"].meaning
    if name is None:
        return SheetError("sheet_wrong_kind")
    return SheetError(
        "sheet_wrong_kind", f"The file is {name}, whatever its name ends in. {meaning}", kind=name
    )


def kind_of_text(data: bytes) -> str | None:
    """Return the kind of a file that is neither a workbook nor a table in text, if it shows one."""
    found = next((name for mark, name in _SIGNATURES if data.startswith(mark)), None)
    if found:
        return found
    encoding = "utf-16" if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
    text = data[:_HEAD].decode(encoding, "ignore").lstrip()
    if _HTML.match(text):
        return "a web page (HTML)"
    if text.startswith("<?xml") or text.startswith(("<Workbook", "<office:document")):
        if "urn:schemas-microsoft-com:office:spreadsheet" in text:
            return "an XML spreadsheet of Excel 2003"
        return "a flat spreadsheet (FODS)" if "office:document" in text else "an XML file"
    if _SYLK.match(text):
        return "a symbolic link file (SYLK)"
    return "a JSON file" if _JSON.match(text) else None


def kind_of_archive(names: Collection[str], mimetype: bytes) -> str:
    """Return the kind of a ZIP archive by the names of its members, in small letters, and its ``mimetype``."""
    found = next((name for member, name in _MEMBERS if member in names), None)
    if found:
        return found
    if mimetype.startswith(b"application/vnd.oasis.opendocument."):
        return "an OpenDocument file, but no spreadsheet"
    return "a ZIP archive"


def kind_of_compound(data: bytes) -> str | None:
    """Return the kind of a compound file (OLE) that holds no workbook, by the names of its streams."""
    found = next((kind for name, kind in _STREAMS if name.encode("utf-16-le") in data), None)
    if found is None and not any(name.encode("utf-16-le") in data for name in ("Workbook", "Book")):
        found = "a compound file (OLE) without a workbook"
    return found
