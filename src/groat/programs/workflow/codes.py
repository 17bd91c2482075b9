"""The codes with which requests are refused, and the errors of calls that cannot become a step."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule, declare_refusals

RULES: dict[str, Rule] = {
    "request_not_found": Rule(404, "There is no such request."),
    "not_allowed": Rule(403, "The caller may not take this transition."),
    "already_decided": Rule(409, "Somebody else decided it first; decided_by says who."),
    "wrong_state": Rule(409, "The transition does not start from the state that the request is in."),
    "own_request": Rule(
        403, "Nobody decides a request that they filed, that is their own, or that pays them."
    ),
    "second_approver": Rule(409, "You approved it already; somebody else must approve it as well."),
    "approval_differs": Rule(
        409, "Somebody approved it with other terms. Approve the same ones, or reject it."
    ),
    "parent_not_found": Rule(
        404, "The request that this one belongs to does not exist, or is somebody else's."
    ),
    "parent_not_taking": Rule(
        409, "The request that this one belongs to takes no others in its present state."
    ),
    "named_not_found": Rule(
        404,
        "The request that a field names (field) does not exist, is of another kind, or is somebody else's.",
    ),
    "nothing_to_correct": Rule(409, "Nothing of what this request moved can be given back; detail says why."),
    "correction_wrong": Rule(
        422,
        "The amount is malformed or exceeds what is left to give back (left). Leave it empty to give back all.",
    ),
    "was_corrected": Rule(
        409, "Money of this request was given back. Only another correction can move its money now."
    ),
    "too_many_open": Rule(
        409, "The person has as many open requests (open) as one may have (max). Wait until some end."
    ),
}
"""The refusals of every kind, in the order of the checks; those of the kind itself and of the ledger follow."""

declare_refusals(RULES)

REQUEST_ERRORS: dict[str, Rule] = {
    "kind_not_found": Rule(404, "This server knows no such kind of request (setting programs)."),
    "transition_not_found": Rule(404, "The kind has no such transition; GET /v1/kinds lists them."),
    "invalid_data": Rule(
        400, "The data or input does not fit what the kind declares; detail says which field."
    ),
    "owner_not_taken": Rule(
        400, "The kind takes no requests of this owner; GET /v1/kinds lists whose it takes."
    ),
}


class RequestError(GroatError):
    """Raised for data or input that cannot become a step; codes of :data:`REQUEST_ERRORS`."""

    rules = REQUEST_ERRORS
