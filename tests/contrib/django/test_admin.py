"""The pages of the admin site show why a balance is as it is, to staff of groat alone, and change nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse

from groat.contrib.django import groat

BALANCES = "/admin/groat/ledgeraccount/"
TRANSACTIONS = "/admin/groat/ledgertransaction/"


@pytest.fixture
def ada(project: None) -> Any:
    """A user with 50 credits, of which 5 are held."""
    ada: Any = User.objects.create_user("ada")
    groat.add_asset("CREDIT", 2)
    groat.post(
        [("house:bonus", ada.groat.account, "50", "CREDIT")], key="1", reason="Welcome", actor="user:clerk"
    ).unwrap()
    groat.hold(
        ada.groat.account, "house:sales", "5", "CREDIT", key="2", reason="Order 7", actor="user:shop"
    ).unwrap()
    groat.post([("house:bonus", f"{ada.groat.account}:savings", "1", "CREDIT")], key="3").unwrap()
    groat.post([("house:bonus", "user:999", "1", "CREDIT")], key="4").unwrap()
    return ada


def signed_in(name: str, is_superuser: bool = False) -> Client:
    """A browser of this user."""
    client = Client()
    client.force_login(User.objects.create_user(name, is_staff=True, is_superuser=is_superuser))
    return client


def text(client: Client, address: str) -> str:
    """A page of the site."""
    answer = client.get(address)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def test_a_balance_says_why_it_is_as_it_is(ada: Any) -> None:
    client = signed_in("root", is_superuser=True)
    found = text(client, f"{BALANCES}?q=ada")
    assert found.count(f"{ada.groat.account}") >= 2
    assert "user:999" not in found
    assert "50.00" in found
    links = re.findall(rf"{BALANCES}\d+/change/", found)
    page = text(client, links[0])
    for said in (
        "50.00",
        "45.00",
        "Welcome",
        "user:clerk",
        "Order 7",
        "user:shop",
        "house:bonus",
        "house:sales",
    ):
        assert said in page, said
    order = re.findall(rf"{TRANSACTIONS}[\w-]+/change/", page)[0]
    assert "Order 7" in text(client, order)
    assert "Welcome" in text(client, f"{TRANSACTIONS}?q=user:clerk")
    id = order.split("/")[-3]
    assert text(client, f"{TRANSACTIONS}?q={id}").count("Order 7") == 1
    assert text(client, f"{BALANCES}?asset=CREDIT").count("user:999") >= 1


def test_only_staff_of_groat_see_them(ada: Any) -> None:
    clerk = signed_in("clerk")
    assert "Balances" not in text(clerk, reverse("admin:index"))
    for address in (BALANCES, f"{BALANCES}1/change/", f"{BALANCES}1/history/", TRANSACTIONS):
        assert clerk.get(address).status_code == 403
    User.objects.get(username="clerk").groups.add(Group.objects.create(name="support"))
    assert "Balances" in text(clerk, reverse("admin:index"))
    text(clerk, BALANCES)


def test_nothing_can_be_changed(ada: Any) -> None:
    client = signed_in("root", is_superuser=True)
    assert client.get(f"{BALANCES}add/").status_code == 403
    assert client.post(f"{BALANCES}add/", {"path": "user:1"}).status_code == 403
    assert client.get(f"{BALANCES}1/delete/").status_code == 403
    assert client.post(BALANCES, {"action": "delete_selected", "_selected_action": "1"}).status_code in (
        200,
        302,
    )
    client.post(f"{BALANCES}1/change/", {"credits": "1000000"})
    assert groat.balance(ada.groat.account, "CREDIT").balance == "50.00"


@pytest.mark.parametrize(
    "address", [f"{BALANCES}12345/change/", f"{BALANCES}x/change/", f"{TRANSACTIONS}x/change/"]
)
def test_what_is_not_there_is_not_found(ada: Any, address: str) -> None:
    assert signed_in("root", is_superuser=True).get(address).status_code == 404


def test_the_site_finds_nothing_wrong_with_them(project: None) -> None:
    assert [
        each for each in run_checks() if (each.id or "").startswith(("admin.", "models.", "fields."))
    ] == []
