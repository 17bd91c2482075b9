"""The way from a call to its batch and back, as spans tell it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count, pairwise

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import StatusCode

from groat import Groat
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import Interrupted
from groat.store.flow import Query
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase
from tests.helpers.money import give, new_key
from tests.helpers.spans import Spans, id_of, linked, within
from tests.servers import Postgres


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture
async def traced(database: Database, clock: Clock, spans: Spans) -> AsyncIterator[Groat]:
    async with Groat.open(database.url, store=database.store(clock), tracer_provider=spans.provider) as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat


async def call(groat: Groat, spans: Spans, name: str) -> None:
    """Credit somebody under a span of this name."""
    with spans.call.start_as_current_span(name):
        await give(groat, f"user:{name}", "1")


async def test_each_call_leads_to_the_batch_it_shared(traced: Groat, spans: Spans) -> None:
    await asyncio.gather(*(call(traced, spans, name) for name in "abc"))
    (batch,) = spans.named("groat.batch")
    for name in "abc":
        (mine,) = spans.named(name)
        queue, commit = spans.below(mine)
        assert (queue.name, commit.name) == ("groat.queue", "groat.commit")
        assert linked(queue) == linked(commit) == [id_of(batch)]
        assert within(batch, commit)
        assert queue.start_time
        assert commit.start_time
        assert queue.end_time == commit.start_time
        assert queue.attributes
        assert queue.attributes["groat.kind"] == "post"
        assert str(queue.attributes["groat.key"]).startswith("key-")


async def test_a_batch_leads_to_its_calls(traced: Groat, spans: Spans) -> None:
    await asyncio.gather(*(call(traced, spans, name) for name in "abc"))
    (batch,) = spans.named("groat.batch")
    first, *others = (spans.named(name)[0] for name in "abc")
    assert batch.attributes == {"groat.commands": 3}
    # It lies in the trace of the first, so that no sampler takes the one without the other.
    assert batch.parent is not None
    assert batch.parent.span_id in map(id_of, spans.below(first))
    assert linked(batch) == list(map(id_of, others))


async def test_a_batch_shows_its_statements_and_its_commit(
    traced: Groat, spans: Spans, database: Database
) -> None:
    await call(traced, spans, "a")
    (batch,) = spans.named("groat.batch")
    statements = spans.below(batch)
    names = [span.name for span in statements]
    # Statements that are handed over together share one span.
    assert names[:2] == ["BEGIN", "begin_batch + find_keys"]
    assert names[-1] == "COMMIT"
    assert names[-2].startswith("insert_postings + ")
    assert names[-2].endswith(" + insert_keys")
    assert all(within(span, batch) for span in statements)
    for earlier, later in pairwise(statements):
        assert earlier.end_time
        assert later.start_time
        assert earlier.end_time <= later.start_time
    (accounts,) = spans.named("lock_accounts")
    assert accounts.attributes == {
        "db.system.name": "sqlite" if database.url.startswith("sqlite") else "postgresql",
        "db.operation.name": "lock_accounts",
        "db.operation.batch.size": 2,
    }


async def test_a_bulk_is_one_call(traced: Groat, spans: Spans) -> None:
    commands = [
        Post(
            principal="service:x",
            key=new_key(),
            reason="",
            postings=(Posting("house:bonus", f"user:{n}", 1, "CREDIT"),),
        )
        for n in range(50)
    ]
    with spans.call.start_as_current_span("bulk"):
        await traced.execute_many(commands)
    (queue,) = spans.named("groat.queue")
    assert queue.attributes
    assert queue.attributes["groat.commands"] == 50
    assert len(spans.named("groat.batch")) == len(spans.named("groat.commit"))


async def test_reads_of_a_call_are_its_own(traced: Groat, spans: Spans) -> None:
    await give(traced, "user:a", "1")
    with spans.call.start_as_current_span("look"):
        await traced.entries("user:a", "CREDIT")
    (look,) = spans.named("look")
    assert [span.name for span in spans.below(look)] == ["BEGIN", "page_entries", "COMMIT"]
    with spans.call.start_as_current_span("resume"):
        await traced.streams.snapshot("user:a")
    (resume,) = spans.named("resume")
    assert "read_balances" in [span.name for span in spans.below(resume)]


async def test_what_nobody_traces_is_a_trace_of_its_own(traced: Groat, spans: Spans) -> None:
    await give(traced, "user:a", "1")
    await traced.account("user:a")
    (batch,) = spans.named("groat.batch")
    assert batch.parent is None
    assert not spans.named("groat.queue")
    assert not spans.named("read_account")


async def test_an_app_that_traces_its_whole_life_traces_no_batches_of_others(
    database: Database, clock: Clock, spans: Spans
) -> None:
    with spans.call.start_as_current_span("life"):
        store = database.store(clock)
        async with Groat.open(database.url, store=store, tracer_provider=spans.provider) as groat:
            await groat.add_asset("CREDIT", 0)
            with trace.use_span(trace.INVALID_SPAN):
                await give(groat, "user:a", "1")
    (batch,) = spans.named("groat.batch")
    assert batch.parent is None
    assert not spans.named("any_due")


async def test_a_call_that_is_kept_keeps_its_batch(database: Database, clock: Clock) -> None:
    """Of calls that a sampler keeps or drops, those that are kept find their batch."""
    spans = Spans(sampler=ParentBased(TraceIdRatioBased(0.3)))
    numbers = count()
    async with Groat.open(database.url, store=database.store(clock), tracer_provider=spans.provider) as groat:
        await groat.add_asset("CREDIT", 0)
        for _ in range(20):
            await asyncio.gather(*(call(groat, spans, f"c{next(numbers)}") for _ in range(3)))
    calls = [span for n in range(60) for span in spans.named(f"c{n}")]
    assert 0 < len(calls) < 60
    batches = set(map(id_of, spans.named("groat.batch")))
    for mine in calls:
        assert [set(linked(span)) <= batches for span in spans.below(mine)] == [True, True]


async def test_a_run_that_breaks_off_is_told_of(
    postgres_server: Postgres, clock: Clock, spans: Spans
) -> None:
    database = PostgresDatabase(postgres_server)
    broken = iter([Interrupted()])

    def strike(query: Query) -> None:
        if query.name == "insert_keys":
            for error in broken:
                raise error

    store = database.store(clock, before_query=strike)
    async with Groat.open(database.url, store=store, tracer_provider=spans.provider) as groat:
        await groat.add_asset("CREDIT", 0)
        await call(groat, spans, "a")
    (mine,) = spans.named("a")
    queue, first, second = spans.below(mine)
    lost, done = spans.named("groat.batch")
    assert [span.status.status_code for span in (first, second, lost, done)] == [
        StatusCode.ERROR, StatusCode.UNSET, StatusCode.ERROR, StatusCode.UNSET,
    ]  # fmt: skip
    assert linked(queue) == linked(first) == [id_of(lost)]
    assert linked(second) == [id_of(done)]


async def test_nobody_is_traced_without_a_provider(database: Database, clock: Clock) -> None:
    async with Groat.open(database.url, store=database.store(clock)) as groat:
        assert groat.tracer is None
