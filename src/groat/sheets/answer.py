"""Have a sheet read by a child of the sandbox, and take its rows piece by piece while it reads."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import IO, NamedTuple, Self

import msgspec

from groat.sandbox.pool import GrowingAnswer, Pool, SandboxWork, WorkFailed
from groat.sheets.errors import SheetError
from groat.sheets.model import ReadRow, SheetHead
from groat.sheets.order import END, PIECE, ROWS, FileRead, FileRefused, SheetOrder

READ = SandboxWork(
    "groat.sheets.order:read", memory_bytes=384 << 20, cpu_s=10, wall_s=60.0, answer_bytes=64 << 20
)

_endings = msgspec.msgpack.Decoder(FileRead | FileRefused)
_batches = msgspec.msgpack.Decoder(list[ReadRow])


class _Piece(NamedTuple):
    kind: int
    content: bytes
    after: int


class SheetAnswer:
    """A file as a child reads it: its rows in batches, and its ``head`` after the last one.

    ``work`` writes ``answer``. Leaving it gives the rows up, and kills the child if it still reads.
    """

    def __init__(self, answer: GrowingAnswer, work: Awaitable[IO[bytes]]) -> None:
        self._answer = answer
        self._work = asyncio.ensure_future(work)
        self._work.add_done_callback(lambda _: answer.tell())
        self._head: SheetHead | None = None

    @property
    def head(self) -> SheetHead:
        """Return how the file was read, which is known when the rows have ended."""
        assert self._head is not None
        return self._head

    async def batches(self) -> AsyncIterator[list[ReadRow]]:
        """Yield the rows in the order of the file, at most ``BATCH`` at a time.

        Raises the SheetError that the child met, which may come after some rows, and WorkFailed.
        """
        place = 0
        while (piece := await self._next(place)).kind == ROWS:
            place = piece.after
            yield await asyncio.to_thread(_batches.decode, piece.content)
        self._end(piece)

    async def begun(self) -> None:
        """Wait for the first rows. Raises as :meth:`batches` does."""
        piece = await self._next(0)
        if piece.kind == END:
            self._end(piece)

    async def ended(self) -> None:
        """Wait until the file is read whole. Raises as :meth:`batches` does."""
        piece = await self._next(0)
        while piece.kind == ROWS:
            piece = await self._next(piece.after)
        self._end(piece)

    async def _next(self, place: int) -> _Piece:
        while True:
            is_over = self._work.done()
            kind, size = self._piece_head(place)
            after = place + PIECE.size + size
            content = self._answer.read(place + PIECE.size, size) if kind else b""
            if kind and len(content) == size:
                return _Piece(kind, content, after)
            if is_over:
                self._work.result()
                raise SheetError("sheet_unreadable")
            await self._answer.more()

    def _piece_head(self, place: int) -> tuple[int, int]:
        """Return the kind and the length of the piece at a place, zeros where none is written yet."""
        head = self._answer.read(place, PIECE.size)
        kind, size = PIECE.unpack(head) if len(head) == PIECE.size else (0, 0)
        # A child that fails writes its traceback in place of the answer.
        return (kind, size) if kind in (ROWS, END) and size <= READ.answer_bytes else (0, 0)

    def _end(self, piece: _Piece) -> None:
        ending: FileRead | FileRefused = _endings.decode(piece.content)
        if isinstance(ending, FileRefused):
            raise SheetError(ending.code, ending.detail, **ending.fields)
        self._head = ending.head

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self._work.cancel()
        await asyncio.gather(self._work, return_exceptions=True)
        self._answer.file.close()


@asynccontextmanager
async def read_in_sandbox(
    pool: Pool,
    person: str,
    order: SheetOrder,
    file: bytes,
    attended: Callable[[Awaitable[IO[bytes]]], Awaitable[IO[bytes]]] | None = None,
) -> AsyncIterator[SheetAnswer]:
    """Have a file read by a child on behalf of ``person``; begins when the first rows are there.

    Raises SheetError and SandboxError, also where the rows are taken. ``attended`` gives the child up when its caller
    leaves (:meth:`groat.api.call.Call.attended`). Hold a place of the pool around it (:meth:`Pool.holding`), for a
    person may have only so many files at once.
    """
    answer = GrowingAnswer()
    work = pool.run(READ, person, _parts(order, file), answer)
    try:
        async with SheetAnswer(answer, attended(work) if attended else work) as sheet:
            await sheet.begun()
            yield sheet
    except WorkFailed as error:
        raise SheetError("sheet_unreadable" if error.reason == "crash" else "sheet_too_costly") from None


async def _parts(order: SheetOrder, file: bytes) -> AsyncIterator[bytes]:
    yield msgspec.json.encode(order)
    yield file
