"""Settings of groat from a Django project: ``GROAT``, ``DATABASES`` and ``SECRET_KEY``; the environment says nothing.

The keys of the dict ``GROAT`` are the names of groat's settings in upper case (``PROGRAMS``, ``JOIN_EVENTS``, ...), and
those of :data:`OWN_KEYS`. Everything has a default that works.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from django.conf import settings as project
from django.db import connections
from django.utils.encoding import force_bytes

from groat.contrib.django import simple_jwt
from groat.settings import Settings, SettingsError, TrustedIssuer, read_value

if TYPE_CHECKING:
    from groat.programs.program import Program

OWN_KEYS = frozenset({"DATABASE", "DATABASE_URL", "ROLES", "SIMPLE_JWT", "VERIFIED_EMAIL"})
"""Keys of ``GROAT`` that are no settings of groat's server, or mean something else there."""

SECRET_BYTES = 32
_OF_LIBPQ = frozenset({
    "passfile", "service", "target_session_attrs", "krbsrvname", "gsslib", "options",
    "sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword",
    "ssl_min_protocol_version", "ssl_max_protocol_version",
})  # fmt: skip
"""Words of ``DATABASES[...]["OPTIONS"]`` that the server's own driver knows, too."""

_SCHEMES = ("postgresql://", "postgres://")
_THIS_MACHINE = tuple(
    f"{scheme}://{host}:*" for scheme in ("http", "https") for host in ("localhost", "127.0.0.1", "[::1]")
)
"""The origins of front ends under development."""

_names: dict[str, Any] = {}
"""The databases' names at the start of the process, by alias: tests give them others later."""


def given() -> Mapping[str, Any]:
    """Return the dict ``GROAT`` of the project; empty if there is none. Raises SettingsError ``setting_invalid``."""
    value = getattr(project, "GROAT", None) or {}
    if not isinstance(value, Mapping):
        raise SettingsError("setting_invalid", f"GROAT must be a dict, not {type(value).__name__}")
    return value


def database_alias() -> str:
    """Return the alias of the ledger's database: ``GROAT["DATABASE"]``, else ``default``.

    Raises SettingsError ``setting_invalid`` for an alias that ``DATABASES`` does not have.
    """
    alias = given().get("DATABASE", "default")
    if alias not in connections.settings:
        known = ", ".join(sorted(connections.settings))
        raise SettingsError(
            "setting_invalid",
            f'GROAT["DATABASE"] must be an alias of DATABASES ({known}), not {alias!r}',
            setting="database",
        )
    return str(alias)


def database_url() -> str:
    """Return where the server finds the ledger: ``postgresql://...`` or ``sqlite:///...``.

    It is ``GROAT["DATABASE_URL"]`` if that is given, but for the database of a test run, else the address of the alias.
    Raises SettingsError ``setting_invalid`` for a database of another kind.
    """
    alias = database_alias()
    direct = given().get("DATABASE_URL", "")
    if direct and not (connections[alias].vendor == "postgresql" and str(direct).startswith(_SCHEMES)):
        raise SettingsError(
            "setting_invalid",
            'GROAT["DATABASE_URL"] must be postgresql://..., the address of the same PostgreSQL that'
            f" DATABASES[{alias!r}] reaches through a pooler",
            setting="database_url",
        )
    if direct and not is_test_database():
        return str(direct)
    return alias_url(alias)


def is_test_database() -> bool:
    """Return whether the alias of the ledger has another name than at the start, as test runs give it."""
    alias = database_alias()
    return bool(connections[alias].settings_dict["NAME"] != _names.get(alias))


def alias_url(alias: str) -> str:
    """Return the address of an alias of ``DATABASES`` in groat's words. Raises SettingsError ``setting_invalid``."""
    connection = connections[alias]
    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    if connection.vendor != "postgresql":
        raise SettingsError(
            "setting_invalid",
            f"DATABASES[{alias!r}] is {connection.display_name}; groat keeps its ledger in PostgreSQL or SQLite."
            ' Add such an alias and name it in GROAT["DATABASE"].',
            setting="database",
        )
    options = told.get("OPTIONS", {})
    query = {name: str(value) for name, value in options.items() if name in _OF_LIBPQ and value}
    if role := options.get("assume_role"):
        query["role"] = role
    host, port = str(told["HOST"] or ""), str(told["PORT"] or "")
    if "," in host or host.startswith("/"):
        # The folder of a socket, or several hosts: both stand in the query.
        query |= {"host": host} | ({"port": port} if port else {})
        host = port = ""
    user = quote(str(told["USER"] or ""), safe="")
    if password := told["PASSWORD"]:
        user += ":" + quote(str(password), safe="")
    place = f"[{host}]" if ":" in host else host
    address = f"{user}@{place}" if user else place
    address += f":{port}" if port else ""
    name = quote(str(told["NAME"] or ""), safe="")
    return f"postgresql://{address}/{name}" + (f"?{urlencode(query, quote_via=quote)}" if query else "")


