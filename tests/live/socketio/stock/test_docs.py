"""The Socket.IO code of the documentation runs as it stands there, against a real `groat serve`."""

from __future__ import annotations

import json
import re
import textwrap
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from groat import Groat
from tests.crash.server import Server, token
from tests.live.node_client import PACKAGES, NodeClient, running
from tests.live.socketio.stock.clients import NEWEST, begin, credit, expired, http, someone, stock
from tests.live.waiting import until

DOCS = Path(__file__).parents[4] / "docs"
SCRIPT = Path(__file__).with_name("page.mjs")
SOCKETIO, PROTOCOL = ((DOCS / name).read_text("utf-8") for name in ("socketio.md", "live-protocol.md"))


def page(
    folder: Path, text: str, server: Server, *answers: str | bool | None
) -> AbstractAsyncContextManager[NodeClient]:
    """Run the one piece of code of a page that opens a Socket.IO connection."""
    pieces = re.findall(r"^```js\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (code,) = [piece for piece in pieces if NEWEST in piece]
    code, count = re.subn(r'io\("https://[a-z.]+"', f'io("{server.address}"', code)
    assert count == 1
    (folder / "node_modules").symlink_to(PACKAGES)
    file = folder / "page.mjs"
    file.write_text(code, "utf-8")
    return running(NodeClient(), NEWEST, SCRIPT, str(file), json.dumps(answers))


async def told(client: NodeClient, kind: str, times: int = 1) -> list[Any]:
    return [each["what"] for each in await client.has(kind, times)]


async def test_the_page_of_socketio(server: Server, tmp_path: Path) -> None:
    """Its own back end is away, then refuses, then gives a token that is too old; and it is live nevertheless."""
    me = someone()
    async with page(tmp_path, SOCKETIO, server, None, False, expired(me), token(me)) as client:
        assert await told(client, "fetch", 4) == [["/groat-token"]] * 4
        await credit(server, me, 2)
        # The page may connect before these or after, so it may hear of the second alone.
        await until(lambda: client.told.get("showCredits", [])[-1:] == [{"what": [2]}], timeout_s=30)
        assert (await told(client, "show"))[-1][:2] == ["CREDIT", "2"]
        async with http(server) as admin:
            notice = {"to": f"user:{me}", "title": "Hello", "body": "again"}
            key = {"idempotency-key": f"hello-{me}"}
            (await admin.post("/v1/notifications", json=notice, headers=key)).raise_for_status()
        ((id, *rest),) = await told(client, "toast")
        assert (bool(id), rest) == (True, ["Hello", "again"])


async def test_the_page_of_the_protocol(server: Server, tmp_path: Path) -> None:
    """It renews a token that is too old, and asks to sign in when it is signed out."""
    me = someone()
    async with page(tmp_path, PROTOCOL, server, expired(me), token(me)) as client:
        await client.has("renew")
        await credit(server, me)
        ((balance,),) = await told(client, "show")
        assert (balance["account"], balance["balance"]) == (f"user:{me}", "1")
        assert "signIn" not in client.told
        async with http(server) as admin:
            (await admin.post(f"/v1/users/{me}/revoke")).raise_for_status()
        await client.has("signIn")


async def test_the_settings_of_the_page(tmp_path: Path) -> None:
    (names,) = re.findall(r"`GROAT_SOCKETIO_NAMES='(.*?)'`", SOCKETIO)
    (joins,) = re.findall(r"`(\{\"join_user_room\".*?\})`", SOCKETIO)
    server = Server(tmp_path, GROAT_SOCKETIO_NAMES=names, GROAT_JOIN_EVENTS=joins)
    try:
        await begin(server)
        async with stock(server, token("42", "admin")) as client:
            await client.hears("snapshot")
            await credit(server, "42")
            (wallet,) = await client.hears("wallet")
            assert (wallet["balance"], wallet["delta"]) == ("1", "1")
            assert await client.ask("join_user_room") == {"success": True, "room": "user:42"}
            assert await client.ask("join_admin_room") == {"success": True, "room": "role:admin"}
            refused = await client.ask("join_user_room", "user:7")
            assert (refused["success"], refused["code"]) == (False, "forbidden")
            assert not client.heard("balance_updated")
    finally:
        server.bury()


CALLS = re.findall(r"`(await groat\..*?)`", SOCKETIO)


@pytest.mark.parametrize("call", CALLS)
async def test_a_call_that_takes_the_place_of_an_emit(server: Server, call: str) -> None:
    """Each is made from another process than the server's, as from the back end of an app."""
    me = someone()
    scope = {"id": me, "title": "Hello"}
    body = textwrap.indent(re.sub(r"=\.\.\.", f'="of {me}"', call), "    ")
    exec(f"async def act(groat):\n{body}", scope)
    act: Any = scope["act"]
    async with stock(server, token(me)) as client, Groat.open(server.database) as groat:
        await client.hears("snapshot")
        await act(groat)
        if "notify" in call:
            assert [each["title"] for each in await client.hears("notification")] == ["Hello"]
        else:
            assert [each["credits"] for each in await client.hears("credit-updated")] == [5]


def test_all_calls_are_tried() -> None:
    assert len(CALLS) == 2
