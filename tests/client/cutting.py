"""A proxy of the loopback that cuts connections: before the request is passed on, or when its answer is there."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Cut = Literal["request", "answer", "half"]
CHUNK = 65_536


class Cutting:
    """Serves one request a connection; the next ones are cut as ``cuts`` says, then all pass."""

    def __init__(self, port: int) -> None:
        self.cuts: list[Cut] = []
        self.passed = 0
        self._to = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept)

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def end(self) -> None:
        """Serve no longer."""
        # A thread that waits in accept is woken by this, not by closing alone.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            with client, suppress(OSError):
                self._serve(client)

    def _serve(self, client: socket.socket) -> None:
        request = _whole(client)
        cut = self.cuts.pop(0) if self.cuts else None
        if cut == "request":
            return
        with socket.create_connection(("127.0.0.1", self._to)) as server:
            # Each connection has one request only, so the server's answer ends with the connection.
            server.sendall(request.replace(b"\r\n", b"\r\nConnection: close\r\n", 1))
            answer = b"".join(iter(lambda: server.recv(CHUNK), b""))
        self.passed += 1
        if cut == "half":
            answer = answer[: len(answer) - 20]
        if cut != "answer":
            client.sendall(answer)


def _whole(client: socket.socket) -> bytes:
    """Read a request with its body."""
    request = b""
    while b"\r\n\r\n" not in request:
        piece = client.recv(CHUNK)
        if not piece:
            raise ConnectionError
        request += piece
    head, _, body = request.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.partition(b":")[2])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += client.recv(CHUNK)
    # Without the client's own wish for the connection.
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join(kept) + b"\r\n\r\n" + body


@contextmanager
def cutting(port: int) -> Iterator[Cutting]:
    """A proxy in front of a port of the loopback."""
    proxy = Cutting(port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.end()
