"""A call is repeated under the same key while its outcome is open, for a bounded time, and happens once."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import formatdate
from typing import Any

import httpx
import pytest

from groat.client import AsyncClient, Client, ClientError, UnknownOutcome, Unreachable, problems
from groat.client.calling import Lost, Patience, Received, Route, Sending, attempts, problem_of
from tests.client.cutting import Cut, cutting
from tests.client.test_server import give
from tests.crash.server import Server
from tests.servers import free_port

WRITE: Route[Any] = Route("POST", "/v1/transactions", Any, keyed=True)
UNKEYED: Route[Any] = Route("POST", "/v1/assets", Any)
READ: Route[Any] = Route("GET", "/v1/me", Any)
SEED = 7


def told(code: str, status: int, **headers: str) -> Received:
    return Received(status, headers, json.dumps({"code": code, "detail": "Why.", "status": status}).encode())


GOOD = Received(201, {}, b'{"id":"1"}')
CUT = Lost("the connection broke", sent=True)
REFUSED = Lost("nobody listens", sent=False)
BUSY = told("busy", 503, **{"retry-after": "1"})
PROXY = Received(502, {}, b"<html>")


class Trial:
    """A call on a clock of its own: what was sent, how long it waited, and what it came to."""

    def __init__(self, route: Route[Any], *answers: Received | Lost, key: str | None = None) -> None:
        self.sent: list[Sending] = []
        self.waits: list[float] = []
        self.error: ClientError | None = None
        self.value: Any = None
        now = 0.0
        flow = attempts(route, Patience(15.0, 30.0), lambda: now, body={}, key=key)
        left = list(answers)
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sending):
                    self.sent.append(step)
                    # The last answer comes again and again.
                    step = flow.send(left.pop(0) if len(left) > 1 else left[0])
                else:
                    self.waits.append(step)
                    now += step
                    step = flow.send(None)
        except StopIteration as done:
            self.value = done.value
        except ClientError as error:
            self.error = error

    @property
    def keys(self) -> set[str | None]:
        return {each.headers.get("Idempotency-Key") for each in self.sent}


@pytest.mark.parametrize(
    "failure", [CUT, REFUSED, BUSY, PROXY, told("internal_error", 500), told("rate_limited", 429),
                Received(200, {}, b"<html>Sign in to the Wi-Fi")]
)  # fmt: skip
def test_a_write_is_repeated_under_its_key(failure: Received | Lost) -> None:
    trial = Trial(WRITE, failure, GOOD)
    assert trial.value == {"id": "1"}
    assert len(trial.sent) == 2
    assert len(trial.keys) == 1
    assert None not in trial.keys
    assert Trial(WRITE, failure, GOOD, key="order-4711").keys == {"order-4711"}


def test_keys_that_the_client_makes_are_all_different() -> None:
    assert len({key for _ in range(100) for key in Trial(WRITE, GOOD).keys}) == 100


def test_it_waits_longer_each_time_by_chance_and_not_for_ever() -> None:
    random.seed(SEED)
    print("seed", SEED)
    waits = [Trial(WRITE, CUT).waits for _ in range(50)]
    assert all(sum(each) <= 30.0 for each in waits)
    assert all(10 <= len(each) <= 20 for each in waits)
    assert all(0.05 <= each[0] <= 0.1 and 2.0 <= each[-1] <= 4.0 for each in waits)
    assert len({each[0] for each in waits}) == 50


def test_it_waits_for_as_long_as_the_server_asks() -> None:
    assert 1.0 < Trial(WRITE, BUSY, GOOD).waits[0] < 1.2
    # Nobody waits a quarter of an hour for an answer.
    throttled = Trial(UNKEYED, told("login_throttled", 429, **{"retry-after": "900"}))
    assert isinstance(throttled.error, problems.LoginThrottled)
    assert throttled.error.retry_after_s == 900
    assert throttled.waits == []


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("7", 7), ("0", 0), ("1.5", 1.5), ("Sun, 06 Nov 1994 08:49:44 GMT", 7), ("Sunday, 06-Nov-94 08:49:44 GMT", 7),
        ("Sun Nov  6 08:49:44 1994", 7), ("Sun, 06 Nov 1994 08:49:30 GMT", 0), ("soon", None), ("", None),
        ("-1", None), ("inf", None), ("99 Nov", None), ("9" * 400, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("failure", [("busy", 503), ("rate_limited", 429)])
def test_retry_after_is_a_number_of_seconds_or_a_date(
    failure: tuple[str, int], said: str, wait_s: float | None
) -> None:
    # The clock is the server's: the caller's says another year.
    asked = told(failure[0], failure[1], **{"retry-after": said, "date": "Sun, 06 Nov 1994 08:49:37 GMT"})
    trial = Trial(WRITE, asked, GOOD)
    assert trial.value == {"id": "1"}
    assert len(trial.keys) == 1
    assert (wait_s or 0) + 0.05 <= trial.waits[0] <= (wait_s or 0) + 0.1
    assert problem_of(asked).retry_after_s == wait_s


def test_a_date_counts_from_now_where_the_answer_has_no_date_of_its_own() -> None:
    later = told("busy", 503, **{"retry-after": formatdate(time.time() + 20, usegmt=True)})
    assert 15 < Trial(WRITE, later, GOOD).waits[0] < 20.1


def test_what_ends_it_says_whether_the_write_may_have_been_done() -> None:
    lost = Trial(WRITE, CUT, key="k")
    assert isinstance(lost.error, UnknownOutcome)
    assert lost.error.key == "k"
    assert "'k'" in str(lost.error)
    assert isinstance(Trial(WRITE, REFUSED).error, Unreachable)
    assert isinstance(Trial(READ, CUT).error, Unreachable)
    # The key decides: the first attempt was not done either.
    assert isinstance(Trial(WRITE, CUT, told("insufficient_funds", 422)).error, problems.InsufficientFunds)
    # These say nothing of the first attempt.
    for unsaid in (told("token_expired", 401), told("forbidden", 403), Received(404, {}, b"<html>")):
        assert isinstance(Trial(WRITE, CUT, unsaid).error, UnknownOutcome)
        assert not isinstance(Trial(WRITE, unsaid).error, UnknownOutcome)


def test_a_write_without_a_key_is_not_sent_twice_when_it_may_have_been_done() -> None:
    lost = Trial(UNKEYED, CUT)
    assert isinstance(lost.error, UnknownOutcome)
    assert lost.error.key is None
    assert len(lost.sent) == 1
    assert Trial(UNKEYED, REFUSED, GOOD).value == {"id": "1"}
    assert Trial(UNKEYED, told("rate_limited", 429), GOOD).value == {"id": "1"}


def test_a_failure_that_time_does_not_mend_is_told_soon() -> None:
    assert len(Trial(WRITE, told("internal_error", 500)).sent) == 3
    failed = Trial(WRITE, told("command_failed", 500))
    assert isinstance(failed.error, problems.CommandFailed)
    assert len(failed.sent) == 1


@pytest.mark.parametrize("cuts", [["answer"], ["half"], ["request", "answer", "half"]])
def test_an_answer_that_is_cut_after_the_commit_is_asked_for_again(
    server: Server, api_key: str, cuts: list[Cut]
) -> None:
    user = "cut-" + "-".join(cuts)
    with cutting(server.port) as proxy, Client(proxy.address, api_key) as client:
        proxy.cuts = list(cuts)
        posted = client.post_transaction(**give(user, "5"))
        assert posted.replayed
        assert proxy.cuts == []
        (balance,) = client.get_account(f"user:{user}").balances
    assert (balance.balance, balance.version) == ("5", 1)


async def test_so_does_the_asynchronous_one(server: Server, api_key: str) -> None:
    with cutting(server.port) as proxy:
        proxy.cuts = ["answer", "half"]
        async with AsyncClient(proxy.address, api_key) as client:
            assert (await client.post_transaction(**give("cut-async", "5"))).replayed
            (balance,) = (await client.get_account("user:cut-async")).balances
    assert (balance.balance, balance.version) == ("5", 1)


@contextmanager
def answering(*pieces: bytes) -> Iterator[str]:
    """A server that answers with these pieces, over and over the last one, until the client leaves."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65_536)
            for piece in itertools.chain(pieces, itertools.repeat(pieces[-1] if pieces else b"")):
                if piece:
                    connection.sendall(piece)
                connection.settimeout(0.05)
                with suppress(TimeoutError):
                    if not connection.recv(1):
                        return

    thread = threading.Thread(target=serve)
    thread.start()
    with listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join()


