"""The sign-up grant: what a person gets when a server first sees them.

A person is seen when a server lets in a token of theirs that it did not know. The grant is posted under a key that is
derived from the person, so that they get it once, however many connections and servers see them at the same time, and
whatever the setting says later. People who were here before a node first had the setting get none, nor does staff.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import structlog

from groat.engine.groat import Groat
from groat.identity import Identities, Identity
from groat.ledger.commands import GrantPosting, Post
from groat.ledger.errors import GroatError, InvalidInput, Refusal
from groat.ledger.grants import Terms
from groat.ledger.keys import derive
from groat.programs.credits.own_settings import SignUp
from groat.programs.credits.warnings import BY, DAY_US
from groat.store.flow import Flow, Query

RULE = "sign_up"
REASON = "Sign-up credits"
AT_ONCE = 200
KNOWN_MAX = 100_000
RETRY_S = 2.0

log = structlog.get_logger("groat.credits")


class SignUps:
    """Gives the sign-up grant to people whom this process sees. ``given`` counts those that it gave itself."""

    def __init__(self, groat: Groat, grant: SignUp) -> None:
        self._groat = groat
        self._grant = grant
        self._since: int | None = None
        # A person is known once this process has asked the database about them; dict keeps the order.
        self._known: dict[str, None] = {}
        self._waiting: dict[str, None] = {}
        self._wake = asyncio.Event()
        self.given = 0

    @asynccontextmanager
    async def watching(self, identities: Identities) -> AsyncIterator[None]:
        """Give in the background to everybody whom ``identities`` lets in, until the block ends."""
        end = identities.watch(self.see)
        task = asyncio.create_task(self._run(), name="groat-credits-sign-up")
        try:
            yield
        finally:
            end()
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def see(self, identity: Identity) -> None:
        """Note that somebody is here. Services and staff are passed over."""
        if identity.user is None or identity.is_staff:
            return
        if identity.principal not in self._known and identity.principal not in self._waiting:
            self._waiting[identity.principal] = None
            self._wake.set()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            try:
                await self.give_waiting()
            except GroatError as error:
                log.warning("sign_up_waits", code=error.code, detail=error.detail)
                self._wake.set()
                await asyncio.sleep(RETRY_S)
            except Exception:
                log.exception("sign_up_broke")
                await asyncio.sleep(RETRY_S)

    async def give_waiting(self) -> None:
        """Give to everybody who was seen and is new. Raises StoreError, and InvalidInput for an unusable setting."""
        if self._since is None:
            self._since = await self._groat.write(_begin)
        while self._waiting:
            people = list(self._waiting)[:AT_ONCE]
            new = await self._groat.read(_newcomers, people, self._since)
            if new:
                await self._give(new)
            for person in people:
                del self._waiting[person]
                self._known[person] = None
            while len(self._known) > KNOWN_MAX:
                del self._known[next(iter(self._known))]

    async def _give(self, people: Sequence[str]) -> None:
        verdicts = await self._groat.execute_many([await self._command(person) for person in people])
        for person, verdict in zip(people, verdicts, strict=True):
            if not isinstance(verdict, Refusal):
                self.given += not verdict.view().replayed
            elif verdict.code != "key_reused":
                # They got it before under other settings where the key is used; anything else is worth a look.
                log.warning("sign_up_refused", person=person, code=verdict.code, detail=verdict.detail)

    async def _command(self, person: str) -> Post:
        grant = self._grant
        lasts = None if grant.lasts_days is None else grant.lasts_days * DAY_US
        terms = Terms(grant.class_, None, lasts, grant.priority, "signup", grant.note)
        amount = await self._groat.amount(grant.amount, grant.asset)
        return Post(
            principal=BY,
            key=derive("credits", RULE, person),
            reason=REASON,
            postings=(GrantPosting(grant.source, person, amount, grant.asset, terms),),
        )


async def check_sign_up(groat: Groat, grant: SignUp) -> None:
    """Log what is wrong with the setting, before somebody comes."""
    try:
        await groat.amount(grant.amount, grant.asset)
    except InvalidInput as error:
        log.error("sign_up_unusable", code=error.code, detail=error.detail)


def _begin() -> Flow[int]:
    (at,) = yield Query("credits_begin", (RULE,))
    return int(at)


def _newcomers(people: list[str], since: int) -> Flow[list[str]]:
    return [person for (person,) in (yield Query("credits_newcomers", (people, since)))]
