"""The Centrifuge protocol: rights, life and limits of a connection, over both transports."""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import AsyncExitStack
from typing import Any

import pytest

from groat import Groat
from groat.identity import Identity
from groat.ledger.errors import Unavailable
from groat.live import LiveLimits
from groat.live.centrifuge.connection import Connection
from groat.live.doors import Receiver
from groat.live.frames import messages_of
from tests.live.fakes import FakeGroat
from tests.live.python_client import Sdk
from tests.live.serving import Served, serving
from tests.live.waiting import until
from tests.live.wire import frame, wired


def let_in(served: Served, *roles: str, user: str = "42", **more: Any) -> str:
    return served.identities.let_in(f"token-of-{user}", user, *roles, **more)


async def test_a_connect_reply_names_the_streams_and_their_positions(faked: Served) -> None:
    faked.groat.publish("user:42", 3)
    async with wired(faked) as wire:
        reply = await wire.ask(id=7, connect={"token": let_in(faked, "support", "admin"), "name": "js"})
        assert reply["id"] == 7
        result = reply["connect"]
        assert result["ping"] == 25
        assert result["pong"] is True
        assert "expires" not in result
        assert sorted(result["subs"]) == ["role:admin", "role:all", "role:support", "user:42"]
        assert result["subs"]["user:42"] == {
            "recoverable": True,
            "positioned": True,
            "epoch": "e1",
            "offset": 3,
            "data": {"total": 3},
        }


async def test_a_recovery_names_the_position_recovered_from(faked: Served) -> None:
    """As centrifuge does: the publications move it, so a client that breaks off resumes with what it handled."""
    faked.groat.publish("user:42", 5)
    async with wired(faked) as wire:
        position = {"recover": True, "epoch": "e1", "offset": 2}
        reply = await wire.ask(id=1, connect={"token": let_in(faked), "subs": {"user:42": position}})
        sub = reply["connect"]["subs"]["user:42"]
        assert (sub["recovered"], sub["was_recovering"], sub["offset"]) == (True, True, 2)
        assert [each["offset"] for each in sub["publications"]] == [3, 4, 5]
        assert "data" not in sub


async def test_a_connect_reply_holds_64_kib_of_events_and_the_rest_follows(faked: Served) -> None:
    faked.groat.publish("user:42", 600, pad=1_000)
    async with wired(faked) as wire:
        position = {"recover": True, "epoch": "e1", "offset": 0}
        wire.say({"id": 1, "connect": {"token": let_in(faked), "subs": {"user:42": position}}})
        sizes: list[int] = []
        offsets: list[int] = []
        while len(offsets) < 600:
            _, payload = await wire.next_frame()
            sizes.append(len(payload))
            for line in map(json.loads, payload.split(b"\n")):
                if "connect" in line:
                    offsets += [each["offset"] for each in line["connect"]["subs"]["user:42"]["publications"]]
                else:
                    offsets.append(line["push"]["pub"]["offset"])
        assert offsets == list(range(1, 601))
        assert max(sizes) < 80_000


async def test_a_message_above_256_kib_travels_in_fragments(faked: Served) -> None:
    sdk = await Sdk(faked.url, let_in(faked)).connect()
    faked.groat.publish("user:42", pad=600_000)
    await until(lambda: sdk.offsets("user:42") == [1])
    assert len(sdk.events["user:42"][0][1]["pad"]) == 600_000
    await sdk.leave()


@pytest.mark.parametrize(
    ("code", "answer"),
    [("token_expired", 109), ("token_revoked", 109), ("token_not_yet_valid", 109), ("token_invalid", 3500)],
)
async def test_a_bad_token_is_told_so_that_the_sdk_does_the_right_thing(
    faked: Served, code: str, answer: int
) -> None:
    faked.identities.refusals["bad"] = code
    async with wired(faked) as wire:
        wire.say({"id": 1, "connect": {"token": "bad"}})
        if answer == 109:
            assert (await wire.heard())["error"] == {"code": 109, "message": "token expired"}
        else:
            assert await wire.closed() == answer


