"""The bank's work at its gateways: file what standing orders ask for, make cards, move bitcoin.

Every node does it and may die at any instruction, so each call to a gateway may be repeated. See the workflow's
:class:`~groat.programs.workflow.worker.Worker`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import structlog

from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.errors import InvalidInput, Refusal
from groat.programs.bank.bitcoind import Bitcoind
from groat.programs.bank.card_network import CardNetwork, SimulatedCardNetwork
from groat.programs.bank.node import ASSET, SCALE, BitcoinNode, Deposit, NodeAway, NodeRefused, SignedPayment
from groat.programs.bank.node_simulator import SimulatedNode
from groat.programs.bank.own_settings import SIMULATOR, BankSettings
from groat.programs.bank.transfers import Payment as TransferPayment
from groat.programs.bank.transfers import Transfer
from groat.programs.workflow import SYSTEM, Workflow
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.worker import Work, Worker, repeat

POLL_S = 1.0
BY = "system:bank"

log = structlog.get_logger("groat.bank")


class Gateways:
    """Works at the gateways for one process. ``node`` and ``network`` are None where there is no such gateway."""

    def __init__(self, workflow: Workflow, node: BitcoinNode | None, network: CardNetwork | None) -> None:
        self._workflow = workflow
        self._node = node
        self._network = network
        self._cursor = ""
        orders = [Work("standing_order", state, self._carry_out) for state in ("due", "ending")]
        cards = [Work("card", "approved", self._make_card)] if network else []
        self._home = Worker(workflow, "bank", [*orders, *cards])
        payments = [
            Work("bitcoin_address", "pending", self._make_address),
            Work("bitcoin_transaction", "approved", self._sign),
            Work("bitcoin_transaction", "sending", self._send),
        ]
        self._payments = Worker(workflow, "bank", payments, away=(NodeAway,))
        self._pending = Worker(
            workflow, "bank", [Work("bitcoin_transaction", "pending", self._confirm)], away=(NodeAway,)
        )
        self._take = self._home.take

    async def run(self) -> None:
        """Work until cancelled. A node that is away is asked less and less often, and delays nothing else."""
        await asyncio.gather(repeat(self.at_home, POLL_S), repeat(self.at_the_node, POLL_S, away=(NodeAway,)))

    async def at_home(self) -> None:
        """File the transfers of standing orders that are due, and make approved cards."""
        await self._home.round()

    async def at_the_node(self) -> None:
        """Handle addresses, withdrawals, deposits and confirmations. Raises NodeAway."""
        if self._node is None:
            return
        await self._payments.round()
        await self._take_in(self._node)
        await self._pending.round()

    # Standing orders

    async def _carry_out(self, order: RequestView) -> None:
        number, day = order.data["count"], order.data["next"]
        wanted = {name: order.data[name] for name in TransferPayment.__struct_fields__}
        # The order keeps its recipient in full; it goes on though the saved one was removed.
        transfer = msgspec.convert({**wanted, "beneficiary": "", "on": day}, Transfer)
        try:
            filed = await self._workflow.file(
                "transfer", transfer, user=order.user, key=f"{order.id}/{number}", by=BY, roles=[SYSTEM]
            )
        except InvalidInput as error:
            await self._take(order, "stop", {"reason": error.detail})
            return
        if isinstance(filed, Refusal):
            await self._take(order, "stop", {"reason": filed.detail})
            return
        await self._take(order, "ran", {"transfer": filed.id})

    # Cards

    async def _make_card(self, card: RequestView) -> None:
        assert self._network is not None
        year = int((card.decided_at or card.filed_at)[:4])
        made = await self._network.issue(card.id, card.data["holder"], year)
        await self._take(card, "create", made._asdict())

    # Bitcoin

    async def _make_address(self, wanted: RequestView) -> None:
        assert self._node is not None
        address = await self._node.address(wanted.id)
        await self._take(wanted, "assign", {"address": address})

    async def _sign(self, withdrawal: RequestView) -> None:
        assert self._node is not None
        try:
            payment = await self._node.sign(withdrawal.data["address"], _satoshi(withdrawal.data["amount"]))
        except NodeRefused as error:
            await self._take(withdrawal, "fail", {"reason": str(error)})
            return
        given = {"txid": payment.txid, "_raw": payment.raw, "fee": format_amount(payment.fee, SCALE)}
        if await self._take(withdrawal, "sign", given, payment.txid) is not None:
            await self._node.drop(payment)

    async def _send(self, withdrawal: RequestView) -> None:
        assert self._node is not None
        data = withdrawal.data
        payment = SignedPayment(data["txid"], data["_raw"], _satoshi(data["fee"]))
        try:
            await self._node.send(payment)
        except NodeRefused as error:
            await self._node.drop(payment)
            await self._take(withdrawal, "fail", {"reason": str(error)})
            return
        await self._take(withdrawal, "send", {})

    async def _take_in(self, node: BitcoinNode) -> None:
        """File the deposits that the node saw since the last time; after a start, since the beginning."""
        deposits, cursor = await node.deposits(self._cursor)
        for deposit in deposits:
            # Outputs of zero are allowed, and some carry messages.
            if deposit.confirmations >= 0 and deposit.amount > 0:
                await self._file_deposit(deposit)
        self._cursor = cursor

    async def _file_deposit(self, deposit: Deposit) -> None:
        try:
            address = await self._workflow.find("bitcoin_address", deposit.label)
        except InvalidInput:
            address = None
        if address is None:
            log.info("bitcoin_not_ours", txid=deposit.txid, address=deposit.address)
            return
        seen = {
            "amount": format_amount(deposit.amount, SCALE), "asset": ASSET, "direction": "deposit",
            "address": deposit.address, "txid": deposit.txid,
        }  # fmt: skip
        key = f"deposit/{deposit.txid}:{deposit.output}"
        await self._workflow.file(
            "bitcoin_transaction", seen, user=address.user, key=key, by=BY, roles=[SYSTEM]
        )

    async def _confirm(self, view: RequestView) -> None:
        assert self._node is not None
        count, needed = await self._node.confirmations(view.data["txid"]), view.data["needed"]
        if count is None:
            return
        if count <= -needed:
            reason = "The network took another payment of the same coins."
            await self._take(view, "fail", {"reason": reason})
        elif count >= 0 and min(count, needed) != view.data["confirmations"]:
            seen = min(count, needed)
            await self._take(view, "confirm", {"count": seen}, str(seen))


@asynccontextmanager
async def at_the_gateways(workflow: Workflow, settings: BankSettings) -> AsyncIterator[Gateways]:
    """Run the bank's job for a server."""
    node: BitcoinNode | None = None
    if settings.bitcoin:
        node = SimulatedNode() if settings.bitcoin == SIMULATOR else Bitcoind(settings.bitcoin)
    gateways = Gateways(workflow, node, SimulatedCardNetwork() if settings.cards == SIMULATOR else None)
    task = asyncio.create_task(gateways.run(), name="groat-bank")
    try:
        yield gateways
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _satoshi(text: str) -> int:
    return parse_amount(text, Asset(ASSET, SCALE), signed=True) if text else 0
