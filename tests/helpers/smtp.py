"""A small SMTP server of a test's own, real enough for any client, that fails as it is told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import NamedTuple


class Mail(NamedTuple):
    """A mail as it was taken in: envelope and content."""

    sender: str
    recipients: tuple[str, ...]
    message: EmailMessage


class SmtpServer:
    """Takes mails in. ``faults`` are used up one a mail: a reply such as "451 later", or a word (see below), "": none.

    The fault is the reply to RCPT where it begins with "rcpt ", else that to the content. "drop": the connection ends
    before the mail is taken; "lost": the mail is taken, and the connection ends before that is said; "hold": it is
    taken, and that is said once ``gate`` is open. ``greeting`` and ``farewell`` begin and end each connection.
    """

    def __init__(self) -> None:
        self.port = 0
        self.mails: list[Mail] = []
        self.faults: list[str] = []
        self.gate = asyncio.Event()
        self.greeting = "220 test"
        self.farewell = "221 bye"
        self.arrived = asyncio.Event()
        self.connections = 0

    @property
    def url(self) -> str:
        """Its address as the setting ``smtp_url``."""
        return f"smtp://127.0.0.1:{self.port}"

    async def has(self, count: int, timeout_s: float = 30) -> list[Mail]:
        """Wait until so many mails were taken in; all of them."""
        async with asyncio.timeout(timeout_s):
            while len(self.mails) < count:
                self.arrived.clear()
                await self.arrived.wait()
        return self.mails

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            await self._talk(reader, writer)
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipients = "", list[str]()
        writer.write(self.greeting.encode() + b"\r\n")
        while line := await reader.readline():
            verb, _, rest = line.decode().strip().partition(" ")
            reply = "250 ok"
            if verb == "EHLO":
                reply = "250-test\r\n250 SMTPUTF8"
            elif verb in ("mail", "MAIL"):
                if sender:
                    reply = "503 one mail after the other"
                else:
                    sender, recipients = _address(rest), []
            elif verb in ("rset", "RSET"):
                sender = ""
            elif verb in ("rcpt", "RCPT"):
                if self.faults and self.faults[0].startswith("rcpt "):
                    reply = self.faults.pop(0).removeprefix("rcpt ")
                else:
                    recipients.append(_address(rest))
            elif verb in ("data", "DATA"):
                writer.write(b"354 go on\r\n")
                content = b""
                while (part := await reader.readline()) != b".\r\n":
                    content += part.removeprefix(b".") if part.startswith(b"..") else part
                fault = self.faults.pop(0) if self.faults else ""
                if fault in ("", "lost", "hold"):
                    message = BytesParser(policy=default).parsebytes(content)
                    assert isinstance(message, EmailMessage)
                    self.mails.append(Mail(sender, tuple(recipients), message))
                    self.arrived.set()
                if fault in ("drop", "lost"):
                    return
                if fault == "hold":
                    await self.gate.wait()
                elif fault:
                    reply = fault
                sender = ""
            elif verb in ("quit", "QUIT"):
                writer.write(self.farewell.encode() + b"\r\n" if self.farewell else b"")
                return
            writer.write(reply.encode() + b"\r\n")
            await writer.drain()


def _address(text: str) -> str:
    return text[text.index("<") + 1 : text.index(">")]


@asynccontextmanager
async def smtp_server() -> AsyncIterator[SmtpServer]:
    """A server on a free port of the loopback."""
    smtp = SmtpServer()
    server = await asyncio.start_server(smtp.serve, "127.0.0.1", 0)
    smtp.port = server.sockets[0].getsockname()[1]
    async with server:
        yield smtp