async def test_no_token_is_unauthorized(faked: Served) -> None:
    async with wired(faked) as wire:
        assert (await wire.ask(id=1, connect={}))["error"]["code"] == 101
        assert "connect" in await wire.ask(id=2, connect={"token": let_in(faked)})


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "1",
        '{"id":"1"}',
        '{"id":-1,"connect":{}}',
        '{"id":1,"connect":7}',
        '{"id":1,"connect":{"token":7}}',
        '{"id":1,"connect":{"token":"t","subs":{"user:42":{"recover":true,"offset":-1}}}}',
        '{"id":1,"connect":{"token":"t","subs":{"user:42":{"recover":true,"offset":9223372036854775808}}}}',
        '{"id":1,"connect":{"token":"t","subs":[]}}',
        '{"id":1,"connect":{"data":' + "[" * 20_000 + "]" * 20_000 + "}}",
        '{"id":1e400}',
        '{"connect":{"token":"t"}}',
        '{"id":1,"subscribe":{"channel":"user:42"}}',
        '{"id":1}',
        '{"id":1,"connect":{"token":"\\ud800"}}',
    ],
)
async def test_a_malformed_first_command_closes_the_connection(faked: Served, line: str) -> None:
    async with wired(faked) as wire:
        wire.send(frame(line))
        assert await wire.closed() in (3500, 3501)
    assert faked.live.stats.connects == 0


async def test_connecting_twice_closes_the_connection(faked: Served) -> None:
    async with wired(faked, let_in(faked)) as wire:
        wire.say({"id": 2, "connect": {"token": let_in(faked)}})
        assert await wire.closed() == 3501


async def test_commands_may_follow_connect_in_the_same_message(faked: Served) -> None:
    async with wired(faked) as wire:
        wire.say({"id": 1, "connect": {"token": let_in(faked)}}, {"id": 2, "ping": {}}, {"send": {}}, {})
        assert "connect" in await wire.heard()
        assert await wire.heard() == {"id": 2, "ping": {}}


async def test_methods_that_are_not_offered_say_so(faked: Served) -> None:
    async with wired(faked, let_in(faked)) as wire:
        refusals: list[tuple[dict[str, Any], int]] = [
            ({"publish": {"channel": "user:42", "data": {}}}, 103),
            ({"history": {"channel": "user:42"}}, 108),
            ({"presence": {"channel": "user:42"}}, 108),
            ({"presence_stats": {"channel": "user:42"}}, 108),
            ({"sub_refresh": {"channel": "user:42"}}, 108),
            ({"rpc": {"method": "transfer", "data": {}}}, 104),
            ({"unheard_of": {}}, 104),
            ({"unsubscribe": {"channel": "user:42"}}, 103),
        ]
        for command, code in refusals:
            assert (await wire.ask(id=9, **command))["error"]["code"] == code, command


@pytest.mark.parametrize(
    ("roles", "channel", "code"),
    [
        ((), "user:42", 105),
        ((), "user:7", 103),
        ((), "view:7", 103),
        ((), "view:42", 103),
        ((), "role:admin", 103),
        ((), "house:promo", 103),
        ((), "view:house:promo", 103),
        ((), "view:house:", 103),
        (("support",), "view:house:", 102),
        (("support",), "view:house:a b", 102),
        (("support",), "house:promo", 103),
        ((), "news", 102),
        ((), "", 102),
        (("support",), "user:7", 103),
        (("support",), "role:admin", 103),
        (("support",), "view:", 102),
        (("support",), "view:a:b", 102),
        (("support",), "view:" + "x" * 65, 102),
        (("support",), "view:\u0000", 102),
    ],
)
async def test_nobody_subscribes_to_what_is_not_theirs(
    faked: Served, roles: tuple[str, ...], channel: str, code: int
) -> None:
    async with wired(faked, let_in(faked, *roles)) as wire:
        assert (await wire.ask(id=2, subscribe={"channel": channel}))["error"]["code"] == code
    assert faked.groat.acts == []


async def test_asking_to_recover_anothers_stream_in_connect_gets_nothing(faked: Served) -> None:
    faked.groat.publish("user:7", 3)
    async with wired(faked) as wire:
        subs = {"user:7": {"recover": True, "epoch": "e1"}, "role:admin": {"recover": True, "epoch": "e1"}}
        reply = await wire.ask(id=1, connect={"token": let_in(faked), "subs": subs})
        assert list(reply["connect"]["subs"]) == ["user:42", "role:all"]
        faked.groat.publish("user:7")
        faked.groat.publish("user:42")
        assert (await wire.heard())["push"]["channel"] == "user:42"


