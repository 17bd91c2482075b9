"""A client of long-polling that does not fetch what it is sent: the server keeps little, and it misses nothing."""

from __future__ import annotations

import json
import re

import httpx

from groat.live.limits import LiveLimits
from tests.crash.server import DEADLINE_S, Server, token
from tests.live.socketio.stock.clients import credit, someone

PATH = "/socket.io/?EIO=4&transport=polling"
EVENTS = 300


async def test_who_does_not_fetch_is_passed_over_and_gets_all_in_the_end(server: Server) -> None:
    me = someone()
    async with httpx.AsyncClient(base_url=server.address, trust_env=False, timeout=DEADLINE_S) as page:
        address = f"{PATH}&sid={json.loads((await page.get(PATH)).text[1:])['sid']}"

        async def fetch() -> str:
            text = (await page.get(address)).text
            if "2" in text.split("\x1e"):
                await page.post(address, content="3")
            return text

        await page.post(address, content=f'40{{"token":"{token(me)}"}}')
        assert "snapshot" in await fetch()
        await credit(server, me, EVENTS, reason="x" * 1_000)
        sizes: list[int] = []
        credits: list[int] = []
        while len(credits) < EVENTS:
            text = await fetch()
            assert '"snapshot":true' not in text
            sizes.append(len(text))
            credits += [int(each) for each in re.findall(r'"credits":(\d+),', text)]
        assert credits == list(range(1, EVENTS + 1))
        limits = LiveLimits()
        # The waiting packets were bounded, and so is each part of the rest.
        assert max(sizes) < limits.write_high_bytes + limits.reply_bytes_max
        assert len(sizes) > 2
