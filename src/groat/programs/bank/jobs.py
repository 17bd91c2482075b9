"""The bank's work at its doors: filing what standing orders ask for, making cards, moving bitcoin.

Every node does it, and any may die at any instruction: what a door was asked is repeatable there, and what came of it
is a transition of the system under a key that both the first and the second attempt make, so it has one effect.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import structlog

from groat.ledger.amounts import Asset, format_amount, parse_amount
from groat.ledger.errors import GroatError, InvalidInput, Refusal
from groat.programs.bank.bitcoind import Bitcoind
from groat.programs.bank.card_network import CardNetwork, SimulatedCardNetwork
from groat.programs.bank.node import ASSET, SCALE, BitcoinNode, Deposit, NodeAway, NodeRefused, SignedPayment
from groat.programs.bank.node_simulator import SimulatedNode
from groat.programs.bank.own_settings import SIMULATOR, BankSettings
from groat.programs.bank.transfers import Payment as TransferPayment
from groat.programs.bank.transfers import Transfer
from groat.programs.workflow import SYSTEM, Workflow
from groat.programs.workflow.views import RequestView

POLL_S = 1.0
AWAY_S_MAX = 30.0
HOUR_S = 3600
AT_ONCE = 100
BY = "system:bank"

log = structlog.get_logger("groat.bank")

Work = Callable[[RequestView], Awaitable[None]]


class Doors:
    """The work of one process at the doors. ``node`` and ``network`` are None where there is no such door."""

    def __init__(self, workflow: Workflow, node: BitcoinNode | None, network: CardNetwork | None) -> None:
        self._workflow = workflow
        self._node = node
        self._network = network
        self._cursor = ""

    async def run(self) -> None:
        """Work until cancelled. A node that is away is asked less and less often, down to every half minute."""
        pause_s, next_s = POLL_S, 0.0
        while True:
            await self._guarded(self.at_home)
            if time.monotonic() >= next_s:
                pause_s = POLL_S if await self._guarded(self.at_the_node) else min(pause_s * 2, AWAY_S_MAX)
                next_s = time.monotonic() + pause_s
            await asyncio.sleep(POLL_S)

    async def _guarded(self, work: Callable[[], Awaitable[None]]) -> bool:
        try:
            await work()
        except NodeAway as error:
            log.warning("bitcoin_node_away", detail=str(error))
            return False
        except GroatError as error:
            log.warning("bank_waits", code=error.code, detail=error.detail)
            return False
        except Exception:
            # A fault at one door must not end the work at the others, nor at this one for good.
            log.exception("bank_job_failed")
            return False
        return True

    async def at_home(self) -> None:
        """Standing orders that are due, and cards that are approved."""
        await self._each("standing_order", "due", self._carry_out)
        await self._each("standing_order", "ending", self._carry_out)
        if self._network is not None:
            await self._each("card", "approved", self._make_card)

    async def at_the_node(self) -> None:
        """Addresses, withdrawals, deposits and confirmations. Raises NodeAway."""
        if self._node is None:
            return
        await self._each("bitcoin_address", "pending", self._make_address)
        await self._each("bitcoin_transaction", "approved", self._sign)
        await self._each("bitcoin_transaction", "sending", self._send)
        await self._take_in(self._node)
        await self._each("bitcoin_transaction", "pending", self._confirm)

    async def _each(self, kind: str, state: str, work: Work) -> None:
        """Work on all requests of a kind in a state; what fails for one is tried again in the next round."""
        after = ""
        while found := await self._workflow.in_state(kind, state, after, AT_ONCE):
            after = found[-1].id
            results = await asyncio.gather(*(work(view) for view in found), return_exceptions=True)
            for view, result in zip(found, results, strict=True):
                if isinstance(result, GroatError):
                    log.warning(
                        "bank_waits", kind=kind, request=view.id, code=result.code, detail=result.detail
                    )
                elif isinstance(result, Exception) and not isinstance(result, NodeAway):
                    # One request's fault must not keep the others from their turn.
                    log.error("bank_job_failed", kind=kind, request=view.id, exc_info=result)
                elif isinstance(result, BaseException):
                    raise result

    async def _take(
        self, view: RequestView, transition: str, given: Mapping[str, Any], what: str = ""
    ) -> Refusal | None:
        """Take a transition as the system; the refusal, if it was one. Another node may have been quicker.

        ``what`` tells apart inputs that two nodes may both find right.
        """
        # A refusal is frozen under its key, so each hour has its own. The version makes sure that it happens once.
        key = f"{view.id}/{view.version}/{transition}/{what}/{int(time.time() // HOUR_S)}"
        answer = await self._workflow.take(
            view.kind, view.id, transition, given, by=BY, key=key, roles=[SYSTEM], version=view.version
        )
        return answer if isinstance(answer, Refusal) else None

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
        """File the deposits that the node saw since the last time; from the beginning after a start."""
        deposits, cursor = await node.deposits(self._cursor)
        for deposit in deposits:
            # Outputs of nothing are allowed, and some carry messages.
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
async def at_the_doors(workflow: Workflow, settings: BankSettings) -> AsyncIterator[Doors]:
    """Run the bank's job for a server."""
    node: BitcoinNode | None = None
    if settings.bitcoin:
        node = SimulatedNode() if settings.bitcoin == SIMULATOR else Bitcoind(settings.bitcoin)
    doors = Doors(workflow, node, SimulatedCardNetwork() if settings.cards == SIMULATOR else None)
    task = asyncio.create_task(doors.run(), name="groat-bank")
    try:
        yield doors
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _satoshi(text: str) -> int:
    return parse_amount(text, Asset(ASSET, SCALE), signed=True) if text else 0
