"""Strict JSON: what two readers could understand differently, or what a later reader would choke on, is refused.

The standard library's decoder is used because it tells of repeated names; msgspec then checks the types without
converting any (a number is never taken for a string, nor "true" for a boolean).
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, TypeVar

import msgspec

from groat.http.problems import HttpError
from groat.ledger.errors import InvalidInput

T = TypeVar("T")

_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_INTEGER_MIN, _INTEGER_MAX = -(2**63), 2**63 - 1


def decode(body: bytes, kind: type[T]) -> T:
    """The body as a ``kind``. Raises HttpError (codes of its 400s) and InvalidInput ``invalid_text``."""
    try:
        return msgspec.convert(parse(body), kind, strict=True)
    except msgspec.ValidationError as error:
        raise HttpError("invalid_body", _printable(str(error))) from None


def parse(body: bytes) -> Any:
    """The plain value in a JSON document. Raises HttpError and InvalidInput ``invalid_text``."""
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
    """Escapes can bring in what UTF-8 and the grammar keep out: U+0000 and lone surrogates."""
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
