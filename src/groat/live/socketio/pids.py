"""The things that a stock client keeps of a connection and sends when it comes back: its `pid` and its `offset`.

The pid is signed, and says whose it is: a principal's, in a namespace. The offset has the position of each of their
streams. A client can put anything into both; positions of streams that are not its own count for nothing.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import TYPE_CHECKING, Final

from groat.ledger.errors import InvalidInput
from groat.live.positions import parse_vector
from groat.live.socketio.sids import derived_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from groat.live.session import Position

_NONCE_BYTES: Final = 9
_MAC_BYTES: Final = 15
# The bytes are a multiple of three, so that no padding is needed.
_PID_LENGTH: Final = (_NONCE_BYTES + _MAC_BYTES) * 4 // 3
_OFFSET_LENGTH_MAX: Final = 8 * 1024


class Pids:
    """Makes and reads the pids of all servers that have the same `secret`."""

    def __init__(self, secret: str) -> None:
        self._key = derived_key(secret, "socketio-pid")

    def make(self, principal: str, namespace: str) -> str:
        """Return a pid that nobody had before."""
        nonce = os.urandom(_NONCE_BYTES)
        return urlsafe_b64encode(nonce + self._mac(nonce, principal, namespace)).decode()

    def is_of(self, pid: object, principal: str, namespace: str) -> bool:
        """Return whether a client's pid, which may be anything, was made for this principal and namespace."""
        if not isinstance(pid, str) or len(pid) != _PID_LENGTH or not pid.isascii():
            return False
        try:
            raw = urlsafe_b64decode(pid)
        except Error:
            return False
        nonce, mac = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        # The decoder takes other spellings of the same bytes, too.
        fits = hmac.compare_digest(mac, self._mac(nonce, principal, namespace))
        return fits and urlsafe_b64encode(raw).decode() == pid

    def _mac(self, nonce: bytes, principal: str, namespace: str) -> bytes:
        told = b"%b%b\0%b" % (nonce, principal.encode(), namespace.encode())
        return hmac.digest(self._key, told, "sha256")[:_MAC_BYTES]


def positions_of(offset: object) -> Mapping[str, Position]:
    """Return the positions in a client's offset, which may be anything; none if it cannot be read."""
    if not isinstance(offset, str) or len(offset) > _OFFSET_LENGTH_MAX:
        return {}
    try:
        return {stream: position for stream, position in parse_vector(offset).items() if position}
    except InvalidInput:
        return {}
