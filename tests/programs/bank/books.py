"""What the bank's accounts must say, reckoned from its requests."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from groat import Groat
from groat.ledger.amounts import Asset, parse_amount
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView

USD, BTC = Asset("USD", 2), Asset("BTC", 8)
HOUSES = ("house:clearing", "house:loans", "house:interest", "house:cards")
HOLDING = {
    ("transfer", "pending"), ("card_payment", "authorised"), ("bitcoin_transaction", "requested"),
    ("bitcoin_transaction", "approved"), ("bitcoin_transaction", "sending"),
}  # fmt: skip


def units(text: str | None, asset: Asset = USD) -> int:
    """The smallest units in an amount, 0 where there is none."""
    return parse_amount(text, asset, signed=True) if text else 0


async def every_request(workflow: Workflow) -> list[RequestView]:
    """Every request, those that the bank filed itself included."""
    views: list[RequestView] = []
    after = ""
    while rows := (await workflow.page(after=after, limit=500)).rows:
        views += [await workflow.view(row) for row in rows]
        after = rows[-1].id
    return views


async def check_books(workflow: Workflow, groat: Groat, people: Sequence[str]) -> None:
    """No money came or went, and the bank's accounts and these people's holds are what its requests say."""
    found = await every_request(workflow)
    balances = [b for account in await groat.accounts(limit=500) for b in account.balances]
    for asset in (USD, BTC):
        here = [b for b in balances if b.asset == asset.code]
        assert sum(units(b.balance, asset) for b in here) == 0
        for user in people:
            held = sum(units(b.held, asset) for b in here if b.account == f"user:{user}")
            mine = [r for r in found if (r.user, r.asset) == (user, asset.code)]
            assert held == sum(_holds(r, asset) for r in mine), (user, asset)
    expected = Counter[str]()
    for request in found:
        data = request.data
        if request.kind == "transfer" and request.state == "approved":
            expected["house:clearing"] += units(request.amount)
        elif request.kind == "loan":
            expected["house:loans"] -= units(data["owed"])
            expected["house:interest"] += units(data["interest_paid"])
        elif request.kind == "card_payment":
            expected["house:cards"] += units(data["captured"]) - units(data["refunded"])
    for account in HOUSES:
        shown = sum(units(b.balance) for b in balances if b.account == account)
        assert shown == expected[account], account


def _holds(request: RequestView, asset: Asset) -> int:
    """What a request must hold in its state, smallest units."""
    withdrawn = request.kind == "bitcoin_transaction" and request.data["direction"] == "withdrawal"
    if (request.kind, request.state) in HOLDING or (withdrawn and request.state == "pending"):
        assert request.hold is not None
        return units(request.amount, asset)
    assert request.hold is None
    return 0