async def test_staff_view_a_stream_of_the_house(served: Served, ledger: Groat) -> None:
    async with wired(served, let_in(served, "support")) as wire:
        assert "subscribe" in await wire.ask(id=2, subscribe={"channel": "view:house:promo"})
    # Nobody is looked at, so there is nothing to audit.
    assert await ledger.audit() == []


async def test_what_is_told_to_all_reaches_whoever_is_connected(faked: Served) -> None:
    async with wired(faked, let_in(faked)) as one, wired(faked, let_in(faked, "support")) as other:
        faked.groat.publish("role:partner")
        faked.groat.publish("role:all")
        for wire in (one, other):
            assert (await wire.heard())["push"]["channel"] == "role:all"


async def test_views_are_audited_once_per_viewer_person_and_hour(served: Served, ledger: Groat) -> None:
    token = let_in(served, "support")
    for _ in range(2):
        async with wired(served, token) as wire:
            for number, channel in enumerate(("view:1", "view:2"), 2):
                assert "subscribe" in await wire.ask(id=number, subscribe={"channel": channel})
            assert "unsubscribe" in await wire.ask(id=4, unsubscribe={"channel": "view:1"})
            assert "subscribe" in await wire.ask(id=5, subscribe={"channel": "view:1"})
            assert (await wire.ask(id=6, subscribe={"channel": "view:1"}))["error"]["code"] == 105
    # A server started within the hour finds in the log what it has not in memory.
    served.live._views.clear()
    async with wired(served, token) as wire:
        assert "subscribe" in await wire.ask(id=2, subscribe={"channel": "view:2"})
    seen = [(entry.kind, entry.actor, entry.target) for entry in await ledger.audit()]
    assert sorted(seen) == [("view", "user:42", "user:1"), ("view", "user:42", "user:2")]


async def test_after_unsubscribing_nothing_more_comes(faked: Served) -> None:
    async with wired(faked, let_in(faked, "admin")) as wire:
        await wire.ask(id=2, subscribe={"channel": "view:1"})
        await wire.ask(id=3, unsubscribe={"channel": "view:1"})
        wire.say(
            {"id": 4, "subscribe": {"channel": "view:2"}}, {"id": 5, "unsubscribe": {"channel": "view:2"}}
        )
        replies = [await wire.heard(), await wire.heard()]
        assert {reply["id"] for reply in replies} == {4, 5}
        faked.groat.publish("user:1")
        faked.groat.publish("user:2")
        faked.groat.publish("user:42")
        assert (await wire.heard())["push"]["channel"] == "user:42"
    await until(lambda: faked.live.stats.feeds == 0)


class Tape:
    """A transport that keeps what was written, as JSON."""

    def __init__(self) -> None:
        self.lines: list[dict[str, Any]] = []
        self.receiver: Receiver | None = None

    def write(self, framed: bytes) -> None:
        self.lines += [json.loads(line) for _, text in messages_of(framed) for line in text.split(b"\n")]

    def hang_up(self, code: int, reason: str, *, deaf: bool = False) -> None:
        raise AssertionError((code, reason))

    def backlog(self) -> int:
        return 0

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    def reply(self, id: int) -> dict[str, Any] | None:
        return next((line for line in self.lines if line.get("id") == id), None)


@pytest.mark.parametrize("plain_asgi", [False])
@pytest.mark.parametrize("seed", range(200))
async def test_of_many_wishes_for_a_view_the_last_one_wins(seed: int, faked: Served) -> None:
    """Whatever is still on its way: its end belongs to the attempt that began it."""
    rng = random.Random(seed)
    streams = faked.groat.streams
    streams.turns = lambda: rng.randrange(6)
    tape = Tape()
    connection = Connection(faked.live, tape)
    connection.receive(json.dumps({"id": 1, "connect": {"token": let_in(faked, "admin")}}).encode())
    await until(lambda: tape.reply(1) is not None)
    id, wanted, attempt = 1, False, 0
    for _ in range(rng.randrange(2, 9)):
        id += 1
        wanted = not wanted
        if wanted:
            attempt = id
        channel = {"channel": "view:7"}
        connection.receive(json.dumps({"id": id, "subscribe" if wanted else "unsubscribe": channel}).encode())
        for _ in range(rng.randrange(8)):
            await asyncio.sleep(0)
        if rng.random() < 0.2:
            faked.groat.publish("user:7")
    await until(lambda: all(tape.reply(n) is not None for n in range(1, id + 1)))
    before = len(tape.lines)
    faked.groat.publish("user:7")
    faked.groat.publish("user:42")
    await until(lambda: any(line.get("push", {}).get("channel") == "user:42" for line in tape.lines[before:]))
    pushed = [line["push"]["channel"] for line in tape.lines[before:] if "push" in line]
    assert pushed.count("view:7") == (1 if wanted else 0)
    if wanted:
        assert "subscribe" in (tape.reply(attempt) or {})
    connection.lost()
    assert faked.live.stats.feeds == 0


