"""Every setting of groat, in one table: name, type, default and meaning.

A value comes from a flag, else from the environment (``GROAT_<NAME>``), else from the TOML file named by
``--config`` or ``GROAT_CONFIG``, else from the default below. All three say the same words: the flag
``--jwt-issuer``, the variable ``GROAT_JWT_ISSUER`` and the TOML key ``jwt_issuer`` are one setting. Flags and
variables are parsed alike: numbers and ``true``/``false`` as they read, lists separated by commas, tables as JSON.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from groat.ledger import accounts
from groat.ledger.errors import GroatError, Rule
from groat.strength import guess_bits

SECRET_LENGTH_MIN = 32
"""Bytes a secret must have: RFC 7518 §3.2 asks for a key at least as long as the hash of HS256."""

SECRET_BITS_MIN = 64
"""Below this a secret follows a pattern: 32 random hexadecimal digits are estimated at 77 bits or more."""

DEMO_SECRET = "groat-demo: anybody may know this one, it guards nothing"  # noqa: S105  (public on purpose)

OPTION_VARIABLE = "GROAT_OPTIONS_"
"""Variables that begin so set one setting of a program: ``GROAT_OPTIONS_<PROGRAM>_<NAME>``."""

SETTING_ERRORS: dict[str, Rule] = {
    "setting_unknown": Rule(500, "There is no such setting. docs/operations.md lists them all."),
    "setting_invalid": Rule(500, "The value does not fit the setting."),
    "config_not_found": Rule(500, "The settings file does not exist."),
    "config_unreadable": Rule(500, "The settings file cannot be read, or is not TOML."),
    "database_not_found": Rule(500, "There is no database at this address, and this command makes none."),
    "address_unavailable": Rule(500, "Nothing can listen at this host and port. Choose another with --port."),
    "otel_missing": Rule(
        500, "Traces need OpenTelemetry's SDK: pip install 'groat[otel]', or name no place to send them to."
    ),
    "needs_postgres": Rule(500, "This setting needs a PostgreSQL database (--database postgresql://...)."),
    "sandbox_too_late": Rule(
        500,
        "This ledger was started without the setting sandbox, so it stays a real one. Make a new database.",
    ),
    "secret_missing": Rule(500, "A server needs secrets of its own; none has a default."),
    "secret_too_short": Rule(500, "A secret must be long enough not to be guessed."),
    "secret_weak": Rule(500, "A secret must be random, and nobody else's."),
}


class SettingsError(GroatError):
    """A setting that cannot be used; codes of ``SETTING_ERRORS``. The field ``setting`` names it where there is one."""

    rules = SETTING_ERRORS


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing people may do with their own money: ``[actions.<name>]`` in the file.

    ``source`` and ``destination`` are account paths; ``{user}`` stands for who calls and ``{to}`` for the
    other person named in the call. ``assets`` lists the allowed assets (empty: any), ``max`` is the largest
    amount of one call as a decimal string, ``reason`` is used when the call gives none.
    """

    source: str
    destination: str
    assets: tuple[str, ...] = ()
    max: str | None = None
    reason: str = ""


