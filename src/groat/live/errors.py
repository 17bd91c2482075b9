"""Errors that keep a reader out."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule

LIVE_ERRORS: dict[str, Rule] = {
    "too_many_readers": Rule(
        429, "You have as many readers open as one person may have (setting connections_per_user). Close one."
    ),
}


class TooManyReaders(GroatError):
    """The person has too many readers; codes of :data:`LIVE_ERRORS`. ``retry_after`` is in seconds."""

    rules = LIVE_ERRORS
    retry_after = 10

    def __init__(self) -> None:
        super().__init__("too_many_readers")
