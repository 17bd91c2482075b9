"""Send the mail of the outbox by SMTP."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import structlog

from groat.engine.groat import Groat
from groat.engine.ids import new_id
from groat.programs.notifications.letters import Letter, read_letters, spread
from groat.programs.outbox import Delivery, EntryOutcome
from groat.settings import Settings, SettingsError

ANSWER_S = 10.0

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
    """Read the relay from the setting ``smtp_url``, None for none; the scheme decides the port unless one is named.

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
    """Sends letters over connections to a relay; ``sender`` is the From address.

    If a node dies after it has sent a mail and before it has noted that, the mail is sent again, with the same
    Message-ID.
    """

    def __init__(self, groat: Groat, relay: Relay, sender: str) -> None:
        self._groat = groat
        self._relay = relay
        self._sender = sender
        self._domain = parseaddr(sender)[1].rpartition("@")[2]

    async def deliver(self, delivery: Delivery) -> list[EntryOutcome]:
        """Send the mail of these entries; one to a room becomes an entry for each reader. Raises StoreError."""
        letters, outcomes = await self._groat.read(read_letters, delivery.entries)
        for letter in letters:
            if letter.address is None:
                reached: str | None = letter.entry.reached
                while reached is not None:
                    # Each page of a room's readers is a commit, behind which another node could go on.
                    reached = await self._groat.write(spread, letter, reached, new_id)
                outcomes.append(EntryOutcome(letter.entry, "sent"))
        mine = [letter for letter in letters if letter.address is not None]
        if mine:
            outcomes += await asyncio.to_thread(self._deliver, mine, delivery.has_time)
        return outcomes

    def _deliver(self, letters: Sequence[Letter], has_time: Callable[[], bool]) -> list[EntryOutcome]:
        """Send the letters and return the outcome of each, even after errors; they wait if the lease leaves no time.

        Letters left by a broken connection go over a new one, as long as each connection sends at least one letter.
        """
        outcomes: dict[str, EntryOutcome] = {}
        why = ""
        tried = -1
        while tried < len(outcomes) < len(letters) and has_time():
            tried = len(outcomes)
            try:
                with self._connect() as connection:
                    self._send_some(connection, letters[tried:], outcomes, has_time)
            except (OSError, smtplib.SMTPException) as error:
                # Closing the connection may raise it too, when no letter is left.
                why = str(error)
                waiting = len(letters) - sum(each.state != "waiting" for each in outcomes.values())
                log.warning("mail_failed", relay=self._relay.host, waiting=waiting, error=why)
            except Exception:
                log.exception("mail_broke")
        left = [letter.entry for letter in letters if letter.entry.id not in outcomes]
        return [*outcomes.values(), *(EntryOutcome(entry, "waiting", why) for entry in left)]

    def _send_some(
        self,
        connection: smtplib.SMTP,
        letters: Sequence[Letter],
        outcomes: dict[str, EntryOutcome],
        has_time: Callable[[], bool],
    ) -> None:
        """Send the letters over a connection for as long as it lasts; ``outcomes`` has those that were tried."""
        for letter in letters:
            # smtplib closes the connection itself when the relay is about to.
            if connection.sock is None or not has_time():
                break
            entry = letter.entry
            outcomes[entry.id] = EntryOutcome(entry, "waiting", "the connection to the relay broke")
            outcomes[entry.id] = self._send(connection, letter)

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

    def _send(self, connection: smtplib.SMTP, letter: Letter) -> EntryOutcome:
        entry = letter.entry
        try:
            message = self.message(letter)
        except Exception:
            # The standard library fails on some odd addresses, every time.
            log.exception("mail_refused", mail=entry.id)
            return EntryOutcome(entry, "failed", "no mail can be made of it")
        try:
            connection.send_message(message, to_addrs=[letter.address or ""])
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPSenderRefused as error:
            # The settings are wrong, not this letter.
            return EntryOutcome(entry, "waiting", f"the sender {self._sender} is refused: {error}")
        except (smtplib.SMTPException, ValueError) as error:
            return EntryOutcome(entry, "failed" if _is_final(error) else "waiting", str(error))
        except OSError:
            raise
        except Exception:
            log.exception("mail_broke", mail=entry.id)
            # The next letters begin anew, over this connection or over another.
            with suppress(OSError):
                connection.rset()
            return EntryOutcome(entry, "waiting", "an unforeseen error, see the log")
        return EntryOutcome(entry, "sent")

    def message(self, letter: Letter) -> EmailMessage:
        """Write the mail of a letter; the same letter always gives the same mail."""
        news = letter.notification
        message = EmailMessage()
        message["Subject"] = " ".join("".join(c if c.isprintable() else " " for c in news.title).split())
        message["From"] = self._sender
        message["To"] = letter.address
        message["Date"] = format_datetime(datetime.fromtimestamp(news.at // 1_000_000, UTC))
        message["Message-ID"] = f"<{letter.entry.id}@{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(news.body or news.title)
        return message


def _is_final(error: Exception) -> bool:
    """Return whether another attempt would fail, too: the relay refused for good (5xx), or there is nothing to send."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _ in error.recipients.values())
    return not isinstance(error, smtplib.SMTPResponseException) or 500 <= error.smtp_code < 600
