"""Check signed bodies as https://www.standardwebhooks.com has it: an HMAC of id, time and body with a shared secret."""

from __future__ import annotations

import binascii
import hmac
import time
from base64 import b64decode, b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING

from groat.api.problems import HttpError
from groat.settings import SECRET_BITS_MIN, SettingsError
from groat.strength import guess_bits

if TYPE_CHECKING:
    from groat.api.call import Call

AGE_S_MAX = 300.0
"""A signature may be this many seconds old, or this far in the future."""
PREFIX = "whsec_"

KEY_LENGTH_MIN = 24
"""The bytes that a key must have: Standard Webhooks asks for 24 to 64 of them."""


class StandardWebhook:
    """The signature of an operation's bodies, with the secrets in an option of a program.

    The option is a list, or a text with commas.
    A secret is base64, with or without the prefix ``whsec_``. While a sender changes it, name both: a body that either
    signs is let in. A sender may sign with both, too. The header ``webhook-id`` names the message: use it as the
    idempotency key, so that a repeated message does nothing.
    """

    def __init__(
        self, program: str, option: str = "webhook_secret", clock: Callable[[], float] = time.time
    ) -> None:
        self._program = program
        self._option = option
        self._clock = clock

    def __call__(self, call: Call, body: bytes) -> None:
        """Raise HttpError ``signature_invalid`` unless the headers sign this body now."""
        keys = self._keys(call)
        sent = [call.headers.get(b"webhook-" + name, b"") for name in (b"id", b"timestamp", b"signature")]
        id, moment, signatures = sent
        if not id or not moment.isdigit() or len(moment) > 12:
            raise HttpError("signature_invalid", "The headers webhook-id and webhook-timestamp are missing.")
        if abs(self._clock() - int(moment)) > AGE_S_MAX:
            raise HttpError("signature_invalid", "The signature is too old, or one of the clocks is wrong.")
        signed = b".".join((id, moment, body))
        wanted = [b"v1," + b64encode(hmac.digest(key, signed, "sha256")) for key in keys]
        found = [hmac.compare_digest(each, one) for each in wanted for one in signatures.split(b" ")]
        if not any(found):
            raise HttpError("signature_invalid")

    def _keys(self, call: Call) -> list[bytes]:
        given = call.settings.options.get(self._program, {}).get(self._option, "")
        secrets = given.split(",") if isinstance(given, str) else given
        keys = [key for secret in secrets if (key := read_secret(secret))]
        if not keys:
            name = f"options.{self._program}.{self._option}"
            raise HttpError("signature_invalid", f"The setting {name} has no secret in base64 to check with.")
        return keys


def sign(key: bytes, id: str, moment: int, body: bytes) -> dict[str, str]:
    """Return the headers that sign a body as Standard Webhooks has it; ``moment`` is in seconds since 1970."""
    digest = hmac.digest(key, f"{id}.{moment}.".encode() + body, "sha256")
    return {
        "webhook-id": id,
        "webhook-timestamp": str(moment),
        "webhook-signature": f"v1,{b64encode(digest).decode()}",
    }


def check_secret(setting: str, secret: str) -> None:
    """Check that nobody guesses the key in a secret; ``setting`` names where it was given.

    Raises SettingsError ``setting_invalid``, ``secret_too_short``, ``secret_weak``.
    """
    key = read_secret(secret)
    if not key:
        raise SettingsError("setting_invalid", f"{setting}: a secret is not base64", setting=setting)
    how = (
        "whoever knows it can sign; make one with: python3 -c 'import base64, secrets;"
        f' print("{PREFIX}" + base64.b64encode(secrets.token_bytes(32)).decode())\''
    )
    if len(key) < KEY_LENGTH_MIN:
        short = f"{setting}: a secret is shorter than {KEY_LENGTH_MIN} bytes in base64"
        raise SettingsError("secret_too_short", f"{short}; {how}", setting=setting)
    if guess_bits(key.decode("latin-1")) < SECRET_BITS_MIN:
        raise SettingsError("secret_weak", f"{setting}: a secret can be guessed; {how}", setting=setting)


def read_secret(secret: str) -> bytes:
    """Return the key in a secret, b"" if it is not base64."""
    try:
        return b64decode(secret.strip().removeprefix(PREFIX), validate=True)
    except (ValueError, binascii.Error):
        return b""
