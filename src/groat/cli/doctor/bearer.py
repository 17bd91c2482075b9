"""Checks of a token: by the settings here, which say why it is refused, and by the server."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import jwt

from groat.cli.doctor.client import Client
from groat.cli.doctor.findings import Diagnosis
from groat.cli.doctor.installation import wall
from groat.identity.errors import IdentityError
from groat.identity.identities import KEY_PREFIX
from groat.identity.model import Identity, check_roles, is_user
from groat.identity.tokens import HMAC, MOMENT_MAX, Tokens
from groat.settings import Settings

_OF_SERVER = {
    "token_revoked": "token_revoked",
    "token_expired": "token_expired",
    "token_not_yet_valid": "token_not_yet_valid",
    "token_type_refused": "token_not_access",
}
"""Codes by those with which a server refuses a token."""
_SIGNATURE_ONLY: Any = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


async def check_token(diagnosis: Diagnosis, token: str, settings: Settings | None) -> Identity | None:
    """Check a token by the settings, or, where they are not known, as far as it tells itself. Returns its bearer."""
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
        identity = await Tokens(settings).read(token)
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
    _check_claims(diagnosis, settings, claims)
    if len(diagnosis.findings) == before:
        diagnosis.find("token_refused", f"The settings here refuse the token: {error.detail}")


def _allowed(settings: Settings) -> list[str]:
    """Return the algorithms that the settings have keys for."""
    hmac = settings.jwt_algorithm if settings.jwt_algorithm in HMAC else "HS256"
    ours = [hmac] if settings.jwt_secret or (settings.jwt_jwks and settings.secret) else []
    return [*ours, *(["RS256", "ES256", "EdDSA"] if settings.jwt_jwks else [])]


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
        elif name != "exp" and value > now + 60:
            diagnosis.find("token_not_yet_valid", f"The token's {name} lies {_apart(value - now)} ahead.")


def _check_claims(diagnosis: Diagnosis, settings: Settings, claims: dict[str, Any]) -> None:
    if settings.jwt_issuer and claims.get("iss") != settings.jwt_issuer:
        sentence = f"The token's iss is {claims.get('iss')!r}, and jwt_issuer is {settings.jwt_issuer!r}."
        diagnosis.find("token_wrong_issuer", sentence)
    audience = claims.get("aud")
    if settings.jwt_audience and settings.jwt_audience not in (
        audience if isinstance(audience, list) else [audience]
    ):
        sentence = f"The token's aud is {audience!r}, and jwt_audience is {settings.jwt_audience!r}."
        diagnosis.find("token_wrong_audience", sentence)
    named = next((name for name in settings.jwt_user_claims if name in claims), None)
    if named is None:
        asked, has = ", ".join(settings.jwt_user_claims), ", ".join(sorted(claims))[:200] or "none"
        diagnosis.find("token_no_user", f"The token has none of the claims {asked}; it has {has}.")
    elif isinstance(claims[named], bool) or not (
        isinstance(claims[named], str | int) and is_user(str(claims[named]))
    ):
        diagnosis.find(
            "token_bad_user", f"The token's {named} is {str(claims[named])[:80]!r}, which is no user id."
        )
    roles = claims.get(settings.jwt_roles_claim) or ()
    roles = roles.replace(",", " ").split() if isinstance(roles, str) else roles
    try:
        check_roles(tuple(map(str, roles)) if isinstance(roles, list) else ())
        is_list = isinstance(roles, list | tuple)
    except IdentityError:
        is_list = False
    if not is_list:
        sentence = f"The token's {settings.jwt_roles_claim} is {str(roles)[:80]!r}, which are no roles."
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
    for whose, key in others.items():
        with suppress(jwt.PyJWTError):
            if key:
                jwt.decode(token, key, algorithms=sorted(HMAC), options=_SIGNATURE_ONLY)
                return f"The token is signed by {whose}."
    return ""


def _apart(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 600 else f"{seconds / 3_600:.1f} h"


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _until(claims: dict[str, Any]) -> str:
    return f", until {_moment(claims['exp'])}"


async def check_at_server(diagnosis: Diagnosis, client: Client, token: str, taken_here: bool | None) -> str:
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
        return str((answer.json() or {}).get("user", ""))
    code = _OF_SERVER.get(answer.problem, "token_refused")
    if taken_here and answer.problem == "token_invalid":
        diagnosis.find("server_settings_differ", "The server refuses a token that the settings here take.")
    elif code != "token_refused":
        if not diagnosis.has(code):
            diagnosis.find(code)
    elif taken_here is not False or answer.problem != "token_invalid":
        told = (answer.json() or {}).get("detail", "") if answer.problem else ""
        sentence = f"The server answers {answer.status} {answer.problem}: {told}".rstrip(": ")
        diagnosis.find("token_refused", sentence)
    return ""
