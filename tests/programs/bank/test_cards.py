"""Cards and what is paid with them."""

from __future__ import annotations

import msgspec
import pytest

from groat import Groat
from groat.programs.bank.card_network import SimulatedCardNetwork
from groat.programs.bank.jobs import Gateways
from groat.programs.workflow.views import RequestView
from tests.programs.bank.bank import Bank, refused

APPLICATION = {"holder": "Ursula Lang", "asset": "USD", "limit": "500.00"}


@pytest.fixture
async def card(bank: Bank) -> RequestView:
    """An active card of 42's with 500 dollars a month."""
    filed = await bank.file("card", **APPLICATION)
    await bank.take(filed, "approve")
    return await bank.take(filed, "create", "system", last4="4242", expiry="2030-01")


async def pay(bank: Bank, card: RequestView, amount: str, by: str = "shop") -> RequestView:
    answer = await bank.file(
        "card_payment", by, "42", card=card.id, amount=amount, asset="USD", merchant="Bakery"
    )
    assert answer.state == "authorised"
    return answer


async def try_to_pay(
    bank: Bank, card: RequestView, amount: str, owner: str = "42", asset: str = "USD"
) -> str:
    data = {"card": card.id, "amount": amount, "asset": asset, "merchant": "Bakery"}
    return refused(await bank.try_file("card_payment", "shop", owner, **data))


async def test_applied_for_approved_and_made(bank: Bank) -> None:
    card = await bank.file("card", **APPLICATION)
    assert (card.state, card.waits) == ("pending", True)
    assert (await bank.take(card, "approve")).state == "approved"
    await Gateways(bank.workflow, None, SimulatedCardNetwork()).at_home()
    card = await bank.look(card)
    assert card.state == "active"
    assert card.data["last4"].isdigit()
    assert card.data["expiry"].startswith("2030-")
    # Nothing more of the card is kept than its last four digits and its expiry.
    assert set(card.data) == {"holder", "asset", "limit", "last4", "expiry", "month", "spent"}
    assert await bank.told("42") == ["Card ready", "Card approved"]


async def test_a_card_is_made_once(bank: Bank) -> None:
    card = await bank.file("card", **APPLICATION)
    await bank.take(card, "approve")
    for _ in range(3):
        await Gateways(bank.workflow, None, SimulatedCardNetwork()).at_home()
    assert (await bank.look(card)).version == 3
    network = SimulatedCardNetwork()
    assert await network.issue("id", "X", 2026) == await network.issue("id", "X", 2026)


async def test_rejected(bank: Bank) -> None:
    card = await bank.file("card", **APPLICATION)
    assert (await bank.take(card, "reject", reason="One is enough")).state == "rejected"
    assert await try_to_pay(bank, card, "1.00") == "card_inactive"


async def test_an_authorisation_holds_and_a_capture_takes(bank: Bank, card: RequestView) -> None:
    payment = await pay(bank, card, "100.00")
    assert await bank.stands("user:42") == ("1000.00", "100.00")
    payment = await bank.take(payment, "capture", "shop")
    assert (payment.state, payment.data["captured"]) == ("captured", "100.00")
    assert await bank.stands("user:42") == ("900.00", "0.00")
    assert await bank.stands("house:cards") == ("100.00", "0.00")
    assert (await bank.look(card)).data["spent"] == "100.00"


async def test_what_is_spent_is_a_version_of_the_card(bank: Bank, card: RequestView) -> None:
    before = (await bank.look(card)).version
    payment = await pay(bank, card, "100.00")
    assert isinstance(payment.changed_parent, RequestView)
    told = payment.changed_parent
    assert (told.id, told.version, told.data["spent"]) == (card.id, before + 1, "100.00")
    payment = await bank.take(payment, "capture", "shop", amount="60.00")
    assert isinstance(payment.changed_parent, RequestView)
    assert (payment.changed_parent.version, payment.changed_parent.data["spent"]) == (before + 2, "60.00")
    # A refund does not change the card.
    assert (await bank.take(payment, "refund", "shop")).changed_parent is msgspec.UNSET
    assert (await bank.look(card)).version == before + 2


async def test_part_of_it_is_taken_and_the_rest_is_free(bank: Bank, card: RequestView) -> None:
    payment = await pay(bank, card, "100.00")
    assert refused(await bank.try_take(payment, "capture", "shop", amount="100.01")) == "exceeds_payment"
    assert refused(await bank.try_take(payment, "capture", "shop", amount="-1")) == "amount_wrong"
    payment = await bank.take(payment, "capture", "shop", amount="60.00")
    assert await bank.stands("user:42") == ("940.00", "0.00")
    assert (await bank.look(card)).data["spent"] == "60.00"