TRICKLE = (b"HTTP/1.1 201 Created\r\nContent-Length: 100000\r\n\r\n", b"x")


@pytest.mark.parametrize("pieces", [(), TRICKLE], ids=["silent", "trickling"])
async def test_an_answer_that_does_not_come_in_time_leaves_it_open(pieces: tuple[bytes, ...]) -> None:
    with (
        answering(*pieces) as address,
        Client(address, "groat_x", timeout_s=0.3, retry_for_s=0) as client,
        pytest.raises(UnknownOutcome),
    ):
        client.post_transaction(**give("late", "5"))
    with answering(*pieces) as address:
        async with AsyncClient(address, "groat_x", timeout_s=0.3, retry_for_s=0) as twin:
            with pytest.raises(UnknownOutcome):
                await twin.post_transaction(**give("late", "5"))


def test_where_nobody_listens_nothing_was_done() -> None:
    with (
        Client(f"http://127.0.0.1:{free_port()}", "groat_x", retry_for_s=0) as client,
        pytest.raises(Unreachable),
    ):
        client.post_transaction(**give("late", "5"))


def test_the_time_is_up(server: Server, api_key: str) -> None:
    with cutting(server.port) as proxy, Client(proxy.address, api_key, retry_for_s=0) as client:
        proxy.cuts = ["answer"]
        with pytest.raises(UnknownOutcome) as lost:
            client.post_transaction(**give("late", "5"))
        assert lost.value.key is not None
        assert client.post_transaction(**give("late", "5"), key=lost.value.key).replayed


