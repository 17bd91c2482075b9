"""Streams over plain HTTP: long-poll and text/event-stream, on the positions of the live connection."""

from __future__ import annotations

import msgspec

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.identity import Identity
from groat.ledger.accounts import check_stream
from groat.ledger.errors import printable
from groat.ledger.views import EventData, SnapshotData
from groat.live.boards import check_board, is_board
from groat.live.errors import BoardError, Denial, Denied
from groat.live.plain.streams import (
    STREAMS_MAX,
    WAIT_S_MAX,
    EventStream,
    EventStreams,
    long_poll,
    long_poll_many,
)
from groat.live.service import Live

operations = Operations()

EVENT_STREAM = "text/event-stream"
BOARDS_MAX = 20
"""One request watches at most this many boards, for each may have a state of 60 KB."""
CODES = (
    "forbidden", "invalid_stream", "invalid_position", "too_many_readers", "board_not_found", "too_many_boards",
)  # fmt: skip
WAIT = Parameter(
    "wait", {"type": "integer", "minimum": 0, "maximum": 30, "default": 0}, "Seconds to wait for an event."
)
ACCEPT = Parameter("Accept", {"type": "string"}, "text/event-stream for a stream that stays open.")
LAST_EVENT_ID = Parameter(
    "Last-Event-ID", {"type": "string"}, "With text/event-stream: the position, instead of `after`."
)
EVENT = {
    "offset": 7,
    "type": "balance_updated",
    "transaction": "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f",
    "kind": "post",
    "reason": "Welcome bonus",
    "at": "2026-11-20T18:59:50.123456Z",
    "recorded_at": "2026-11-20T18:59:50.123456Z",
    "changes": [
        {
            "account": "user:42",
            "asset": "CREDIT",
            "delta": "50",
            "balance": "150",
            "available": "150",
            "held": "0",
            "version": 7,
        }
    ],
}


class NumberedEvent(EventData, kw_only=True):
    """An event with its offset in its stream."""

    offset: int


class Reset(msgspec.Struct):
    """The stream as it stands at the page's position: forget what was known of it."""

    snapshot: SnapshotData


class StreamPage(msgspec.Struct):
    """Events after a position, and the position after them. ``reset`` comes instead where going on is impossible."""

    events: list[NumberedEvent]
    position: str
    reset: Reset | msgspec.UnsetType = msgspec.UNSET


@operations.declare(
    "readStream",
    "GET /v1/streams/{stream}/events",
    Right.SIGNED_IN,
    "streams",
    "Read a stream",
    answer=StreamPage,
    query=(
        Parameter(
            "after",
            {"type": "string"},
            'The position "epoch:offset" up to which events are known; none: a snapshot.',
        ),
        WAIT,
    ),
    headers=(ACCEPT, LAST_EVENT_ID),
    codes=CODES,
    answer_example={"events": [EVENT], "position": "3f9c01aa:7"},
)
async def read_stream(call: Call) -> Answer | EventStream:
    """Events in order, each once. People read their own stream and their roles'; staff and services anybody's. With
    Accept: text/event-stream the answer stays open, ids are positions, and an event `reset` brings a snapshot where
    going on is impossible.
    """
    stream = _checked(call.params["stream"])
    live, identity = call.services.live, call.identity
    await _check_reader(live, identity, [stream])
    wait, after = _wait(call), call.query.get("after")
    if _wants_event_stream(call):
        return EventStream(live, identity, stream, _last_event_id(call, after))
    return Answer(await call.attended(long_poll(live, identity, stream, after, wait)))


class StreamPageOf(StreamPage, kw_only=True):
    """A page of one of several streams."""

    stream: str


class StreamPages(msgspec.Struct):
    """A page of each stream that has news, and the vector after them."""

    pages: list[StreamPageOf]
    position: str


@operations.declare(
    "readStreams",
    "GET /v1/streams/events",
    Right.SIGNED_IN,
    "streams",
    "Read several streams at once",
    answer=StreamPages,
    query=(
        Parameter(
            "streams",
            {"type": "string"},
            f"Names with commas between them, at most {STREAMS_MAX}; none: one's own, those of one's roles, role:all.",
        ),
        Parameter(
            "after",
            {"type": "string"},
            "The `position` of the last answer: the position of each stream, such as `user:42=3f9c01aa:7`.",
        ),
        WAIT,
    ),
    headers=(
        ACCEPT,
        Parameter(
            "Last-Event-ID",
            {"type": "string"},
            "The position, instead of `after`: a long one fits no address.",
        ),
    ),
    codes=CODES,
    answer_example={
        "pages": [{"events": [EVENT], "position": "3f9c01aa:7", "stream": "user:42"}],
        "position": "user:42=3f9c01aa:7,role:all=3f9c01aa:3",
    },
)
async def read_streams(call: Call) -> Answer | EventStream:
    """One call for all streams that a reader follows, where each connection is dear, as without HTTP/2. The rights are
    those of readStream, for each of the streams: one that is not the caller's refuses the whole, and `stream` names it.
    A stream that `after` does not name begins with its snapshot. With Accept: text/event-stream the answer stays open;
    the data of an event is a page, and its id the vector after it.
    """
    live, identity = call.services.live, call.identity
    names = call.query.get("streams")
    streams = live.streams_of(identity) if names is None else [_checked(name) for name in names.split(",")]
    if not 0 < len(streams) <= STREAMS_MAX or len(set(streams)) < len(streams):
        raise HttpError("invalid_query", f"streams names 1 to {STREAMS_MAX} streams, each once.")
    await _check_reader(live, identity, streams)
    wait, after = _wait(call), _last_event_id(call, call.query.get("after"))
    if _wants_event_stream(call):
        return EventStreams(live, identity, streams, after)
    return Answer(await call.attended(long_poll_many(live, identity, streams, after, wait)))


async def _check_reader(live: Live, identity: Identity, streams: list[str]) -> None:
    """Check that the caller may read the streams, and note in the audit log whose they view.

    Raises HttpError ``forbidden``, StoreError.
    """
    if sum(map(is_board, streams)) > BOARDS_MAX:
        raise HttpError("invalid_query", f"streams names at most {BOARDS_MAX} boards.")
    for stream in streams:
        if is_board(stream):
            _check_board(live, identity, stream)
        elif not live.may_read(identity, stream):
            raise HttpError("forbidden", stream=printable(stream, 128))
    for stream in streams:
        if stream != identity.principal and stream.startswith("user:"):
            await live.audit_view(identity, stream)


def _checked(stream: str) -> str:
    return check_board(stream) if is_board(stream) else check_stream(stream)


def _check_board(live: Live, identity: Identity, board: str) -> None:
    try:
        live.boards.check_reader(identity, board)
    except Denied as refused:
        if refused.why is Denial.NOT_ALLOWED:
            raise HttpError("forbidden", stream=board) from None
        raise BoardError("board_not_found", stream=board) from None


def _wait(call: Call) -> float:
    """Return the seconds to wait. Raises HttpError ``invalid_query``."""
    wait = call.query.get("wait", "0")
    if not (wait.isascii() and wait.isdigit() and len(wait) < 3 and int(wait) <= WAIT_S_MAX):
        raise HttpError("invalid_query", f"wait is a number of seconds from 0 to {WAIT_S_MAX:.0f}.")
    return float(wait)


def _wants_event_stream(call: Call) -> bool:
    return EVENT_STREAM.encode() in call.headers.get(b"accept", b"")


def _last_event_id(call: Call, after: str | None) -> str | None:
    last = call.headers.get(b"last-event-id")
    return last.decode("latin-1") if last is not None else after
