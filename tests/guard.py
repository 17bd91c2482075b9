"""A watchman beside each run of pytest: whatever the run started ends with it, however it ends.

All that a run starts carries a mark in its environment: PostgreSQL, Redis, nginx, groat, browsers, and what these start
themselves, whether or not they are still children of anybody. Some write over their environment, so the watchman also
notes who descends from the run. It is a process of its own that holds one end of a pipe; when the run is gone, by
SIGTERM or SIGKILL too, it ends everything that was marked or noted, and takes away the folders that it was told of.

    python -m tests.guard MARK PID < pipe
"""

from __future__ import annotations

import os
import select
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

MARK = "TESTS_OF_GROAT"
"""Name of the mark in the environment of whatever a run starts."""
GENTLE_S = 2.0
LOOK_S = 1.0
ROOT = Path(__file__).resolve().parents[1]

_pipe = -1


def begin() -> None:
    """Mark this process's descendants from now on, and set a watchman beside it."""
    global _pipe
    mark = os.environ[MARK] = uuid4().hex
    theirs, _pipe = os.pipe()
    # In a session of its own, so that a signal to the group of the run does not end it, too.
    watchman = subprocess.Popen(
        [sys.executable, "-m", "tests.guard", mark, str(os.getpid())],
        cwd=ROOT,
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={name: value for name, value in os.environ.items() if name != MARK},
    )
    os.close(theirs)
    # It outlives this process on purpose, so its handle must not complain of that at the end.
    watchman.returncode = 0


def remove(folder: Path) -> None:
    """Take away this folder, and what is mounted on it, should the run not come to it."""
    if _pipe >= 0:
        os.write(_pipe, f"{folder}\n".encode())


def marked(mark: str) -> list[int]:
    """The processes whose environment has the mark, whatever run it is of."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
    return found


def descendants(pid: int) -> set[tuple[int, str]]:
    """Who descends from a process: ids with the moments of their starts, for ids are used again."""
    children: dict[int, list[tuple[int, str]]] = {}
    # One pass over all processes: some have many threads, and the kernel lists the children of each thread apart.
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append((int(entry.name), fields[19]))
    found: set[tuple[int, str]] = set()
    parents = [pid]
    while parents:
        for child in children.get(parents.pop(), []):
            found.add(child)
            parents.append(child[0])
    return found


def started(pid: int) -> str:
    """When a process was started, in ticks; empty when it is gone, or nothing but a name of one that is."""
    fields = _fields(pid)
    return fields[19] if fields else ""


def _fields(pid: int) -> list[str]:
    """What the kernel says of a process behind its name: state, parent and more; empty when it has ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
        return fields if fields[0] != "Z" else []
    return []


def is_watchman(pid: int) -> bool:
    """Whether a process is the watchman of some run."""
    with suppress(OSError):
        return b"tests.guard" in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return False


def end(mark: str, noted: set[tuple[int, str]]) -> None:
    """End all that is marked or was noted: asked for once, then killed, until nothing is left."""
    # SIGQUIT ends a PostgreSQL at once and in good order.
    deadline = time.monotonic() + GENTLE_S
    how = signal.SIGQUIT
    while left := {*marked(mark), *(pid for pid, at in noted if at and started(pid) == at)} - {os.getpid()}:
        # A watchman of another process of the run has work of its own to end first, and then goes by itself.
        for pid in (pid for pid in left if not is_watchman(pid)):
            noted |= descendants(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, how)
        time.sleep(0.1)
        if time.monotonic() > deadline:
            how = signal.SIGKILL


def main() -> None:
    """Wait for the end of the pipe."""
    mark, pid = sys.argv[1], int(sys.argv[2])
    own = (os.getpid(), started(os.getpid()))
    noted: set[tuple[int, str]] = set()
    told = b""
    while True:
        if select.select([0], [], [], LOOK_S)[0]:
            data = os.read(0, 65_536)
            if not data:
                break
            told += data
        noted |= descendants(pid)
    noted.discard(own)
    end(mark, noted)
    for folder in map(Path, told.decode().splitlines()):
        if os.path.ismount(folder):
            subprocess.run(["umount", str(folder)], check=False)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
