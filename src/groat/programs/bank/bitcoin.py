"""Bitcoin: addresses to receive at, deposits that the network confirms, withdrawals that staff approve.

The bank's jobs do the work at the gateway (:mod:`groat.programs.bank.jobs`), and its results come back as transitions
of the system. A withdrawal is signed first: if several servers sign it, the transition accepts one payment, and only
that one is ever sent, however often and by whichever server.
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Rule
from groat.programs.bank.accounts import COINS, FEES, money_of, no_money, stored
from groat.programs.bank.node import ASSET
from groat.programs.days import DAY_US
from groat.programs.said import NOTHING, Said, joined, say
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Books,
    Correction,
    Kind,
    Notice,
    Pay,
    Reason,
    Request,
    Reserve,
    Settle,
    State,
    Step,
    Transition,
    Unreserve,
    give_back,
)

CONFIRMATIONS = 3
"""A payment counts once it is in this many blocks."""

PATIENCE_US = 7 * DAY_US

_ADDRESS = re.compile(r"[A-Za-z0-9]{14,90}", re.ASCII)


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The purpose of an address."""

    note: Annotated[str, Meta(max_length=100)] = ""


class Address(Note, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An address of the bank's wallet. Coins that arrive there are the owner's."""

    address: str = ""


class Assigned(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The address that the node made."""

    address: Annotated[str, Meta(min_length=1, max_length=90)]


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A withdrawal to an address. The bank itself files a deposit when it sees one, with its ``txid``."""

    amount: str
    asset: str = ASSET
    direction: Literal["withdrawal", "deposit"] = "withdrawal"
    address: Annotated[str, Meta(max_length=90)] = ""
    txid: Annotated[str, Meta(max_length=64)] = ""


class BitcoinTransaction(Order, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A transaction: its confirmations and those ``needed``, the signed payment ``raw`` and the network's ``fee``.

    Whoever has the signed payment can send it, so nobody sees it, not even after it failed and the coins were
    returned.
    """

    confirmations: int = 0
    needed: int = CONFIRMATIONS
    raw: str = msgspec.field(name="_raw", default="")
    fee: str = ""


class Signed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payment that the wallet signed; the fee is a decimal string."""

    txid: Annotated[str, Meta(min_length=1, max_length=64)]
    raw: Annotated[str, Meta(max_length=15_000)] = msgspec.field(name="_raw")
    fee: str


class Confirmations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The number of blocks in which the transaction is now."""

    count: Annotated[int, Meta(ge=0)]


def ask(r: Request[Note], _: Note) -> Step:
    """Ask for an address."""
    return Step(data=Address(note=r.data.note))


def assign(r: Request[Address], made: Assigned) -> Step:
    """Keep the address that the node made."""
    data = msgspec.structs.replace(r.data, address=made.address)
    return Step(
        data=data, notice=Notice("success", say("Bitcoin address ready"), Said(made.address), "bitcoin", r.id)
    )


def retire(r: Request[Address], _: msgspec.Struct) -> Step:
    """Show the address no longer. Coins that are sent there still arrive."""
    return Step()


_TITLES = {
    ("deposit", True): say("Bitcoin deposit completed"),
    ("withdrawal", True): say("Bitcoin withdrawal completed"),
    ("deposit", False): say("Bitcoin deposit failed"),
    ("withdrawal", False): say("Bitcoin withdrawal failed"),
}


def _told(
    r: Request[BitcoinTransaction] | Request[Order], level: str, title: Said, more: Said = NOTHING
) -> Notice:
    return Notice(level, title, joined(f"{r.money()}.", more), "bitcoin", r.id)


def about(data: Order) -> str:
    """Return the text for statements."""
    return f"Bitcoin {data.direction}" + (f" to {data.address}" if data.direction == "withdrawal" else "")


def file(r: Request[Order], _: Order) -> Step | Refusal:
    """Hold the coins of a withdrawal. A deposit does not count yet."""
    filed = r.data
    if filed.asset != ASSET:
        return Refusal("bitcoin_only", RULES["bitcoin_only"].meaning)
    data = BitcoinTransaction(amount=filed.amount, direction=filed.direction, address=filed.address)
    if filed.direction == "deposit":
        if not r.actor.startswith("system:"):
            return Refusal("deposit_not_filed", RULES["deposit_not_filed"].meaning)
        notice = _told(
            r,
            "info",
            say("Bitcoin deposit seen"),
            say("It counts after {count} confirmations.", count=CONFIRMATIONS),
        )
        return Step("pending", data=msgspec.structs.replace(data, txid=filed.txid), notice=notice)
    if not _ADDRESS.fullmatch(filed.address):
        return Refusal("address_wrong", RULES["address_wrong"].meaning)
    return Step(
        "requested",
        money=(Reserve(r.owner, COINS, *money_of(r)),),
        data=data,
        due_at=r.now + PATIENCE_US,
        notice=_told(r, "info", say("Bitcoin withdrawal filed"), say("It waits for approval.")),
        reason=about(data),
    )


def approve(r: Request[BitcoinTransaction], _: msgspec.Struct) -> Step:
    """Approve the withdrawal, which the bank then signs and sends."""
    return Step(notice=_told(r, "info", say("Bitcoin withdrawal approved")))


def reject(r: Request[BitcoinTransaction], why: Reason) -> Step:
    """Free the coins, and tell the owner why."""
    return Step(
        money=(Unreserve(),), notice=_told(r, "error", say("Bitcoin withdrawal rejected"), Said(why.reason))
    )


def cancel(r: Request[BitcoinTransaction], _: msgspec.Struct) -> Step:
    """Free the coins, for the owner withdrew the request."""
    return Step(money=(Unreserve(),), notice=_told(r, "info", say("Bitcoin withdrawal cancelled")))


def expire(r: Request[BitcoinTransaction], _: msgspec.Struct) -> Step:
    """Free the coins, for nobody decided in time."""
    return Step(
        money=(Unreserve(),), notice=_told(r, "warning", say("Bitcoin withdrawal not approved in time"))
    )


def sign(r: Request[BitcoinTransaction], signed: Signed) -> Step:
    """Keep the signed payment: this one and no other will be sent."""
    return Step(data=msgspec.structs.replace(r.data, txid=signed.txid, raw=signed.raw, fee=signed.fee))


def send(r: Request[BitcoinTransaction], _: msgspec.Struct) -> Step:
    """Note that the network has the payment."""
    return Step(
        notice=_told(r, "info", say("Bitcoin withdrawal sent"), say("Transaction {txid}.", txid=r.data.txid))
    )


def confirm(r: Request[BitcoinTransaction], seen: Confirmations) -> Step:
    """Count another block. With enough of them the payment counts."""
    data = msgspec.structs.replace(r.data, confirmations=seen.count)
    if seen.count < data.needed:
        return Step("pending", data=data)
    amount, asset = money_of(r)
    if data.direction == "deposit":
        money: tuple[Pay | Settle, ...] = (Pay(COINS, r.owner, amount, asset),)
    else:
        # The bank pays the network's fee, out of the same wallet.
        fee = stored(r, data.fee, asset)
        money = (Settle(), Pay(FEES, COINS, fee, asset)) if fee else (Settle(),)
    return Step(
        "completed",
        money=money,
        data=msgspec.structs.replace(data, raw=""),
        notice=_told(r, "success", _TITLES[data.direction, True]),
        reason=about(data),
    )


def correct(r: Request[BitcoinTransaction], correction: Correction) -> Step | Refusal:
    """Take a deposit back, as when it was credited wrongly. A withdrawal cannot be taken back."""
    if r.data.direction == "withdrawal" and r.state == "completed":
        return Refusal(
            "nothing_to_correct", "The coins were sent over the network, and nobody can call them back."
        )
    return give_back(r, correction)


def fail(r: Request[BitcoinTransaction], why: Reason) -> Step:
    """Give the hold back, for the network refuses the payment."""
    return Step(
        money=(Unreserve(),) if r.held else (),
        data=msgspec.structs.replace(r.data, raw=""),
        notice=_told(r, "error", _TITLES[r.data.direction, False], Said(why.reason)),
    )


def books(r: Request[BitcoinTransaction]) -> Books:
    """Return the books: a withdrawal is held until the network has it for good, a deposit counts when completed.

    What was corrected is taken off the deposit.
    """
    amount, asset = money_of(r)
    if r.data.direction == "deposit":
        left = amount - r.corrected.get(asset, 0)
        return Books(moved=(Pay(COINS, r.owner, left, asset),) if r.state == "completed" else ())
    if r.state in ("requested", "approved", "sending", "pending"):
        return Books(held=amount)
    if r.state != "completed":
        return Books()
    return Books(
        moved=(Pay(r.owner, COINS, amount, asset), Pay(FEES, COINS, stored(r, r.data.fee, asset), asset))
    )


RULES = {
    "bitcoin_only": Rule(422, "Bitcoin transactions are in BTC."),
    "address_wrong": Rule(422, "The address is not a bitcoin address."),
    "deposit_not_filed": Rule(
        403, "Nobody files a deposit. Send bitcoin to an address of yours, and the bank notices it."
    ),
}

BITCOIN_ADDRESS = Kind(
    "bitcoin_address",
    title="Bitcoin address",
    description="An address of the bank's wallet to receive at.",
    data=Address,
    form=Note,
    states=(
        State("pending", "Being made"),
        State("ready", "Ready", tone="good"),
        State("retired", "Retired", open=False),
    ),
    transitions=(
        Transition("file", "Get an address", (), ("pending",), (OWNER, SERVICE, ADMIN), ask),
        Transition("assign", "Assign", ("pending",), ("ready",), (SYSTEM,), assign, Assigned,
                   {"address": "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"}),
        Transition("retire", "Retire", ("pending", "ready"), ("retired",), (OWNER,), retire),
    ),
    example={"note": "Savings"},
    books=no_money,
    uncorrectable="An address moves no money. Correct the deposit that came to it.",
)  # fmt: skip

BITCOIN_TRANSACTION = Kind(
    "bitcoin_transaction",
    title="Bitcoin",
    description="Bitcoin that comes or goes.",
    data=BitcoinTransaction,
    form=Order,
    states=(
        State("requested", "Waiting for approval", waits=True, on_due="expire", tone="wait"),
        State("approved", "Approved"),
        State("sending", "Being sent"),
        State("pending", "Being confirmed", tone="wait"),
        State("completed", "Completed", open=False, tone="good"),
        State("rejected", "Rejected", open=False, tone="bad"),
        State("cancelled", "Cancelled", open=False),
        State("expired", "Not approved in time", open=False, tone="bad"),
        State("failed", "Failed", open=False, tone="bad"),
    ),
    transitions=(
        Transition("file", "Withdraw", (), ("requested", "pending"), (OWNER, SERVICE, ADMIN, SYSTEM), file),
        Transition("approve", "Approve", ("requested",), ("approved",), (ADMIN,), approve, decides=True, approves=True),
        Transition("reject", "Reject", ("requested",), ("rejected",), (ADMIN,), reject, Reason,
                   {"reason": "The address is on a list"}, decides=True),
        Transition("cancel", "Cancel", ("requested",), ("cancelled",), (OWNER,), cancel),
        Transition("expire", "Expire", ("requested",), ("expired",), (SYSTEM,), expire),
        Transition("sign", "Sign", ("approved",), ("sending",), (SYSTEM,), sign, Signed,
                   {"txid": "4a5e1e4baab89f3a32518a88c31bc87f", "_raw": "0200", "fee": "0.00001410"}),
        Transition("send", "Send", ("sending",), ("pending",), (SYSTEM,), send),
        Transition("confirm", "Confirm", ("pending",), ("pending", "completed"), (SYSTEM,), confirm, Confirmations,
                   {"count": CONFIRMATIONS}),
        Transition("fail", "Fail", ("approved", "sending", "pending"), ("failed",), (SYSTEM,), fail, Reason,
                   {"reason": "The network refused it"}),
        Transition("correct", "Correct", ("completed",), ("completed",), (ADMIN,), correct, Correction,
                   {"amount": "0.00100000", "reason": "Credited to the wrong person"}, confirms=True),
    ),
    example={"amount": "0.01000000", "asset": "BTC", "address": "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"},
    thresholds={"BTC": "0.25"},
    refusals=RULES,
    books=books,
)  # fmt: skip
