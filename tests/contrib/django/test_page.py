"""The code on docs/django.md runs as it stands there."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from django.test import RequestFactory
from rest_framework.test import APIRequestFactory, force_authenticate

from groat.contrib.django import groat
from groat.contrib.django.conf import OWN_KEYS
from groat.contrib.django.drf import exception_handler
from groat.programs.notifications.errors import NotificationError
from groat.programs.workflow.codes import RequestError
from tests.contrib.django.shop import models
from tests.contrib.django.shop.models import Purchase

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "django.md").read_text(encoding="utf-8")
README = (ROOT / "README.md").read_text(encoding="utf-8")

TIPS = (
    ("9", "insufficient_funds", 422),
    ("4", None, 200),
    ("-4", "amount_not_positive", 400),
    ("four", "invalid_amount", 400),
    ("", None, 400),
)


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
    request = RequestFactory().post("/buy/", {"thing": "book"})
    request.user = ada
    assert names["buy"](request, "1").status_code == 422
    assert not Purchase.objects.exists()
    groat.post([("house:bonus", ada.groat.account, "15", "CREDIT")], key="more").unwrap()
    assert names["buy"](request, "2").content == b'{"credits": "5"}'
    # A page that sends it again has bought one book.
    assert names["buy"](request, "2").content == b'{"credits": "5"}'
    assert Purchase.objects.count() == 1
    # Another person's key is another key.
    groat.post([("house:bonus", bob.groat.account, "20", "CREDIT")], key="bob's").unwrap()
    request.user = bob
    assert names["buy"](request, "2").content == b'{"credits": "10"}'
    assert Purchase.objects.count() == 2
    names["Tip"].get_exception_handler = lambda _: exception_handler
    for amount, code, status in TIPS:
        data = {"to": bob.pk, "amount": amount, "key": str(uuid5(NAMESPACE_URL, amount))}
        tip = APIRequestFactory().post("/tip/", data, format="json")
        force_authenticate(tip, ada)
        answer = names["Tip"].as_view()(tip)
        assert (answer.status_code, answer.data.get("code")) == (status, code)
    names["pay_out"](7, bob.pk, "20")
    names["pay_out"](7, bob.pk, "20")
    assert bob.groat.balance("CREDIT").balance == "34"


def test_the_handler_answers_all_that_the_ledger_says_of_a_call() -> None:
    for error, status in (
        (RequestError("invalid_data"), 400),
        (NotificationError("invalid_audience"), 400),
        (groat.InvalidInput("invalid_amount"), 400),
        (groat.Busy(), 503),
    ):
        answer = exception_handler(error, {})
        assert answer is not None
        assert (answer.status_code, answer.data["code"]) == (status, error.code)
    # A mistake of the project's is none of the caller's.
    assert exception_handler(groat.BlockError("driver_unfit"), {}) is None


def test_the_lines_of_the_readme_run(project: None) -> None:
    ada: Any = User.objects.create_user("ada")
    groat.add_asset("CREDIT", 0)
    (code,) = re.findall(r"```python\n(from django.*?)```", README, re.DOTALL)
    found: dict[str, Any] = {"Order": Purchase, "redirect": lambda order: order.thing}
    exec(compile(code, "README.md", "exec"), found)
    request = RequestFactory().post("/")
    request.user = ada
    with pytest.raises(groat.Refused):
        found["buy"](request)
    assert not Purchase.objects.exists()
    groat.post([("house:bonus", ada.groat.account, "50", "CREDIT")], key="welcome").unwrap()
    assert found["buy"](request) == "A hat"
    assert ada.groat.balance("CREDIT").balance == "20"


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
