"""What all operations share, made once for each app."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from groat.http.call import Limiter
from groat.http.metrics import Metrics

if TYPE_CHECKING:
    from groat import Groat
    from groat.identity import Identities
    from groat.ledger.amounts import Asset
    from groat.live import Live
    from groat.programs.notifications.mail import Mailer
    from groat.programs.workflow import Workflow
    from groat.settings import Settings

STATEMENTS_AT_ONCE = 2


class Services:
    """The settings, the ledger, the callers, live delivery, requests, mail, and the counters of this process.

    ``assets`` are those seen so far: an asset never changes, so what is in it needs no asking.
    """

    def __init__(
        self,
        settings: Settings,
        groat: Groat,
        identities: Identities,
        live: Live,
        workflow: Workflow,
        mailer: Mailer | None,
    ) -> None:
        self.settings = settings
        self.groat = groat
        self.live = live
        self.workflow = workflow
        self.identities = identities
        self.limiter = Limiter(settings.messages_per_second)
        self.assets: dict[str, Asset] = {}
        self.metrics = Metrics(groat, live, mailer)
        # Gathering a long statement and setting it as PDF is work for a processor, of which others need some too.
        self.statements = asyncio.Semaphore(STATEMENTS_AT_ONCE)
