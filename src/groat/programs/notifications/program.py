"""The program of notifications, which every database has."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from prometheus_client.core import GaugeMetricFamily, Metric

from groat.api.services import Services
from groat.programs.notifications import NOTIFICATIONS
from groat.programs.notifications.errors import NOTIFICATION_ERRORS
from groat.programs.notifications.letters import take_over
from groat.programs.notifications.mail import Mailer, relay_of
from groat.programs.notifications.notices import MAIL
from groat.programs.notifications.operations import operations
from groat.programs.outbox import Channel, Delivery, EntryOutcome
from groat.programs.outbox.sender import POLL_S, Outbox, repeating
from groat.programs.program import Host, Program


@asynccontextmanager
async def _mailing(host: Host) -> AsyncIterator[Mailer | None]:
    """Make the mailer if the settings name a relay, and move mail of an earlier version into the outbox."""
    services = host.services
    relay = relay_of(services.settings)

    async def take_over_due() -> bool:
        return await services.groat.write(take_over)

    async with repeating("groat-mail", POLL_S, take_over_due, asyncio.Event()):
        yield None if relay is None else Mailer(services.groat, relay, services.settings.smtp_from)


async def _deliver(delivery: Delivery) -> list[EntryOutcome]:
    return await delivery.services.part(Mailer).deliver(delivery)


def _backlog(services: Services) -> Iterator[Metric]:
    if Mailer not in services.parts:
        return
    waiting, oldest_s, _ = services.part(Outbox).backlog(MAIL)
    yield GaugeMetricFamily("groat_mail_waiting", "Mails that no node has sent or given up yet", waiting)
    yield GaugeMetricFamily("groat_mail_oldest_seconds", "Age of the oldest of them", oldest_s)


PROGRAM = Program(
    "notifications",
    extension=NOTIFICATIONS,
    operations=operations,
    errors=NOTIFICATION_ERRORS,
    jobs=(_mailing,),
    metrics=(_backlog,),
    channels=(Channel(MAIL, _deliver, active=lambda settings: bool(settings.smtp_url)),),
    check_settings=relay_of,
)
