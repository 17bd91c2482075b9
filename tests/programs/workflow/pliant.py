"""A kind whose steps each test gives: what a step says wrongly or in an odd order must not harm anybody."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SYSTEM,
    Kind,
    Request,
    Reserve,
    State,
    Step,
    Transition,
    Unreserve,
)
from groat.programs.workflow.steps import Decide


class Task(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: str = "10"
    asset: str = "USD"
    note: str = ""


class Note(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    note: str = ""


def hold(r: Request[Task], *_: Any) -> Step:
    """Filing: hold the amount, with no time-out."""
    assert r.amount is not None
    assert r.asset is not None
    return Step(money=(Reserve(r.owner, "house:tasks", r.amount, r.asset),))


def release(*_: Any) -> Step:
    return Step(money=(Unreserve(),))


def nothing(*_: Any) -> Step:
    return Step()


def pliant(*, on_refused: str = "", thresholds: dict[str, str] | None = None, **steps: Decide) -> Kind[Any]:
    """The kind ``task``: filed as open, edited by its owner, moved on (and back), ended by staff; ``tick`` is due.

    What is not given of ``file``, ``edit``, ``go``, ``back``, ``tick``, ``lapse`` and ``end`` says nothing.
    """
    does = {name: steps.get(name, nothing) for name in ("file", "edit", "go", "back", "tick", "lapse", "end")}
    return Kind(
        "task", title="Task", description="", data=Task,
        states=(
            State("open", "Open", waits=True, on_due="tick"), State("still", "Without a time-out"),
            State("ended", "Ended", open=False),
        ),
        transitions=(
            Transition("file", "File", (), ("open",), (OWNER,), does["file"]),
            Transition("edit", "Edit", ("open",), ("open",), (OWNER,), does["edit"], Note),
            Transition("go", "Go on", ("open",), ("still",), (OWNER,), does["go"]),
            Transition("back", "Back", ("still",), ("open",), (OWNER,), does["back"]),
            Transition("tick", "Tick", ("open",), ("open",), (SYSTEM,), does["tick"], on_refused=on_refused),
            Transition("lapse", "Lapse", ("open",), ("open",), (SYSTEM,), does["lapse"]),
            Transition("end", "End", ("open", "still"), ("ended",), (ADMIN,), does["end"], Note, decides=True,
                       approves=True),
        ),
        example={"amount": "10", "asset": "USD"},
        thresholds=thresholds,
    )  # fmt: skip
