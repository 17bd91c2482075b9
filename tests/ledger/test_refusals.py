"""Every refusal, and which one is told when several apply. The model: TigerBeetle's state_machine_tests.zig."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groat import Groat
from groat.ledger import errors
from tests.helpers.clock import Clock
from tests.helpers.tables import parse_table
from tests.ledger.tables import MEETINGS, ORDER, REFUSALS
from tests.ledger.words import Scene, Step


def steps(table: str) -> list[Step]:
    return [Step(**row) for row in parse_table(table)]


async def play(groat: Groat, clock: Clock, table: str) -> None:
    scene = Scene(groat, clock)
    for step in steps(table):
        assert await scene.run(step) == step.verdict, step


@pytest.mark.parametrize("code", REFUSALS)
async def test_refusal(groat: Groat, clock: Clock, code: str) -> None:
    await play(groat, clock, REFUSALS[code])


async def test_of_two_reasons_the_earlier_is_told(groat: Groat, clock: Clock) -> None:
    await play(groat, clock, ORDER)


def test_every_refusal_has_its_table_in_the_order_of_the_checks() -> None:
    assert list(REFUSALS) == list(errors.REFUSALS)
    for code, table in REFUSALS.items():
        assert code in {step.verdict for step in steps(table)}, code


def test_every_two_refusals_that_can_meet_are_in_the_table_of_the_order() -> None:
    told = [step.verdict for step in steps(ORDER) if step.verdict in errors.REFUSALS]
    pairs = set(zip(told[::2], told[1::2], strict=True))
    assert pairs == {(earlier, later) for earlier, laters in MEETINGS.items() for later in laters}
    order = list(errors.REFUSALS)
    assert list(MEETINGS) == order
    for earlier, later in pairs:
        assert order.index(earlier) < order.index(later), (earlier, later)


@pytest.mark.parametrize("code", [*errors.REFUSALS, *errors.INPUT_ERRORS, *errors.SERVER_ERRORS])
def test_every_code_says_what_to_do_and_has_one_status(code: str) -> None:
    rule = {**errors.REFUSALS, **errors.INPUT_ERRORS, **errors.SERVER_ERRORS}[code]
    assert rule.meaning.endswith(".")
    assert rule.status in ({400, 409} if code in errors.INPUT_ERRORS else {400, 404, 409, 422, 500, 503})


def test_no_code_is_in_two_families() -> None:
    families = [errors.REFUSALS, errors.INPUT_ERRORS, errors.SERVER_ERRORS]
    assert sum(map(len, families)) == len({code for family in families for code in family})


def test_a_table_cannot_mean_anything_but_what_it_looks_like() -> None:
    assert parse_table("a   b\n1   2\n# none\n\n    3") == [{"a": "1", "b": "2"}, {"a": "", "b": "3"}]
    with pytest.raises(ValueError, match="runs into the column"):
        parse_table("a   b\n1234 5")


def kinds_of(base: type[errors.StoreError]) -> Iterator[type[errors.StoreError]]:
    """The classes of errors below a class, in groat."""
    for kind in base.__subclasses__():
        if kind.__module__.startswith("groat."):
            yield kind
            yield from kinds_of(kind)


PASSING = {"busy", "store_unavailable", "interrupted"}


@pytest.mark.parametrize("kind", [*kinds_of(errors.StoreError)], ids=lambda kind: kind.__name__)
def test_each_error_of_the_store_has_a_code_and_says_whether_it_passes(kind: type[errors.StoreError]) -> None:
    error = kind()
    assert error.detail
    assert error.passing == (error.code in PASSING)
    assert error.status == errors.SERVER_ERRORS[error.code].status
    # What may succeed later is answered with 503, so that clients try again.
    assert not error.passing or error.status == 503
