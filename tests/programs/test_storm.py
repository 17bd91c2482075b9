"""A storm on two nodes: people, staff, a shop, time-outs and the bank's jobs at once over all kinds of the bank, every
call perhaps sent again to the other node. Nothing deadlocks or breaks, and in the end all agrees: requests with their
histories, holds with their requests, the bank's accounts with both, and what each client was told with the books.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import pytest
from structlog.testing import capture_logs

from groat import Groat
from groat.ledger.errors import GroatError, Refusal
from groat.programs.bank import BANK
from groat.programs.bank.card_network import SimulatedCardNetwork
from groat.programs.bank.jobs import Gateways
from groat.programs.bank.node_simulator import SimulatedNode
from groat.programs.days import day_of
from groat.programs.notifications.commands import MarkRead, Read
from groat.programs.workflow import FILE, Workflow
from groat.programs.workflow import workflow as clockwork
from groat.programs.workflow.views import ApprovalView, RequestView
from groat.store.postgres import PostgresStore
from tests.faults.ledgers import plain
from tests.helpers.clock import Clock
from tests.programs.bank.books import BTC, USD, check_books, every_request, units
from tests.servers import Postgres

SEED = 1
SECONDS = 4.0
DAY_S = 0.1
"""How long a day takes."""

ACTORS = 24
PEOPLE = ("42", "7", "9", "11")
STAFF = ("ada", "bela")
KINDS = {kind.name: kind for kind in BANK.kinds}
OFTEN = {
    "transfer": 6, "card_payment": 5, "loan": 3, "card": 2, "standing_order": 2, "bitcoin_transaction": 3,
    "bitcoin_address": 1, "beneficiary": 1,
}  # fmt: skip
ENDS = {"cancel", "reject", "retire", "remove", "end", "close", "void"}
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


class Sent(NamedTuple):
    """A call that was answered: how to send it again by a node, and what the answer said."""

    again: Callable[[Workflow], Any]
    said: str


class Client:
    """A device of a person: begins with a snapshot at some moment, and folds every event behind it."""

    def __init__(self, groat: Groat, user: str) -> None:
        self.groat = groat
        self.stream = f"user:{user}"
        self.offset = 0
        self.whole = False
        self.balances: dict[tuple[str, str], dict[str, Any]] = {}
        self.versions: dict[str, int] = {}
        self.notified = self.unread = 0

    async def begin(self, whole: bool) -> None:
        """Take a snapshot; a ``whole`` client begins before everything instead."""
        self.whole = whole
        if whole:
            return
        snapshot = await self.groat.streams.snapshot(self.stream)
        data = msgspec.json.decode(snapshot.data)
        self.offset = snapshot.offset
        self.balances = {(b["account"], b["asset"]): b for b in data["balances"]}
        self.versions = {request["id"]: request["version"] for request in data["requests"]}
        told = data.get("notifications", {"total": 0, "unread": 0})
        self.notified, self.unread = told["total"], told["unread"]

    async def follow(self) -> None:
        """Read what came since; each event must fit exactly onto what is known."""
        for event in await self.groat.streams.read(self.stream, self.offset):
            assert event.offset == self.offset + 1, (self.stream, event.offset, self.offset)
            self.offset = event.offset
            self.fold(msgspec.json.decode(event.data))

    def fold(self, event: dict[str, Any]) -> None:
        for change in event.get("changes", ()):
            place = (change["account"], change["asset"])
            asset = USD if change["asset"] == "USD" else BTC
            before = self.balances.get(place, {"balance": "0", "version": 0})
            delta = units(change["delta"], asset)
            assert units(before["balance"], asset) + delta == units(change["balance"], asset), (
                before,
                change,
            )
            assert change["version"] > before["version"], (before, change)
            self.balances[place] = change
        if event["type"].endswith("_updated") and event["type"] != "balance_updated":
            told = event["data"]
            for request in (told, told["changed_parent"]) if "changed_parent" in told else (told,):
                before_it = self.versions.get(request["id"])
                # A snapshot tells of the newest open requests only.
                if before_it is not None or request["version"] == 1:
                    assert request["version"] == (before_it or 0) + 1, request
                self.versions[request["id"]] = request["version"]
        if event["type"] == "notifications_read":
            assert event["data"]["unread"] < self.unread
            self.unread = event["data"]["unread"]
        if "notification" in event:
            self.notified, self.unread = self.notified + 1, self.unread + 1
            told = event["notification"]
            assert (told["number"], told["unread"]) == (self.notified, self.unread)


class Storm:
    """What everybody does, by one seed; in which order it happens is the machine's."""

    def __init__(self, nodes: list[Workflow], groats: list[Groat], clock: Clock, seed: int) -> None:
        self.nodes = nodes
        self.groats = groats
        self.clock = clock
        self.seed = seed
        self.requests: list[RequestView] = []
        self.sent: list[Sent] = []
        self.seen: Counter[str] = Counter()
        self.ends_at = time.monotonic() + SECONDS

    def over(self) -> bool:
        return time.monotonic() >= self.ends_at

    async def actor(self, number: int) -> None:
        dice = random.Random(f"{self.seed}/{number}")
        step = 0
        while not self.over():
            step += 1
            what = dice.choices(("file", "take", "again", "notify", "read", "pay"), (4, 12, 2, 1, 1, 1))[0]
            key = f"{number}/{step}"
            if what == "notify":
                await dice.choice(self.groats).notify(f"user:{dice.choice(PEOPLE)}", "News", key=key)
            elif what == "read":
                stream = f"user:{dice.choice(PEOPLE)}"
                read = Read(stream, numbers=tuple(dice.sample(range(1, 60), 3)))
                await dice.choice(self.groats).execute(
                    MarkRead(principal=stream, key=key, reader=stream, wish=(read.numbers,), reads=(read,))
                )
            elif what == "pay":
                who = dice.choice(PEOPLE)
                await dice.choice(self.groats).post([("house:bank", f"user:{who}", "1", "USD")], key=key)
            elif what == "again" and self.sent:
                sent = dice.choice(self.sent)
                answer = await sent.again(dice.choice(self.nodes))
                assert (told(answer), answer.replayed) == (sent.said, True)
                self.seen["again"] += 1
            else:
                await self.call(dice, key, file=what == "file" or not self.requests)

    async def call(self, dice: random.Random, key: str, file: bool) -> None:
        again = self.filing(dice, key) if file else self.taking(dice, key)
        if again is None:
            return
        # Sometimes both nodes get it at once, as from a client that lost patience.
        nodes = self.nodes if dice.random() < 0.1 else [dice.choice(self.nodes)]
        try:
            answers = await asyncio.gather(*(again(node) for node in nodes))
        except GroatError as error:
            if error.status >= 500:
                raise
            self.seen[error.code] += 1
            return
        assert len({told(answer) for answer in answers}) == 1
        (answer, *_) = answers
        self.seen[answer.code if isinstance(answer, Refusal) else f"{answer.kind} {answer.state}"] += 1
        self.sent.append(Sent(again, told(answer)))
        if file and isinstance(answer, RequestView):
            self.requests.append(answer)

    def filing(self, dice: random.Random, key: str) -> Callable[[Workflow], Any]:
        kind, owner = dice.choices(list(OFTEN), list(OFTEN.values()))[0], dice.choice(PEOPLE)
        by, roles = (
            ("service:shop", ["service"]) if kind == "card_payment" else (f"user:{owner}", list[str]())
        )
        form = self.form(dice, kind, owner)
        return lambda node: node.file(kind, form, user=owner, key=key, by=by, roles=roles)

    def form(self, dice: random.Random, kind: str, owner: str) -> dict[str, Any]:
        cents = dice.randint(1, 40_000)
        amount = f"{cents // 100}.{cents % 100:02}"
        other = {"user": dice.choice([user for user in PEOPLE if user != owner])}
        to = dice.choice((other, other, {"external": "DE89370400440532013000", "name": "E"}))
        first = (day_of(self.clock()) + timedelta(days=dice.randint(0, 3))).isoformat()
        cards = [r.id for r in self.requests if r.kind == "card" and r.user == owner]
        forms: dict[str, dict[str, Any]] = {
            "transfer": {"amount": amount, "asset": "USD", **to, "on": dice.choice(("", "", first))},
            "beneficiary": dict(to),
            "standing_order": {"amount": amount, "asset": "USD", **to, "first": first, "every": "week"},
            "card": {"holder": "X", "asset": "USD", "limit": "300"},
            "card_payment": {
                "card": dice.choice(cards) if cards else "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f", "amount": amount,
                "asset": "USD", "merchant": "Shop",
            },
            "loan": {"amount": amount, "asset": "USD", "months": dice.randint(1, 6)},
            "bitcoin_transaction": {
                "amount": dice.choice(("0.1", "0.00000001", "0.3")),
                "address": dice.choice(("sim1qsomebody0000", "sim1qsomebody0000", "sim1qfail00000000")),
            },
            "bitcoin_address": {},
        }  # fmt: skip
        return forms[kind]

    def taking(self, dice: random.Random, key: str) -> Callable[[Workflow], Any] | None:
        """A transition of one of the latest requests, seldom one that ends it; those of the system are the nodes'."""
        request = dice.choice(self.requests[-40:])
        possible = [
            t
            for t in KINDS[request.kind].transitions.values()
            if t.name != FILE and t.by != ("system",) and (t.name not in ENDS or dice.random() < 0.2)
        ]
        if not possible:
            return None
        transition = dice.choice(possible)
        who = dice.choice([by for by in transition.by if by != "system"])
        by, roles = {
            "owner": (f"user:{request.user}", list[str]()),
            "admin": (f"user:{dice.choice(STAFF)}", ["admin"]),
            "service": ("service:shop", ["service"]),
        }[who]
        given = dict(transition.example or {})
        if transition.name in ("capture", "refund", "repay"):
            given["amount"] = dice.choice(("", "", "1.00", "20.00"))
        return lambda node: node.take(
            request.kind, request.id, transition.name, given, by=by, key=key, roles=roles
        )

    async def days(self) -> None:
        while not self.over():
            await asyncio.sleep(DAY_S)
            self.clock.advance(86_400)

    async def work(self, gateways: Gateways) -> None:
        """The bank's jobs of one node."""
        while not self.over():
            await gateways.at_home()
            await gateways.at_the_node()
            await asyncio.sleep(DAY_S)

    async def client(self, client: Client, after_s: float) -> None:
        """A device that is switched on some time into the storm."""
        await asyncio.sleep(after_s)
        await client.begin(whole=after_s == 0)
        while not self.over():
            await client.follow()
            await asyncio.sleep(0.02)


