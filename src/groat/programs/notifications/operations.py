"""Notifications: sending and listing them, marking them read, and how people want to hear of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from groat.api.answer import Answer
from groat.api.bodies import Body
from groat.api.call import Call
from groat.api.operations import CURSOR, LIMIT, Operations, Parameter
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, sees_everything
from groat.engine.ids import new_id
from groat.identity.model import check_user
from groat.ledger.errors import Refusal
from groat.ledger.text import check_id
from groat.programs.notifications import flows
from groat.programs.notifications.commands import MarkRead, Send, SetChannels
from groat.programs.notifications.facade import send, stream_to
from groat.programs.notifications.notices import Notice
from groat.programs.notifications.views import MarkView, NotificationPage, PreferencesView, ReadView, SentView

operations = Operations()


class SubjectInput(Body):
    """The subject of a notification: a kind of thing of the app's, and its id."""

    kind: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 128})]
    id: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 128})]


class NotificationInput(Body):
    """A notification to send. People switch a ``category`` on and off; a toast of the same ``thread`` is replaced."""

    to: Annotated[
        str,
        Meta(
            description="user:42, role:partner, or all.",
            extra_json_schema={
                "pattern": r"^(all|(user|role):[A-Za-z0-9._@|\-]{1,64})$",
                "examples": ["user:42"],
            },
        ),
    ]
    title: Annotated[
        str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000]*$"})
    ]
    level: Literal["success", "error", "info", "warning"] = "info"
    body: Annotated[str, Meta(extra_json_schema={"maxLength": 2000, "pattern": "^[^\\u0000]*$"})] = ""
    category: Annotated[
        str, Meta(extra_json_schema={"pattern": "^[a-z0-9][a-z0-9_.-]{0,31}$", "examples": ["orders"]})
    ] = "general"
    thread: Annotated[str, Meta(extra_json_schema={"pattern": "^[\\x21-\\x7e]{0,128}$"})] = ""
    subject: SubjectInput | None = None


class ReadInput(Body):
    """The notifications that were read: these ids, a thread, or all up to and including the one of an id."""

    ids: Annotated[list[str], Meta(max_length=500)] = field(default_factory=list)
    thread: Annotated[str, Meta(max_length=128)] = ""
    upto: str = ""


class PreferencesInput(Body):
    """The channels for each category, ``*`` standing for all others, and the address of mail, "" for none."""

    ways: dict[str, list[Literal["toast", "email"]]] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None


NUMBER_DIGITS_MAX = 15

_USER = Parameter("user", {"type": "string", "maxLength": 64}, "Whose they are, for staff and services.")
_ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
_NOTIFICATION: dict[str, Any] = {
    "id": _ID,
    "level": "success",
    "title": "Parcel sent",
    "body": "It arrives tomorrow.",
    "category": "orders",
    "thread": "order-7",
    "subject": {"kind": "order", "id": "7"},
    "at": "2026-11-20T18:59:50.123456Z",
    "read": False,
    "stream": "user:42",
    "number": 12,
}


@operations.declare(
    "listNotifications",
    "GET /v1/notifications",
    Right.SIGNED_IN,
    "notifications",
    "List notifications",
    answer=NotificationPage,
    query=(
        Parameter("unread", {"type": "boolean", "default": False}, "Only those that are not read."),
        _USER,
        CURSOR,
        LIMIT,
    ),
    codes=("forbidden", "invalid_user", "invalid_cursor"),
    answer_example={"items": [_NOTIFICATION], "cursor": None, "unread": 1},
)
async def list_notifications(call: Call) -> Answer:
    """Notifications of the caller, of their roles and of everybody, newest first. Staff and services name a person and
    get those of that person alone.
    """
    reader, rooms = await _reader(call)
    unread = call.query.get("unread", "false")
    if unread not in ("true", "false"):
        raise HttpError("invalid_query", "unread is true or false.")
    cursor = call.cursor()
    before = None if cursor is None else _parse_places(cursor)
    page = await call.groat.read(flows.read_page, reader, rooms, before, call.limit(), unread == "true")
    to_next = None if page.before is None else call.to_cursor(_format_places(page.before))
    return Answer.of(NotificationPage(page.items, to_next, page.unread))


@operations.declare(
    "sendNotification",
    "POST /v1/notifications",
    Right.POST,
    "notifications",
    "Send a notification",
    body=NotificationInput,
    answer=SentView,
    status=201,
    statuses={200: "The key was used before for this very notification: its first answer again."},
    keyed=True,
    codes=("key_reused", "invalid_notice", "invalid_audience", "invalid_stream", "text_too_long"),
    example={
        "to": "user:42",
        "level": "success",
        "title": "Parcel sent",
        "body": "It arrives tomorrow.",
        "category": "orders",
        "thread": "order-7",
        "subject": {"kind": "order", "id": "7"},
    },
    answer_example={
        "id": _ID,
        "to": "user:42",
        "at": "2026-11-20T18:59:50.123456Z",
        "positions": {"user:42": "3f9c01aa:7"},
        "replayed": False,
    },
)
async def send_notification(call: Call) -> Answer:
    """To a person (`user:42`), to everybody of a role (`role:partner`), or to `all`. It is kept, counted as unread,
    told live on every open screen, and mailed to those who want that of its category.
    """
    key = call.key()
    body = await call.body(NotificationInput)
    command = Send(
        principal=call.identity.principal,
        key=key,
        to=stream_to(body.to),
        notice=Notice(body.level, body.title, body.body, body.category, body.thread),
        subject=None if body.subject is None else {"kind": body.subject.kind, "id": body.subject.id},
    )
    answer = await send(call.groat, command)
    if isinstance(answer, Refusal):
        return problem(answer)
    return Answer.of(answer, 200 if answer.replayed else 201)


