"""A Hypothesis machine over the bank's requests and every door to their money, on two nodes.

Whatever is done in whatever order, no money comes or goes, and each request agrees with its money.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from groat import Groat, Refusal
from groat.ledger.amounts import Asset, parse_amount
from groat.ledger.commands import Capture, Command, Post, Posting, Release, SetBalance
from groat.ledger.reversing import Reverse
from groat.programs.bank import BANK
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.databases import Database, PostgresDatabase, SqliteDatabase
from tests.programs.bank.bank import Bank, principal, roles
from tests.servers import Postgres

USD = Asset("USD", 2)
AMOUNTS = st.sampled_from(["", "0.01", "5.00", "20.00", "30.00"])
STAFF = st.sampled_from(["ada", "bela"])


class Doors(RuleBasedStateMachine):
    """Requests are filed and taken on, their money is tried by hand, balances are set, time passes."""

    database: Database

    requests = Bundle("requests")

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.clock = Clock()
        self.stack = AsyncExitStack()
        self.banks: list[Bank] = []
        self.keys = count(1)
        self.directory = tempfile.TemporaryDirectory()
        self.loop.run_until_complete(self.open(self.fresh()))

    def fresh(self) -> Database:
        """An empty database."""
        return SqliteDatabase(Path(self.directory.name))

    async def open(self, database: Database) -> None:
        for _ in range(2):
            store = database.store(self.clock, extensions=Groat.standing)
            groat = await self.stack.enter_async_context(Groat.open(database.url, store=store))
            self.banks.append(Bank(groat, Workflow(groat, BANK.kinds), self.clock))
        await self.banks[0].groat.add_asset("USD", 2)
        for user in ("42", "7"):
            await self.banks[0].groat.post(
                [("house:bank", f"user:{user}", "200", "USD")], key=f"start/{user}"
            )

    def teardown(self) -> None:
        self.loop.run_until_complete(self.stack.aclose())
        self.loop.close()
        self.directory.cleanup()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @initialize(target=requests)
    def a_card(self) -> RequestView:
        bank = self.banks[0]
        card = self.do(bank.file("card", holder="U", asset="USD", limit="500"))
        self.do(bank.take(card, "approve"))
        made: RequestView = self.do(bank.take(card, "create", "system", last4="4242", expiry="2030-01"))
        self.card = made
        return made

    @rule(target=requests, kind=st.sampled_from(["transfer", "card_payment", "loan"]), further=st.booleans())
    def file(self, kind: str, further: bool) -> Any:
        """A request that holds money, or one ``further`` that moved it."""
        forms: dict[str, dict[str, Any]] = {
            "transfer": {"amount": "30.00", "asset": "USD", "user": "7"},
            "card_payment": {"card": self.card.id, "amount": "20.00", "asset": "USD", "merchant": "Shop"},
            "loan": {"amount": "100.00", "asset": "USD", "months": 3},
        }
        by = "shop" if kind == "card_payment" else "42"
        answer = self.do(self.banks[0].try_file(kind, by, "42", **forms[kind]))
        if not isinstance(answer, RequestView):
            return self.card
        if further:
            name, by, given = {
                "transfer": ("approve", "ada", {}),
                "card_payment": ("capture", "shop", {}),
                "loan": ("approve", "ada", {"rate": "12"}),
            }[kind]
            self.do(self.banks[1].try_take(answer, name, by, **given))
            self.do(self.banks[1].settle())
        return answer

    @rule(request=requests, amount=AMOUNTS, data=st.data(), twice=st.booleans())
    def take(self, request: RequestView, amount: str, data: st.DataObject, twice: bool) -> None:
        """A transition, mostly one that starts from here, by two people on two nodes: at once, or one after another."""
        state = self.do(self.banks[0].look(request)).state
        transitions = list(self.banks[0].workflow.kinds[request.kind].transitions.values())[1:]
        possible = [t for t in transitions if state in t.sources] or transitions
        transition = data.draw(st.sampled_from(possible if data.draw(st.integers(0, 9)) else transitions))
        name = transition.name
        given: dict[str, Any] = dict(transition.example or {})
        if "amount" in transition.input.__struct_fields__:
            given["amount"] = amount
        people = {"owner": "42", "service": "shop", "system": "system"}
        by = people.get(data.draw(st.sampled_from(transition.by)), data.draw(STAFF))
        other = {"ada": "bela", "bela": "ada"}.get(by, by)

        async def both() -> None:
            steps = [
                self.take_as(bank, request, name, who, given)
                for bank, who in zip(self.banks, (by, other), strict=True)
            ]
            if twice:
                await asyncio.gather(*steps)
            else:
                for step in steps:
                    await step

        self.do(both())

    async def take_as(self, bank: Bank, request: RequestView, name: str, by: str, given: Any) -> None:
        await bank.workflow.take(
            request.kind,
            request.id,
            name,
            given,
            by=principal(by),
            key=f"k{next(self.keys)}",
            roles=roles(by),
        )

    @rule(request=requests, data=st.data(), amount=st.sampled_from([None, 1, 2_000]))
    def by_hand(self, request: RequestView, data: st.DataObject, amount: int | None) -> None:
        """What the request did is tried past it."""
        now = self.do(self.banks[0].look(request))
        id = data.draw(st.sampled_from([step.transaction for step in now.history]))
        common: dict[str, Any] = {"principal": "service:shop", "key": f"h{next(self.keys)}"}
        made: list[Command] = [
            Reverse(**common, transaction=id, amounts=(amount,) if amount else None, below_floor=True),
            Capture(**common, hold=now.hold or id, amount=amount),
            Release(**common, hold=now.hold or id),
        ]
        answer = self.do(self.banks[1].groat.execute(data.draw(st.sampled_from(made))))
        assert isinstance(answer, Refusal)
        assert answer.code in ("belongs_to_request", "hold_not_found")

    @rule(account=st.sampled_from(["user:42", "user:7", "house:cards"]), units=st.integers(0, 30_000))
    def set_balance(self, account: str, units: int) -> None:
        """Money of its own: it undoes nothing."""
        self.do(self.banks[0].groat.execute(
            SetBalance(principal="service:shop", key=f"s{next(self.keys)}", account=account, asset="USD", balance=units)
        ))  # fmt: skip

    @rule(data=st.data(), units=st.integers(1, 5_000))
    def spend(self, data: st.DataObject, units: int) -> None:
        user = data.draw(st.sampled_from(["42", "7"]))
        leg = Posting(f"user:{user}", "house:shop", units, "USD")
        self.do(
            self.banks[1].groat.execute(
                Post(principal="service:shop", key=f"p{next(self.keys)}", postings=(leg,))
            )
        )

    @rule(days=st.sampled_from([0.1, 1, 8, 31]))
    def pass_days(self, days: float) -> None:
        self.do(self.banks[0].pass_days(days))

    @invariant()
    def requests_and_money_agree(self) -> None:
        if not self.banks:
            return
        report = self.do(self.banks[0].groat.verify())
        assert report.ok, report.problems
        balances = [b for a in self.do(self.banks[0].groat.accounts(limit=100)) for b in a.balances]
        assert sum(parse_amount(b.balance, USD, signed=True) for b in balances) == 0


def often(examples: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=25,
        deadline=None,
        # Each example opens two ledgers, so a failure is shown as it was found rather than made smaller for minutes.
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )


Doors.TestCase.settings = often(12)
TestDoors = Doors.TestCase


def test_the_same_on_postgres(postgres_server: Postgres) -> None:
    class OnPostgres(Doors):
        def fresh(self) -> Database:
            return PostgresDatabase(postgres_server)

    run_state_machine_as_test(OnPostgres, settings=often(3))
