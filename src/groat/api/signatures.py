"""Check signed bodies as https://www.standardwebhooks.com has it: an HMAC of id, time and body with a shared secret."""

from __future__ import annotations

import binascii
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING

from groat.api.problems import HttpError

if TYPE_CHECKING:
    from groat.api.call import Call

AGE_S_MAX = 300.0
"""A signature may be this many seconds old, or this far in the future."""
PREFIX = "whsec_"


class StandardWebhook:
    """The signature of an operation's bodies, with the secret in an option of a program.

    The secret is base64, with or without the prefix ``whsec_``. A sender that changes it may sign with both. The
    header ``webhook-id`` names the message: use it as the idempotency key, so that a repeated message does nothing.
    """

    def __init__(
        self, program: str, option: str = "webhook_secret", clock: Callable[[], float] = time.time
    ) -> None:
        self._program = program
        self._option = option
        self._clock = clock

    def __call__(self, call: Call, body: bytes) -> None:
        """Raise HttpError ``signature_invalid`` unless the headers sign this body now."""
        key = self._key(call)
        sent = [call.headers.get(b"webhook-" + name, b"") for name in (b"id", b"timestamp", b"signature")]
        id, moment, signatures = sent
        if not id or not moment.isdigit() or len(moment) > 12:
            raise HttpError("signature_invalid", "The headers webhook-id and webhook-timestamp are missing.")
        if abs(self._clock() - int(moment)) > AGE_S_MAX:
            raise HttpError("signature_invalid", "The signature is too old, or one of the clocks is wrong.")
        wanted = b"v1," + b64encode(hmac.digest(key, b".".join((id, moment, body)), "sha256"))
        if not any(hmac.compare_digest(wanted, signature) for signature in signatures.split(b" ")):
            raise HttpError("signature_invalid")

    def _key(self, call: Call) -> bytes:
        secret = call.settings.options.get(self._program, {}).get(self._option, "")
        try:
            key = b64decode(secret.removeprefix(PREFIX), validate=True)
        except (ValueError, binascii.Error):
            key = b""
        if not key:
            name = f"options.{self._program}.{self._option}"
            raise HttpError("signature_invalid", f"The setting {name} has no secret in base64 to check with.")
        return key
