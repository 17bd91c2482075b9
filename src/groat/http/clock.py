"""The time of the ledger: anybody signed in may read it, and admins set that of a sandbox forward."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from groat.api.answer import Answer
from groat.api.bodies import Body
from groat.api.call import Call
from groat.api.money import ledger_of
from groat.api.operations import DRY_RUN, Operations
from groat.api.problems import problem
from groat.api.rights import Right
from groat.ledger.clock import ClockView, ConfirmClock, ForwardClock
from groat.ledger.errors import Refusal
from groat.ledger.text import parse_time

operations = Operations()

_EXAMPLE = {"sandbox": True, "now": "2026-12-30T12:00:00.000000Z", "ahead_s": 2592000.0, "leap": None}


class ForwardInput(Body):
    """A step of the clock: by so many seconds, or to a moment; one of both."""

    forward_s: Annotated[int, Meta(ge=1, le=316_224_000, description="Seconds.")] | None = None
    to: Annotated[str, Meta(description="A moment after now, RFC 3339.")] | None = None
    reason: Annotated[str, Meta(description="Why, for the audit log.", max_length=1_000)] = ""


class ForwardedView(ClockView):
    """The time of the sandbox after its clock was set forward."""

    replayed: bool = False
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET


@operations.declare(
    "getClock",
    "GET /v1/clock",
    Right.SIGNED_IN,
    "server",
    "The time of the ledger",
    answer=ClockView,
    answer_example=_EXAMPLE,
)
async def get_clock(call: Call) -> Answer:
    """By this time everything is decided. It is the database's, and in a sandbox `ahead_s` seconds later."""
    return Answer.of(await call.groat.clock())


@operations.declare(
    "forwardClock",
    "POST /v1/sandbox/clock",
    Right.ADMIN,
    "server",
    "Set a sandbox's clock forward",
    body=ForwardInput,
    answer=ForwardedView,
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "key_reused", "no_sandbox", "clock_goes_forward", "too_far_forward", "invalid_time", "invalid_text",
        "text_too_long",
    ),
    example={"forward_s": 2592000, "reason": "See what expires in a month"},
    answer_example={**_EXAMPLE, "replayed": False},
)  # fmt: skip
async def forward_clock(call: Call) -> Answer:
    """Everything that is due by then follows within seconds, as if the time had passed: holds and grants expire,
    standing orders are carried out, people are warned. Open screens are told at once. A real ledger refuses.
    """
    body = await call.body(ForwardInput)
    command = ForwardClock(
        principal=call.identity.principal,
        key=call.key(),
        reason=body.reason,
        by=None if body.forward_s is None else body.forward_s * 1_000_000,
        to=None if body.to is None else parse_time(body.to),
    )
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    view = ForwardedView(True, **verdict.extra, replayed=verdict.replayed)
    if call.dry_run:
        view.dry_run = True
    return Answer.of(view)


class ConfirmInput(Body):
    """The reason for which the clock is taken to be right."""

    reason: Annotated[str, Meta(description="Why, for the audit log.", min_length=1, max_length=1_000)]


class ConfirmedView(msgspec.Struct):
    """The time of the ledger once the leap is confirmed, and by how many seconds the clock had leapt."""

    now: str
    leapt_s: float
    replayed: bool = False


@operations.declare(
    "confirmClock",
    "POST /v1/clock/confirm",
    Right.ADMIN,
    "server",
    "Confirm a clock that leapt",
    body=ConfirmInput,
    answer=ConfirmedView,
    keyed=True,
    codes=("key_reused", "clock_steady", "invalid_text", "text_too_long"),
    example={"reason": "The machine slept; its clock is right"},
    answer_example={"now": "2026-12-30T12:00:00.000000Z", "leapt_s": 7200.0, "replayed": False},
)
async def confirm_clock(call: Call) -> Answer:
    """While the database's clock has leapt ahead of the servers' own, nothing falls due, and the ledger counts time as
    if it had not. This says that the clock is right: what is due by it follows.
    """
    body = await call.body(ConfirmInput)
    command = ConfirmClock(principal=call.identity.principal, key=call.key(), reason=body.reason)
    verdict = await call.groat.execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    return Answer.of(ConfirmedView(**verdict.extra, replayed=verdict.replayed))
