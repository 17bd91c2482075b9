"""Socket.IO 5 over one Engine.IO socket: namespaces, events and acknowledgements.

A SocketServer knows the namespaces there are; each makes a Member for each client that wants to connect to it. This
module knows nothing of tokens, streams and the ledger: the members do.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from groat.live import frames
from groat.live.socketio import packets
from groat.live.socketio.packets import Assembly, MalformedPacket, Packet, Type

if TYPE_CHECKING:
    from groat.live.doors import HttpRequest
    from groat.live.socketio.engine import EngineSocket

NAMESPACES_MAX: Final = 10
"""A connection has at most this many namespaces."""
REFUSALS_MAX: Final = 20
"""A connection ends when its client was refused this often: refusals that nobody reads would fill the memory."""
ACKS_MAX: Final = 100
"""At most this many events of a member wait for their acknowledgement. The oldest is given up for a new one."""
UNKNOWN_NAMESPACE: Final = "Invalid namespace"
"""The words of Node's server."""

Acknowledged = Callable[[list[Any] | None], None]
"""Takes the client's answer to an event, or None if there will be none."""


class Member:
    """One client in one namespace. A server's application derives a class from it and gives that to the namespace.

    The client is a member from `accept` on, until `disconnect`, or until `disconnected` is called.
    """

    __slots__ = ("_acks", "_last_id", "connection", "is_in", "namespace")

    def __init__(self, connection: SocketConnection, namespace: str) -> None:
        self.connection = connection
        self.namespace = namespace
        self.is_in = False
        self._acks: dict[int, Acknowledged] | None = None
        self._last_id = -1

    # Calls from the connection, for the application to take. None of them may wait.

    def connect(self, auth: dict[str, Any]) -> None:
        """Answer, now or later, a client that wants to connect: with `accept`, `refuse` or `connection.close`."""
        raise NotImplementedError

    def event(self, name: str, args: list[Any], id: int | None) -> None:
        """Take an event. One with an id wants one acknowledgement, see `acknowledge`."""

    def choke(self) -> None:
        """Write only what must not be lost: the client does not read what it was sent."""

    def drain(self) -> None:
        """Write again: the client has read."""

    def disconnected(self) -> None:
        """Clean up: the client left the namespace or is gone. Nothing more can be sent."""

    # Calls for the application to make.

    def accept(self, fields: Mapping[str, str] = {}, more: bytes = b"") -> None:
        """Let the client in. `fields` go into the answer, `more` are ready frames that follow in the same write."""
        self.is_in = True
        answer = {"sid": secrets.token_urlsafe(15), **fields}
        self.connection.socket.settle()
        self.connection.socket.write(framed(Packet(Type.CONNECT, self.namespace, answer)) + more)

    def refuse(self, message: str, data: Mapping[str, Any] | None = None) -> None:
        """Keep the client out. Stock clients do not come back after this."""
        self.connection.refuse(self.namespace, message, data)
        self.connection.dismiss(self)

    def emit(self, name: str, *args: Any, ack: Acknowledged | None = None) -> None:
        """Send an event. With `ack` the client is asked to acknowledge it; the answer goes there."""
        id = None
        if ack is not None:
            self._last_id = id = self._last_id + 1
            self._acks = self._acks or {}
            if len(self._acks) >= ACKS_MAX:
                self._acks.pop(next(iter(self._acks)))(None)
            self._acks[id] = ack
        self.connection.send(Packet(Type.EVENT, self.namespace, [name, *args], id))

    def acknowledge(self, id: int, *args: Any) -> None:
        """Acknowledge the client's event with this id."""
        self.connection.send(Packet(Type.ACK, self.namespace, list(args), id))

    def disconnect(self) -> None:
        """End the membership. Stock clients do not come back after this."""
        self.connection.send(Packet(Type.DISCONNECT, self.namespace))
        self.connection.dismiss(self)

    # Calls from the connection.

    def acknowledged(self, id: int, args: list[Any]) -> None:
        """Pass an acknowledgement on to whoever waits for it; one that nobody waits for is ignored."""
        if self._acks is not None and (ack := self._acks.pop(id, None)) is not None:
            ack(args)

    def give_up(self) -> None:
        """Tell those who wait for acknowledgements that none will come, and the application that the client is gone."""
        self.is_in = False
        acks, self._acks = self._acks, None
        for ack in (acks or {}).values():
            ack(None)
        self.disconnected()


MakeMember = Callable[["SocketConnection", str], Member]


def nothing_of(request: HttpRequest) -> str:
    """Remember nothing of the request that opened a connection."""
    return ""


class SocketServer:
    """The namespaces of a server by name, each as the class of its members.

    `remember` picks from the request that opens a connection what its members need later. `make_handler` is for an
    Engine.
    """

    def __init__(
        self, namespaces: Mapping[str, MakeMember], remember: Callable[[HttpRequest], str] = nothing_of
    ) -> None:
        self.namespaces = namespaces
        self.remember = remember

    def make_handler(self) -> SocketConnection:
        """Return what speaks over the next socket."""
        return SocketConnection(self)


