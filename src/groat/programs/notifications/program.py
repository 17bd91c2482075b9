"""The program of notifications, which every database has."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from prometheus_client.core import GaugeMetricFamily, Metric

from groat.api.services import Services
from groat.programs.notifications import NOTIFICATIONS
from groat.programs.notifications.errors import NOTIFICATION_ERRORS
from groat.programs.notifications.mail import Mailer, relay_of
from groat.programs.notifications.operations import operations
from groat.programs.program import Host, Program


@asynccontextmanager
async def _mailing(host: Host) -> AsyncIterator[Mailer | None]:
    """Send mail, where the settings name a relay."""
    settings = host.services.settings
    relay = relay_of(settings)
    if relay is None:
        yield None
        return
    mailer = Mailer(host.services.groat, relay, settings.smtp_from)
    async with mailer.running():
        yield mailer


def _backlog(services: Services) -> Iterator[Metric]:
    mailer: Mailer | None = services.parts.get(Mailer)
    if mailer is None:
        return
    waiting, oldest_s = mailer.backlog
    yield GaugeMetricFamily("groat_mail_waiting", "Mails that no node has sent or given up yet", waiting)
    yield GaugeMetricFamily("groat_mail_oldest_seconds", "Age of the oldest of them", oldest_s)


PROGRAM = Program(
    "notifications",
    extension=NOTIFICATIONS,
    operations=operations,
    errors=NOTIFICATION_ERRORS,
    jobs=(_mailing,),
    metrics=(_backlog,),
    check_settings=relay_of,
)
