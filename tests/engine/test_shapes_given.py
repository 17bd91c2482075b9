"""Values of another shape or type than a word takes: each is refused with a code, and nothing stands under the key."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import pytest

from groat import Groat
from groat.ledger.errors import GroatError
from tests.helpers.money import give

LEG = ("house:b", "user:a", 1, "CREDIT")


async def code(word: Awaitable[Any]) -> str:
    with pytest.raises(GroatError) as caught:
        await word
    return str(caught.value.code)


async def test_what_is_no_posting(groat: Groat) -> None:
    named = {"source": "house:b", "destination": "user:a", "amount": 1, "asset": "CREDIT"}
    for given in ([LEG[:3]], [(*LEG, 1)], [()], LEG, "house", ["four"], [named], [None], [5], None, 5):
        assert await code(groat.post(given, key="k")) == "invalid_posting", given  # type: ignore[arg-type]
        assert await code(groat.bulk([given], key="k")) == "invalid_posting", given  # type: ignore[list-item]
    assert await code(groat.bulk(None, key="k")) == "no_items"  # type: ignore[arg-type]
    # Whatever is a row is taken, and nothing was frozen under the key.
    await groat.post((list(LEG) for _ in range(2)), key="k")  # type: ignore[misc]
    found = await groat.account("user:a")
    assert found is not None
    assert found.balances[0].balance == "2"


async def test_what_is_no_text(groat: Groat) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"reason": None}, "invalid_text"),
        ({"reason": 5}, "invalid_text"),
        ({"metadata": [1]}, "invalid_metadata"),
        ({"actor": 5}, "invalid_principal"),
        ({"key": UUID(int=1)}, "invalid_key"),
    ]
    for given, expected in cases:
        more: dict[str, Any] = {"key": "k", **given}
        assert await code(groat.post([LEG], **more)) == expected, given
    await groat.post([LEG], key="k")


async def test_what_is_no_asset(groat: Groat) -> None:
    asset: Any
    for asset in (None, 5, [], ("CREDIT",)):
        assert await code(groat.post([(*LEG[:3], asset)], key="k")) == "unknown_asset", asset
        assert await code(groat.entries("user:a", asset)) == "unknown_asset", asset
        assert await code(groat.add_asset(asset, 2)) == "invalid_asset", asset
    scale: Any
    for scale in (None, "2", True, 2.0, -1, 19):
        assert await code(groat.add_asset("EUR", scale)) == "invalid_asset", scale


async def test_what_is_no_id(groat: Groat) -> None:
    id: Any
    for id in (None, 5, b"x", "", "\ud800"):
        for word in (groat.capture, groat.release, groat.reverse):
            assert await code(word(id, key="k")) == "invalid_id", id
        assert await code(groat.transaction(id)) == "invalid_id", id
        assert await code(groat.held(id)) == "invalid_id", id


async def test_an_id_may_come_as_a_uuid(groat: Groat) -> None:
    await give(groat, "user:a", "10")
    held = await groat.hold("user:a", "house:s", 5, "CREDIT", key="h")
    taken = await groat.capture(UUID(held.id), key="c", amount=5)
    assert (await groat.capture(str(held.id), key="c", amount=5)).replayed
    await groat.reverse(UUID(taken.id), key="r", amounts=[5])


async def test_what_is_no_limit(groat: Groat) -> None:
    limit: Any
    for limit in (0, -1, 10**30, None, "5", True):
        assert await code(groat.entries("user:a", "CREDIT", limit=limit)) == "invalid_limit", limit
        assert await code(groat.accounts(limit=limit)) == "invalid_limit", limit
        assert await code(groat.audit(limit=limit)) == "invalid_limit", limit


async def test_what_is_no_notice(groat: Groat) -> None:
    cases: list[tuple[dict[str, Any], str]] = [
        ({"to": None}, "invalid_audience"),
        ({"to": 1}, "invalid_audience"),
        ({"title": None}, "invalid_notice"),
        ({"body": None}, "invalid_notice"),
        ({"category": 5}, "invalid_notice"),
        ({"subject": ["kind", "id"]}, "invalid_notice"),
        ({"subject": {"kind": "order", "id": 7}}, "invalid_notice"),
    ]
    for given, expected in cases:
        more: dict[str, Any] = {"to": "user:a", "title": "Hello", "key": "k", **given}
        assert await code(groat.notify(**more)) == expected, given
