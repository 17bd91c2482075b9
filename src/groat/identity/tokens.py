"""JSON Web Tokens: which keys are trusted, and what a token says about its bearer.

Each key serves one algorithm family only: the shared secret serves HMAC, a public key of the JWKS the algorithm of
its own kind. So a public key can never pass as an HMAC secret, and ``alg: none`` finds no key at all (RFC 8725 §3.1,
§3.2).
"""

from __future__ import annotations

import asyncio
import json
import re
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import jwt
import structlog
from jwt.algorithms import HMACAlgorithm
from jwt.utils import base64url_decode, base64url_encode, force_bytes

from groat.identity.errors import IdentityError, Unauthorized
from groat.identity.model import ROLES_MAX, Identity, check_roles, check_user
from groat.settings import SettingsError, whereabouts
from groat.sparing import SparingLog

if TYPE_CHECKING:
    from groat.settings import Settings, TrustedIssuer

HMAC = frozenset({"HS256", "HS384", "HS512"})
PUBLIC = {"RSA": "RS256", "EC": "ES256", "OKP": "EdDSA"}
CURVES = {"EC": frozenset({"P-256"}), "OKP": frozenset({"Ed25519", "Ed448"})}
"""The curves of ES256 (RFC 7518 §3.4) and EdDSA (RFC 8037 §3.1)."""
RSA_BITS_MIN = 2_048
"""RFC 7518 §3.3."""
TOKEN_LENGTH_MAX = 8_192
SKEW_S = 60
"""The issuer's clock may be this many seconds ahead of ours."""
MOMENT_MAX = 253_402_300_799
"""The last second of the year 9999. A token whose times lie beyond counts in milliseconds, or lies."""
SESSION_CLAIM = "groat_session"
"""Names the session of the built-in login with which a token ends. Other issuers use ``sid`` for their sessions."""
_SESSION = re.compile(r"[0-9a-f]{64}", re.ASCII)
JWKS_BYTES_MAX = 1_048_576
JWKS_REFRESH_S = 30.0
"""The least time between two reads of the keys that unknown key ids cause."""
JWKS_AGE_S = 300.0
"""The keys are read again after this time, so that a withdrawn one ends within it."""
JWKS_AGE_S_MAX = 3_600.0
"""While the issuer cannot be reached, the last keys count for this long."""
JWKS_RETRY_S = 5.0
JWKS_TIMEOUT_S = 5.0

log = structlog.get_logger("groat.identity")
_refusals = SparingLog(log)

TYPE_CLAIMS = ("token_type", "typ", "token_use")
"""Claims by which issuers tell what a token is for: SimpleJWT, Keycloak, Cognito."""
ACCESS_TYPES = frozenset({"access", "access_token", "bearer", "jwt", "at+jwt"})
OTHER_TYPES = frozenset(
    {"refresh", "refresh_token", "id", "id_token", "offline", "logout", "sliding", "reset"}
)
"""Words that make ``type``, a claim which apps also use for other things, that of no access token."""