async def test_at_most_100_views_per_connection(faked: Served) -> None:
    async with wired(faked, let_in(faked, "admin")) as wire:
        wire.say(*({"id": 2 + n, "subscribe": {"channel": f"view:{n}"}} for n in range(101)))
        replies = [await wire.heard() for _ in range(101)]
        assert [reply["id"] for reply in replies if "error" in reply] == [102]
        assert next(reply for reply in replies if "error" in reply)["error"]["code"] == 106
        await wire.ask(id=200, unsubscribe={"channel": "view:0"})
        assert "subscribe" in await wire.ask(id=201, subscribe={"channel": "view:100"})


# Tokens.


async def test_a_token_is_refreshed_on_the_open_connection(served: Served) -> None:
    calls = 0

    async def get_token() -> str:
        nonlocal calls
        calls += 1
        life_s = 4 if calls == 1 else 3600
        return served.identities.let_in(f"t{calls}", "42", expires_at=int(time.time()) + life_s)

    sdk = await Sdk(served.url, get_token).connect()
    await until(lambda: calls == 2)
    await served.credit("42", 1)
    await until(lambda: sdk.offsets("user:42") == [1])
    assert (sdk.connects, sdk.connecting, sdk.disconnected) == (1, [0], [])
    await sdk.leave()


def life(served: Served, seconds: float) -> int:
    """The end of a token that lives so long, on the clock of the test."""
    return round(served.clock.wall() + seconds)


async def test_ttl_is_the_tokens_end_less_30_seconds(timed: Served) -> None:
    async with wired(timed) as wire:
        reply = await wire.ask(id=1, connect={"token": let_in(timed, expires_at=life(timed, 930))})
        assert reply["connect"]["expires"] is True
        assert reply["connect"]["ttl"] == 900
        await timed.clock.pass_s(20)
        timed.identities.let_in("newer", "42", expires_at=life(timed, 1830))
        reply = await wire.ask(id=2, refresh={"token": "newer"})
        assert reply["refresh"]["ttl"] == 1800


@pytest.mark.parametrize(
    ("life_s", "ttl"), [(1, 1), (5, 3), (25, 16), (60, 40), (89, 59), (90, 60), (91, 61)]
)
async def test_a_short_token_is_renewed_after_two_thirds_of_its_life(
    timed: Served, life_s: int, ttl: int
) -> None:
    async with wired(timed) as wire:
        token = let_in(timed, expires_at=life(timed, life_s))
        assert (await wire.ask(id=1, connect={"token": token}))["connect"]["ttl"] == ttl


async def test_a_client_may_ask_whether_the_connection_still_lives(faked: Served) -> None:
    async with wired(faked, let_in(faked)) as wire:
        assert await wire.ask(id=2, rpc={"method": "ping"}) == {"id": 2, "rpc": {"data": {}}}


async def test_an_expired_token_closes_3005_and_a_new_one_goes_on(timed: Served) -> None:
    calls = 0

    async def get_token() -> str:
        nonlocal calls
        calls += 1
        if calls in (2, 3):
            timed.identities.refusals[f"t{calls}"] = "token_expired"
            return f"t{calls}"
        return timed.identities.let_in(f"t{calls}", "42", expires_at=life(timed, 20 if calls == 1 else 3_600))

    sdk = await Sdk(timed.url, get_token).connect()
    timed.groat.publish("user:42")
    await timed.clock.pass_s(21)
    await until(lambda: sdk.connects == 2)
    timed.groat.publish("user:42")
    await until(lambda: sdk.offsets("user:42") == [1, 2])
    assert 3005 in sdk.connecting
    assert sdk.disconnected == []
    await sdk.leave()


async def test_a_connection_outlives_its_token_by_a_second_at_most(timed: Served) -> None:
    async with wired(timed, let_in(timed, expires_at=life(timed, 20))) as wire:
        await timed.clock.pass_s(19.9)
        assert "ping" in await wire.ask(id=2, ping={})
        await timed.clock.pass_s(1.1)
        assert await wire.closed() == 3005


