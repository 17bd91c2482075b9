"""Updates of credits, looked up: who, why, before and after, and the devices that they reached."""

from __future__ import annotations

from typing import Any

from groat import Groat
from groat.ledger.amounts import AMOUNT_MAX
from groat.ledger.text import parse_time
from groat.programs.credits.admin.updates import Sought, page_updates, read_devices
from groat.programs.credits.admin.views import CreditUpdate
from groat.store.reading import LAST_ID
from tests.helpers.clock import START, Clock

START_US = int(START.timestamp()) * 1_000_000
EVERYTHING = Sought("", "", "", 0, AMOUNT_MAX)
DAY_S = 86_400


async def found(groat: Groat, limit: int = 50, **wanted: Any) -> list[CreditUpdate]:
    """All updates that are wanted, page by page."""
    updates: list[CreditUpdate] = []
    before: str | None = LAST_ID
    while before is not None:
        page, before = await groat.read(
            page_updates, EVERYTHING._replace(**wanted), before, limit, dict(await groat.assets())
        )
        updates += page
    return updates


async def give(groat: Groat, user: str, balance: str, reason: str, principal: str = "user:ada") -> str:
    made = await groat.set_balance(
        f"user:{user}", "CREDIT", balance, principal=principal, key=f"{user} {reason}", reason=reason
    )
    assert made.id is not None
    return made.id


async def test_who_changed_what_and_why(groat: Groat, clock: Clock) -> None:
    await give(groat, "42", "100", "Welcome")
    clock.advance(DAY_S)
    wrong = await give(groat, "42", "70", "A correction", "service:shop")
    await give(groat, "421", "5", "WELCOME too")
    await groat.post([("house:bonus", "user:42:savings", "9", "CREDIT")], key="savings", reason="Interest")
    await groat.post([("house:bonus", "house:sales", "1", "CREDIT")], key="house", reason="Nobody's")
    await groat.hold("user:42", "house:sales", "3", "CREDIT", key="hold")
    await groat.reverse(wrong, key="undo", principal="user:ada", reason="Undo")

    def line(one: CreditUpdate) -> str:
        return f"{one.account} {one.before}>{one.after} {one.delta} {one.actor} {one.reason}"

    every = [
        "user:42 70>100 30 user:ada Undo",
        "user:42:savings 0>9 9 service:local Interest",
        "user:421 0>5 5 user:ada WELCOME too",
        "user:42 100>70 -30 service:shop A correction",
        "user:42 0>100 100 user:ada Welcome",
    ]
    assert [line(one) for one in await found(groat)] == every
    assert [line(one) for one in await found(groat, limit=1)] == every
    assert [one.reversed for one in await found(groat)] == [False, False, False, True, False]
    assert (await found(groat))[0].reverses == wrong
    for wanted, lines in (
        ({"user": "42"}, [0, 1, 3, 4]),
        ({"actor": "service:shop"}, [3]),
        ({"reason": "welcome"}, [2, 4]),
        ({"user": "42", "reason": "WELCOME"}, [4]),
        ({"start": START_US + DAY_S * 1_000_000}, [0, 1, 2, 3]),
        ({"end": START_US + DAY_S * 1_000_000}, [4]),
        ({"reason": "100%"}, []),
        ({"user": "nobody"}, []),
    ):
        shown = [line(one) for one in await found(groat, **wanted)]
        assert shown == [every[number] for number in lines], wanted


async def test_a_move_between_people_is_an_update_of_both(groat: Groat) -> None:
    await give(groat, "42", "100", "Welcome")
    await groat.post([("user:42", "user:7", "40", "CREDIT")], key="gift", reason="Gift")
    assert {(one.user, one.delta) for one in await found(groat, reason="Gift")} == {
        ("42", "-40"), ("7", "40"),
    }  # fmt: skip
    assert [one.user for one in await found(groat, user="7")] == ["7"]


async def test_an_update_is_sent_to_those_who_follow_and_seen_by_whoever_showed_it(
    groat: Groat, clock: Clock
) -> None:
    streams, stream, at = groat.streams, "user:42", START_US
    first = await give(groat, "42", "100", "first")
    # A phone and a laptop follow from the first event on; a tablet comes when both have happened.
    await streams.sent([(stream, "phone", 1, at + 1), (stream, "laptop", 1, at + 2)])
    second = await give(groat, "42", "120", "second")
    await streams.sent([(stream, "phone", 2, at + 10), ("user:7", "other", 2, at)])
    await streams.seen([(stream, "phone", 2, at + 20)])
    for _ in range(2):
        await streams.sent([(stream, "laptop", 2, at + 3_600_000_000), (stream, "tablet", 2, at + 5)])

    async def reached(transaction: str) -> list[tuple[str, int | None, int | None]]:
        devices = await groat.read(read_devices, transaction, "42", dict(await groat.assets()))
        assert devices is not None
        return [(each.device, _us(each.sent_at), _us(each.seen_at)) for each in devices]

    assert await reached(second) == [("phone", 10, 20), ("laptop", 3_600_000_000, None)]
    # Later showings do not change when it was shown first.
    await streams.seen([(stream, "tablet", 2, at + 30)])
    third = await give(groat, "42", "130", "third")
    await streams.sent([(stream, "phone", 3, at + 40)])
    await streams.seen([(stream, "phone", 3, at + 50)])
    assert await reached(second) == [
        ("phone", 10, 20), ("tablet", None, 30), ("laptop", 3_600_000_000, None),
    ]  # fmt: skip
    assert await reached(third) == [("phone", 40, 50)]
    # Nobody was there before the first: what they got then was their picture.
    counts = {one.reason: (one.sent, one.seen) for one in await found(groat)}
    assert counts == {"first": (0, 2), "second": (2, 2), "third": (1, 1)}
    (shown,) = [one for one in await found(groat) if one.reason == "second"]
    assert (_us(shown.sent_at), _us(shown.seen_at)) == (10, 20)
    assert await groat.read(read_devices, first, "7", dict(await groat.assets())) is None


async def test_what_was_sent_is_forgotten_with_the_events(groat: Groat, clock: Clock) -> None:
    await give(groat, "42", "100", "first")
    await groat.streams.sent([("user:42", "phone", 0, START_US), ("user:42", "phone", 1, START_US)])
    assert [one.sent for one in await found(groat)] == [1]
    clock.advance(29 * DAY_S)
    await groat.prune()
    assert [one.sent for one in await found(groat)] == [1]
    clock.advance(2 * DAY_S)
    await groat.prune()
    assert [(one.after, one.sent) for one in await found(groat)] == [("100", 0)]


def _us(time: str | None) -> int | None:
    return None if time is None else parse_time(time) - START_US
