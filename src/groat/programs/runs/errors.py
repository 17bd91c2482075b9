"""The codes of drafts and runs."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule, declare_refusals

BELONGS_TO_RUN = Rule(409, "A bulk run moved this (run, kind). Undo it through that run.")

RUN_REFUSALS: dict[str, Rule] = {
    "draft_not_found": Rule(404, "There is no such draft. One that nobody files is kept for 7 days."),
    "draft_filed": Rule(409, "The draft was filed (run). Make another one for another run."),
    "draft_closed": Rule(
        409, "The rows of the draft were given by another run. Make another one for another run."
    ),
    "draft_changed": Rule(409, "The draft has changed meanwhile (version). Read it again.", True),
    "draft_empty": Rule(422, "No row of the draft is selected, so there is nothing to post."),
    "run_changes_nothing": Rule(422, "Everybody has this balance already, so there is nothing to post."),
    "run_posted": Rule(409, "All rows of the run are posted. Undo it instead."),
}
"""The refusals of the kind ``run``, in the order of the checks."""

declare_refusals(RUN_REFUSALS)

RUN_ERRORS: dict[str, Rule] = {
    "run_not_found": Rule(404, "There is no such run."),
    "run_rows_bad": Rule(422, "Rows cannot be posted (bad of them, the first in rows). Nothing was filed."),
    "run_rows_wrong": Rule(
        422, "Give rows, or people with an amount, or a selection with an amount: one of these, and at most"
        " 100,000 people."
    ),
    "run_mode_wrong": Rule(
        422, "A run that sets balances takes no source, and no two rows of one person; duplicates may be ask or first."
    ),
    "run_is_undo": Rule(409, "The run took another one back. File that one's rows again, in a draft of their own."),
    "run_nothing_to_undo": Rule(409, "Nothing that the run posted is left to undo."),
    "draft_kept": Rule(409, "The rows are kept as a file, so they stay as long as that does."),
    "run_choice_wrong": Rule(422, "Only the draft of a file has a reading to correct; only an undo has short."),
}  # fmt: skip


RUN_ERRORS |= {
    code: RUN_REFUSALS[code]
    for code in ("draft_not_found", "draft_filed", "draft_closed", "draft_changed", "run_changes_nothing")
}

_INSIDE = {"run_not_running": Rule(409, "The run is not running, or its chunk is not the next one.", True)}
"""An error of the command that posts a chunk, which only the worker sees."""


class RunError(GroatError):
    """A draft or a run cannot be had or made so; codes of :data:`RUN_ERRORS`."""

    rules = RUN_ERRORS | _INSIDE
