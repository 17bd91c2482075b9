"""The errors of notifications, in one table of codes."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule

NOTIFICATION_ERRORS: dict[str, Rule] = {
    "invalid_notice": Rule(
        400,
        "level is success, error, info or warning; title has 1 to 200 characters, body at most 2,000; category is 1 to "
        "32 of [a-z0-9_.-], thread at most 128 printable ASCII characters without spaces; kind and id of the subject "
        "have 1 to 128 characters.",
    ),
    "invalid_preferences": Rule(
        400,
        'Give for each of at most 64 categories, or for "*" (all others), a list of channels: toast, email, or none.',
    ),
    "invalid_audience": Rule(400, "to is a person (user:42), a role (role:partner), or all."),
    "notification_not_found": Rule(404, "The caller has no notification with this id."),
}


class NotificationError(GroatError):
    """Raised when a call about notifications cannot be done; codes of :data:`NOTIFICATION_ERRORS`."""

    rules = NOTIFICATION_ERRORS
