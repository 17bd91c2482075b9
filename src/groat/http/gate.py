"""The connections of a server process: their number, their addresses, and which one gives way to a newcomer.

A connection *waits* while the server waits for its client: until a request has arrived in full, and between requests.
Nothing is lost when such a connection ends, so the oldest of them gives way where there is no room. A connection
whose request is being answered stays, and so does a connected reader.
"""

from __future__ import annotations

import ipaddress
import resource
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import structlog

from groat.api.problems import HttpError
from groat.settings import whereabouts
from groat.sparing import SparingLog

if TYPE_CHECKING:
    from groat.settings import Settings

FILES_MAX = 65_536
"""The process asks for this many open files, if the system allows them."""
FILES_KEPT = 128
"""Open files that connections leave to the database, the logs and everything else."""
LINGERING_MAX = 32
OURS = ""
"""The address of connections from workers of the same cluster; they come without one, over a Unix socket."""
OWN_FIRST = 32
"""An address with this many connections loses one of its own before anybody else loses one."""

log = structlog.get_logger("groat.http")


class HttpLimits(msgspec.Struct, frozen=True):
    """Bounds of one connection and of all. Sizes are bytes, names ending in ``_s`` seconds."""

    head_max: int = 32_768
    line_max: int = 8_192
    headers_max: int = 100
    head_s: float = 10.0
    body_s: float = 30.0
    idle_s: float = 75.0
    answer_s: float = 30.0
    waiting_max: int = 4_096
    connections_max: int = 0
    connections_per_address: int = 1_000
    trusted_proxies: tuple[str, ...] = ()
    demo: bool = False

    @classmethod
    def of(cls, settings: Settings) -> HttpLimits:
        """The limits that settings ask for."""
        return cls(**{name: getattr(settings, name) for name in cls.__struct_fields__})


class Waiting(Protocol):
    """A connection that may be asked to give way."""

    def give_way(self) -> bool:
        """End the connection. Returns False if it turns out to be served."""


class Timed(Protocol):
    """A connection with deadlines, in seconds of the event loop's clock."""

    deadline: float
    unread_until: float

    def overdue(self, now: float) -> None:
        """Act on a deadline that has passed."""


class Gate:
    """Counts the connections of a process, lets newcomers in, and ends those that are overdue."""

    def __init__(self, limits: HttpLimits | None = None) -> None:
        self.limits = limits or HttpLimits()
        self.log = SparingLog(log)
        self.waiting: OrderedDict[Waiting, str] = OrderedDict()
        self.timed: set[Timed] = set()
        self.count = 0
        self.count_max = self.limits.connections_max or FILES_MAX
        self.is_node: Callable[[bytes, bytes, bytes], bool] | None = None
        """Tells by the value of a header groat-relay, method and target whether another node passes a request on."""
        self._by_address: dict[str, int] = {}
        self._trusted = _networks(self.limits.trusted_proxies)

    def fit_to_files(self) -> None:
        """Ask for as many open files as may be needed, and let in no more connections than there are files for."""
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, FILES_MAX)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            with suppress(OSError, ValueError):
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
                soft = wanted
        files = FILES_MAX if soft == resource.RLIM_INFINITY else soft
        used = sum(1 for _ in Path("/proc/self/fd").iterdir()) if Path("/proc/self/fd").is_dir() else 0
        room = max(8, files - used - min(FILES_KEPT, files // 4))
        self.count_max = min(self.limits.connections_max or room, room)

    def enter(self, address: str) -> HttpError | None:
        """Count a newcomer from this address (see ``counted_as``). Returns why it must go, None if it may stay.

        Either way it has to ``leave``.
        """
        refusal = None
        mine = self._by_address.get(address, 0)
        if mine >= self.limits.connections_per_address and not self._is_exempt(address):
            if not self._make_room(address, own_only=True):
                refusal = HttpError("too_many_connections")
                setting = "connections_per_address"
        elif self.count >= self.count_max and not self._make_room(address, own_only=False):
            refusal = HttpError("server_full")
            setting = "connections_max"
        elif len(self.waiting) >= self.limits.waiting_max:
            self._make_room(address, own_only=False)
        if refusal is not None:
            self.log.warning(
                "connection_refused",
                setting,
                setting=setting,
                address=address,
                open=self.count,
                hint=_HINTS[setting],
            )
        self.count += 1
        self._by_address[address] = mine + 1
        return refusal

    def leave(self, address: str, connection: Waiting) -> None:
        """Forget a connection from this address."""
        self.waiting.pop(connection, None)
        self.count -= 1
        self._uncount(address)

    def adopt(self, address: str) -> str:
        """Count a connection from this address as one of our own; returns the address that it has from now on."""
        self._uncount(address)
        self._by_address[OURS] = self._by_address.get(OURS, 0) + 1
        return OURS

    def _uncount(self, address: str) -> None:
        left = self._by_address[address] - 1
        if left:
            self._by_address[address] = left
        else:
            del self._by_address[address]

    @property
    def is_crowded(self) -> bool:
        """Return whether so many newcomers are being refused that none of them can be waited for."""
        return self.count > self.count_max + LINGERING_MAX

    def sweep(self, now: float) -> None:
        """End the connections that are overdue."""
        for each in [each for each in self.timed if each.deadline <= now or each.unread_until <= now]:
            each.overdue(now)

    def _make_room(self, address: str, *, own_only: bool) -> bool:
        """Let the oldest waiting connection go. Returns whether one went."""
        own_first = own_only or self._by_address.get(address, 0) >= OWN_FIRST
        while self.waiting:
            oldest = None
            if own_first:
                oldest = next((each for each, owner in self.waiting.items() if owner == address), None)
            if oldest is None:
                if own_only:
                    return False
                oldest = next(iter(self.waiting))
            del self.waiting[oldest]
            if oldest.give_way():
                self.log.warning("connection_gave_way", address=address, open=self.count)
                return True
            if self.count < self.count_max and len(self.waiting) < self.limits.waiting_max and not own_only:
                # It turned out to be served, so there is one fewer that waits.
                return True
        return False

    def _is_exempt(self, address: str) -> bool:
        """Return whether many people may come from this address: a proxy that is trusted, or one on this machine."""
        if address == OURS:
            return True
        try:
            ip = ipaddress.ip_address(address)
        except ValueError:
            return address in self._trusted
        return ip.is_loopback or any(not isinstance(net, str) and ip in net for net in self._trusted)


_HINTS = {
    "connections_per_address": f"If it is a reverse proxy, name it in {whereabouts('trusted_proxies')}.",
    "connections_max": f"Raise LimitNOFILE, or {whereabouts('connections_max')} where it is set.",
}


def _networks(proxies: tuple[str, ...]) -> list[Any]:
    found: list[Any] = []
    for each in proxies:
        try:
            found.append(ipaddress.ip_network("::/0" if each == "*" else each, strict=False))
            if each == "*":
                found.append(ipaddress.ip_network("0.0.0.0/0"))
        except ValueError:
            found.append(each)
    return found


def counted_as(address: str) -> str:
    """Return the address to count. An IPv6 address counts as its /64, which belongs to one person."""
    if ":" not in address:
        return address
    try:
        ip = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    if ip.is_loopback:
        return address
    return str(ipaddress.IPv6Address(int(ip) >> 64 << 64))
