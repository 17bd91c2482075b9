"""The objects that all operations share, made once for each app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from groat.api.call import Limiter
from groat.api.metrics import Metrics

if TYPE_CHECKING:
    from groat import Groat
    from groat.identity import Identities
    from groat.ledger.amounts import Asset
    from groat.live import Live
    from groat.sandbox.pool import Pool
    from groat.settings import Settings

T = TypeVar("T")

LOOKUPS_PER_HOUR = 60
"""A person may look up this many people an hour, in each process."""


class Services:
    """The settings, the ledger, identity, live delivery, the programs' parts, and the counters of this process.

    The ``sandbox`` reads files and writes statements. ``assets`` caches the assets seen so far, for an asset never
    changes. ``parts`` are the programs' own settings and what their jobs yielded, by class.
    """

    def __init__(
        self, settings: Settings, groat: Groat, identities: Identities, live: Live, sandbox: Pool
    ) -> None:
        self.settings = settings
        self.groat = groat
        self.live = live
        self.identities = identities
        self.limiter = Limiter(settings.messages_per_second)
        self.lookups = Limiter(LOOKUPS_PER_HOUR / 3_600, LOOKUPS_PER_HOUR)
        self.assets: dict[str, Asset] = {}
        self.metrics = Metrics(groat, live)
        self.sandbox = sandbox
        self.parts: dict[type[Any], Any] = {}

    def keep(self, part: object) -> None:
        """Let operations find a program's settings, or what a job yielded, by its class. None is ignored."""
        if part is not None:
            self.parts[type(part)] = part

    def part(self, kind: type[T]) -> T:
        """Return a program's settings, or what its job yielded, by class. Raises KeyError when there is none."""
        found: T = self.parts[kind]
        return found