class AccountPolicy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The limits with which accounts open: one ``[[policies]]`` table in the file.

    ``accounts`` is a pattern as in ``groat.ledger.accounts.Rule``: a path in which ``*`` stands for any one segment,
    covering whatever lies below it too. ``floor`` and ``ceiling`` are whole numbers of the asset's smallest unit, or
    ``"none"``.
    """

    accounts: str
    floor: int | Literal["none"] = 0
    ceiling: int | Literal["none"] = "none"


class TrustedIssuer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One more issuer whose tokens are let in: ``[[issuers]]`` in the file.

    ``key`` is its secret for the HS algorithms, its public key as PEM for the others. ``user_claim`` names the person,
    ``roles_claim`` the roles; without it such a token gives none. ``type_claim`` names a claim that must be there and
    say that the token is an access token. ``issuer`` and ``audience`` are required if they are given, and ``leeway_s``
    is how long a token counts after its end, in seconds.
    """

    algorithm: Literal[
        "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "EdDSA"
    ] = "HS256"
    key: Annotated[str, Meta(min_length=1)]
    user_claim: Annotated[str, Meta(min_length=1)] = "sub"
    roles_claim: str = ""
    type_claim: str = ""
    issuer: str = ""
    audience: tuple[str, ...] = ()
    leeway_s: Annotated[float, Meta(ge=0, le=300)] = 0


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All settings. Made by ``load``; durations end in ``_s`` (seconds), sizes are bytes."""

    database: Annotated[
        str,
        Meta(
            description="Where the ledger is kept: sqlite:///relative.db, sqlite:////absolute.db or postgresql://..."
        ),
    ] = "sqlite:///groat.db"
    redis: Annotated[
        str,
        Meta(
            pattern=r"^$|^(redis|rediss|unix)://",
            description="Redis for hints between nodes, redis://...; empty: PostgreSQL's NOTIFY is used",
        ),
    ] = ""
    synchronous_standby: Annotated[
        bool,
        Meta(
            description="A promoted standby has all that was acknowledged, so readers may go on where they are"
        ),
    ] = False
    database_wait_s: Annotated[
        int,
        Meta(
            ge=0,
            le=3600,
            description="How long a server that starts waits for PostgreSQL, if it is away, seconds",
        ),
    ] = 30
    migrate: Annotated[
        bool,
        Meta(description="Apply missing migrations at the start; false: refuse a database that lacks some"),
    ] = True
    sandbox: Annotated[
        bool,
        Meta(description="Make a new database a sandbox, whose clock can be set forward, to try things out"),
    ] = False
    replica: Annotated[
        str,
        Meta(
            pattern=r"^$|^postgres(ql)?://",
            description="A PostgreSQL standby for calls that allow stale answers, postgresql://...; empty: none",
        ),
    ] = ""
    host: Annotated[str, Meta(description="Address the server listens on")] = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535, description="Port the server listens on")] = 8000
    node_address: Annotated[
        str,
        Meta(
            pattern=r"^$|^https?://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?$",
            description="Where other nodes reach this one, such as http://10.0.0.11:8000; empty: host and port",
        ),
    ] = ""
    run_dir: Annotated[
        str,
        Meta(
            description="Directory for the sockets between workers; empty: the system's for temporary files"
        ),
    ] = ""
    secret: Annotated[str, Meta(description="Secret that guards login sessions; at least 32 characters")] = ""
    jwt_secret: Annotated[
        str,
        Meta(description="Secret of HS256 tokens; JWT_SECRET is read too; at least 32 characters"),
    ] = ""
    jwt_algorithm: Annotated[
        Literal["HS256", "RS256", "ES256", "EdDSA"], Meta(description="How tokens are signed")
    ] = "HS256"
    jwt_jwks: Annotated[
        str, Meta(description="File or URL of the public keys (JWKS) for RS256, ES256 or EdDSA tokens")
    ] = ""
    jwt_issuer: Annotated[str, Meta(description="Required `iss` of a token; empty: not checked")] = ""
    jwt_audience: Annotated[str, Meta(description="Required `aud` of a token; empty: not checked")] = ""
    jwt_user_claims: Annotated[
        tuple[str, ...], Meta(description="Claims that may name the person; the first one present counts")
    ] = ("sub", "candidateId", "user_id", "id")
    jwt_roles_claim: Annotated[str, Meta(description="Claim that holds the roles, a string or a list")] = (
        "roles"
    )
    issuers: Annotated[
        tuple[TrustedIssuer, ...],
        Meta(
            description="Further issuers whose tokens are let in, each with its key and the names of its claims"
        ),
    ] = ()
    token_ttl_s: Annotated[
        int, Meta(ge=30, le=86_400, description="Life of the tokens that groat issues, seconds")
    ] = 900
    origins: Annotated[
        tuple[str, ...],
        Meta(
            description="Web origins besides our own that may call, such as https://app.example; :* is any port"
        ),
    ] = ()
    actions: Annotated[
        dict[str, Action], Meta(description="What people may do with their own money, by name")
    ] = {}
    policies: Annotated[
        tuple[AccountPolicy, ...],
        Meta(description="Limits with which accounts open, by path, before the built-in ones"),
    ] = ()
    programs: Annotated[
        tuple[str, ...],
        Meta(description="Programs to turn on, by the names under which installed packages bring them"),
    ] = ()
    people_found_by: Annotated[
        Literal["email", "id", ""],
        Meta(
            description="How people find recipients: email (and id), id, or empty: they see no name, and pay by id"
        ),
    ] = "email"
    thresholds: Annotated[
        dict[str, dict[str, str]],
        Meta(
            description="Amounts by kind and asset from which requests need two approvers; others are the kind's own"
        ),
    ] = {}
    below_floor: Annotated[
        tuple[str, ...],
        Meta(description="Services that may let accounts fall below their floors, as admins may, by name"),
    ] = ()
    own_budgets: Annotated[
        bool,
        Meta(
            description="Whether people may set budgets on their own accounts, and change those that they set"
        ),
    ] = True
    open_requests: Annotated[
        int,
        Meta(ge=0, le=100_000, description="Open requests that a person who files may have; 0: any number"),
    ] = 1_000
    new_staff_wait_s: Annotated[
        int,
        Meta(
            ge=0,
            le=2_592_000,
            description="How long staff decide nothing after somebody else gave them roles or a password, seconds",
        ),
    ] = 86_400
    options: Annotated[
        dict[str, dict[str, Any]], Meta(description="The programs' own settings, by program and name")
    ] = {}
    grants_travel: Annotated[
        tuple[Literal["paid", "promotional"], ...],
        Meta(description="Classes of grants that one person may pass on to another with a payment"),
    ] = ("paid", "promotional")
    retention_days: Annotated[
        int, Meta(ge=1, le=3650, description="Days a stream's events are kept for readers who were away")
    ] = 30
    notification_days: Annotated[
        int, Meta(ge=0, le=36_500, description="Days notifications are kept; 0: for ever")
    ] = 365
    connections_per_user: Annotated[int, Meta(ge=1, description="Live connections one person may hold")] = 20
    connects_per_minute: Annotated[int, Meta(ge=1, description="Live connects per person and minute")] = 10
    messages_per_second: Annotated[
        int, Meta(ge=1, description="Messages a live connection may send a second")
    ] = 50
    socketio: Annotated[bool, Meta(description="Serve Socket.IO clients at /socket.io/")] = True
    socketio_namespaces: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^/[^,?\x00-\x20]{0,127}\Z")], ...],
        Meta(description="Namespaces of Socket.IO that clients may connect to; all carry the same events"),
    ] = ("/",)
    socketio_query_token: Annotated[
        bool,
        Meta(
            description="Take the token of a Socket.IO client from ?token= too; proxies write it to their logs"
        ),
    ] = False
    socketio_names: Annotated[
        dict[str, Annotated[str, Meta(pattern=r"^([A-Za-z][A-Za-z0-9_.:-]{0,63})?\Z")]],
        Meta(
            description="Other names for events of Socket.IO, by their own; an empty one silences the event"
        ),
    ] = {}
    socketio_credits: Annotated[
        str,
        Meta(
            description="Asset of which credit-updated tells; it has no decimals. Empty: CREDIT, if that has none"
        ),
    ] = ""
    join_events: Annotated[
        dict[
            Annotated[str, Meta(min_length=1, max_length=64)],
            Annotated[str, Meta(pattern=r"^(user|role:.{1,64})\Z")],
        ],
        Meta(
            description="Events by which an app's Socket.IO clients ask for a room, and which: user, or role:<role>"
        ),
    ] = {}
    queue_max: Annotated[
        int, Meta(ge=1, description="Commands that may wait before callers hear `overloaded`")
    ] = 20_000
    batch_max: Annotated[int, Meta(ge=1, le=10_000, description="Commands one commit may hold")] = 2_000
    body_max: Annotated[
        int,
        Meta(ge=1024, description="Largest request body, bytes; a form with a file has a limit of its own"),
    ] = 8 * 1024 * 1024
    head_max: Annotated[
        int, Meta(ge=1024, le=1_048_576, description="Largest head of a request, all its headers, bytes")
    ] = 32_768
    line_max: Annotated[
        int, Meta(ge=256, le=65_536, description="Longest address of a request, path and query, bytes")
    ] = 8_192
    headers_max: Annotated[int, Meta(ge=8, le=1_000, description="Headers a request may have")] = 100
    head_s: Annotated[
        int, Meta(ge=1, le=3_600, description="Seconds for the head of a request, from its first byte on")
    ] = 10
    body_s: Annotated[
        int, Meta(ge=1, le=3_600, description="Seconds for a body; each 16 KiB that came give one more")
    ] = 30
    idle_s: Annotated[
        int, Meta(ge=1, le=3_600, description="Seconds a connection is kept open between requests")
    ] = 75
    answer_s: Annotated[
        int,
        Meta(
            ge=1,
            le=3_600,
            description="Seconds a client may leave an answer unread; each 48 KiB that it reads begin them anew",
        ),
    ] = 30
    waiting_max: Annotated[
        int,
        Meta(
            ge=8,
            le=1_000_000,
            description="Connections without a whole request that a process keeps; the oldest gives way",
        ),
    ] = 4_096
    connections_max: Annotated[
        int,
        Meta(ge=0, description="Connections a process may have; 0: as many as the open files it may have"),
    ] = 0
    connections_per_address: Annotated[
        int,
        Meta(
            ge=1,
            description="Connections of one address (IPv6: of a /64); trusted proxies and this machine have no bound",
        ),
    ] = 1_000
    smtp_url: Annotated[
        str,
        Meta(
            pattern=r"^$|^(smtp|smtp\+starttls|smtps)://",
            description="Relay for mail: smtp://host, smtp+starttls://user:password@host, smtps://...; empty: none",
        ),
    ] = ""
    smtp_from: Annotated[str, Meta(description="Sender of mail, such as Shop <shop@example.com>")] = (
        "groat <groat@localhost>"
    )
    statement_issuer: Annotated[
        str,
        Meta(
            # One line: no control characters, no separators of lines.
            pattern=r"^(?!\s)[^\x00-\x1f\x7f-\x9f\u2028\u2029]{1,60}\Z",
            description="Who issues statements, as their PDFs say at the top; one line, at most 60 characters",
        ),
    ] = "groat"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description="How much is logged; debug logs each broadcast"),
    ] = "info"
    log_format: Annotated[
        Literal["auto", "json", "console"],
        Meta(description="Form of the log lines; auto: console on a terminal, else JSON"),
    ] = "auto"
    otlp_endpoint: Annotated[
        str,
        Meta(
            pattern=r"^$|^https?://",
            description="Where traces go by OTLP, http://host:4318; empty: what OTEL_EXPORTER_OTLP_ENDPOINT says",
        ),
    ] = ""
    demo: Annotated[
        bool, Meta(description="Demo: public secrets and one-click logins; never with real money")
    ] = False
    workers: Annotated[
        int, Meta(ge=1, le=256, description="Server processes on the one port; SQLite serves from one")
    ] = 1
    drain_s: Annotated[
        int,
        Meta(
            ge=0,
            le=600,
            description="Over how long a server that stops spreads the closes of readers, seconds",
        ),
    ] = 10
    console: Annotated[bool, Meta(description="Serve the web console beside the API")] = True
    local_metrics: Annotated[
        bool,
        Meta(
            description="Show /metrics without a token to this machine; turn it off behind a bare proxy on it"
        ),
    ] = True
    trusted_proxies: Annotated[
        tuple[str, ...], Meta(description="Addresses of reverse proxies whose X-Forwarded-* headers count")
    ] = ()

    def policy(self) -> accounts.Policy:
        """The limits with which accounts open: these settings' rules before the built-in ones."""
        return accounts.Policy(
            tuple(
                accounts.LimitRule(rule.accounts, accounts.Limits(_limit(rule.floor), _limit(rule.ceiling)))
                for rule in self.policies
            ),
            frozenset(accounts.CLASSES) - frozenset(self.grants_travel),
        )


