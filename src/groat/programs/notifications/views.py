"""Notifications as their readers are shown them."""

from __future__ import annotations

from typing import Annotated

import msgspec

# Only the OpenAPI document names the choices: what is written was checked before.
Level = Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["success", "error", "info", "warning"]})]
ChannelName = Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["toast", "email"]})]


class SubjectView(msgspec.Struct):
    """The subject of a notification: a kind of thing, and its id."""

    kind: str
    id: str


class NotificationView(msgspec.Struct):
    """A notification; ``stream`` is whose it is (a person's, or a room's), ``number`` its place there: 1, 2, 3.

    ``level`` is success, error, info or warning. A toast of the same ``thread`` is replaced by this one.
    """

    id: str
    level: Level
    title: str
    body: str
    category: str
    thread: str
    subject: SubjectView | None
    at: str
    read: bool
    stream: str
    number: int


class NotificationPage(msgspec.Struct):
    """A page of notifications, newest first; ``unread`` counts all that the person has not read."""

    items: list[NotificationView]
    cursor: str | None
    unread: int


class SentView(msgspec.Struct):
    """A notification that was sent: its id, the stream it went ``to``, and the position of its event there."""

    id: str
    to: str
    at: str
    positions: dict[str, str]
    replayed: bool


class MarkView(msgspec.Struct):
    """A person's mark in a stream: the numbers up to ``upto``, and those of the ``spans`` (first, last), are read."""

    upto: int
    spans: list[tuple[int, int]]


class ReadView(msgspec.Struct):
    """The number of unread notifications, the mark in each stream, and the position of the event of it."""

    unread: int
    marks: dict[str, MarkView]
    positions: dict[str, str]


class PreferencesView(msgspec.Struct):
    """A person's choice for each category: toast, email, both or neither; ``*`` stands for all others.

    ``categories`` are those they were notified of lately, ``email`` is where mail goes (null: nowhere is known), and
    ``mail`` says whether this server sends any.
    """

    ways: dict[str, list[ChannelName]]
    categories: list[str]
    email: str | None
    mail: bool


class NotificationTold(NotificationView):
    """A notification as an event tells of it: on a person's own stream with how many are unread now."""

    unread: int | msgspec.UnsetType = msgspec.UNSET


class NotificationEvent(msgspec.Struct):
    """The field that notifications add to events: what the stream's readers are told by one."""

    notification: NotificationTold | msgspec.UnsetType = msgspec.UNSET


class NotificationsView(msgspec.Struct):
    """The newest notifications of a stream, and how many there ever were.

    ``unread``, ``marks`` (by stream) and ``ways`` (by category) come with a person's own stream; ``stale`` with a
    room's: the notifications up to this number are no news any more.
    """

    total: int
    items: list[NotificationView]
    unread: int | msgspec.UnsetType = msgspec.UNSET
    marks: dict[str, MarkView] | msgspec.UnsetType = msgspec.UNSET
    ways: dict[str, list[ChannelName]] | msgspec.UnsetType = msgspec.UNSET
    stale: int | msgspec.UnsetType = msgspec.UNSET


class NotificationSnapshot(msgspec.Struct):
    """The field that notifications add to snapshots; absent from a stream that never had one."""

    notifications: NotificationsView | msgspec.UnsetType = msgspec.UNSET


class NotificationsRead(msgspec.Struct):
    """Tells a person's devices what was read: how many are unread on their own stream, and the marks that moved."""

    unread: int
    marks: dict[str, MarkView]


class NotificationWays(msgspec.Struct):
    """Tells a person's devices how the person now wants to hear of each category."""

    ways: dict[str, list[ChannelName]]
