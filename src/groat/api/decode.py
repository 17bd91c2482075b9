"""Strict JSON: refuse what two readers could understand differently, or what a later reader would fail on.

The standard library's decoder is used because it reports repeated names. msgspec then checks the types without
converting any: a number is never taken for a string, nor "true" for a boolean.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Protocol, TypeVar

import msgspec

from groat.api.problems import HttpError
from groat.ledger.errors import InvalidInput

T = TypeVar("T")

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1


_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
DEPTH_LOOKED_AT_MAX = 500_000
"""A document with more brackets holds too many values for every call, so its depth is not measured."""
_ONE_KIND = bytes.maketrans(b"{}", b"[]")


class Shape(Protocol):
    """The bounds of a document: the number of its values, and the depth of their nesting."""

    @property
    def values_max(self) -> int:
        """The most items, fields, arrays and objects together."""

    @property
    def depth_max(self) -> int:
        """The deepest nesting of arrays and objects."""


def decode(body: bytes, kind: type[T], shape: Shape) -> T:
    """Decode the body as a ``kind``. Raises HttpError (its 400s), and InvalidInput ``invalid_text``."""
    check_shape(body, shape)
    try:
        return msgspec.convert(parse(body), kind, strict=True)
    except msgspec.ValidationError as error:
        raise HttpError("invalid_body", _printable(str(error))) from None


def check_shape(body: bytes, shape: Shape) -> None:
    """Raise HttpError ``too_deep`` or ``too_many_values`` before the document is parsed.

    This counts the characters that begin values, at first also those within strings. Only a document near a bound is
    counted again without its strings.
    """
    opened = body.count(b"[") + body.count(b"{")
    if body.count(b",") + opened < shape.values_max and opened <= shape.depth_max:
        return
    bare = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Each value has at most two strings, its name and itself.
    if bare.count(b'"') > 4 * shape.values_max:
        raise _too_many(shape)
    bare = b"".join(bare.split(b'"')[::2])
    opened = bare.count(b"[") + bare.count(b"{")
    is_too_many = bare.count(b",") + opened >= shape.values_max
    if opened <= DEPTH_LOOKED_AT_MAX and _is_deeper(bare, shape.depth_max):
        raise HttpError("too_deep", f"This call takes JSON of at most {shape.depth_max} levels.")
    if is_too_many:
        raise _too_many(shape)


def _is_deeper(bare: bytes, depth_max: int) -> bool:
    """Return whether brackets are nested deeper than that. Each round removes the innermost pairs."""
    brackets = bare.translate(_ONE_KIND, _NOT_BRACKETS)
    for _ in range(depth_max):
        inner = brackets.replace(b"[]", b"")
        if len(inner) == len(brackets):
            break
        brackets = inner
    return b"[]" in brackets or brackets.count(b"[") > depth_max


def _too_many(shape: Shape) -> HttpError:
    return HttpError("too_many_values", f"This call takes JSON of at most {shape.values_max:,} values.")


def parse(body: bytes) -> Any:
    """Parse a JSON document into plain values. Raises HttpError, and InvalidInput ``invalid_text``."""
    try:
        text = body.decode()
        value = _decoder.decode(text)
    except RecursionError:
        raise HttpError("too_deep") from None
    except ValueError as error:
        raise HttpError("invalid_json", _printable(str(error))) from None
    if "\\u" in text:
        _check_escapes(text, value)
    return value


def _check_escapes(text: str, value: Any) -> None:
    """Refuse escapes that bring in what UTF-8 and the grammar exclude: U+0000 and lone surrogates."""
    if _NUL.search(text):
        raise InvalidInput("invalid_text")
    if _SURROGATE.search(text):
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise InvalidInput("invalid_text") from None
        except RecursionError:
            raise HttpError("too_deep") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise HttpError("duplicate_field", f"The field {_printable(twice)!r} is given twice.")
    return found


def _integer(digits: str) -> int:
    # Bounded before it is converted, for converting a long string of digits costs quadratic time.
    if len(digits) > 20 or not _INTEGER_MIN <= (value := int(digits)) <= _INTEGER_MAX:
        raise HttpError("number_too_large")
    return value


def _number(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise HttpError("number_too_large")
    return value


def _constant(name: str) -> Any:
    raise HttpError("invalid_json", f"{name} is not JSON.")


def _printable(text: str) -> str:
    return text[:300].encode("ascii", "backslashreplace").decode()


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)
