"""Passwords: argon2 in a thread of its own, and a brake on guessing."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from groat.identity.errors import IdentityError, Throttled
from groat.ledger.errors import Overloaded

LENGTH_MIN, LENGTH_MAX = 8, 256
ATTEMPTS_PER_USER_MAX = 10
ATTEMPTS_PER_ADDRESS_MAX = 100
WINDOW_S = 900.0
WATCHED_MAX = 50_000
WAITING_MAX = 64

_GLOBAL, _LOCAL = ipaddress.IPv6Network("2000::/3"), ipaddress.IPv6Network("fc00::/7")


class Passwords:
    """Hashes and checks passwords without stopping the event loop; one at a time, for argon2 is costly on purpose."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="groat-argon2")
        self._decoy = ""
        self._waiting = 0

    async def hash(self, password: str) -> str:
        """Return the argon2id hash. Raises IdentityError ``weak_password``."""
        if not LENGTH_MIN <= len(password) <= LENGTH_MAX:
            raise IdentityError("weak_password")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._hasher.hash, password)

    async def matches(self, hashed: str | None, password: str) -> bool:
        """Return whether the password belongs to the hash; takes as long when there is no hash. Raises Overloaded."""
        if self._waiting >= WAITING_MAX:
            raise Overloaded()
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(
                self._thread, self._matches, hashed, password
            )
        finally:
            self._waiting -= 1

    def close(self) -> None:
        """End the thread."""
        self._thread.shutdown(wait=False)

    def _matches(self, hashed: str | None, password: str) -> bool:
        if len(password) > LENGTH_MAX:
            return False
        # An unknown user's password is compared with this, so that the answer takes as long as for a known one.
        self._decoy = self._decoy or self._hasher.hash("a password nobody has")
        try:
            return self._hasher.verify(hashed or self._decoy, password) and hashed is not None
        except (VerificationError, InvalidHashError):
            return False


class Throttle:
    """Counts failed sign-ins by user and by address. After too many within 15 minutes, further ones must wait.

    The counts are in memory, per process and bounded: the oldest are forgotten first.
    """

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def attempt(self, user: str, address: str) -> None:
        """Count an attempt before it is tried, so that parallel guesses count too. Raises Throttled.

        An empty ``address`` is not counted, for nobody knows whose it is; the user is.
        """
        now = time.monotonic()
        for name, most in _watched(user, address):
            count, until = self._attempts.get(name, (0, 0.0))
            if count >= most and until > now:
                raise Throttled(int(until - now) + 1)
        for name, _ in _watched(user, address):
            count, until = self._attempts.pop(name, (0, 0.0))
            self._attempts[name] = (count + 1, until) if until > now else (1, now + WINDOW_S)
            if len(self._attempts) > WATCHED_MAX:
                self._attempts.popitem(last=False)

    def succeeded(self, user: str, address: str) -> None:
        """Forget the user's failures. The address gets back only this attempt, for it may be guessing at others."""
        self._attempts.pop(f"user {user}", None)
        for name, _ in _watched(user, address)[1:]:
            count, until = self._attempts.get(name, (0, 0.0))
            if count > 0:
                self._attempts[name] = (count - 1, until)


def _watched(user: str, address: str) -> tuple[tuple[str, int], ...]:
    by_user = (f"user {user}", ATTEMPTS_PER_USER_MAX)
    return (by_user, (f"address {network(address)}", ATTEMPTS_PER_ADDRESS_MAX)) if address else (by_user,)


def network(address: str) -> str:
    """Return the addresses that one caller can choose from: the /64 of an IPv6 address (RFC 6177), an IPv4 address."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    shared = parsed in _GLOBAL or parsed in _LOCAL or parsed.is_link_local
    return str(ipaddress.ip_network((parsed, 64), strict=False)) if shared else str(parsed)
