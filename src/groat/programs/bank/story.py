"""A hundred days of a bank for ``groat demo``: transfers in all states, cards, loans, bitcoin, and notifications.

The story runs on a clock of its own, so that everything is dated as it happens. Each step has a key, so that playing
it again changes nothing.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from groat import Groat
from groat.ledger.errors import Refusal
from groat.ledger.keys import derive
from groat.ledger.text import parse_time
from groat.programs.bank import BANK
from groat.programs.bank.card_network import SimulatedCardNetwork
from groat.programs.bank.jobs import Gateways
from groat.programs.bank.node_simulator import ARRIVES_AFTER_S, BLOCK_S, SimulatedNode
from groat.programs.notifications.commands import MarkRead, Read
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from groat.settings import Settings
from groat.store.opening import make_store

DAYS = 100
DAY_US = 86_400_000_000
PRINCIPAL = "service:demo"
LANDLADY = {"external": "DE89370400440532013000", "name": "Erika Landlady"}
SHOPS = ("Corner Bakery", "Green Grocer", "Bookshop", "City Transport", "Pharmacy", "Flower stall")

log = structlog.get_logger("groat.demo")


class _StoryTime:
    """The story's time in microseconds; it never runs ahead of the real one."""

    def __init__(self) -> None:
        self.now = time.time_ns() // 1_000 - DAYS * DAY_US

    def __call__(self) -> int:
        return min(self.now, time.time_ns() // 1_000)

    def seconds(self) -> float:
        return self() / 1_000_000


class _Story:
    """The bank as the story's people use it. Days are counted from the story's first."""

    def __init__(self, groat: Groat, clock: _StoryTime) -> None:
        self._groat = groat
        self._clock = clock
        self._workflow = Workflow(groat, BANK.kinds)
        self._gateways = Gateways(self._workflow, SimulatedNode(clock.seconds), SimulatedCardNetwork())
        self._start = clock()

    async def begin(self) -> None:
        """Fund the bank. The first transaction's moment, which a restart finds again, is the story's first."""
        first = await self.pay("start", "house:treasury", "house:bank", "1000000.00", "Capital of the bank")
        self._start = parse_time(first)

    async def at(self, day: float) -> None:
        """Go on to a day, a quarter of a day at a time, and do what becomes due on the way."""
        until = self._start + int(day * DAY_US)
        while self._clock.now < until:
            self._clock.now = min(self._clock.now + DAY_US // 4, until)
            await self._settle()

    async def _settle(self) -> None:
        while await self._workflow.take_due():
            await self._gateways.at_home()

    async def wait_for_blocks(self) -> None:
        """Wait for some blocks of the simulated bitcoin network."""
        for seconds in (0, ARRIVES_AFTER_S, BLOCK_S, BLOCK_S, BLOCK_S):
            self._clock.now += seconds * 1_000_000
            await self._gateways.at_the_node()

    async def pay(self, key: str, source: str, destination: str, amount: str, reason: str) -> str:
        """Post dollars. Returns the moment at which that was recorded."""
        view = await self._groat.post(
            [(source, destination, amount, "USD")],
            key=derive("demo", "bank", key),
            reason=reason,
            principal=PRINCIPAL,
            actor="user:admin",
        )
        return view.recorded_at

    async def file(self, kind: str, user: str, key: str, /, **data: Any) -> str:
        """File a request. Returns its id, empty if it was refused."""
        answer = await self._workflow.file(
            kind, data, user=user, key=derive("demo", "bank", key), by=f"user:{user}"
        )
        return _id(answer, key)

    async def charge(self, card: str, user: str, key: str, amount: str, merchant: str) -> str:
        """File a card payment that the network authorises."""
        data = {"card": card, "amount": amount, "asset": "USD", "merchant": merchant}
        answer = await self._workflow.file(
            "card_payment", data, user=user, key=derive("demo", "bank", key), by=PRINCIPAL, roles=["service"]
        )
        return _id(answer, key)

    async def take(self, kind: str, id: str, name: str, by: str = "admin", **given: Any) -> None:
        """Take a transition, and do the work that follows from it."""
        role = {"admin": "admin", "admin2": "admin", "demo": "service"}.get(by)
        principal = PRINCIPAL if by == "demo" else f"user:{by}"
        answer = await self._workflow.take(
            kind,
            id,
            name,
            given,
            by=principal,
            key=derive("demo", "bank", id, name, by),
            roles=[role] if role else [],
        )
        _id(answer, f"{kind}.{name}")
        await self._gateways.at_home()
        await self._settle()

    async def approve(self, kind: str, id: str, **given: Any) -> None:
        """Approve a request as the admin."""
        await self.take(kind, id, "approve", **given)

    async def latest(self, order: str) -> str:
        """Return the id of a standing order's latest transfer."""
        found = await self._workflow.find("standing_order", order)
        return str(found.data["last"]) if found else ""

    async def has_read(self, user: str) -> None:
        """Mark as read all that somebody was told so far."""
        stream = f"user:{user}"
        everything = Read(stream, upto=2**31)
        await self._groat.execute(
            MarkRead(
                principal=stream,
                key="demo/bank/read",
                reader=stream,
                wish=("everything",),
                reads=(everything,),
            )
        )

    def day(self, number: int) -> str:
        """Return a day of the story as text ("2026-01-31")."""
        start = datetime.fromtimestamp(self._start // 1_000_000, UTC)
        return (start + timedelta(days=number)).date().isoformat()


def _id(answer: RequestView | Refusal, what: str) -> str:
    if isinstance(answer, Refusal):
        # In a database that has its own history by now, some of the story is no longer possible.
        log.debug("demo_step_refused", step=what, code=answer.code)
        return ""
    return answer.id


async def tell_bank_story(settings: Settings) -> None:
    """Play the bank's history into the database. What is there already stays as it is."""
    clock = _StoryTime()
    store = make_store(settings.database, Groat.standing, clock=clock)
    days = 10 * DAYS
    async with Groat.open(
        settings.database, store=store, retention_days=days, notification_days=days
    ) as groat:
        for code, scale in (("USD", 2), ("BTC", 8)):
            await groat.add_asset(code, scale)
        await _play(_Story(groat, clock))


async def _play(story: _Story) -> None:
    await story.begin()
    for user, salary in (("42", "2900.00"), ("7", "2450.00"), ("11", "3100.00"), ("member-2", "400.00")):
        await story.pay(f"salary/{user}/0", "house:bank", f"user:{user}", salary, "Salary")
    landlady = await story.file("beneficiary", "42", "landlady", **LANDLADY)
    await story.file("beneficiary", "42", "kofi", user="7", name="Kofi")
    await story.file("beneficiary", "7", "utilities", external="AT611904300234573201", name="City Utilities")

    await story.at(1)
    card = await story.file("card", "42", "card/42", holder="URSULA LANG", asset="USD", limit="1500.00")
    loan = await story.file(
        "loan", "42", "loan/42", amount="1200.00", asset="USD", months=6, purpose="A bicycle"
    )
    await story.at(2)
    await story.approve("card", card)
    await story.approve("loan", loan, rate="5.9")
    rent = await story.file(
        "standing_order", "42", "rent", beneficiary=landlady, amount="640.00", asset="USD", reference="Rent",
        first=story.day(6),
    )  # fmt: skip

    await story.at(7)
    await story.approve("transfer", await story.latest(rent))
    dinner = await story.file(
        "transfer",
        "42",
        "dinner",
        user="7",
        name="Kofi Mensah",
        amount="48.50",
        asset="USD",
        reference="Dinner on Friday",
    )
    await story.at(8)
    await story.approve("transfer", dinner)
    kofis = await story.file("card", "7", "card/7", holder="KOFI MENSAH", asset="USD", limit="400.00")
    await story.at(9)
    await story.approve("card", kofis)
    await _shopping(story, card, kofis, 10, 30)
    invoice = await story.file(
        "transfer", "7", "invoice", user="11", name="Mei Tanaka", amount="120.00", asset="USD"
    )
    course = await story.file(
        "transfer", "11", "course", external="GB29NWBK60161331926819", name="Language School", amount="350.00",
        asset="USD", reference="Course fee",
    )  # fmt: skip
    await story.at(31)
    await story.take("transfer", invoice, "reject", reason="Please add the number of the invoice")
    await story.approve("transfer", course)

    for month in (1, 2, 3):
        day = 30 * month + 2
        await story.at(day)
        for user, salary in (("42", "2900.00"), ("7", "2450.00"), ("11", "3100.00")):
            await story.pay(f"salary/{user}/{month}", "house:bank", f"user:{user}", salary, "Salary")
        if month == 2:
            await _debt(story)
        # The months have 28 to 31 days, so by now the rent has been filed.
        await story.at(day + 6)
        await story.approve("transfer", await story.latest(rent))
        if month < 3:
            await _shopping(story, card, kofis, day + 7, day + 24)
        if month == 1:
            await _coins(story)
        if month == 2:
            await _trouble(story, card)
    await _today(story, card, kofis)


async def _shopping(story: _Story, card: str, other: str, first: int, last: int) -> None:
    for number, day in enumerate(range(first, last, 4)):
        await story.at(day + 0.5)
        shop, amount = SHOPS[(day + number) % len(SHOPS)], f"{(day * 7) % 40 + 6}.{(day * 37) % 100:02}"
        holder, user = ((card, "42"), (other, "7"))[number % 3 == 2]
        payment = await story.charge(holder, user, f"shop/{day}", amount, shop)
        await story.at(day + 1)
        await story.take("card_payment", payment, "capture", by="demo")


async def _coins(story: _Story) -> None:
    """Play a deposit that is confirmed, a withdrawal, and one that fails."""
    await story.at(57)
    await story.file("bitcoin_address", "42", "address", note="Savings")
    await story.wait_for_blocks()
    for key, amount, address in (
        ("out", "0.00030000", "sim1qfriendoftheirs0000000000000000000000"),
        ("failed", "0.00020000", "sim1qwillfail00000000000000000000000000"),
    ):
        withdrawal = await story.file(
            "bitcoin_transaction", "42", f"coins/{key}", amount=amount, address=address
        )
        await story.approve("bitcoin_transaction", withdrawal)
        await story.wait_for_blocks()


async def _debt(story: _Story) -> None:
    """Play a borrower who spends the loan and cannot pay the first instalment a month later."""
    await story.at(66)
    unpaid = await story.file(
        "loan", "member-2", "loan/2", amount="300.00", asset="USD", months=3, purpose="Moving"
    )
    await story.approve("loan", unpaid, rate="9.5")
    movers = await story.file(
        "transfer", "member-2", "movers", external="NL91ABNA0417164300", name="Swift Movers", amount="690.00",
        asset="USD", reference="Moving on the 1st",
    )  # fmt: skip
    await story.approve("transfer", movers)


async def _trouble(story: _Story, card: str) -> None:
    """Play a transfer without money, and requests that are cancelled, given back and forgotten."""
    await story.file(
        "transfer",
        "member-2",
        "hopeful",
        user="42",
        name="Ursula Lang",
        amount="55.00",
        asset="USD",
        on=story.day(88),
    )
    shoes = await story.charge(card, "42", "shoes", "89.90", "Shoe shop")
    hotel = await story.charge(card, "42", "hotel", "180.00", "Seaside Hotel")
    await story.at(87)
    await story.take("card_payment", shoes, "capture", by="demo")
    await story.take("card_payment", hotel, "capture", by="demo", amount="164.50")
    await story.pay("car", "house:bank", "user:42", "14500.00", "Sale of a car")
    await story.file(
        "transfer",
        "7",
        "forgotten",
        user="11",
        name="Mei Tanaka",
        amount="60.00",
        asset="USD",
        reference="Concert",
    )
    changed = await story.file(
        "transfer", "11", "changed", user="42", name="Ursula Lang", amount="75.00", asset="USD"
    )
    await story.at(88.5)
    await story.take("card_payment", shoes, "refund", by="demo")
    await story.take("transfer", changed, "cancel", by="11")


async def _today(story: _Story, card: str, other: str) -> None:
    """File the requests that wait for a decision in the demo."""
    await story.at(DAYS - 1)
    for user in ("42", "7", "11", "member-2"):
        await story.has_read(user)
    await story.take("card", other, "freeze", by="7")
    large = await story.file(
        "transfer", "42", "large", external="FR1420041010050500013M02606", name="Garage Berger", amount="12500.00",
        asset="USD", reference="A smaller car",
    )  # fmt: skip
    await story.approve("transfer", large)
    await story.at(DAYS - 0.5)
    await story.charge(card, "42", "fuel", "75.00", "Fuel station")
    await story.file("loan", "11", "loan/11", amount="5000.00", asset="USD", months=24, purpose="A kitchen")
    await story.file("card", "11", "card/11", holder="MEI TANAKA", asset="USD", limit="800.00")
    await story.file(
        "transfer",
        "11",
        "later",
        user="7",
        name="Kofi Mensah",
        amount="90.00",
        asset="USD",
        on=story.day(DAYS + 5),
    )
    await story.file(
        "transfer",
        "7",
        "cinema",
        user="42",
        name="Ursula Lang",
        amount="35.00",
        asset="USD",
        reference="Cinema tickets",
    )
    await story.file(
        "bitcoin_transaction", "42", "coins/waiting", amount="0.00010000",
        address="sim1qfriendoftheirs0000000000000000000000",
    )  # fmt: skip
