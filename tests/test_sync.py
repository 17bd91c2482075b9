"""The synchronous twin: the same words without await, from any number of threads."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from groat import Closed, Groat, InvalidInput, Refusal, Refused, StoreError, SyncGroat
from groat.ledger.commands import Post, Posting
from groat.ledger.views import TransactionView
from groat.store.batch import Done

LEG = [("house:x", "user:a", "5", "CREDIT")]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/groat.db"


@pytest.fixture
def groat(url: str) -> Iterator[SyncGroat]:
    with SyncGroat.open(url) as groat:
        groat.add_asset("CREDIT", 0)
        yield groat
        assert groat.verify().ok


def test_the_words_of_the_facade(groat: SyncGroat) -> None:
    first = groat.post(LEG, key="post", reason="why", metadata={"a": 1})
    assert isinstance(first, TransactionView)
    assert groat.post(LEG, key="post", reason="why", metadata={"a": 1}).replayed
    hold = groat.hold("user:a", "house:s", "4", "CREDIT", key="hold")
    groat.capture(str(hold.id), amount="1", final=False, key="capture")
    groat.release(str(hold.id), key="release")
    groat.reverse(str(first.id), amounts=["2"], key="reverse")
    groat.set_limits("user:a", "CREDIT", ceiling="100", key="limits")
    groat.set_balance("user:a", "CREDIT", "60", key="set")
    groat.open_account("user:b", "CREDIT", key="open")
    assert len(groat.bulk([LEG, LEG], key="bulk").transactions) == 2
    assert groat.dry_run.post(LEG, key="dry").dry_run is True
    assert not groat.post(LEG, key="dry").replayed
    groat.set_balance("user:a", "CREDIT", "70", key="back")
    account = groat.account("user:a")
    assert account
    assert (account.balances[0].balance, account.balances[0].ceiling) == ("70", "100")
    assert [view.account for view in groat.accounts(prefix="user")] == ["user:a", "user:b"]
    assert groat.entries("user:a", "CREDIT")[-1].reason == "why"
    assert groat.transaction(str(first.id)) == first
    assert groat.transactions(limit=1) == [first]
    held = groat.held(str(hold.id))
    assert held
    assert held.state == "released"
    assert groat.assets().keys() == {"CREDIT"}
    assert {entry.kind for entry in groat.audit(target="user:b")} == {"open_account"}


def test_amounts_are_int_and_decimal_too_and_a_refusal_says_its_figures(groat: SyncGroat) -> None:
    groat.post([("house:x", "user:a", 5, "CREDIT")], key="int")
    groat.post([("house:x", "user:a", Decimal("5.0"), "CREDIT")], key="decimal")
    with pytest.raises(InvalidInput, match="A float is not exact"):
        groat.post([("house:x", "user:a", 5.0, "CREDIT")], key="float")  # type: ignore[list-item]
    with pytest.raises(
        Refused, match=r"^insufficient_funds: user:a has 10 CREDIT available, 11 were needed$"
    ):
        groat.hold("user:a", "house:s", 11, "CREDIT", key="more")


def test_commands_and_verdicts(groat: SyncGroat) -> None:
    def post(key: str, source: str) -> Post:
        return Post(principal="service:x", key=key, postings=(Posting(source, "user:b", 5, "CREDIT"),))

    assert isinstance(groat.execute(post("1", "house:x")), Done)
    assert [type(v) for v in groat.execute_many([post("2", "house:x"), post("3", "user:c")])] == [
        Done,
        Refusal,
    ]


def test_errors_come_as_they_do_from_the_facade(groat: SyncGroat) -> None:
    with pytest.raises(Refused) as refused:
        groat.post([("user:a", "house:x", "5", "CREDIT")], key="k")
    assert refused.value.code == "insufficient_funds"
    with pytest.raises(InvalidInput):
        groat.post(LEG, key="")


def test_threads_share_batches(groat: SyncGroat) -> None:
    with ThreadPoolExecutor(16) as threads:
        views = list(threads.map(lambda n: groat.post(LEG, key=f"k{n}"), range(300)))
    assert len({view.id for view in views}) == 300
    account = groat.account("user:a")
    assert account
    assert account.balances[0].balance == "1500"


def test_what_has_no_word_of_its_own_is_run(groat: SyncGroat) -> None:
    async def head(inner: Groat, stream: str) -> int:
        return (await inner.streams.heads([stream]))[stream].offset

    groat.post(LEG, key="k")
    assert groat.run(head, "user:a") == 1


def test_it_ends_with_its_block(url: str) -> None:
    before = threading.active_count()
    with SyncGroat.open(url) as groat:
        groat.add_asset("CREDIT", 0)
    with pytest.raises(Closed):
        groat.assets()
    assert threading.active_count() == before
    with SyncGroat.open(url) as groat:
        assert groat.assets().keys() == {"CREDIT"}


def test_a_database_that_cannot_be_opened_leaves_nothing_running(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(StoreError), SyncGroat.open(f"sqlite:///{tmp_path}"):
        pass
    assert threading.active_count() == before


def test_an_error_in_the_block_closes_it_and_goes_on(url: str) -> None:
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError), SyncGroat.open(url):
        _ = 1 / 0
    assert threading.active_count() == before


def test_every_word_of_the_ledger_has_its_twin() -> None:
    words = {
        name for name, method in inspect.getmembers(Groat, inspect.iscoroutinefunction) if name[0] != "_"
    }
    twins = {name for name in vars(SyncGroat) if not name.startswith("_")} - {"open", "run"}
    same = {"program", "on_its_loop", "dry_run", "metered"}
    assert same <= {*vars(Groat), *twins}
    twins -= same
    # These are for the rooms above, or for the event loop itself.
    assert words - twins == {
        "act",
        "amount",
        "archive",
        "archived",
        "asset",
        "limit",
        "postings",
        "prune",
        "read",
        "renew_epoch",
        "reversal_amounts",
        "time_moves",
        "write",
    }
    assert twins <= words
