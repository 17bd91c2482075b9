"""A program from outside the tree: its operations, table, event, job and metric work without a line of ours for it."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from expense_claims import EXPENSES

from groat import Groat
from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import Operations
from groat.api.rights import Right
from groat.http.app import create_app
from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.ledger.errors import GroatError, Refusal, Rule
from groat.programs import Program, find_programs
from groat.programs.standing import STANDING
from groat.settings import Settings
from groat.store.extension import Event, Extension, Tells
from tests.helpers.databases import Database
from tests.helpers.fixtures import database
from tests.helpers.installed import EXAMPLES, install
from tests.http.conftest import ACTIONS, CALLERS, SECRET, Api, code

__all__ = ["database"]

KEY = b"0123456789abcdef"
PAID = {"type": "payment.paid", "payment": "pay_1", "user": "42", "amount": "12.50", "asset": "USD"}


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example, as pip would install it."""
    install(monkeypatch, tmp_path, EXAMPLES / "top_ups")


@pytest.fixture
def settings() -> Settings:
    """The program is turned on, with the secret that the provider signs with."""
    return Settings(
        secret=SECRET,
        jwt_secret=SECRET,
        actions=ACTIONS,
        messages_per_second=10_000,
        programs=("topups",),
        options={
            "topups": {"webhook_secret": "whsec_" + base64.b64encode(KEY).decode(), "count_every_s": 0.05}
        },
    )


class Provider:
    """The provider's own server: the receipts that it got by their ids, and the statuses that it answers with."""

    def __init__(self) -> None:
        self.url = ""
        self.receipts: list[tuple[str, dict[str, str]]] = []
        self.statuses: list[int] = []
        self.asked = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        fields = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = json.loads(await reader.readexactly(int(fields["content-length"])))
        status = self.statuses.pop(0) if self.statuses else 204
        if status == 204:
            self.receipts.append((fields["webhook-id"], body))
        writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        writer.close()
        self.asked.set()


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    """The provider, listening."""
    provider = Provider()
    server = await asyncio.start_server(provider.answer, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/receipts"
    async with server:
        yield provider


@pytest.fixture
async def server(
    database: Database, settings: Settings, provider: Provider, installed: None
) -> AsyncIterator[Api]:
    """A server with the program and its table on each kind of database, and USD."""
    settings.options["topups"]["receipts_url"] = provider.url
    async with Groat.open(
        database.url, policy=settings.policy(), programs=find_programs(settings.programs)
    ) as groat:
        await groat.add_asset("USD", 2)
        app = create_app(settings, groat)
        transport = httpx.ASGITransport(app, client=("127.0.0.1", 4711))
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://groat.test") as client,
        ):
            api = Api(client, groat, app, settings)
            for user, roles in CALLERS.items():
                await api.identities.add_user(user, roles=roles)
                api.credentials[user], _ = await api.identities.issue_token(user)
            yield api
            api.identities.close()
        report = await groat.verify()
        assert report.ok, report.problems


async def told(
    api: Api, message: Any = PAID, *, id: str = "msg_1", ahead_s: float = 0.0, key: bytes = KEY
) -> httpx.Response:
    """What the provider's message is answered with, signed with a key, by a clock that may be ahead."""
    body = json.dumps(message).encode()
    moment = str(int(time.time() + ahead_s))
    digest = hmac.digest(key, f"{id}.{moment}.".encode() + body, "sha256")
    headers = {
        "webhook-id": id,
        "webhook-timestamp": moment,
        "webhook-signature": f"v1,{base64.b64encode(b'other').decode()} v1,{base64.b64encode(digest).decode()}",
    }
    return await api.call("", "POST /v1/topups/webhook", content=body, headers=headers, key="")


async def balance(api: Api) -> str:
    found = (await api.call("42", "GET /v1/me")).json()["balances"]
    return next((str(each["balance"]) for each in found), "0")


async def test_a_signed_message_moves_money_once(server: Api) -> None:
    first = await told(server)
    assert (first.status_code, first.json()) == (201, {"payment": "pay_1", "amount": "12.50", "asset": "USD"})
    again = await told(server, id="msg_2")
    assert (again.status_code, again.json()) == (200, first.json())
    assert code(await told(server, {**PAID, "amount": "13.50"})) == "key_reused"
    assert await balance(server) == "12.50"
    listed = await server.call("sam", "GET /v1/topups", params={"user": "42"})
    assert listed.json() == {"items": [first.json()]}