class Tokens:
    """Reads and writes tokens by the settings' keys, issuer, audience and claim names.

    With ``jwt_jwks`` alone, tokens that groat itself issues (login, ``groat token``) are signed with the server's
    own ``secret``; nobody else can make these. Those of ``jwt_user_claims`` that are among ``first_claims`` are read
    before the others. Raises SettingsError ``setting_invalid`` for a key of ``issuers`` that
    cannot be used.
    """

    withdrawn = 0
    """Counts withdrawn keys: tokens that were checked before a withdrawal must be checked again."""

    def __init__(self, settings: Settings, first_claims: Sequence[str] = ()) -> None:
        self._settings = settings
        self._user_claims = sorted(settings.jwt_user_claims, key=lambda claim: claim not in first_claims)
        self._secret = settings.jwt_secret or (settings.secret if settings.jwt_jwks else "")
        self._hmac = settings.jwt_algorithm if settings.jwt_algorithm in HMAC else "HS256"
        self._shared_key = _shared_key(self._secret, self._hmac)
        self._issuers = [(issuer, _prepared(issuer)) for issuer in settings.issuers]
        self._keys: list[TrustedKey] = []
        self._keys_read_at = self._keys_failed_at = float("-inf")
        self._reading = asyncio.Lock()

    async def read(self, token: str) -> Identity:
        """Identify the bearer of a token. Raises Unauthorized ``token_*``, or IdentityError ``keys_unavailable``."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise Unauthorized("token_invalid")
        try:
            header = _unverified_header(token)
        except (ValueError, RecursionError) as error:
            raise Unauthorized("token_invalid") from error
        algorithm = str(header.get("alg"))
        # The standard registers media types here (RFC 7519 §5.1), whose prefix may be left out.
        if not _is_access(header.get("typ", "jwt"), prefix="application/"):
            raise Unauthorized("token_type_refused")
        for issuer, issuers_key in self._issuers:
            if issuer.algorithm == algorithm:
                with suppress(_OtherKey):
                    return _bearer(token, issuer, issuers_key)
        key: Any
        if algorithm == self._hmac and self._secret:
            key = self._shared_key
        elif self._settings.jwt_jwks and algorithm in PUBLIC.values():
            key = await self._public_key(header.get("kid"), algorithm)
        else:
            _tell("jwt_algorithm", f"The token is signed by {algorithm[:16]}, which is not configured.")
            raise Unauthorized("token_invalid")
        settings = self._settings
        try:
            claims = _verify(token, key, algorithm, settings.jwt_issuer, settings.jwt_audience)
        except _OtherKey:
            _tell(
                "jwt_secret" if algorithm == self._hmac else "jwt_jwks",
                "The token's signature is not by the key that is configured. Whoever signs it uses another one.",
            )
            raise
        return _identity(claims, self._user_claims, settings.jwt_roles_claim)

    def issue(
        self, user: str, roles: tuple[str, ...], ttl_s: int, issued_at: int, session: str | None = None
    ) -> str:
        """Return a token for a person, valid ``ttl_s`` seconds from ``issued_at`` (seconds since 1970).

        One that names a ``session`` is refused as soon as that session ends. Raises IdentityError ``invalid_user`` or
        ``invalid_role``.
        """
        settings = self._settings
        claims: dict[str, Any] = {
            settings.jwt_user_claims[0]: check_user(user),
            settings.jwt_roles_claim: list(check_roles(roles)),
            "iat": issued_at,
            "exp": issued_at + ttl_s,
        }
        if session is not None:
            claims[SESSION_CLAIM] = session
        if settings.jwt_issuer:
            claims["iss"] = settings.jwt_issuer
        if settings.jwt_audience:
            claims["aud"] = settings.jwt_audience
        return jwt.encode(claims, self._secret, algorithm=self._hmac)

    async def refresh(self) -> None:
        """Read the keys anew when they are older than ``JWKS_AGE_S``; until ``JWKS_AGE_S_MAX`` the last ones count.

        Raises IdentityError ``keys_unavailable`` when they are older than that and the issuer does not answer.
        """
        if not self._settings.jwt_jwks or not self._keys_older_than(JWKS_AGE_S):
            return
        async with self._reading:
            if self._keys_older_than(JWKS_AGE_S):
                try:
                    await self._read_keys()
                except IdentityError:
                    if self._keys_older_than(JWKS_AGE_S_MAX):
                        self._trust([])
                        raise

    async def _public_key(self, kid: Any, algorithm: str) -> Any:
        kid = kid if isinstance(kid, str) else None
        await self.refresh()
        if self._find(kid, algorithm) is None:
            async with self._reading:
                # An unknown kid may be a rotated key. Reads are bounded, so that random kids cannot cause load.
                if self._keys_older_than(JWKS_REFRESH_S) and self._find(kid, algorithm) is None:
                    await self._read_keys()
        key = self._find(kid, algorithm)
        if key is None:
            _tell("jwt_jwks", "The token is signed with a key that the JWKS does not have.")
            raise Unauthorized("token_invalid", "The token is signed with a key this server does not know.")
        return key.key

    def _keys_older_than(self, seconds: float) -> bool:
        return self._keys_read_at + seconds < time.monotonic()

    async def _read_keys(self) -> None:
        # While the issuer is away, callers must not queue up for one time-out after the other.
        if self._keys_failed_at + JWKS_RETRY_S > time.monotonic():
            raise IdentityError("keys_unavailable")
        try:
            keys = await asyncio.to_thread(_read_jwks, self._settings.jwt_jwks)
        except IdentityError:
            self._keys_failed_at = time.monotonic()
            raise
        self._trust(keys)
        self._keys_read_at = time.monotonic()

    def _trust(self, keys: list[TrustedKey]) -> None:
        if not {key.text for key in self._keys} <= {key.text for key in keys}:
            self.withdrawn += 1
        self._keys = keys

    def _find(self, kid: str | None, algorithm: str) -> TrustedKey | None:
        # A token without a kid can only mean a sole key. Keys of different kinds may share a kid (RFC 7517 §4.5).
        meant = (
            self._keys if kid is None and len(self._keys) == 1 else [k for k in self._keys if k.kid == kid]
        )
        return next((key for key in meant if key.algorithm == algorithm), None)


class TrustedKey(NamedTuple):
    """A public key of the JWKS: its ``kid``, the one algorithm that it serves, itself, and its entry as text."""

    kid: str | None
    algorithm: str
    key: Any
    text: str


class _CheckedSecret(HMACAlgorithm):
    """HMAC with a secret of which it was found once that it is no public key: PyJWT looks again at each token."""

    def prepare_key(self, key: str | bytes) -> bytes:
        """Return the key."""
        return force_bytes(key)


def _shared_key(secret: str, algorithm: str) -> Any:
    """Return the key that verifies by a secret. One that PyJWT does not take is left as it is, and verifies nothing."""
    try:
        prepared = jwt.get_algorithm_by_name(algorithm).prepare_key(secret)
    except jwt.InvalidKeyError:
        return secret
    key = jwt.PyJWK({"kty": "oct", "k": base64url_encode(prepared).decode()}, algorithm)
    assert isinstance(key.Algorithm, HMACAlgorithm)
    key.Algorithm = _CheckedSecret(key.Algorithm.hash_alg)
    return key


def _unverified_header(token: str) -> dict[str, Any]:
    """Return the header, to choose a key by it. Raises ValueError and RecursionError.

    It is not strict: ``jwt.decode`` reads the whole token again, and refuses whatever is wrong with it.
    """
    header = json.loads(base64url_decode(token.partition(".")[0]))
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    return header


def _prepared(issuer: TrustedIssuer) -> Any:
    """Return the key of an issuer as its algorithm takes it. Raises SettingsError ``setting_invalid``."""
    try:
        return jwt.get_algorithm_by_name(issuer.algorithm).prepare_key(issuer.key)
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise SettingsError(
            "setting_invalid",
            f"issuers: {issuer.algorithm} cannot use the key of one: {type(error).__name__}",
            setting="issuers",
        ) from None


def _bearer(token: str, issuer: TrustedIssuer, key: Any) -> Identity:
    """Identify the bearer of a token by one of the setting ``issuers``. Raises Unauthorized, _OtherKey."""
    claims = _verify(token, key, issuer.algorithm, issuer.issuer, list(issuer.audience), issuer.leeway_s)
    if issuer.type_claim and not _is_access(claims.get(issuer.type_claim)):
        raise Unauthorized("token_type_refused")
    return _identity(claims, (issuer.user_claim,), issuer.roles_claim)


class _OtherKey(Unauthorized):
    """The signature is by another key than the one it was checked with."""


def _verify(
    token: str, key: Any, algorithm: str, issuer: str, audience: str | list[str], leeway_s: float = 0
) -> Mapping[str, Any]:
    """Return the claims of a token that this key signed. Raises Unauthorized ``token_*``, _OtherKey."""
    try:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            issuer=issuer or None,
            audience=audience or None,
            leeway=leeway_s,
            options={
                "require": ["exp"],
                "verify_aud": bool(audience),
                "verify_sub": False,  # Apps put numbers there; _identity checks the value that counts.
                "verify_iat": False,  # _identity does, and allows for clocks that differ.
            },
        )
    except jwt.ExpiredSignatureError as error:
        raise Unauthorized("token_expired") from error
    except jwt.ImmatureSignatureError as error:
        raise Unauthorized("token_not_yet_valid") from error
    except jwt.InvalidSignatureError as error:
        raise _OtherKey("token_invalid") from error
    except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        if isinstance(error, jwt.InvalidIssuerError):
            _tell("jwt_issuer", "The token's iss is not the configured one.")
        elif isinstance(error, jwt.InvalidAudienceError):
            _tell("jwt_audience", "The token's aud is not the configured one.")
        raise Unauthorized("token_invalid") from error


def _identity(claims: Mapping[str, Any], user_claims: Sequence[str], roles_claim: str) -> Identity:
    """Return who bears a token with these claims. Raises Unauthorized ``token_*``."""
    if not all(_is_access(claims[name]) for name in TYPE_CLAIMS if name in claims):
        raise Unauthorized("token_type_refused")
    if str(claims.get("type")).lower() in OTHER_TYPES:
        raise Unauthorized("token_type_refused")
    values = [claims[name] for name in user_claims if name in claims]
    value = values[0] if values else None
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise Unauthorized("token_invalid", "The token names no user.")
    roles = claims.get(roles_claim) or ()
    if isinstance(roles, str):
        roles = roles.replace(",", " ").split()
    try:
        if not isinstance(roles, list | tuple) or len(roles) > ROLES_MAX:
            raise IdentityError("invalid_role")
        user = check_user(str(value))
        names = check_roles(tuple(str(role) for role in roles))
    except IdentityError as error:
        raise Unauthorized("token_invalid") from error
    issued_at = _moment(claims, "iat") if "iat" in claims else None
    expires_at = _moment(claims, "exp")
    if issued_at is not None and issued_at > time.time() + SKEW_S:
        # Such a token would outlive the sign-out of its bearer.
        raise Unauthorized("token_not_yet_valid")
    session = claims.get(SESSION_CLAIM)
    if session is not None and not (isinstance(session, str) and _SESSION.fullmatch(session)):
        raise Unauthorized("token_invalid")
    return Identity(f"user:{user}", user, frozenset(names), expires_at, issued_at, session)


def _is_access(value: Any, prefix: str = "") -> bool:
    """Return whether a type says that the token is an access token."""
    return isinstance(value, str) and value.lower().removeprefix(prefix) in ACCESS_TYPES


def _tell(setting: str, hint: str) -> None:
    """Log, at a bounded rate, that a setting refused a token: a front end shows no more than a 401."""
    where = f"{whereabouts(setting)}, in Django also SIMPLE_JWT and SECRET_KEY"
    _refusals.warning("token_refused", setting, setting=setting, hint=f"{hint} See {where}.")


def _moment(claims: Mapping[str, Any], name: str) -> int:
    """Return the seconds since 1970 of a claim. Raises Unauthorized ``token_invalid``."""
    value = claims[name]
    # Compare before converting to an int: infinity and NaN have none.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOMENT_MAX:
        raise Unauthorized("token_invalid", f"{name} must be seconds since 1970, as a number.")
    return int(value)


def _read_jwks(source: str) -> list[TrustedKey]:
    """Read the usable public keys of a JWKS file or http(s) address. Raises IdentityError ``keys_unavailable``.

    Entries that cannot be used are left out, as RFC 7517 §5 says: one odd key locks nobody out.
    """
    try:
        if source.startswith(("https://", "http://")):
            with urllib.request.urlopen(source, timeout=JWKS_TIMEOUT_S) as answer:  # noqa: S310  (http(s) only, above)
                content = answer.read(JWKS_BYTES_MAX)
        else:
            with Path(source).open("rb") as file:
                content = file.read(JWKS_BYTES_MAX)
        entries = json.loads(content)["keys"]
        if not isinstance(entries, list):
            raise IdentityError("keys_unavailable")
    except (OSError, ValueError, TypeError, KeyError, RecursionError, HTTPException) as error:
        raise IdentityError("keys_unavailable") from error
    keys, broken = [], 0
    for entry in entries:
        try:
            key = _trusted(entry)
        except Exception:  # noqa: BLE001  (whatever is wrong in one entry, the others count)
            broken += 1
        else:
            keys += [] if key is None else [key]
    if len(keys) < len(entries):
        log.warning("jwks_entries_left_out", count=len(entries) - len(keys), broken=broken)
    if broken and not keys:
        raise IdentityError("keys_unavailable")
    return keys


def _trusted(entry: dict[str, Any]) -> TrustedKey | None:
    """Return a key of a JWKS that may verify tokens, None for any other. A broken entry may raise anything."""
    kind, kid = entry["kty"], entry.get("kid")
    algorithm = PUBLIC.get(kind)
    if (
        algorithm is None
        or entry.get("use", "sig") != "sig"
        or "verify" not in entry.get("key_ops", ["verify"])
        or entry.get("alg", algorithm) != algorithm
        or entry.get("crv") not in CURVES.get(kind, {None})
        # A private key that was published is no secret any more.
        or "d" in entry
    ):
        return None
    key = jwt.PyJWK(entry, algorithm=algorithm).key
    if kind == "RSA" and key.key_size < RSA_BITS_MIN:
        return None
    return TrustedKey(
        kid if isinstance(kid, str) else None, algorithm, key, json.dumps(entry, sort_keys=True)
    )
