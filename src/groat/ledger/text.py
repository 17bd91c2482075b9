"""Checks of the texts that come into the ledger: keys, reasons, metadata, ids and times."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import msgspec

from groat.ledger.errors import InvalidInput, printable

KEY_MAX = 255
REASON_MAX = 1_000
METADATA_BYTES_MAX = 16_384
METADATA_DEPTH_MAX = 16
LIMIT_MAX = 100_000
# The last microsecond of the year 9999: later moments cannot be written as RFC 3339.
TIME_MAX = 253_402_300_799_999_999

_KEY = re.compile(rf"[\x20-\x7e]{{1,{KEY_MAX}}}", re.ASCII)
_PRINCIPAL = re.compile(r"[a-z]{1,16}:[A-Za-z0-9._@|:-]{1,128}", re.ASCII)
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_canonical = msgspec.json.Encoder(order="deterministic")


def check_key(key: str) -> str:
    """Return the key; raises InvalidInput ``key_required`` or ``invalid_key``."""
    if not key:
        raise InvalidInput("key_required")
    if not _KEY.fullmatch(key):
        raise InvalidInput("invalid_key")
    return key


def check_principal(principal: str) -> str:
    """Return the principal; raises InvalidInput ``invalid_principal``."""
    try:
        fits = _PRINCIPAL.fullmatch(principal)
    except TypeError:
        name = type(principal).__name__
        raise InvalidInput(
            "invalid_principal", f"A principal is a text such as user:42, not {name}."
        ) from None
    if not fits:
        raise InvalidInput("invalid_principal")
    return principal


def check_text(text: str, length_max: int = REASON_MAX) -> str:
    """Return the text; raises InvalidInput ``text_too_long`` or ``invalid_text`` (U+0000, lone surrogates)."""
    if not isinstance(text, str):
        # Also a text that Django translates when it is shown: nobody knows now what it will say.
        raise InvalidInput("invalid_text", f"Give a text as a str, not {type(text).__name__}.")
    if len(text) > length_max:
        raise InvalidInput("text_too_long")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidInput("invalid_text") from None
    if "\0" in text:
        raise InvalidInput("invalid_text")
    return text


def check_metadata(metadata: dict[str, Any] | None) -> str | None:
    """Encode metadata as canonical JSON (sorted keys), or None for none.

    Raises InvalidInput ``invalid_metadata``, ``invalid_text`` or ``metadata_too_large``.
    """
    if not metadata:
        return None
    if not isinstance(metadata, dict):
        raise InvalidInput("invalid_metadata")
    _check_json(metadata, METADATA_DEPTH_MAX)
    try:
        encoded = _canonical.encode(metadata)
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput("invalid_metadata") from None
    if len(encoded) > METADATA_BYTES_MAX:
        raise InvalidInput("metadata_too_large")
    return encoded.decode()


def _check_json(value: object, depth: int) -> None:
    if isinstance(value, str):
        if len(value) > METADATA_BYTES_MAX:
            raise InvalidInput("metadata_too_large")
        check_text(value, METADATA_BYTES_MAX)
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidInput("invalid_metadata")
    elif isinstance(value, dict | list | tuple):
        if depth == 0:
            raise InvalidInput("invalid_metadata")
        for item in value:
            _check_json(item, depth - 1)
        if isinstance(value, dict):
            for item in value.values():
                _check_json(item, depth - 1)


def check_id(id: str | UUID) -> str:
    """Return a UUID in its canonical lower-case form; raises InvalidInput ``invalid_id``."""
    text = str(id).lower()
    if not _ID.fullmatch(text):
        raise InvalidInput("invalid_id", id=printable(id))
    return text


def check_limit(limit: int) -> int:
    """Return the number of rows to read at most; raises InvalidInput ``invalid_limit``."""
    if type(limit) is not int or not 1 <= limit <= LIMIT_MAX:
        raise InvalidInput("invalid_limit", limit=printable(limit))
    return limit


def parse_time(value: str | datetime) -> int:
    """Return the microseconds since 1970 (UTC) of an RFC 3339 text or an aware datetime; raises ``invalid_time``."""
    try:
        if isinstance(value, str):
            if not _TIME.fullmatch(value):
                raise InvalidInput("invalid_time", time=printable(value, 40))
            value = datetime.fromisoformat(value.upper())
        micros = (value.astimezone(UTC) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        raise InvalidInput("invalid_time") from None
    if value.tzinfo is None or micros < 0:
        raise InvalidInput("invalid_time")
    return micros


@lru_cache(maxsize=4_096)
def format_time(micros: int) -> str:
    """Write a moment as RFC 3339 in UTC with microseconds: 0 is "1970-01-01T00:00:00.000000Z"."""
    return (_EPOCH + timedelta(microseconds=micros)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
