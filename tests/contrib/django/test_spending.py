"""Budgets and metered work in Django: what is counted is committed with the app, and work is paid by what it uses."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import override_settings

from groat import Refused, SyncGroat
from groat.contrib.django import blocks, conf, groat
from groat.contrib.django.blocks import BlockError
from groat.programs.credits import CREDITS
from tests.contrib.django import projects
from tests.helpers.waiting import wait_until

THREADS = 6
_numbers = count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def books(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    alias: dict[str, Any] = (
        projects.postgres_alias(request.getfixturevalue("postgres_server"))
        if request.param == "postgres"
        else projects.sqlite_alias(tmp_path_factory.mktemp("spending") / "shop.db")
    )
    with override_settings(GROAT={"PROGRAMS": ["credits"]}), projects.databases(default=alias):
        projects.migrate()
        projects.migrate(run_syncdb=True)
        blocks.forget()
        groat.add_asset("USD", 2)
        yield connection.vendor
        with SyncGroat.open(conf.database_url(), programs=[CREDITS]) as server:
            report = server.verify()
            assert report.ok, report.problems


@pytest.fixture
def ada(books: str) -> str:
    """A person of the test's own, with 10 USD."""
    ada = f"user:ada-{next(_numbers)}"
    groat.post([("house:bonus", ada, "10", "USD")], key=key()).unwrap()
    return ada


def key() -> str:
    return f"key-{next(_numbers)}"


def spend(who: str, amount: str) -> Any:
    return groat.post([(who, "house:shop", amount, "USD")], key=key())


def standing(who: str) -> tuple[str, str]:
    found = groat.balance(who, "USD")
    return found.balance, found.held


def used(budget: Any) -> str:
    found = groat.budget(budget.id)
    assert found is not None
    return found.used


def ends(hold: str) -> str:
    found = groat.held(hold)
    assert found is not None
    return found.expires_at or ""


def crossings(of: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM groat_crossing WHERE ref LIKE %s", [f"{of}/%"])
        found: int = cursor.fetchone()[0]
    return found


def test_what_a_budget_counts_and_crosses_is_committed_with_the_block(ada: str) -> None:
    budget = groat.set_budget(ada, "USD", "5", window="month", alerts=[50, 100], key=key()).unwrap()
    with suppress(ZeroDivisionError), transaction.atomic():
        spend(ada, "4").unwrap()
        assert used(budget) == "4.00"
        raise ZeroDivisionError
    assert (used(budget), crossings(budget.id)) == ("0.00", 0)
    with transaction.atomic():
        spend(ada, "3").unwrap()
        refused = spend(ada, "3")
        assert (refused.refusal.code, refused.refusal.fields["left"]) == ("budget_exceeded", "2.00")
    assert (used(budget), crossings(budget.id)) == ("3.00", 1)
    assert groat.check(ada, "USD", "3").refusal == "budget_exceeded"
    groat.change_budget(budget.id, limit="8", key=key()).unwrap()
    assert spend(ada, "3")


def test_blocks_of_many_threads_never_pass_a_budget(ada: str) -> None:
    budget = groat.set_budget(ada, "USD", "3", window="day", key=key()).unwrap()
    together = Barrier(THREADS)

    @groat.retrying(times=20)
    def block() -> bool:
        with transaction.atomic():
            return bool(spend(ada, "1"))

    def spender() -> list[bool]:
        together.wait()
        try:
            return [block() for _ in range(3)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        found = [each for spent in [pool.submit(spender) for _ in range(THREADS)] for each in spent.result()]
    assert found.count(True) == 3
    assert (standing(ada), used(budget)) == (("7.00", "0.00"), "3.00")


def metered(who: str, name: str = "", **more: Any) -> Any:
    return groat.metered(who, "2", "USD", destination="house:llm", key=name or key(), **more)


def test_work_pays_what_it_used(ada: str) -> None:
    with metered(ada) as job:
        assert standing(ada) == ("10.00", "2.00")
        # Blocks of the app within the work are its own matter.
        with transaction.atomic():
            spend(ada, "1").unwrap()
        job.use("0.501")
    assert (job.settled.captured, job.settled.freed) == ("0.51", "1.49")
    assert standing(ada) == ("8.49", "0.00")
    with metered(ada, excess="available") as job:
        job.use("9")
    assert (job.settled.captured, job.settled.spent, job.settled.shortfall) == ("2.00", "6.49", "0.51")
    with pytest.raises(Refused, match="insufficient_funds"), metered(ada):
        raise AssertionError("work that nobody can pay for was begun")


def test_work_that_fails_gives_the_hold_back(ada: str) -> None:
    name = key()
    with suppress(ZeroDivisionError), metered(ada, name) as job:
        job.use("1")
        raise ZeroDivisionError
    assert standing(ada) == ("10.00", "0.00")
    # It may be done again under its key, and then is done.
    with metered(ada, name) as job:
        job.use("1")
    with pytest.raises(Refused, match="hold_resolved"), metered(ada, name):
        raise AssertionError("work that was paid was done again")
    assert standing(ada) == ("9.00", "0.00")


def test_a_thread_keeps_the_hold_of_a_worker_that_works(ada: str) -> None:
    with metered(ada, lasts=3) as job:
        first = ends(job.hold)
        wait_until(lambda: ends(job.hold) > first)
        # It leaves no connection open.
        if connection.vendor == "postgresql":
            ours = (
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

            def alone() -> bool:
                with connection.cursor() as cursor:
                    cursor.execute(ours)
                    return bool(cursor.fetchone()[0] == 0)

            wait_until(alone)
    assert standing(ada) == ("10.00", "0.00")


def test_work_is_not_done_in_an_open_block(ada: str) -> None:
    with transaction.atomic(), pytest.raises(BlockError) as caught, metered(ada):
        raise AssertionError("work was begun in a block")
    assert caught.value.code == "work_in_block"
    assert standing(ada) == ("10.00", "0.00")
