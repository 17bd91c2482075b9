"""Tokens and key sets that nobody would make: each is read, or refused by a code, and nothing else happens."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from contextlib import suppress
from pathlib import Path

import pytest

from groat.identity import Identity, IdentityError
from groat.identity.tokens import Tokens
from groat.settings import Settings
from tests.fuzz.harness import fuzz
from tests.helpers.secrets import SECRET

WORDS = (
    b'"alg"', b'"HS256"', b'"none"', b'"kid"', b'"typ"', b'"crit"', b'"sub"', b'"exp"', b'"iat"', b'"nbf"', b'"roles"',
    b'"token_type"', b'"access"', b"NaN", b"Infinity", b"true", b"null", b"1e999", b"[" * 500, b"4102444800",
)  # fmt: skip
KEY_WORDS = (
    b'"kty"', b'"RSA"', b'"EC"', b'"OKP"', b'"crv"', b'"P-256"', b'"Ed25519"', b'"n"', b'"e"', b'"x"', b'"y"', b'"d"',
    b'"key_ops"', b'"use"', b'"alg"', b"AQAB", b"null", b"[" * 500,
)  # fmt: skip


def _part(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def _signed(content: bytes) -> str:
    """A token of a header and claims, a line each, with a good signature; what has one line is a token as it is."""
    header, line, claims = content.partition(b"\n")
    if not line:
        return content.decode("latin-1")
    text = _part(header) + b"." + _part(claims)
    return (text + b"." + _part(hmac.digest(SECRET.encode(), text, hashlib.sha256))).decode()


@pytest.mark.soak
def test_tokens() -> None:
    tokens = Tokens(Settings(jwt_secret=SECRET))
    with asyncio.Runner() as runner:

        def attempt(content: bytes) -> None:
            with suppress(IdentityError):
                identity = runner.run(tokens.read(_signed(content)))
                assert isinstance(identity, Identity)
                assert identity.principal == f"user:{identity.user}"

        fuzz("token", attempt, words=WORDS)


@pytest.mark.soak
def test_key_sets(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    header, claims = _part(b'{"alg":"EdDSA","kid":"b"}'), _part(b'{"sub":"42","exp":4102444800}')
    token = (header + b"." + claims + b"." + _part(b"\0" * 64)).decode()
    with asyncio.Runner() as runner:

        def attempt(content: bytes) -> None:
            path.write_bytes(content)
            with pytest.raises(IdentityError):
                runner.run(Tokens(Settings(secret=SECRET, jwt_jwks=str(path))).read(token))

        fuzz("jwks", attempt, cases=500, words=KEY_WORDS)
