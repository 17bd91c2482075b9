"""Keys, texts, metadata, ids and times: what may come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groat import InvalidInput
from groat.ledger.text import (
    check_id,
    check_key,
    check_metadata,
    check_principal,
    check_text,
    format_time,
    parse_time,
)
from tests.helpers.tables import parse_table


def code_of(check: Any, *args: Any) -> str:
    with pytest.raises(InvalidInput) as caught:
        check(*args)
    for field in caught.value.fields.values():
        str(field).encode()
    return caught.value.code


@pytest.mark.parametrize("key", ["k", "a key with spaces", "~" * 255, '{"json":1}'])
def test_key(key: str) -> None:
    assert check_key(key) == key


@pytest.mark.parametrize("key", ["k" * 256, "k\n", "k\0", "\tk", "schlüssel", "\ud800", "٣"])
def test_no_key(key: str) -> None:
    assert code_of(check_key, key) == "invalid_key"


def test_a_key_is_required() -> None:
    assert code_of(check_key, "") == "key_required"


@pytest.mark.parametrize("principal", ["user:42", "service:shop", "system:expiry", "user:auth0|a@b.c"])
def test_principal(principal: str) -> None:
    assert check_principal(principal) == principal


@pytest.mark.parametrize(
    "principal", ["", "user", "user:", ":x", "User:x", "user:a b", "user:x\n", "user:\ud800"]
)
def test_no_principal(principal: str) -> None:
    assert code_of(check_principal, principal) == "invalid_principal"


@pytest.mark.parametrize("text", ["", "Welcome!", "Zürich 🎉", "a\nb\tc", "x" * 1_000, "\u202e\ufeff"])
def test_text(text: str) -> None:
    assert check_text(text) == text


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800", "é\udfff", "ok\ud83d"])
def test_no_text(text: str) -> None:
    assert code_of(check_text, text) == "invalid_text"


def test_a_text_has_a_length() -> None:
    assert code_of(check_text, "x" * 1_001) == "text_too_long"


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return {"deep": value}


@pytest.mark.parametrize(
    ("metadata", "canonical"),
    [
        (None, None),
        ({}, None),
        ({"b": 1, "a": {"d": None, "c": [True, 1.5, "ü"]}}, '{"a":{"c":[true,1.5,"ü"],"d":null},"b":1}'),
        ({"big": 2**63 - 1, "small": -(2**63)}, '{"big":9223372036854775807,"small":-9223372036854775808}'),
        (nested(15), '{"deep":' + "[" * 15 + "1" + "]" * 15 + "}"),
    ],
)
def test_metadata(metadata: Any, canonical: str | None) -> None:
    assert check_metadata(metadata) == canonical


@pytest.mark.parametrize(
    ("metadata", "code"),
    [
        ({"a": float("nan")}, "invalid_metadata"),
        ({"a": [float("-inf")]}, "invalid_metadata"),
        ({"a": 10**5_000}, "invalid_metadata"),
        ({"a": object()}, "invalid_metadata"),
        (nested(16), "invalid_metadata"),
        (nested(100_000), "invalid_metadata"),
        ({"a": "\0"}, "invalid_text"),
        ({"a": ["\ud800"]}, "invalid_text"),
        ({"\ud800": 1}, "invalid_text"),
        ({"\0": 1}, "invalid_text"),
        ({"a": "x" * 16_384}, "metadata_too_large"),
        ({"a": "x" * 20_000}, "metadata_too_large"),
        # 16 KiB are bytes: 6,000 of these letters are 18,000 bytes.
        ({"a": "\u20ac" * 6_000}, "metadata_too_large"),
        ({"a": list(range(10_000))}, "metadata_too_large"),
    ],
    ids=range(14),
)
def test_no_metadata(metadata: Any, code: str) -> None:
    assert code_of(check_metadata, metadata) == code


def test_an_id_is_canonical() -> None:
    id = "0197f1d2-8ba1-7c3e-9d5f-0123456789ab"
    assert check_id(id) == check_id(id.upper()) == id


@pytest.mark.parametrize(
    "id",
    ["", "1", "0197f1d28ba17c3e9d5f0123456789ab", "0197f1d2-8ba1-7c3e-9d5f-0123456789ag", "\ud800", "٠" * 36],
)
def test_no_id(id: str) -> None:
    assert code_of(check_id, id) == "invalid_id"


TIMES = """
text                                micros
1970-01-01T00:00:00Z                0
1970-01-01t00:00:01z                1000000
1970-01-01 00:00:01Z                1000000
1970-01-01T02:00:00+02:00           0
1969-12-31T19:00:00-05:00           0
1970-01-01T00:00:00.5Z              500000
1970-01-01T00:00:00.000001Z         1
1970-01-01T00:00:00.123456789Z      123456
2024-02-29T12:00:00Z                1709208000000000
9999-12-31T23:59:59.999999Z         253402300799999999
"""


@pytest.mark.parametrize("row", parse_table(TIMES), ids=lambda row: row["text"])
def test_time(row: dict[str, str]) -> None:
    assert parse_time(row["text"]) == int(row["micros"])


@pytest.mark.parametrize(
    "text",
    [
        "", "2026", "2026-01-31", "2026-01-31T12:00:00", "2026-01-31T12:00Z", "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:60Z", "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00+25:00", "1969-12-31T23:59:59Z", "0000-01-01T00:00:00Z", "10000-01-01T00:00:00Z",
        "２０２６-01-31T12:00:00Z", "2026-01-31T12:00:00Z ", "2026-01-31T12:00:00Z\n", "now", "\ud800",
    ],
)  # fmt: skip
def test_no_time(text: str) -> None:
    assert code_of(parse_time, text) == "invalid_time"


def test_a_datetime_needs_an_offset() -> None:
    aware = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    assert parse_time(aware) == 0
    assert code_of(parse_time, aware.replace(tzinfo=None)) == "invalid_time"
    assert code_of(parse_time, datetime(1969, 1, 1, tzinfo=UTC)) == "invalid_time"
    assert code_of(parse_time, datetime.min.replace(tzinfo=timezone(timedelta(hours=2)))) == "invalid_time"


@given(st.integers(0, 253_402_300_799_999_999))
def test_a_time_is_read_back(micros: int) -> None:
    assert parse_time(format_time(micros)) == micros


def test_the_form_of_a_time() -> None:
    assert format_time(0) == "1970-01-01T00:00:00.000000Z"
    assert format_time(1_709_208_000_000_001) == "2024-02-29T12:00:00.000001Z"