def secret() -> str:
    """Return the server's secret: ``GROAT["SECRET"]``, else one derived from ``SECRET_KEY``, never equal to it.

    Raises ImproperlyConfigured when the project has no ``SECRET_KEY``.
    """
    return str(given().get("SECRET") or derive(project.SECRET_KEY, "secret"))


def token_secret() -> str:
    """Return the secret of the tokens that this app makes: ``GROAT["JWT_SECRET"]``, else a derived one."""
    return str(given().get("JWT_SECRET") or derive(project.SECRET_KEY, "tokens"))


def derive(key: str | bytes, purpose: str) -> str:
    """Derive the secret of a purpose from a key of the project, by HKDF with SHA-256 (RFC 5869)."""
    # Every command of manage.py loads this file, so what only some need is imported where it is needed.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    made = HKDF(SHA256(), SECRET_BYTES, salt=None, info=f"groat {purpose}".encode()).derive(force_bytes(key))
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def roles() -> Mapping[str, tuple[str, ...]]:
    """Return ``GROAT["ROLES"]``: the roles of groups, and of the flags ``is_staff`` and ``is_superuser``, by name.

    Raises SettingsError ``setting_invalid``.
    """
    value = given().get("ROLES", {})
    if not isinstance(value, Mapping):
        raise SettingsError("setting_invalid", 'GROAT["ROLES"] must be a dict from names of groups to roles')
    if not value:
        return {}
    from groat.identity.errors import IdentityError
    from groat.identity.model import check_roles

    try:
        return {str(name): check_roles(_listed(told)) for name, told in value.items()}
    except (IdentityError, TypeError) as error:
        raise SettingsError(
            "setting_invalid",
            'GROAT["ROLES"]: a role is a text of letters, digits and ._@|-; a group may have a list of them, or None',
        ) from error


def _listed(told: Any) -> tuple[str, ...]:
    if told is None or told == "":
        return ()
    return (told,) if isinstance(told, str) else tuple(told)


def settings() -> Settings:
    """Return the settings of groat. Raises SettingsError, ImproperlyConfigured."""
    return _settings(database_url())


def programs() -> tuple[Program, ...]:
    """Return the programs that ``GROAT["PROGRAMS"]`` turns on. Raises ProgramError, SettingsError."""
    return _programs(settings().programs)


def user_model() -> str:
    """Return the label of the user model, such as ``auth.User``."""
    return str(project.AUTH_USER_MODEL)


def remember_database() -> None:
    """Note the databases' names as the settings have them, before a test run changes them."""
    _names.update({alias: connections.settings[alias]["NAME"] for alias in connections.settings})


def forget() -> None:
    """Read the project's settings anew, as after ``override_settings``."""
    _settings.cache_clear()


@lru_cache(maxsize=8)
def _settings(database: str) -> Settings:
    values: dict[str, Any] = {}
    for key, value in given().items():
        if key in OWN_KEYS:
            continue
        name = key.lower() if isinstance(key, str) and key.isupper() else ""
        if name not in Settings.__struct_fields__:
            raise SettingsError(
                "setting_unknown",
                f"GROAT has the key {key!r}. Keys are groat's settings in upper case, such as PROGRAMS, or one of"
                f" {', '.join(sorted(OWN_KEYS))}.",
            )
        values[name] = read_value(name, value, f"GROAT[{key!r}]")
    values.setdefault("origins", _origins())
    values["issuers"] = (*values.get("issuers", ()), *_issuers())
    if simple_jwt_counts() and (jwks := simple_jwt.jwks()):
        values.setdefault("jwt_jwks", jwks)
    return Settings(**{**values, "database": database, "secret": secret(), "jwt_secret": token_secret()})


def simple_jwt_counts() -> bool:
    """Return whether access tokens of SimpleJWT are let in: where it is installed, unless the settings say no."""
    return simple_jwt.is_installed() and bool(given().get("SIMPLE_JWT", True))


def _issuers() -> list[TrustedIssuer]:
    """Return who may sign tokens besides the present secret: SimpleJWT, and the project's earlier keys."""
    told = Settings()
    earlier = [] if given().get("JWT_SECRET") else project.SECRET_KEY_FALLBACKS
    own = [
        TrustedIssuer(
            key=derive(key, "tokens"), user_claim=told.jwt_user_claims[0], roles_claim=told.jwt_roles_claim
        )
        for key in earlier
    ]
    return own + (simple_jwt.issuers() if simple_jwt_counts() else [])


def _origins() -> tuple[str, ...]:
    """Return the origins whose pages the project trusts already, and in development those of this machine."""
    if getattr(project, "CORS_ALLOW_ALL_ORIGINS", False):
        return ("*",)
    listed = [*getattr(project, "CORS_ALLOWED_ORIGINS", ()), *project.CSRF_TRUSTED_ORIGINS]
    if project.DEBUG:
        listed += _THIS_MACHINE
    # A pattern such as https://*.example.com names no origin.
    return tuple(dict.fromkeys(each for each in listed if "://*" not in each))


@lru_cache(maxsize=8)
def _programs(names: tuple[str, ...]) -> tuple[Program, ...]:
    if not names:
        return ()
    from groat.programs.program import find_programs

    return tuple(find_programs(names))
