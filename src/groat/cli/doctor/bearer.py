"""Checks of a token: by the settings here, which say why it is refused, and by the server."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple, Self

import jwt

from groat.cli.doctor.client import DoctorClient
from groat.cli.doctor.findings import Diagnosis
from groat.cli.doctor.installation import wall
from groat.identity.errors import IdentityError
from groat.identity.identities import KEY_PREFIX
from groat.identity.model import Identity, check_roles, is_user
from groat.identity.tokens import HMAC, MOMENT_MAX, PUBLIC, SKEW_S, Tokens
from groat.settings import Settings

_OF_SERVER = {
    "token_revoked": "token_revoked",
    "token_expired": "token_expired",
    "token_not_yet_valid": "token_not_yet_valid",
    "token_type_refused": "token_not_access",
}
"""Codes by those with which a server refuses a token."""
_ALGORITHMS = [
    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"
]  # fmt: skip
_SIGNATURE_ONLY: Any = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


class _Expected(NamedTuple):
    """The claims that a token must have by the settings, or by the one of ``issuers`` that signed it."""

    issuer: str
    audience: tuple[str, ...]
    user_claims: tuple[str, ...]
    roles_claim: str
    whose: str = ""

    @classmethod
    def of(cls, settings: Settings, token: str, algorithm: str) -> Self:
        """Find out who signed the token, and return what is expected of theirs."""
        for each in settings.issuers:
            if each.algorithm == algorithm and _is_signed_by(token, each.key):
                return cls(
                    each.issuer,
                    each.audience,
                    (each.user_claim,),
                    each.roles_claim,
                    " of its entry of issuers",
                )
        audience = (settings.jwt_audience,) if settings.jwt_audience else ()
        return cls(settings.jwt_issuer, audience, settings.jwt_user_claims, settings.jwt_roles_claim)


def _is_signed_by(token: str, key: str | bytes) -> bool:
    try:
        jwt.decode(token, key, algorithms=_ALGORITHMS, options=_SIGNATURE_ONLY)
    except (jwt.PyJWTError, ValueError, TypeError):
        return False
    return True


async def check_token(
    diagnosis: Diagnosis, token: str, settings: Settings | None, first: Sequence[str] = ()
) -> Identity | None:
    """Check a token by the settings, or, where they are not known, as far as it tells itself. Returns its bearer.

    The claims ``first`` name a person before others.
    """
    diagnosis.begin("token")
    if token.startswith(KEY_PREFIX):
        diagnosis.find("token_is_api_key")
        return None
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, TypeError, RecursionError) as error:
        diagnosis.find("token_malformed", f"--token is no JSON Web Token: {error}.")
        return None
    if settings is None:
        _check_times(diagnosis, claims)
        return None
    try:
        identity = await Tokens(settings, first).read(token)
    except IdentityError as error:
        _explain(diagnosis, settings, error, token, header, claims)
        return None
    diagnosis.right(f"it is {identity.principal}'s, by the settings here{_until(claims)}")
    return identity


def _explain(
    diagnosis: Diagnosis,
    settings: Settings,
    error: IdentityError,
    token: str,
    header: dict[str, Any],
    claims: dict[str, Any],
) -> None:
    """Find all that is wrong with a refused token."""
    before = len(diagnosis.findings)
    algorithm, cause = str(header.get("alg")), error.__cause__
    if error.code == "keys_unavailable":
        diagnosis.find_error(error)
    elif error.code == "token_type_refused":
        diagnosis.find("token_not_access")
    elif algorithm not in _allowed(settings):
        allowed = " or ".join(_allowed(settings)) or "none"
        diagnosis.find(
            "token_wrong_algorithm", f"The token is signed by {algorithm[:16]}; allowed is {allowed}."
        )
    elif isinstance(cause, jwt.InvalidSignatureError):
        if algorithm in HMAC:
            diagnosis.find("token_wrong_secret", _by_whom(settings, token))
        else:
            diagnosis.find("token_unknown_key")
    elif algorithm not in HMAC and cause is None and "key" in error.detail:
        diagnosis.find("token_unknown_key", f"The JWKS has no key {header.get('kid')!r} for {algorithm}.")
    _check_times(diagnosis, claims)
    _check_claims(diagnosis, _Expected.of(settings, token, algorithm), claims)
    if len(diagnosis.findings) == before:
        diagnosis.find("token_refused", f"The settings here refuse the token: {error.detail}")


def _allowed(settings: Settings) -> list[str]:
    """Return the algorithms that the settings have keys for."""
    hmac = settings.jwt_algorithm if settings.jwt_algorithm in HMAC else "HS256"
    ours = [hmac] if settings.jwt_secret or (settings.jwt_jwks and settings.secret) else []
    public = [*PUBLIC.values()] if settings.jwt_jwks else []
    return list(dict.fromkeys([*ours, *public, *(each.algorithm for each in settings.issuers)]))


def _check_times(diagnosis: Diagnosis, claims: dict[str, Any]) -> None:
    now = wall()
    if "exp" not in claims:
        diagnosis.find("token_no_expiry")
    for name in ("exp", "iat", "nbf"):
        value = claims.get(name)
        if name not in claims:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOMENT_MAX:
            diagnosis.find(
                "token_wrong_time", f"The token's {name} is {str(value)[:40]}, no seconds since 1970."
            )
        elif name == "exp" and value <= now:
            diagnosis.find(
                "token_expired", f"The token expired {_apart(now - value)} ago, at {_moment(value)}."
            )
        elif name != "exp" and value > now + (SKEW_S if name == "iat" else 0):
            diagnosis.find("token_not_yet_valid", f"The token's {name} lies {_apart(value - now)} ahead.")


def _check_claims(diagnosis: Diagnosis, expected: _Expected, claims: dict[str, Any]) -> None:
    if expected.issuer and claims.get("iss") != expected.issuer:
        wanted = f"{expected.issuer!r}{expected.whose}"
        diagnosis.find("token_wrong_issuer", f"The token's iss is {claims.get('iss')!r}, and not {wanted}.")
    audience = claims.get("aud")
    if expected.audience and set(expected.audience).isdisjoint(
        map(str, audience if isinstance(audience, list) else [audience])
    ):
        wanted = f"{' or '.join(map(repr, expected.audience))}{expected.whose}"
        diagnosis.find("token_wrong_audience", f"The token's aud is {audience!r}, and not {wanted}.")
    named = next((name for name in expected.user_claims if name in claims), None)
    user = claims.get(named or "")
    if named is None:
        asked, has = ", ".join(expected.user_claims), ", ".join(sorted(claims))[:200] or "none"
        diagnosis.find("token_no_user", f"The token has none of the claims {asked}; it has {has}.")
    elif isinstance(user, bool) or not (isinstance(user, str | int) and is_user(str(user))):
        sentence = f"The token's {named} is {str(user)[:80]!r}, which is no user id."
        diagnosis.find("token_bad_user", sentence)
    roles = claims.get(expected.roles_claim) or []
    roles = roles.replace(",", " ").split() if isinstance(roles, str) else roles
    try:
        are_roles = isinstance(roles, list)
        check_roles(tuple(map(str, roles)) if are_roles else ())
    except IdentityError:
        are_roles = False
    if not are_roles:
        sentence = f"The token's {expected.roles_claim} is {str(roles)[:80]!r}, which are no roles."
        diagnosis.find("token_bad_roles", sentence)


def _by_whom(settings: Settings, token: str) -> str:
    """Say by which other text of the settings a token is signed, "" if by none."""
    others: dict[str, str | bytes] = {"GROAT_SECRET, not by jwt_secret": settings.secret}
    with suppress(ValueError):
        others["jwt_secret, after it was read as base64"] = base64.b64decode(
            settings.jwt_secret, validate=True
        )
    others["jwt_secret with a line's end behind it"] = f"{settings.jwt_secret}\n"
    if settings.jwt_secret.strip() != settings.jwt_secret:
        others["jwt_secret without the white space around it"] = settings.jwt_secret.strip()
    found = next((whose for whose, key in others.items() if key and _is_signed_by(token, key)), "")
    return f"The token is signed by {found}." if found else ""


def _apart(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 3_600:.1f} h"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _until(claims: dict[str, Any]) -> str:
    return f", until {_moment(claims['exp'])}"


async def check_at_server(
    diagnosis: Diagnosis, client: DoctorClient, token: str, taken_here: bool | None
) -> str:
    """Try a token at the server. ``taken_here`` tells whether the settings take it, None where these are not known.

    Returns the id of its person, "" if the server refuses it.
    """
    diagnosis.begin("token")
    answer = await client.ask("GET", "/v1/me", {"Authorization": f"Bearer {token}"})
    if answer.status == 200:
        if taken_here is False:
            diagnosis.find(
                "server_settings_differ", "The server takes the token that the settings here refuse."
            )
        else:
            diagnosis.right("the server takes it")
        return str(answer.field("user") or "")
    code = _OF_SERVER.get(answer.problem, "token_refused")
    if taken_here and answer.problem == "token_invalid":
        diagnosis.find("server_settings_differ", "The server refuses a token that the settings here take.")
    elif code != "token_refused":
        if not diagnosis.has(code):
            diagnosis.find(code)
    elif taken_here is not False or answer.problem != "token_invalid":
        told = f" {answer.problem}: {answer.field('detail')}" if answer.problem else ""
        sentence = f"The server answers {answer.status}{told}"
        diagnosis.find("token_refused", sentence)
    return ""
