"""groat in the transaction of the app: both are committed, or neither is."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import unittest
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event
from typing import Any, TypeVar

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.http import HttpRequest, HttpResponse
from django.test import Client, TestCase, override_settings
from django.urls import path as route
from redis import Redis as RedisClient

from groat import InvalidInput, Refused, SyncGroat
from groat.bus.redis import shard_of
from groat.contrib.django import blocks, conf, groat
from groat.contrib.django.blocks import BlockError
from groat.programs.bank import BANK
from groat.programs.workflow.words import workflow_of
from groat.store.batch import Published
from groat.store.inside import LATER
from groat.store.streams import any_later
from tests.contrib.django import projects
from tests.contrib.django.shop.models import Purchase
from tests.helpers.waiting import wait_until
from tests.servers import Redis

T = TypeVar("T")

PROGRAMS = {"PROGRAMS": ["bank"]}
PATIENCE_S = 30.0
_numbers = itertools.count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def alias(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    if request.param == "postgres":
        return projects.postgres_alias(request.getfixturevalue("postgres_server"))
    return projects.sqlite_alias(tmp_path_factory.mktemp("inside") / "shop.db")


@pytest.fixture(scope="module")
def books(alias: dict[str, Any]) -> Iterator[str]:
    """A project with the program bank on one database for the module; the books must agree in the end."""
    with override_settings(GROAT=PROGRAMS), projects.databases(default=alias):
        projects.migrate()
        projects.migrate(run_syncdb=True)
        blocks.forget()
        groat.add_asset("USD", 2)
        yield connection.vendor
        with running() as server:
            report = server.verify()
            assert report.ok, report.problems
            assert report.transactions > 0


@pytest.fixture
def ada(books: str) -> str:
    """A person of the test's own, with 10 USD."""
    user = User.objects.create(username=f"ada{next(_numbers)}")
    groat.post([("house:bonus", f"user:{user.pk}", "10", "USD")], key=key()).unwrap()
    return f"user:{user.pk}"


class Undo(Exception):
    """Raised to undo a block."""


class undone:  # noqa: N801  (read as a word: with undone():)
    """A block that ends by this error."""

    def __init__(self, error: type[BaseException] = Undo, match: str | None = None) -> None:
        self._raised = pytest.raises(error, match=match)
        self._block = transaction.atomic()

    def __enter__(self) -> None:
        self._raised.__enter__()
        self._block.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        self._block.__exit__(kind, error, trace)
        return self._raised.__exit__(kind, error, trace)


def key() -> str:
    return f"key-{next(_numbers)}"


def buy(who: str, thing: str = "book") -> Purchase:
    return Purchase.objects.create(user_id=int(who.removeprefix("user:")), thing=thing, credits=1)


def bought(who: str) -> list[str]:
    found = Purchase.objects.filter(user_id=int(who.removeprefix("user:")))
    return list(found.order_by("pk").values_list("thing", flat=True))


def balance(who: str) -> str:
    return groat.balance(who, "USD").balance


@contextmanager
def running(**options: Any) -> Iterator[SyncGroat]:
    """A server's ledger beside the project, in a thread of its own."""
    with SyncGroat.open(conf.database_url(), programs=[BANK], **options) as server:
        yield server


