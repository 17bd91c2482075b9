"""Whoever makes a request's state and its money disagree, by SQL or by a door of an older version, is found."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from groat import Groat
from groat.ledger.reversing import Reverse
from groat.programs.bank import BANK
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.programs.bank.bank import Bank

TRANSFER = {"amount": "30.00", "asset": "USD", "user": "7"}
MONEY, CAUSES = "verify_request_money", "verify_request_causes"
NOW, NONE, TAKEN = '"refunded":"20.00"', '"captured":""', '"captured":"20.00"'


@asynccontextmanager
async def opened(database: Database, clock: Clock) -> AsyncIterator[Bank]:
    async with Groat.open(database.url, store=database.store(clock, extensions=Groat.standing)) as groat:
        await groat.add_asset("USD", 2)
        await groat.add_asset("BTC", 8)
        for asset, amount in (("USD", "1000"), ("BTC", "1")):
            await groat.post([("house:bank", "user:42", amount, asset)], key=asset)
        yield Bank(groat, Workflow(groat, BANK.kinds), clock)


async def make(bank: Bank) -> dict[str, RequestView]:
    """Requests of every kind of the bank, in the states in which money differs."""
    made: dict[str, RequestView] = {}
    made["pending"] = await bank.file("transfer", **TRANSFER)
    for name, transition in (("rejected", "reject"), ("completed", "approve")):
        filed = await bank.file("transfer", **TRANSFER)
        made[name] = await bank.take(filed, transition, **({"reason": "No"} if name == "rejected" else {}))
    await bank.settle()
    made["corrected"] = await bank.take(await bank.file("transfer", **TRANSFER), "approve")
    await bank.settle()
    for by in ("ada", "bela"):
        await bank.take(made["corrected"], "correct", by, amount="10", reason="Too much")
    made["saved"] = await bank.file("beneficiary", user="7", name="Seven")
    made["order"] = await bank.file("standing_order", **TRANSFER, first="2026-03-01")
    card = await bank.file("card", holder="Ursula", asset="USD", limit="500")
    await bank.take(card, "approve")
    made["card"] = await bank.take(card, "create", "system", last4="4242", expiry="2030-01")
    shop = {"card": card.id, "amount": "20.00", "asset": "USD", "merchant": "Bakery"}
    made["authorised"] = await bank.file("card_payment", "shop", "42", **shop)
    made["captured"] = await bank.take(
        await bank.file("card_payment", "shop", "42", **shop), "capture", "shop"
    )
    made["refunded"] = await bank.take(
        await bank.take(await bank.file("card_payment", "shop", "42", **shop), "capture", "shop"),
        "refund",
        "shop",
    )
    loan = await bank.file("loan", amount="1000.00", asset="USD", months=12)
    await bank.take(loan, "approve", rate="12")
    await bank.settle()
    made["loan"] = await bank.take(loan, "repay", "42", amount="100")
    address = await bank.file("bitcoin_address", note="x")
    made["address"] = await bank.take(address, "assign", "system", address="bcrt1qxyz")
    coins = {"amount": "0.01000000", "asset": "BTC"}
    made["withdrawal"] = await bank.file(
        "bitcoin_transaction", **coins, address="bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
    )
    deposit = await bank.file("bitcoin_transaction", "system", "42", **coins, direction="deposit", txid="ab")
    made["deposit"] = await bank.take(deposit, "confirm", "system", count=3)
    return made


def moved_to(name: str, state: str) -> str:
    """The request and its history say another state, and nothing else does."""
    return (
        f"UPDATE groat_request SET state = '{state}', waits = 0 WHERE id = '{{{name}}}';"
        f"UPDATE groat_request_step SET target = '{state}' WHERE request = '{{{name}}}' AND version ="
        f" (SELECT version FROM groat_request WHERE id = '{{{name}}}')"
    )


def data(name: str, old: str, new: str) -> str:
    return f"UPDATE groat_request SET data = replace(data, '{old}', '{new}') WHERE id = '{{{name}}}'"


def given_to(name: str, step_of: str) -> str:
    """The step that moved the money is said to be another request's."""
    return (
        f"UPDATE groat_request_step SET request = '{{{name}}}', version = 7"
        f" WHERE request = '{{{step_of}}}' AND version = 2"
    )