@pytest.mark.parametrize("jump_s", [-3_600, 3_600])
async def test_setting_the_machines_clock_changes_nothing_of_a_connections_end(
    timed: Served, jump_s: int
) -> None:
    async with wired(timed, let_in(timed, expires_at=life(timed, 20))) as wire:
        timed.clock.set_by += jump_s
        await timed.clock.pass_s(19)
        assert "ping" in await wire.ask(id=2, ping={})
        await timed.clock.pass_s(2)
        assert await wire.closed() == 3005


@pytest.mark.parametrize(
    ("newer", "code"),
    [("refused", 3005), ("unknown", 3005), ("somebody else", 3500), ("other roles", 3014)],
)
async def test_a_refresh_that_does_not_fit_closes(faked: Served, newer: str, code: int) -> None:
    faked.identities.refusals["refused"] = "token_expired"
    faked.identities.let_in("somebody else", "43")
    faked.identities.let_in("other roles", "42", "admin")
    async with wired(faked, let_in(faked)) as wire:
        wire.say({"id": 2, "refresh": {"token": newer}})
        assert await wire.closed() == code


async def test_a_revoked_person_is_out_within_5_seconds(timed: Served) -> None:
    sdk = await Sdk(timed.url, let_in(timed)).connect()
    other = await Sdk(timed.url, let_in(timed, user="7")).connect()
    timed.identities.refusals["token-of-42"] = "token_revoked"
    timed.identities.changed.append("user:42")
    await timed.clock.pass_s(5)
    await until(lambda: 3014 in sdk.connecting)
    await until(lambda: sdk.errors.count(109) >= 1)
    assert sdk.connects == 1
    assert other.connecting == [0]
    await sdk.leave()
    await other.leave()


async def test_a_session_that_ended_closes_its_connections_at_once_and_no_others(faked: Served) -> None:
    identities = faked.identities
    for name in ("ended", "open"):
        identities.tokens[name] = Identity("user:42", "42", session=name)
    identities.open_sessions = {"open"}
    async with wired(faked, "ended") as ended, wired(faked, "open") as other:
        identities.changed.append("user:42")
        identities.listener()
        assert await ended.closed() == 3014
        assert (await other.ask(id=2, ping={}))["id"] == 2
        # Told of by this process it does not wait for the check every few seconds.
        identities.open_sessions = set()
        identities.changed.append("user:42")
        identities.listener()
        assert await other.closed() == 3014


async def test_a_check_of_rights_that_failed_is_made_again(faked: Served) -> None:
    failing = faked.identities.failing = [Unavailable()]
    async with wired(faked, let_in(faked)) as wire:
        faked.identities.changed.append("user:42")
        faked.identities.listener()
        await until(lambda: not failing)
        faked.identities.listener()
        assert await wire.closed() == 3014


async def test_a_changed_role_acts_on_the_open_connection(timed: Served) -> None:
    sdk = await Sdk(timed.url, let_in(timed)).connect()
    timed.groat.publish("user:42", 2)
    await until(lambda: len(sdk.offsets("user:42")) == 2)
    let_in(timed, "admin")
    timed.identities.changed.append("user:42")
    await timed.clock.pass_s(5)
    await until(lambda: sdk.connects == 2)
    await until(lambda: "role:admin" in sdk.subscribed)
    # 3014 tells the SDK to forget its positions, so that nothing it may not see any more stays.
    assert sdk.subscribed["user:42"][1].data == {"total": 2}
    await sdk.leave()


async def test_rights_that_change_during_a_connect_count(timed: Served) -> None:
    gate = timed.groat.streams.gate = asyncio.Event()
    async with wired(timed) as wire:
        wire.say({"id": 1, "connect": {"token": let_in(timed)}})
        await until(lambda: "resume" in timed.groat.streams.reads)
        timed.identities.changed.append("user:42")
        await timed.clock.pass_s(5)
        assert await wire.closed() == 3014
        gate.set()
    await until(lambda: timed.live.stats.feeds == 0)


# Limits.


