"""The shared part of all writes of money: execute a command, and answer only what the caller may see."""

from __future__ import annotations

import msgspec

from groat.api.answer import Answer, encode
from groat.api.call import Call
from groat.api.problems import HttpError, problem
from groat.api.rights import owns, sees_everything
from groat.engine.dry_run import DryRun
from groat.engine.groat import Groat
from groat.identity import Identity
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal
from groat.ledger.text import parse_time
from groat.ledger.views import AllocationView, EntryView, TransactionView

STATE_CODES = ("account_frozen", "account_closing", "account_closed")
"""The codes of a write of money for the state of an account."""


def optional_time(text: str | None) -> int | None:
    """Parse a time as microseconds since 1970; None stays None. Raises InvalidInput ``invalid_time``."""
    return None if text is None else parse_time(text)


def check_below_floor(call: Call, wanted: bool) -> None:
    """Raise HttpError ``forbidden`` where a caller who may not let accounts fall below their floors wants it."""
    identity = call.identity
    named = identity.is_service and identity.principal.removeprefix("service:") in call.settings.below_floor
    if wanted and not (identity.is_admin or named):
        raise HttpError(
            "forbidden",
            "Only admins, and services that the setting below_floor names, may let an account fall below its floor.",
        )


def ledger_of(call: Call) -> Groat | DryRun:
    """Return what executes the call's commands, or only tries them out. Raises HttpError ``invalid_query``."""
    return call.groat.dry_run if call.dry_run else call.groat


async def commit(call: Call, command: Command) -> Answer:
    """Execute a command: 201 with its transaction, 200 if it was replayed or changed nothing, or its refusal."""
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    view = verdict.view()
    status = 200 if view.replayed or view.id is None or call.dry_run else 201
    return Answer(encode(seen_by(call.identity, view)), status)


def seen_by(identity: Identity, view: TransactionView) -> TransactionView:
    """Return the view as this caller may see it: people see only their own postings, balances and positions.

    Of people, only the one who posted a transaction sees its metadata, key, principal and cause.
    """
    if sees_everything(identity):
        return view
    own_post = view.principal == identity.principal
    return msgspec.structs.replace(
        view,
        postings=[
            p for p in view.postings if own_post or owns(identity, p.source) or owns(identity, p.destination)
        ],
        balances=[b for b in view.balances if owns(identity, b.account)],
        positions={s: p for s, p in view.positions.items() if s == identity.principal},
        metadata=view.metadata if own_post else {},
        key=view.key if own_post else "",
        principal=view.principal if own_post else "",
        cause=view.cause if own_post else None,
        grants=_own_grants(identity, view),
    )


def _own_grants(identity: Identity, view: TransactionView) -> list[AllocationView] | msgspec.UnsetType:
    if isinstance(view.grants, msgspec.UnsetType):
        return view.grants
    return [each for each in view.grants if owns(identity, each.account)] or msgspec.UNSET


def entry_seen_by(identity: Identity, entry: EntryView) -> EntryView:
    """Return an entry as this caller may see it: people see no metadata."""
    if sees_everything(identity):
        return entry
    return msgspec.structs.replace(entry, metadata={})
