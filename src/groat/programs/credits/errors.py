"""The codes with which the operations of credits answer beyond the server's own."""

from __future__ import annotations

from groat.ledger.errors import REFUSALS, GroatError, Rule

CREDIT_ERRORS: dict[str, Rule] = {
    "group_wrong": Rule(422, "Name either users or a role."),
    "group_empty": Rule(422, "The group has nobody. Only people with a record here have a role."),
    "group_too_large": Rule(422, "A group has at most 10,000 people. Split it, with a key for each part."),
    "account_of_nobody": Rule(422, "Only accounts of people have alerts, such as user:42."),
    "package_wrong": Rule(422, "A part of the package cannot be; detail says which."),
    "message_differs": Rule(
        409,
        "A message with this webhook-id came before, and said something else. Give each message its own id.",
    ),
    "update_not_found": Rule(404, "There is no such transaction, or it changed nothing of this person's."),
    "report_too_long": Rule(422, "A report covers at most 120 months. Ask for a shorter period."),
}


class CreditError(GroatError):
    """A call that credits cannot answer; codes of :data:`CREDIT_ERRORS`, and ``grant_not_found`` of the ledger."""

    rules = CREDIT_ERRORS | {code: REFUSALS[code] for code in ("grant_not_found",)}
