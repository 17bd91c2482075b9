"""For tests of a project: a mixin that empties the ledger, and asserts balances and events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import count
from types import MappingProxyType
from typing import Any

import msgspec
from django.db import connections
from django.db.models import Sum

from groat.contrib.django import blocks, conf
from groat.contrib.django.blocks import finish
from groat.contrib.django.ledger_tables import LedgerAccount
from groat.contrib.django.people import person_id
from groat.contrib.django.words import groat
from groat.engine.adopting import plain_amount
from groat.store.flow import Flow, Query

_KEPT = frozenset({"groat_migration", "groat_meta", "groat_time"})
"""Tables that say which database this is; emptying leaves them."""

EVENTS_MAX = 100_000

_numbers = count(1)


class GroatTestMixin:
    """Begins each test with an empty ledger that has the ``groat_assets``, and asserts balances and events.

    Put it before TestCase or TransactionTestCase. In a TestCase all is rolled back at the end of a test, with the app's
    own rows; elsewhere the ledger's tables are emptied before the test.
    """

    groat_assets: Mapping[str, int] = MappingProxyType({"CREDIT": 0, "USD": 2})
    """Assets by code, and how many digits each has behind the point."""

    def setUp(self) -> None:
        """Empty the ledger and make the assets."""
        super().setUp()  # type: ignore[misc]
        empty_ledger()
        for code, scale in self.groat_assets.items():
            groat.add_asset(code, scale)

    def tearDown(self) -> None:
        """Forget what is known of the database, for the rollback that follows takes it away."""
        super().tearDown()  # type: ignore[misc]
        blocks.forget()

    def give(self, who: Any, amount: Any, asset: str = "CREDIT") -> None:
        """Give somebody money out of ``house:tests``; ``who`` is a user or an account's path."""
        key = f"tests/{next(_numbers)}"
        groat.post([("house:tests", account_of(who), amount, asset)], key=key, reason="For a test").unwrap()

    def assert_balance(self, who: Any, amount: Any, asset: str = "CREDIT") -> None:
        """Assert the balance of a user or an account's path, as a number or a text."""
        self._assert_amount("balance", who, groat.balance(account_of(who), asset).balance, amount, asset)

    def assert_available(self, who: Any, amount: Any, asset: str = "CREDIT") -> None:
        """Assert what holds leave of the balance."""
        self._assert_amount("available", who, groat.balance(account_of(who), asset).available, amount, asset)

    def assert_held(self, who: Any, amount: Any, asset: str = "CREDIT") -> None:
        """Assert what open holds keep of the balance."""
        self._assert_amount("held", who, groat.balance(account_of(who), asset).held, amount, asset)

    def assert_events(self, who: Any, expected: Sequence[str]) -> None:
        """Assert the types of all events in the stream of a user, in their order."""
        found = [event["type"] for event in events_of(who)]
        if found != list(expected):
            raise AssertionError(f"{account_of(who)} has the events {found}, not {list(expected)}")

    def assert_event(self, who: Any, event_type: str, **fields: Any) -> dict[str, Any]:
        """Assert that a user's stream has an event of this type with these fields; return the last such event."""
        events: list[dict[str, Any]] = events_of(who)
        for event in reversed(events):
            if event["type"] == event_type and fields.items() <= event.items():
                return dict(event)
        raise AssertionError(f"{account_of(who)} has no event {event_type} with {fields}; there are {events}")

    def assert_books(self) -> None:
        """Assert that the ledger is in order: the sum of all balances of each asset is nothing."""
        rows = LedgerAccount._default_manager.using(conf.database_alias()).values_list("asset")
        totals = rows.annotate(total=Sum("credits") - Sum("debits")).order_by()
        wrong = {asset: total for asset, total in totals if total}
        if wrong:
            raise AssertionError(f"the balances of these assets do not add up to nothing: {wrong}")

    def _assert_amount(self, what: str, who: Any, found: str, expected: Any, asset: str) -> None:
        if Decimal(found) != Decimal(plain_amount(expected)):
            raise AssertionError(f"{account_of(who)}: {what} is {found} {asset}, not {expected}")


def account_of(who: Any) -> str:
    """Return the account of a user; a path stands for itself. Raises IdentityError ``invalid_user``."""
    return who if isinstance(who, str) else f"user:{person_id(who)}"


def events_of(who: Any) -> list[dict[str, Any]]:
    """Return all events in the stream of a user, oldest first, each with ``type`` and its fields."""
    return finish(blocks.ledger().read(_read_events, account_of(who)))  # type: ignore[no-any-return]


def empty_ledger() -> None:
    """Delete all that the ledger has, but for its migrations; within a TestCase the rollback brings it back.

    Raises RuntimeError on a database that no test run has made.
    """
    if not conf.is_test_database():
        raise RuntimeError(
            "This is not the database of a test run: it has the name that settings.py gives it."
        )
    connection = connections[conf.database_alias()]
    tables = [
        name
        for name in connection.introspection.table_names()
        if name.startswith("groat_") and name not in _KEPT
    ]
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(name)}")  # noqa: S608  (names of tables)
    blocks.forget()


def _read_events(stream: str) -> Flow[list[dict[str, Any]]]:
    rows = yield Query("read_events", (stream, 0, EVENTS_MAX))
    return [msgspec.json.decode(data) for _, data in rows]
