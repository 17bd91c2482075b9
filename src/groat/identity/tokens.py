"""JSON Web Tokens: which keys are trusted, and what a token says about its bearer.

Each key serves one algorithm family only: the shared secret HMAC, a public key of the JWKS the algorithm of its own
kind. So a public key can never pass as an HMAC secret, and ``alg: none`` finds no key at all (RFC 8725 §3.1, §3.2).
"""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jwt

from groat.identity.errors import IdentityError, Unauthorized
from groat.identity.model import ROLES_MAX, Identity, check_roles, check_user

if TYPE_CHECKING:
    from groat.settings import Settings

HMAC = frozenset({"HS256", "HS384", "HS512"})
PUBLIC = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
TOKEN_LENGTH_MAX = 8_192
JWKS_BYTES_MAX = 1_048_576
JWKS_REFRESH_S = 30.0
JWKS_RETRY_S = 5.0
JWKS_TIMEOUT_S = 5.0


class Tokens:
    """Reads and writes tokens by the settings' keys, issuer, audience and claim names.

    With ``jwt_jwks`` alone, tokens that groat itself issues (login, ``groat token``) are signed with the server's
    own ``secret``; nobody else can make these.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._secret = settings.jwt_secret or (settings.secret if settings.jwt_jwks else "")
        self._hmac = settings.jwt_algorithm if settings.jwt_algorithm in HMAC else "HS256"
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._keys_read_at = self._keys_failed_at = float("-inf")
        self._reading = asyncio.Lock()

    async def read(self, token: str) -> Identity:
        """Who bears the token. Raises Unauthorized ``token_*``, or IdentityError ``keys_unavailable``."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise Unauthorized("token_invalid")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError) as error:
            raise Unauthorized("token_invalid") from error
        algorithm = str(header.get("alg"))
        key: Any
        if algorithm == self._hmac and self._secret:
            key = self._secret
        elif self._settings.jwt_jwks and algorithm in PUBLIC.values():
            key = await self._public_key(header.get("kid"), algorithm)
        else:
            raise Unauthorized("token_invalid")
        return self._identity(self._verify(token, key, algorithm))

    def issue(self, user: str, roles: tuple[str, ...], ttl_s: int, issued_at: int) -> str:
        """A token for a person, valid ``ttl_s`` seconds from ``issued_at`` (seconds since 1970).

        Raises IdentityError ``invalid_user`` or ``invalid_role``.
        """
        settings = self._settings
        claims: dict[str, Any] = {
            settings.jwt_user_claims[0]: check_user(user),
            settings.jwt_roles_claim: list(check_roles(roles)),
            "iat": issued_at,
            "exp": issued_at + ttl_s,
        }
        if settings.jwt_issuer:
            claims["iss"] = settings.jwt_issuer
        if settings.jwt_audience:
            claims["aud"] = settings.jwt_audience
        return jwt.encode(claims, self._secret, algorithm=self._hmac)

    def _verify(self, token: str, key: Any, algorithm: str) -> Mapping[str, Any]:
        settings = self._settings
        try:
            return jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                issuer=settings.jwt_issuer or None,
                audience=settings.jwt_audience or None,
                options={
                    "require": ["exp"],
                    "verify_aud": bool(settings.jwt_audience),
                    "verify_sub": False,  # Apps put numbers there; _identity checks the value that counts.
                    "verify_iat": False,  # Only revocation uses it, and a late clock elsewhere must not lock out.
                },
            )
        except jwt.ExpiredSignatureError as error:
            raise Unauthorized("token_expired") from error
        except jwt.ImmatureSignatureError as error:
            raise Unauthorized("token_not_yet_valid") from error
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
            raise Unauthorized("token_invalid") from error

    def _identity(self, claims: Mapping[str, Any]) -> Identity:
        values = [claims[name] for name in self._settings.jwt_user_claims if name in claims]
        value = values[0] if values else None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise Unauthorized("token_invalid", "The token names no user.")
        roles = claims.get(self._settings.jwt_roles_claim) or ()
        if isinstance(roles, str):
            roles = roles.replace(",", " ").split()
        try:
            if not isinstance(roles, list | tuple) or len(roles) > ROLES_MAX:
                raise IdentityError("invalid_role")
            user = check_user(str(value))
            names = check_roles(tuple(str(role) for role in roles))
            issued_at = int(claims["iat"]) if "iat" in claims else None
            expires_at = int(claims["exp"])
        except (IdentityError, ValueError, TypeError, OverflowError) as error:
            raise Unauthorized("token_invalid") from error
        return Identity(f"user:{user}", user, frozenset(names), expires_at, issued_at)

    async def _public_key(self, kid: Any, algorithm: str) -> jwt.PyJWK:
        kid = kid if isinstance(kid, str) else None
        if self._find(kid, algorithm) is None:
            async with self._reading:
                # An unknown kid may be a rotated key; re-reading is bounded so that noise cannot cause load.
                stale = self._keys_read_at + JWKS_REFRESH_S < time.monotonic()
                if stale and self._find(kid, algorithm) is None:
                    await self._read_keys()
        key = self._find(kid, algorithm)
        if key is None:
            raise Unauthorized("token_invalid", "The token is signed with a key this server does not know.")
        return key

    async def _read_keys(self) -> None:
        # While the issuer is away, callers must not queue up for one time-out after the other.
        if self._keys_failed_at + JWKS_RETRY_S > time.monotonic():
            raise IdentityError("keys_unavailable")
        try:
            self._keys = await asyncio.to_thread(_read_jwks, self._settings.jwt_jwks)
        except IdentityError:
            self._keys_failed_at = time.monotonic()
            raise
        self._keys_read_at = time.monotonic()

    def _find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        key = self._keys.get(kid)
        if key is None and kid is None and len(self._keys) == 1:
            key = next(iter(self._keys.values()))
        return key if key is not None and key.algorithm_name == algorithm else None


def _read_jwks(source: str) -> dict[str | None, jwt.PyJWK]:
    """The usable public keys of a JWKS file or http(s) address, by kid; raises IdentityError ``keys_unavailable``."""
    try:
        if source.startswith(("https://", "http://")):
            with urllib.request.urlopen(source, timeout=JWKS_TIMEOUT_S) as answer:  # noqa: S310  (http(s) only, above)
                content = answer.read(JWKS_BYTES_MAX)
        else:
            content = Path(source).read_bytes()
        entries = json.loads(content)["keys"]
        keys = {}
        for entry in entries:
            kind = entry.get("kty")
            if (
                kind in PUBLIC
                and entry.get("use", "sig") == "sig"
                and entry.get("alg", PUBLIC[kind]) == PUBLIC[kind]
            ):
                keys[entry.get("kid")] = jwt.PyJWK(entry, algorithm=PUBLIC[kind])
    except (OSError, ValueError, TypeError, KeyError, AttributeError, jwt.PyJWTError) as error:
        raise IdentityError("keys_unavailable") from error
    else:
        return keys
