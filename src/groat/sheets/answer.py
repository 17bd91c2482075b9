"""Have a sheet read by a child of the sandbox, and take its rows piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import IO, Self

import msgspec

from groat.sandbox.pool import Pool, SandboxWork, WorkFailed
from groat.sheets.errors import SheetError
from groat.sheets.model import ReadRow, SheetHead
from groat.sheets.order import LENGTH, FileRead, FileRefused, SheetOrder

READ = SandboxWork(
    "groat.sheets.order:read", memory_bytes=384 << 20, cpu_s=10, wall_s=60.0, answer_bytes=64 << 20
)

_endings = msgspec.msgpack.Decoder(FileRead | FileRefused)
_batches = msgspec.msgpack.Decoder(list[ReadRow])


class SheetAnswer:
    """A file as a child read it: ``head``, and its rows in batches. Closing it gives the rows up.

    Raises the SheetError that the child met.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        try:
            size = file.seek(-LENGTH.size, 2)
            (self._end,) = LENGTH.unpack(file.read(LENGTH.size))
            file.seek(self._end)
            ending: FileRead | FileRefused = _endings.decode(file.read(size - self._end))
            if isinstance(ending, FileRefused):
                raise SheetError(ending.code, ending.detail, **ending.fields)
        except BaseException:
            file.close()
            raise
        self.head: SheetHead = ending.head

    def batches(self) -> Iterator[list[ReadRow]]:
        """Yield the rows in the order of the file, at most ``BATCH`` at a time; each takes about a millisecond."""
        self._file.seek(0)
        while self._file.tell() < self._end:
            (size,) = LENGTH.unpack(self._file.read(LENGTH.size))
            yield _batches.decode(self._file.read(size))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


@asynccontextmanager
async def read_in_sandbox(
    pool: Pool,
    person: str,
    order: SheetOrder,
    file: bytes,
    attended: Callable[[Awaitable[IO[bytes]]], Awaitable[IO[bytes]]] | None = None,
) -> AsyncIterator[SheetAnswer]:
    """Have a file read by a child on behalf of ``person``. Raises SheetError and SandboxError.

    ``attended`` gives the child up when its caller leaves (:meth:`groat.api.call.Call.attended`). Hold a place of the
    pool around it (:meth:`Pool.holding`), for a person may have only so many files at once.
    """
    try:
        work = pool.run(READ, person, _parts(order, file))
        answer = await (attended(work) if attended else work)
    except WorkFailed as error:
        raise SheetError("sheet_unreadable" if error.reason == "crash" else "sheet_too_costly") from None
    with SheetAnswer(answer) as sheet:
        yield sheet


async def _parts(order: SheetOrder, file: bytes) -> AsyncIterator[bytes]:
    yield msgspec.json.encode(order)
    yield file
