"""A proxy that passes each request on, and twice cuts the answer off before it passes one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

import httpx

CUTS = 2


class CuttingProxy(ThreadingHTTPServer):
    """Cuts the first answers under each idempotency key: one as a whole, the next in the middle of its body.

    ``asked`` counts the requests by key.
    """

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Exchange)
        self.target = httpx.Client(base_url=target, timeout=30)
        self.address = f"http://127.0.0.1:{self.server_port}"
        self.asked: Counter[str] = Counter()
        self._lock = Lock()

    def turn(self, key: str) -> int:
        """Count a request under a key, and return which of them it is."""
        with self._lock:
            self.asked[key] += 1
            return self.asked[key]


class _Exchange(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CuttingProxy

    def do_POST(self) -> None:
        headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        body = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.target.post(self.path, content=body, headers=headers)
        turn = self.server.turn(self.headers["Idempotency-Key"])
        self.close_connection = turn <= CUTS
        if turn == 1:
            return
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content[: len(answer.content) // 2] if turn <= CUTS else answer.content)

    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""


@contextmanager
def cutting(target: str) -> Iterator[CuttingProxy]:
    """Run the proxy before a server, in a thread."""
    with CuttingProxy(target) as proxy:
        thread = Thread(target=proxy.serve_forever)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
            proxy.target.close()
