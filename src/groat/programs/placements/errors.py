"""The refusals of placements, in the order in which they are checked, and other errors."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule, declare_refusals

PLACEMENT_REFUSALS: dict[str, Rule] = {
    "placement_exists": Rule(409, "There is a placement with this id already. Give another id, or none."),
    "placement_archived": Rule(
        409, "The placement is archived (archived_at). Take it out of the archive first.", True
    ),
    "placement_changed": Rule(
        409, "Somebody changed the placement meanwhile (version). Read it again.", True
    ),
}
"""The refusals of placements; those of the ledger follow."""

declare_refusals(PLACEMENT_REFUSALS)

PLACEMENT_ERRORS: dict[str, Rule] = {
    "placement_not_found": Rule(404, "There is no placement with this id."),
    "placement_title_wrong": Rule(
        422, "A placement has a title of 1 to 200 characters, and a note of at most 1,000."
    ),
    "file_not_found": Rule(404, "The placement has no file with this id."),
    "file_processed": Rule(409, "The file was processed before (run)."),
    "file_expired": Rule(
        409,
        "The rows of the file are forgotten, because its placement was in the archive for long. Upload it again.",
    ),
    "draft_attached": Rule(409, "The draft is a file of a placement already (placement)."),
    "draft_not_file": Rule(
        422,
        "Attach the draft of a file or list that adds credits of this placement's asset, and is not filed yet.",
    ),
    "nobody_reached": Rule(422, "No row can be posted, so nobody would get anything."),
    "credits_rows_bad": Rule(
        422,
        "Rows cannot be posted (bad of them; dry_run says which). Mend them, or give leave_out. Nothing was filed.",
    ),
    "candidates_ambiguous": Rule(
        422,
        "Several candidates have the same e-mail address (emails). Name them by id, or give leave_out.",
    ),
    "candidate_not_found": Rule(404, "There is no candidate with this id."),
    "candidate_wrong": Rule(
        422, "A candidate has a name of at most 200 characters, and an e-mail address of at most 254."
    ),
}


class PlacementError(GroatError):
    """A call that placements cannot take; codes of :data:`PLACEMENT_ERRORS`. Nothing was frozen under the key."""

    rules = PLACEMENT_ERRORS
