"""``groat grants adopt``: existing balances become grants."""

from __future__ import annotations

import asyncio

import pytest

from groat import Groat
from tests.cli.conftest import Run


@pytest.fixture
def filled(database: str) -> str:
    """A database in which two people have credits."""

    async def fill() -> None:
        async with Groat.open(database) as groat:
            await groat.add_asset("CREDIT", 0)
            for user, amount in (("42", "100"), ("7", "50")):
                await groat.post([("house:bonus", f"user:{user}", amount, "CREDIT")], key=user)

    asyncio.run(fill())
    return database


def test_a_dry_run_a_run_and_another(run: Run, filled: str) -> None:
    words = ("grants", "adopt", "--asset", "CREDIT", "--database", filled, "--programs", "credits")
    dry = run(*words, "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert dry.out.splitlines()[0] == "2 accounts: 150 CREDIT would become grants"
    assert dry.out.endswith("Nothing was written.\n")
    one = run(*words, "--account", "user:42", "--class", "paid", "--lasts", "30")
    assert one.out.splitlines()[0] == "1 accounts: 100 CREDIT became grants"
    rest = run(*words, "--expires", "2099-01-01T00:00:00Z")
    assert rest.out.splitlines()[0] == "1 accounts: 50 CREDIT became grants"
    assert run(*words).out.splitlines()[0] == "0 accounts: 0 CREDIT became grants"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--expires", "soon"), "error invalid_time"),
        (("--expires", "2099-01-01T00:00:00Z", "--lasts", "3"), "error invalid_grant"),
        (("--account", "user 42"), "error invalid_account"),
    ],
)
def test_a_wrong_option_is_told(run: Run, filled: str, more: tuple[str, ...], said: str) -> None:
    words = ("grants", "adopt", "--asset", "CREDIT", "--database", filled, "--programs", "credits")
    ran = run(*words, *more)
    assert (ran.code, said in ran.err) == (2, True)


def test_it_needs_the_program(run: Run, filled: str) -> None:
    ran = run("grants", "adopt", "--asset", "CREDIT", "--database", filled)
    assert (ran.code, "error program_not_turned_on: The program credits" in ran.err) == (2, True)
