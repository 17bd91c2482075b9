"""Notices, and how a command sends one in its own commit: the notification, its number, its mail."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import msgspec

from groat.ledger.book import Book, Refs, Table
from groat.ledger.text import check_text, format_time
from groat.programs.notifications.errors import NotificationError
from groat.programs.notifications.marks import Mark, decode_spans, encode_spans
from groat.programs.notifications.views import NotificationView, SubjectView
from groat.programs.outbox import put

LEVELS = ("success", "error", "info", "warning")
TITLE_MAX = 200
BODY_MAX = 2_000
SUBJECT_MAX = 128
CATEGORIES_MAX = 64
_CATEGORY = re.compile(r"[a-z0-9][a-z0-9_.-]{0,31}", re.ASCII)
_THREAD = re.compile(r"[\x21-\x7e]{0,128}", re.ASCII)

TOAST, EMAIL = "toast", "email"
CHANNELS = (TOAST, EMAIL)
# A person's choice under this name holds for all categories without a choice of their own.
OTHERS = "*"
DEFAULT_CHANNELS = (TOAST,)

NOTIFICATION = Table("notification", lock="read_notifications", write="insert_notifications")
# A command may find out from its own rows that it notifies somebody, so boxes have a later rank.
BOX = Table(
    "notification_box", lock="lock_notification_boxes", write="write_notification_boxes", rank=8, leads=False
)
MAIL = "mail"
"""The channel of the outbox that delivers mail."""


class Notice(NamedTuple):
    """A notice to send: ``level`` is one of success, error, info, warning.

    ``category`` is what people switch on and off; a later notice of the same ``thread`` replaces the toast of the
    earlier one, "" stands for itself.
    """

    level: str
    title: str
    body: str = ""
    category: str = "general"
    thread: str = ""


class Notified(NamedTuple):
    """A stored notification.

    ``number`` counts those of its stream; ``subject`` is JSON or None; ``at`` is in microseconds.
    """

    id: str
    stream: str
    number: int
    level: str
    title: str
    body: str
    category: str
    thread: str
    subject: str | None
    at: int

    def view(self, read: bool) -> NotificationView:
        """Make the view of the notification for somebody who has ``read`` it or not."""
        return NotificationView(
            self.id,
            self.level,
            self.title,
            self.body,
            self.category,
            self.thread,
            None if self.subject is None else msgspec.json.decode(self.subject, type=SubjectView),
            format_time(self.at),
            read,
            self.stream,
            self.number,
        )


class Box(NamedTuple):
    """The record of a stream's notifications: how many there were, and which of them its person has read.

    ``email`` is an address that an app gave for the person, "" for none; ``channels`` is JSON: the channels
    that they chose, by category.
    """

    stream: str
    total: int = 0
    upto: int = 0
    spans: str = "[]"
    email: str = ""
    channels: str = "{}"

    @property
    def mark(self) -> Mark:
        """Return the person's mark."""
        return Mark(self.upto, decode_spans(self.spans))

    @property
    def unread(self) -> int:
        """Return how many the person has not read."""
        return self.total - self.mark.read()

    def marked(self, mark: Mark) -> Box:
        """The box with another mark."""
        return self._replace(upto=mark.upto, spans=encode_spans(mark.spans))

    def wants(self, channel: str, category: str) -> bool:
        """Return whether the person wants to hear of a category on this channel."""
        if self.channels == "{}":
            return channel in DEFAULT_CHANNELS
        channels = self.by_category()
        return channel in channels.get(category, channels.get(OTHERS, DEFAULT_CHANNELS))

    def by_category(self) -> dict[str, tuple[str, ...]]:
        """Return the channels that the person chose, for each category with a choice."""
        return msgspec.json.decode(self.channels, type=dict[str, tuple[str, ...]])


def is_person(stream: str) -> bool:
    """Return whether a stream is one person's; the others are rooms, whose readers keep marks of their own."""
    return stream.startswith("user:")


def check_notice(notice: Notice) -> Notice:
    """The notice itself; raises NotificationError ``invalid_notice``, InvalidInput ``invalid_text``."""
    if (
        not all(isinstance(text, str) for text in notice)
        or notice.level not in LEVELS
        or not 1 <= len(notice.title) <= TITLE_MAX
        or len(notice.body) > BODY_MAX
        or not _CATEGORY.fullmatch(notice.category)
        or not _THREAD.fullmatch(notice.thread)
    ):
        raise NotificationError("invalid_notice")
    check_text(notice.title, TITLE_MAX)
    check_text(notice.body, BODY_MAX)
    return notice


def check_subject(subject: dict[str, str]) -> dict[str, str]:
    """The subject itself; raises NotificationError ``invalid_notice``, InvalidInput ``invalid_text``."""
    fits = isinstance(subject, dict) and subject.keys() == {"kind", "id"}
    if not fits or not all(
        isinstance(text, str) and 1 <= len(text) <= SUBJECT_MAX for text in subject.values()
    ):
        raise NotificationError("invalid_notice")
    for text in subject.values():
        check_text(text)
    return subject


def check_channels(channels: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the channels by category, each once. Raises NotificationError ``invalid_preferences``."""
    if len(channels) > CATEGORIES_MAX or not all(
        (category == OTHERS or _CATEGORY.fullmatch(category)) and set(chosen) <= set(CHANNELS)
        for category, chosen in channels.items()
    ):
        raise NotificationError("invalid_preferences")
    return {
        category: tuple(channel for channel in CHANNELS if channel in chosen)
        for category, chosen in channels.items()
    }


def need(refs: Refs, stream: str) -> None:
    """Name what :func:`notify` will need locked for this stream; for a command's ``needs()``."""
    if refs.tells_later(stream):
        return
    refs.rows.setdefault(BOX, set()).add(stream)
    refs.streams.add(stream)


def box_of(book: Book, stream: str) -> Box:
    """A stream's locked box."""
    values = book.row(BOX, stream)
    return Box(stream) if values is None else Box(*values)


def notify(
    book: Book, id: str, stream: str, notice: Notice, subject: dict[str, str] | None = None
) -> dict[str, Any]:
    """Keep a notification for a stream whose box is locked; returns what the stream's event carries.

    ``id`` is a fresh UUIDv7 that no other notification has (a transaction's own will do); ``subject`` is what it is
    about, ``{"kind": "transfer", "id": ...}``. With a person's stream comes ``unread``, how many they have not read
    now. An e-mail is put into the outbox when they want one of this category. A room that is told later gets it then,
    by :func:`complete`.
    """
    if book.tells_later(stream):
        return {"id": id, "notice": notice, "subject": subject}
    box = box_of(book, stream)
    box = box._replace(total=box.total + 1)
    book.put(BOX, stream, list(box))
    about = None if subject is None else msgspec.json.encode(subject).decode()
    row = Notified(id, stream, box.total, *notice, about, book.now)
    book.put(NOTIFICATION, id, list(row))
    if not is_person(stream) or box.wants(EMAIL, notice.category):
        put(book, id, MAIL, stream, {"notification": id})
    told: dict[str, Any] = msgspec.to_builtins(row.view(read=False))
    return told | ({"unread": box.unread} if is_person(stream) else {})


def complete(book: Book, stream: str, left: dict[str, Any]) -> dict[str, Any]:
    """Keep what :func:`notify` left for a room, whose box is locked now; returns what the event carries."""
    return notify(book, left["id"], stream, Notice(*left["notice"]), left["subject"])
