"""The refusals of Engine.IO, with the codes of its protocol, and the checks of a request's query."""

from __future__ import annotations

from typing import Final

import msgspec
import structlog

from groat.live.doors import HandshakeRefused, HttpRequest
from groat.sparing import SparingLog

UNKNOWN_TRANSPORT: Final = 0
UNKNOWN_SID: Final = 1
BAD_METHOD: Final = 2
BAD_REQUEST: Final = 3
FORBIDDEN: Final = 4
UNKNOWN_VERSION: Final = 5

_MESSAGES: Final = {
    UNKNOWN_TRANSPORT: "Transport unknown",
    UNKNOWN_SID: "Session ID unknown",
    BAD_METHOD: "Bad handshake method",
    BAD_REQUEST: "Bad request",
    FORBIDDEN: "Forbidden",
    UNKNOWN_VERSION: (
        "Unsupported protocol version: this server speaks Engine.IO 4 (EIO=4). Update the client: socket.io-client to 3"
        " or later (4 is best), python-socketio to 5 or later, and so for other languages a client of Socket.IO 3 or 4."
    ),
}

log = SparingLog(structlog.stdlib.get_logger("groat.live"))


class EngineError(Exception):
    """A request is refused with a code of Engine.IO. `detail` says more than the code's message."""

    def __init__(self, code: int, detail: str = "", status: int = 400) -> None:
        self.code = code
        self.message = f"{_MESSAGES[code]}: {detail}" if detail else _MESSAGES[code]
        self.status = status
        super().__init__(self.message)

    @property
    def body(self) -> bytes:
        """The JSON of the answer."""
        return msgspec.json.encode({"code": self.code, "message": self.message})

    def refused(self) -> HandshakeRefused:
        """Return it as the refusal of a WebSocket."""
        return HandshakeRefused(self.status, self.body, (b"content-type", b"application/json"))


def check_request(request: HttpRequest, transport: str, method: str = "GET") -> str:
    """Return the session id of a request over this transport, "" if it has none. Raises EngineError."""
    try:
        fields = request.fields()
    except ValueError:
        raise EngineError(BAD_REQUEST, "too many fields in the query") from None
    asked = fields.get("transport")
    if asked not in ("polling", "websocket"):
        raise EngineError(UNKNOWN_TRANSPORT)
    if fields.get("EIO") != "4":
        if fields.get("EIO") in ("1", "2", "3"):
            log.warning(
                "old_client_refused",
                request.peer,
                peer=request.peer,
                version=fields["EIO"],
                agent=request.header(b"user-agent")[:200],
                hint="This client is of Socket.IO 2 or older. Update it to socket.io-client 4.",
            )
        raise EngineError(UNKNOWN_VERSION)
    sid = fields.get("sid", "")
    if not sid and method != "GET":
        raise EngineError(BAD_METHOD)
    if asked != transport:
        raise EngineError(BAD_REQUEST, f"the transport {asked} is not asked for like this")
    return sid
