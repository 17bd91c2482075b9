"""The bank's job as a server runs it: started with options, working by itself, and ended."""

from __future__ import annotations

import asyncio

import pytest

from groat.http.app import create_app
from groat.programs.bank import jobs
from groat.programs.bank.jobs import at_the_gateways
from groat.programs.bank.own_settings import BankSettings
from groat.settings import Settings, SettingsError
from tests.programs.bank.bank import Bank

PATIENCE_S = 30.0


async def state_of(bank: Bank, request: object, state: str) -> None:
    """Wait until a request is in a state."""
    async with asyncio.timeout(PATIENCE_S):
        while (await bank.look(request)).state != state:  # type: ignore[arg-type]  # noqa: ASYNC110 (only there to see)
            await asyncio.sleep(0.02)


async def test_with_simulators(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "POLL_S", 0.02)
    address = await bank.file("bitcoin_address")
    card = await bank.file("card", holder="U", asset="USD", limit="1")
    await bank.take(card, "approve")
    async with at_the_gateways(bank.workflow, BankSettings("simulator", "simulator")):
        await state_of(bank, address, "ready")
        await state_of(bank, card, "active")


async def test_without_gateways_only_what_needs_none_is_done(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "POLL_S", 0.02)
    card = await bank.file("card", holder="U", asset="USD", limit="1")
    await bank.take(card, "approve")
    order = await bank.file("standing_order", amount="1", asset="USD", user="7", first="2026-01-02")
    await bank.pass_days(1)
    async with at_the_gateways(bank.workflow, BankSettings()):
        await state_of(bank, order, "active")
    assert (await bank.look(card)).state == "approved"


async def test_a_node_that_does_not_answer_stops_nothing_else(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "POLL_S", 0.02)
    await bank.file("bitcoin_address")
    # Nothing listens at this port.
    options = BankSettings("http://groat:secret@127.0.0.1:1/wallet/groat", "simulator")
    card = await bank.file("card", holder="U", asset="USD", limit="1")
    await bank.take(card, "approve")
    async with at_the_gateways(bank.workflow, options):
        await state_of(bank, card, "active")


def test_a_wrong_address_of_the_node_ends_the_start() -> None:
    settings = Settings(programs=("bank",), options={"bank": {"bitcoin": "nonsense"}})
    with pytest.raises(SettingsError, match=r"options\.bank: bitcoind is reached by"):
        create_app(settings)
