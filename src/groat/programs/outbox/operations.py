"""The operations of the outbox: staff list entries that wait or were given up, and admins deliver one again."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import CURSOR, LIMIT, Operations, Parameter
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.ledger.errors import GroatError, Rule
from groat.ledger.text import check_id, format_time
from groat.programs.outbox import flows
from groat.programs.outbox.flows import Stored

OUTBOX_ERRORS: dict[str, Rule] = {
    "outbox_entry_not_found": Rule(404, "The outbox has no entry with this id, or has it no longer."),
    "outbox_entry_done": Rule(409, "The entry was delivered or dropped before, or is being delivered now."),
}
STATES = ("failed", "waiting")

operations = Operations()


class OutboxError(GroatError):
    """An entry that cannot be replayed; codes of :data:`OUTBOX_ERRORS`."""

    rules = OUTBOX_ERRORS


class OutboxEntryView(msgspec.Struct):
    """An entry of the outbox: what it carries is the channel's, and not shown."""

    id: str
    channel: str
    target: Annotated[str, Meta(description="To whom or where, in words of the channel's.")]
    state: Annotated[
        str, Meta(description="waiting, sent, failed (given up) or dropped (not wanted any more).")
    ]
    at: Annotated[str, Meta(description="When it was put there.")]
    due_at: Annotated[str | None, Meta(description="When it is tried next, null for never.")]
    attempts: int
    note: Annotated[str, Meta(description="Why it was not delivered the last time.")]


class OutboxPage(msgspec.Struct):
    """A page of entries; ``cursor`` leads to the next one, null on the last."""

    items: list[OutboxEntryView]
    cursor: str | None


_VIEW: dict[str, Any] = {
    "id": "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f",
    "channel": "mail",
    "target": "user:42",
    "state": "failed",
    "at": "2026-11-20T18:59:50.123456Z",
    "due_at": None,
    "attempts": 3,
    "note": "550 no such mailbox",
}


@operations.declare(
    "listOutbox",
    "GET /v1/outbox",
    Right.STAFF,
    "outbox",
    "List what was not delivered",
    answer=OutboxPage,
    query=(
        Parameter(
            "state", {"type": "string", "enum": list(STATES), "default": "failed"}, "Given up, or waiting."
        ),
        Parameter("channel", {"type": "string", "maxLength": 64}, "Only this channel, such as mail."),
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_cursor",),
    answer_example={"items": [_VIEW], "cursor": None},
)
async def list_outbox(call: Call) -> Answer:
    """Entries of the outbox that were given up, or that wait, in the order in which they were put there."""
    state = call.query.get("state", "failed")
    if state not in STATES:
        raise HttpError("invalid_query", f"state is {' or '.join(STATES)}.")
    cursor, limit = call.cursor() or "0", call.limit()
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise HttpError("invalid_cursor")
    found = await call.groat.read(flows.page, state, call.query.get("channel", ""), int(cursor), limit)
    after = call.to_cursor(str(found[-1].number)) if len(found) == limit else None
    return Answer.of(OutboxPage([_view(entry) for entry in found], after))


@operations.declare(
    "replayOutboxEntry",
    "POST /v1/outbox/{id}/replay",
    Right.ADMIN,
    "outbox",
    "Deliver again",
    answer=OutboxEntryView,
    codes=("invalid_id", *OUTBOX_ERRORS),
    answer_example={**_VIEW, "state": "waiting", "due_at": "2026-11-20T19:20:00.000000Z", "attempts": 0},
)
async def replay_outbox_entry(call: Call) -> Answer:
    """Try an entry again that was given up, or that waits for its next attempt: it is due now, and counts as new. What
    was put there later for the same target may have been delivered meanwhile. The audit log says who did it.
    """
    id = check_id(call.params["id"])
    before = await call.groat.read(flows.find, id)
    if before is None:
        raise OutboxError("outbox_entry_not_found")
    if not await call.groat.write(flows.replay, id):
        raise OutboxError("outbox_entry_done")
    await call.groat.act(
        "outbox_replayed", actor=call.identity.principal, target=id,
        before={"state": before.state, "attempts": before.attempts, "note": before.note},
    )  # fmt: skip
    after = await call.groat.read(flows.find, id)
    return Answer.of(_view(after or before))


def _view(entry: Stored) -> OutboxEntryView:
    due_at = None if entry.due_at is None else format_time(entry.due_at)
    return OutboxEntryView(
        entry.id,
        entry.channel,
        entry.target,
        entry.state,
        format_time(entry.at),
        due_at,
        entry.attempts,
        entry.note,
    )
