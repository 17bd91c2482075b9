"""The document describes what streams carry: events and snapshots keep to their schemas, and have no further field."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest

from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.schemas import Schemas
from groat.programs import Program
from groat.programs.standing import STANDING
from groat.store.extension import Event, Extension, Tells
from tests.http.conftest import EVERYWHERE, Api, give

CLAIM = {"amount": "1000", "asset": "USD", "purpose": "Train to the fair", "receipt": "R7"}


def closed(schema: Any) -> Any:
    """The schema with no room for a field that it does not name; a free object stays free."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: value if key == "if" else closed(value) for key, value in schema.items()}
    if "properties" in made and made.get("type") == "object":
        made["unevaluatedProperties"] = False
    return made


class Document:
    """The served document, to check what comes from the server."""

    def __init__(self, served: dict[str, Any]) -> None:
        schemas = served["components"]["schemas"]
        # Of a type that extends another, the whole is closed, not its parts.
        page = {key: value for key, value in schemas.items() if key not in ("EventData", "NumberedEvent")}
        event, numbered = schemas["EventData"], schemas["NumberedEvent"]
        self._components = {
            "schemas": {
                **closed(page),
                "EventData": event,
                "NumberedEvent": {**numbered, "unevaluatedProperties": False},
            }
        }

    def check(self, name: str, value: Any) -> None:
        """Raises ValidationError when the value is not what the component says."""
        schema = {"$ref": f"#/components/schemas/{name}", "components": self._components}
        jsonschema.validate(value, schema, jsonschema.Draft202012Validator)


async def happenings(api: Api) -> None:
    """Have each kind of event told: money, a hold, requests with two approvals and a refusal, notifications."""
    await api.identities.add_user("ida", roles=("admin",))
    api.credentials["ida"], _ = await api.identities.issue_token("ida")

    async def done(caller: str, route: str, body: Any = None) -> Any:
        answer = await api.call(caller, route, body)
        assert answer.is_success, answer.text
        return answer.json()

    await done("shop", "POST /v1/transactions", give("42", "5"))
    await done("42", "POST /v1/actions/spend", {"amount": "1"})
    hold = {"source": "user:42", "destination": "house:sales", "amount": "2", "asset": "CREDIT"}
    held = await done("shop", "POST /v1/holds", hold)
    await done("shop", f"POST /v1/holds/{held['hold']['id']}/capture", {"amount": "1"})
    paid = await done("42", "POST /v1/requests/expense", CLAIM)
    for staff in ("ada", "ida"):
        await done(staff, f"POST /v1/requests/expense/{paid['id']}/pay")
    other = await done("42", "POST /v1/requests/expense", CLAIM)
    await done("ada", f"POST /v1/requests/expense/{other['id']}/reject", {"reason": "Illegible"})
    await done("42", "POST /v1/requests/expense", CLAIM)
    for to in ("user:42", "all"):
        await done(
            "ada", "POST /v1/notifications", {"to": to, "title": "Hello", "subject": {"kind": "a", "id": "1"}}
        )
    items = (await done("42", "GET /v1/notifications"))["items"]
    await done("42", "POST /v1/notifications/read", {"upto": items[0]["id"]})
    await done("42", "PUT /v1/notifications/preferences", {"ways": {"orders": ["email"]}})


async def test_what_streams_carry_keeps_to_the_document(api: Api) -> None:
    served = (await api.call("", "GET /v1/openapi.json")).json()
    document = Document(served)
    streams = "user:42,role:admin,role:all"
    before = (await api.call("ada", f"GET /v1/streams/events?streams={streams}")).json()
    document.check("StreamPages", before)
    await happenings(api)
    after = (
        await api.call("ada", f"GET /v1/streams/events?streams={streams}&after={before['position']}")
    ).json()
    document.check("StreamPages", after)
    events = [event for page in after["pages"] for event in page["events"]]
    assert {event["type"] for event in events} == {
        "balance_updated",
        "expense_updated",
        "requests_updated",
        "notification",
        "notifications_read",
        "notification_preferences",
    }
    for stream in streams.split(","):
        page = (await api.call("ada", f"GET /v1/streams/{stream}/events")).json()
        document.check("StreamPage", page)
        snapshot = page["reset"]["snapshot"]
        assert set(snapshot) == {"balances", "as_of"} | (
            {"user", "requests", "notifications"} if stream == "user:42" else set()
        ) | ({"notifications"} if stream == "role:all" else set())


@pytest.mark.parametrize("name", ["expense_updated", "requests_updated", "notifications_read"])
async def test_an_event_of_a_program_needs_its_own_data(api: Api, name: str) -> None:
    document = Document((await api.call("", "GET /v1/openapi.json")).json())
    event = {"type": name, "transaction": "t", "kind": "k", "reason": "", "at": "a", "recorded_at": "r"}
    for wrong in (event, {**event, "data": {"anything": 1}}):
        with pytest.raises(jsonschema.ValidationError):
            document.check("EventData", wrong)
    document.check(
        "EventData", {**event, "type": "of_a_program_that_declares_nothing", "data": {"anything": 1}}
    )


def test_what_is_told_can_be_reached_from_the_operations_that_answer_it() -> None:
    components = Schemas(EVERYWHERE).components
    reached: set[str] = set()
    waiting = ["StreamPage", "StreamPages"]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            text = msgspec.json.encode(components[name]).decode()
            waiting += [part.partition('"')[0] for part in text.split("#/components/schemas/")[1:]]
    assert {
        "EventData", "BalanceChange", "RequestView", "RequestNews", "RequestLine", "NotificationTold", "Reset",
        "SnapshotData", "NotificationsView", "NotificationsRead", "NotificationWays",
    } <= reached  # fmt: skip


class Coupon(msgspec.Struct):
    """A coupon."""

    code: str


class Coupons(msgspec.Struct):
    """The coupons that a snapshot has."""

    coupons: list[Coupon] | msgspec.UnsetType = msgspec.UNSET


def test_a_program_brings_its_own_part() -> None:
    extension = Extension(
        "coupons",
        Path(),
        tells=Tells(snapshot=Coupons, events=(Event("coupon_given", Coupon),)),
    )
    components = Schemas(Catalogue(CORE, (*STANDING, Program("coupons", extension=extension)))).components
    assert components["SnapshotData"]["properties"]["coupons"]["items"] == {
        "$ref": "#/components/schemas/Coupon"
    }
    event = {
        "type": "coupon_given", "transaction": "t", "kind": "k", "reason": "", "at": "a", "recorded_at": "r", "data": {}
    }  # fmt: skip
    schema = {**components["EventData"], "components": {"schemas": components}}
    with pytest.raises(jsonschema.ValidationError, match="code"):
        jsonschema.validate(event, schema, jsonschema.Draft202012Validator)
    jsonschema.validate({**event, "data": {"code": "X"}}, schema, jsonschema.Draft202012Validator)
