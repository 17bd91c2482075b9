"""``groat.notify()``, for apps that have the ledger in their own process."""

from __future__ import annotations

from typing import Protocol

from groat.engine.budget_words import LOCAL
from groat.identity.model import EVERYBODY
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal, Refused
from groat.programs.notifications.commands import Send
from groat.programs.notifications.errors import NotificationError
from groat.programs.notifications.notices import Notice
from groat.programs.notifications.views import SentView
from groat.store.batch import Done

ALL = "all"


class Executor(Protocol):
    """The ledger, which executes commands."""

    async def execute(self, command: Command) -> Done | Refusal:
        """Execute a command; returns the verdict."""


async def send(groat: Executor, command: Send) -> SentView | Refusal:
    """Send a notification; raises InvalidInput, NotificationError ``invalid_notice``, StoreError."""
    verdict = await groat.execute(command)
    if isinstance(verdict, Refusal):
        return verdict
    view = verdict.view()
    return SentView(view.id or "", command.to, view.recorded_at, view.positions, view.replayed)


def stream_to(audience: str) -> str:
    """Return the stream of ``user:42``, ``role:partner`` or ``all``; raises NotificationError ``invalid_audience``."""
    if audience == ALL:
        return EVERYBODY
    fits = isinstance(audience, str) and audience.startswith(("user:", "role:"))
    if not fits or audience.count(":") != 1:
        raise NotificationError("invalid_audience")
    return audience


class Notifying:
    """The words that notifications add to the ledger."""

    async def notify(
        self: Executor,
        to: str,
        title: str,
        *,
        key: str,
        level: str = "info",
        body: str = "",
        category: str = "general",
        thread: str = "",
        subject: dict[str, str] | None = None,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> SentView:
        """Notify a person (``user:42``), everybody of a role (``role:partner``) or ``all``.

        ``level`` is success, error, info or warning; a toast of the same ``thread`` is replaced; ``subject`` is what it
        is about, ``{"kind": "order", "id": "7"}``. Raises InvalidInput, NotificationError, Refused ``key_reused``.
        """
        answer = await send(
            self,
            Send(
                principal=principal,
                key=key,
                actor=actor,
                reason=reason,
                to=stream_to(to),
                notice=Notice(level, title, body, category, thread),
                subject=subject,
            ),
        )
        if isinstance(answer, Refusal):
            raise Refused(answer)
        return answer
