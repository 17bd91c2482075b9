"""``groat demo``: people, some weeks of history, and a server to look at them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
from rich.table import Table

from groat import Groat
from groat.cli.options import open_ledger, with_settings
from groat.cli.output import result
from groat.cli.server import require_address, run_server
from groat.demo import ACTIONS, OPTIONS, PEOPLE, PROGRAMS
from groat.identity.identities import Identities
from groat.ledger.commands import Command, Hold, Post, Posting
from groat.ledger.keys import derive
from groat.ledger.text import parse_time
from groat.programs import find_programs, record
from groat.settings import Settings

DAYS = 42
DAY_US = 24 * 3600 * 1_000_000
PRINCIPAL = "service:demo"
PURCHASES = (
    ("Route planning", 5), ("Photo export", 3), ("Translation, 4 pages", 12), ("Meeting summary", 8),
    ("Video clip", 25), ("Background removal", 2),
)  # fmt: skip
GIFTS = (
    ("Welcome bonus", 100),
    ("Referral bonus", 50),
    ("Thanks for your feedback", 20),
    ("Monthly package", 75),
)


@with_settings(*(name for name in Settings.__struct_fields__ if name != "demo"), demo="true")
def demo(*, settings: Settings) -> None:
    """Serve a demo: people to sign in as with one click, and some weeks of history.

    Without --database it uses a new database that is gone afterwards; a database of its own keeps what happened, and
    another start changes nothing in it. Its secrets and passwords are public: never use it with real money.
    """
    require_address(settings)
    with ExitStack() as stack:
        given = settings.database != Settings().database
        if not given:
            place = stack.enter_context(TemporaryDirectory(prefix="groat-demo-"))
            settings = msgspec.structs.replace(settings, database=f"sqlite:///{Path(place) / 'groat.db'}")
        settings = msgspec.structs.replace(
            settings,
            actions=settings.actions or ACTIONS,
            programs=settings.programs or PROGRAMS,
            options=settings.options or OPTIONS,
        )
        asyncio.run(fill(settings))
        run_server(settings, on_ready=lambda: _announce(settings, given))


def _announce(settings: Settings, given: bool) -> None:
    host = "localhost" if settings.host in ("127.0.0.1", "0.0.0.0", "::1", "::") else settings.host  # noqa: S104  (compared only)
    table = Table("user", "name", "role", "password", title="Sign in as", title_justify="left")
    for person in PEOPLE:
        table.add_row(person.user, person.name, ", ".join(person.roles) or "user", person.password)
    result.print(table)
    if not given:
        result.print("The database is temporary; --database sqlite:///demo.db keeps it.")
    result.print(f"groat is ready on http://{host}:{settings.port} (Ctrl+C stops it)")


async def fill(settings: Settings) -> None:
    """Put the demo's assets, people and history into the database; what is there already stays as it is."""
    programs = find_programs(settings.programs)
    async with open_ledger(settings) as groat:
        await record.start_with(groat, programs, settings)
    for program in programs:
        if program.story is not None:
            await program.story(settings)
    async with open_ledger(settings) as groat:
        for code, scale in (("CREDIT", 0), ("USD", 2)):
            await groat.add_asset(code, scale)
        await _add_people(groat, settings)
        # All moments of the history follow from its first transaction, which a restart finds under its key.
        first = await groat.post(
            [("house:treasury", "house:bonus", "5000", "CREDIT")],
            key="demo/start",
            reason="Budget of the bonus campaign",
            principal=PRINCIPAL,
            actor="user:admin",
        )
        # A refusal among them only means that somebody had spent it all.
        await groat.execute_many(list(_history(parse_time(first.recorded_at))))


async def _add_people(groat: Groat, settings: Settings) -> None:
    identities = Identities(groat, settings)
    try:
        for person in PEOPLE:
            if await identities.find_user(person.user) is None:
                await identities.add_user(
                    person.user,
                    name=person.name,
                    email=person.email,
                    password=person.password,
                    roles=person.roles,
                )
    finally:
        identities.close()


def _history(until: int) -> Iterator[Command]:
    """Make six weeks of gifts, purchases, transfers and payments before ``until`` (microseconds), always the same."""
    dice = random.Random(42)  # noqa: S311  (a believable story, nothing secret)
    people = [person.user for person in PEOPLE if not person.roles]
    for number, user in enumerate(people):
        yield _post(
            f"welcome/{user}", until - (DAYS - number) * DAY_US, *GIFTS[0], "house:bonus", f"user:{user}"
        )
        # The other one lives on credit, as the story of a program tells.
        if user != "member-2":
            yield _post(
                f"deposit/{user}",
                until - (DAYS - number - 1) * DAY_US,
                "Deposit",
                250_00,
                "house:bank",
                f"user:{user}",
                "USD",
            )
    for day in range(DAYS - len(people) - 1, 0, -1):
        for turn in range(dice.randint(1, 4)):
            at = until - day * DAY_US + (8 + 3 * turn) * DAY_US // 24 + dice.randrange(3600 * 1_000_000)
            yield _event_of_day(dice, people, f"{day}/{turn}", min(at, until))
    yield Hold(
        principal=PRINCIPAL, key="demo/hold", actor="user:42", reason="Order 1042, waiting for delivery",
        source="user:42", destination="house:sales", amount=15, asset="CREDIT",
    )  # fmt: skip


def _event_of_day(dice: random.Random, people: list[str], key: str, at: int) -> Post:
    user, other = dice.sample(people, 2)
    what = dice.choices(("purchase", "gift", "transfer", "payment"), (6, 2, 1, 1))[0]
    if what == "purchase":
        return _post(key, at, *dice.choice(PURCHASES), f"user:{user}", "house:sales", actor=user)
    if what == "gift":
        return _post(key, at, *dice.choice(GIFTS[1:]), "house:bonus", f"user:{user}")
    if what == "transfer":
        return _post(
            key, at, "Shared the cost", dice.randint(2, 12), f"user:{user}", f"user:{other}", actor=user
        )
    return _post(
        key, at, "Card payment", dice.randint(199, 4999), f"user:{user}", "house:merchants", "USD", user
    )


def _post(
    key: str,
    at: int,
    reason: str,
    amount: int,
    source: str,
    destination: str,
    asset: str = "CREDIT",
    actor: str = "admin",
) -> Post:
    return Post(
        principal=PRINCIPAL,
        key=derive("demo", key),
        actor=f"user:{actor}",
        reason=reason,
        effective_at=at,
        postings=(Posting(source, destination, amount, asset),),
    )
