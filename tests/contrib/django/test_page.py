"""The code on docs/django.md runs as it stands there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import RequestFactory
from rest_framework.test import APIRequestFactory, force_authenticate

from groat.contrib.django import groat
from groat.contrib.django.conf import OWN_KEYS
from tests.contrib.django.shop import models
from tests.contrib.django.shop.models import Purchase

PAGE = (Path(__file__).parents[3] / "docs" / "django.md").read_text(encoding="utf-8")


def blocks(chapter: str) -> list[str]:
    """The blocks of Python in a chapter of the page."""
    _, _, rest = PAGE.partition(f"\n## {chapter}\n")
    return re.findall(r"```python\n(.*?)```", rest.partition("\n## ")[0], re.DOTALL)


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    """Return the names that the examples of the chapter define, with ``shop`` for the app of the tests."""
    found: dict[str, Any] = {"__name__": "page"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "shop", sys.modules["tests.contrib.django.shop"])
        patch.setitem(sys.modules, "shop.models", models)
        for code in blocks("In views, tasks and commands"):
            exec(compile(code, "django.md", "exec"), found)
        yield found


def test_the_examples_of_the_page_run(project: None, names: dict[str, Any]) -> None:
    ada: Any = User.objects.create_user("ada")
    bob: Any = User.objects.create_user("bob")
    groat.add_asset("CREDIT", 0)
    names["Command"]().handle(month="2026-12")
    names["Command"]().handle(month="2026-12")
    assert [each.groat.balance("CREDIT").balance for each in (ada, bob)] == ["10", "10"]
    request = RequestFactory().post("/buy/", {"thing": "book", "key": "1"})
    request.user = ada
    assert names["buy"](request).status_code == 409
    assert not Purchase.objects.exists()
    groat.post([("house:bonus", ada.groat.account, "15", "CREDIT")], key="more").unwrap()
    request = RequestFactory().post("/buy/", {"thing": "book", "key": "2"})
    request.user = ada
    assert names["buy"](request).content == b'{"credits": "5"}'
    assert Purchase.objects.count() == 1
    for amount, status in (("9", 409), ("4", 200)):
        tip = APIRequestFactory().post(
            "/tip/", {"to": bob.pk, "amount": amount, "key": amount}, format="json"
        )
        force_authenticate(tip, ada)
        assert names["Tip"].as_view()(tip).status_code == status
    names["pay_out"](7, bob.pk, "20")
    names["pay_out"](7, bob.pk, "20")
    assert bob.groat.balance("CREDIT").balance == "34"


async def _auser(user: User) -> User:
    return user


async def test_the_async_example_of_the_page_runs(small_project: None, names: dict[str, Any]) -> None:
    ada: Any = await User.objects.acreate(username="ada")
    await sync_to_async(groat.add_asset)("CREDIT", 0)
    request: Any = RequestFactory().get("/")
    request.auser = lambda: _auser(ada)
    assert (await names["welcome"](request)).content == b'{"credits": "50"}'


def test_each_key_of_the_settings_stands_on_the_page() -> None:
    assert {key for key in OWN_KEYS if f"| `{key}` |" not in PAGE} == set()
