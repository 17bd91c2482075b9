"""Faults around a server: a proxy that does as it is told, a pooler of PostgreSQL, and strangers at ports."""

from __future__ import annotations

import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def read_head(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read the head of a request or answer; returns it, and what came behind it."""
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65_536)
        if not part:
            return b"", b""
        data += part
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def pump(client: socket.socket, server: socket.socket, *, mute: bool = False) -> None:
    """Pass on what comes, both ways, until one of them leaves; to a mute end nothing of the server's.

    One thread does both, for an end may speak TLS.
    """
    ends = {client: server, server: client}
    while True:
        pending = isinstance(client, ssl.SSLSocket) and client.pending() > 0
        ready = [client] if pending else select.select(list(ends), [], [])[0]
        for end in ready:
            part = end.recv(65_536)
            if not part:
                return
            if not (mute and end is server):
                ends[end].sendall(part)


class Threaded(socketserver.ThreadingTCPServer):
    """A server of the loopback on a free port; ``handle`` gets each connection."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, handle: Callable[[socket.socket], None]) -> None:
        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                with suppress(OSError):
                    handle(self.request)

        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def handle_error(self, *_: Any) -> None:
        """Say nothing: clients that give up are part of the tests."""


@contextmanager
def listening(
    handle: Callable[[socket.socket], None], context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Let ``handle`` have each connection to a port, over TLS if there is a context; gives the port."""

    def take(connection: socket.socket) -> None:
        if context is None:
            handle(connection)
        else:
            with suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as wrapped:
                handle(wrapped)

    with Threaded(take) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield server.port
        finally:
            server.shutdown()


class Proxy:
    """A reverse proxy before the server at ``port``: one request a connection.

    It passes Upgrade on unless told otherwise, and the Host unless it has one of its own. ``adds`` are headers for the
    server, in place of the client's, ``says`` headers for the client. At paths that begin with one of ``lost`` it
    answers 404 itself; of an answer at one of ``mute`` it passes on the head alone, and then nothing; at one of
    ``cut`` it ends after the head. It is ``ahead_s`` seconds ahead of the server's time.
    """

    def __init__(
        self,
        port: int,
        *,
        upgrades: bool = True,
        host: str = "",
        adds: tuple[str, ...] = (),
        says: tuple[str, ...] = (),
        lost: tuple[str, ...] = (),
        mute: tuple[str, ...] = (),
        cut: tuple[str, ...] = (),
        ahead_s: int = 0,
    ) -> None:
        self._port = port
        self._upgrades = upgrades
        self._host = host
        self._adds = adds
        self._own = {each.partition(":")[0].lower() for each in adds}
        self._says = says
        self._lost = lost
        self._mute = mute
        self._cut = cut
        self._ahead_s = ahead_s

    def __call__(self, client: socket.socket) -> None:
        """Pass one request and its answer on."""
        head, rest = read_head(client)
        if not head:
            return
        path = head.split(b" ", 2)[1].decode()
        if path.startswith(self._lost):
            client.sendall(b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 4\r\n\r\nlost")
            return
        with socket.create_connection(("127.0.0.1", self._port)) as server:
            server.sendall(self._request(head) + b"\r\n\r\n" + rest)
            answer, more = read_head(server)
            client.sendall(self._answer(answer) + b"\r\n\r\n")
            if not path.startswith(self._cut):
                mute = path.startswith(self._mute)
                if not mute:
                    client.sendall(more)
                pump(client, server, mute=mute)

    def _request(self, head: bytes) -> bytes:
        line, *lines = head.decode("latin-1").split("\r\n")
        kept = [line]
        for each in lines:
            name = each.partition(":")[0].lower()
            if name in self._own:
                continue
            if name == "host" and self._host:
                kept.append(f"Host: {self._host}")
            elif self._upgrades or name not in ("upgrade", "connection"):
                kept.append(each)
        return "\r\n".join([*kept, *self._adds]).encode("latin-1")

    def _answer(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        if self._ahead_s:
            lines = [each for each in lines if not each.lower().startswith("date:")]
            there = datetime.now(UTC) + timedelta(seconds=self._ahead_s)
            lines.append(f"Date: {format_datetime(there, usegmt=True)}")
        return "\r\n".join([*lines, *self._says]).encode("latin-1")


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Make a certificate of one's own for 127.0.0.1; gives its file, and the context of a server that has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "groat.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file, key_file = folder / "certificate.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key_file)
    return file, context


def saying(text: bytes) -> Callable[[socket.socket], None]:
    """A stranger that says something to everybody, and then listens until they leave."""

    def handle(connection: socket.socket) -> None:
        connection.sendall(text)
        while connection.recv(65_536):
            pass

    return handle


class Pooler:
    """A pooler of PostgreSQL in transaction mode, with one connection to the server for all clients.

    It speaks protocol 3 to servers that trust everybody: it answers the start of each client itself, and gives the
    connection to whoever begins a transaction, until that ends. ``strict`` refuses settings at the start.
    """

    def __init__(self, port: int, *, strict: bool = False) -> None:
        self._strict = strict
        self._turn = threading.Lock()
        self._client: socket.socket | None = None
        self._server = socket.create_connection(("127.0.0.1", port))
        start = b"".join(text + b"\0" for text in (b"user", b"postgres", b"database", b"postgres")) + b"\0"
        self._server.sendall(struct.pack(">II", len(start) + 8, 196_608) + start)
        self._greeting = b""
        while True:
            kind, message = read_message(self._server)
            if kind != b"K":
                self._greeting += message
            if kind == b"Z":
                break
        threading.Thread(target=self._pass_back, daemon=True).start()

    def __call__(self, client: socket.socket) -> None:
        """Serve a client until it leaves."""
        settings = self._start_of(client)
        if self._strict and b"jit" in settings:
            said = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: jit\0\0"
            client.sendall(b"E" + struct.pack(">I", len(said) + 4) + said)
            return
        client.sendall(self._greeting)
        while True:
            kind, message = read_message(client)
            if kind in (b"", b"X"):
                return
            if self._client is not client:
                self._turn.acquire()
                self._client = client
            self._server.sendall(message)

    def close(self) -> None:
        """Let the server go."""
        self._server.close()

    @staticmethod
    def _start_of(client: socket.socket) -> list[bytes]:
        while True:
            size, code = struct.unpack(">II", read_exactly(client, 8))
            rest = read_exactly(client, size - 8)
            if code == 196_608:
                return rest.split(b"\0")
            # It asks for TLS.
            client.sendall(b"N")

    def _pass_back(self) -> None:
        with suppress(OSError):
            while True:
                kind, message = read_message(self._server)
                if not kind:
                    return
                client = self._client
                ends = kind == b"Z" and message.endswith(b"I")
                if ends:
                    self._client = None
                if client is not None:
                    with suppress(OSError):
                        client.sendall(message)
                if ends:
                    self._turn.release()


def read_exactly(connection: socket.socket, size: int) -> bytes:
    """Read so many bytes; fewer at the end."""
    data = b""
    while len(data) < size and (part := connection.recv(size - len(data))):
        data += part
    return data


def read_message(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read a message of PostgreSQL's protocol: its kind, and the whole; both empty at the end."""
    head = read_exactly(connection, 5)
    if len(head) < 5:
        return b"", b""
    return head[:1], head + read_exactly(connection, int.from_bytes(head[1:], "big") - 4)
