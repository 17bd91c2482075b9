"""Idempotency keys: those that callers choose, and those that groat derives from them, so that the two never meet.

A caller's key is 1 to 255 printable ASCII characters. It may be sent as a quoted string (``"welcome-42"``, the form of
the IETF draft), which is the same key as ``welcome-42``. A derived key joins its parts with :data:`MARK`, which no
caller can send.

Versions before this one stored quoted keys with their quotes and derived keys joined by ``/``. These *earlier forms*
are looked up too, and the one that a node of such a version would look for is written as well, so that a retry pays
once whichever node takes it. The stored ``form`` of a row says what it is: see :class:`Form`.
"""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final

from groat.ledger.errors import InvalidInput
from groat.ledger.text import KEY_MAX, check_key

MARK = "\N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK}"

_QUOTED = re.compile(r'"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"', re.ASCII)
_ESCAPED = re.compile(r'\\(["\\])', re.ASCII)
_TO_ESCAPE = re.compile(r'["\\]', re.ASCII)


class Form(IntEnum):
    """The meaning of a stored key.

    ``BEFORE``: written by a version that kept chosen and derived keys in one form. ``OWN``: the key itself.
    ``FOR_OLDER``: an earlier form of another key, written only so that older nodes find it.
    """

    BEFORE = 1
    OWN = 2
    FOR_OLDER = 3


OWN: Final = int(Form.OWN)
"""The form of nearly all keys. A batch needs it for each, and naming a member of an Enum takes half a microsecond."""


class Key(str):
    """A key as it is stored. ``earlier`` has its other forms; ``older`` the one that an older node would look up for
    the same call, "" if that is the key itself.
    """

    __slots__ = ("earlier", "older")
    earlier: tuple[str, ...]
    older: str

    def __new__(cls, text: str, earlier: tuple[str, ...] = (), older: str = "") -> Key:
        """A key of a checked text."""
        key = str.__new__(cls, text)
        key.earlier, key.older = earlier, older
        return key


def as_key(text: str) -> Key:
    """Read the key in a text that a caller sent. Raises InvalidInput ``key_required`` or ``invalid_key``."""
    if isinstance(text, Key):
        return text
    if not text:
        raise InvalidInput("key_required")
    try:
        quoted = text.startswith('"') or text.endswith('"')
    except (AttributeError, TypeError):
        raise InvalidInput("invalid_key", f"A key is a text, not {type(text).__name__}.") from None
    if not quoted:
        check_key(text)
        return Key(text, (_quoted(text),))
    match = _QUOTED.fullmatch(text)
    if match is None:
        raise InvalidInput(
            "invalid_key",
            'A key that begins or ends with a quote must be one quoted string, such as "welcome-42": no parameters and'
            ' no second key after it, and \\" and \\\\ for a quote and a backslash within it.',
        )
    key = _ESCAPED.sub(r"\1", match.group(1))
    if not 1 <= len(key) <= KEY_MAX or key.startswith('"') or key.endswith('"'):
        raise InvalidInput(
            "invalid_key",
            f"Between its quotes a key has 1 to {KEY_MAX} characters; the first and the last are no further quotes.",
        )
    return Key(key, tuple(dict.fromkeys((text, _quoted(key)))), text)


def derive(key: str, *parts: str | int) -> Key:
    """Make a key of a caller's key, or of a word of groat's own, and of parts that make it differ from others."""
    root = key if isinstance(key, Key) else Key(key)
    tail = "".join(f"/{part}" for part in parts)
    sent = root.older or str(root)
    forms = (sent, *((str(root),) if MARK not in root else ()), *root.earlier)
    return Key(
        MARK.join((root, *map(str, parts))),
        tuple(f"{form}{tail}" for form in dict.fromkeys(forms)),
        sent + tail,
    )


def _quoted(key: str) -> str:
    if '"' in key or "\\" in key:
        key = _TO_ESCAPE.sub(r"\\\g<0>", key)
    return f'"{key}"'
