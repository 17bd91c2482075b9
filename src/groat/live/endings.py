"""Reasons for which the server ends a live reader, in groat's own words. Each door says them in its protocol."""

from enum import Enum


class Ending(Enum):
    """A reason to end. The reader may come back, except after TOKEN_INVALID, MALFORMED and STALE."""

    SHUTDOWN = "shutdown"
    """The server stops."""
    FAULT = "fault"
    """The server has failed at something that the reader waits for."""
    EXPIRED = "expired"
    """The token's life is over, or it was not renewed."""
    SLOW = "slow"
    """The reader does not take what it was sent."""
    LEFT_BEHIND = "left_behind"
    """The reader's position is of no use any more: it must resume afresh."""
    SILENT = "silent"
    """A ping was not answered."""
    FLOODING = "flooding"
    """The reader sends too much."""
    RIGHTS_CHANGED = "rights_changed"
    """The reader may see other things than before, or perhaps so."""
    REVOKED = "revoked"
    """The token was revoked: its owner was signed out or disabled, or its session ended."""
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    """The token is none of this server's, or is another principal's."""
    MALFORMED = "malformed"
    """The reader broke the protocol."""
    STALE = "stale"
    """The reader has not said in time who it is."""