SECRETS = frozenset({"secret", "jwt_secret", "smtp_url", "options", "issuers"})
"""Settings whose values are never shown."""


@cache
def _types() -> dict[str, Any]:
    # The command line describes some two hundred flags each time that it starts.
    return get_type_hints(Settings, include_extras=True)


def describe(name: str) -> str:
    """Return the meaning of the setting ``name`` in one sentence (KeyError for a name that is none)."""
    return meaning(_types()[name])


def whereabouts(name: str) -> str:
    """Return a setting with the places where it is set, for hints in the log: ``origins (GROAT_ORIGINS, ...)``."""
    key = name.upper()
    return f'{name} (GROAT_{key}; in a Django project GROAT["{key}"])'


def meaning(annotated: Any) -> str:
    """Return what the type of a setting says of it, "" if it says nothing."""
    metas = (meta for meta in get_args(annotated)[1:] if isinstance(meta, Meta))
    return next((meta.description for meta in metas if meta.description), "")


def option_variable(program: str, name: str) -> str:
    """Return the environment's variable for one setting of a program."""
    return f"{OPTION_VARIABLE}{program}_{name}".upper().replace("-", "_")


def _raise(error: SettingsError) -> None:
    raise error


def load(
    flags: Mapping[str, str | None] | None = None,
    environ: Mapping[str, str] | None = None,
    config: Path | None = None,
    refuse: Callable[[SettingsError], None] = _raise,
) -> Settings:
    """Gather the settings from ``flags`` over ``environ`` (default: the process's) over the file ``config``.

    Flags are setting names with text values; a None counts as not given. ``refuse`` gets the error of each value that
    cannot be used, which counts as not given if it returns. Raises SettingsError unless it does.
    """
    environ = os.environ if environ is None else environ
    config = config or (Path(environ["GROAT_CONFIG"]) if environ.get("GROAT_CONFIG") else None)
    values: dict[str, Any] = {}
    told: dict[str, Any] = {}

    def take(into: dict[str, Any], read: Callable[..., Any], name: str, *given: Any) -> None:
        try:
            into[name] = read(name, *given)
        except SettingsError as error:
            refuse(error)

    file: dict[str, Any] = {}
    try:
        file = _read_file(config) if config else {}
    except SettingsError as error:
        refuse(error)
    for name, value in file.items():
        take(values, read_value, name, value, f"{config}")
    for name, text, source in _from_environ(environ):
        take(values, read_text, name, text, source)
    for name, flag in (flags or {}).items():
        if flag is not None:
            take(told, read_text, name, flag, _flag(name))
    options = _options_from_environ(environ, told.get("programs") or values.get("programs") or ())
    if options:
        values["options"] = _merge(values.get("options") or {}, options)
    values |= told
    if values.get("demo"):
        values = {"secret": DEMO_SECRET, "jwt_secret": DEMO_SECRET, "new_staff_wait_s": 0} | {
            k: v for k, v in values.items() if v != ""
        }
    return Settings(**values)


