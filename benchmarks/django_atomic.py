"""Measure the cost of groat inside Django's transactions on PostgreSQL, and how soon a page hears of it.

Prints JSON lines. `post` in `atomic()` is compared, in turns, with the same rows written by hand through the ORM: two
account rows locked by `select_for_update` and saved, and one history row; and so again behind PgBouncer. Then a
`run_socketio` of its own serves the pages of 50 customers, who are posted to 100 times a second; a page is an event
stream, and time counts from Django's commit to the event. Last, a view holds its transaction open for 2 s again and
again, beside such posts of others.

    python benchmarks/django_atomic.py [--pairs 1500] [--seconds 20]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import django
import httpx
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS as DEFAULT

from tests.contrib.django.projects import SETTINGS, databases, migrate, postgres_alias
from tests.contrib.django.sites import Site
from tests.servers import pgbouncer, postgres

CUSTOMERS = 50
RATE = 100
POSTERS = 8
SLOW_S = 2.0


def say(**figures: Any) -> None:
    """Print a line of figures."""
    print(json.dumps({**figures, "load": round(os.getloadavg()[0], 1)}), flush=True)


def percentile(seconds: list[float], part: float) -> float:
    """The percentile in milliseconds."""
    ordered = sorted(seconds)
    return round(1_000 * ordered[min(len(ordered) - 1, int(part * len(ordered)))], 2)


def timed(function: Callable[[], Any]) -> float:
    """The seconds that a call takes."""
    began = time.perf_counter()
    function()
    return time.perf_counter() - began


def compare(pairs: int, pooled: str) -> None:
    """One `post` in a block of its own beside the same by hand, in turns; then both on the alias of a pooler."""
    from django.db import connection, models, transaction

    from groat.contrib.django import groat

    class Balance(models.Model):
        owner = models.CharField(max_length=64, unique=True)
        amount = models.DecimalField(max_digits=20, decimal_places=2, default=0)

        class Meta:
            app_label = "bench"

    class History(models.Model):
        source = models.ForeignKey(Balance, models.PROTECT, related_name="+")
        destination = models.ForeignKey(Balance, models.PROTECT, related_name="+")
        amount = models.DecimalField(max_digits=20, decimal_places=2)
        reason = models.CharField(max_length=200)
        at = models.DateTimeField(auto_now_add=True)

        class Meta:
            app_label = "bench"

    with connection.schema_editor() as editor:
        editor.create_model(Balance)
        editor.create_model(History)
    names = [f"house:{n}" for n in range(100)] + [f"user:{n}" for n in range(1_000)]
    Balance.objects.bulk_create(Balance(owner=name) for name in names)
    for name in names[100:]:
        groat.post([(f"house:{int(name[5:]) % 100}", name, "1", "USD")], key=f"open-{name}").unwrap()
    chance = random.Random(1)

    def by_groat(using: str, house: int, user: int, key: str) -> None:
        with transaction.atomic(using=using):
            groat.using(using).post(
                [(f"house:{house}", f"user:{user}", "1.00", "USD")], key=key, reason="A bonus"
            ).unwrap()

    def by_hand(using: str, house: int, user: int, key: str) -> None:
        with transaction.atomic(using=using):
            found = (
                Balance.objects.using(using)
                .select_for_update()
                .filter(owner__in=[f"house:{house}", f"user:{user}"])
            )
            rows = {row.owner: row for row in found.order_by("pk")}
            source, destination = rows[f"house:{house}"], rows[f"user:{user}"]
            source.amount -= 1
            destination.amount += 1
            source.save(update_fields=["amount"])
            destination.save(update_fields=["amount"])
            History.objects.using(using).create(
                source=source, destination=destination, amount=1, reason="A bonus"
            )

    for using, what in ((DEFAULT, "post in atomic() against the ORM"), (pooled, "the same behind PgBouncer")):
        times: dict[str, list[float]] = {"groat": [], "hand": []}
        for number in range(pairs + 200):
            house, user = chance.randrange(100), chance.randrange(1_000)
            for name, function in (("groat", by_groat), ("hand", by_hand)):
                took = timed(partial(function, using, house, user, f"{using}-{number}"))
                if number >= 200:
                    times[name].append(took)
        medians = {name: statistics.median(each) for name, each in times.items()}
        say(
            what=what,
            groat_ms=round(1_000 * medians["groat"], 2),
            by_hand_ms=round(1_000 * medians["hand"], 2),
            ratio=round(medians["groat"] / medians["hand"], 2),
            groat_p99_ms=percentile(times["groat"], 0.99),
            by_hand_p99_ms=percentile(times["hand"], 0.99),
            wanted_ratio=1.5 if using == DEFAULT else None,
        )


class Posters:
    """Threads of the app that post to customers at a steady rate, each on a connection of its own."""

    def __init__(self, seconds: float, customers: range) -> None:
        self.committed: dict[str, float] = {}
        self.took: list[float] = []
        self.refused = 0
        self._ends = time.perf_counter() + seconds
        self._customers = customers
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(POSTERS)]
        for thread in self._threads:
            thread.start()

    def _work(self, number: int) -> None:
        from django.db import connections, transaction

        from groat.contrib.django import groat

        chance = random.Random(number)
        every = POSTERS / RATE
        due = time.perf_counter() + every * number / POSTERS
        while due < self._ends:
            time.sleep(max(0.0, due - time.perf_counter()))
            user = chance.choice(self._customers)
            began = time.perf_counter()
            try:
                with transaction.atomic():
                    # The first callback runs right behind the COMMIT.
                    at: list[float] = []
                    transaction.on_commit(lambda at=at: at.append(time.perf_counter()))  # type: ignore[misc]
                    made = groat.post(
                        [(f"house:of{user}", f"user:{user}", "1", "USD")], key=f"{self._ends}-{number}-{due}"
                    )
                self.committed[made.id] = at[0]
            except groat.Busy:
                self.refused += 1
            self.took.append(time.perf_counter() - began)
            due += every
        connections.close_all()

    def join(self) -> None:
        """Wait until the time is over."""
        for thread in self._threads:
            thread.join()


class Pages:
    """Event streams of customers, in this process."""

    def __init__(self, url: str, customers: range) -> None:
        self.heard: dict[str, float] = {}
        self._ready = threading.Barrier(len(customers) + 1)
        for user in customers:
            threading.Thread(target=self._read, args=(url, user), daemon=True).start()
        self._ready.wait(60)

    def _read(self, url: str, user: int) -> None:
        from groat.contrib.django import conf
        from groat.identity.tokens import Tokens

        token = Tokens(conf.settings()).issue(str(user), (), 3_600, int(time.time()))
        headers = {"Authorization": f"Bearer {token}", "Accept": "text/event-stream"}
        address = f"{url}/v1/streams/user:{user}/events"
        # The server ends before this process does.
        with (
            suppress(httpx.HTTPError),
            httpx.stream("GET", address, headers=headers, timeout=httpx.Timeout(3_600)) as answer,
        ):
            for line in answer.iter_lines():
                if not line.startswith("data:"):
                    continue
                now = time.perf_counter()
                event = json.loads(line[5:])
                if "snapshot" in event:
                    self._ready.wait(60)
                elif "transaction" in event:
                    self.heard[event["transaction"]] = now


def measure_pages(url: str, seconds: float) -> None:
    """From Django's commit to the page."""
    pages = Pages(url, range(CUSTOMERS))
    posters = Posters(seconds, range(CUSTOMERS))
    posters.join()
    # An event whose hint was lost comes with the periodic check, after 2 s at most.
    time.sleep(3)
    waits = [pages.heard[id] - at for id, at in posters.committed.items() if id in pages.heard]
    say(
        what="from commit to page",
        posts=len(posters.committed),
        heard=len(waits),
        p50_ms=percentile(waits, 0.5),
        p99_ms=percentile(waits, 0.99),
        wanted_p99_ms=100,
    )


