"""A statement as PDF, A4, to be read by people and kept: letterhead, summary, and the lines with running balance."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.textobject import PDFTextObject

from groat.ledger.amounts import format_amount
from groat.programs.statements import fonts
from groat.programs.statements.fonts import BOLD, PLAIN
from groat.programs.statements.statement import AccountStatement, StatementLine

PDF_LINES_MAX = 10_000
"""A PDF has at most this many lines: nobody reads more. For more, ask for a shorter period or CSV."""

_WIDTH, _HEIGHT = 595.28, 841.89
_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 547.0, 794.0, 64.0
_DETAILS, _OUT, _IN = 112.0, 384.0, 462.0
_ROOM, _NAME_ROOM = 206.0, 360.0
_SIZE, _SMALL, _LEADING = 8.5, 7.0, 11.0
_REASON_LINES_MAX = 4
_INK, _QUIET, _RULE, _PAPER = HexColor(0x1C1B19), HexColor(0x6B6862), HexColor(0xD8D4CB), HexColor(0xF5F3EE)
_TOTAL_PAGES = "total-pages"
# Write pages as compressed bytes, not as ASCII: a fifth smaller, and faster.
rl_config.useA85 = 0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Letterhead(NamedTuple):
    """The head of a statement: its issuer, the owner of the account, and when it was made (microseconds)."""

    issuer: str
    holder: str
    issued_at: int
    zone: tzinfo = UTC


def write_pdf(statement: AccountStatement, head: Letterhead) -> bytes:
    """Write the document as bytes. The caller bounds the number of lines."""
    fonts.load()
    file = io.BytesIO()
    canvas = Canvas(file, pagesize=(_WIDTH, _HEIGHT), pageCompression=1, lang="en")
    canvas.setTitle(f"Statement {statement.path} {statement.asset.code}")
    canvas.setAuthor(head.issuer)
    _Pages(canvas, statement, head).write()
    canvas.save()
    return file.getvalue()


class _Pages:
    """The pages of one document, written from top to bottom."""

    def __init__(self, canvas: Canvas, statement: AccountStatement, head: Letterhead) -> None:
        self._canvas = canvas
        self._statement = statement
        self._head = head
        self._page = 1
        self._y = _TOP
        self._pen: PDFTextObject | None = None
        self._colour: Color | None = None
        self._font: tuple[str, float] | None = None

    def write(self) -> None:
        statement = self._statement
        self._letterhead()
        self._summary()
        self._columns()
        self._balance_row("Opening balance", statement.opening)
        balance = statement.opening
        for line in statement.lines():
            reason = fonts.wrap(line.reason or _words(line.kind), _SIZE, _ROOM, _REASON_LINES_MAX)
            height = (len(reason) + 1) * _LEADING + 5
            # The row that carries the balance forward must fit too.
            if self._y - height - 22 < _BOTTOM:
                self._turn(balance)
            self._row(line, reason)
            balance = line.balance
            self._y -= height
            self._rule()
        if not len(statement):
            self._y -= 16
            self._text(_DETAILS, "Nothing was booked in this period.", colour=_QUIET)
            self._y -= 8
        if self._y - 40 < _BOTTOM:
            self._turn(balance)
        self._closing()
        self._footer()
        self._lift()
        self._canvas.beginForm(_TOTAL_PAGES, 0, 0, _WIDTH, _HEIGHT)
        self._text_at(_RIGHT - 13, _BOTTOM - 34, str(self._page), size=_SMALL, colour=_QUIET)
        self._lift()
        self._canvas.endForm()

    # -- the parts, from the top down

    def _letterhead(self) -> None:
        head, statement = self._head, self._statement
        # A long name is written smaller, so that it does not reach into the title.
        size = min(17.0, 17.0 * _NAME_ROOM / max(fonts.width(fonts.clean(head.issuer), 17.0, BOLD), 1.0))
        self._text(_LEFT, head.issuer, size=size, font=BOLD)
        self._text(_RIGHT, "Statement of account", size=12, right=True)
        self._y -= 16
        self._lift()
        self._canvas.setStrokeColor(_INK)
        self._canvas.setLineWidth(1.2)
        self._canvas.line(_LEFT, self._y, _RIGHT, self._y)
        self._y -= 24
        last = self._moment(statement.end - 1)
        facts = (
            ("Account holder", head.holder),
            ("Account", f"{statement.path} · {statement.asset.code}"),
            ("Period", f"{self._moment(statement.start):%d %B %Y} to {last:%d %B %Y}"),
            ("Issued", f"{self._moment(head.issued_at):%d %B %Y, %H:%M} ({self._zone()})"),
        )
        for name, value in facts:
            self._text(_LEFT, name, colour=_QUIET)
            lines = fonts.wrap(value, _SIZE + 0.5, _RIGHT - 150, 2)
            for number, text in enumerate(lines):
                self._y -= 13 if number else 0
                self._text(150, text, size=_SIZE + 0.5, font=BOLD if name == "Account holder" else PLAIN)
            self._y -= 14
        self._y -= 8

    def _summary(self) -> None:
        statement = self._statement
        boxes = (
            ("Opening balance", self._amount(statement.opening), ""),
            ("Money in", self._amount(statement.total_in), _count(statement.count_in)),
            ("Money out", self._amount(statement.total_out), _count(statement.count_out)),
            ("Closing balance", self._amount(statement.closing), self._reserved()),
        )
        height, width = 52.0, (_RIGHT - _LEFT) / len(boxes)
        self._lift()
        self._canvas.setFillColor(_PAPER)
        self._canvas.roundRect(_LEFT, self._y - height, _RIGHT - _LEFT, height, 4, stroke=0, fill=1)
        top = self._y
        for number, (name, amount, note) in enumerate(boxes):
            x = _LEFT + number * width + 10
            self._text_at(x, top - 16, name, size=_SMALL, colour=_QUIET)
            # An amount of 19 digits is shown smaller, never cut off.
            size = min(11.0, 11.0 * (width - 14) / max(fonts.width(amount, 11.0, BOLD), 1.0))
            self._text_at(x, top - 31, amount, size=size, font=BOLD)
            self._text_at(x, top - 43, note, size=_SMALL, colour=_QUIET)
        self._y -= height + 26

    def _reserved(self) -> str:
        return f"{self._amount(self._statement.held)} of it reserved" if self._statement.held else ""

    def _columns(self) -> None:
        for x, name, right in (
            (_LEFT, "Date", False),
            (_DETAILS, "Details", False),
            (_OUT, "Out", True),
            (_IN, "In", True),
            (_RIGHT, f"Balance ({self._statement.asset.code})", True),
        ):
            self._text(x, name, size=_SMALL, font=BOLD, colour=_QUIET, right=right)
        self._y -= 6
        self._rule()

    def _balance_row(self, name: str, balance: int) -> None:
        self._y -= 13
        self._text(_DETAILS, name, font=BOLD)
        self._text(_RIGHT, self._amount(balance), font=BOLD, right=True)
        self._y -= 6
        self._rule()

    def _row(self, line: StatementLine, reason: list[str]) -> None:
        top = y = self._y - 12
        at = self._moment(line.at)
        self._text_at(_LEFT, y, f"{at:%d %b %Y}")
        self._text_at(_LEFT, y - _LEADING, f"{at:%H:%M}", size=_SMALL, colour=_QUIET)
        for text in reason:
            self._text_at(_DETAILS, y, text)
            y -= _LEADING
        other = fonts.wrap(line.counterparty, _SMALL, _ROOM - 60, 1)
        self._text_at(_DETAILS, y, f"{''.join(other)} · {line.transaction[-12:]}", size=_SMALL, colour=_QUIET)
        self._text_at(_IN if line.amount > 0 else _OUT, top, self._amount(abs(line.amount)), right=True)
        self._text_at(_RIGHT, top, self._amount(line.balance), right=True)

    def _closing(self) -> None:
        self._y -= 15
        self._lift()
        self._canvas.setFillColor(_PAPER)
        self._canvas.rect(_LEFT, self._y - 6, _RIGHT - _LEFT, 19, stroke=0, fill=1)
        self._text(_DETAILS, "Closing balance", font=BOLD)
        self._text(_RIGHT, self._amount(self._statement.closing), font=BOLD, right=True)

    def _turn(self, balance: int) -> None:
        """End the page with the balance carried forward, and begin the next one with it."""
        self._balance_row("Carried forward", balance)
        self._footer()
        self._canvas.showPage()
        self._page += 1
        self._y = _TOP
        self._columns()
        self._balance_row("Brought forward", balance)

    def _footer(self) -> None:
        y = _BOTTOM - 34
        self._lift()
        self._canvas.setStrokeColor(_RULE)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_LEFT, y + 12, _RIGHT, y + 12)
        statement = self._statement
        text = f"{self._head.issuer} · {statement.path} · {statement.asset.code} · times in {self._zone()}"
        self._text_at(_LEFT, y, *fonts.wrap(text, _SMALL, 400, 1), size=_SMALL, colour=_QUIET)
        # The number of pages is known on the last one, which defines the text that all of them show here.
        self._text_at(_RIGHT - 15, y, f"Page {self._page} of", size=_SMALL, colour=_QUIET, right=True)
        self._lift()
        self._canvas.doForm(_TOTAL_PAGES)

    # -- letters and lines

    def _rule(self) -> None:
        self._lift()
        self._canvas.setStrokeColor(_RULE)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(_LEFT, self._y, _RIGHT, self._y)

    def _lift(self) -> None:
        """End the run of texts that is being written: lines, boxes and pages come between runs."""
        if self._pen is not None:
            self._canvas.drawText(self._pen)
            self._pen = None

    def _text(self, x: float, text: str, **look: object) -> None:
        self._text_at(x, self._y, text, **look)  # type: ignore[arg-type]

    def _text_at(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = _SIZE,
        font: str = PLAIN,
        colour: Color = _INK,
        right: bool = False,
    ) -> None:
        text = fonts.clean(text)
        if right:
            x -= fonts.width(text, size, font)
        pen = self._pen
        if pen is None:
            pen = self._pen = self._canvas.beginText(x, y)
            self._colour = self._font = None
        else:
            pen.setTextOrigin(x, y)
        if colour is not self._colour:
            pen.setFillColor(colour)
            self._colour = colour
        for name, piece in fonts.runs(text, font):
            if (name, size) != self._font:
                pen.setFont(name, size)
                self._font = name, size
            pen.textOut(piece)

    def _amount(self, units: int) -> str:
        """With thousands set apart: 1,234.50."""
        whole, point, fraction = format_amount(abs(units), self._statement.asset.scale).partition(".")
        sign = "\N{MINUS SIGN}" if units < 0 else ""
        return f"{sign}{int(whole):,}{point}{fraction}"

    def _moment(self, micros: int) -> datetime:
        at = _EPOCH + timedelta(microseconds=micros)
        try:
            return at.astimezone(self._head.zone)
        except OverflowError:
            # Some places begin the year 10000 before Greenwich does.
            return at

    def _zone(self) -> str:
        return getattr(self._head.zone, "key", None) or "UTC"


def _count(lines: int) -> str:
    return "1 entry" if lines == 1 else f"{lines:,} entries"


def _words(kind: str) -> str:
    """Describe a transaction without a reason: "transfer.approve" reads "Transfer approve"."""
    return kind.replace(".", " ").replace("_", " ").capitalize()