class SocketConnection:
    """The handler of one Engine.IO socket (see engine.EngineHandler). `memory` is what the server remembers."""

    __slots__ = ("_assembly", "_members", "_refusals", "_server", "memory", "socket")

    socket: EngineSocket

    def __init__(self, server: SocketServer) -> None:
        self._server = server
        self._members: dict[str, Member] = {}
        self._assembly: Assembly | None = None
        self._refusals = 0
        self.memory = ""

    # Calls from the engine.

    def opened(self, socket: EngineSocket, request: HttpRequest) -> None:
        """Begin: nothing is sent until the client connects to a namespace."""
        self.socket = socket
        self.memory = self._server.remember(request)

    def message(self, data: str | bytes) -> None:
        """Take the text of a packet or an attachment. What is malformed ends the connection."""
        try:
            packet = self._read(data)
        except MalformedPacket as error:
            self.socket.fail(str(error))
            return
        if packet is not None:
            self._take(packet)

    def choke(self) -> None:
        """Tell the members that the client does not read."""
        for member in self._members.values():
            member.choke()

    def drain(self) -> None:
        """Tell the members that the client has read."""
        for member in list(self._members.values()):
            member.drain()

    def lost(self, reason: str) -> None:
        """Tell the members that the client is gone."""
        members, self._members = self._members, {}
        self._assembly = None
        for member in members.values():
            member.give_up()

    # Calls from the members.

    def send(self, packet: Packet) -> None:
        """Send a packet and its attachments."""
        text, attachments = packets.encode(packet)
        self.socket.send(text)
        for attachment in attachments:
            self.socket.send(attachment)

    def refuse(self, namespace: str, message: str, data: Mapping[str, Any] | None = None) -> None:
        """Answer CONNECT with an error, which is final for stock clients."""
        error: dict[str, Any] = {"message": message}
        if data is not None:
            error["data"] = data
        self.send(Packet(Type.CONNECT_ERROR, namespace, error))
        self._refusals += 1
        if self._refusals >= REFUSALS_MAX:
            self.socket.fail("refused too often")

    def dismiss(self, member: Member) -> None:
        """End a membership."""
        if self._members.get(member.namespace) is member:
            del self._members[member.namespace]
            if not self._members:
                self.socket.unsettle()
            member.give_up()

    def close(self, reason: str, *, abrupt: bool = False) -> None:
        """Close the transport: the client comes back by itself."""
        self.socket.close(reason, abrupt=abrupt)

    # Packets.

    def _read(self, data: str | bytes) -> Packet | None:
        assembly = self._assembly
        if isinstance(data, str):
            if assembly is not None:
                raise MalformedPacket("attachments must follow their packet")
            read = packets.decode(data, self._is_heard)
            if read is None or isinstance(read, Packet):
                return read
            self._assembly = read
            return None
        if assembly is None:
            raise MalformedPacket("bytes belong to a packet that announces them")
        packet = assembly.add(data)
        if assembly.is_whole:
            self._assembly = None
        return packet

    def _is_heard(self, kind: Type, namespace: str) -> bool:
        """Return whether a packet is taken: not before the client is let in, nor after it has left.

        Anybody can send those, so they may cost neither time nor memory. A client that waits may still leave.
        """
        member = self._members.get(namespace)
        return kind is Type.CONNECT or (member is not None and (member.is_in or kind is Type.DISCONNECT))

    def _take(self, packet: Packet) -> None:
        member = self._members.get(packet.namespace)
        if packet.type is Type.CONNECT:
            self._connect(packet, member)
        elif member is None:
            # The member has left while its attachments came.
            return
        elif packet.type is Type.DISCONNECT:
            self.dismiss(member)
        elif packet.type is Type.EVENT:
            name, *args = packet.data
            member.event(name, args, packet.id)
        else:
            assert packet.id is not None
            member.acknowledged(packet.id, packet.data)

    def _connect(self, packet: Packet, member: Member | None) -> None:
        make = self._server.namespaces.get(packet.namespace)
        if make is None:
            self.refuse(packet.namespace, UNKNOWN_NAMESPACE)
        elif member is not None:
            self.socket.fail("the client is a member of this namespace, or about to be")
        elif len(self._members) >= NAMESPACES_MAX:
            self.socket.fail(f"a connection has at most {NAMESPACES_MAX} namespaces")
        else:
            member = self._members[packet.namespace] = make(self, packet.namespace)
            member.connect(packet.data or {})


def framed(packet: Packet) -> bytes:
    """Return a packet without attachments as a ready frame, for several that go out in one write."""
    text, attachments = packets.encode(packet)
    assert not attachments
    return frames.text(b"4" + text.encode())
