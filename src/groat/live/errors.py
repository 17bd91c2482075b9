"""Errors that keep a reader out, or refuse what it asks for."""

from __future__ import annotations

from enum import Enum

from groat.ledger.errors import GroatError, Rule

LIVE_ERRORS: dict[str, Rule] = {
    "too_many_readers": Rule(
        429, "You have as many readers open as one person may have (setting connections_per_user). Close one."
    ),
    "board_not_found": Rule(404, "There is no board of this name, or nothing to show on it (stream)."),
    "too_many_boards": Rule(
        503, "This node shows as many boards as it may. Follow fewer, or try again later."
    ),
}


class TooManyReaders(GroatError):
    """The person has too many readers; codes of :data:`LIVE_ERRORS`. ``retry_after`` is in seconds."""

    rules = LIVE_ERRORS
    retry_after = 10

    def __init__(self) -> None:
        super().__init__("too_many_readers")


class BoardError(GroatError):
    """A board cannot be watched; codes of :data:`LIVE_ERRORS`. ``retry_after`` is in seconds."""

    rules = LIVE_ERRORS
    retry_after = 10


class Denial(Enum):
    """A reason to refuse what a session asks for. Each door says it in its protocol."""

    NO_TOKEN = "no_token"  # noqa: S105
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    TOKEN_OLD = "token_old"  # noqa: S105
    """The token has expired, is revoked or not yet valid, or its principal's rights have just changed."""
    NOTHING_TO_READ = "nothing_to_read"
    """The caller has no stream of their own and no role."""
    TOO_OFTEN = "too_often"
    """The person has entered too often in the last minute."""
    TOO_MANY_READERS = "too_many_readers"
    UNAVAILABLE = "unavailable"
    """The database is away; try again."""
    ENDED = "ended"
    """The session has ended meanwhile, or has left the stream: nobody waits for the answer."""
    NOT_ALLOWED = "not_allowed"
    UNKNOWN_STREAM = "unknown_stream"
    ALREADY_VIEWED = "already_viewed"
    TOO_MANY_VIEWS = "too_many_views"
    AHEAD = "ahead"
    """The receipt is for an event that the session has not been sent."""


BOARD_CODES: dict[Denial, str] = {
    Denial.UNKNOWN_STREAM: "board_not_found",
    Denial.TOO_MANY_VIEWS: "too_many_boards",
}
"""The codes of what keeps a request from watching a board."""


class Denied(Exception):
    """A session is refused what it asked for. `code` is that of the error behind a token's refusal, or "".

    `stream` is the board that cannot be watched, or "".
    """

    def __init__(self, why: Denial, code: str = "", stream: str = "") -> None:
        super().__init__(why.value)
        self.why = why
        self.code = code
        self.stream = stream
