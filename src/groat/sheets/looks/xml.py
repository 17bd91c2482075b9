"""Read XML of strangers piece by piece."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from xml.parsers import expat

PIECE = 1 << 16
_LARGE = 1 << 20

Started = Callable[[str, dict[str, str]], None]


class UnusualXml(Exception):
    """A sheet is written in another way than spreadsheets do, and has to be parsed."""


def parser_of(started: Started) -> expat.XMLParserType:
    """Return a parser that calls ``started`` with each start tag, and refuses documents with entities of their own."""

    def refuse(*_: object) -> None:
        raise ValueError("a workbook declares no entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler = started
    parser.EntityDeclHandler = refuse
    parser.buffer_text = True
    return parser


def parse(archive: zipfile.ZipFile, member: str, parser: expat.XMLParserType) -> None:
    """Feed a member of an archive to a parser. Raises ExpatError, and ValueError for a document with entities."""
    with archive.open(member) as source:
        while piece := source.read(PIECE):
            parser.Parse(piece, False)
    parser.Parse(b"", True)


def pieces(archive: zipfile.ZipFile, member: str, end: bytes) -> Iterator[bytes]:
    """Yield a member of an archive in pieces of about a MiB, each ending with these bytes, and then the rest."""
    rest = b""
    with archive.open(member) as source:
        while piece := source.read(_LARGE):
            content = rest + piece
            cut = content.rfind(end) + len(end)
            if cut < len(end):
                cut = 0
            yield content[:cut]
            rest = content[cut:]
    yield rest


def local(name: str) -> str:
    """Return a tag's or an attribute's name without its prefix."""
    return name.rpartition(":")[2]