def require_secrets(settings: Settings) -> None:
    """Check that a server may start: raises what :func:`require_secret` raises."""
    needed = ["secret"] if settings.jwt_jwks else ["secret", "jwt_secret"]
    for name in needed:
        require_secret(settings, name)


def require_store(settings: Settings) -> None:
    """Check that the database fits the other settings; raises SettingsError ``needs_postgres``."""
    if settings.database.startswith("sqlite:"):
        if settings.workers > 1:
            raise SettingsError(
                "needs_postgres", "SQLite is served by one process: workers = 1", setting="workers"
            )
        if settings.redis:
            raise SettingsError(
                "needs_postgres", 'SQLite\'s servers need no Redis: redis = ""', setting="redis"
            )
        if settings.replica:
            raise SettingsError("needs_postgres", 'SQLite has no standby: replica = ""', setting="replica")


def require_run_dir(settings: Settings) -> None:
    """Check that the directory for sockets exists; raises SettingsError ``setting_invalid``."""
    if settings.run_dir and not Path(settings.run_dir).is_dir():
        raise SettingsError(
            "setting_invalid", f"run_dir: there is no directory {settings.run_dir}", setting="run_dir"
        )


def require_secret(settings: Settings, name: str) -> str:
    """Return the secret setting ``name``.

    Raises SettingsError ``secret_missing``, ``secret_too_short``, or, outside the demo, ``secret_weak`` for one that
    follows a pattern and for the demo's.
    """
    value: str = getattr(settings, name)
    how = (
        f"make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))' "
        f"and give it as {_variable(name)} or as {name} in the settings file"
    )
    if not value:
        raise SettingsError("secret_missing", f"{name} is not set; {how}", setting=name)
    if len(value.encode()) < SECRET_LENGTH_MIN:
        raise SettingsError(
            "secret_too_short", f"{name} is shorter than {SECRET_LENGTH_MIN} bytes; {how}", setting=name
        )
    if not settings.demo:
        if value == DEMO_SECRET:
            raise SettingsError(
                "secret_weak", f"{name} is the demo's, which anybody knows; {how}", setting=name
            )
        if guess_bits(value) < SECRET_BITS_MIN:
            raise SettingsError("secret_weak", f"{name} can be guessed; {how}", setting=name)
    return value