async def test_at_most_n_connections_per_person(plain_asgi: bool) -> None:
    limits = LiveLimits(connections_per_user=2, connects_per_minute=100, drain_s=0.1)
    async with serving(FakeGroat(), limits, plain_asgi=plain_asgi) as served:
        token, other = let_in(served), let_in(served, user="7")
        async with wired(served, token), wired(served, other), wired(served) as third:
            async with wired(served, token):
                error = (await third.ask(id=1, connect={"token": token}))["error"]
                assert error == {
                    "code": 106,
                    "message": "too many connections of this person",
                    "temporary": True,
                }
            await until(lambda: served.live.stats.connections == 3)
            assert "connect" in await third.ask(id=2, connect={"token": token})


async def test_at_most_n_connects_a_minute_per_person(plain_asgi: bool) -> None:
    limits = LiveLimits(connections_per_user=2, connects_per_minute=3, drain_s=0.1)
    async with serving(FakeGroat(), limits, plain_asgi=plain_asgi) as served:
        token, other = let_in(served), let_in(served, user="7")
        for _ in range(3):
            async with wired(served, token):
                pass
        async with wired(served) as wire:
            error = (await wire.ask(id=1, connect={"token": token}))["error"]
            assert error == {"code": 111, "message": "too many requests", "temporary": True}
            assert "connect" in await wire.ask(id=2, connect={"token": other})


async def test_all_tabs_of_a_person_come_back_at_once() -> None:
    limits = LiveLimits(connections_per_user=5, connects_per_minute=2, drain_s=0.1)
    async with serving(FakeGroat(), limits) as served:
        token = let_in(served)
        async with AsyncExitStack() as tabs:
            for _ in range(5):
                await tabs.enter_async_context(wired(served, token))
        async with wired(served) as wire:
            assert (await wire.ask(id=1, connect={"token": token}))["error"]["code"] == 111


async def test_more_messages_than_allowed_close_the_connection(plain_asgi: bool) -> None:
    limits = LiveLimits(messages_per_second=5, drain_s=0.1)
    async with (
        serving(FakeGroat(), limits, plain_asgi=plain_asgi) as served,
        wired(served, let_in(served)) as wire,
    ):
        wire.say(*({"id": n, "ping": {}} for n in range(2, 40)))
        assert await wire.closed() == 3013


async def test_an_inbound_message_has_at_most_64_kib(faked: Served) -> None:
    async with wired(faked, let_in(faked)) as wire:
        wire.send(frame('{"id":2,"ping":{}}' + " " * 65_000))
        assert await wire.heard() == {"id": 2, "ping": {}}
        wire.send(frame(" " * (65_536 + 1)))
        assert await wire.closed() == 1009


async def test_who_does_not_connect_in_time_is_closed(timed: Served) -> None:
    async with wired(timed) as wire:
        await timed.clock.pass_s(9.9)
        assert timed.live.stats.connections == 1
        await timed.clock.pass_s(1.1)
        assert await wire.closed() == 3502


async def test_a_connect_that_takes_long_is_the_servers_fault_alone(timed: Served) -> None:
    gate = timed.groat.streams.gate = asyncio.Event()
    async with wired(timed) as wire:
        wire.say({"id": 1, "connect": {"token": let_in(timed)}})
        await until(lambda: "resume" in timed.groat.streams.reads)
        await timed.clock.pass_s(60)
        gate.set()
        assert "connect" in await wire.heard()


async def test_pings_go_out_and_who_never_answers_is_closed(timed: Served) -> None:
    async with (
        wired(timed, let_in(timed)) as answering,
        wired(timed, let_in(timed, user="7")) as silent,
    ):
        await timed.clock.pass_s(24)
        for wire in (answering, silent):
            # Nothing goes out before a ping is due.
            assert "ping" in await wire.ask(id=2, ping={})
        for _ in range(3):
            await timed.clock.pass_s(25)
            assert await answering.next_frame() == (1, b"{}")
            answering.say({})
            assert "ping" in await answering.ask(id=3, ping={})
        assert await silent.next_frame() == (1, b"{}")
        assert await silent.closed() == 3012


async def test_a_database_that_fails_is_an_error_to_try_again(faked: Served) -> None:
    faked.groat.streams.failing = 1
    async with wired(faked) as wire:
        error = (await wire.ask(id=1, connect={"token": let_in(faked, "admin")}))["error"]
        assert error == {"code": 100, "message": "internal server error", "temporary": True}
        assert "connect" in await wire.ask(id=2, connect={"token": let_in(faked, "admin")})
        faked.groat.streams.failing = 1
        assert (await wire.ask(id=3, subscribe={"channel": "view:1"}))["error"]["code"] == 100
        assert "subscribe" in await wire.ask(id=4, subscribe={"channel": "view:1"})


