"""Cross-origin pages: those of the setting ``origins`` may call the API with a token of their own.

Credentials are never allowed across origins: the session cookie works on the server's own pages only. The door of
Socket.IO is the exception, for stock clients may be set to send credentials; it reads no cookie.
"""

from __future__ import annotations

from typing import Any

from groat.asgi import Message, Scope, Send
from groat.live.origin import is_allowed, is_listed, normal, tell

_ASKED = b"access-control-request-headers"
_ALLOWED_HEADERS = b"access-control-allow-headers"
_ALLOWED = (
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (
        _ALLOWED_HEADERS,
        b"authorization, content-type, idempotency-key, if-none-match, last-event-id",
    ),
    (b"access-control-max-age", b"600"),
)
_EXPOSED = (b"access-control-expose-headers", b"etag, groat-stale, retry-after")


class Cors:
    """Adds what the Fetch standard asks for to answers for listed origins, and nothing for others."""

    def __init__(self, origins: tuple[str, ...]) -> None:
        self._any = "*" in origins
        self._origins = {normal(origin) for origin in origins}

    def is_preflight(self, scope: Scope) -> bool:
        """Return whether this request, which has an Origin, is a browser's preflight request."""
        return scope["method"] == "OPTIONS" and any(
            name == b"access-control-request-method" for name, _ in scope["headers"]
        )

    def send(self, scope: Scope, origin: bytes, host: bytes, send: Send, *, reads_no_cookie: bool) -> Send:
        """``send``, with the headers for a request of this origin if it is listed.

        Where no cookie is read, credentials and headers of any name may come along, and mean nothing.
        """
        page = origin.decode("latin-1")
        if not (self._any or is_listed(page, self._origins)):
            if not is_allowed(page, host.decode("latin-1"), ()):
                tell(page, host.decode("latin-1"))
            return send
        added: list[tuple[bytes, bytes]] = [
            (b"access-control-allow-origin", origin),
            (b"vary", b"origin"),
            _EXPOSED,
        ]
        if reads_no_cookie:
            added.append((b"access-control-allow-credentials", b"true"))
        if self.is_preflight(scope):
            added += _ALLOWED
            asked = next((value for name, value in scope["headers"] if name == _ASKED), b"")
            if reads_no_cookie and asked:
                added = [each for each in added if each[0] != _ALLOWED_HEADERS]
                added.append((_ALLOWED_HEADERS, asked))

        async def send_with_headers(message: Message) -> None:
            changed: Any = message
            if message["type"] == "http.response.start":
                changed = {**message, "headers": [*message["headers"], *added]}
            await send(changed)

        return send_with_headers
