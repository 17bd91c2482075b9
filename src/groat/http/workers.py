"""Several server processes behind one port: a supervisor starts, restarts and ends them in good order.

Each worker has a listening socket of its own on the shared port (SO_REUSEPORT), so the kernel spreads connections
evenly. The supervisor makes and keeps the sockets, so connections to a worker that just died wait for the next one. A
worker's standard input ties it to the supervisor: it brings the settings, takes a byte back every second once the
worker serves, and its end tells each that the other is gone. Workers are programs of their own, not forks: a fork
repeats the random numbers of its parent, and with them ids.
"""

from __future__ import annotations

import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import structlog

from groat import logs
from groat.api.metrics import SUFFIX
from groat.http import server
from groat.live.socketio.relay import Neighbours
from groat.live.socketio.sids import Owner, new_name
from groat.settings import Settings

BACKLOG = 2_048
RETRY_S = 0.1
RETRY_S_MAX = 5.0
STEADY_S = 10.0
"""A worker that lived this long did not fail at its start."""
SILENCE_S = 30.0
"""A worker that serves and says nothing for this long is stuck."""
GRACE_S = 5.0
FAILED = 1

log = structlog.get_logger("groat.workers")


class ProcessSlot:
    """One place for a process: its listening sockets stay while processes come and go."""

    def __init__(self, number: int, listeners: list[socket.socket]) -> None:
        self.number = number
        self.name = ""
        self.listeners = listeners
        self.process: subprocess.Popen[bytes] | None = None
        self.tie: socket.socket | None = None
        self.ready = False
        self.started_at = 0.0
        self.heard_at = 0.0
        self.start_at = 0.0
        self.delay_s = RETRY_S


