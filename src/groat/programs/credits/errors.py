"""The codes with which the operations of credits answer beyond the server's own."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule

CREDIT_ERRORS: dict[str, Rule] = {
    "grant_not_found": Rule(404, "There is no grant with this id, or it is not yours."),
    "report_too_long": Rule(422, "A report covers at most 120 months. Ask for a shorter period."),
}


class CreditError(GroatError):
    """A call that credits cannot answer; codes of :data:`CREDIT_ERRORS`."""

    rules = CREDIT_ERRORS
