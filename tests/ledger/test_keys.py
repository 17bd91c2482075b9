"""Keys: the quoted and the bare form are one, and no caller can spell what groat derives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groat import InvalidInput
from groat.ledger.keys import MARK, Key, as_key, derive

PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=255)


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ("welcome-42", "welcome-42"),
        ('"welcome-42"', "welcome-42"),
        ('"a key"', "a key"),
        ('"a\\\\b"', "a\\b"),
        ('"a\\"b"', 'a"b'),
        ('{"a":1}', '{"a":1}'),
        ("a\\b", "a\\b"),
        ('"' + "k" * 255 + '"', "k" * 255),
    ],
)
def test_what_is_sent_and_the_key(sent: str, key: str) -> None:
    assert as_key(sent) == key
    assert type(str(as_key(sent))) is str


MALFORMED = [
    '"', '""', '"k', 'k"', '"a"b"', '"a\\b"', '"a\\"', '"k";v=1', '"k" ;v="1"', '"k", "l"', '"k" "l"', '"\\"k\\""',
    '"ü"', '"a\tb"', '"a\nb"', '"' + "k" * 256 + '"', "k" * 256, "ü", "a\u203ab",
]  # fmt: skip


@pytest.mark.parametrize("sent", MALFORMED)
def test_malformed_keys_are_refused(sent: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        as_key(sent)
    assert caught.value.code == "invalid_key"


def test_an_empty_key_is_none() -> None:
    with pytest.raises(InvalidInput) as caught:
        as_key("")
    assert caught.value.code == "key_required"


@given(PRINTABLE.filter(lambda text: not text.startswith('"') and not text.endswith('"')))
def test_both_forms_of_any_key_are_one(text: str) -> None:
    bare = as_key(text)
    (quoted,) = bare.earlier
    assert as_key(quoted) == bare == text
    assert as_key(quoted).older == quoted
    assert not bare.older


@given(PRINTABLE, st.lists(st.integers(0, 9_999) | PRINTABLE, min_size=1, max_size=3))
def test_nobody_can_send_a_derived_key(root: str, parts: list[str | int]) -> None:
    derived = derive(Key(root), *parts)
    with pytest.raises(InvalidInput):
        as_key(str(derived))


@given(st.lists(PRINTABLE, min_size=1, max_size=4), st.lists(PRINTABLE, min_size=1, max_size=4))
def test_different_parts_make_different_keys(one: list[str], two: list[str]) -> None:
    assert (derive(*one) == derive(*two)) == (one == two)


def test_the_earlier_forms_of_derived_keys() -> None:
    assert derive("import", "INV/1") == f"import{MARK}INV/1"
    assert derive("import", "INV/1").older == "import/INV/1"
    again = derive(derive("import", "INV/1"), 2)
    assert (again, again.older) == (f"import{MARK}INV/1{MARK}2", "import/INV/1/2")
    item = derive(as_key('"k"'), 3)
    assert (item, item.older, item.earlier) == (f"k{MARK}3", '"k"/3', ('"k"/3', "k/3"))
    item = derive(as_key("k"), 3)
    assert (item.older, item.earlier) == ("k/3", ("k/3", '"k"/3'))