def measure_slow_view(seconds: float) -> None:
    """Posts of others beside a view that files, notifies staff, and then takes its time."""
    from django.db import connections, transaction

    from groat.contrib.django import groat

    ends = time.perf_counter() + seconds
    held = 0

    def slow_view() -> None:
        nonlocal held
        while time.perf_counter() < ends:
            with transaction.atomic():
                card = {"holder": "Ada", "asset": "USD", "limit": "5"}
                groat.post([("house:slow", "user:slow", "1", "USD")], key=f"slow-{held}").unwrap()
                groat.file("card", card, user="slow", key=f"card-{held}", by="user:slow").unwrap()
                groat.notify("role:admin", "A card is asked for", key=f"notice-{held}").unwrap()
                time.sleep(SLOW_S)
            held += 1
        connections.close_all()

    view = threading.Thread(target=slow_view)
    view.start()
    posters = Posters(seconds, range(CUSTOMERS))
    posters.join()
    view.join()
    say(
        what="posts beside a view that holds its transaction for 2 s",
        posts=len(posters.took),
        refused=posters.refused,
        held=held,
        p50_ms=percentile(posters.took, 0.5),
        p99_ms=percentile(posters.took, 0.99),
        wanted_p99_ms=250,
    )


def main() -> None:
    """Run all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_500)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    settings.configure(
        **{**SETTINGS, "INSTALLED_APPS": SETTINGS["INSTALLED_APPS"][:-1], "GROAT": {"PROGRAMS": ["bank"]}}
    )
    django.setup()
    from groat.contrib.django import groat

    with postgres() as server, pgbouncer(server) as pooler, tempfile.TemporaryDirectory() as folder:
        alias = postgres_alias(server)
        with databases(default=alias, pooled={**alias, "PORT": pooler.port}):
            migrate()
            groat.add_asset("USD", 2)
            site = Site(Path(folder), alias, GROAT={"PROGRAMS": ["bank"]})
            with site.live() as live:
                compare(given.pairs, "pooled")
                measure_pages(live.url, given.seconds)
                measure_slow_view(given.seconds)


if __name__ == "__main__":
    main()
