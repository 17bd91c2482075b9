"""The interface of a store to the engine; :mod:`groat.store.sqlite` and :mod:`groat.store.postgres` implement it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ParamSpec, Protocol, TypeVar

from groat.store.extension import Completion
from groat.store.flow import Contribute, Flow, Forget
from groat.store.migrations import Migration

P = ParamSpec("P")
T = TypeVar("T")


class Store(Protocol):
    """A database that runs flows. All methods raise StoreError; Closed after :meth:`close`.

    ``has_clock`` says that it goes by a clock, and that nobody tells it the time.
    ``row_locks`` says that several transactions can write at once, each holding the rows that it locked. The others
    come from the programs (see :class:`Extension`): ``snapshots`` read their parts of snapshots, ``checks`` are their
    checks of a verification, ``forgets`` delete what they need not keep, ``causes`` find what they moved, and
    ``completion`` completes what rooms of roles are told later.
    """

    dialect: str
    has_clock: bool
    row_locks: bool
    snapshots: Sequence[Contribute]
    checks: dict[str, str]
    forgets: Sequence[Forget]
    causes: Sequence[str]
    completion: Completion | None

    async def open(self, *, migrating: bool = True) -> list[Migration]:
        """Connect and migrate, or check that nothing is missing; returns the steps applied."""

    async def close(self) -> None:
        """Wait for what runs, and close all connections."""

    async def write(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow in a write transaction of its own: committed when it returns, rolled back when it raises."""

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the database."""
