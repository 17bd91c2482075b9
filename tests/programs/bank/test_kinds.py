"""Every kind of the bank, walked: every transition as every caller from every state it can reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from groat import Groat
from groat.engine import groat as engine
from groat.programs.bank import BANK
from groat.programs.workflow import Kind, Workflow
from groat.programs.workflow.testing import USER, walk
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock

KINDS = {kind.name: kind for kind in BANK.kinds}
EXAMPLES: dict[str, dict[str, Any]] = {
    # From a transfer for a later day every state can be reached.
    "transfer": {"on": "2026-01-05"},
    "standing_order": {"first": "2026-01-05", "until": "2026-01-31"},
}


@pytest.mark.parametrize("name", KINDS)
async def test_walk(groat: Groat, clock: Clock, name: str) -> None:
    async def prepare(groat: engine.Groat, workflow: Workflow) -> Mapping[str, Any]:
        await groat.post([("house:bank", f"user:{USER}", "100000", "USD")], key=f"walk/{clock()}/usd")
        await groat.post([("house:bank", f"user:{USER}", "10", "BTC")], key=f"walk/{clock()}/btc")
        if name == "card_payment":
            return {"card": (await card(workflow, clock)).id}
        return EXAMPLES.get(name, {})

    def some_months_later(_: RequestView) -> Mapping[str, Any]:
        clock.advance(86_400 * 31)
        return {}

    def all_of_it(_: RequestView) -> Mapping[str, Any]:
        return {}

    inputs = {
        "loan": {"collect": some_months_later, "miss": some_months_later, "repay": all_of_it},
        "card_payment": {"refund": all_of_it},
    }.get(name)
    walked = await walk(groat, KINDS[name], prepare, inputs, kinds=others(KINDS[name]))
    assert walked.refused > 0


def others(kind: Kind[Any]) -> tuple[Kind[Any], ...]:
    return tuple(other for other in BANK.kinds if other is not kind)


async def card(workflow: Workflow, clock: Clock) -> RequestView:
    """An active card."""
    clock.advance(1)
    application = {"holder": "W", "asset": "USD", "limit": "100000"}
    view = await workflow.file("card", application, user=USER, key=f"card/{clock()}")
    assert isinstance(view, RequestView)
    id = view.id
    for name, given, by, role in (
        ("approve", {}, "user:ada", "admin"),
        ("create", {"last4": "4242", "expiry": "2030-01"}, "system:bank", "system"),
    ):
        taken = await workflow.take("card", id, name, given, by=by, key=f"{id}/{name}", roles=[role])
        assert isinstance(taken, RequestView)
        view = taken
    return view


def test_nobody_can_file_what_only_the_bank_writes() -> None:
    """The forms of kinds with data of their own have none of it."""
    for name, hidden in {
        "card": {"last4", "expiry", "spent"},
        "card_payment": {"captured", "refunded"},
        "loan": {"schedule", "owed", "rate", "principal"},
        "bitcoin_transaction": {"confirmations", "raw", "fee"},
        "bitcoin_address": {"address"},
        "standing_order": {"next", "count", "last"},
    }.items():
        assert not hidden & set(KINDS[name].form.__struct_fields__), name
        assert hidden <= set(KINDS[name].data.__struct_fields__), name


def test_every_kind_says_what_it_is() -> None:
    for kind in BANK.kinds:
        assert kind.title
        assert kind.description
        for transition in kind.transitions.values():
            assert transition.title
            assert transition.step.__doc__
