"""``user.groat``: what the ledger says of a user, to read."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from asgiref.sync import sync_to_async

from groat.contrib.django import blocks
from groat.contrib.django.blocks import finish
from groat.contrib.django.people import person_id, roles_of
from groat.contrib.django.words import groat
from groat.ledger.views import BalanceView, EntryView


class UserLedger:
    """The part of the ledger that belongs to one user. It reads in the open block, and writes nothing."""

    def __init__(self, user: Any) -> None:
        self._user = user

    @cached_property
    def account(self) -> str:
        """The path of their account, ``user:<id>``; others lie below it. Raises IdentityError ``invalid_user``."""
        return f"user:{person_id(self._user)}"

    @property
    def roles(self) -> tuple[str, ...]:
        """Their roles, from groups and flags."""
        return roles_of(self._user)

    def balance(self, asset: str, account: str = "") -> BalanceView:
        """Return their balance of an asset; ``account`` names one below their own, such as ``savings``.

        It has ``balance``, ``available`` and ``held`` as decimal texts, and ``version``. Raises InvalidInput.
        """
        return groat.balance(f"{self.account}:{account}" if account else self.account, asset)

    async def abalance(self, asset: str, account: str = "") -> BalanceView:
        """Do as :meth:`balance`, for async code."""
        return await sync_to_async(self.balance, thread_sensitive=True)(asset, account)

    @property
    def balances(self) -> dict[str, BalanceView]:
        """All balances of their account by asset: ``{{ user.groat.balances.CREDIT.balance }}`` in a template."""
        view = groat.account(self.account)
        return {each.asset: each for each in view.balances} if view else {}

    def entries(self, asset: str, limit: int = 50) -> list[EntryView]:
        """Return the last changes of their balance, newest first: why it is as it is. Raises InvalidInput."""
        return finish(blocks.ledger().entries(self.account, asset, limit=limit))  # type: ignore[no-any-return]
