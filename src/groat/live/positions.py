"""Positions as text, in one stream and in several."""

from typing import Final

from groat.ledger.errors import InvalidInput
from groat.live.session import Position

_OFFSET_DIGITS_MAX: Final = 18


def parse_position(text: str | None) -> Position | None:
    """Return the position in "epoch:offset"; None for none.

    Raises InvalidInput ``invalid_position``.
    """
    if not text:
        return None
    epoch, _, offset = text.rpartition(":")
    if not epoch or not (offset.isascii() and offset.isdigit()) or len(offset) > _OFFSET_DIGITS_MAX:
        raise InvalidInput("invalid_position")
    return epoch, int(offset)


def parse_vector(text: str | None) -> dict[str, Position | None]:
    """Return the position of each stream in "user:42=e1:7,role:admin=e1:3"; an empty text has none.

    Raises InvalidInput ``invalid_position``.
    """
    found: dict[str, Position | None] = {}
    for part in text.split(",") if text else ():
        stream, equals, position = part.partition("=")
        if not stream or not equals or stream in found:
            raise InvalidInput("invalid_position")
        found[stream] = parse_position(position)
    return found
