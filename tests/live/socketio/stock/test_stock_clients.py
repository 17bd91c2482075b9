"""Stock clients of Socket.IO against a real `groat serve`: socket.io-client, newest and 4.5, and python-socketio."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
import socketio

from tests.crash.server import JWT_SECRET, Server, token
from tests.live.socketio.stock.clients import NEWEST, OLD, credit, expired, http, someone, stock
from tests.live.waiting import until

WAYS: list[Any] = [
    pytest.param({}, id="upgrade"),
    pytest.param({"transports": ["websocket"]}, id="websocket"),
    pytest.param({"transports": ["polling"]}, id="polling"),
]


@pytest.mark.parametrize("options", WAYS)
@pytest.mark.parametrize("package", [NEWEST, OLD])
async def test_a_change_is_heard_by_the_names_that_apps_use(
    server: Server, package: str, options: dict[str, Any]
) -> None:
    me = someone()
    async with stock(server, token(me), package=package, **options) as client:
        (connected,) = await client.has("connect")
        assert not connected["recovered"]
        (snapshot,) = await client.hears("snapshot")
        assert snapshot["balances"] == []
        await credit(server, me, 2)
        credits = await client.hears("credit-updated", 2)
        assert [(each["candidateId"], each["credits"], each["delta"]) for each in credits] == [
            (me, 1, 1), (me, 2, 1),
        ]  # fmt: skip
        assert [each["balance"] for each in client.changes()] == ["1", "2"]
        if not options:
            await client.has("upgrade")


@pytest.mark.parametrize("options", WAYS)
async def test_a_client_that_comes_back_gets_exactly_what_it_missed(
    server: Server, options: dict[str, Any]
) -> None:
    me = someone()
    async with stock(server, token(me), **options) as client:
        await client.has("connect")
        await credit(server, me)
        await client.hears("credit-updated")
        client.do("disconnect")
        await client.has("disconnect")
        await credit(server, me, 3)
        client.do("connect")
        assert (await client.has("connect", 2))[1]["recovered"]
        await client.hears("credit-updated", 4)
        await credit(server, me)
        await client.hears("credit-updated", 5)
        assert [each["balance"] for each in client.changes()] == ["1", "2", "3", "4", "5"]
        ids = [each["id"] for each in client.heard("balance_updated")]
        assert len(set(ids)) == len(ids)
        assert len(client.heard("snapshot")) == 1


@pytest.mark.parametrize("ends", ["kill", "terminate"])
async def test_a_restart_of_the_server_loses_nothing(server: Server, ends: str) -> None:
    me = someone()
    async with stock(server, token(me)) as client, stock(server, token(me), transports=["polling"]) as other:
        for each in (client, other):
            await each.has("connect")
            await each.hears("snapshot")
        await credit(server, me)
        for each in (client, other):
            await each.hears("credit-updated")
        if ends == "kill":
            server.kill()
        else:
            await server.terminate()
        await server.start()
        await credit(server, me, 2)
        for each in (client, other):
            assert (await each.has("connect", 2))[1]["recovered"]
            await each.hears("credit-updated", 3)
            assert [change["balance"] for change in each.changes()] == ["1", "2", "3"]


async def test_an_old_client_cannot_resume_and_is_right_by_the_snapshot(server: Server) -> None:
    me = someone()
    async with stock(server, token(me), package=OLD) as client:
        await client.has("connect")
        await credit(server, me)
        await client.hears("credit-updated")
        client.do("disconnect")
        await client.has("disconnect")
        await credit(server, me, 2)
        client.do("connect")
        await client.hears("snapshot", 2)
        state = (await client.hears("credit-updated", 2))[1]
        assert (state["credits"], state["delta"], state["snapshot"]) == (3, 0, True)
        assert not client.heard("notification")


async def test_another_user_on_the_same_page_begins_afresh(server: Server) -> None:
    first, second = someone(), someone()
    await credit(server, second, 2)
    async with stock(server, token(first), token(second)) as client:
        await client.hears("snapshot")
        await credit(server, first)
        await client.hears("credit-updated")
        client.do("disconnect")
        await client.has("disconnect")
        await credit(server, first)
        client.do("connect")
        assert not (await client.has("connect", 2))[1]["recovered"]
        assert (await client.hears("snapshot", 2))[1]["user"] == second
        assert [each["candidateId"] for each in await client.hears("credit-updated", 2)] == [first, second]


async def test_a_room_of_ones_own_is_joined_and_anothers_refused(server: Server) -> None:
    me, other = someone(), someone()
    async with stock(server, token(me)) as client:
        await client.has("connect")
        assert (await client.ask("join_user_room", me))["success"] is True
        refused = await client.ask("join_user_room", {"userId": other, "token": token(me)})
        assert (refused["success"], refused["code"]) == (False, "forbidden")
        assert (await client.hears("error"))[0]["code"] == "forbidden"
        await credit(server, other)
        await credit(server, me)
        assert [each["candidateId"] for each in await client.hears("credit-updated")] == [me]
    assert "socketio_join_refused" in server.log.read_text()


async def test_a_candidate_is_who_the_claim_names_and_joins_no_room_of_another(server: Server) -> None:
    me, other = someone(), someone()
    claims = {"sub": f"login-of-{me}", "candidateId": me, "exp": int(time.time()) + 3600}
    async with stock(server, jwt.encode(claims, JWT_SECRET, algorithm="HS256")) as client:
        await client.has("connect")
        joined = await client.ask("join", f"candidate-{me}")
        assert joined == {"success": True, "room": f"user:{me}"}
        for event, room in (
            ("join", f"candidate-{other}"),
            ("join-candidate", {"candidateId": other}),
            ("join_candidate_room", other),
            ("join", f"login-of-{me}"),
        ):
            assert (await client.ask(event, room))["code"] == "forbidden"
        await credit(server, other)
        await credit(server, me, 2, "Spring bonus")
        told = (await client.hears("credit-updated", 2))[1]
        assert told.items() >= {
            "candidateId": me, "credits": 2, "previousCredits": 1, "delta": 1, "reason": "Spring bonus", "version": 2
        }.items()  # fmt: skip
        # RFC 3339, in UTC.
        assert datetime.fromisoformat(told["at"]).utcoffset() == timedelta()
        assert len(client.heard("error")) == 4
    refused = [line for line in server.log.read_text().splitlines() if "socketio_join_refused" in line]
    assert any(f"candidate-{other}" in line for line in refused)


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]], ids=" ".join)
@pytest.mark.parametrize("where", ["header", "query"])
async def test_a_token_beside_auth(server: Server, where: str, transports: list[str]) -> None:
    """The page gives none by itself, as one whose token is kept elsewhere."""
    me = someone()
    options: dict[str, Any] = {
        "header": {"extraHeaders": {"Authorization": f"Bearer {token(me)}"}},
        "query": {"query": {"token": token(me)}},
    }[where]
    async with stock(server, None, transports=transports, **options) as client:
        assert (await client.hears("snapshot"))[0]["user"] == me


@pytest.mark.parametrize("where", ["auth", "query"])
async def test_no_refused_token_is_in_the_log(server: Server, where: str) -> None:
    """The fixture looks for all of them."""
    for bad in (f"{token('p')}x", expired("p"), token("p").rpartition(".")[0], f"Bearer {token('p')[:-4]}"):
        options: dict[str, Any] = {} if where == "auth" else {"query": {"token": bad}}
        async with stock(server, bad if where == "auth" else None, **options) as client:
            assert (await client.has("connect_error"))[0]["data"]["code"] in (
                "token_invalid",
                "token_expired",
            )


async def test_who_signs_out_is_signed_out_on_every_page_of_the_session(server: Server) -> None:
    me, login = someone(), {"password": "correct horse"}
    sessions = []
    async with http(server) as admin:
        (await admin.post("/v1/users", json={"user": me, "roles": [], **login})).raise_for_status()
        for _ in range(2):
            answer = await admin.post("/v1/auth/login", json={"user": me, **login})
            sessions.append((answer.json()["token"], answer.headers["set-cookie"].partition(";")[0]))
            admin.cookies.clear()
        (ended, cookie), (other, _) = sessions
        async with (
            stock(server, ended) as first,
            stock(server, ended) as second,
            stock(server, other) as third,
        ):
            for each in (first, second, third):
                await each.hears("snapshot")
            out = await admin.post("/v1/auth/logout", headers={"cookie": cookie})
            assert out.status_code == 204
            for each in (first, second):
                assert (await each.has("disconnect"))[0]["reason"] == "io server disconnect"
            await credit(server, me)
            await third.hears("credit-updated")
            assert "disconnect" not in third.told
            assert not first.heard("credit-updated")


@pytest.mark.parametrize("bad", ["", "nonsense"])
async def test_a_wrong_token_is_final(server: Server, bad: str) -> None:
    async with stock(server, bad) as client:
        (error,) = await client.has("connect_error")
        assert error["data"]["code"] in ("token_invalid", "unauthenticated")
        assert not error["active"]


async def test_an_expired_token_is_renewed_by_the_auth_callback(server: Server) -> None:
    me = someone()
    async with stock(server, expired(me), token(me)) as client:
        assert (await client.has("connect_error"))[0]["data"]["code"] == "token_expired"
        await client.has("connect")
        await client.hears("snapshot")


async def test_the_end_of_a_token_is_no_end_for_the_client(server: Server) -> None:
    me = someone()
    short = jwt.encode({"sub": me, "exp": int(time.time()) + 3}, JWT_SECRET, algorithm="HS256")
    async with stock(server, short, token(me)) as client:
        await client.has("connect")
        await credit(server, me)
        await client.hears("credit-updated")
        assert (await client.has("disconnect"))[0]["active"]
        assert (await client.has("connect", 2))[1]["recovered"]
        await credit(server, me)
        assert [each["credits"] for each in await client.hears("credit-updated", 2)] == [1, 2]


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]], ids=" ".join)
async def test_a_revocation_is_final_until_somebody_signs_in_anew(
    server: Server, transports: list[str]
) -> None:
    me, other = someone(), someone()
    old = token(me)
    # Of a token of the same second nobody can say whether it is an old one.
    claims = {"sub": me, "iat": int(time.time()) + 30, "exp": int(time.time()) + 3600}
    anew = jwt.encode(claims, JWT_SECRET, algorithm="HS256")
    async with (
        stock(server, old, old, anew, transports=transports) as client,
        stock(server, token(other), transports=transports) as bystander,
        http(server) as admin,
    ):
        for each in (client, bystander):
            await each.hears("snapshot")
        await credit(server, me)
        await client.hears("credit-updated")
        (await admin.post(f"/v1/users/{me}/revoke")).raise_for_status()
        (end,) = await client.has("disconnect")
        assert (end["reason"], end["active"]) == ("io server disconnect", False)
        client.do("connect")
        (error,) = await client.has("connect_error")
        assert (error["data"]["code"], error["active"]) == ("token_revoked", False)
        await credit(server, me)
        await credit(server, other)
        await bystander.hears("credit-updated")
        assert "disconnect" not in bystander.told
        assert len(client.heard("credit-updated")) == 1
        client.do("connect")
        assert (await client.has("connect", 2))[1]["recovered"]
        assert [each["credits"] for each in await client.hears("credit-updated", 2)] == [1, 2]


async def test_a_change_of_roles_closes_the_transport_and_the_client_comes_back_with_them(
    server: Server,
) -> None:
    me = someone()
    person = {"user": me, "name": "Sam", "roles": ["support"]}
    async with http(server) as admin, stock(server, token(me)) as client:
        await client.hears("snapshot")
        assert (await client.ask("join_support_room"))["success"] is False
        (await admin.post("/v1/users", json=person)).raise_for_status()
        (end,) = await client.has("disconnect")
        assert (end["reason"], end["active"]) == ("transport close", True)
        # The room of the new role was not followed before, so all begins anew.
        assert not (await client.has("connect", 2))[1]["recovered"]
        assert (await client.ask("join_support_room"))["room"] == "role:support"
        await credit(server, me)
        await client.hears("credit-updated")
        (await admin.patch(f"/v1/users/{me}", json={"roles": []})).raise_for_status()
        assert (await client.has("connect", 3))[2]["recovered"]
        assert (await client.ask("join_support_room"))["code"] == "forbidden"
        await credit(server, me)
        assert [each["credits"] for each in await client.hears("credit-updated", 2)] == [1, 2]


async def test_an_unknown_namespace_is_refused(server: Server) -> None:
    client = socketio.AsyncClient(reconnection=False)
    told: list[Any] = []
    client.on("connect_error", told.append, namespace="/elsewhere")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await client.connect(server.address, auth={"token": token("p")}, namespaces=["/elsewhere"])
    assert told == [{"message": "Invalid namespace"}]
    await client.shutdown()


@pytest.mark.parametrize("transports", [["websocket"], ["polling"], None])
async def test_python_socketio_hears_with_handlers_of_one_argument(
    server: Server, transports: list[str] | None
) -> None:
    me = someone()
    client = socketio.AsyncClient(reconnection_delay=0.01)
    heard: list[Any] = []

    async def on_credit(data: Any) -> None:
        heard.append(data)

    client.on("credit-updated", on_credit)
    await client.connect(server.address, auth={"token": token(me)}, transports=transports)
    try:
        await credit(server, me, 2)
        await until(lambda: len(heard) >= 2, timeout_s=30)
        assert [each["credits"] for each in heard] == [1, 2]
    finally:
        await client.shutdown()
