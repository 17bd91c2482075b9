"""Causes: a request that moved money is the one door by which that is undone or corrected (rule 13).

A transaction and a hold carry their cause as a text: the mover, its kind and its id, as in
``request:transfer:0198c5f0-...``. Commands of callers leave none; only the code of a program sets it.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from groat.ledger.errors import Refusal, Rule, declare_refusals

MOVERS: dict[str, str] = {
    "request": (
        "The {kind} request {id} {did} this, and it is undone there: "
        "POST /v1/requests/{kind}/{id}/correct, or another transition of the request."
    ),
}
"""The text that each mover gives a caller who tries another door; :func:`declare_mover` adds those of programs."""

_UNKNOWN: Final = "A program that is not turned on here {did} this: {cause}. Turn it on to undo that there."


def declare_mover(mover: str, text: str, rule: Rule) -> None:
    """Add a program's mover, which other doors refuse with ``belongs_to_<mover>`` by this rule.

    ``text`` names the door at which what it did is undone, with {kind}, {id} and {did}. Raises ValueError for a mover
    that has another text.
    """
    if MOVERS.setdefault(mover, text) != text:
        raise ValueError(f"the mover {mover} has another text already")
    declare_refusals({f"belongs_to_{mover}": rule})


class Cause(NamedTuple):
    """A ``mover`` of :data:`MOVERS`, its ``kind`` (``transfer``) and its ``id``."""

    mover: str
    kind: str
    id: str

    def __str__(self) -> str:
        return ":".join(self)


def read_cause(text: str) -> Cause:
    """Parse a cause. Raises ValueError for a text of another form."""
    mover, kind, id = text.split(":")
    return Cause(mover, kind, id)


def other_door(cause: str, did: str, **fields: str) -> Refusal:
    """Refuse to undo the effect of a cause past it; ``did`` says how it came about ("moved", "holds")."""
    found = read_cause(cause)
    if found.mover not in MOVERS:
        return Refusal("not_reversible", _UNKNOWN.format(did=did, cause=cause), fields)
    detail = MOVERS[found.mover].format(kind=found.kind, id=found.id, did=did)
    return Refusal(f"belongs_to_{found.mover}", detail, {**fields, found.mover: found.id, "kind": found.kind})
