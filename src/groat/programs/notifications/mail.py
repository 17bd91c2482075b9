"""Sending the mail of the outbox by SMTP: at least once, from one node at a time, again after a failure."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import structlog

from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.ledger.errors import GroatError
from groat.programs.notifications import outbox
from groat.programs.notifications.outbox import LEASE_US, REFUSED, SENT, WAITING, Backlog, Letter
from groat.settings import Settings, SettingsError

POLL_S = 2.0
MEASURE_S = 15.0
CLAIM_MAX = 10
ANSWER_S = 10.0
STOP_S = 5.0

SCHEMES = {"smtp": ("", 25), "smtp+starttls": ("starttls", 587), "smtps": ("tls", 465)}

log = structlog.get_logger("groat.mail")


class Relay(NamedTuple):
    """The mail server that takes our mail: ``secure`` is "" (plain), ``starttls`` or ``tls``."""

    host: str
    port: int
    secure: str
    user: str
    password: str


def relay_of(settings: Settings) -> Relay | None:
    """The relay of the setting ``smtp_url``, None for none; the port is that of the scheme unless it is named.

    Raises SettingsError ``setting_invalid``, also for a password that would go over the wire in the clear.
    """
    if not settings.smtp_url:
        return None
    parts = urlsplit(settings.smtp_url)
    secure, port = SCHEMES[parts.scheme]
    try:
        port = parts.port or port
    except ValueError as error:
        raise SettingsError("setting_invalid", f"smtp_url: {error}", setting="smtp_url") from None
    if not parts.hostname:
        raise SettingsError("setting_invalid", "smtp_url names no host", setting="smtp_url")
    if parts.username and not secure:
        detail = "smtp_url has a password, which needs smtps:// or smtp+starttls://"
        raise SettingsError("setting_invalid", detail, setting="smtp_url")
    return Relay(parts.hostname, port, secure, unquote(parts.username or ""), unquote(parts.password or ""))


class Mailer:
    """Sends what is due, a few at a time over one connection; ``sender`` is the From address.

    ``backlog`` is what all nodes together had left to send, a quarter of a minute ago at most.
    A mail whose sender died between sending it and saying so is sent again, with the same Message-ID.
    """

    def __init__(self, groat: Groat, relay: Relay, sender: str, poll_s: float = POLL_S) -> None:
        self._groat = groat
        self._relay = relay
        self._sender = sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2]
        self._claimant = new_id()
        self._poll_s = poll_s
        self._stopping = asyncio.Event()
        self.backlog = Backlog()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send in the background meanwhile. What is not finished soon after is sent by another node, or later."""
        jobs = {"groat-mail": (self._poll_s, self.send_due), "groat-mail-backlog": (MEASURE_S, self.measure)}
        tasks = [asyncio.create_task(self._repeat(*job), name=name) for name, job in jobs.items()]
        try:
            yield
        finally:
            self._stopping.set()
            _, late = await asyncio.wait(tasks, timeout=STOP_S)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _repeat(self, every_s: float, job: Callable[[], Awaitable[bool]]) -> None:
        """Run a job until the end; at once again when it says that there may be more to do."""
        while not self._stopping.is_set():
            more = False
            try:
                more = await job()
            except GroatError as error:
                log.warning("mail_waits", code=error.code, detail=error.detail)
            except Exception:
                log.exception("mail_broke")
            if not more:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), every_s)

    async def measure(self) -> bool:
        """Bring ``backlog`` up to date, which leaves nothing to do: False. Raises StoreError."""
        self.backlog = await self._groat.read(outbox.measure)
        return False

    async def send_due(self) -> bool:
        """Send some of what is due; whether there was anything. Raises StoreError."""
        groat = self._groat
        if not await groat.read(outbox.any_due):
            return False
        letters = await groat.write(outbox.claim, self._claimant, CLAIM_MAX)
        for letter in letters:
            reached = letter.reached if letter.address is None else None
            while reached is not None:
                # Each page of a room's readers is a commit, behind which another node could go on.
                reached = await groat.write(outbox.spread, letter, reached, self._claimant, new_id)
        mine = [letter for letter in letters if letter.address is not None]
        if mine:
            outcomes = await asyncio.to_thread(self._deliver, mine)
            await groat.write(outbox.settle, outcomes, self._claimant)
        return True

    def _deliver(self, letters: Sequence[Letter]) -> list[tuple[Letter, str]]:
        """Send the letters and return the outcome of each, even after errors; they wait if the lease leaves no time.

        Letters left by a broken connection go over a new one, as long as each connection sends at least one letter.
        """
        deadline = time.monotonic() + LEASE_US / 2_000_000
        outcomes: dict[Letter, str] = {}
        tried = -1
        while tried < len(outcomes) < len(letters) and self._has_time(deadline):
            tried = len(outcomes)
            try:
                with self._connect() as connection:
                    self._send_some(connection, letters[tried:], outcomes, deadline)
            except (OSError, smtplib.SMTPException) as error:
                # Closing the connection may raise it too, when no letter is left.
                waiting = len(letters) - sum(state != WAITING for state in outcomes.values())
                log.warning("mail_failed", relay=self._relay.host, waiting=waiting, error=str(error))
            except Exception:
                log.exception("mail_broke")
        return [(letter, outcomes.get(letter, WAITING)) for letter in letters]

    def _has_time(self, deadline: float) -> bool:
        return time.monotonic() < deadline and not self._stopping.is_set()

    def _send_some(
        self,
        connection: smtplib.SMTP,
        letters: Sequence[Letter],
        outcomes: dict[Letter, str],
        deadline: float,
    ) -> None:
        """Send the letters over a connection for as long as it lasts; ``outcomes`` has those that were tried."""
        for letter in letters:
            # smtplib closes the connection itself when the relay is about to.
            if connection.sock is None or not self._has_time(deadline):
                break
            outcomes[letter] = WAITING
            outcomes[letter] = self._send(connection, letter)

    def _connect(self) -> smtplib.SMTP:
        relay = self._relay
        # Without a name of ours smtplib asks the DNS for one, which may take long.
        name = self._domain or "localhost"
        if relay.secure == "tls":
            context = ssl.create_default_context()
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                relay.host, relay.port, name, timeout=ANSWER_S, context=context
            )
        else:
            connection = smtplib.SMTP(relay.host, relay.port, name, timeout=ANSWER_S)
        if relay.secure == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if relay.user:
            connection.login(relay.user, relay.password)
        return connection

    def _send(self, connection: smtplib.SMTP, letter: Letter) -> str:
        try:
            message = self.message(letter)
        except Exception:
            # The standard library fails on some odd addresses, every time.
            log.exception("mail_refused", mail=letter.id, state=REFUSED)
            return REFUSED
        try:
            connection.send_message(message, to_addrs=[letter.address or ""])
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPSenderRefused as error:
            # The settings are wrong, not this letter.
            log.warning("mail_sender_refused", sender=self._sender, error=str(error))
            return WAITING
        except (smtplib.SMTPException, ValueError) as error:
            state = REFUSED if _is_final(error) else WAITING
            log.warning("mail_refused", mail=letter.id, state=state, error=str(error))
            return state
        except OSError:
            raise
        except Exception:
            log.exception("mail_broke", mail=letter.id)
            # The next letters begin anew, over this connection or over another.
            with suppress(OSError):
                connection.rset()
            return WAITING
        return SENT

    def message(self, letter: Letter) -> EmailMessage:
        """The mail of a letter; the same letter gives the same mail."""
        news = letter.notification
        message = EmailMessage()
        message["Subject"] = " ".join("".join(c if c.isprintable() else " " for c in news.title).split())
        message["From"] = self._sender
        message["To"] = letter.address
        message["Date"] = format_datetime(datetime.fromtimestamp(news.at // 1_000_000, UTC))
        message["Message-ID"] = f"<{letter.id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(news.body or news.title)
        return message


def _is_final(error: Exception) -> bool:
    """Return whether trying again would bring the same answer: a permanent reply (5xx), or nothing can be sent."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return not isinstance(error, smtplib.SMTPResponseException) or 500 <= error.smtp_code < 600