class Supervisor:
    """Runs ``settings.workers`` workers; ``on_ready`` is called once all of them serve."""

    def __init__(self, settings: Settings, on_ready: Callable[[], None] | None = None) -> None:
        self._settings = settings
        self._on_ready = on_ready
        self._selector = selectors.DefaultSelector()
        self._was_ready = False
        self._stopping = False
        self._kill_at = float("inf")
        self._code = 0
        listeners = _listen(settings)
        self._workers = [ProcessSlot(number, each) for number, each in enumerate(listeners)]
        self._node = new_name()
        # Nobody else may look into it, for the workers listen for each other there.
        self._folder = TemporaryDirectory(prefix="groat-workers-", dir=settings.run_dir or None)

    def run(self) -> int:
        """Serve until SIGINT or SIGTERM. Returns the exit code, 0 when all ended well. Must run in the main thread."""
        heard, told = socket.socketpair()
        heard.setblocking(False)
        told.setblocking(False)
        handlers = {
            number: signal.signal(number, lambda *_: None)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)
        }
        before = signal.set_wakeup_fd(told.fileno())
        self._selector.register(heard, selectors.EVENT_READ)
        try:
            self._supervise(heard)
        finally:
            signal.set_wakeup_fd(before)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            heard.close()
            told.close()
            self._folder.cleanup()
            for worker in self._workers:
                for listener in worker.listeners:
                    listener.close()
        return self._code

    def _supervise(self, heard: socket.socket) -> None:
        while True:
            now = time.monotonic()
            alive = [worker for worker in self._workers if worker.process]
            if self._stopping and not alive:
                return
            if now >= self._kill_at:
                log.error("workers_killed", workers=[worker.number for worker in alive])
                self._code = self._code or FAILED
                self._send(signal.SIGKILL)
                self._kill_at = float("inf")
            if not self._stopping:
                self._end_stuck(now)
                for worker in self._workers:
                    if not worker.process and worker.start_at <= now:
                        self._start(worker)
            for key, _ in self._selector.select(self._pause_s()):
                if key.data is None:
                    for number in heard.recv(64):
                        if number != signal.SIGCHLD:
                            self._stop(again=self._stopping)
                else:
                    self._hear(key.data)
            self._bury()

    def _pause_s(self) -> float:
        """Return how long nothing need be done unless a worker reports."""
        due = [self._kill_at]
        if not self._stopping:
            due += [worker.start_at for worker in self._workers if not worker.process]
        return max(0.0, min(min(due) - time.monotonic(), SILENCE_S))

    def _end_stuck(self, now: float) -> None:
        for worker in self._workers:
            if worker.process and worker.ready and now - worker.heard_at > SILENCE_S:
                log.error("worker_stuck", worker=worker.number, silent_s=round(now - worker.heard_at))
                worker.process.kill()

    def _start(self, worker: ProcessSlot) -> None:
        descriptors = [listener.fileno() for listener in worker.listeners]
        ours, theirs = socket.socketpair()
        worker.started_at = time.monotonic()
        worker.ready = False
        with theirs:
            worker.process = subprocess.Popen(
                [sys.executable, "-m", __name__, *map(str, descriptors)],
                stdin=theirs.fileno(),
                pass_fds=descriptors,
            )
        worker.tie = ours
        worker.name = new_name()
        metrics = Path(self._folder.name) / f"{worker.number}{SUFFIX}"
        told = (self._settings, str(metrics), Owner(self._node, worker.name))
        ours.sendall(msgspec.json.encode(told) + b"\n")
        self._selector.register(ours, selectors.EVENT_READ, worker)

    def _hear(self, worker: ProcessSlot) -> None:
        try:
            beats = worker.tie.recv(64) if worker.tie else b""
        except ConnectionResetError:
            # It died before it read all of its settings.
            beats = b""
        if not beats:
            self._untie(worker)
            return
        worker.heard_at = time.monotonic()
        worker.ready = True
        if not self._was_ready and all(each.ready for each in self._workers):
            self._was_ready = True
            if self._on_ready is not None:
                self._on_ready()

    def _untie(self, worker: ProcessSlot) -> None:
        if worker.tie is not None:
            self._selector.unregister(worker.tie)
            worker.tie.close()
            worker.tie = None

    def _bury(self) -> None:
        """Reap dead workers, and plan when to start anew. Before all were ready once, a death ends everything."""
        for worker in self._workers:
            code = worker.process.poll() if worker.process else None
            if code is None:
                continue
            self._untie(worker)
            (Path(self._folder.name) / worker.name).unlink(missing_ok=True)
            worker.process = None
            now = time.monotonic()
            worker.delay_s = (
                RETRY_S if now - worker.started_at > STEADY_S else min(2 * worker.delay_s, RETRY_S_MAX)
            )
            worker.start_at = now + worker.delay_s
            if self._stopping:
                # One that had not begun to serve ends by the signal itself.
                self._code = self._code or (0 if code == -signal.SIGTERM else _shell_code(code))
            elif self._was_ready:
                log.error("worker_died", worker=worker.number, code=code, again_in_s=worker.delay_s)
            else:
                log.error("worker_did_not_start", worker=worker.number, code=code)
                self._code = _shell_code(code) or FAILED
                self._stop(again=False)

    def _stop(self, *, again: bool) -> None:
        """Ask all workers to drain. A second request ends them at once."""
        self._stopping = True
        self._send(signal.SIGKILL if again else signal.SIGTERM)
        patience_s = self._settings.drain_s + server.FINISH_S + GRACE_S
        self._kill_at = min(self._kill_at, time.monotonic() + patience_s)

    def _send(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.process:
                worker.process.send_signal(number)


def _shell_code(code: int) -> int:
    """Return an exit code as shells give it: 128 and the number of the signal that ended the process."""
    return code if code >= 0 else 128 - code


def _listen(settings: Settings) -> list[list[socket.socket]]:
    """Open for each worker a listening socket on each address of the host. Raises OSError."""
    found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    listeners: list[list[socket.socket]] = []
    port = settings.port
    for _ in range(settings.workers):
        mine = []
        for family, _, _, _, (host, _, *rest) in found:
            listener = socket.socket(family, socket.SOCK_STREAM)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind((host, port, *rest))
            listener.listen(BACKLOG)
            # Whoever asked for any free port gets one for all workers.
            port = listener.getsockname()[1]
            mine.append(listener)
        listeners.append(mine)
    return listeners


def work(descriptors: list[int]) -> None:
    """Run a worker: serve on these listening sockets, with the settings that standard input brings first."""
    with socket.socket(fileno=sys.stdin.fileno()) as tie, tie.makefile("rb") as told:
        settings, metrics, owner = msgspec.json.decode(told.readline(), type=tuple[Settings, str, Owner])
        logs.configure(settings)
        tie.setblocking(False)
        neighbours = Neighbours(Path(metrics).parent)
        listeners = [*(socket.socket(fileno=n) for n in descriptors), neighbours.listen(owner.worker)]
        place = server.WorkerPlace(listeners, tie, Path(metrics), owner, neighbours)
        server.run(settings, place.beat, place)


if __name__ == "__main__":
    work([int(number) for number in sys.argv[1:]])
