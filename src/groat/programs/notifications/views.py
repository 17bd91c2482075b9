"""Notifications as their readers are shown them."""

from __future__ import annotations

import msgspec


class SubjectView(msgspec.Struct):
    """What a notification is about: a kind of thing, and its id."""

    kind: str
    id: str


class NotificationView(msgspec.Struct):
    """A notification; ``stream`` is whose it is (a person's, or a room's), ``number`` its place there: 1, 2, 3.

    ``level`` is success, error, info or warning. A toast of the same ``thread`` is replaced by this one.
    """

    id: str
    level: str
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


class Sent(msgspec.Struct):
    """A notification that was sent: its id, the stream it went ``to``, and the position of its event there."""

    id: str
    to: str
    at: str
    positions: dict[str, str]
    replayed: bool


class MarkView(msgspec.Struct):
    """What a person has read of a stream: the numbers up to ``upto``, and those of the ``spans`` (first, last)."""

    upto: int
    spans: list[tuple[int, int]]


class ReadView(msgspec.Struct):
    """How many notifications are left unread, what is read of each stream, and the position of the event of it."""

    unread: int
    marks: dict[str, MarkView]
    positions: dict[str, str]


class PreferencesView(msgspec.Struct):
    """How a person wants to hear of each category: toast, email, both or neither; ``*`` stands for all others.

    ``categories`` are those they were notified of lately, ``email`` is where mail goes (null: nowhere is known), and
    ``mail`` says whether this server sends any.
    """

    ways: dict[str, list[str]]
    categories: list[str]
    email: str | None
    mail: bool
