"""Pieces of work for the tests, good and bad."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO


def echo(parts: Iterator[bytes], out: BinaryIO) -> None:
    for part in parts:
        out.write(part)


def environment(parts: Iterator[bytes], out: BinaryIO) -> None:
    """Tell the environment's names and the open descriptors."""
    list(parts)
    out.write(" ".join([*os.environ, *(path.name for path in Path("/proc/self/fd").iterdir())]).encode())


def pid(parts: Iterator[bytes], out: BinaryIO) -> None:
    out.write(str(os.getpid()).encode())


def hang(parts: Iterator[bytes], out: BinaryIO) -> None:
    """Write the own process id into the file that the first part names, and never end."""
    Path(next(parts).decode()).write_text(f"{os.getpid()} {os.getppid()}\n")
    while True:
        time.sleep(60)


def spin(parts: Iterator[bytes], out: BinaryIO) -> None:
    while True:
        pass


def fill_memory(parts: Iterator[bytes], out: BinaryIO) -> None:
    kept = []
    while True:
        kept.append(bytearray(1 << 24))


def fill_answer(parts: Iterator[bytes], out: BinaryIO) -> None:
    while True:
        out.write(b"x" * 65_536)


def fail(parts: Iterator[bytes], out: BinaryIO) -> None:
    out.write(b"half an answer")
    raise RuntimeError("as planned")


def crash(parts: Iterator[bytes], out: BinaryIO) -> None:
    ctypes.string_at(0)


def abort(parts: Iterator[bytes], out: BinaryIO) -> None:
    os.abort()


def end_early(parts: Iterator[bytes], out: BinaryIO) -> None:
    """End without reading what comes."""
    out.write(b"early")
