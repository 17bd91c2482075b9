"""Paths, whose they are, and the limits with which accounts open."""

from __future__ import annotations

import pytest

from groat import InvalidInput, LimitRule, Limits, Policy
from groat.ledger.accounts import check_path, check_stream, is_within, owner_stream
from tests.helpers.tables import parse_table


@pytest.mark.parametrize(
    "path",
    [
        "house", "user:42", "user:7:commissions", "a:b:c:d:e:f:g:h", "user:auth0|5f2", "user:a.b_c-d@e.org",
        "x" * 64, ":".join(["x" * 63] * 3 + ["x" * 62]),
    ],
)  # fmt: skip
def test_path(path: str) -> None:
    assert check_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "", ":", "user:", ":42", "user::42", "a:b:c:d:e:f:g:h:i", "x" * 65, ":".join(["x" * 64] * 4), "user:4 2",
        "user:42\n", "user:42\0", "user:é", "user:٤٢", "user:\ud800", "user/42", "user:*", "user:%", "user:a,b",
    ],
)  # fmt: skip
def test_no_path(path: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_path(path)
    assert caught.value.code == "invalid_account"
    assert caught.value.fields["account"].isascii()


@pytest.mark.parametrize(
    ("path", "stream"),
    [
        ("user:42", "user:42"),
        ("user:7:commissions", "user:7"),
        ("user:7:a:b", "user:7"),
        ("user", None),
        ("users:7", None),
        ("house:user:7", None),
        ("role:admin", None),
    ],
)
def test_owner(path: str, stream: str | None) -> None:
    assert owner_stream(path) == stream


@pytest.mark.parametrize("name", ["user:42", "role:admin", "user:a@b.c", "house:promo", "house:promo:summer"])
def test_stream(name: str) -> None:
    assert check_stream(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "user", "user:", "user:7:x", "house", "house:", "house:a b", "shop:bonus", "view:42", "user:\ud800",
     "role:a\n", "house" + ":x" * 8, "house" + ":" + "x" * 64 + ":" + "x" * 64 + ":" + "x" * 64 + ":" + "x" * 64],
)  # fmt: skip
def test_no_stream(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_stream(name)
    assert caught.value.code == "invalid_stream"


@pytest.mark.parametrize(
    ("path", "prefix", "within"),
    [
        ("user:4", "user:4", True),
        ("user:4:x", "user:4", True),
        ("user:42", "user:4", False),
        ("user:4", "user:4:x", False),
        ("user:4", "", True),
    ],
)
def test_a_prefix_covers_whole_segments(path: str, prefix: str, within: bool) -> None:
    assert is_within(path, prefix) is within


POLICY = Policy(
    (
        LimitRule("shop:*", Limits(floor=-100)),
        LimitRule("shop:*:till", Limits(floor=None, ceiling=500)),
        LimitRule("shop:main:till", Limits(floor=5)),
        LimitRule("shop:*:till", Limits(floor=6)),
        LimitRule("user:vip", Limits(floor=-50)),
        LimitRule("*:test", Limits(ceiling=1)),
    )
)

MATCHES = """
path                  floor  ceiling
shop:a                -100   none
shop:a:desk           -100   none
# More segments say more; of two equal patterns the first one counts.
shop:a:till           none   500
shop:a:till:drawer    none   500
# What is written out says more than a star.
shop:main:till        5      none
user:vip              -50    none
user:vip:savings      -50    none
# The default rules hold behind those given.
user:a                0      none
user:a:savings        0      none
user:a:commissions    none   none
user:a:commissions:x  none   none
house                 none   none
house:bonus           none   none
# A pattern covers whole segments, and nothing covers these.
household             0      none
shop                  0      none
bank:test             0      1
"""


@pytest.mark.parametrize("row", parse_table(MATCHES), ids=lambda row: row["path"])
def test_policy(row: dict[str, str]) -> None:
    floor, ceiling = (None if row[name] == "none" else int(row[name]) for name in ("floor", "ceiling"))
    assert POLICY.limits(row["path"]) == Limits(floor, ceiling)
