"""Run one piece of work in a process that ends with it, under limits of its own."""

from __future__ import annotations

import errno
import gc
import importlib
import io
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

OUT_OF_MEMORY = 71
ANSWER_TOO_LARGE = 72
FAILED = 73
"""Exit codes. If a signal ended the child, the wait status shows the signal."""

GROWN, ENDED = b".", b"!"
"""The signs to the server: the answer has grown, or the child has ended and its wait status follows."""

TRACEBACK_MAX = 4_000
NICENESS = 10
"""The work yields the processors to callers who wait for a balance."""
_PDEATHSIG = 1


def run(work: int, answer: int, foreman: int) -> NoReturn:
    """Do the work that the socket ``work`` brings, write the answer to the file ``answer``, and end the process.

    The socket brings parts, each with its length in front (four bytes, big endian): first the work as JSON (function,
    memory_bytes, cpu_s, answer_bytes), then what the function reads. The function is called with an iterator of these
    parts (bytes) and a binary file, and returns when the answer is written. Whenever it flushes the file, the server is
    told that there is more to read.
    """
    code = FAILED
    try:
        os.dup2(work, 0)
        os.dup2(answer, 1)
        os.closerange(3, 1_024)
        _tie(foreman)
        with (
            os.fdopen(0, "rb", closefd=False) as source,
            _ToldAnswer(io.FileIO(1, "wb", closefd=False)) as out,
        ):
            parts = _parts(source)
            _work(json.loads(next(parts)), parts, out)
        code = 0
    except MemoryError:
        code = OUT_OF_MEMORY
    except OSError as error:
        code = ANSWER_TOO_LARGE if error.errno == errno.EFBIG else FAILED
        _tell()
    except BaseException:  # noqa: BLE001  A process that was forked ends here, whatever happens.
        _tell()
    finally:
        os._exit(code)


class _ToldAnswer(io.BufferedWriter):
    """The file for the answer."""

    def flush(self) -> None:
        """Write what is buffered, and tell the server."""
        super().flush()
        # Nobody may listen any more.
        with suppress(OSError):
            os.write(0, GROWN)


def _tie(foreman: int) -> None:
    """End with the foreman, yield to everybody else, and be the first to go when memory runs out."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        with suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")
    if os.getppid() != foreman:
        os._exit(FAILED)
    os.nice(NICENESS)


def _work(work: dict[str, Any], parts: Iterator[bytes], out: BinaryIO) -> None:
    module, _, name = work["function"].partition(":")
    function = getattr(importlib.import_module(module), name)
    cpu_s, answer_bytes = work["cpu_s"], work["answer_bytes"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (answer_bytes, answer_bytes))
    most = _address_space() + work["memory_bytes"]
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    # Exclude the foreman's objects from garbage collection, which would only copy their pages.
    gc.freeze()
    function(parts, out)
    out.flush()


def _address_space() -> int:
    """Return how many bytes the process has mapped already."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except FileNotFoundError:
        return 1 << 30


def _parts(source: BinaryIO) -> Iterator[bytes]:
    while head := source.read(4):
        yield source.read(int.from_bytes(head, "big"))


def _tell() -> None:
    """Write the traceback in place of an answer."""
    with suppress(OSError, MemoryError):
        os.ftruncate(1, 0)
        os.pwrite(1, traceback.format_exc()[-TRACEBACK_MAX:].encode("utf-8", "replace"), 0)
