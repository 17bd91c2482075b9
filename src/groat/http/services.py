"""What all operations share, made once for each app."""

from __future__ import annotations

from collections.abc import Sequence
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
    from groat.sandbox.pool import Pool
    from groat.settings import Settings
    from groat.store.sqlite import Extension


LOOKUPS_PER_HOUR = 60
"""How many people a person may look up; per process."""


class Services:
    """The settings, the ledger, the callers, live delivery, requests, mail, and the counters of this process.

    Files are read and statements written in the ``sandbox``. ``assets`` are those seen so far: an asset never changes,
    so what is in it needs no asking. ``extensions`` are the programs with tables, those that every database has first.
    """

    def __init__(
        self,
        settings: Settings,
        groat: Groat,
        identities: Identities,
        live: Live,
        workflow: Workflow,
        mailer: Mailer | None,
        sandbox: Pool,
        extensions: Sequence[Extension],
    ) -> None:
        self.settings = settings
        self.groat = groat
        self.live = live
        self.workflow = workflow
        self.identities = identities
        self.limiter = Limiter(settings.messages_per_second)
        self.lookups = Limiter(LOOKUPS_PER_HOUR / 3_600, LOOKUPS_PER_HOUR)
        self.assets: dict[str, Asset] = {}
        self.metrics = Metrics(groat, live, mailer)
        self.sandbox = sandbox
        self.extensions = (*groat.standing, *extensions)
