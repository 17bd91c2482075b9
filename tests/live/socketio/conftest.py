"""A door on a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.live.socketio.desk import Desk, on_desk


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    async with on_desk(
        join_events={"join-room": "user", "join-staff": "role:staff"}, socketio_namespaces=("/", "/custom")
    ) as desk:
        yield desk
