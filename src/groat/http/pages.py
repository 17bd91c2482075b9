"""The web console: built files from ``console/``, modules of programs, and its page for every other address."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from groat.api.answer import HTML
from groat.api.problems import HttpError, problem
from groat.asgi import Receive, Scope, Send
from groat.http.console_page import address, script_sources, with_modules
from groat.programs.console import MEDIA_TYPES, BuiltModule

DIRECTORY = Path(__file__).parent / "console"
FILE_BYTES_MAX = 16 * 1024 * 1024

_CODINGS = {b"br": ".br", b"gzip": ".gz"}
"""The content codings by preference, and the endings of files that the build packed with them."""

_LASTING = ("/assets/", "/console/")
"""Files below these have a hash of their content in their address, so they never change."""

_POLICY = (
    "default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self' ws: wss:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = (
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


class _ConsoleFile:
    """A file in memory: its bodies by content coding, b"" for none, and its headers."""

    def __init__(self, kind: str, bodies: dict[bytes, bytes], *, lasting: bool) -> None:
        self.bodies = bodies
        cache = b"public, max-age=31536000, immutable" if lasting else b"no-cache"
        self._tag = hashlib.blake2b(bodies[b""], digest_size=12).hexdigest().encode()
        self._headers = [(b"cache-control", cache), (b"content-type", kind.encode())]
        if len(bodies) > 1:
            self._headers.append((b"vary", b"accept-encoding"))

    @classmethod
    def built(cls, path: Path, *, lasting: bool) -> _ConsoleFile:
        """Return a file of the console, with the packed ones that the build has put beside it."""
        kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
        if kind.startswith("text/") or kind.endswith("javascript"):
            kind += "; charset=utf-8"
        bodies = {b"": path.read_bytes()}
        for coding, suffix in _CODINGS.items():
            packed = path.with_name(path.name + suffix)
            if packed.is_file():
                bodies[coding] = packed.read_bytes()
        return cls(kind, bodies, lasting=lasting)

    @classmethod
    def made(cls, kind: str, body: bytes, *, lasting: bool) -> _ConsoleFile:
        """Return a file that no build has packed. It is packed here, if that makes it smaller."""
        bodies = {b"": body}
        packed = gzip.compress(body, mtime=0)
        if len(packed) < len(body):
            bodies[b"gzip"] = packed
        return cls(kind, bodies, lasting=lasting)

    def answer(self, headers: dict[bytes, bytes]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        """Return status, headers and body for a request with these headers."""
        accepted = _codings(headers.get(b"accept-encoding", b""))
        coding = next((each for each in _CODINGS if each in self.bodies and each in accepted), b"")
        # Each coding is another representation, which a strong tag must tell from the others.
        tag = b'"%b%b"' % (self._tag, b"-" + coding if coding else b"")
        sent = [*self._headers, (b"etag", tag)]
        known = {each.strip().removeprefix(b"W/") for each in headers.get(b"if-none-match", b"").split(b",")}
        if tag in known or b"*" in known:
            return 304, sent, b""
        if coding:
            sent.append((b"content-encoding", coding))
        body = self.bodies[coding]
        return 200, [*sent, (b"content-length", b"%d" % len(body))], body


class Console:
    """Serves the built console and the modules of programs (by the program's name), both read once.

    Nothing else can be served.
    """

    def __init__(self, directory: Path = DIRECTORY, modules: Mapping[str, BuiltModule] | None = None) -> None:
        self._files: dict[str, _ConsoleFile] = {}
        for path in sorted(directory.rglob("*")) if directory.is_dir() else ():
            if (
                path.is_file()
                and path.stat().st_size <= FILE_BYTES_MAX
                and path.suffix not in _CODINGS.values()
            ):
                name = "/" + path.relative_to(directory).as_posix()
                self._files[name] = _ConsoleFile.built(path, lasting=name.startswith(_LASTING))
        for program, module in (modules or {}).items():
            for name, body in module.files.items():
                kind = MEDIA_TYPES[PurePosixPath(name).suffix]
                self._files[address(program, module, name)] = _ConsoleFile.made(kind, body, lasting=True)
        self._index = self._files.get("/index.html")
        scripts = "'self'"
        if self._index is not None:
            page = with_modules(self._index.bodies[b""], modules or {})
            if modules:
                self._index = self._files["/index.html"] = _ConsoleFile.made(
                    HTML.decode(), page, lasting=False
                )
            scripts = script_sources(page)
        self._headers = [(b"content-security-policy", _POLICY.format(scripts=scripts).encode()), *_HEADERS]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a file, or the console's page for whatever looks like one of its addresses."""
        path = scope["path"]
        file = self._files.get(path)
        # A person's page may end in a dot and letters too; files are only at the top and under assets/ and console/.
        if file is None and (path.startswith(_LASTING) or ("." in path and path.count("/") == 1)):
            await problem(HttpError("not_found"))(scope, receive, send)
            return
        file = file or self._index
        if file is None:
            length = (b"content-length", b"%d" % len(_NOT_BUILT))
            status, body = 200, _NOT_BUILT
            headers = [(b"cache-control", b"no-cache"), (b"content-type", HTML), length]
        else:
            status, headers, body = file.answer(dict(scope["headers"]))
        await send({"type": "http.response.start", "status": status, "headers": [*self._headers, *headers]})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def _codings(accepted: bytes) -> set[bytes]:
    """Return the content codings that a client takes: those that it names, except with a weight of nought."""
    found = set()
    for each in accepted.lower().split(b","):
        name, _, weight = each.partition(b";")
        if weight.replace(b" ", b"").rstrip(b"0") not in (b"q=", b"q=0."):
            found.add(name.strip())
    return found
