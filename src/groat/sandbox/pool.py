"""The server's side of the sandbox: it schedules the work, and tells its callers how it ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import IO, NamedTuple

import structlog

from groat.ledger.errors import GroatError, Rule
from groat.sandbox.child import ANSWER_TOO_LARGE, ENDED, OUT_OF_MEMORY, TRACEBACK_MAX

AT_ONCE = 2
"""At most this many children of one server process run at once: others need processors, too."""
PER_PERSON_MAX = 8
"""One caller may have this many pieces of work, waiting or running.

One of them runs at a time, so that others get a turn.
"""
WAITING_MAX = 64
WAIT_S = 30.0
END_S = 5.0

SANDBOX_ERRORS: dict[str, Rule] = {
    "too_many_files": Rule(
        429,
        "Eight of your files and statements are waiting or being processed. Try again when one of them is done.",
    ),
    "files_overloaded": Rule(
        503, "Too many files and statements are waiting, or the process that works on them failed. Try again."
    ),
}

log = structlog.get_logger("groat.sandbox")


class SandboxError(GroatError):
    """The pool does not take the work at present; codes of :data:`SANDBOX_ERRORS`. Nothing was begun."""

    rules = SANDBOX_ERRORS


class WorkFailed(Exception):
    """The child ended without an answer.

    ``reason`` is "memory", "time" or "size" where it came to a limit, else "crash".
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SandboxWork(NamedTuple):
    """Work for a child: :func:`groat.sandbox.child.run` calls ``function`` ("module:name").

    Limits: memory (bytes beyond what the foreman has mapped), processor time and wall time (seconds), and size of the
    answer (bytes, also for each file that the function makes).
    """

    function: str
    memory_bytes: int
    cpu_s: int
    wall_s: float
    answer_bytes: int

    @property
    def module(self) -> str:
        """Return the name of the function's module."""
        return self.function.partition(":")[0]


class GrowingAnswer:
    """The answer of a piece of work, to be read while its child still writes it. Close it when the work is over."""

    def __init__(self) -> None:
        self.file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  Whoever made the answer closes it.
        self._grown = asyncio.Event()

    def tell(self) -> None:
        """Say that there may be more to read, or that nothing more comes."""
        self._grown.set()

    async def more(self) -> None:
        """Wait until somebody has said so since the last time."""
        await self._grown.wait()
        self._grown.clear()

    def read(self, place: int, size: int) -> bytes:
        """Return so many bytes from a place on, fewer at the end of what is written."""
        return os.pread(self.file.fileno(), size, place)


