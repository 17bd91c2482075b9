"""The process that forks a child for each piece of work: ``python -m groat.sandbox.foreman MODULE ...``.

It is a program of its own, started by exec, so that its forks copy nothing of the server. It imports the named
modules once, so that a child costs only a few milliseconds. Standard input is a socket to the server. For each piece
of work the server sends a byte with two descriptors, a socket and a file: the child reads from the one and writes its
answer to the other. Whenever the child has written a piece of it, it sends a point over that socket. When the child has
ended, the foreman sends an exclamation mark there and its wait status (four bytes, big endian).

- A child whose socket the server has closed is killed, and so are all when the server itself is gone.
- The foreman ignores signals to end: the server decides, and the socket tells of the server's end, however it came.
"""

from __future__ import annotations

import importlib
import os
import select
import signal
import socket
import sys
from contextlib import suppress

from groat.sandbox import child

CHILDREN_MAX = 64
"""More children than any pool asks for: a safeguard against a fault of the server."""


class Foreman:
    """Takes work from ``control`` until its other end is closed."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._jobs: dict[int, tuple[int, socket.socket]] = {}
        self._poll = select.poll()
        self._woken, wake = os.pipe()
        for end in (self._woken, wake):
            os.set_blocking(end, False)
        # A child's end is a signal. This pipe turns it into a byte, so that one poll waits for everything.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        self._poll.register(self._woken, select.POLLIN)
        self._poll.register(control, select.POLLIN)

    def serve(self) -> None:
        """Fork children and report their ends. Returns when the server is gone and no child is left."""
        try:
            while True:
                for descriptor, _ in self._poll.poll():
                    if descriptor == self._woken:
                        with suppress(BlockingIOError):
                            os.read(self._woken, 512)
                    elif descriptor == self._control.fileno():
                        if not self._take():
                            return
                    else:
                        # The server does not wait for this answer any more.
                        self._kill(descriptor)
                self._reap()
        finally:
            for descriptor in list(self._jobs):
                self._kill(descriptor)

    def _take(self) -> bool:
        """Start the work that the server asks for. Returns False at the end."""
        try:
            message, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        except ConnectionResetError:
            return False
        if not message:
            return False
        work, answer = descriptors
        if len(self._jobs) >= CHILDREN_MAX:
            os.close(work)
            os.close(answer)
            return True
        foreman = os.getpid()
        pid = os.fork()
        if pid == 0:
            child.run(work, answer, foreman)
        os.close(answer)
        self._jobs[work] = pid, socket.socket(fileno=work)
        self._poll.register(work, 0)
        return True

    def _kill(self, descriptor: int) -> None:
        # The child is not reaped yet, so no other process has its id.
        os.kill(self._jobs[descriptor][0], signal.SIGKILL)
        self._poll.unregister(descriptor)

    def _reap(self) -> None:
        while self._jobs:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            descriptor, link = next((fd, link) for fd, (of, link) in self._jobs.items() if of == pid)
            del self._jobs[descriptor]
            with suppress(KeyError):
                self._poll.unregister(descriptor)
            with link, suppress(OSError):
                link.setblocking(False)
                link.sendall(child.ENDED + status.to_bytes(4, "big"))


def main() -> None:
    """Run the foreman."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    for name in sys.argv[1:]:
        importlib.import_module(name)
    Foreman(socket.socket(fileno=sys.stdin.fileno())).serve()


if __name__ == "__main__":
    main()
