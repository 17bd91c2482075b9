"""The words of the ledger as a dry run: each says what it would do, and does nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from groat.engine.ledger_words import LedgerWords
from groat.ledger.amounts import Asset
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal
from groat.store.batch import Done
from groat.store.flow import Flow

if TYPE_CHECKING:
    from groat.engine.groat import Groat

P = ParamSpec("P")
T = TypeVar("T")


class DryRun(LedgerWords):
    """``await groat.dry_run.post(...)``: the checks and the verdict of the real thing, over what is undone at once.

    Nothing stands under the key, and nobody is told anything. A key that was used answers its recorded verdict. The ids
    in an answer name nothing.
    """

    def __init__(self, groat: Groat) -> None:
        self._groat = groat
        self._assets = groat._assets
        self._policy = groat._policy

    async def execute(self, command: Command) -> Done | Refusal:
        """Say the verdict that a command would get; raises as :meth:`groat.Groat.execute` does."""
        (verdict,) = await self.execute_many([command])
        return verdict

    async def execute_many(self, commands: Sequence[Command]) -> list[Done | Refusal]:
        """Say the verdicts of commands that are executed one after the other."""
        for command in commands:
            await self._check(command)
        return await self._groat.committer.try_out(commands)

    async def read(self, flow: Callable[P, Flow[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a flow over one snapshot of the database; raises StoreError."""
        return await self._groat.read(flow, *args, **kwargs)

    async def assets(self) -> dict[str, Asset]:
        """Return all assets, by code."""
        return await self._groat.assets()
