"""One call: its caller and its input. It reads ASGI directly, for this is the hot path."""

from __future__ import annotations

import asyncio
import base64
import binascii
import ipaddress
import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from groat.api import rights
from groat.api.attendance import CallerLeft, attended
from groat.api.decode import decode
from groat.api.forms import MULTIPART
from groat.api.problems import HttpError
from groat.asgi import mount_of
from groat.identity import Identity, Unauthorized
from groat.ledger.errors import InvalidInput
from groat.ledger.keys import Key, as_key
from groat.ledger.text import check_id
from groat.live.limits import Bucket
from groat.sparing import SparingLog
from groat.store.replica import STALE_S_MAX

if TYPE_CHECKING:
    from groat.api.operations import Operation
    from groat.api.services import Services
    from groat.asgi import Receive, Scope
    from groat.engine.groat import Groat
    from groat.engine.lookup import Lookup, Stale
    from groat.identity import Identities
    from groat.settings import Settings

log = SparingLog(structlog.get_logger("groat.http"))

T = TypeVar("T")

QUERY_MAX = 32
_FORWARDED = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip", b"via"})
LARGE_BYTES = 131_072


class Call:
    """A call, as an operation's function receives it. ``who`` is None only where the operation needs no token."""

    __slots__ = (
        "_query",
        "_signed",
        "groat",
        "headers",
        "identities",
        "operation",
        "params",
        "receive",
        "scope",
        "services",
        "settings",
        "stale",
        "who",
    )

    def __init__(
        self,
        services: Services,
        operation: Operation,
        params: dict[str, str],
        scope: Scope,
        receive: Receive,
    ) -> None:
        self.services = services
        self.groat: Groat = services.groat
        self.identities: Identities = services.identities
        self.settings: Settings = services.settings
        self.operation = operation
        self.scope = scope
        self.receive = receive
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.params = params
        self.who: Identity | None = None
        self.stale: Stale | None = None
        self._query: dict[str, str] | None = None
        self._signed: bytes | None = None

    @property
    def identity(self) -> Identity:
        """Return the caller. Raises Unauthorized ``unauthenticated`` when nobody signed in."""
        if self.who is None:
            raise Unauthorized("unauthenticated")
        return self.who

    @property
    def mount(self) -> str:
        """The prefix under which groat is mounted in another application, "" at the top."""
        return mount_of(self.scope)

    @property
    def address(self) -> str:
        """The caller's IP address, "" when it is not known."""
        client: tuple[str, int] | None = self.scope.get("client")
        return client[0] if client else ""

    @property
    def own_address(self) -> str:
        """The caller's IP address; "" behind a proxy that the setting trusted_proxies does not name.

        All callers behind such a proxy would count as one. Only an address of this machine or of a private network
        counts as a proxy, because anybody can send a proxy's headers.
        """
        client: tuple[str, int] | None = self.scope.get("client")
        # For a named proxy, the server replaced the address by the caller's, and the port by 0.
        if not client or not client[1] or _FORWARDED.isdisjoint(self.headers):
            return self.address
        if not ipaddress.ip_address(client[0]).is_private:
            return client[0]
        log.warning(
            "proxy_not_trusted",
            about=client[0],
            proxy=client[0],
            setting="trusted_proxies",
            detail="Addresses of callers are unknown, so sign-ins are braked by person only.",
        )
        return ""

    async def authorise(self) -> None:
        """Identify the caller and check the right.

        Raises Unauthorized, and HttpError ``forbidden`` or ``rate_limited``.
        """
        if self.scope["query_string"] or self.operation.query:
            self._query = self._read_query()
        right = self.operation.right
        if right in rights.WITHOUT_TOKEN:
            if self.operation.signature is not None:
                body = await self.read()
                self.operation.signature(self, body)
                self._signed = body
            return
        credential = self.headers.get(b"authorization", b"")
        if credential[:7].lower() != b"bearer ":
            raise Unauthorized("unauthenticated")
        self.who = await self.identities.authenticate(credential[7:].strip().decode("latin-1"))
        if self.who.user is not None and not self.who.is_staff:
            self.services.limiter.check(self.who.principal)
        if not rights.allows(right, self.who):
            raise HttpError("forbidden")

    async def attended(self, work: Awaitable[T]) -> T:
        """Return the result of ``work``; cancel it when the caller leaves, and raise HttpError ``invalid_request``."""
        try:
            return await attended(self.receive, work)
        except CallerLeft:
            raise HttpError("invalid_request", "The connection ended before the answer.") from None

    # -- what was sent -----------------------------------------------------------------------------------------

    async def body(self, kind: type[T]) -> T:
        """Read the JSON body as a ``kind``. Raises HttpError, and InvalidInput ``invalid_text``."""
        body = await self.read()
        content_type = self.headers.get(b"content-type")
        if content_type is None:
            if not body and self.operation.empty_body:
                return decode(b"{}", kind, self.operation)
            raise HttpError("unsupported_media_type")
        if content_type != b"application/json" and not _is_json(content_type):
            raise HttpError("unsupported_media_type")
        if len(body) > LARGE_BYTES:
            # Decoding thousands of items takes a tenth of a second. A thread leaves the event loop to others
            # meanwhile.
            return await asyncio.to_thread(decode, body, kind, self.operation)
        return decode(body, kind, self.operation)

    async def read(self) -> bytes:
        """Read the body as bytes. Raises HttpError ``body_too_large`` as soon as the size is known."""
        if self._signed is not None:
            return self._signed
        most = self._body_max()
        announced = self.headers.get(b"content-length")
        if announced is not None and (not announced.isdigit() or int(announced) > most):
            raise _too_large(most)
        message: Any = await self.receive()
        body: bytes = message.get("body", b"")
        if message.get("more_body"):
            parts, size = [body], len(body)
            while message.get("more_body") and size <= most:
                message = await self.receive()
                parts.append(message.get("body", b""))
                size += len(parts[-1])
            body = b"".join(parts)
        if len(body) > most:
            raise _too_large(most)
        if message["type"] == "http.disconnect":
            raise HttpError("invalid_request", "The connection ended within the body.")
        return body

    def _body_max(self) -> int:
        """Return the most bytes that the body may have."""
        operation, most = self.operation, self.settings.body_max
        if operation.form_max is not None:
            kind = self.headers.get(b"content-type", b"").lower()
            if kind.startswith(MULTIPART):
                return operation.form_max
        return most if operation.body_max is None else min(most, operation.body_max)

    def key(self) -> Key:
        """Return the Idempotency-Key, sent bare or quoted. Raises InvalidInput ``key_required`` or ``invalid_key``."""
        sent = self.headers.get(b"idempotency-key")
        if sent is None:
            raise InvalidInput("key_required")
        sent_all = self.scope["headers"]
        if len(sent_all) > len(self.headers) and [n for n, _ in sent_all].count(b"idempotency-key") > 1:
            raise InvalidInput("invalid_key", "Send one Idempotency-Key; this request has several.")
        return as_key(sent.decode("latin-1"))

    @property
    def query(self) -> dict[str, str]:
        """The query parameters. Raises HttpError ``invalid_query`` for unknown, repeated and malformed ones."""
        if self._query is None:
            self._query = self._read_query()
        return self._query

    def limit(self) -> int:
        """Return the number of items for a page. Raises HttpError ``invalid_query``."""
        text = self.query.get("limit", "50")
        if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 500):
            raise HttpError("invalid_query", "limit is a number from 1 to 500.")
        return int(text)

    def lookup(self) -> Lookup:
        """Return where to read: a replica if the caller allows stale answers, else the ledger itself.

        Raises HttpError ``invalid_query``.
        """
        text = self.query.get("max_stale")
        if text is None:
            return self.groat
        if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= STALE_S_MAX):
            raise HttpError("invalid_query", f"max_stale is a number of seconds from 1 to {STALE_S_MAX}.")
        self.stale = self.groat.stale(float(text))
        return self.stale

    def zone(self) -> ZoneInfo:
        """Return the time zone of the parameter zone, UTC unless given. Raises HttpError ``invalid_query``."""
        try:
            return ZoneInfo(self.query.get("zone", "UTC"))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise HttpError("invalid_query", "zone is a time zone such as Europe/Vienna.") from None

    @property
    def dry_run(self) -> bool:
        """Return whether the caller only wants to know what the call would do. Raises HttpError ``invalid_query``."""
        text = self.query.get("dry_run", "false")
        if text not in ("true", "false"):
            raise HttpError("invalid_query", "dry_run is true or false.")
        return text == "true"

    def cursor(self) -> str | None:
        """Return the value that :func:`to_cursor` got for the page before. Raises HttpError ``invalid_cursor``."""
        sent = self.query.get("cursor")
        if sent is None:
            return None
        try:
            kind, _, value = (
                base64.b64decode(sent.encode("ascii"), b"-_", validate=True).decode().partition(" ")
            )
        except (ValueError, binascii.Error):
            raise HttpError("invalid_cursor") from None
        if kind != self.operation.id or not value.isprintable():
            raise HttpError("invalid_cursor")
        return value

    def id_cursor(self, start: str) -> str:
        """Return the id behind the cursor, ``start`` without one. Raises HttpError ``invalid_cursor``."""
        cursor = self.cursor()
        try:
            return start if cursor is None else check_id(cursor)
        except InvalidInput:
            raise HttpError("invalid_cursor") from None

    def to_cursor(self, value: str) -> str:
        """Return an opaque cursor that leads to the items after ``value`` in this list."""
        return base64.urlsafe_b64encode(f"{self.operation.id} {value}".encode()).decode()

    def _read_query(self) -> dict[str, str]:
        raw = self.scope["query_string"]
        try:
            pairs = parse_qsl(
                raw.decode("ascii"),
                keep_blank_values=True,
                strict_parsing=True,
                errors="strict",
                max_num_fields=QUERY_MAX,
            )
        except ValueError:
            raise HttpError("invalid_query") from None
        known = {parameter.name: parameter for parameter in self.operation.query}
        found: dict[str, str] = {}
        for name, value in pairs:
            if name not in known:
                raise HttpError("invalid_query", f"There is no parameter {_printable(name)}.")
            if name in found:
                raise HttpError("invalid_query", f"The parameter {name} is given twice.")
            if "\0" in value:
                raise InvalidInput("invalid_text")
            found[name] = value
        missing = [name for name, parameter in known.items() if parameter.required and name not in found]
        if missing:
            raise HttpError("invalid_query", f"The parameter {missing[0]} is required.")
        return found


class Limiter:
    """Limits each person's calls: ``per_second`` on average, ``at_once`` in a burst. Per process, in bounded memory."""

    KEPT_MAX = 50_000

    def __init__(self, per_second: float, at_once: float | None = None) -> None:
        self._rate = per_second
        self._at_once = 2.0 * per_second if at_once is None else at_once
        self._buckets: dict[str, Bucket] = {}

    def check(self, principal: str) -> None:
        """Count one call. Raises HttpError ``rate_limited``."""
        now = time.monotonic()
        bucket = self._buckets.get(principal)
        if bucket is None:
            if len(self._buckets) >= self.KEPT_MAX:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[principal] = Bucket(self._at_once, self._rate, now)
        if not bucket.take(now):
            raise HttpError("rate_limited")


def _too_large(most: int) -> HttpError:
    return HttpError("body_too_large", f"This call takes a body of at most {most:,} bytes.", max=most)


def _is_json(content_type: bytes) -> bool:
    kind, _, options = content_type.partition(b";")
    options = options.strip().lower().replace(b'"', b"")
    return kind.strip().lower() == b"application/json" and options in (b"", b"charset=utf-8")


def _printable(text: str) -> str:
    return repr(text[:40].encode("ascii", "backslashreplace").decode())
