"""The demo's story: believable, whole, and the same after a restart."""

import asyncio

from groat import Groat, logs
from groat.cli.demo import fill
from groat.demo import ACTIONS, PEOPLE
from groat.ledger.amounts import Asset
from groat.ledger.text import parse_time
from groat.settings import Settings, load
from tests.cli.conftest import Run, exported_balances


async def fill_and_look(settings: Settings) -> tuple[int, list[str]]:
    """How many transactions there are, and the effective dates of user 42's credits, newest first."""
    await fill(settings)
    async with Groat.open(settings.database) as groat:
        count = (await groat.verify()).transactions
        entries = await groat.entries("user:42", "CREDIT", limit=500)
        assert await groat.assets() == {"CREDIT": Asset("CREDIT", 0), "USD": Asset("USD", 2)}
    return count, [entry.at for entry in entries]


def test_a_restart_changes_nothing(run: Run, database: str) -> None:
    settings = load({"demo": "true", "database": database, "log_level": "warning"}, {})
    logs.configure(settings)
    first = asyncio.run(fill_and_look(settings))
    balances = exported_balances(run, database)
    assert asyncio.run(fill_and_look(settings)) == first
    assert exported_balances(run, database) == balances
    count, dates = first
    assert count > 60
    assert dates == sorted(dates, reverse=True)
    assert parse_time(dates[0]) - parse_time(dates[-1]) > 35 * 24 * 3600 * 1_000_000
    assert all(balances[f"user:{person.user}"] >= 0 for person in PEOPLE if not person.roles)
    assert run("verify", "--database", database).code == 0


def test_the_demo_declares_what_people_may_do() -> None:
    assert set(ACTIONS) == {"spend", "transfer"}
    assert {"42", "member-2", "admin", "support"} <= {person.user for person in PEOPLE}