def _limit(value: int | Literal["none"]) -> int | None:
    return None if value == "none" else value


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _variable(name: str) -> str:
    return "GROAT_" + name.upper()


def _from_environ(environ: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """List names, texts and variables of the environment; a variable that is set but empty counts as not set."""
    if environ.get("JWT_SECRET"):
        yield "jwt_secret", environ["JWT_SECRET"], "JWT_SECRET"
    for name in Settings.__struct_fields__:
        if text := environ.get(_variable(name)):
            yield name, text, _variable(name)


def _options_from_environ(environ: Mapping[str, str], programs: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read the settings of programs that have a variable each, by program and name.

    ``programs`` are those turned on. Of any other variable the first word is the program: those that every server has
    are turned on by no setting, and their names are one word each.
    """
    found: dict[str, dict[str, str]] = {}
    # The longest name first, for a program may be named as another and one of its settings are.
    prefixes = sorted(((option_variable(name, ""), name) for name in programs), reverse=True)
    for variable, text in environ.items():
        if not (variable.startswith(OPTION_VARIABLE) and text):
            continue
        word = variable.removeprefix(OPTION_VARIABLE).partition("_")[0]
        other = (option_variable(word, ""), word.lower())
        for prefix, program in (*prefixes, other):
            if variable.startswith(prefix):
                found.setdefault(program, {})[variable.removeprefix(prefix).lower()] = text
                break
    return found


def _merge(
    options: Mapping[str, Mapping[str, Any]], over: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    return {name: {**options.get(name, {}), **over.get(name, {})} for name in {**options, **over}}


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError("config_not_found", f"there is no settings file {path}") from error
    except OSError as error:
        raise SettingsError("config_unreadable", f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError("config_unreadable", f"{path} is not TOML: {error}") from error


def read_text(name: str, text: str, source: str) -> Any:
    """Turn the text of a flag or variable into the setting's type; ``source`` says where it stands.

    Raises SettingsError ``setting_unknown``, ``setting_invalid``.
    """
    annotated = _type_of(name, source)
    try:
        return from_text(text, annotated)
    except json.JSONDecodeError as error:
        raise SettingsError("setting_invalid", f"{source} is not JSON: {error}", setting=name) from error
    except msgspec.ValidationError as error:
        raise _invalid(name, text, source, error) from error


def _type_of(name: str, source: str) -> Any:
    annotated = _types().get(name)
    if annotated is None:
        raise SettingsError("setting_unknown", f"{source}: there is no setting {name}", setting=name)
    return annotated


def from_text(text: str, annotated: Any) -> Any:
    """Read the text of a flag or variable as a value of the setting's type.

    Raises msgspec.ValidationError, and json.JSONDecodeError for tables that are not JSON; both are a ValueError.
    """
    kind = get_args(annotated)[0] if get_origin(annotated) is Annotated else annotated
    if _is_table(kind) or kind in (tuple[AccountPolicy, ...], tuple[TrustedIssuer, ...]):
        return msgspec.convert(json.loads(text), annotated)
    if get_origin(kind) in (tuple, list):
        parts = [part.strip() for part in text.split(",") if part.strip()]
        return msgspec.convert(parts, annotated, strict=False)
    return msgspec.convert(text, annotated, strict=False)


def _is_table(kind: Any) -> bool:
    """Return whether a type is a table, or may be one."""
    if get_origin(kind) is UnionType:
        return any(map(_is_table, get_args(kind)))
    return get_origin(kind) is dict or (isinstance(kind, type) and issubclass(kind, msgspec.Struct))


def read_value(name: str, value: Any, source: str) -> Any:
    """Check a value, as TOML or Python has it, against the setting's type and bounds; ``source`` says where it stands.

    Raises SettingsError ``setting_unknown``, ``setting_invalid``.
    """
    annotated = _type_of(name, source)
    try:
        return msgspec.convert(value, annotated)
    except msgspec.ValidationError as error:
        raise _invalid(name, value, source, error) from error


def _invalid(name: str, value: Any, source: str, error: msgspec.ValidationError) -> SettingsError:
    shown = "" if name in SECRETS else f" (got {value!r})"
    return SettingsError("setting_invalid", f"{source}: {name}: {error}{shown}", setting=name)
