"""Streams over plain HTTP: long-poll and text/event-stream, on the positions of the live connection."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.http.answer import Answer
from groat.http.call import Call
from groat.http.operations import Query, operation
from groat.http.problems import HttpError
from groat.ledger.accounts import check_stream
from groat.live.http_streams import WAIT_S_MAX, EventStream, long_poll

EVENT_STREAM = "text/event-stream"


class StreamPage(msgspec.Struct):
    """Events behind a position, and where they lead; ``reset`` instead where going on from there is impossible."""

    events: list[dict[str, Any]]
    position: str
    reset: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


@operation(
    "readStream",
    "GET /v1/streams/{stream}/events",
    "streams",
    "Read a stream",
    answer=StreamPage,
    query=(
        Query(
            "after",
            {"type": "string"},
            'The position "epoch:offset" up to which events are known; none: a snapshot.',
        ),
        Query(
            "wait",
            {"type": "integer", "minimum": 0, "maximum": 30, "default": 0},
            "Seconds to wait for an event.",
        ),
    ),
    headers=(
        Query("Accept", {"type": "string"}, "text/event-stream for a stream that stays open."),
        Query(
            "Last-Event-ID", {"type": "string"}, "With text/event-stream: the position, instead of `after`."
        ),
    ),
    codes=("forbidden", "invalid_stream", "invalid_position"),
    answer_example={
        "events": [
            {
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
        ],
        "position": "3f9c01aa:7",
    },
)
async def read_stream(call: Call) -> Answer | EventStream:
    """Events in order, each once. People read their own stream and their roles'; staff and services anybody's. With
    Accept: text/event-stream the answer stays open, ids are positions, and an event `reset` brings a snapshot where
    going on is impossible.
    """
    stream = check_stream(call.params["stream"])
    live, identity = call.services.live, call.identity
    if not live.may_read(identity, stream):
        raise HttpError("forbidden")
    wait = call.query.get("wait", "0")
    if not (wait.isascii() and wait.isdigit() and len(wait) < 3 and int(wait) <= WAIT_S_MAX):
        raise HttpError("invalid_query", f"wait is a number of seconds from 0 to {WAIT_S_MAX:.0f}.")
    after = call.query.get("after")
    if stream != identity.principal and stream.startswith("user:"):
        await live.audit_view(identity, stream)
    if EVENT_STREAM.encode() in call.headers.get(b"accept", b""):
        last = call.headers.get(b"last-event-id")
        return EventStream(live, identity, stream, last.decode("latin-1") if last is not None else after)
    return Answer(await long_poll(live, identity, stream, after, float(wait)))
