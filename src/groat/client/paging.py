"""Lists: all items of all pages, each page read when its turn comes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
PageT = TypeVar("PageT")


class Paged(Generic[Item, PageT]):
    """A list: iterate over it for its items, or over :meth:`pages`. Each time it is read from its beginning."""

    def __init__(self, read: Callable[[str | None], PageT], cursor: str | None) -> None:
        self._read = read
        self._cursor = cursor

    def pages(self) -> Iterator[PageT]:
        """Read page after page; ``items`` are a page's items, ``cursor`` leads to the next one."""
        cursor = self._cursor
        while True:
            page: Any = self._read(cursor)
            yield page
            cursor = page.cursor
            if cursor is None:
                return

    def __iter__(self) -> Iterator[Item]:
        page: Any
        for page in self.pages():
            yield from page.items


class AsyncPaged(Generic[Item, PageT]):
    """A list: iterate over it with ``async for`` for its items, or over :meth:`pages`."""

    def __init__(self, read: Callable[[str | None], Awaitable[PageT]], cursor: str | None) -> None:
        self._read = read
        self._cursor = cursor

    async def pages(self) -> AsyncIterator[PageT]:
        """Read page after page; ``items`` are a page's items, ``cursor`` leads to the next one."""
        cursor = self._cursor
        while True:
            page: Any = await self._read(cursor)
            yield page
            cursor = page.cursor
            if cursor is None:
                return

    async def __aiter__(self) -> AsyncIterator[Item]:
        page: Any
        async for page in self.pages():
            for item in page.items:
                yield item
