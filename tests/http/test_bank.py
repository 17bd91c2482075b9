"""The bank over HTTP: recipients by e-mail address, its codes as problems, its kinds, statements that agree."""

from __future__ import annotations

import csv
import io
from typing import Literal

import pytest

from groat.settings import Settings
from tests.http.conftest import ACTIONS, SECRET, Api, code

USD = {"asset": "USD"}


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, messages_per_second=10_000, programs=("bank",)
    )


async def test_a_recipient_is_found_by_address(api: Api) -> None:
    await api.identities.add_user("kofi", name="Kofi", email="kofi@example.com")
    body = {"amount": "2.50", **USD, "user": "Kofi@Example.com", "reference": "Dinner"}
    answer = await api.call("42", "POST /v1/requests/transfer", body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["data"]["user"] == "kofi"
    unknown = await api.call("42", "POST /v1/requests/transfer", {**body, "user": "nobody@example.com"})
    assert (unknown.status_code, code(unknown)) == (422, "recipient_unknown")


async def test_what_the_bank_refuses_is_a_problem_with_its_code(api: Api) -> None:
    body = {"amount": "2.50", **USD, "external": "DE88370400440532013000", "name": "E"}
    answer = await api.call("42", "POST /v1/requests/transfer", body, key="wrong")
    assert (answer.status_code, code(answer)) == (422, "recipient_wrong")
    again = await api.call("42", "POST /v1/requests/transfer", body, key="wrong")
    assert again.json()["replayed"] is True
    # What is not in the form is no field of it.
    loan = {"amount": "10.00", **USD, "months": 3}
    for more in ({"rate": "0"}, {"owed": "0"}, {"months": 121}, {"months": 0}):
        assert code(await api.call("42", "POST /v1/requests/loan", {**loan, **more})) == "invalid_body"


async def test_the_kinds_are_described(api: Api) -> None:
    kinds = {kind["name"]: kind for kind in (await api.call("42", "GET /v1/kinds")).json()["items"]}
    assert set(kinds) == {
        "transfer", "beneficiary", "standing_order", "card", "card_payment", "loan", "bitcoin_transaction",
        "bitcoin_address", "run",
    }  # fmt: skip
    (file,) = [t for t in kinds["loan"]["transitions"] if t["name"] == "file"]
    assert set(file["schema"]["properties"]) == {"amount", "asset", "months", "purpose"}
    assert kinds["transfer"]["thresholds"]["USD"] == "10000"


async def test_the_payments_of_a_card(api: Api) -> None:
    card = (await api.call("42", "POST /v1/requests/card", {"holder": "U", **USD, "limit": "50"})).json()[
        "id"
    ]
    await api.call("ada", f"POST /v1/requests/card/{card}/approve")
    made = await api.call(
        "shop", f"POST /v1/requests/card/{card}/create", {"last4": "4242", "expiry": "2030-01"}
    )
    assert made.json()["state"] == "active"
    asked = {"card": card, "amount": "3.00", **USD, "merchant": "Bakery"}
    paid = await api.call("shop", "POST /v1/requests/card_payment", asked, params={"user": "42"})
    assert paid.status_code == 201, paid.text
    listed = await api.call("42", "GET /v1/requests", params={"parent": card})
    assert [item["id"] for item in listed.json()["items"]] == [paid.json()["id"]]
    assert code(await api.call("42", "POST /v1/requests/card_payment", asked)) == "forbidden"
    assert (await api.call("42", f"POST /v1/requests/card/{card}/freeze")).json()["state"] == "frozen"
    refused = await api.call("shop", "POST /v1/requests/card_payment", asked, params={"user": "42"})
    assert code(refused) == "card_frozen"


async def test_a_statement_tells_what_the_bank_did(api: Api) -> None:
    asked = {
        "amount": "2.50",
        **USD,
        "external": "DE89370400440532013000",
        "name": "Erika",
        "reference": "Rent",
    }
    transfer = (await api.call("42", "POST /v1/requests/transfer", asked)).json()["id"]
    await api.call("ada", f"POST /v1/requests/transfer/{transfer}/approve")
    answer = await api.call(
        "42", "GET /v1/accounts/user:42/statement", params={**USD, "from": "2020-01-01T00:00:00Z"}
    )
    *_, line, end = csv.DictReader(io.StringIO(answer.text))
    assert (line["kind"], line["reason"], line["amount"]) == (
        "transfer.approve",
        "Transfer to Erika: Rent",
        "-2.50",
    )
    account = (await api.call("42", "GET /v1/accounts/user:42")).json()
    assert end["balance"] in [balance["balance"] for balance in account["balances"]]


async def test_a_sender_sees_whom_they_pay(api: Api) -> None:
    await api.identities.add_user("kofi", name="Kofi Mensah", email="kofi@example.com")
    for who in ("kofi", "Kofi@Example.com"):
        assert (await api.call("42", f"GET /v1/people/{who}")).json() == {
            "user": "kofi",
            "name": "Kofi Mensah",
        }
    for nobody in ("nobody", "nobody@example.com", "a b", "%00", "x" * 255):
        assert not (await api.call("42", f"GET /v1/people/{nobody}")).is_success


async def test_nobody_finds_out_who_is_known_by_trying_many_addresses(api: Api) -> None:
    await api.identities.add_user("kofi", email="kofi@example.com")
    for number in range(30):
        assert code(await api.call("7", f"GET /v1/people/a{number}@example.com")) == "user_not_found"
        body = {"amount": "2.50", **USD, "user": f"b{number}@example.com"}
        assert code(await api.call("7", "POST /v1/requests/transfer", body)) == "recipient_unknown"
    assert code(await api.call("7", "GET /v1/people/kofi@example.com")) == "rate_limited"
    body = {"amount": "2.50", **USD, "user": "kofi@example.com"}
    assert code(await api.call("7", "POST /v1/requests/transfer", body)) == "rate_limited"
    # Others go on, and staff and services may look as often as they need.
    assert (await api.call("42", "GET /v1/people/kofi@example.com")).is_success
    for _ in range(61):
        assert (await api.call("shop", "GET /v1/people/kofi@example.com")).is_success


@pytest.mark.parametrize(("found_by", "by_id"), [("id", True), ("", False)])
class TestWherePeopleAreNotFoundByAddress:
    @pytest.fixture
    def settings(self, found_by: Literal["id", ""]) -> Settings:
        return Settings(
            secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, programs=("bank",), people_found_by=found_by
        )

    async def test_an_address_says_nothing(self, api: Api, by_id: bool) -> None:
        await api.identities.add_user("kofi", name="Kofi Mensah", email="kofi@example.com")
        assert code(await api.call("42", "GET /v1/people/kofi@example.com")) == "user_not_found"
        assert (await api.call("42", "GET /v1/people/kofi")).is_success == by_id
        body = {"amount": "1.00", **USD}
        by_address = await api.call("42", "POST /v1/requests/transfer", {**body, "user": "kofi@example.com"})
        assert code(by_address) == "recipient_unknown"
        assert (
            await api.call("42", "POST /v1/requests/transfer", {**body, "user": "kofi"})
        ).status_code == 201
        assert (await api.call("ada", "GET /v1/people/kofi@example.com")).json()["user"] == "kofi"
