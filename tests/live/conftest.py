from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from groat import Groat
from tests.helpers.databases import migrate
from tests.live.fakes import FakeGroat
from tests.live.hand_clock import HandClock
from tests.live.serving import Served, serving


@pytest.fixture(params=["uvicorn protocol", "plain ASGI"])
def plain_asgi(request: pytest.FixtureRequest) -> bool:
    """Tests that use this run over both transports."""
    return bool(request.param == "plain ASGI")


@pytest.fixture
async def ledger(tmp_path: Path) -> AsyncIterator[Groat]:
    migrate(tmp_path / "groat.db", Groat.standing)
    async with Groat.open(f"sqlite:///{tmp_path}/groat.db") as groat:
        await groat.add_asset("CREDIT", 0)
        yield groat


@pytest.fixture
async def served(ledger: Groat, plain_asgi: bool) -> AsyncIterator[Served]:
    """A server over a real ledger, once per transport."""
    async with serving(ledger, plain_asgi=plain_asgi) as served:
        yield served


@pytest.fixture
async def faked(plain_asgi: bool) -> AsyncIterator[Served]:
    """A server over streams in memory, once per transport."""
    async with serving(FakeGroat(), plain_asgi=plain_asgi) as served:
        yield served


@pytest.fixture
async def timed(plain_asgi: bool) -> AsyncIterator[Served]:
    """A server over streams in memory, whose clock the test moves, once per transport."""
    async with serving(FakeGroat(), plain_asgi=plain_asgi, clock=HandClock()) as served:
        yield served
