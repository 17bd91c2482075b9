"""Session ids of Engine.IO that name the node and the worker of their session, signed.

Long-polling sends each request to whichever worker gets it. The id tells that worker whose session it is, without any
table that all share. Nobody else can make one, so a request is passed on only for an id that a node once gave.
"""

from __future__ import annotations

import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from typing import Final, NamedTuple

NAME_BYTES: Final = 8
"""Nodes and workers have random names of this many bytes, shown as hexadecimal digits."""
_RANDOM_BYTES: Final = 16
_MAC_BYTES: Final = 16
_SIGNED_BYTES: Final = 2 * NAME_BYTES + _RANDOM_BYTES
# The bytes are a multiple of three, so that no padding is needed.
SID_LENGTH: Final = (_SIGNED_BYTES + _MAC_BYTES) * 4 // 3


class Owner(NamedTuple):
    """The worker that keeps a session: names as `new_name` makes them. A worker gets a new name at each start."""

    node: str
    worker: str


def new_name() -> str:
    """Return a random name for a node or a worker."""
    return os.urandom(NAME_BYTES).hex()


def derived_key(secret: str, purpose: str) -> bytes:
    """Return the key of 32 bytes for one purpose, from the setting `secret`. An empty one gives a random key.

    A key that leaks from one purpose tells nothing about the secret, nor about the other keys.
    """
    root = secret.encode() or os.urandom(32)
    return hmac.digest(root, b"groat/" + purpose.encode(), "sha256")


class Sids:
    """Makes session ids for one worker, and reads those of all workers that have the same `secret`."""

    def __init__(self, secret: str, here: Owner) -> None:
        self.here = here
        self._key = derived_key(secret, "socketio-sid")
        self._names = bytes.fromhex(here.node + here.worker)

    def make(self) -> str:
        """Return a new session id of this worker, 64 characters that are safe in a URL."""
        signed = self._names + os.urandom(_RANDOM_BYTES)
        return urlsafe_b64encode(signed + self._mac(signed)).decode()

    def owner(self, sid: str) -> Owner | None:
        """Return the worker that made a session id, None for one that none of the cluster's workers has made."""
        if len(sid) != SID_LENGTH or not sid.isascii():
            return None
        try:
            raw = urlsafe_b64decode(sid)
        except Error:
            return None
        signed, mac = raw[:_SIGNED_BYTES], raw[_SIGNED_BYTES:]
        # The decoder takes other spellings of the same bytes, too.
        if not hmac.compare_digest(mac, self._mac(signed)) or urlsafe_b64encode(raw).decode() != sid:
            return None
        return Owner(signed[:NAME_BYTES].hex(), signed[NAME_BYTES : 2 * NAME_BYTES].hex())

    def _mac(self, signed: bytes) -> bytes:
        return hmac.digest(self._key, signed, "sha256")[:_MAC_BYTES]
