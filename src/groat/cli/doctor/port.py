"""Find out who listens at a port of this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from groat.cli.doctor.client import HttpAnswer, ServerUnreachable, Trouble

_LISTENS = "0A"
_BANNERS = (
    (b"SSH-", "an SSH server"),
    (b"-ERR", "Redis, or a server like it"),
    (b"-DENIED", "Redis in protected mode"),
    (b"\x15\x03", "a server that speaks TLS"),
    (b"220", "a mail or FTP server"),
)


def kind_of(answered: HttpAnswer | ServerUnreachable) -> str:
    """Say what kind of server answered so, as far as that shows; "another program" for one that does not tell."""
    if isinstance(answered, HttpAnswer):
        made_by = answered.headers.get("server") or answered.headers.get("x-powered-by")
        return f"an HTTP server ({made_by[:60]})" if made_by else "an HTTP server"
    if answered.why is Trouble.SILENT:
        return "a program that says nothing"
    for begin, kind in _BANNERS:
        if answered.said.startswith(begin):
            return kind
    # PostgreSQL ends a connection whose first bytes are none of its protocol.
    return "a program that speaks no HTTP"


def listener(port: int) -> str:
    """Name the process that listens at a TCP port, such as "process 4711 (node)"; "" if it cannot be seen."""
    sockets = set(_sockets(port))
    if not sockets:
        return ""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            for file in (folder / "fd").iterdir():
                with suppress(OSError):
                    if file.readlink().name in sockets:
                        return f"process {folder.name} ({(folder / 'comm').read_text().strip()})"
    return ""


def _sockets(port: int) -> Iterator[str]:
    """List the sockets that listen at a port, as the files of processes name them."""
    for table in ("tcp", "tcp6"):
        with suppress(OSError):
            for line in Path("/proc/net", table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENS and int(fields[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{fields[9]}]"
