"""A sandbox's clock goes forward, and what is due follows as if the time had passed; a real ledger's is never set."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from groat import Groat, InvalidInput
from groat.settings import SettingsError
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, SqliteDatabase
from tests.helpers.money import refused, standing

MONTH = timedelta(days=30)


@pytest.fixture
async def sandbox(database: Database, clock: Clock) -> AsyncIterator[Groat]:
    """An open sandbox. Its books must agree in the end."""
    async with Groat.open(database.url, store=database.store(clock), sandbox=True) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat
        report = await groat.verify()
        assert report.ok, report.problems


async def test_what_is_due_moves_as_if_the_time_had_passed(
    sandbox: Groat, database: Database, clock: Clock
) -> None:
    await sandbox.grant("user:a", 100, "CREDIT", key="g", lasts=timedelta(days=7))
    await sandbox.post([("house:b", "user:a", 50, "CREDIT")], key="p")
    hold = await sandbox.hold("user:a", "house:s", 20, "CREDIT", key="h", expires_in=3_600)
    # Another node has the same time, with one transaction.
    async with Groat.open(database.url, store=database.store(clock)) as other:
        assert other.is_sandbox
        told = await sandbox.forward_clock(timedelta(days=6), key="six")
        assert (told.now, told.ahead_s) == ("2026-01-07T12:00:00.000000Z", 6 * 86_400.0)
        assert await other.clock() == told
        await other.expire_due()
    ended = await sandbox.held(str(hold.id))
    assert ended is not None
    assert ended.state == "expired"
    assert await standing(sandbox, "user:a") == ("150", "0", "150", 4)
    clock.advance(86_400 - 1)
    await sandbox.expire_due()
    assert await standing(sandbox, "user:a") == ("150", "0", "150", 4)
    await sandbox.forward_clock(to="2026-01-08T13:00:00+01:00", key="to")
    # Before it is booked, it is not available.
    assert await standing(sandbox, "user:a") == ("150", "0", "50", 4)
    await sandbox.expire_due()
    (expiry, *_) = await sandbox.entries("user:a", "CREDIT")
    assert (expiry.kind, expiry.delta, expiry.at) == ("expire_grant", "-100", "2026-01-08T12:00:00.000000Z")


async def test_it_goes_forward_only_and_not_without_end(sandbox: Groat) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"to": "2026-01-01T12:00:00Z"}, "clock_goes_forward"),
        ({"to": "2020-01-01T00:00:00Z"}, "clock_goes_forward"),
        ({"to": "9999-12-31T23:59:59Z"}, "too_far_forward"),
        ({"by": timedelta(days=3_661)}, "too_far_forward"),
    ]
    for number, (arguments, code) in enumerate(cases):
        refusal = await refused(sandbox.forward_clock(**arguments, key=f"k{number}"))
        assert (refusal.code, refusal.fields["now"]) == (code, "2026-01-01T12:00:00.000000Z")
    for wrong in ({}, {"by": timedelta(0)}, {"by": -MONTH}, {"by": MONTH, "to": "2027-01-01T00:00:00Z"}):
        with pytest.raises(InvalidInput, match="invalid_time"):
            await sandbox.forward_clock(**wrong, key="w")
    assert (await sandbox.clock()).ahead_s == 0


async def test_a_repeated_step_is_taken_once_and_audited(sandbox: Groat) -> None:
    first = await sandbox.forward_clock(MONTH, key="k", reason="Month end", principal="user:ada")
    assert await sandbox.forward_clock(MONTH, key="k", reason="Month end", principal="user:ada") == first
    assert (await sandbox.clock()).ahead_s == 30 * 86_400
    (entry, *more) = await sandbox.audit(target="time")
    assert (entry.kind, entry.actor, entry.reason, more) == ("forward_clock", "user:ada", "Month end", [])
    assert (entry.before, entry.after) == (
        {"now": "2026-01-01T12:00:00.000000Z"},
        {"now": "2026-01-31T12:00:00.000000Z"},
    )


async def test_two_steps_of_one_batch_add_up(sandbox: Groat) -> None:
    from groat.ledger.clock import ForwardClock

    day = 86_400_000_000
    commands = [ForwardClock(principal="user:ada", key=f"k{n}", by=day) for n in range(3)]
    await sandbox.execute_many(commands)
    assert (await sandbox.clock()).ahead_s == 3 * 86_400


async def test_everybody_is_told(sandbox: Groat) -> None:
    before = await sandbox.streams.snapshot("role:all")
    assert msgspec.json.decode(before.data)["ahead_s"] == 0
    await sandbox.forward_clock(MONTH, key="k")
    (event,) = await sandbox.streams.read("role:all", before.offset, 10)
    told = msgspec.json.decode(event.data)
    assert (told["type"], told["data"]) == (
        "clock_forwarded",
        {"now": "2026-01-31T12:00:00.000000Z", "ahead_s": 30 * 86_400.0},
    )
    own = msgspec.json.decode((await sandbox.streams.snapshot("user:a")).data)
    assert (own["ahead_s"], own["as_of"]) == (30 * 86_400.0, "2026-01-31T12:00:00.000000Z")


async def test_a_dry_run_sets_nothing(sandbox: Groat) -> None:
    told = await sandbox.dry_run.forward_clock(MONTH, key="k")
    assert told.ahead_s == 30 * 86_400
    assert (await sandbox.clock()).ahead_s == 0


async def test_a_real_ledger_is_never_set_and_never_becomes_a_sandbox(
    groat: Groat, database: Database, clock: Clock
) -> None:
    assert not groat.is_sandbox
    assert (await refused(groat.forward_clock(MONTH, key="k"))).code == "no_sandbox"
    assert "ahead_s" not in msgspec.json.decode((await groat.streams.snapshot("user:a")).data)
    with pytest.raises(SettingsError, match="sandbox_too_late"):
        async with Groat.open(database.url, store=database.store(clock), sandbox=True):
            pass
    for change in ("sandbox = true", "ahead = 1"):
        with pytest.raises(Exception, match="forward only"):
            database.rows(f"UPDATE groat_time SET {change} RETURNING 1")


async def test_a_sandbox_stays_one_whatever_later_starts_say(
    sandbox: Groat, database: Database, clock: Clock
) -> None:
    await sandbox.forward_clock(MONTH, key="k")
    for change in ("sandbox = false", "ahead = 0"):
        with pytest.raises(Exception, match="forward only"):
            database.rows(f"UPDATE groat_time SET {change} RETURNING 1")
    async with Groat.open(database.url, store=database.store(clock)) as again:
        assert again.is_sandbox
        assert (await again.clock()).ahead_s == 30 * 86_400


async def test_a_ledger_from_before_sandboxes_is_a_real_one(sqlite: SqliteDatabase, clock: Clock) -> None:
    sqlite.prepare()
    async with Groat.open(sqlite.url, store=sqlite.store(clock)) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.post([("house:b", "user:a", 50, "CREDIT")], key="p")
    with sqlite.raw() as connection:
        # As the step to this version leaves it.
        connection.execute("DROP TRIGGER groat_time_kept")
        connection.execute("UPDATE groat_time SET sandbox = NULL")
    with pytest.raises(SettingsError, match="sandbox_too_late"):
        async with Groat.open(sqlite.url, store=sqlite.store(clock), sandbox=True):
            pass