async def test_its_event_is_on_the_payers_stream_with_its_schema(server: Api) -> None:
    start = (await server.call("42", "GET /v1/streams/user:42/events")).json()["position"]
    await told(server)
    page = (await server.call("42", "GET /v1/streams/user:42/events", params={"after": start})).json()
    events = {event["type"]: event["data"] for event in page["events"]}
    assert events["topup_received"] == {"payment": "pay_1", "amount": "12.50", "asset": "USD"}
    document = (await server.call("", "GET /v1/openapi.json")).json()
    rules = document["components"]["schemas"]["EventData"]["allOf"]
    assert "topup_received" in json.dumps(rules)
    listed = {event["type"]: event for event in document["x-groat-events"]}
    assert listed["topup_received"] == {
        "type": "topup_received",
        "socket_io": "top-up",
        "webhook": "topup.received",
        "data": {"$ref": "#/components/schemas/TopUpView"},
    }
    assert "topup.received" in (await server.call("", "GET /v1/docs")).text


async def test_what_goes_out_is_delivered_listed_and_replayed(server: Api, provider: Provider) -> None:
    provider.statuses = [410]
    await told(server)
    await asyncio.wait_for(provider.asked.wait(), 60)
    await told(server, {**PAID, "payment": "pay_2"}, id="msg_2")
    deadline = time.monotonic() + 60
    while len(provider.receipts) < 1:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    # The first was refused for good, so the second went out.
    assert [body["payment"] for _, body in provider.receipts] == ["pay_2"]
    listed = (await server.call("sam", "GET /v1/outbox", params={"channel": "topups.receipts"})).json()
    (entry,) = listed["items"]
    assert (entry["state"], entry["target"], entry["attempts"]) == ("failed", provider.url, 1)
    assert entry["note"] == "the provider takes no receipts here any more"
    assert (await server.call("ada", "GET /v1/outbox", params={"state": "sent"})).status_code == 400
    assert (await server.call("sam", f"POST /v1/outbox/{entry['id']}/replay")).status_code == 403
    replayed = await server.call("ada", f"POST /v1/outbox/{entry['id']}/replay")
    assert (replayed.status_code, replayed.json()["state"], replayed.json()["attempts"]) == (
        200,
        "waiting",
        0,
    )
    while len(provider.receipts) < 2:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert provider.receipts[1] == (entry["id"], {"payment": "pay_1", "amount": "12.50", "asset": "USD"})
    audit = (await server.call("sam", "GET /v1/audit")).json()["items"]
    assert [(each["kind"], each["actor"]) for each in audit if each["target"] == entry["id"]] == [
        ("outbox_replayed", "user:ada")
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"key": b"another secret..."}, {"ahead_s": -400.0}, {"ahead_s": 400.0}, {"id": ""}],
    ids=["key", "old", "ahead", "no id"],
)
async def test_a_wrong_signature_moves_nothing(server: Api, wrong: dict[str, Any]) -> None:
    answer = await told(server, **wrong)
    assert (answer.status_code, code(answer)) == (401, "signature_invalid")
    assert await balance(server) == "0"


async def test_a_body_changed_on_the_way_is_refused_before_it_is_read(server: Api) -> None:
    signed = await told(server)
    headers = {name: value for name, value in signed.request.headers.items() if name.startswith("webhook-")}
    for body in (b"{", json.dumps({**PAID, "amount": "99"}).encode()):
        answer = await server.call("ada", "POST /v1/topups/webhook", content=body, headers=headers)
        assert code(answer) == "signature_invalid"


@pytest.mark.parametrize("secret", ["", "whsec_", "not base64!"])
async def test_without_a_secret_nothing_is_let_in(server: Api, secret: str) -> None:
    server.settings.options["topups"]["webhook_secret"] = secret
    answer = await told(server, key=b"")
    assert code(answer) == "signature_invalid"
    assert "options.topups.webhook_secret" in answer.json()["detail"]


async def test_who_may_do_what(server: Api) -> None:
    for caller, status in (("", 401), ("42", 403), ("sam", 200), ("ada", 200)):
        answer = await server.call(caller, "GET /v1/topups", params={"user": "42"})
        assert answer.status_code == status


async def test_its_codes_operations_and_metrics_are_where_all_others_are(server: Api) -> None:
    assert code(await told(server, {**PAID, "type": "payment.failed"})) == "topup_not_paid"
    document = (await server.call("", "GET /v1/openapi.json")).json()
    webhook = document["paths"]["/v1/topups/webhook"]["post"]
    assert webhook["security"] == []
    assert "topup_not_paid" in json.dumps(webhook["responses"]["422"])
    assert "signature_invalid" in json.dumps(webhook["responses"]["401"])
    assert "listTopUps" in (await server.call("", "GET /v1/docs")).text
    assert (await told(server)).status_code == 201
    deadline = time.monotonic() + 30
    while "topups_payments 1.0" not in (text := (await server.call("ada", "GET /metrics")).text):
        assert time.monotonic() < deadline, text
        await asyncio.sleep(0.05)
    assert 'groat_http_requests_total{operation="takeInPayment",status="201"} 1.0' in text


