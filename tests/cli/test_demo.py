"""The demo's story: believable, whole, and the same after a restart."""

import asyncio
from contextlib import closing
from pathlib import Path

from groat import Groat, logs
from groat.cli.demo import fill
from groat.demo import ACTIONS, PEOPLE
from groat.ledger.amounts import Asset
from groat.ledger.text import parse_time
from groat.programs import find_programs
from groat.programs.notifications.flows import read_page
from groat.programs.statements import make_statement
from groat.programs.workflow import Workflow
from groat.settings import Settings, load
from tests.cli.conftest import Run, exported_balances
from tests.helpers.tables import parse_table


async def fill_and_look(settings: Settings) -> tuple[int, list[str]]:
    """How many transactions there are, and the effective dates of user 42's credits, newest first."""
    await fill(settings)
    async with Groat.open(settings.database) as groat:
        count = (await groat.verify()).transactions
        entries = await groat.entries("user:42", "CREDIT", limit=500)
        assets = (Asset("CREDIT", 0), Asset("USD", 2), Asset("BTC", 8))
        assert await groat.assets() == {asset.code: asset for asset in assets}
    return count, [entry.at for entry in entries]


def test_a_restart_changes_nothing(run: Run, database: str) -> None:
    settings = load({"demo": "true", "database": database, "log_level": "warning", "programs": "bank"}, {})
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
    assert {"42", "member-2", "admin", "admin2", "support"} <= {person.user for person in PEOPLE}


# What the bank's page and its inbox show on the first day: kind, state, how many.
BANK = """
kind                 state       count
transfer             pending     2
transfer             scheduled   1
transfer             completed   7
transfer             rejected    1
transfer             cancelled   1
transfer             expired     1
transfer             failed      1
beneficiary          active      3
standing_order       active      1
card                 active      1
card                 frozen      1
card                 pending     1
card_payment         authorised  1
card_payment         captured    16
card_payment         refunded    1
loan                 active      1
loan                 arrears     1
loan                 pending     1
bitcoin_address      ready       1
bitcoin_transaction  completed   2
bitcoin_transaction  failed      1
bitcoin_transaction  requested   1
"""


def test_the_bank_has_a_story_of_its_own(tmp_path: Path) -> None:
    settings = load(
        {"demo": "true", "database": f"sqlite:///{tmp_path / 'groat.db'}", "programs": "bank"}, {}
    )

    async def look() -> None:
        await fill(settings)
        async with Groat.open(settings.database) as groat:
            workflow = Workflow(groat, find_programs(["bank"])[0].kinds)
            for row in parse_table(BANK):
                found = await workflow.page(kind=row["kind"], state=row["state"])
                assert str(len(found.rows)) == row["count"], row
            (loan,) = (await workflow.page(kind="loan", state="active")).rows
            schedule = (await workflow.view(loan)).data["schedule"]
            assert [bool(instalment["paid"]) for instalment in schedule] == [True] * 3 + [False] * 3
            large = (await workflow.waiting(sort="largest")).rows[0]
            assert (large.needed, [given.by for given in large.given()]) == (2, ["user:admin"])
            # Everything stands at its time, a hundred days of it, and most of it was read.
            start = parse_time((await groat.transactions(limit=1))[0].recorded_at)
            asset = await groat.asset("USD")
            statement = await make_statement(
                groat, "user:42", asset, start, start + 100 * 24 * 3600 * 1_000_000
            )
            assert statement is not None
            with closing(statement):
                lines = list(statement.lines())
            assert lines[-1].recorded_at - lines[0].recorded_at > 90 * 24 * 3600 * 1_000_000
            assert 0 < (await groat.read(read_page, "user:42", [])).unread < 8

    asyncio.run(look())
