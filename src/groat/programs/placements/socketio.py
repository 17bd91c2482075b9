"""The part that Socket.IO pages of candidates need: the events by which they ask for their room, and their claim.

The event ``credit-updated`` itself is of every server (:mod:`groat.live.socketio.events`).
"""

from typing import Final

CLAIMS: Final = ("candidateId",)
"""Names the candidate in tokens, also where ``sub`` names a login."""

JOIN_EVENTS: Final = dict.fromkeys(
    (
        "join",
        "join-room",
        "join_room",
        "joinRoom",
        "join-candidate",
        "join_candidate",
        "joinCandidate",
        "join-candidate-room",
        "join_candidate_room",
        "joinCandidateRoom",
    ),
    "user",
)
"""The names under which candidates' pages ask for their room, such as ``candidate-42``. Another's is refused."""