# Receipts.


async def test_what_a_device_was_sent_is_noted(served: Served, ledger: Groat) -> None:
    await served.credit("42", 2)
    async with wired(served) as phone, wired(served) as watching:
        await phone.ask(id=1, connect={"token": let_in(served), "data": {"device": "pho\x00ne"}})
        staff = let_in(served, "admin", user="1")
        await watching.ask(id=1, connect={"token": staff, "data": {"device": "staff"}})
        await watching.ask(id=2, subscribe={"channel": "view:42"})
        await served.credit("42", 1)

        async def noted() -> list[tuple[str, bool]]:
            found = await ledger.streams.deliveries([("user:42", 3)])
            return [(each.device, each.seen is None) for each in found.get(("user:42", 3), [])]

        deadline = time.monotonic() + 10
        while not (devices := await noted()):
            assert time.monotonic() < deadline
            await asyncio.sleep(0.01)
        assert devices == [("phone", True)]
        # Events that the device had when it came are not noted as sent.
        assert await ledger.streams.deliveries([("user:42", 2)]) == {}


async def test_seen_is_kept_as_one_high_water_per_device(served: Served, ledger: Groat) -> None:
    await served.credit("42", 9)
    async with wired(served) as wire:
        data = {"device": "phone"}
        await wire.ask(id=1, connect={"token": let_in(served, "admin"), "data": data})
        for number, offset in enumerate((4, 9, 7), 2):
            seen = {"stream": "user:42", "offset": offset}
            assert (await wire.ask(id=number, rpc={"method": "seen", "data": seen}))["rpc"] == {"data": {}}
        for bad, code in [
            ({"stream": "user:42", "offset": 10}, 107),
            ({"stream": "user:42", "offset": -1}, 107),
            ({"stream": "user:42"}, 107),
            ({"stream": "user:7", "offset": 0}, 103),
            ([], 107),
        ]:
            assert (await wire.ask(id=9, rpc={"method": "seen", "data": bad}))["error"]["code"] == code

        async def kept() -> list[tuple[str, int, int]]:
            return await ledger.streams.receipts("user:42")

        deadline = time.monotonic() + 5
        while not (receipts := await kept()):
            assert time.monotonic() < deadline
        assert [(device, offset) for device, offset, _ in receipts] == [("phone", 9)]


async def test_the_way_to_the_screen_is_the_event_s_age_less_what_passed_since(timed: Served) -> None:
    timed.groat.streams.age_s = 10.0
    timed.groat.publish("user:42", 3)
    async with wired(timed, let_in(timed)) as wire:
        seen = {"stream": "user:42", "offset": 3, "ago_ms": 4_000}
        assert "error" not in await wire.ask(id=2, rpc={"method": "seen", "data": seen})
        # Without a time it says nothing of the way.
        assert "error" not in await wire.ask(id=3, rpc={"method": "seen", "data": seen | {"ago_ms": None}})
        await timed.clock.pass_s(1)
        assert count(timed) == 1
        # The age is told at the next flush, up to a second after the receipt.
        assert 5.0 <= timed.live.to_screen.total <= 6.0
        before = timed.live.to_screen.total
        # A client that says more than can be is taken at nothing.
        await wire.ask(id=5, rpc={"method": "seen", "data": seen | {"offset": 2, "ago_ms": 60_000}})
        await timed.clock.pass_s(1)
        assert count(timed) == 2
        assert timed.live.to_screen.total == before
        bad = await wire.ask(id=6, rpc={"method": "seen", "data": seen | {"ago_ms": -1}})
        assert bad["error"]["code"] == 107
    assert count(timed) == 2


def count(served: Served) -> float:
    """How many ways to a screen were measured."""
    return served.live.to_screen.buckets()[-1][1]


# Shutting down.


async def test_draining_closes_everybody_within_the_window_to_come_back(faked: Served) -> None:
    async with wired(faked, let_in(faked)) as one, wired(faked, let_in(faked, user="7")) as other:
        draining = asyncio.create_task(faked.live.drain(0.3))
        assert [await one.closed(), await other.closed()] == [3001, 3001]
        one.send(frame(b"\x0b\xb9", 8))
        other.send(frame(b"\x0b\xb9", 8))
        await draining
    assert faked.live.stats.connections == 0
