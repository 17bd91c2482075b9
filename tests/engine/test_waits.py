"""Nobody waits for ever in the engine, in whatever order things happen: models over random interleavings."""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import AsyncMock

from structlog.testing import capture_logs

from groat.engine import committer as engine
from groat.engine.committer import Committer
from groat.engine.ids import new_id
from groat.ledger.accounts import Policy
from groat.ledger.book import refuse
from groat.ledger.commands import Post, Posting
from groat.ledger.errors import Busy, CommandFailed, GroatError, Interrupted, Overloaded, Refusal, Unavailable
from groat.programs.outbox.sender import repeating
from groat.programs.workflow import workflow as clockwork
from groat.programs.workflow.workflow import Workflow
from groat.store.batch import Broken, Committed, Done, LockedElsewhere, Prepared, Published, Retry, Verdict
from tests.helpers.interleaving import run_all, turns

TROUBLE = (Busy, Interrupted, Unavailable, CommandFailed)


class Store:
    """Batches that take random turns and fail, pass over commands or put them off at random."""

    row_locks = True
    has_clock = False
    causes = ()
    completion = None

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.row_locks = dice.random() < 0.7
        self.decided: dict[str, int] = {}

    async def write(self, flow: Any, prepared: list[Prepared], *_: Any) -> Committed:
        await turns(self.dice.randrange(4))
        fate = self.dice.random()
        if fate < 0.2:
            raise self.dice.choice(TROUBLE)()
        if fate < 0.25:
            raise ZeroDivisionError
        published = [Published("user:1", "e", 1, 1, ())] if fate < 0.9 else []
        return Committed([self.verdict(p) for p in prepared], published, 1, 0)

    def verdict(self, prepared: Prepared) -> Verdict:
        fate = self.dice.random()
        if fate < 0.1 and self.row_locks:
            return LockedElsewhere()
        if fate < 0.2:
            return Retry()
        if fate < 0.3:
            return Broken(ZeroDivisionError())
        return refuse("insufficient_funds") if fate < 0.5 else Done(prepared.command, [], None)


def post() -> Post:
    return Post(principal="service:x", key=new_id(), postings=(Posting("house:x", "user:a", 1, "CREDIT"),))


def test_every_command_has_an_answer_and_closing_ends() -> None:
    async def main(dice: random.Random) -> None:
        def publish(_: list[Published]) -> None:
            if dice.random() < 0.1:
                raise ZeroDivisionError

        store = cast(Any, Store(dice))
        committer = Committer(store, {}, Policy(), new_id, "w", publish, 50, dice.choice((1, 3, 200)))
        committer.start()

        async def call() -> None:
            await turns(dice.randrange(20))
            try:
                futures = committer.submit([post() for _ in range(dice.choice((1, 1, 5)))])
            except Overloaded:
                return
            if dice.random() < 0.1:
                futures[0].cancel()
            for future in futures:
                with suppress(GroatError, asyncio.CancelledError):
                    assert isinstance(await future, Done | Refusal)

        await asyncio.gather(*(call() for _ in range(20)))
        assert committer.waiting == 0
        await committer.close()
        assert asyncio.get_running_loop().time() < 20 * engine.PATIENCE_S

    with capture_logs():
        run_all(main, 300)


class Requests:
    """What the clock of requests needs of a ledger: those that are due, after random turns, and trouble at times."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.troubled = dice.random() < 0.5
        self.due: list[int] = []
        self.taken: list[int] = []

    async def take_due(self) -> int:
        await turns(self.dice.randrange(4))
        if self.troubled and self.dice.random() < 0.2:
            raise self.dice.choice((Busy(), ZeroDivisionError()))
        found, self.due = self.due, []
        await turns(self.dice.randrange(4))
        self.taken += found
        return len(found)


def test_a_request_that_is_due_at_once_is_taken_at_once_whenever_it_is_filed() -> None:
    async def main(dice: random.Random) -> None:
        requests = Requests(dice)
        ledger = SimpleNamespace(audits={}, time_moves=AsyncMock(return_value=True))
        workflow = Workflow(cast(Any, ledger), ())
        workflow.take_due = requests.take_due  # type: ignore[method-assign]
        workflow.start()
        for number in range(30):
            await turns(dice.randrange(6))
            requests.due.append(number)
            workflow._wake.set()
        # After trouble the clock comes round by itself; without any nothing waits for that.
        await asyncio.sleep(clockwork.POLL_S * (20 if requests.troubled else 0.5))
        assert requests.taken == list(range(30))
        await workflow.stop()

    with capture_logs():
        run_all(main, 200)


def test_a_sender_of_mails_goes_on_after_any_trouble() -> None:
    async def main(dice: random.Random) -> None:
        sent: list[int] = []
        waiting: list[int] = []

        async def send_due() -> bool:
            await turns(dice.randrange(4))
            if dice.random() < 0.3:
                raise dice.choice((Busy(), ZeroDivisionError()))
            if not waiting:
                return False
            sent.append(waiting.pop(0))
            return True

        async def measure() -> bool:
            await turns(dice.randrange(4))
            return False

        stopping = asyncio.Event()
        async with repeating("send", 1.0, send_due, stopping), repeating("measure", 1.0, measure, stopping):
            for number in range(10):
                await asyncio.sleep(dice.random())
                waiting.append(number)
            await asyncio.sleep(100.0)
            assert sent == list(range(10))

    with capture_logs():
        run_all(main, 200)
