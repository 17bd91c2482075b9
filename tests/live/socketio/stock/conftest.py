from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator

import pytest

from tests.crash.server import Server
from tests.live.socketio.stock.clients import begin


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    served = Server(
        tmp_path_factory.mktemp("stock"),
        GROAT_JOIN_EVENTS='{"join_user_room": "user", "join_support_room": "role:support"}',
        GROAT_PROGRAMS="placements",
        GROAT_CONNECTS_PER_MINUTE="1000",
        GROAT_SOCKETIO_QUERY_TOKEN="true",
        GROAT_LOG_LEVEL="debug",
        GROAT_DRAIN_S="1",
    )
    try:
        asyncio.run(begin(served))
        yield served
        assert served.alarms() == []
        # No test may have made the server tell any part of a token.
        assert not re.findall(r"eyJ[\w-]+", served.log.read_text())
    finally:
        served.bury()
