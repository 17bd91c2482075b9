"""The header by which a node proves to another one that it passes a request on, and says who asked first.

It is signed with a key of the cluster, over the time, the request and what the first node saw of its client. So nobody
outside can pretend to be another client, and a header that somebody overheard fits its own request only, for a while.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256
from typing import Final

import msgspec

from groat.live.socketio.sids import derived_key

HEADER: Final = b"groat-relay"
FRESH_S: Final = 30.0
_MAC_BYTES: Final = 32
_LENGTH_MAX: Final = 2_048


class Seal(msgspec.Struct, frozen=True, array_like=True):
    """A request as the first node saw it: its client's address ("" if unknown), its scheme, and its body.

    `at` is when it was passed on, in seconds since 1970; `digest` is the SHA-256 of the body. A `final` request is not
    passed on again.
    """

    at: float
    client: str
    scheme: str
    digest: str
    final: bool


class Seals:
    """Makes and reads the header, with a key from the setting `secret`."""

    def __init__(self, secret: str) -> None:
        self._key = derived_key(secret, "socketio-relay")

    def close(self, seal: Seal, method: bytes, target: bytes) -> bytes:
        """Return the header's value for a request."""
        said = msgspec.json.encode(seal)
        return urlsafe_b64encode(self._mac(said, method, target) + said)

    def open(self, value: bytes, method: bytes, target: bytes) -> Seal | None:
        """Return what a header says, None unless a node of the cluster made it for a request like this.

        Whether it is fresh and fits the body is left to the caller.
        """
        if len(value) > _LENGTH_MAX:
            return None
        try:
            raw = urlsafe_b64decode(value)
            said = raw[_MAC_BYTES:]
            if not hmac.compare_digest(raw[:_MAC_BYTES], self._mac(said, method, target)):
                return None
            return msgspec.json.decode(said, type=Seal)
        except (Error, msgspec.MsgspecError):
            return None

    def _mac(self, said: bytes, method: bytes, target: bytes) -> bytes:
        # Digests of one length keep the parts apart, whatever they are.
        parts = (said, method, target)
        return hmac.digest(self._key, b"".join(sha256(part).digest() for part in parts), "sha256")


def digest_of(body: bytes) -> str:
    """Return the digest of a body, as a seal has it."""
    return sha256(body).hexdigest()
