"""The tokens of SimpleJWT, as ``SIMPLE_JWT`` describes them: access tokens are let in, refresh tokens are not."""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec
from typing import Any

from django.conf import settings as project

from groat.settings import SettingsError, TrustedIssuer, read_value


def is_installed() -> bool:
    """Return whether the project's environment has SimpleJWT; the app need not be in ``INSTALLED_APPS``."""
    return find_spec("rest_framework_simplejwt") is not None


def user_id_field() -> str:
    """Return the field of the user that names them in tokens, ``pk`` for the primary key."""
    field = str(_settings().USER_ID_FIELD) if is_installed() else "id"
    return "pk" if field == "id" else field


def jwks() -> str:
    """Return the address of the public keys by which access tokens are signed; "" where the settings have a key."""
    return str(_settings().JWK_URL or "") if is_installed() else ""


def issuers() -> list[TrustedIssuer]:
    """Return how access tokens are checked: by the present key, and by earlier ones of the project.

    Raises SettingsError ``setting_invalid`` where ``SIMPLE_JWT`` has no key, or nothing that tells access tokens.
    """
    if not is_installed() or jwks():
        return []
    told = _settings()
    if not told.TOKEN_TYPE_CLAIM:
        raise SettingsError(
            "setting_invalid",
            'SIMPLE_JWT["TOKEN_TYPE_CLAIM"] is empty, so nothing tells access tokens from refresh tokens. Give it a'
            ' name, or set GROAT["SIMPLE_JWT"] = False.',
        )
    keys = _keys(told)
    if not keys:
        raise SettingsError(
            "setting_invalid",
            f"SIMPLE_JWT has no {_key_name(told)} for its ALGORITHM {told.ALGORITHM}, so no access token could be"
            ' checked. Give it one, or a JWK_URL, or set GROAT["SIMPLE_JWT"] = False.',
        )
    return [_issuer(told, key) for key in keys]


def _issuer(told: Any, key: Any) -> TrustedIssuer:
    audience = told.AUDIENCE or ()
    leeway = told.LEEWAY or 0
    described = {
        "algorithm": told.ALGORITHM,
        "key": key.decode() if isinstance(key, bytes) else str(key),
        "user_claim": told.USER_ID_CLAIM,
        "type_claim": told.TOKEN_TYPE_CLAIM,
        "issuer": told.ISSUER or "",
        "audience": [audience] if isinstance(audience, str) else list(audience),
        "leeway_s": leeway.total_seconds() if isinstance(leeway, timedelta) else leeway,
    }
    issuers: tuple[TrustedIssuer, ...] = read_value("issuers", [described], "SIMPLE_JWT")
    return issuers[0]


def _key_name(told: Any) -> str:
    return "SIGNING_KEY" if str(told.ALGORITHM).startswith("HS") else "VERIFYING_KEY"


def _keys(told: Any) -> list[Any]:
    if not str(told.ALGORITHM).startswith("HS"):
        return [told.VERIFYING_KEY] if told.VERIFYING_KEY else []
    if told.SIGNING_KEY == project.SECRET_KEY:
        return [told.SIGNING_KEY, *project.SECRET_KEY_FALLBACKS]
    return [told.SIGNING_KEY] if told.SIGNING_KEY else []


def _settings() -> Any:
    # SimpleJWT reads the project's settings when it is imported.
    from rest_framework_simplejwt.settings import api_settings

    return api_settings
