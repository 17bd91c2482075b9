"""Amounts, account paths, keys and cursors that nobody would send: each is taken, or refused by its code."""

from __future__ import annotations

import asyncio
import base64
import re
from contextlib import AsyncExitStack, suppress
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from groat import Groat, InvalidInput
from groat.csv_cells import csv_line, plain_text, safe_text
from groat.http.app import create_app
from groat.identity import Identities
from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.amounts import AMOUNT_MAX, Asset, amount_text, format_amount, parse_amount
from groat.ledger.keys import as_key
from groat.settings import Settings
from tests.fuzz.harness import fuzz
from tests.helpers.secrets import SECRET

AMOUNT_WORDS = (b".", b",", b"-", b"+", b"e", b"E+", b"_", b"Infinity", b"NaN", b"0" * 65, b"\xd9\xa3")
PATH_WORDS = (b":", b"user:", b"house:", b"*", b"|", b"@", b"..", b"/", b"%2e", b"\n", b"a" * 65)
CURSOR_WORDS = (
    b"!",
    b" ",
    b"user:",
    b"0198c5f0-0000-7000-8000-",
    b"9223372036854775807",
    b"\x7f",
    b"=",
    b"-",
    b"'",
)
IN_PATH = {"account": "user:42", "kind": "transfer"}
SEGMENT = re.compile(r"[A-Za-z0-9._@|-]{1,64}", re.ASCII)


@pytest.mark.soak
def test_amounts() -> None:
    assets = [Asset("A", scale) for scale in (0, 2, 18)]

    def attempt(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        for asset in assets:
            with suppress(InvalidInput):
                units = parse_amount(text, asset, signed=True)
                assert abs(units) <= AMOUNT_MAX
                assert Decimal(text).scaleb(asset.scale) == units
                assert parse_amount(format_amount(units, asset.scale), asset, signed=True) == units
        with suppress(InvalidInput, InvalidOperation):
            assert Decimal(amount_text(Decimal(text))) == Decimal(text)

    fuzz("amount", attempt, words=AMOUNT_WORDS)


@pytest.mark.soak
def test_paths_keys_and_cells() -> None:
    def attempt(data: bytes) -> None:
        text = data.decode("utf-8", "surrogateescape")
        with suppress(InvalidInput):
            assert check_path(text) == text
            segments = text.split(":")
            assert len(segments) <= 8
            assert all(SEGMENT.fullmatch(segment) for segment in segments)
            owner_stream(text)
        with suppress(InvalidInput):
            key = as_key(text)
            assert all(as_key(form) == key for form in key.earlier)
            assert 1 <= len(key) <= 255
        assert plain_text(safe_text(text)) == text
        assert csv_line([text]).endswith("\r\n")

    fuzz("path", attempt, words=PATH_WORDS)


class Lists:
    """Every list of the API that has pages, in a server of its own."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.client = client
        self.headers = headers
        self.places: list[tuple[str, str]] = []

    async def find(self) -> None:
        """Learn the lists from the API's own document."""
        document = (await self.client.get("/v1/openapi.json", headers=self.headers)).json()
        for path, item in document["paths"].items():
            told: dict[str, Any] = item.get("get", {})
            names = {p["name"]: p for p in told.get("parameters", ()) if "name" in p}
            if "cursor" in names:
                address = re.sub(r"\{(\w+)\}", lambda found: IN_PATH.get(found[1], "42"), path)
                required = [n for n, p in names.items() if p["in"] == "query" and p.get("required")]
                more = "".join(f"{name}=CREDIT&" for name in required)
                self.places.append((f"{address}?{more}cursor=", told["operationId"]))
        assert len(self.places) >= 5, self.places

    async def turn(self, data: bytes) -> None:
        """Ask one of the lists for the page behind a cursor."""
        address, operation = self.places[sum(data) % len(self.places)]
        inner = (
            data[1:] if data.startswith(b"!") else base64.urlsafe_b64encode(operation.encode() + b" " + data)
        )
        answer = await self.client.get(address + quote(inner, safe=""), headers=self.headers)
        assert answer.status_code in (200, 400, 404), (address, answer.status_code, answer.text)


async def begin(place: Path, stack: AsyncExitStack) -> Lists:
    settings = Settings(secret=SECRET, jwt_secret=SECRET)
    groat = await stack.enter_async_context(Groat.open(f"sqlite:///{place}/groat.db"))
    await groat.add_asset("CREDIT", 0)
    for number in range(3):
        await groat.post([("house:bonus", "user:42", 5, "CREDIT")], key=f"k{number}")
    app = create_app(settings, groat)
    await stack.enter_async_context(app.running())
    transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
    client = await stack.enter_async_context(
        httpx.AsyncClient(transport=transport, base_url="http://groat.test")
    )
    identities = Identities(groat, settings)
    stack.callback(identities.close)
    await identities.add_user("ada", name="Ada", roles=("admin",))
    token, _ = await identities.issue_token("ada")
    lists = Lists(client, {"Authorization": f"Bearer {token}"})
    await lists.find()
    return lists


@pytest.mark.soak
def test_cursors(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        lists = runner.run(begin(tmp_path, stack))
        try:
            fuzz("cursor", lambda data: runner.run(lists.turn(data)), words=CURSOR_WORDS, cases=800)
        finally:
            runner.run(stack.aclose())
