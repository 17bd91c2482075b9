"""The commands of notifications: send one, mark some as read, choose how to hear of them."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from groat.identity.model import check_email
from groat.ledger.accounts import check_stream
from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Refs, Table
from groat.ledger.commands import Command, Effect
from groat.ledger.errors import Refusal
from groat.programs.notifications.marks import Mark, decode_spans, encode_spans
from groat.programs.notifications.notices import (
    BOX,
    Notice,
    box_of,
    check_channels,
    check_notice,
    check_subject,
    is_person,
    need,
    notify,
)

MARK = Table("notification_mark", lock="read_notification_marks", write="write_notification_marks", rank=8)

_encode = msgspec.json.Encoder(order="deterministic").encode


class Send(Command, kw_only=True):
    """Notify a stream: one person, or the room of a role. The notification has the id of its transaction."""

    kind: ClassVar[str] = "notification"
    to: str
    notice: Notice
    subject: dict[str, str] | None = None

    def target(self) -> Any:
        """Cover the stream and the whole notice."""
        return (self.to, *self.notice, self.subject)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises NotificationError too."""
        Command.check(self, assets)
        check_stream(self.to)
        check_notice(self.notice)
        if self.subject is not None:
            check_subject(self.subject)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the stream and its box."""
        need(refs, self.to)

    def decide(self, book: Book) -> Effect | Refusal:
        """Keep it and tell it."""
        made = self.record(book, [])
        told = notify(book, made.id, self.to, self.notice, self.subject)
        book.tell(made.id, self.to, "notification", {}, told)
        return Effect([made])


class Read(msgspec.Struct, frozen=True, array_like=True):
    """Mark as read a stream's notifications up to the number ``upto``, and those in ``numbers``."""

    stream: str
    upto: int = 0
    numbers: tuple[int, ...] = ()


class MarkRead(Command, kw_only=True):
    """A person (``reader``, a stream) has read some of their notifications, and of the rooms they share with others.

    ``wish`` is the caller's input, which the digest covers; ``reads`` are the numbers that it stood for at that moment.
    """

    kind: ClassVar[str] = "notifications_read"
    reader: str
    wish: tuple[Any, ...]
    reads: tuple[Read, ...]

    def target(self) -> Any:
        """Cover the reader and the caller's input."""
        return (self.reader, *self.wish)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the reader's box, whose lock also guards their marks in rooms, and these marks."""
        need(refs, self.reader)
        rooms = {mark_id(self.reader, read.stream) for read in self.reads if not is_person(read.stream)}
        refs.rows.setdefault(MARK, set()).update(rooms)

    def decide(self, book: Book) -> Effect | Refusal:
        """Move the marks and tell the reader's devices; when all was read before, nothing happens."""
        box = box_of(book, self.reader)
        moved: dict[str, Mark] = {}
        for read in self.reads:
            if read.stream == self.reader:
                numbers = [number for number in read.numbers if number <= box.total]
                after = box.mark.add(numbers, min(read.upto, box.total))
                if after != box.mark:
                    box = box.marked(after)
                    moved[read.stream] = after
            elif not is_person(read.stream):
                id = mark_id(self.reader, read.stream)
                values = book.row(MARK, id)
                before = Mark(values[3], decode_spans(values[4])) if values else Mark()
                after = before.add(read.numbers, read.upto)
                if after != before:
                    book.put(MARK, id, [id, self.reader, read.stream, after.upto, encode_spans(after.spans)])
                    moved[read.stream] = after
        if not moved:
            return Effect()
        book.put(BOX, self.reader, list(box))
        made = self.record(book, [])
        data = {"unread": box.unread, "marks": {stream: mark._asdict() for stream, mark in moved.items()}}
        book.tell(made.id, self.reader, self.kind, data)
        return Effect([made])


class SetChannels(Command, kw_only=True):
    """Set the channels on which a person (``reader``, a stream) is notified, by category; None keeps them.

    ``email`` is the address that an app gives for them; "" removes it, None keeps it.
    """

    kind: ClassVar[str] = "notification_preferences"
    reader: str
    channels: dict[str, tuple[str, ...]] | None = None
    email: str | None = None

    def target(self) -> Any:
        """Cover the reader and the choice."""
        return (self.reader, self.channels, self.email)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises NotificationError, IdentityError ``invalid_email``."""
        Command.check(self, assets)
        check_stream(self.reader)
        if self.channels is not None:
            self.channels = check_channels(self.channels)
        if self.email:
            self.email = check_email(self.email)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the reader's box."""
        need(refs, self.reader)

    def decide(self, book: Book) -> Effect | Refusal:
        """Keep the choice, and tell the reader's devices."""
        box = box_of(book, self.reader)
        wanted = box
        if self.channels is not None:
            wanted = wanted._replace(channels=_encode(self.channels).decode())
        if self.email is not None:
            wanted = wanted._replace(email=self.email)
        if wanted == box:
            return Effect()
        book.put(BOX, self.reader, list(wanted))
        made = self.record(book, [])
        book.tell(made.id, self.reader, self.kind, {"ways": wanted.by_category()})
        return Effect([made])


def mark_id(reader: str, room: str) -> str:
    """Make the id of the row that says how far a person has read a room."""
    return f"{reader} {room}"