def told(answer: RequestView | Refusal) -> str:
    """The answer, but for whether it is a repetition."""
    return msgspec.json.encode(msgspec.structs.replace(answer, replayed=False)).decode()


@asynccontextmanager
async def two_nodes(dsn: str, clock: Clock) -> AsyncIterator[list[Groat]]:
    async with AsyncExitStack() as stack:
        groats = []
        for _ in range(2):
            store = PostgresStore(dsn, Groat.standing, clock)
            groats.append(await stack.enter_async_context(Groat.open(dsn, store=store)))
        await groats[0].add_asset("USD", 2)
        await groats[0].add_asset("BTC", 8)
        for user in PEOPLE:
            for amount, asset in (("2000", "USD"), ("2", "BTC")):
                await groats[0].post([("house:bank", f"user:{user}", amount, asset)], key=f"{user}/{asset}")
        yield groats


async def test_a_storm_on_two_nodes(postgres_server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    print(f"seed {SEED}")
    clock = Clock()
    monkeypatch.setattr(clockwork, "POLL_S", 0.05)
    dsn = postgres_server.new_database("storm")
    async with plain(dsn) as other:
        # A lock is waited for 200 ms; PostgreSQL must look for deadlocks before that, or it finds none.
        await other.execute("ALTER DATABASE storm SET deadlock_timeout = '10ms'")
    with capture_logs() as logs:
        async with two_nodes(dsn, clock) as groats:
            nodes = [Workflow(groat, BANK.kinds, open_max=1_000) for groat in groats]
            await brew(storm := Storm(nodes, groats, clock, SEED))
            for node in (*nodes, *nodes):
                while await node.take_due():
                    pass
            await check_requests(nodes[0], storm)
            await check_books(nodes[0], groats[1], PEOPLE)
            report = await groats[0].verify()
            assert report.ok, report.problems
    # The statistics of a backend are told at the latest when it ends.
    async with plain(dsn) as other:
        deadlocks = await other.fetchval(DEADLOCKS)
    print(len(storm.requests), "requests", deadlocks, "deadlocks", storm.seen.most_common())
    assert deadlocks == 0
    assert [log for log in logs if log["log_level"] in ("error", "critical")] == []
    assert storm.seen["again"]
    assert len(storm.seen) > 15


async def brew(storm: Storm) -> None:
    node, network = SimulatedNode(lambda: storm.clock() / 1e6), SimulatedCardNetwork()
    clients = [Client(groat, user) for groat in storm.groats for user in PEOPLE]
    late = random.Random(storm.seed)
    for workflow in storm.nodes:
        workflow.start()
    async with asyncio.TaskGroup() as everybody:
        for number in range(ACTORS):
            everybody.create_task(storm.actor(number))
        for workflow in storm.nodes:
            everybody.create_task(storm.work(Gateways(workflow, node, network)))
        for number, client in enumerate(clients):
            after_s = 0.0 if number < len(PEOPLE) else late.uniform(0.5, SECONDS / 2)
            everybody.create_task(storm.client(client, after_s))
        everybody.create_task(storm.days())
    for workflow in storm.nodes:
        await workflow.stop()
    requests = await every_request(storm.nodes[0])
    for client in clients:
        (head,) = (await client.groat.streams.heads([client.stream])).values()
        while client.offset < head.offset:
            await client.follow()
        await check_client(client, requests)


async def check_client(client: Client, requests: list[RequestView]) -> None:
    """What a device was told is what is in the books."""
    mine = {r.id: r.version for r in requests if f"user:{r.user}" == client.stream}
    assert client.versions == (mine if client.whole else {id: mine[id] for id in client.versions})
    snapshot = msgspec.json.decode((await client.groat.streams.snapshot(client.stream)).data)
    fields = ("balance", "available", "held", "version")
    assert {place: [b[f] for f in fields] for place, b in client.balances.items()} == {
        (b["account"], b["asset"]): [b[f] for f in fields] for b in snapshot["balances"]
    }
    assert (client.notified, client.unread) == (
        snapshot["notifications"]["total"], snapshot["notifications"]["unread"],
    )  # fmt: skip


async def check_requests(workflow: Workflow, storm: Storm) -> None:
    """Each is in a declared state, to which its history leads step by step."""
    filed = {request.id for request in storm.requests}
    found = await every_request(workflow)
    assert filed <= {request.id for request in found}
    for view in found:
        whole = await workflow.find(view.kind, view.id, limit=view.version)
        assert whole is not None
        assert isinstance(whole.history, list)
        kind = KINDS[view.kind]
        state = kind.states[view.state]
        # A proposed correction waits for another person, whatever the state.
        waits = state.waits or isinstance(view.correction, ApprovalView)
        assert (view.open, view.waits) == (state.open, waits)
        assert [step.version for step in whole.history] == list(range(1, view.version + 1))
        at = ""
        for step in whole.history:
            child, _, name = step.transition.rpartition(".")
            if child:
                # Of a request that belongs to it.
                parent = KINDS[child].parent
                assert parent is not None
                assert view.kind in parent.kinds
                assert name in KINDS[child].transitions
                assert step.source == step.target == at
                continue
            transition = kind.transitions[step.transition]
            assert step.source == at
            assert at in (transition.sources or ("",))
            approved_by_one = transition.approves and step.target == at
            assert step.target in transition.to or approved_by_one
            at = step.target
        assert at == view.state
        numbers = [step for step in whole.history if step.transition == "ran"]
        if view.kind == "standing_order":
            assert view.data["count"] == len(numbers) == len({step.input["transfer"] for step in numbers})
