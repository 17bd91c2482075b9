"""Words for the bank's tests: filing and taking as somebody, and what stands where."""

from __future__ import annotations

from itertools import count
from typing import Any

from groat import Groat
from groat.ledger.amounts import parse_amount
from groat.ledger.errors import Refusal
from groat.programs.notifications.flows import read_page
from groat.programs.workflow import Workflow
from groat.programs.workflow.views import RequestView
from tests.helpers.clock import Clock

STAFF = ("ada", "bela")
_numbers = count(1)


class Bank:
    """The bank's requests, asked in a test's words. People are "42" and "7", staff "ada" and "bela", or "system"."""

    def __init__(self, groat: Groat, workflow: Workflow, clock: Clock) -> None:
        self.groat = groat
        self.workflow = workflow
        self.clock = clock

    async def try_file(
        self, kind: str, by: str = "42", owner: str = "", /, **data: Any
    ) -> RequestView | Refusal:
        """File a request for ``owner``, by default the one who files it."""
        return await self.workflow.file(
            kind, data, user=owner or by, key=f"t{next(_numbers)}", by=principal(by), roles=roles(by)
        )

    async def file(self, kind: str, by: str = "42", owner: str = "", /, **data: Any) -> RequestView:
        """The same, for what must go through."""
        return through(await self.try_file(kind, by, owner, **data))

    async def try_take(
        self, request: RequestView, name: str, by: str = "ada", /, **given: Any
    ) -> RequestView | Refusal:
        """Take a transition."""
        key = f"t{next(_numbers)}"
        return await self.workflow.take(
            request.kind, request.id, name, given, by=principal(by), key=key, roles=roles(by)
        )

    async def take(self, request: RequestView, name: str, by: str = "ada", /, **given: Any) -> RequestView:
        """The same, for what must go through."""
        return through(await self.try_take(request, name, by, **given))

    async def pass_days(self, days: float) -> None:
        """Let time pass, and then what became due be done, one thing after another."""
        self.clock.advance(days * 86_400)
        await self.settle()

    async def settle(self) -> None:
        """Do what is due until nothing is."""
        for _ in range(200):
            if not await self.workflow.take_due():
                return
        raise AssertionError("something is due again and again")

    async def look(self, request: RequestView) -> RequestView:
        """A request as it is now, with its history."""
        found = await self.workflow.find(request.kind, request.id)
        assert found is not None
        return found

    async def stands(self, account: str, asset: str = "USD") -> tuple[str, str]:
        """(balance, held) of an account."""
        found = await self.groat.account(account)
        for balance in found.balances if found else ():
            if balance.asset == asset:
                return balance.balance, balance.held
        return "none", "none"

    async def units(self, account: str, asset: str = "USD") -> int:
        """The balance in smallest units, 0 where there is none."""
        balance, _ = await self.stands(account, asset)
        return 0 if balance == "none" else parse_amount(balance, await self.groat.asset(asset), signed=True)

    async def told(self, user: str) -> list[str]:
        """The titles of a person's notifications, the newest first."""
        page = await self.groat.read(read_page, f"user:{user}", [])
        return [notification.title for notification in page.items]

    async def told_of(self, user: str) -> str:
        """What a person's latest notification says."""
        page = await self.groat.read(read_page, f"user:{user}", [])
        return page.items[0].body


def principal(by: str) -> str:
    return {"system": "system:test", "shop": "service:shop"}.get(by, f"user:{by}")


def roles(by: str) -> list[str]:
    return ["admin"] if by in STAFF else ["system"] if by == "system" else ["service"] if by == "shop" else []


def through(answer: RequestView | Refusal) -> RequestView:
    assert isinstance(answer, RequestView), answer
    return answer


def refused(answer: RequestView | Refusal) -> str:
    """The code of a refusal."""
    assert isinstance(answer, Refusal), answer
    return answer.code
