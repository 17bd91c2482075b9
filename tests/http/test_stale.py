"""Calls that allow stale answers: only reads may, and every such answer says how old it is at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest

from groat.engine.groat import Groat
from groat.ledger.errors import Busy, StoreError
from groat.store.replica import Replica, TooStale
from tests.helpers.money import untimed
from tests.http.conftest import EVERYWHERE, Api, code

READS = (
    "GET /v1/accounts",
    "GET /v1/accounts/user:42",
    "GET /v1/accounts/user:42/entries?asset=CREDIT",
    "GET /v1/audit",
)


class Old:
    """A replica that is 1.5 s behind, or gives up."""

    behind_s: float | None = 1.5

    def __init__(self, groat: Groat) -> None:
        self._groat = groat
        self.reads = self.fallbacks = 0
        self.trouble: StoreError | None = None

    async def read(self, _: float, flow: Callable[..., Any], *args: Any) -> tuple[Any, float]:
        if self.trouble:
            raise self.trouble
        self.reads += 1
        return await self._groat.read(flow, *args), 1.5


@pytest.fixture
def old(api: Api) -> Iterator[Old]:
    old = Old(api.groat)
    api.groat.replica = cast(Replica, old)
    yield old
    api.groat.replica = None


def stale(route: str, seconds: str = "60") -> str:
    return f"{route}{'&' if '?' in route else '?'}max_stale={seconds}"


@pytest.mark.parametrize("route", READS)
async def test_an_answer_of_the_replica_says_how_old_it_is(api: Api, old: Old, route: str) -> None:
    truth = await api.call("ada", route)
    assert "groat-stale" not in truth.headers
    assert old.reads == 0
    answer = await api.call("ada", stale(route))
    assert answer.headers["groat-stale"] == "1.500"
    assert untimed(answer.json()) == untimed(truth.json())
    assert old.reads > 0


async def test_a_transaction_may_be_stale(api: Api, old: Old) -> None:
    items = (await api.call("ada", "GET /v1/accounts/user:42/entries?asset=CREDIT")).json()["items"]
    answer = await api.call("ada", stale(f"GET /v1/transactions/{items[0]['transaction']}"))
    assert (answer.status_code, answer.headers["groat-stale"]) == (200, "1.500")


async def test_even_that_something_is_missing_may_be_stale(api: Api, old: Old) -> None:
    answer = await api.call("ada", stale("GET /v1/accounts/user:nobody"))
    assert (code(answer), answer.headers["groat-stale"]) == ("account_not_found", "1.500")


@pytest.mark.parametrize("trouble", [TooStale(), Busy("canceled for the sake of recovery")])
async def test_the_primary_answers_for_a_replica_that_cannot(api: Api, old: Old, trouble: StoreError) -> None:
    old.trouble = trouble
    answer = await api.call("ada", stale("GET /v1/accounts/user:42"))
    assert (answer.status_code, answer.headers["groat-stale"]) == (200, "0.000")
    assert old.fallbacks == 1
    assert 'groat_stale_reads_total{by="primary"} 1.0' in (await api.call("ada", "GET /metrics")).text


async def test_without_a_replica_every_answer_is_the_truth(api: Api) -> None:
    answer = await api.call("42", stale("GET /v1/accounts/user:42"))
    assert (answer.status_code, answer.headers["groat-stale"]) == (200, "0.000")


@pytest.mark.parametrize("seconds", ["0", "301", "1.5", "-1", "", "x", "1e2"])
async def test_the_bound_is_whole_seconds(api: Api, seconds: str) -> None:
    assert code(await api.call("ada", stale("GET /v1/accounts", seconds))) == "invalid_query"


async def test_the_server_says_when_its_replica_is_away(api: Api, old: Old) -> None:
    assert "replica" not in (await api.call("", "GET /health/ready")).text
    old.behind_s = None
    assert (await api.call("", "GET /health/ready")).json() == {"status": "ready", "degraded": ["replica"]}
    text = (await api.call("ada", "GET /metrics")).text
    assert "groat_replica_connected 0.0" in text


def test_nothing_that_writes_or_decides_may_be_stale() -> None:
    allowed = {
        each.id for each in EVERYWHERE.operations.values() if "max_stale" in {q.name for q in each.query}
    }
    assert allowed == {"listAccounts", "getAccount", "listEntries", "getTransaction", "listAudit"}
    assert {EVERYWHERE.operations[id].method for id in allowed} == {"GET"}
