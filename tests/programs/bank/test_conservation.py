"""Random steps over all kinds, legal and illegal: no money comes or goes, and the bank's accounts say what its requests
do.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from groat import Groat
from groat.ledger.commands import Capture, Release
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.reversing import Reverse
from groat.programs.bank import BANK
from groat.programs.bank.card_network import SimulatedCardNetwork
from groat.programs.bank.jobs import Gateways
from groat.programs.bank.node import NodeAway
from groat.programs.bank.node_simulator import SimulatedNode
from groat.programs.days import day_of
from groat.programs.workflow import FILE
from groat.programs.workflow.views import RequestView
from tests.programs.bank.bank import Bank
from tests.programs.bank.books import check_books

STEPS = 500
PEOPLE = ("42", "7")
CALLERS = (*PEOPLE, "ada", "bela", "system", "shop", "stranger")
KINDS = {kind.name: kind for kind in BANK.kinds}
OFTEN = {
    "transfer": 6, "card_payment": 6, "loan": 3, "card": 3, "standing_order": 2, "bitcoin_transaction": 3,
    "bitcoin_address": 1, "beneficiary": 1,
}  # fmt: skip
ENDS = {
    "cancel",
    "reject",
    "expire",
    "fail",
    "bounce",
    "retire",
    "remove",
    "end",
    "stop",
    "close",
    "void",
    "lapse",
}


class Chance:
    """A monkey at the counter: it files and takes whatever comes to mind, and time passes."""

    def __init__(self, bank: Bank, seed: int) -> None:
        self.dice = random.Random(seed)
        self.bank = bank
        self.requests: list[RequestView] = []
        self.seen: Counter[str] = Counter()
        self.gateways = Gateways(
            bank.workflow, SimulatedNode(lambda: bank.clock() / 1e6), SimulatedCardNetwork()
        )

    async def step(self) -> None:
        acts = ("file", "take", "likely", "time", "gateways", "hand")
        what = self.dice.choices(acts, (4, 2, 10, 1, 2, 1))[0]
        if what == "file" or not self.requests:
            await self.file()
        elif what in ("take", "likely"):
            await self.take(likely=what == "likely")
        elif what == "hand":
            await self.by_hand()
        elif what == "time":
            await self.bank.pass_days(self.dice.choice((0.01, 0.01, 1, 1, 8, 31)))
        else:
            try:
                await self.gateways.at_home()
                await self.gateways.at_the_node()
            except NodeAway:
                self.seen["away"] += 1

    async def file(self) -> None:
        kind = self.dice.choices(list(OFTEN), list(OFTEN.values()))[0]
        owner = self.dice.choice(PEOPLE)
        filers = {"card_payment": ("shop", "ada")}.get(kind, (owner, owner, owner, "ada"))
        by = self.dice.choice(filers) if self.dice.random() < 0.9 else self.dice.choice(CALLERS)
        try:
            answer = await self.bank.try_file(kind, by, owner, **self.form(kind, owner))
        except InvalidInput as error:
            self.seen[error.code] += 1
            return
        self.count(f"{kind}.{FILE}", answer)
        if isinstance(answer, RequestView):
            self.requests.append(answer)

    def amount(self, most: int) -> str:
        units = self.dice.randint(1, most)
        return self.dice.choice(
            (f"{units // 100}.{units % 100:02}",) * 9 + ("0", "-1", "1.234", "x", "99999999")
        )

    def form(self, kind: str, owner: str) -> dict[str, Any]:
        other = self.dice.choice(("7", "42", "stranger"))
        day = self.dice.choice(("",) * 6 + ("2026-02-03", "2026-04-28", "2027-12-01", "2020-01-01"))
        outside = {"external": "DE89370400440532013000", "name": "E"}
        to = self.dice.choice(({"user": other}, {"user": other}, outside, outside, {}))
        first = (day_of(self.bank.clock()) + timedelta(days=self.dice.randint(0, 3))).isoformat()
        forms: dict[str, dict[str, Any]] = {
            "transfer": {"amount": self.amount(30_000), "asset": "USD", **to, "on": day},
            "beneficiary": dict(to),
            "standing_order": {
                "amount": self.amount(5_000), "asset": "USD", **to, "first": day or first,
                "every": self.dice.choice(("week", "month")),
            },
            "card": {"holder": "X", "asset": "USD", "limit": self.amount(50_000)},
            "card_payment": {
                "card": self.any_of("card"), "amount": self.amount(9_000), "asset": "USD", "merchant": "Shop",
            },
            "loan": {"amount": self.amount(90_000), "asset": "USD", "months": self.dice.randint(1, 12)},
            "bitcoin_transaction": {
                "amount": self.dice.choice(("0.1", "0.00000001", "2")),
                "address": self.dice.choice(("sim1qsomebody0000", "sim1qfail00000000", "no")),
            },
            "bitcoin_address": {},
        }  # fmt: skip
        return forms[kind]

    def any_of(self, kind: str) -> str:
        ids = [request.id for request in self.requests if request.kind == kind]
        return self.dice.choice(ids) if ids else "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"

    async def take(self, likely: bool) -> None:
        """Any transition as anybody; or, ``likely``, one that starts from where the request is, as who may take it."""
        request = await self.bank.look(self.dice.choice(self.requests[-25:] if likely else self.requests))
        kind = KINDS[request.kind]
        inherited = kind.inherits_correct and (kind.uncorrectable or self.dice.random() < 0.5)
        transitions = list(kind.transitions.values())[1 : -2 if inherited else None]
        by = self.dice.choice(CALLERS)
        if likely:
            possible = [t for t in transitions if request.state in t.sources]
            # Most stories go on; some end early.
            transitions = [t for t in possible if t.name not in ENDS or self.dice.random() < 0.15]
            if not transitions:
                return
        transition = self.dice.choice(transitions)
        if likely:
            may = {"owner": request.user, "admin": self.dice.choice(("ada", "bela")), "service": "shop"}
            by = may.get(self.dice.choice(transition.by), "system")
        given = dict(transition.example or {})
        if "amount" in given or (
            transition.name in ("capture", "refund", "repay") and self.dice.random() < 0.7
        ):
            given["amount"] = self.dice.choice((self.amount(9_000), ""))
        try:
            answer = await self.bank.try_take(request, transition.name, by, **given)
        except InvalidInput as error:
            self.seen[error.code] += 1
            return
        self.count(f"{request.kind}.{transition.name}", answer)

    async def by_hand(self) -> None:
        """Whatever a request did, tried past it by every command that could."""
        request = await self.bank.look(self.dice.choice(self.requests))
        step = self.dice.choice(request.history or [])
        common: dict[str, Any] = {
            "principal": "service:shop",
            "key": f"hand/{len(self.seen)}/{self.seen.total()}",
        }
        command = self.dice.choice((
            Reverse(**common, transaction=step.transaction, below_floor=True),
            Reverse(**common, transaction=step.transaction, amounts=(1,), below_floor=True),
            Capture(**common, hold=request.hold or step.transaction),
            Release(**common, hold=request.hold or step.transaction),
        ))  # fmt: skip
        answer = await self.bank.groat.execute(command)
        assert isinstance(answer, Refusal), command
        assert answer.code in ("belongs_to_request", "hold_not_found"), answer
        self.seen[answer.code] += 1

    def count(self, what: str, answer: RequestView | Refusal) -> None:
        self.seen[answer.code if isinstance(answer, Refusal) else what] += 1


@pytest.mark.parametrize("seed", range(1, 5))
async def test_whatever_happens_no_money_comes_or_goes(bank: Bank, groat: Groat, seed: int) -> None:
    print(f"seed {seed}")
    chance = Chance(bank, seed)
    for number in range(STEPS):
        await chance.step()
        if number % 10 == 9:
            await check_books(bank.workflow, groat, PEOPLE)
        if number % 100 == 99:
            report = await groat.verify()
            assert report.ok, report.problems
    print(chance.seen.most_common())
    assert chance.seen["belongs_to_request"]
    # It did many different things, and was refused for many different reasons.
    assert len([what for what in chance.seen if "." in what]) > 25
    assert len([what for what in chance.seen if "." not in what]) > 10
