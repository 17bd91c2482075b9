from __future__ import annotations

import pytest

from groat.programs.bank.node import NodeRefused
from groat.programs.bank.node_simulator import ARRIVES_AFTER_S, BLOCK_S, SimulatedNode

START = 1_769_860_800.0


class Time:
    now = START

    def __call__(self) -> float:
        return self.now


async def test_every_address_is_sent_coins_once() -> None:
    time = Time()
    node = SimulatedNode(time)
    address = await node.address("a request")
    assert await node.address("a request") == address
    assert await node.deposits("") == ([], str(int(START)))
    time.now += ARRIVES_AFTER_S
    (deposit,), cursor = await node.deposits(str(int(START)))
    assert (deposit.label, deposit.address, deposit.confirmations) == ("a request", address, 0)
    assert deposit.amount > 0
    time.now += 2 * BLOCK_S
    assert await node.deposits(cursor) == ([], str(int(time.now)))
    assert await node.confirmations(deposit.txid) == 2


async def test_another_process_counts_the_same_confirmations() -> None:
    time = Time()
    node = SimulatedNode(time)
    payment = await node.sign("sim1qsomebody", 1_000)
    await node.send(payment)
    await node.send(payment)
    time.now += 3 * BLOCK_S
    assert await SimulatedNode(time).confirmations(payment.txid) == 3


async def test_payments_that_fail() -> None:
    node = SimulatedNode(Time())
    payment = await node.sign("sim1qwillfail", 1_000)
    with pytest.raises(NodeRefused):
        await node.send(payment)
    await node.drop(payment)
