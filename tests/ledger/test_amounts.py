"""Amounts as people and programs write them, and what groat makes of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groat import Asset, InvalidInput
from groat.ledger.amounts import AMOUNT_MAX, check_asset, format_amount, parse_amount
from tests.helpers.tables import parse_table

# "~" stands for a space at this place; \u escapes for what would not be seen.
GOOD = """
text                   scale  signed  value                 told
50                     0              50                    50
0                      0      yes     0                     0
-0                     0      yes     0                     0
-5                     0      yes     -5                    -5
12.5                   2              1250                  12.50
12.50                  2              1250                  12.50
12                     2              1200                  12.00
0.01                   2              1                     0.01
-0.01                  2      yes     -1                    -0.01
-12.34                 2      yes     -1234                 -12.34
0.000000000000000001   18             1                     0.000000000000000001
9223372036854775807    0              9223372036854775807   9223372036854775807
92233720368547758.07   2              9223372036854775807   92233720368547758.07
-9223372036854775807   0      yes     -9223372036854775807  -9223372036854775807
9.223372036854775807   18             9223372036854775807   9.223372036854775807
"""

BAD = r"""
text                    scale  signed  code
1e9                     0              invalid_amount
1E9                     0              invalid_amount
NaN                     0              invalid_amount
Infinity                0      yes     invalid_amount
0x10                    0              invalid_amount
~5                      0              invalid_amount
5~                      0              invalid_amount
5\n                     0              invalid_amount
5\0                     0              invalid_amount
+5                      0              invalid_amount
--5                     0      yes     invalid_amount
00                      0      yes     invalid_amount
05                      0              invalid_amount
.5                      2              invalid_amount
5.                      2              invalid_amount
5..0                    2              invalid_amount
1,000                   0              invalid_amount
1_000                   0              invalid_amount
1~000                   0              invalid_amount
-                       0      yes     invalid_amount
                        0              invalid_amount
\u0663                  0              invalid_amount
\uff15                  0              invalid_amount
\u00b2                  0              invalid_amount
\u22125                 0      yes     invalid_amount
\ud800                  0              invalid_amount
0.001                   0              too_many_digits
1.0                     0              too_many_digits
1.005                   2              too_many_digits
0                       0              amount_not_positive
0.00                    2              amount_not_positive
-5                      0              amount_not_positive
-0                      0              amount_not_positive
9223372036854775808     0              amount_overflow
-9223372036854775808    0      yes     amount_overflow
92233720368547758.08    2              amount_overflow
10                      18             amount_overflow
"""


def unescaped(cell: str) -> str:
    return cell.replace("~", " ").encode().decode("unicode_escape")


@pytest.mark.parametrize("row", parse_table(GOOD), ids=lambda row: f"{row['text']} of {row['scale']}")
def test_amount(row: dict[str, str]) -> None:
    asset = Asset("X", int(row["scale"]))
    value = parse_amount(row["text"], asset, signed=bool(row["signed"]))
    assert value == int(row["value"])
    assert format_amount(value, asset.scale) == row["told"]


@pytest.mark.parametrize("row", parse_table(BAD), ids=lambda row: f"{row['text']} of {row['scale']}")
def test_no_amount(row: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_amount(unescaped(row["text"]), Asset("X", int(row["scale"])), signed=bool(row["signed"]))
    assert caught.value.code == row["code"]
    assert caught.value.status == 400
    assert all(str(field).isascii() for field in caught.value.fields.values())


@pytest.mark.parametrize("length", [65, 5_000, 1_000_000])
def test_a_long_text_is_refused_without_being_computed(length: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_amount("9" * length, Asset("X", 0))
    assert caught.value.code == "invalid_amount"
    assert len(caught.value.fields["amount"]) == 64


@given(value=st.integers(-AMOUNT_MAX, AMOUNT_MAX), scale=st.integers(0, 18))
def test_what_is_told_is_read_back(value: int, scale: int) -> None:
    assert parse_amount(format_amount(value, scale), Asset("X", scale), signed=True) == value


@given(text=st.text(max_size=12), scale=st.integers(0, 18))
def test_any_text_is_an_amount_or_a_clear_error(text: str, scale: int) -> None:
    told = ""
    try:
        value = parse_amount(text, Asset("X", scale))
    except InvalidInput as error:
        told = error.code
    if told:
        assert told in ("invalid_amount", "too_many_digits", "amount_not_positive", "amount_overflow")
    else:
        assert 0 < value <= AMOUNT_MAX


@pytest.mark.parametrize("code", ["C", "CREDIT", "USD2", "A_B", "A234567890123456"])
@pytest.mark.parametrize("scale", [0, 18])
def test_asset(code: str, scale: int) -> None:
    assert check_asset(code, scale) == (code, scale)


@pytest.mark.parametrize(
    ("code", "scale"),
    [
        ("", 0), ("credit", 0), ("1A", 0), ("_A", 0), ("A B", 0), ("A-B", 0), ("A" * 17, 0), ("Ä", 0), ("A\n", 0),
        ("A\ud800", 0), ("CREDIT", -1), ("CREDIT", 19),
    ],
)  # fmt: skip
def test_no_asset(code: str, scale: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_asset(code, scale)
    assert caught.value.code == "invalid_asset"
    assert caught.value.fields["asset"].isascii()