class TestInstalledAlone:
    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET)

    @pytest.mark.usefixtures("installed")
    async def test_it_is_not_turned_on(self, api: Api) -> None:
        assert [program.name for program in find_programs(["topups"])] == ["topups"]
        assert code(await api.call("sam", "GET /v1/topups", params={"user": "42"})) == "not_found"


def telling(*events: Event) -> Program:
    return Program("mine", extension=Extension("mine", Path(__file__).parent, tells=Tells(events=events)))


def declared(id: str, route: str, **details: Any) -> Operations:
    operations = Operations()

    @operations.declare(id, route, Right.ANYONE, "things", "Do a thing", **details)
    async def do(call: Call) -> Answer:
        """Do it."""
        return Answer.of({})

    return operations


@pytest.mark.parametrize(
    ("what", "program"),
    [
        ("operation getMe", Program("mine", operations=declared("getMe", "GET /v1/mine"))),
        ("route GET /v1/me", Program("mine", operations=declared("mine", "GET /v1/me"))),
        ("route GET /v1/holds/{}", Program("mine", operations=declared("mine", "GET /v1/holds/{hold}"))),
        ("code forbidden", Program("mine", errors={"forbidden": Rule(403, "Not allowed.")})),
        ("event notification", telling(Event("notification"))),
        ("event expense_updated", telling(Event("expense_updated"))),
        ("Socket.IO event balance_updated", telling(Event("mine", socket_io="balance_updated"))),
        ("webhook mine", telling(Event("mine"), Event("other", webhook="mine"))),
    ],
    ids=[
        "operation",
        "route",
        "route with another name",
        "code",
        "event",
        "event of a kind",
        "Socket.IO",
        "webhook",
    ],
)
def test_a_program_cannot_take_the_place_of_what_is_there(what: str, program: Program) -> None:
    with pytest.raises(ValueError, match=f"declare the {what}"):
        Catalogue(CORE, (*STANDING, EXPENSES, program))


@pytest.mark.parametrize(
    "name", ["connect", "disconnecting", "groat:position", "", "with space", "1st", "x" * 65]
)
def test_a_name_that_no_event_can_have_is_refused(name: str) -> None:
    event = Event(name) if not name else Event("mine", socket_io=name)
    with pytest.raises(ValueError, match="cannot be the name of a Socket"):
        Catalogue(CORE, (*STANDING, telling(event)))


def test_all_events_have_names_and_schemas() -> None:
    catalogue = Catalogue(CORE, (*STANDING, EXPENSES))
    assert [event.names() for event in catalogue.events] == [
        (name, name)
        for name in (
            "balance_updated", "account_updated", "member_updated", "clock_forwarded", "budget_updated",
            "notification", "notifications_read", "notification_preferences", "requests_updated",
            "run_updated", "expense_updated",
        )
    ]  # fmt: skip


def test_a_signed_operation_says_how_it_is_checked() -> None:
    with pytest.raises(ValueError, match="SIGNED"):
        Operations().declare("mine", "POST /v1/mine", Right.SIGNED, "things", "Do a thing")
    with pytest.raises(ValueError, match="SIGNED"):
        declared("mine", "POST /v1/mine", signature=lambda call, body: None)


def old_form(error: GroatError | Refusal) -> Answer:
    """Errors as some front ends that exist expect them."""
    return Answer.of({"success": False, "message": error.code}, error.status)


async def test_an_operation_has_a_form_of_errors_of_its_own(
    tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    operations = Operations()

    @operations.declare("old", "GET /v1/old", Right.SIGNED_IN, "things", "Do a thing", problem=old_form)
    async def old(call: Call) -> Answer:
        """Do it."""
        raise ZeroDivisionError

    monkeypatch.setattr("groat.http.app.find_programs", lambda _: [Program("mine", operations=operations)])
    async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}") as groat:
        app = create_app(settings, groat)
        transport = httpx.ASGITransport(app)
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://groat.test") as client,
        ):
            api = Api(client, groat, app, settings)
            api.credentials["ada"], _ = await api.identities.issue_token("ada", ("admin",))
            refused = await api.call("", "GET /v1/old")
            assert (refused.status_code, refused.json()) == (
                401,
                {"success": False, "message": "unauthenticated"},
            )
            broken = await api.call("ada", "GET /v1/old")
            assert (broken.status_code, broken.json()["message"]) == (500, "internal_error")
            api.identities.close()
