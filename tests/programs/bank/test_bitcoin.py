"""Bitcoin: deposits that the node sees, withdrawals that are sent once, and what fails gives the hold back."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from groat import Groat
from groat.programs.bank import BANK
from groat.programs.bank.jobs import Gateways
from groat.programs.bank.node import Deposit, NodeAway, NodeRefused, SignedPayment
from groat.programs.workflow import Workflow, worker
from groat.programs.workflow.views import RequestView, kind_view
from groat.store.flow import Flow, Query
from tests.programs.bank.bank import Bank, refused

ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
WITHDRAWAL = {"amount": "0.10000000", "address": ADDRESS}


class FakeNode:
    """A node that a test controls; it counts what it sends."""

    def __init__(self) -> None:
        self.labels: dict[str, str] = {}
        self.arrived: list[Deposit] = []
        self.depths: dict[str, int] = {}
        self.signed: dict[str, SignedPayment] = {}
        self.sent: list[str] = []
        self.dropped: list[str] = []
        self.away = False
        self.away_to_send = False
        self.refuses_to_sign = ""
        self.refuses_to_send = ""
        self.meeting = asyncio.Barrier(1)

    def check(self) -> None:
        if self.away:
            raise NodeAway("the node is away")

    async def address(self, label: str) -> str:
        self.check()
        return self.labels.setdefault(label, f"bcrt1qaddress{len(self.labels):04}")

    async def deposits(self, cursor: str) -> tuple[list[Deposit], str]:
        self.check()
        return self.arrived[int(cursor or 0) :], str(len(self.arrived))

    async def sign(self, address: str, amount: int) -> SignedPayment:
        self.check()
        async with asyncio.timeout(30):
            await self.meeting.wait()
        if self.refuses_to_sign:
            raise NodeRefused(self.refuses_to_sign)
        txid = f"txid{len(self.signed)}"
        self.signed[txid] = payment = SignedPayment(txid, f"raw {address} {amount}", 1_410)
        return payment

    async def send(self, payment: SignedPayment) -> None:
        self.check()
        if self.away_to_send:
            raise NodeAway("the node went away after signing")
        if self.refuses_to_send:
            raise NodeRefused(self.refuses_to_send)
        if payment.txid not in self.sent:
            self.sent.append(payment.txid)
        self.depths.setdefault(payment.txid, 0)

    async def drop(self, payment: SignedPayment) -> None:
        self.dropped.append(payment.txid)

    async def confirmations(self, txid: str) -> int | None:
        self.check()
        return self.depths.get(txid)


@pytest.fixture
def node() -> FakeNode:
    return FakeNode()


@pytest.fixture
def gateways(bank: Bank, node: FakeNode) -> Gateways:
    return Gateways(bank.workflow, node, None)


async def approved(bank: Bank) -> RequestView:
    withdrawal = await bank.file("bitcoin_transaction", **WITHDRAWAL)
    assert withdrawal.state == "requested"
    return await bank.take(withdrawal, "approve")


async def test_a_withdrawal_from_filing_to_its_third_confirmation(
    bank: Bank, node: FakeNode, gateways: Gateways
) -> None:
    withdrawal = await bank.file("bitcoin_transaction", **WITHDRAWAL)
    assert await bank.stands("user:42", "BTC") == ("1.00000000", "0.10000000")
    await bank.take(withdrawal, "approve")
    await gateways.at_the_node()
    withdrawal = await bank.look(withdrawal)
    assert (withdrawal.state, withdrawal.data["txid"], withdrawal.data["confirmations"]) == (
        "pending",
        "txid0",
        0,
    )
    assert node.sent == ["txid0"]
    for depth, state in ((1, "pending"), (2, "pending"), (7, "completed")):
        node.depths["txid0"] = depth
        await gateways.at_the_node()
        withdrawal = await bank.look(withdrawal)
        assert (withdrawal.state, withdrawal.data["confirmations"]) == (state, min(depth, 3))
    assert await bank.stands("user:42", "BTC") == ("0.90000000", "0.00000000")
    # The wallet has what came less what went and the network's fee, which is the bank's.
    assert await bank.stands("house:bitcoin", "BTC") == ("0.10001410", "0.00000000")
    assert await bank.stands("house:fees", "BTC") == ("-0.00001410", "0.00000000")
    assert (await bank.told("42"))[:2] == ["Bitcoin withdrawal completed", "Bitcoin withdrawal sent"]


async def test_nobody_sees_the_signed_payment(
    bank: Bank, node: FakeNode, gateways: Gateways, groat: Groat
) -> None:
    withdrawal = await approved(bank)
    node.away_to_send = True
    with pytest.raises(NodeAway):
        await gateways.at_the_node()
    view = await bank.look(withdrawal)
    assert (view.state, view.data["txid"]) == ("sending", "txid0")
    assert view.history
    assert view.history[-1].input.keys() == {"txid", "fee"}
    told = await groat.streams.read("user:42", 0)
    snapshot = await groat.streams.snapshot("user:42")
    kinds = [kind_view(kind) for kind in BANK.kinds]
    for seen in (view, told, snapshot, kinds):
        assert b"_raw" not in msgspec.json.encode(seen)
        assert node.signed["txid0"].raw.encode() not in msgspec.json.encode(seen)
    node.away_to_send = False
    await gateways.at_the_node()
    assert (await bank.look(withdrawal)).state == "pending"


async def test_a_withdrawal_that_the_network_refuses(bank: Bank, node: FakeNode, gateways: Gateways) -> None:
    withdrawal = await approved(bank)
    node.refuses_to_send = "bad-txns-inputs-missingorspent (-25)"
    await gateways.at_the_node()
    withdrawal = await bank.look(withdrawal)
    assert (withdrawal.state, withdrawal.reason) == ("failed", node.refuses_to_send)
    assert await bank.stands("user:42", "BTC") == ("1.00000000", "0.00000000")
    assert node.dropped == ["txid0"]
    assert (await bank.told("42"))[0] == "Bitcoin withdrawal failed"


async def test_a_withdrawal_to_no_address(bank: Bank, node: FakeNode, gateways: Gateways) -> None:
    withdrawal = await approved(bank)
    node.refuses_to_sign = "Invalid Bitcoin address (-5)"
    await gateways.at_the_node()
    assert (await bank.look(withdrawal)).state == "failed"
    assert await bank.stands("user:42", "BTC") == ("1.00000000", "0.00000000")


async def test_a_payment_that_another_one_replaced(bank: Bank, node: FakeNode, gateways: Gateways) -> None:
    withdrawal = await approved(bank)
    await gateways.at_the_node()
    for depth, state in ((-1, "pending"), (-2, "pending"), (-3, "failed")):
        node.depths["txid0"] = depth
        await gateways.at_the_node()
        assert (await bank.look(withdrawal)).state == state
    assert await bank.stands("user:42", "BTC") == ("1.00000000", "0.00000000")


async def test_a_block_that_was_undone(bank: Bank, node: FakeNode, gateways: Gateways) -> None:
    withdrawal = await approved(bank)
    await gateways.at_the_node()
    for depth in (2, 0, 1):
        node.depths["txid0"] = depth
        await gateways.at_the_node()
        assert (await bank.look(withdrawal)).data["confirmations"] == depth


async def test_a_node_that_is_away(bank: Bank, node: FakeNode, gateways: Gateways) -> None:
    withdrawal = await approved(bank)
    node.away = True
    with pytest.raises(NodeAway):
        await gateways.at_the_node()
    assert (await bank.look(withdrawal)).state == "approved"
    node.away = False
    await gateways.at_the_node()
    assert (await bank.look(withdrawal)).state == "pending"


async def test_of_many_servers_one_works_on_a_payment(bank: Bank, node: FakeNode, groat: Groat) -> None:
    withdrawals = [await approved(bank) for _ in range(3)]
    servers = [Gateways(Workflow(groat, BANK.kinds), node, None) for _ in range(4)]
    for _ in range(3):
        await asyncio.gather(*(server.at_the_node() for server in servers))
    assert [(await bank.look(withdrawal)).state for withdrawal in withdrawals] == ["pending"] * 3
    assert (len(node.signed), len(node.sent), node.dropped) == (3, 3, [])


async def test_many_servers_send_one_payment_even_if_leases_end_too_soon(
    bank: Bank, node: FakeNode, groat: Groat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lease_all(found: list[tuple[str, int]], claim: str, lease_s: float) -> Flow[dict[str, int]]:
        yield Query("read_now")
        return {id: 1 for id, _ in found}

    monkeypatch.setattr(worker, "_lease", lease_all)
    withdrawals = [await approved(bank) for _ in range(3)]
    servers = [Gateways(Workflow(groat, BANK.kinds), node, None) for _ in range(4)]
    # All have read what is to be signed before the first one signs.
    node.meeting = asyncio.Barrier(len(servers) * len(withdrawals))
    for _ in range(3):
        await asyncio.gather(*(server.at_the_node() for server in servers))
    views = [await bank.look(withdrawal) for withdrawal in withdrawals]
    assert [view.state for view in views] == ["pending"] * 3
    # Each signed some, one counted, and the coins of the others are free again.
    assert sorted(node.sent) == sorted(view.data["txid"] for view in views)
    assert set(node.dropped) == node.signed.keys() - set(node.sent)
    assert len(node.signed) == len(servers) * len(withdrawals)


async def test_a_deposit_is_credited_once_it_is_confirmed(
    bank: Bank, node: FakeNode, gateways: Gateways
) -> None:
    asked = await bank.file("bitcoin_address", note="Savings")
    await gateways.at_the_node()
    address = await bank.look(asked)
    assert (address.state, address.data["address"]) == ("ready", "bcrt1qaddress0000")
    node.arrived.append(Deposit(asked.id, "bcrt1qaddress0000", "in0", 1, 12_345_678, 0))
    node.depths["in0"] = 0
    await gateways.at_the_node()
    (row,) = (await bank.workflow.page(kind="bitcoin_transaction")).rows
    deposit = await bank.workflow.view(row)
    assert (deposit.state, deposit.amount, deposit.data["txid"]) == ("pending", "0.12345678", "in0")
    assert (deposit.user, deposit.data["direction"]) == ("42", "deposit")
    assert await bank.stands("user:42", "BTC") == ("1.00000000", "0.00000000")
    node.depths["in0"] = 3
    await gateways.at_the_node()
    assert (await bank.look(deposit)).state == "completed"
    assert await bank.stands("user:42", "BTC") == ("1.12345678", "0.00000000")
    assert (await bank.told("42"))[:2] == ["Bitcoin deposit completed", "Bitcoin deposit seen"]


async def test_a_deposit_counts_once_however_often_it_is_seen(
    bank: Bank, node: FakeNode, groat: Groat
) -> None:
    asked = await bank.file("bitcoin_address")
    node.arrived += [Deposit(asked.id, "x", "in0", output, 1_000, 9) for output in (0, 1)]
    node.depths["in0"] = 9
    for _ in range(3):
        # A server that begins anew reads all from the beginning.
        servers = [Gateways(Workflow(groat, BANK.kinds), node, None) for _ in range(3)]
        await asyncio.gather(*(server.at_the_node() for server in servers))
    assert len((await bank.workflow.page(kind="bitcoin_transaction")).rows) == 2
    assert await bank.stands("user:42", "BTC") == ("1.00002000", "0.00000000")


async def test_a_deposit_of_nothing_does_not_keep_others_waiting(
    bank: Bank, node: FakeNode, gateways: Gateways
) -> None:
    asked = await bank.file("bitcoin_address")
    node.arrived += [Deposit(asked.id, "x", "in0", 0, 0, 9), Deposit(asked.id, "x", "in1", 0, 1_000, 9)]
    await gateways.at_the_node()
    (row,) = (await bank.workflow.page(kind="bitcoin_transaction")).rows
    assert row.amount == 1_000


async def test_a_deposit_that_could_not_be_credited_is_tried_again(
    bank: Bank, node: FakeNode, gateways: Gateways, groat: Groat, monkeypatch: pytest.MonkeyPatch
) -> None:
    await groat.set_limits("user:42", "BTC", ceiling="1.00000000", key="ceiling")
    asked = await bank.file("bitcoin_address")
    node.arrived.append(Deposit(asked.id, "x", "in0", 0, 1_000, 9))
    node.depths["in0"] = 9
    await gateways.at_the_node()
    await groat.set_limits("user:42", "BTC", ceiling=None, key="no ceiling")
    # Each try is in an hour of its own.
    monkeypatch.setattr(worker, "HOUR_S", 1e-7)
    await gateways.at_the_node()
    (row,) = (await bank.workflow.page(kind="bitcoin_transaction")).rows
    assert row.state == "completed"
    assert await bank.stands("user:42", "BTC") == ("1.00001000", "0.00000000")


async def test_coins_for_nobody_are_left_alone(bank: Bank, node: FakeNode, gateways: Gateways) -> None:
    nobody = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
    node.arrived += [Deposit(label, "x", f"in-{label}", 0, 1_000, 9) for label in ("", "cold wallet", nobody)]
    await gateways.at_the_node()
    assert not (await bank.workflow.page(kind="bitcoin_transaction")).rows


async def test_a_deposit_of_coins_that_were_spent_elsewhere(
    bank: Bank, node: FakeNode, gateways: Gateways
) -> None:
    asked = await bank.file("bitcoin_address")
    node.arrived.append(Deposit(asked.id, "x", "in0", 0, 1_000, 0))
    node.depths["in0"] = -3
    await gateways.at_the_node()
    (row,) = (await bank.workflow.page(kind="bitcoin_transaction")).rows
    assert row.state == "failed"
    assert await bank.stands("user:42", "BTC") == ("1.00000000", "0.00000000")


async def test_nobody_files_their_own_deposit(bank: Bank) -> None:
    for by in ("42", "ada", "shop"):
        answer = await bank.try_file(
            "bitcoin_transaction", by, "42", amount="1", direction="deposit", txid="mine"
        )
        assert refused(answer) == "deposit_not_filed"


async def test_what_cannot_be_filed(bank: Bank) -> None:
    for change, code in (
        ({"asset": "USD", "amount": "1.00"}, "bitcoin_only"),
        ({"address": ""}, "address_wrong"),
        ({"address": "bc1q with spaces in it"}, "address_wrong"),
        ({"amount": "1.00000001"}, "insufficient_funds"),
    ):
        assert refused(await bank.try_file("bitcoin_transaction", **{**WITHDRAWAL, **change})) == code


async def test_decided_by_staff_or_not_at_all(bank: Bank) -> None:
    for name, by, state in (("reject", "ada", "rejected"), ("cancel", "42", "cancelled")):
        withdrawal = await bank.file("bitcoin_transaction", **WITHDRAWAL)
        given = {"reason": "Not there"} if name == "reject" else {}
        assert (await bank.take(withdrawal, name, by, **given)).state == state
    undecided = await bank.file("bitcoin_transaction", **WITHDRAWAL)
    await bank.pass_days(7)
    assert (await bank.look(undecided)).state == "expired"
    assert await bank.stands("user:42", "BTC") == ("1.00000000", "0.00000000")
    large = await bank.file("bitcoin_transaction", **{**WITHDRAWAL, "amount": "0.25"})
    assert large.approvals.needed == 2