async def test_a_refund_in_parts(bank: Bank, card: RequestView) -> None:
    payment = await bank.take(await pay(bank, card, "100.00"), "capture", "shop")
    payment = await bank.take(payment, "refund", "shop", amount="30.00")
    assert (payment.state, payment.data["refunded"]) == ("captured", "30.00")
    assert refused(await bank.try_take(payment, "refund", "shop", amount="70.01")) == "exceeds_payment"
    payment = await bank.take(payment, "refund", "shop")
    assert (payment.state, payment.data["refunded"]) == ("refunded", "100.00")
    assert await bank.stands("user:42") == ("1000.00", "0.00")
    assert await bank.stands("house:cards") == ("0.00", "0.00")


async def test_released_and_lapsed(bank: Bank, card: RequestView) -> None:
    first, second = await pay(bank, card, "100.00"), await pay(bank, card, "50.00")
    assert (await bank.take(first, "void", "shop")).state == "voided"
    assert (await bank.look(card)).data["spent"] == "50.00"
    await bank.pass_days(7)
    assert (await bank.look(second)).state == "lapsed"
    assert await bank.stands("user:42") == ("1000.00", "0.00")
    assert (await bank.look(card)).data["spent"] == "0.00"


async def test_frozen_by_the_holder_and_by_staff(bank: Bank, card: RequestView) -> None:
    payment = await pay(bank, card, "10.00")
    for by in ("42", "ada"):
        assert (await bank.take(card, "freeze", by)).state == "frozen"
        assert await try_to_pay(bank, card, "1.00") == "card_frozen"
        assert (await bank.take(card, "unfreeze", by)).state == "active"
    await bank.take(card, "freeze", "42")
    # What was authorised goes through.
    assert (await bank.take(payment, "capture", "shop")).state == "captured"
    assert refused(await bank.try_take(card, "freeze", "7")) == "request_not_found"


async def test_over_the_limit(bank: Bank, card: RequestView) -> None:
    await pay(bank, card, "400.00")
    assert await try_to_pay(bank, card, "100.01") == "card_limit"
    payment = await pay(bank, card, "100.00")
    assert await try_to_pay(bank, card, "0.01") == "card_limit"
    await bank.take(payment, "void", "shop")
    await pay(bank, card, "99.00")


async def test_the_limit_is_a_month_s(bank: Bank, card: RequestView) -> None:
    january = await pay(bank, card, "500.00")
    await bank.take(january, "capture", "shop", amount="450.00")
    await bank.pass_days(31)
    february = await pay(bank, card, "300.00")
    assert (await bank.look(card)).data["spent"] == "300.00"
    # A refund of January's is no room in February.
    await bank.take(january, "refund", "shop", amount="200.00")
    assert await try_to_pay(bank, card, "201.00") == "card_limit"
    await bank.take(february, "void", "shop")
    assert (await bank.look(card)).data["spent"] == "0.00"


async def test_an_authorisation_released_in_another_month(bank: Bank, card: RequestView) -> None:
    await bank.pass_days(29)
    january = await pay(bank, card, "100.00")
    await bank.pass_days(3)
    await pay(bank, card, "20.00")
    await bank.take(january, "void", "shop")
    assert (await bank.look(card)).data["spent"] == "20.00"


async def test_who_changes_the_limit_to_what(bank: Bank, card: RequestView) -> None:
    assert (await bank.take(card, "set_limit", "42", limit="400.00")).data["limit"] == "400.00"
    assert refused(await bank.try_take(card, "set_limit", "42", limit="400.01")) == "limit_not_lower"
    assert (await bank.take(card, "set_limit", "ada", limit="2000")).data["limit"] == "2000.00"
    assert refused(await bank.try_take(card, "set_limit", "ada", limit="1.234")) == "amount_wrong"
    frozen = await bank.take(card, "freeze", "42")
    assert (await bank.take(frozen, "set_limit", "42", limit="100")).state == "frozen"


async def test_money_that_is_not_there_cannot_be_spent(bank: Bank, card: RequestView, groat: Groat) -> None:
    await groat.post([("user:42", "house:shop", "990", "USD")], key="spent")
    assert await try_to_pay(bank, card, "10.01") == "insufficient_funds"
    assert (await bank.look(card)).data["spent"] == ""


async def test_other_people_s_cards_and_other_assets(bank: Bank, card: RequestView) -> None:
    assert await try_to_pay(bank, card, "1.00", owner="7") == "parent_not_found"
    assert await try_to_pay(bank, card, "0.001", asset="BTC") == "card_asset"
    refusal = await bank.try_file("card_payment", "42", card=card.id, amount="1", asset="USD", merchant="Me")
    assert refused(refusal) == "not_allowed"


async def test_closed_for_good(bank: Bank, card: RequestView) -> None:
    assert (await bank.take(card, "close", "42")).state == "closed"
    assert await try_to_pay(bank, card, "1.00") == "card_inactive"
    assert refused(await bank.try_take(card, "unfreeze", "ada")) == "wrong_state"


async def test_a_limit_must_be_one(bank: Bank) -> None:
    for limit, asset in (("0", "USD"), ("1.234", "USD"), ("ten", "USD"), ("10", "GOLD")):
        assert refused(await bank.try_file("card", holder="X", asset=asset, limit=limit)) == "amount_wrong"
