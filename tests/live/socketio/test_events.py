"""The names and objects by which Socket.IO clients hear of events and snapshots, of the core and of every program."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.ledger.amounts import Asset
from groat.live.socketio.events import (
    NUMBER_MAX,
    BalancePacket,
    CommissionPacket,
    CreditPacket,
    Translator,
)
from groat.programs import Program
from groat.programs.bank import BANK
from groat.programs.standing import STANDING
from groat.programs.workflow.views import RequestPacket
from groat.settings import Settings, SettingsError
from groat.store.extension import Event, Extension, Tells


class Payment(msgspec.Struct):
    payment: str
    amount: str
    asset: str


THEIRS = Program(
    "theirs",
    extension=Extension(
        "theirs", Path(), tells=Tells(events=(Event("payment_received", Payment, socket_io="paid-in"),))
    ),
)
BARE = {
    "type": "balance_updated",
    "transaction": "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f",
    "kind": "post",
    "reason": "a bonus",
    "at": "2026-01-01T00:00:00Z",
    "recorded_at": "2026-01-01T00:00:00Z",
}
REQUEST = {
    "id": "r1",
    "kind": "transfer",
    "state": "pending",
    "version": 2,
    "user": "42",
    "data": {"amount": "12.50", "asset": "USD"},
    "amount": "12.50",
    "asset": "USD",
    "owner": "user:42",
    "reason": "rent",
    "open": True,
}


def translator(**settings: Any) -> Translator:
    catalogue = Catalogue(CORE, (*STANDING, BANK, THEIRS))
    return Translator(catalogue.events, catalogue.event_fields, Settings(**settings))


def told(names: Translator, stream: str = "user:42", **event: Any) -> list[Any]:
    return [json.loads(each) for each in names.packets(stream, msgspec.json.encode(BARE | event))]


def change(account: str, asset: str, delta: str, balance: str, version: int = 3) -> dict[str, Any]:
    amounts = {"delta": delta, "balance": balance, "available": balance, "held": "0"}
    return {"account": account, "asset": asset, **amounts, "version": version}


def test_each_changed_balance_is_told() -> None:
    changes = [
        change("user:42", "USD", "-5.00", "7.50"),
        change("user:42:commissions", "USD", "5.00", "5.00", 9),
    ]
    assert told(translator(), changes=changes) == [
        [
            "balance_updated",
            {
                "id": "balance/user:42/USD/3",
                "account": "user:42",
                "asset": "USD",
                "balance": "7.50",
                "available": "7.50",
                "held": "0",
                "delta": "-5.00",
                "reason": "a bonus",
                "version": 3,
            },
        ],
        [
            "balance_updated",
            {
                "id": "balance/user:42:commissions/USD/9",
                "account": "user:42:commissions",
                "asset": "USD",
                "balance": "5.00",
                "available": "5.00",
                "held": "0",
                "delta": "5.00",
                "reason": "a bonus",
                "version": 9,
            },
        ],
        [
            "commission_update",
            {
                "id": "commission/user:42:commissions/USD/9",
                "status": "post",
                "amount": "5.00",
                "currency": "USD",
                "reason": "a bonus",
                "version": 9,
            },
        ],
    ]


def test_a_hold_moves_no_commission() -> None:
    names = [
        name
        for name, _ in told(
            translator(), kind="hold", changes=[change("user:1:commissions", "USD", "0.00", "5.00")]
        )
    ]
    assert names == ["balance_updated"]


def test_a_house_has_no_commissions() -> None:
    packets = told(
        translator(), "house:promo", changes=[change("house:promo:commissions", "USD", "1.00", "5.00")]
    )
    assert [name for name, _ in packets] == ["balance_updated"]


def test_credits_are_numbers_for_their_person_alone() -> None:
    names = translator()
    mine = told(names, changes=[change("user:42", "CREDIT", "-5", "95")])
    assert mine[1] == [
        "credit-updated",
        {
            "id": "credit/42/3",
            "candidateId": "42",
            "credits": 95,
            "previousCredits": 100,
            "delta": -5,
            "reason": "a bonus",
            "at": "2026-01-01T00:00:00Z",
            "version": 3,
        },
    ]
    for account, asset, stream in (
        ("user:42:savings", "CREDIT", "user:42"),
        ("user:42", "POINT", "user:42"),
        ("house:promo", "CREDIT", "house:promo"),
    ):
        assert [name for name, _ in told(names, stream, changes=[change(account, asset, "1", "2")])] == [
            "balance_updated"
        ]
    points = translator(socketio_credits="POINT")
    assert told(points, changes=[change("user:42", "POINT", "1", "2")])[1][0] == "credit-updated"


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_no_number_is_inexact(delta: int, balance: int) -> None:
    packets = told(translator(), changes=[change("user:42", "CREDIT", str(delta), str(balance))])
    assert packets[0][1]["balance"] == str(balance)
    if max(abs(delta), abs(balance), abs(balance - delta)) <= NUMBER_MAX:
        assert int(float(packets[1][1]["credits"])) == balance
        assert int(float(packets[1][1]["previousCredits"])) == balance - delta
        assert int(float(packets[1][1]["delta"])) == delta
    else:
        assert len(packets) == 1


def test_credits_with_decimals_are_refused_at_the_start_where_they_are_wanted() -> None:
    assets = {"CREDIT": Asset("CREDIT", 2), "POINT": Asset("POINT", 0)}
    with pytest.raises(SettingsError, match="CREDIT has 2 decimals") as refused:
        translator(socketio_credits="CREDIT").check(assets)
    assert refused.value.fields == {"setting": "socketio_credits"}
    translator(socketio_credits="POINT").check(assets)
    # Nobody asked for the credits of a database that has had such an asset before.
    names = translator()
    with capture_logs() as logs:
        names.check(assets)
        translator(socketio_names={"credit-updated": ""}).check(assets)
        translator().check({"CREDIT": Asset("CREDIT", 0)})
        translator().check({})
        translator(socketio_credits="PIONT").check(assets)
    assert [(line["event"], line["asset"]) for line in logs] == [
        ("socketio_credits_not_told", "CREDIT"), ("socketio_credits_unknown", "PIONT"),
    ]  # fmt: skip
    assert [name for name, _ in told(names, changes=[change("user:42", "CREDIT", "1.00", "2.00")])] == [
        "balance_updated"
    ]


def test_a_request_is_told_by_its_kind_and_its_parent_with_it() -> None:
    card = REQUEST | {
        "id": "c1",
        "kind": "card",
        "state": "active",
        "version": 7,
        "amount": None,
        "asset": None,
    }
    payment = REQUEST | {"kind": "card_payment", "changed_parent": card}
    assert told(translator(), type="card_payment_updated", data=payment) == [
        [
            "card_payment_updated",
            {
                "id": "r1", "status": "pending", "amount": "12.50", "currency": "USD", "reason": "rent", "version": 2,
            },
        ],
        [
            "card_updated",
            {"id": "c1", "status": "active", "amount": None, "currency": None, "reason": "rent", "version": 7},
        ],
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["transfer", "card", "loan", "bitcoin_transaction", "beneficiary"])
def test_every_kind_has_an_event_of_one_shape(kind: str) -> None:
    ((name, packet),) = told(translator(), type=f"{kind}_updated", data=REQUEST | {"kind": kind})
    assert name == f"{kind}_updated"
    assert list(packet) == ["id", "status", "amount", "currency", "reason", "version"]


def test_a_notification_is_told_beside_what_it_came_with() -> None:
    notification = {"id": "n1", "title": "Paid", "unread": 2}
    packets = told(
        translator(),
        type="transfer_updated",
        changes=[change("user:42", "USD", "1.00", "2.00")],
        data=REQUEST,
        notification=notification,
    )
    assert [name for name, _ in packets] == ["balance_updated", "transfer_updated", "notification"]
    assert packets[2][1] == notification
    assert told(translator(), type="notification", notification=notification) == [
        ["notification", notification]
    ]


def test_what_a_program_tells_bears_the_name_and_the_id_that_apps_need() -> None:
    data = {"payment": "p1", "amount": "5.00", "asset": "USD"}
    assert told(translator(), type="payment_received", data=data) == [
        ["paid-in", {"id": BARE["transaction"], **data}]
    ]


def test_an_event_that_nobody_declared_is_not_told() -> None:
    assert told(translator(), type="surprise", data={"id": "1"}) == []


def test_settings_rename_and_silence() -> None:
    names = translator(
        socketio_names={
            "balance_updated": "balance",
            "credit-updated": "",
            "transfer_updated": "request",
            "loan_updated": "request",
            "paid-in": "paid",
            "notification": "",
        }
    )
    packets = told(names, changes=[change("user:42", "CREDIT", "1", "2")], notification={"id": "n1"})
    assert [name for name, _ in packets] == ["balance"]
    for kind in ("transfer", "loan"):
        assert told(names, type=f"{kind}_updated", data=REQUEST | {"kind": kind})[0][0] == "request"
    assert told(names, type="payment_received", data={"payment": "p"})[0][0] == "paid"


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"balance": "x"}, "no event is called balance; there are account_updated, balance_updated"),
        ({"balance_updated": "news", "notification": "news"}, "objects differ"),
        ({"balance_updated": "notification"}, "objects differ"),
        ({"balance_updated": "disconnect"}, "disconnect"),
        ({"balance_updated": "error"}, "error"),
        ({"balance_updated": "groat:position"}, "groat:position"),
    ],
)
def test_names_that_cannot_be_are_refused_at_the_start(given: dict[str, str], says: str) -> None:
    with pytest.raises(SettingsError, match=says) as refused:
        translator(socketio_names=given)
    assert refused.value.fields["setting"] == "socketio_names"


def test_a_snapshot_comes_whole_and_by_the_events_of_state() -> None:
    balance = {
        "account": "user:42",
        "asset": "CREDIT",
        "balance": "95",
        "available": "90",
        "held": "5",
        "version": 3,
    }
    commission = balance | {"account": "user:42:commissions", "asset": "USD"}
    snapshot = {
        "balances": [balance, commission],
        "as_of": "2026-01-01T00:00:00Z",
        "user": "42",
        "requests": [REQUEST],
        "notifications": {"total": 1, "items": [{"id": "n1"}]},
    }
    packets = [
        json.loads(each) for each in translator().snapshot_packets("user:42", msgspec.json.encode(snapshot))
    ]
    assert [name for name, _ in packets] == [
        "snapshot", "balance_updated", "credit-updated", "balance_updated", "transfer_updated",
    ]  # fmt: skip
    assert packets[0][1] == snapshot
    assert packets[1][1] == balance | {
        "id": "balance/user:42/CREDIT/3", "delta": "0", "reason": "", "snapshot": True
    }  # fmt: skip
    assert packets[2][1] == {
        "id": "credit/42/3", "candidateId": "42", "credits": 95, "previousCredits": 95, "delta": 0, "reason": "",
        "at": "2026-01-01T00:00:00Z", "version": 3, "snapshot": True,
    }  # fmt: skip
    assert (packets[4][1]["status"], packets[4][1]["snapshot"]) == ("pending", True)


def test_ids_of_a_change_are_the_same_in_event_and_snapshot() -> None:
    names = translator()
    at = {
        "account": "user:42",
        "asset": "CREDIT",
        "balance": "95",
        "available": "95",
        "held": "0",
        "version": 3,
    }
    event = told(names, changes=[change("user:42", "CREDIT", "-5", "95", 3)])
    snapshot = [
        json.loads(each)
        for each in names.snapshot_packets(
            "user:42", msgspec.json.encode({"balances": [at], "as_of": BARE["at"]})
        )
    ]
    assert [packet["id"] for _, packet in event] == [packet["id"] for _, packet in snapshot[1:]]


def test_the_docs_list_every_event_with_its_fields() -> None:
    page = (Path(__file__).parents[3] / "docs" / "socketio.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:3] for line in page.splitlines() if line.startswith("| `")]
    packets = Catalogue(CORE, (*STANDING, BANK)).packets
    kinds = {name for name, shape in packets.items() if shape is RequestPacket}
    for name, shape in packets.items():
        listed = [fields for names, fields in rows if f"`{name}`" in names]
        if not listed:
            assert name in kinds, f"docs/socketio.md does not list {name}"
            (listed,) = [[fields] for names, fields in rows if "`<kind>_updated`" in names]
        if shape in (BalancePacket, CreditPacket, CommissionPacket, RequestPacket):
            fields = [field.encode_name for field in msgspec.structs.fields(shape)]
            assert set(fields) - {"snapshot"} <= set(re.findall(r"`(\w+)`", listed[0])), name
