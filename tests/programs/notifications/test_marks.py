"""Marks: which numbers of a stream somebody has read, compared with a plain set of numbers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from groat.programs.notifications.marks import SPANS_MAX, Mark, decode_spans, encode_spans

NUMBERS = st.lists(st.integers(1, 40), max_size=6)
READING = st.lists(st.tuples(NUMBERS, st.integers(0, 20)), max_size=12)


@given(READING)
def test_a_mark_is_the_set_of_the_numbers_that_were_read(reading: list[tuple[list[int], int]]) -> None:
    mark, read = Mark(), set[int]()
    for numbers, upto in reading:
        mark = mark.add(numbers, upto)
        read |= {*numbers, *range(1, upto + 1)}
        assert {n for n in range(1, 60) if mark.has(n)} == read
        assert mark.read() == len(read)
        assert list(mark.unread(50)) == [n for n in range(50, 0, -1) if n not in read]
    assert Mark(mark.upto, decode_spans(encode_spans(mark.spans))) == mark
    # One set has one form: apart, in order, and none of it is also in what comes before.
    ends = [mark.upto, *(end for span in mark.spans for end in span)]
    assert ends == sorted(ends)
    assert all(first > last + 1 for last, first in zip(ends[::2], ends[1::2], strict=False))


@given(READING, st.integers(0, 60))
def test_the_unread_ones_of_fewer_are_told_too(reading: list[tuple[list[int], int]], total: int) -> None:
    mark = Mark()
    for numbers, upto in reading:
        mark = mark.add(numbers, upto)
    assert list(mark.unread(total)) == [n for n in range(total, 0, -1) if not mark.has(n)]


def test_a_mark_stays_small() -> None:
    mark = Mark()
    for number in range(2, 2 * SPANS_MAX + 12, 2):
        mark = mark.add([number])
    assert len(mark.spans) == SPANS_MAX
    # The oldest gaps were closed, none of the others.
    assert (mark.upto, mark.has(9), mark.has(13)) == (10, True, False)