TAMPERINGS = [
    ("transfer", moved_to("rejected", "completed"), MONEY),
    ("transfer", moved_to("completed", "rejected"), MONEY),
    ("transfer", moved_to("completed", "approved"), MONEY),
    ("transfer", moved_to("pending", "scheduled"), MONEY),
    ("transfer", "UPDATE groat_request SET amount = amount + 1 WHERE id = '{completed}'", MONEY),
    ("transfer", data("completed", '"user":"7"', '"user":"8"'), MONEY),
    ("transfer", "UPDATE groat_request SET owner = 'user:8' WHERE id = '{completed}'", MONEY),
    ("transfer", "UPDATE groat_request SET corrections = NULL WHERE id = '{corrected}'", MONEY),
    (
        "transfer",
        "UPDATE groat_request SET corrections = replace(corrections, '1000', '1') WHERE id = '{corrected}'",
        MONEY,
    ),
    ("transfer", "UPDATE groat_request SET data = '{{}}' WHERE id = '{completed}'", MONEY),
    ("beneficiary", given_to("saved", "completed"), MONEY),
    ("card", given_to("card", "captured"), MONEY),
    ("standing_order", given_to("order", "captured"), MONEY),
    ("bitcoin_address", given_to("address", "captured"), MONEY),
    ("card_payment", moved_to("captured", "refunded") + ";" + data("captured", '"refunded":""', NOW), MONEY),
    ("card_payment", moved_to("captured", "voided"), MONEY),
    ("card_payment", moved_to("refunded", "captured") + ";" + data("refunded", NOW, '"refunded":"19.00"'), MONEY),
    ("card_payment", moved_to("authorised", "captured") + ";" + data("authorised", NONE, TAKEN), MONEY),
    ("loan", data("loan", '"owed":"9', '"owed":"8'), MONEY),
    ("loan", moved_to("loan", "cancelled"), MONEY),
    ("bitcoin_transaction", moved_to("deposit", "failed"), MONEY),
    ("bitcoin_transaction", moved_to("withdrawal", "completed"), MONEY),
    ("bitcoin_transaction", "UPDATE groat_request SET amount = amount - 1 WHERE id = '{withdrawal}'", MONEY),
    # The links themselves.
    ("transfer", "UPDATE groat_txn SET cause = NULL WHERE cause LIKE '%{completed}'", "hash_chain"),
    ("transfer", "UPDATE groat_txn SET cause = 'request:transfer:{rejected}' WHERE cause LIKE '%{completed}'", CAUSES),
    ("transfer", "UPDATE groat_txn SET cause = 'request:transfer:{pending}' WHERE principal = 'service:local'", CAUSES),
    ("transfer", "UPDATE groat_hold SET cause = 'request:transfer:{rejected}' WHERE cause LIKE '%{pending}'", CAUSES),
    ("transfer", "UPDATE groat_hold SET cause = NULL WHERE cause LIKE '%{pending}'", "verify_holds"),
    ("transfer", "UPDATE groat_request SET asset = 'XAU' WHERE id = '{completed}'", MONEY),
    (
        "transfer",
        "UPDATE groat_request SET corrections = replace(corrections, 'USD', 'XAU') WHERE id = '{corrected}'",
        MONEY,
    ),
    ("transfer", "UPDATE groat_request SET corrections = '{{' WHERE id = '{corrected}'", MONEY),
    ("transfer", "UPDATE groat_request SET kind = 'unknown' WHERE id = '{completed}'", CAUSES),
    ("transfer", "UPDATE groat_hold SET expires_at = 9000000000000000 WHERE cause LIKE '%{pending}'", CAUSES),
    ("transfer", "UPDATE groat_request_step SET id = substr(id, 1, 35) || 'z' WHERE request = '{pending}'", CAUSES),
]  # fmt: skip


async def test_each_disagreement_is_found(database: Database, clock: Clock) -> None:
    assert {kind for kind, _, _ in TAMPERINGS} == {kind.name for kind in BANK.kinds}
    async with opened(database, clock) as bank:
        made = await make(bank)
        report = await bank.groat.verify()
        assert report.ok, report.problems
        assert MONEY in report.checks
        names = {name: request.id for name, request in made.items()}
        for kind, tampering, check in TAMPERINGS:
            tables = ("groat_request", "groat_request_step", "groat_txn", "groat_hold")
            for table in tables:
                database.rows(f"CREATE TABLE kept_{table} AS SELECT * FROM {table}")
            for statement in tampering.split(";"):
                database.rows(statement.format(**names))
            problems = (await bank.groat.verify()).problems
            assert check in {p.check for p in problems}, (kind, tampering)
            if check == MONEY:
                assert any(p.check == MONEY and p.what.startswith(kind) for p in problems), (
                    kind,
                    tampering,
                    problems,
                )
            for table in tables:
                database.rows(f"DELETE FROM {table}")
                database.rows(f"INSERT INTO {table} SELECT * FROM kept_{table}")
                database.rows(f"DROP TABLE kept_{table}")
        assert (await bank.groat.verify()).ok


class ByHand(Reverse, kw_only=True):
    """A reversal by a version that let anybody reverse what a request did."""

    def decide(self, book: Any) -> Any:
        """See :meth:`Command.decide`."""
        book.transactions[self.transaction].cause = None
        return Reverse.decide(self, book)


async def test_a_reversal_past_the_request_is_found(database: Database, clock: Clock) -> None:
    """20 captured, reversed by hand, refunded: paid 20, got 40."""
    async with opened(database, clock) as bank:
        made = await make(bank)
        captured = made["captured"]
        by_hand = ByHand(principal="service:shop", key="r", transaction=captured.transaction or "")
        assert not hasattr(await bank.groat.execute(by_hand), "code")
        assert MONEY in {p.check for p in (await bank.groat.verify()).problems}
        await bank.take(captured, "refund", "shop")
        (problem,) = [p for p in (await bank.groat.verify()).problems if p.check == MONEY]
        assert captured.id in problem.what
        assert "user:42 20.00 USD" in problem.found
