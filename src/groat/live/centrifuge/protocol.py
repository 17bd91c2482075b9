"""The messages of the Centrifuge client protocol (JSON) that groat uses.

Source: `definitions/client.proto` of centrifugal/protocol, `errors.go` and `disconnect.go` of centrifugal/centrifuge.
A command has an id and one method; its reply has the same id. A message without an id is a push or, when empty, a
ping (from the server) or a pong (from the client).
"""

from typing import Annotated, Final

import msgspec

from groat.live.endings import Ending
from groat.live.errors import Denial

Raw = msgspec.Raw
EMPTY: Final = Raw(b"")
Offset = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Id = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]


class Disconnect(msgspec.Struct, frozen=True):
    """A reason for which the server closes. SDKs reconnect, except after 3500..3999 and 4500..4999."""

    code: int
    reason: str


DISCONNECTS: Final = {
    Ending.SHUTDOWN: Disconnect(3001, "shutdown"),
    Ending.FAULT: Disconnect(3004, "internal server error"),
    Ending.EXPIRED: Disconnect(3005, "connection expired"),
    Ending.SLOW: Disconnect(3008, "slow"),
    Ending.LEFT_BEHIND: Disconnect(3010, "insufficient state"),
    Ending.SILENT: Disconnect(3012, "no pong"),
    Ending.FLOODING: Disconnect(3013, "too many requests"),
    Ending.RIGHTS_CHANGED: Disconnect(3014, "state invalidated"),
    Ending.REVOKED: Disconnect(3014, "state invalidated"),
    Ending.TOKEN_INVALID: Disconnect(3500, "invalid token"),
    Ending.MALFORMED: Disconnect(3501, "bad request"),
    Ending.STALE: Disconnect(3502, "stale"),
}


class Error(msgspec.Struct, frozen=True, omit_defaults=True):
    """An error reply. A temporary one is tried again by the SDK; others end the attempt, except 109."""

    code: int
    message: str
    temporary: bool = False


INTERNAL: Final = Error(100, "internal server error", temporary=True)
UNKNOWN_CHANNEL: Final = Error(102, "unknown channel")
PERMISSION_DENIED: Final = Error(103, "permission denied")
METHOD_NOT_FOUND: Final = Error(104, "method not found")
ALREADY_SUBSCRIBED: Final = Error(105, "already subscribed")
MALFORMED: Final = Error(107, "bad request")
NOT_AVAILABLE: Final = Error(108, "not available")
ERRORS: Final = {
    Denial.NO_TOKEN: Error(101, "unauthorized"),
    Denial.TOKEN_OLD: Error(109, "token expired"),
    Denial.NOTHING_TO_READ: PERMISSION_DENIED,
    Denial.TOO_OFTEN: Error(111, "too many requests", temporary=True),
    Denial.TOO_MANY_READERS: Error(106, "too many connections of this person", temporary=True),
    Denial.UNAVAILABLE: INTERNAL,
    Denial.ENDED: INTERNAL,
    Denial.NOT_ALLOWED: PERMISSION_DENIED,
    Denial.UNKNOWN_STREAM: UNKNOWN_CHANNEL,
    Denial.ALREADY_VIEWED: ALREADY_SUBSCRIBED,
    Denial.TOO_MANY_VIEWS: Error(106, "limit exceeded"),
    Denial.AHEAD: MALFORMED,
}
"""The error replies. A token that is none gets a close instead, so that the SDK gives up."""


class ConnectSub(msgspec.Struct):
    """A position the client has reached in a server-side subscription."""

    recover: bool = False
    epoch: str = ""
    offset: Offset = 0


class ConnectRequest(msgspec.Struct):
    """The first command of every connection."""

    token: str = ""
    subs: dict[str, ConnectSub] = {}
    name: str = ""
    version: str = ""
    data: Raw = EMPTY


class ConnectData(msgspec.Struct):
    """The part of the client's own connect data that groat reads."""

    device: str = ""


class SubscribeRequest(msgspec.Struct):
    """Ask for a channel, perhaps from a position reached before."""

    channel: str = ""
    recover: bool = False
    epoch: str = ""
    offset: Offset = 0


class UnsubscribeRequest(msgspec.Struct):
    """Leave a channel."""

    channel: str = ""


class RefreshRequest(msgspec.Struct):
    """A newer token for the same principal."""

    token: str = ""


class RpcRequest(msgspec.Struct):
    """Call a method of the server."""

    method: str = ""
    data: Raw = EMPTY


class ClientCommand(msgspec.Struct):
    """One line from the client; at most one of the methods is set: not None, not EMPTY."""

    id: Id = 0
    connect: ConnectRequest | None = None
    subscribe: SubscribeRequest | None = None
    unsubscribe: UnsubscribeRequest | None = None
    refresh: RefreshRequest | None = None
    rpc: RpcRequest | None = None
    ping: Raw = EMPTY
    send: Raw = EMPTY
    publish: Raw = EMPTY
    presence: Raw = EMPTY
    presence_stats: Raw = EMPTY
    history: Raw = EMPTY
    sub_refresh: Raw = EMPTY


class Publication(msgspec.Struct):
    """One event; data is its JSON."""

    data: Raw
    offset: int


class SubscribeResult(msgspec.Struct, omit_defaults=True):
    """`data` is the snapshot, present exactly when not recovered."""

    recoverable: bool
    positioned: bool
    epoch: str
    offset: int
    recovered: bool = False
    was_recovering: bool = False
    publications: list[Publication] = []
    data: Raw | msgspec.UnsetType = msgspec.UNSET


class ConnectResult(msgspec.Struct, omit_defaults=True):
    """Times are in seconds."""

    client: str
    version: str
    ping: int
    pong: bool
    subs: dict[str, SubscribeResult]
    expires: bool = False
    ttl: int = 0


class RefreshResult(msgspec.Struct, omit_defaults=True):
    """The new life of the connection; ttl is in seconds."""

    client: str
    version: str
    expires: bool = False
    ttl: int = 0


class RpcResult(msgspec.Struct):
    """The answer of the method."""

    data: Raw


class EmptyResult(msgspec.Struct):
    """The empty result of ping and unsubscribe."""


class Reply(msgspec.Struct, omit_defaults=True):
    """The answer to the command with the same id: one result, or an error."""

    id: int
    error: Error | None = None
    connect: ConnectResult | None = None
    subscribe: SubscribeResult | None = None
    unsubscribe: EmptyResult | None = None
    refresh: RefreshResult | None = None
    rpc: RpcResult | None = None
    ping: EmptyResult | None = None


class Seen(msgspec.Struct):
    """Data of the RPC `seen`: this device has shown everything up to the offset.

    `ago_ms` is how many milliseconds ago it showed the event. It is absent unless the event came as it happened.
    """

    stream: str
    offset: Offset
    ago_ms: Offset | None = None


decode_command = msgspec.json.Decoder(ClientCommand).decode
decode_connect_data = msgspec.json.Decoder(ConnectData).decode
decode_seen = msgspec.json.Decoder(Seen).decode
encode = msgspec.json.Encoder().encode


def device_of(data: Raw) -> str:
    """Return the device that a client names in its connect data, cut to 64 characters; "" if it names none.

    What cannot be printed is left out, for a database takes no U+0000.
    """
    try:
        return "".join(filter(str.isprintable, decode_connect_data(data).device[:64]))
    except (msgspec.MsgspecError, RecursionError):
        return ""