class Elsewhere:
    """Another thread of the app, with a connection of its own."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)

    def __enter__(self) -> Elsewhere:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.submit(connections.close_all).result(PATIENCE_S)
        self._thread.shutdown()

    def begin(self, function: Callable[..., T], *args: Any) -> Future[T]:
        return self._thread.submit(function, *args)


def wait_for_lock() -> None:
    """Wait until some session waits for a lock of another."""
    for _ in range(10_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


on_postgres = pytest.mark.parametrize("alias", ["postgres"], indirect=True, scope="module")
on_sqlite = pytest.mark.parametrize("alias", ["sqlite"], indirect=True, scope="module")


# Commit and rollback


def test_both_are_committed(ada: str) -> None:
    with transaction.atomic():
        buy(ada)
        spent = groat.post([(ada, "house:shop", "2.50", "USD")], key=key(), reason="A book")
        assert spent
        assert spent.ok
        assert spent.unwrap().id == spent.id
        assert spent.balances[0].balance == "7.50"
        assert balance(ada) == "7.50"
    assert (bought(ada), balance(ada)) == (["book"], "7.50")


def test_neither_is_committed(ada: str) -> None:
    with undone():
        buy(ada)
        groat.post([(ada, "house:shop", "2.50", "USD")], key=key()).unwrap()
        raise Undo
    assert (bought(ada), balance(ada)) == ([], "10.00")


def test_an_inner_block_that_is_undone_takes_its_words_along(ada: str) -> None:
    with transaction.atomic():
        groat.post([(ada, "house:shop", "1", "USD")], key=key())
        with undone():
            groat.post([(ada, f"{ada}:new", "2", "USD")], key=key())
            raise Undo
        assert groat.post([(ada, f"{ada}:new", "3", "USD")], key=key()).ok
    assert (balance(ada), balance(f"{ada}:new")) == ("6.00", "3.00")


def test_what_a_call_learnt_is_kept_only_if_it_is_committed(ada: str) -> None:
    known = blocks.ledger_on("default").account_ids
    new = (f"{ada}:new", "USD")
    groat.post([("house:bonus", ada, "1", "USD")], key=key())
    for commits in (False, True):
        with undone() if not commits else transaction.atomic():
            for _ in range(2):
                groat.post([(ada, new[0], "1", "USD")], key=key()).unwrap()
            assert new not in known
            if not commits:
                raise Undo
    assert new in known


def test_accounts_are_frozen_and_closed_with_the_block_or_not_at_all(ada: str) -> None:
    def act(words: Any, name: str, rest_to: str = "") -> Any:
        return words.set_state(ada, name, key=key(), reason="Order of a court", rest_to=rest_to)

    def code() -> str:
        spent = groat.post([(ada, "house:shop", "1", "USD")], key=key())
        return spent.refusal.code if spent.refusal else ""

    with undone():
        assert act(groat, "freeze").unwrap() == "frozen"
        assert code() == "account_frozen"
        raise Undo
    assert act(groat.dry_run, "freeze").unwrap() == "frozen"
    assert code() == ""
    assert act(groat, "freeze")
    assert (code(), act(groat, "freeze").refusal.code) == ("account_frozen", "wrong_account_state")
    changes = [act(groat.command, "unfreeze"), act(groat.command, "close", f"{ada}:rest")]
    assert all(groat.many(changes, atomic=True))
    assert (code(), balance(f"{ada}:rest")) == ("account_closed", "9.00")
    assert act(groat, "reopen").view == "open"


def test_a_refusal_is_returned_and_what_is_rolled_back_was_never_given(ada: str) -> None:
    lost, kept = key(), key()
    with undone(Refused, "insufficient_funds"):
        buy(ada)
        groat.post([(ada, "house:shop", "11", "USD")], key=lost).unwrap()
    with transaction.atomic():
        buy(ada, "tea")
        said = groat.post([(ada, "house:shop", "11", "USD")], key=kept)
        assert not said
        assert said.refusal is not None
        assert said.refusal.fields["available"] == "10.00"
        with pytest.raises(AttributeError, match="insufficient_funds"):
            _ = said.id
    assert bought(ada) == ["tea"]
    groat.post([("house:bonus", ada, "5", "USD")], key=key()).unwrap()
    assert groat.post([(ada, "house:shop", "11", "USD")], key=lost).ok
    again = groat.post([(ada, "house:shop", "11", "USD")], key=kept)
    assert again.refusal is not None
    assert again.refusal.replayed


def test_the_other_words(ada: str) -> None:
    with transaction.atomic():
        held = groat.hold(ada, "house:shop", "4", "USD", key=key())
        taken = groat.capture(held.hold.id, key=key(), amount="3")
        assert taken.hold.remaining == "0.00"
        freed = groat.release(groat.hold(ada, "house:shop", "1", "USD", key=key()).hold.id, key=key())
        assert freed.ok
        assert groat.reverse(taken.id, key=key(), amounts=["1"]).ok
        assert groat.set_balance(ada, "USD", "20", key=key()).ok
        sent = groat.notify(ada, "Hello", key=key())
        assert sent.positions
        with pytest.raises(InvalidInput, match="unknown_asset"):
            groat.post([(ada, "house:shop", "1", "GOLD")], key=key())
        assert groat.held(held.hold.id).captured == "3.00"  # type: ignore[union-attr]
        assert groat.transaction(taken.id).kind == "capture"  # type: ignore[union-attr]
    assert balance(ada) == "20.00"
    assert [entry.kind for entry in groat.entries(ada, "USD")][:2] == ["set_balance", "reverse"]


def test_a_dry_run_is_undone_in_the_open_block(ada: str) -> None:
    with transaction.atomic():
        before = balance(ada)
        name = key()
        tried = groat.dry_run.post([(ada, "house:shop", "1", "USD")], key=name)
        assert (tried.ok, tried.dry_run) == (True, True)
        assert not groat.dry_run.post([(ada, "house:shop", "1000000", "USD")], key=name)
        assert balance(ada) == before
        held = groat.hold(ada, "house:shop", "1", "USD", key=key(), expires_in=60)
        assert groat.extend(held.hold.id, expires_in=600, key=key()).ok
        assert not groat.post([(ada, "house:shop", "1", "USD")], key=name).replayed


def test_the_same_key_again_is_the_first_answer(ada: str) -> None:
    one = key()
    with transaction.atomic():
        first = groat.post([(ada, "house:shop", "1", "USD")], key=one)
        again = groat.post([(ada, "house:shop", "1", "USD")], key=one)
        assert (again.id, again.replayed) == (first.id, True)
        assert groat.post([(ada, "house:shop", "2", "USD")], key=one).refusal.code == "key_reused"  # type: ignore[union-attr]
    assert balance(ada) == "9.00"


def test_many_lock_together(ada: str) -> None:
    post = groat.command.post
    wanted = [post([(ada, "house:shop", amount, "USD")], key=key()) for amount in ("6", "6", "3")]
    assert groat.many([]) == []
    undone = groat.many(wanted, atomic=True)
    assert [v.refusal.fields["index"] for v in undone if v.refusal] == ["1"] * 3
    assert balance(ada) == "10.00"
    # Nothing stands under the keys of what was undone.
    assert [v.ok for v in groat.many(wanted)] == [True, False, True]
    assert [v.replayed for v in groat.many([wanted[0], wanted[2]], atomic=True)] == [True, True]
    assert balance(ada) == "1.00"


def test_async_code(ada: str) -> None:
    command = groat.command.post([(ada, "house:shop", "1", "USD")], key=key())

    async def spend() -> str:
        assert (await groat.apost([(ada, "house:shop", "1", "USD")], key=key())).ok
        (said,) = await groat.amany([command])
        assert said.ok
        left = (await groat.abalance(ada, "USD")).balance
        await sync_to_async(forget_connection)()
        return left

    def forget_connection() -> None:
        # The thread of all sync code goes on, and the next test has another database.
        connection.close()
        del connections["default"]

    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, spend()).result(PATIENCE_S) == "8.00"


# Django's ways


def spend(request: HttpRequest) -> HttpResponse:
    buy(request.GET["who"])
    spent = groat.post([(request.GET["who"], "house:shop", "1", "USD")], key=request.GET["key"])
    if "fail" in request.GET:
        raise LookupError
    return HttpResponse(spent.id)


urlpatterns = [route("spend", spend)]


def test_a_request_is_one_transaction(ada: str) -> None:
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    try:
        with override_settings(ROOT_URLCONF=__name__):
            client = Client(raise_request_exception=False)
            assert client.get("/spend", {"who": ada, "key": key()}).status_code == 200
            assert client.get("/spend", {"who": ada, "key": key(), "fail": "1"}).status_code == 500
    finally:
        connection.settings_dict["ATOMIC_REQUESTS"] = False
    assert (bought(ada), balance(ada)) == (["book"], "9.00")


def test_in_a_test_case(ada: str) -> None:
    sent: list[Any] = []

    class Case(TestCase):
        def test_it(self) -> None:
            with self.captureOnCommitCallbacks(execute=True) as callbacks, transaction.atomic():
                groat.post([(ada, "house:shop", "1", "USD")], key="in a test")
            sent.extend(callbacks)
            assert balance(ada) == "9.00"
            # A later block of the same test is told of as well.
            with self.captureOnCommitCallbacks() as callbacks:
                groat.post([(ada, "house:shop", "1", "USD")], key="in a test, too")
            sent.extend(callbacks)

    result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromTestCase(Case))
    assert result.wasSuccessful(), result.errors + result.failures
    assert len(sent) == 2
    assert balance(ada) == "10.00"


def test_what_the_database_says_is_said_as_django_says_it(ada: str) -> None:
    with transaction.atomic():
        buy(ada)
        with pytest.raises(InvalidInput):
            groat.post([(ada, ada, "1", "USD")], key=key())
        assert not connection.needs_rollback
    assert bought(ada) == ["book"]
    with undone(TransactionManagementError):
        transaction.set_rollback(True)
        groat.post([(ada, "house:shop", "1", "USD")], key=key())
    with undone():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE groat_batch RENAME TO elsewhere")
        with pytest.raises(DatabaseError, match="groat_batch"):
            groat.post([(ada, "house:shop", "1", "USD")], key=key())
        assert not connection.needs_rollback
        buy(ada, "still open")
        assert bought(ada) == ["book", "still open"]
        raise Undo
    assert (bought(ada), balance(ada)) == (["book"], "10.00")


def test_another_database_in_a_block_is_refused(ada: str, tmp_path: Any) -> None:
    connections.settings["other"] = connections.configure_settings(
        {"default": {}, "other": projects.sqlite_alias(tmp_path / "other.db")}
    )["other"]
    try:
        with transaction.atomic(using="other"):
            with pytest.raises(BlockError, match="'other'") as caught:
                groat.post([(ada, "house:shop", "1", "USD")], key=key())
            assert caught.value.code == "other_database_open"
            assert groat.using("default").post([(ada, "house:shop", "1", "USD")], key=key()).ok
        assert balance(ada) == "9.00"
    finally:
        connections["other"].close()
        del connections["other"], connections.settings["other"]


# Several blocks at once


def test_blocks_of_several_threads(ada: str) -> None:
    def spend(number: int) -> None:
        for part in range(5):
            with transaction.atomic():
                assert groat.post([(ada, "house:shop", "0.10", "USD")], key=f"{ada}-{number}-{part}").ok

    with Elsewhere() as one, Elsewhere() as other:
        for done in [one.begin(spend, 1), other.begin(spend, 2)]:
            done.result(PATIENCE_S)
    assert balance(ada) == "9.00"


@on_postgres
def test_a_first_call_waits_for_a_block_that_holds_its_rows(ada: str) -> None:
    def spend() -> bool:
        with transaction.atomic():
            buy(ada)
            return groat.post([(ada, "house:shop", "1", "USD")], key=key()).ok

    with Elsewhere() as other:
        with transaction.atomic():
            groat.post([(ada, "house:shop", "1", "USD")], key=key())
            waiting = other.begin(spend)
            wait_for_lock()
        assert waiting.result(PATIENCE_S)
    assert balance(ada) == "8.00"


# The first call of a function in PL/pgSQL adds that language's own.
SETTINGS = "SELECT name, setting FROM pg_settings WHERE name NOT LIKE 'plpgsql.%' ORDER BY name"


@on_postgres
def test_who_waits_too_long_is_told_so_and_may_go_on(ada: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "PATIENCE_S", 0.0)

    def spend() -> None:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '20ms'")
                cursor.execute(SETTINGS)
                before = cursor.fetchall()
            with pytest.raises(groat.Busy) as caught:
                groat.post([(ada, "house:shop", "1", "USD")], key=key())
            assert isinstance(caught.value, OperationalError)
            assert caught.value.code == "busy"
            assert not connection.needs_rollback
            with connection.cursor() as cursor:
                cursor.execute(SETTINGS)
                assert cursor.fetchall() == before
            buy(ada, "all the same")

    with Elsewhere() as other, transaction.atomic():
        groat.post([(ada, "house:shop", "1", "USD")], key=key())
        other.begin(spend).result(PATIENCE_S)
    assert (bought(ada), balance(ada)) == (["all the same"], "9.00")


@on_postgres
def test_of_two_that_wait_for_each_other_one_is_undone(ada: str) -> None:
    bob = f"user:{User.objects.create(username=f'bob{next(_numbers)}').pk}"
    groat.post([("house:bonus", bob, "1", "USD")], key=key()).unwrap()
    both = Barrier(2)
    tried: list[str] = []

    @groat.retrying
    def limit(first: str, second: str) -> None:
        tried.append(first)
        with transaction.atomic():
            groat.set_limits(first, "USD", key=f"{first}-{second}-1", ceiling="100").unwrap()
            if tried.count(first) == 1:
                both.wait(PATIENCE_S)
            groat.set_limits(second, "USD", key=f"{first}-{second}-2", ceiling="100").unwrap()

    with Elsewhere() as one, Elsewhere() as other:
        for done in [one.begin(limit, ada, bob), other.begin(limit, bob, ada)]:
            done.result(PATIENCE_S)
    assert len(tried) > 2
    assert {groat.balance(who, "USD").ceiling for who in (ada, bob)} == {"100.00"}


@on_postgres
def test_a_key_that_two_blocks_use_at_once_counts_once(ada: str) -> None:
    one = key()

    def spend() -> Any:
        with transaction.atomic():
            return groat.post([(ada, "house:shop", "1", "USD")], key=one)

    with Elsewhere() as other:
        with transaction.atomic():
            first = groat.post([(ada, "house:shop", "1", "USD")], key=one)
            waiting = other.begin(spend)
            wait_for_lock()
        second = waiting.result(PATIENCE_S)
    assert (second.id, second.replayed) == (first.id, True)
    assert balance(ada) == "9.00"


@on_postgres
def test_a_connection_that_is_lost_in_a_block(ada: str) -> None:
    def end(pid: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])

    with Elsewhere() as other, undone(DatabaseError):
        groat.post([(ada, "house:shop", "1", "USD")], key=key())
        other.begin(end, connection.connection.info.backend_pid).result(PATIENCE_S)
        groat.post([(ada, "house:shop", "1", "USD")], key=key())
    connection.close_if_unusable_or_obsolete()
    assert balance(ada) == "10.00"


def test_many_more_than_fit_into_one_statement(ada: str) -> None:
    post = groat.command.post
    wanted = [post([("house:bonus", f"{ada}:{n % 40}", "1", "USD")], key=f"{ada}-{n}") for n in range(400)]
    assert all(groat.many(wanted))
    assert balance(f"{ada}:39") == "10.00"


# Blocks that are refused before they begin


@on_postgres
def test_another_isolation(ada: str) -> None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(BlockError, match="repeatable read"):
            groat.post([(ada, "house:shop", "1", "USD")], key=key())
    assert balance(ada) == "10.00"


@on_sqlite
def test_a_deferred_transaction_of_sqlite(alias: dict[str, Any], ada: str) -> None:
    told = {**alias, "OPTIONS": {}}
    with override_settings(GROAT=PROGRAMS), projects.databases(default=told):
        with pytest.raises(BlockError, match="IMMEDIATE") as caught:
            groat.post([(ada, "house:shop", "1", "USD")], key=key())
        assert caught.value.code == "transaction_deferred"


@on_postgres
def test_behind_a_pooler_nothing_is_prepared(ada: str) -> None:
    def count() -> int:
        connection.close()
        for _ in range(3):
            groat.post([(ada, "house:shop", "1", "USD")], key=key()).unwrap()
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            return int(cursor.fetchone()[0])

    with override_settings(GROAT={**PROGRAMS, "DATABASE_URL": conf.alias_url("default")}):
        assert count() == 0
    assert count() > 0


# Servers hear


def heard_by(server: SyncGroat) -> tuple[list[Published], Event]:
    heard: list[Published] = []
    told = Event()

    async def listen(ledger: Any) -> None:
        def hear(published: list[Published]) -> None:
            heard.extend(published)
            told.set()

        ledger.listen(hear)

    server.run(listen)
    # Before the bus has its connection, a hint is lost, and nothing here checks from time to time.
    wait_until(lambda: server.on_its_loop().bus.connected)
    return heard, told


def wait_for(told: Event, found: Callable[[], bool]) -> None:
    while not found():
        assert told.wait(PATIENCE_S)
        told.clear()


def test_a_server_hears_right_after_the_commit(ada: str) -> None:
    with running() as server:
        heard, told = heard_by(server)
        with transaction.atomic():
            spent = groat.post([(ada, "house:shop", "1", "USD")], key=key())
        position = spent.positions[ada]
        wait_for(told, lambda: any(f"{p.epoch}:{p.last}" == position and p.stream == ada for p in heard))


@on_postgres
def test_servers_hear_over_redis(ada: str, redis_server: Redis) -> None:
    url = redis_server.url
    with override_settings(GROAT={**PROGRAMS, "REDIS": url}), running(redis=url) as server:
        heard, told = heard_by(server)

        async def join(ledger: Any) -> None:
            ledger.bus.follow(ada)

        server.run(join)
        with RedisClient.from_url(url) as client:
            joined = len({shard_of(ada), shard_of(LATER.stream)})
            for _ in range(20_000):
                if len(client.pubsub_shardchannels()) >= joined:
                    break
        groat.post([(ada, "house:shop", "1", "USD")], key=key()).unwrap()
        wait_for(told, lambda: any(p.stream == ada and p.events for p in heard))
    # A Redis that is away delays nobody for long, and nothing is lost.
    with override_settings(GROAT={**PROGRAMS, "REDIS": "redis://127.0.0.1:1"}):
        for _ in range(3):
            groat.post([(ada, "house:shop", "1", "USD")], key=key()).unwrap()
    assert balance(ada) == "6.00"


def ask_for_card(who: str) -> Any:
    data = {"holder": "Ada", "asset": "USD", "limit": "5"}
    return groat.file("card", data, user=who.removeprefix("user:"), key=key(), by=who)


def test_a_process_may_begin_with_a_request(ada: str) -> None:
    """It has not heard of the assets, of which a step of the kind asks."""
    blocks.forget()
    asked = ask_for_card(ada)
    assert asked, asked.refusal
    # One role may be given as a text.
    assert groat.take("card", asked.id, "approve", by="user:staff", roles="admin", key=key())


def test_rooms_hear_after_the_commit(ada: str) -> None:
    with running() as server:
        heard, told = heard_by(server)
        with transaction.atomic():
            filed = ask_for_card(ada)
            assert groat.notify("role:admin", "Look", key=key()).ok
            assert not any(stream.startswith("role:") for stream in filed.positions)

        def rooms() -> list[Published]:
            return [p for p in heard if p.stream == "role:admin" and p.events]

        def text() -> str:
            return b"".join(event for p in rooms() for event in p.events or ()).decode()

        wait_for(told, lambda: filed.id in text() and '"Look"' in text())
        assert '"type":"requests_updated"' in text()
        assert '"number":' in text()
        assert server.run(lambda ledger: ledger.read(any_later)) is False


def test_several_servers_tell_a_room_each_thing_once_and_in_order(books: str) -> None:
    with running() as one, running():
        heard, told = heard_by(one)
        for number in range(30):
            groat.notify("role:crew", f"No. {number}", key=key()).unwrap()
        wait_for(told, lambda: any(p.stream == "role:crew" and p.last >= 30 for p in heard))
        stored = one.run(lambda ledger: ledger.streams.read("role:crew", 0))
    notes = [json.loads(event.data)["notification"] for event in stored]
    assert [note["title"] for note in notes] == [f"No. {number}" for number in range(30)]
    assert [note["number"] for note in notes] == list(range(1, 31))


@on_postgres
def test_a_view_that_takes_its_time_holds_up_nobody_else(ada: str) -> None:
    with running() as server:
        bob = f"user:{User.objects.create(username=f'bob{next(_numbers)}').pk}"
        filed = ask_for_card(bob).unwrap()
        groat.notify("role:admin", "Begin its box", key=key())
        flow = workflow_of(server.on_its_loop())

        def approve() -> None:
            said = groat.take("card", filed.id, "approve", by="user:boss", roles=["admin"], key=key())
            assert said.state == "approved"
            groat.notify("role:admin", "From another view", key=key()).unwrap()

        def ask() -> Any:
            return server.run(
                lambda _: flow.file(
                    "card", {"holder": "C", "asset": "USD", "limit": "5"}, user="c", key=key(), by="user:c"
                )
            )

        with Elsewhere() as other, transaction.atomic():
            ask_for_card(ada)
            groat.notify("role:admin", "Look", key=key())
            # All of this is done while the block is open.
            other.begin(approve).result(PATIENCE_S)
            assert ask().state == "pending"
            server.notify("role:admin", "From the server", key=key())


def test_the_page_says_each_word_and_each_code() -> None:
    page = (Path(__file__).parents[3] / "docs" / "django.md").read_text(encoding="utf-8")
    words = {name for name in dir(type(groat)) if name[0].islower() and not name.startswith("a")}
    assert {name for name in words if not re.search(rf"`{name}\b|\.{name}\(", page)} == set()
    assert {code for code in blocks.BLOCK_ERRORS if f"`{code}`" not in page} == set()