class Pool:
    """Runs work in children, at most ``AT_ONCE`` of them. The foreman imports ``modules`` ahead.

    Callers take turns: of those who wait, the one whose turn was longest ago goes next. The foreman starts with the
    first work, and again if it ended.
    """

    def __init__(self, modules: tuple[str, ...] = ()) -> None:
        self._modules = modules
        self._free = AT_ONCE
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._running: Counter[str] = Counter()
        self._held: Counter[str] = Counter()
        self._control: socket.socket | None = None
        self._foreman: subprocess.Popen[bytes] | None = None
        self._closed = False

    @property
    def waiting(self) -> int:
        """Return the number of waiting pieces of work."""
        return sum(map(len, self._waiting.values()))

    @property
    def running(self) -> int:
        """Return the number of children at work."""
        return AT_ONCE - self._free

    @contextmanager
    def holding(self, person: str) -> Iterator[None]:
        """Count a piece of this person's work until it is done, including the sending of its result.

        Raises SandboxError ``too_many_files``.
        """
        if self._held[person] >= PER_PERSON_MAX:
            raise SandboxError("too_many_files")
        self._held[person] += 1
        try:
            yield
        finally:
            _lower(self._held, person)

    async def run(
        self,
        work: SandboxWork,
        person: str,
        parts: AsyncIterator[bytes],
        growing: GrowingAnswer | None = None,
    ) -> IO[bytes]:
        """Run the work with these parts, each below 4 GiB. Returns the answer as a file, which the caller closes.

        A ``growing`` answer is told of each piece, and its maker closes it. Cancelling the work kills the child. An
        error that ``parts`` raises is raised here. Raises SandboxError and WorkFailed.
        """
        await self._take_place(person)
        try:
            if growing is not None:
                return await self._work(work, parts, growing)
            answer = GrowingAnswer()
            try:
                return await self._work(work, parts, answer)
            except BaseException:
                answer.file.close()
                raise
        finally:
            self._free += 1
            _lower(self._running, person)
            self._deal()

    async def close(self) -> None:
        """Kill the running work, refuse the waiting work, and end the foreman."""
        self._closed = True
        for queue in self._waiting.values():
            for place in queue:
                if not place.done():
                    place.set_exception(SandboxError("files_overloaded"))
        self._waiting.clear()
        if self._control is not None:
            self._control.close()
        if self._foreman is not None:
            # The foreman ends when its socket closes. If it does not, it must not hold up the server.
            try:
                await asyncio.to_thread(self._foreman.wait, END_S)
            except subprocess.TimeoutExpired:
                self._foreman.kill()
                self._foreman.wait()

    # -- places ------------------------------------------------------------------------------------------------

    async def _take_place(self, person: str) -> None:
        if self._closed or self.waiting >= WAITING_MAX:
            raise SandboxError("files_overloaded")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(person, deque()).append(place)
        self._deal()
        try:
            async with asyncio.timeout(WAIT_S):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled() and place.exception() is None:
                # The place was given at the moment when its taker left, so pass it on.
                self._free += 1
                _lower(self._running, person)
            else:
                self._leave(person, place)
            self._deal()
            if isinstance(error, TimeoutError):
                raise SandboxError("files_overloaded") from None
            raise

    def _deal(self) -> None:
        """Give free places to the waiting callers, to each in turn."""
        share = max(1, AT_ONCE - 1)
        while self._free:
            person = next((who for who in self._waiting if self._running[who] < share), None)
            if person is None:
                return
            queue = self._waiting.pop(person)
            place = queue.popleft()
            if queue:
                self._waiting[person] = queue
            if not place.done():
                place.set_result(None)
                self._free -= 1
                self._running[person] += 1

    def _leave(self, person: str, place: asyncio.Future[None]) -> None:
        queue = self._waiting.get(person)
        if queue is not None:
            with suppress(ValueError):
                queue.remove(place)
            if not queue:
                del self._waiting[person]

    # -- children ----------------------------------------------------------------------------------------------

    async def _work(self, work: SandboxWork, parts: AsyncIterator[bytes], answer: GrowingAnswer) -> IO[bytes]:
        link, theirs = socket.socketpair()
        with link:
            link.setblocking(False)
            with theirs:
                self._hand_over(theirs, answer.file)
            try:
                async with asyncio.timeout(work.wall_s):
                    status = await _converse(link, work, parts, answer)
            except TimeoutError:
                raise WorkFailed("time") from None
        _check(status, answer.file, work)
        answer.file.seek(0)
        return answer.file

    def _hand_over(self, link: socket.socket, answer: IO[bytes]) -> None:
        """Give the foreman a child's two descriptors. Starts the foreman if there is none."""
        for _ in range(2):
            if self._control is None or self._foreman is None or self._foreman.poll() is not None:
                self._start()
            assert self._control is not None
            try:
                socket.send_fds(self._control, [b"."], [link.fileno(), answer.fileno()])
            except OSError:
                self._foreman = None
            else:
                return
        raise SandboxError("files_overloaded")

    def _start(self) -> None:
        if self._closed:
            raise SandboxError("files_overloaded")
        if self._control is not None:
            log.warning("sandbox_restarted")
            self._control.close()
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        kept = ("PATH", "PYTHONPATH", "PYTHONHOME", "LANG", "LC_ALL", "TMPDIR", "TZDIR", "SYSTEMROOT")
        with theirs:
            self._foreman = subprocess.Popen(
                [sys.executable, "-m", "groat.sandbox.foreman", *self._modules],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env={name: os.environ[name] for name in kept if name in os.environ},
            )


def _lower(counter: Counter[str], person: str) -> None:
    counter[person] -= 1
    if not counter[person]:
        del counter[person]


async def _converse(
    link: socket.socket, work: SandboxWork, parts: AsyncIterator[bytes], answer: GrowingAnswer
) -> int | None:
    """Send the work to a child and wait for its wait status. Returns None when the foreman itself is gone."""
    loop = asyncio.get_running_loop()
    order = json.dumps(work._asdict()).encode()
    # A child that ended early does not read; its status says why.
    with suppress(BrokenPipeError, ConnectionResetError):
        await loop.sock_sendall(link, len(order).to_bytes(4, "big") + order)
        async for part in parts:
            await loop.sock_sendall(link, len(part).to_bytes(4, "big"))
            await loop.sock_sendall(link, part)
        link.shutdown(socket.SHUT_WR)
    status = b""
    with suppress(ConnectionResetError):
        while len(status) < 5 and (told := await loop.sock_recv(link, 4_096)):
            status += told if status else told[told.find(ENDED) :] if ENDED in told else b""
            answer.tell()
    return int.from_bytes(status[1:5], "big") if len(status) >= 5 else None


def _check(status: int | None, answer: IO[bytes], work: SandboxWork) -> None:
    """Raise the error that the child's end means, unless it ended well."""
    if status is None:
        raise SandboxError("files_overloaded")
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        # An allocation that fails in compiled code ends the process by SIGABRT; the kernel's own end is SIGKILL.
        named = {
            signal.SIGXCPU: "time", signal.SIGABRT: "memory", signal.SIGKILL: "memory", signal.SIGXFSZ: "size",
        }  # fmt: skip
        reason = named.get(signal.Signals(number), "crash")
    elif (code := os.WEXITSTATUS(status)) == 0:
        return
    else:
        reason = {OUT_OF_MEMORY: "memory", ANSWER_TOO_LARGE: "size"}.get(code, "crash")
    answer.seek(0)
    detail = answer.read(TRACEBACK_MAX).decode("utf-8", "replace") if reason == "crash" else ""
    log.warning("sandbox_work_failed", function=work.function, reason=reason, status=status, detail=detail)
    raise WorkFailed(reason)
