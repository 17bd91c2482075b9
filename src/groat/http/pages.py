"""The web console: built files from ``console/``, and its page for every other address."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from litestar.types import Receive, Scope, Send

from groat.http.answer import HTML
from groat.http.problems import HttpError, problem

DIRECTORY = Path(__file__).parent / "console"
FILE_BYTES_MAX = 16 * 1024 * 1024

_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
_NOT_BUILT = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>groat</title><body style='font-family:system-ui;"
    b"max-width:40rem;margin:4rem auto;padding:0 1rem'><h1>The console is not built</h1><p>The server runs and its API "
    b"is at <a href=/v1/docs>/v1/docs</a>. To build the console, run <code>make web</code> in the source tree; the "
    b"published wheel carries it already."
)


class Console:
    """Serves the built console, read once; only what is in its directory can be served."""

    def __init__(self, directory: Path = DIRECTORY) -> None:
        self._files: dict[str, tuple[bytes, bytes]] = {}
        for path in sorted(directory.rglob("*")) if directory.is_dir() else ():
            if path.is_file() and path.stat().st_size <= FILE_BYTES_MAX:
                kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
                if kind.startswith("text/") or kind.endswith("javascript"):
                    kind += "; charset=utf-8"
                self._files["/" + path.relative_to(directory).as_posix()] = (path.read_bytes(), kind.encode())
        self._index = self._files.get("/index.html")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a file, or the console's page for whatever looks like one of its addresses."""
        path = scope["path"]
        found = self._files.get(path)
        # A person's page may end in a dot and letters too; files are only at the top and under assets/.
        if found is None and (path.startswith("/assets/") or ("." in path and path.count("/") == 1)):
            await problem(HttpError("not_found"))(scope, receive, send)
            return
        body, kind = found or self._index or (_NOT_BUILT, HTML)
        # Files under assets/ carry a hash of their content in their name, so they never change.
        lasting = found is not None and path.startswith("/assets/")
        cache = b"public, max-age=31536000, immutable" if lasting else b"no-cache"
        headers = [
            *_HEADERS,
            (b"cache-control", cache),
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body, "more_body": False})
