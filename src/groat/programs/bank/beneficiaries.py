"""Saved recipients: the people and accounts that somebody pays often."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal
from groat.programs.bank.accounts import no_money
from groat.programs.bank.recipients import RULES, To, know, recipient_refusal
from groat.programs.workflow import ADMIN, OWNER, SERVICE, Kind, Request, State, Step, Transition


class Rename(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another name for the recipient."""

    name: Annotated[str, Meta(min_length=1, max_length=100)]


def file(r: Request[To], _: To) -> Step | Refusal:
    """Save a recipient that money can go to."""
    return recipient_refusal(r.user, r.data) or Step()


def rename(r: Request[To], to: Rename) -> Step:
    """Change the name only: for another account, save another recipient."""
    return Step(data=msgspec.structs.replace(r.data, name=to.name))


def remove(r: Request[To], _: msgspec.Struct) -> Step:
    """Remove the recipient. Transfers under way go on; new ones cannot name it."""
    return Step()


BENEFICIARY = Kind(
    "beneficiary",
    title="Saved recipient",
    description="A user of the system or an account at another bank, kept for transfers.",
    data=To,
    states=(State("active", "Saved", tone="good"), State("removed", "Removed", open=False)),
    transitions=(
        Transition("file", "Save", (), ("active",), (OWNER, ADMIN, SERVICE), file),
        Transition(
            "rename", "Rename", ("active",), ("active",), (OWNER,), rename, Rename, {"name": "Landlady"}
        ),
        Transition("remove", "Remove", ("active",), ("removed",), (OWNER, ADMIN), remove),
    ),
    example={"external": "DE89370400440532013000", "name": "Erika Mustermann"},
    refusals=RULES,
    resolve=know,
    books=no_money,
    uncorrectable="A saved recipient moves no money. Correct the transfer.",
)
