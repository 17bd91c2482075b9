"""The letters of documents: which font has which character, and how wide it is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

PLAIN, BOLD = "DejaVu", "DejaVu-Bold"
_FILES = {PLAIN: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}
# Fonts for Chinese, Japanese and Korean that every reader of PDF brings along; they are named, not embedded.
_KANA, _HAN, _HANGUL = "HeiseiKakuGo-W5", "STSong-Light", "HYGothic-Medium"
_MISSING = "\N{REPLACEMENT CHARACTER}"
_glyphs: dict[str, frozenset[int]] = {}

Run = tuple[str, str]
"""A font's name, and text in it."""


@cache
def load() -> None:
    """Make the fonts known to reportlab; once in a process."""
    for name, file in _FILES.items():
        font = TTFont(name, str(Path(__file__).parent / file))
        pdfmetrics.registerFont(font)
        _glyphs[name] = frozenset(font.face.charToGlyph)
    for name in (_KANA, _HAN, _HANGUL):
        pdfmetrics.registerFont(UnicodeCIDFont(name))


@lru_cache(maxsize=4_096)
def clean(text: str) -> str:
    """The text on one line, with a sign in place of what no font can show."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = "".join(" " if char.isspace() else char for char in text if char.isprintable() or char.isspace())
    return "".join(char if _font_of(char, PLAIN) else _MISSING for char in " ".join(shown.split()))


def width(text: str, size: float, font: str = PLAIN) -> float:
    """Return the width of the (clean) text in points."""
    return sum(map(_widths[font].__getitem__, text)) * size


def runs(text: str, font: str = PLAIN) -> Iterator[Run]:
    """The (clean) text in pieces that one font can show."""
    if text.isascii():
        if text:
            yield font, text
        return
    for name, chars in groupby(text, lambda char: _font_of(char, font)):
        yield name, "".join(chars)


def wrap(text: str, size: float, room: float, lines_max: int) -> list[str]:
    """The text in lines no wider than ``room`` points, broken at spaces where that is possible, the end cut off."""
    lines: list[str] = []
    rest = clean(text)
    while rest and len(lines) < lines_max:
        if width(rest, size) <= room:
            return [*lines, rest]
        last = len(lines) == lines_max - 1
        fits = _fitting(rest, size, room - (width("…", size) if last else 0))
        if last:
            return [*lines, rest[:fits].rstrip() + "…"]
        space = rest.rfind(" ", 1, fits + 1)
        cut = space if space > 0 else fits
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return lines


def _fitting(text: str, size: float, room: float) -> int:
    used, count = 0.0, 0
    for char in text:
        used += _widths[PLAIN][char] * size
        if used > room:
            break
        count += 1
    return max(count, 1)


class _Widths(dict[str, float]):
    """The widths of letters in a font at size 1, computed when first asked for."""

    def __init__(self, font: str) -> None:
        super().__init__()
        self._font = font

    def __missing__(self, char: str) -> float:
        width = float(pdfmetrics.stringWidth(char, _font_of(char, self._font) or self._font, 1))
        self[char] = width
        return width


_widths = {name: _Widths(name) for name in _FILES}


@lru_cache(maxsize=16_384)
def _font_of(char: str, font: str) -> str:
    """The font for a character, ``font`` if it has it; empty where none has."""
    code = ord(char)
    if code in _glyphs[font]:
        return font
    if 0x3040 <= code <= 0x30FF or 0x31F0 <= code <= 0x31FF:
        return _KANA
    if 0x1100 <= code <= 0x11FF or 0x3130 <= code <= 0x318F or 0xAC00 <= code <= 0xD7AF:
        return _HANGUL
    if (
        0x3000 <= code <= 0x303F
        or 0x3400 <= code <= 0x9FFF
        or 0xF900 <= code <= 0xFAFF
        or 0xFF00 <= code <= 0xFFEF
    ):
        return _HAN
    return ""