@operations.declare(
    "readNotifications",
    "POST /v1/notifications/read",
    Right.PERSON,
    "notifications",
    "Mark notifications as read",
    body=ReadInput,
    answer=ReadView,
    codes=("notification_not_found", "nothing_to_change", "invalid_id"),
    example={"upto": _ID},
    answer_example={
        "unread": 0,
        "marks": {"user:42": {"upto": 12, "spans": []}, "role:all": {"upto": 3, "spans": []}},
        "positions": {"user:42": "3f9c01aa:8"},
    },
)
async def read_notifications(call: Call) -> Answer:
    """These ids, those of a thread, or all up to and including the one of an id. All devices of the caller hear of it.
    What was read before stays read, so repeating it is harmless.
    """
    body = await call.body(ReadInput)
    if not (body.ids or body.thread or body.upto):
        raise HttpError("nothing_to_change")
    identity = call.identity
    ids = [check_id(id) for id in body.ids]
    upto = check_id(body.upto) if body.upto else ""
    reader, rooms = identity.principal, identity.rooms
    reads = await call.groat.read(flows.resolve, reader, rooms, ids, body.thread, upto)
    wish = (tuple(ids), body.thread, upto)
    command = MarkRead(
        principal=reader, key=f"notifications_read {new_id()}", reader=reader, wish=wish, reads=tuple(reads)
    )
    verdict = await call.groat.execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    standings = await call.groat.read(flows.read_standings, reader, rooms)
    unread = sum(standing.unread for standing in standings.values())
    marks = {
        stream: MarkView(standing.mark.upto, list(standing.mark.spans))
        for stream, standing in standings.items()
    }
    return Answer.of(ReadView(unread, marks, verdict.view().positions))


@operations.declare(
    "getPreferences",
    "GET /v1/notifications/preferences",
    Right.SIGNED_IN,
    "notifications",
    "Read preferences",
    answer=PreferencesView,
    query=(_USER,),
    codes=("forbidden", "invalid_user"),
    answer_example={
        "ways": {"*": ["toast"], "orders": ["toast", "email"]},
        "categories": ["general", "orders"],
        "email": "ada@example.com",
        "mail": True,
    },
)
async def get_preferences(call: Call) -> Answer:
    """A person's choice for each category: by toast, by e-mail, both or neither. All is kept and listed anyway.
    Without a choice a notification is a toast.
    """
    reader, rooms = await _reader(call)
    return Answer.of(await _preferences(call, reader, rooms))


@operations.declare(
    "setPreferences",
    "PUT /v1/notifications/preferences",
    Right.SIGNED_IN,
    "notifications",
    "Set preferences",
    body=PreferencesInput,
    answer=PreferencesView,
    query=(_USER,),
    codes=("forbidden", "invalid_user", "invalid_preferences", "invalid_email", "nothing_to_change"),
    example={"ways": {"orders": ["toast", "email"], "news": []}},
    answer_example={
        "ways": {"news": [], "orders": ["toast", "email"]},
        "categories": ["general", "news", "orders"],
        "email": "ada@example.com",
        "mail": True,
    },
)
async def set_preferences(call: Call) -> Answer:
    """`ways` replaces all that was chosen. `email` says where mail goes for somebody without an account here; only
    services and admins give it, for it must be known to be theirs.
    """
    reader, rooms = await _reader(call)
    identity = call.identity
    body = await call.body(PreferencesInput)
    trusted = identity.is_service or identity.is_admin
    if (reader != identity.principal or body.email is not None) and not trusted:
        raise HttpError("forbidden")
    if body.ways is None and body.email is None:
        raise HttpError("nothing_to_change")
    command = SetChannels(
        principal=identity.principal,
        key=f"notification_preferences {new_id()}",
        reader=reader,
        channels=None if body.ways is None else {name: tuple(chosen) for name, chosen in body.ways.items()},
        email=body.email,
    )
    verdict = await call.groat.execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    return Answer.of(await _preferences(call, reader, rooms))


async def _preferences(call: Call, reader: str, rooms: list[str]) -> PreferencesView:
    channels, categories, email = await call.groat.read(flows.read_preferences, reader, rooms)
    listed = {category: list(chosen) for category, chosen in channels.items()}
    return PreferencesView(listed, categories, email, bool(call.settings.smtp_url))


async def _reader(call: Call) -> tuple[str, list[str]]:
    """Return the person and the rooms whose notifications are meant: the caller's, or those of the ``user`` named."""
    identity = call.identity
    user = call.query.get("user")
    if user is None:
        if identity.user is None:
            raise HttpError("invalid_query", "Name the person with ?user=.")
        return identity.principal, identity.rooms
    reader = f"user:{check_user(user)}"
    if reader == identity.principal:
        return reader, identity.rooms
    if not sees_everything(identity):
        raise HttpError("forbidden")
    if identity.user is not None:
        await call.services.live.audit_view(identity, reader)
    return reader, []


def _format_places(places: dict[str, int]) -> str:
    return " ".join(f"{stream}={number}" for stream, number in places.items())


def _parse_places(text: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for part in text.split(" "):
        stream, _, number = part.rpartition("=")
        if not (number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS_MAX):
            raise HttpError("invalid_cursor")
        places[stream] = int(number)
    return places