async def test_a_server_that_is_killed_in_the_middle_has_done_each_write_once(
    server: Server, api_key: str
) -> None:
    async with AsyncClient(server.address, api_key, timeout_s=5, retry_for_s=120) as client:

        async def write(number: int) -> None:
            for write in range(20):
                await client.post_transaction(**give(f"killed-{number}", "1"), key=f"killed/{number}/{write}")

        writers = asyncio.gather(*(write(number) for number in range(8)))
        seen = 0
        while seen < 3:
            try:
                seen = (await client.get_account("user:killed-0")).balances[0].version
            except problems.AccountNotFound:
                continue
        server.kill()
        assert not writers.done()
        await server.start()
        await writers
        for number in range(8):
            (balance,) = (await client.get_account(f"user:killed-{number}")).balances
            assert (balance.balance, balance.version) == ("20", 20)


def test_a_token_is_asked_for_before_each_attempt_and_many_threads_share_a_client() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers["authorization"])
        if len(asked) % 2:
            return httpx.Response(503, json={"code": "busy", "status": 503, "detail": "."})
        return httpx.Response(200, json={"items": []})

    tokens = iter(f"token-{number}" for number in range(10))
    with httpx.Client(transport=httpx.MockTransport(answer)) as http:
        client = Client("http://groat.test/credits/", lambda: next(tokens), http=http)
        client.list_assets()
        thread = threading.Thread(target=client.list_assets)
        thread.start()
        thread.join()
        assert not http.is_closed
    assert asked == [f"Bearer token-{number}" for number in range(4)]
