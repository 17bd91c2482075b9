"""CPU per delivered push: groat beside Node `ws`, Node Socket.IO, python-socketio, websockets, uvicorn and the floor.

Each server is a process of its own, the clients another; all servers push the same event to the same clients in turns.
To Socket.IO clients groat translates its event to `balance_updated`, and sends the marker of their position behind it;
the other Socket.IO servers emit the same object. `groat-socketio-both` has the names of events as they are without
settings: a change of credits is two packets, `balance_updated` and `credit-updated`, which count as one message.

CPU is the server process's, from the first push until the clients have everything; what is compared are medians of the
ratios of each round. The peers are installed from npm and PyPI into benchmarks/peers/installed, which git ignores.
Prints a JSON line for each number of streams.

    python benchmarks/peers.py [--clients 1000] [--pushes 50] [--rounds 3] [--kinds groat socket.io ...]
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import resource
import select
import shutil
import socket
import statistics
import subprocess
import sys
import time
from operator import truediv
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent / "peers"
INSTALLED = HERE / "installed"
PYTHON = INSTALLED / "python" / "bin" / "python"
MARK = b'"version":7'
DEADLINE_S = 60
KINDS = (
    "floor",
    "groat",
    "groat-socketio",
    "groat-socketio-both",
    "ws",
    "websockets",
    "uvicorn",
    "socket.io",
    "python-socketio",
)
SOCKET_IO = "/socket.io/?EIO=4&transport=websocket"
HELLO = {
    "groat": ("/connection/websocket", '{"id":1,"connect":{"token":"%d"}}', b"}}}}"),
    "groat-socketio": (SOCKET_IO, '40{"token":"%d"}', b"groat:position"),
    "groat-socketio-both": (SOCKET_IO, '40{"token":"%d"}', b"groat:position"),
    "ws": ("/", "", b""),
    "websockets": ("/", "", b""),
    "uvicorn": ("/", "", b""),
    "socket.io": (SOCKET_IO, "40", b'"sid"'),
    "python-socketio": (SOCKET_IO, "40", b'"sid"'),
}


def install() -> None:
    """Install the peers if they are not there."""
    if not (INSTALLED / "node_modules").exists():
        INSTALLED.mkdir(exist_ok=True)
        for name in ("package.json", "server.mjs"):
            shutil.copy(HERE / name, INSTALLED / name)
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund"], cwd=INSTALLED, check=True, stdout=sys.stderr
        )
    if not PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PYTHON.parents[1])], check=True)
        subprocess.run(
            [str(PYTHON), "-m", "pip", "install", "--quiet", "-r", str(HERE / "requirements.txt")],
            check=True,
            stdout=sys.stderr,
        )
    shutil.copy(HERE / "server.mjs", INSTALLED / "server.mjs")


def command(kind: str) -> list[str]:
    """How a server is started."""
    if kind in ("ws", "socket.io"):
        return ["node", str(INSTALLED / "server.mjs"), kind.replace(".", "")]
    python = sys.executable if kind.startswith(("groat", "floor")) else str(PYTHON)
    return [python, str(HERE / "server.py"), kind.replace("python-", "").replace("-", "_")]


class Server:
    """A server's process and this process's connections to it."""

    def __init__(self, kind: str, clients: int, streams: int) -> None:
        self.kind = kind
        self.cpu_us: list[float] = []
        self._process = subprocess.Popen(command(kind), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        told = self._answer()
        self.version = " ".join(filter(None, (told["version"], told.get("runtime"))))
        self._next = 1_000_000
        self._sockets = [self._connect(told["port"], n % streams) for n in range(clients)]
        self._poll = select.epoll()
        self._by_fd = {sock.fileno(): sock for sock in self._sockets}
        for fd in self._by_fd:
            self._poll.register(fd, select.EPOLLIN)
        deadline = time.monotonic() + DEADLINE_S
        while self._call(call="count")["count"] < clients:
            assert time.monotonic() < deadline, kind
        self._read_until_quiet()

    def _connect(self, port: int, number: int) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", port))
        if self.kind != "floor":
            path, hello, answer = HELLO[self.kind]
            key = base64.b64encode(os.urandom(16))
            sock.sendall(
                b"GET %b HTTP/1.1\r\nhost: localhost\r\nupgrade: websocket\r\nconnection: Upgrade\r\n"
                b"sec-websocket-version: 13\r\nsec-websocket-key: %b\r\n\r\n" % (path.encode(), key)
            )
            _read_until(sock, b"\r\n\r\n")
            if hello:
                text = (hello % number if "%d" in hello else hello).encode()
                sock.sendall(b"\x81" + bytes([0x80 | len(text)]) + bytes(4) + text)
                _read_until(sock, answer)
        sock.setblocking(False)
        return sock

    def _read_until_quiet(self) -> None:
        while found := self._poll.poll(0.3):
            for fd, _ in found:
                self._by_fd[fd].recv(1 << 18)

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def _tell(self, **told: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()

    def _call(self, **told: Any) -> Any:
        self._tell(**told)
        return self._answer()

    def push(self, call: str, data: Any, times: int) -> None:
        """Let it push so many times to everybody, read all of it, and note the CPU per message."""
        count = times * len(self._sockets)
        wanted = 2 * count if self.kind == "groat-socketio-both" else count
        tails = dict.fromkeys(self._by_fd, b"")
        before = self._cpu_s()
        self._tell(call=call, data=data, times=times, first=self._next)
        self._next += times
        got = 0
        deadline = time.monotonic() + DEADLINE_S
        while got < wanted:
            assert time.monotonic() < deadline, f"{self.kind}: {got} of {wanted}"
            for fd, _ in self._poll.poll(1):
                read = tails[fd] + self._by_fd[fd].recv(1 << 18)
                got += read.count(MARK)
                tails[fd] = read[1 - len(MARK) :]
        self._answer()
        self.cpu_us.append((self._cpu_s() - before) / count * 1e6)

    def _cpu_s(self) -> float:
        # The clock of another process's CPU (clock_getcpuclockid), finer than the ticks of /proc.
        return time.clock_gettime((~self._process.pid << 3) | 2)

    def close(self) -> None:
        """End it."""
        for sock in self._sockets:
            sock.close()
        self._process.kill()
        self._process.wait()


def _read_until(sock: socket.socket, end: bytes) -> None:
    data = b""
    while end not in data:
        more = sock.recv(65_536)
        if not more:
            raise SystemExit(f"closed: {data!r}")
        data += more


def measure(streams: int, options: argparse.Namespace) -> dict[str, Any]:
    """All servers in turns; the medians of the rounds."""
    sys.path.insert(0, str(HERE.parent))
    from push import EVENT, translator

    event = json.loads(EVENT)
    told = json.loads(translator().packets("user:42", EVENT)[0])[1]
    servers: list[Server] = []
    try:
        for kind in options.kinds:
            servers.append(Server(kind, options.clients, streams))
        for number in range(options.rounds + 1):
            for server in servers:
                if number == 1:
                    # The first round warms up.
                    server.cpu_us.clear()
                data = told if server.kind.endswith(("socket.io", "socketio")) else event
                server.push("all" if streams == 1 else "each", data, options.pushes)
        us = {server.kind: statistics.median(server.cpu_us) for server in servers}
        return {
            "bench": "push cpu beside peers",
            "streams": streams,
            "clients": options.clients,
            "us_per_message": {kind: round(value, 1) for kind, value in us.items()},
            **{
                f"times_{base.kind}": {each.kind: _median_ratio(each, base) for each in servers}
                for base in servers
                if base.kind in ("groat", "groat-socketio")
            },
            "versions": {server.kind: server.version for server in servers},
            "load": round(os.getloadavg()[0], 1),
        }
    finally:
        for server in servers:
            server.close()


def _median_ratio(upper: Server, lower: Server) -> float:
    return round(statistics.median(map(truediv, upper.cpu_us, lower.cpu_us)), 2)


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--pushes", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--streams", type=int, help="only one measurement, with so many (1, or as many as clients)"
    )
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS, help="only these servers")
    options = parser.parse_args()
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    install()
    for streams in [options.streams] if options.streams else [1, options.clients]:
        print(json.dumps(measure(streams, options)), flush=True)


if __name__ == "__main__":
    main()
