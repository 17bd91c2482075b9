"""Cross-origin pages: those of the setting ``origins`` may call the API with a token of their own.

Credentials are never allowed across origins: the session cookie works on the server's own pages only.
"""

from __future__ import annotations

from typing import Any

from litestar.types import HTTPScope, Message, Send

from groat.live.origin import is_allowed, normal, tell

_ALLOWED = (
    (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
    (
        b"access-control-allow-headers",
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

    def is_preflight(self, scope: HTTPScope) -> bool:
        """Return whether this is a browser's preflight request."""
        if scope["method"] != "OPTIONS":
            return False
        headers: dict[bytes, bytes] = dict(scope["headers"])
        return b"origin" in headers and b"access-control-request-method" in headers

    def send(self, scope: HTTPScope, send: Send) -> Send:
        """``send``, with the headers for this request's origin if it is listed."""
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
        if origin is None:
            return send
        page = origin.decode("latin-1")
        if not (self._any or normal(page) in self._origins):
            host = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
            if not is_allowed(page, host, ()):
                tell(page, host)
            return send
        added: list[tuple[bytes, bytes]] = [
            (b"access-control-allow-origin", origin),
            (b"vary", b"origin"),
            _EXPOSED,
        ]
        if self.is_preflight(scope):
            added += _ALLOWED

        async def send_with_headers(message: Message) -> None:
            changed: Any = message
            if message["type"] == "http.response.start":
                changed = {**message, "headers": [*message["headers"], *added]}
            await send(changed)

        return send_with_headers
