"""Checks of an installation on its own machine: settings, secrets, database and Redis."""

from __future__ import annotations

import difflib
import os
import time
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import msgspec

from groat import tracing
from groat.cli.doctor.findings import Diagnosis, Level
from groat.cli.options import shown_database
from groat.identity.tokens import Tokens
from groat.ledger.errors import GroatError, StoreError, WrongScheme
from groat.programs.own_settings import check_settings
from groat.programs.program import Program, ProgramError, find_programs
from groat.programs.standing_words import STANDING_EXTENSIONS
from groat.settings import (
    Settings,
    SettingsError,
    require_run_dir,
    require_secret,
    require_store,
)
from groat.store.inspecting import Inspected, inspect
from groat.store.order import HELD_S

CLOCK_S = 5.0
"""Clocks may differ by so many seconds, beside what the measurement leaves open."""
POSTGRES_MIN = 15
NEAR = 0.8
"""The likeness, 0 to 1, from which on a name counts as misspelt."""


def wall() -> float:
    """Return this machine's time, in seconds since 1970."""
    return time.time()


def check_all_settings(
    diagnosis: Diagnosis, settings: Settings, faults: Sequence[SettingsError]
) -> tuple[Settings, list[Program]]:
    """Check the settings, of which ``faults`` could not be read.

    Returns them without issuers whose keys cannot be used, and the programs that they turn on.
    """
    diagnosis.begin("settings")
    for fault in faults:
        diagnosis.find_error(fault)
    for variable, meant in _misspelt_variables(os.environ):
        diagnosis.find(
            "variable_misspelt", f"{variable} is set, and no setting reads it; {meant} is meant, perhaps."
        )
    for require in (require_store, require_run_dir, tracing.wanted, Tokens):
        try:
            require(settings)
        except SettingsError as error:
            diagnosis.find_error(error)
            if require is Tokens:
                settings = msgspec.structs.replace(settings, issuers=())
    for origin in settings.origins:
        if origin != "*" and not is_origin(origin):
            diagnosis.find("origin_malformed", f"origins has {origin!r}, which is no origin.")
    programs = _check_programs(diagnosis, settings)
    if not diagnosis.findings:
        diagnosis.right("every value fits")
    return settings, programs


def _check_programs(diagnosis: Diagnosis, settings: Settings) -> list[Program]:
    # Imported here, for loading their operations would slow every other command down.
    from groat.programs.standing import STANDING

    programs: list[Program] = []
    for name in settings.programs:
        try:
            programs += find_programs((name,))
        except ProgramError as error:
            diagnosis.find_error(error, "program_unusable")
    for program in (*STANDING, *programs):
        try:
            check_settings(program, settings)
        except SettingsError as error:
            diagnosis.find_error(error)
        except GroatError as error:
            diagnosis.find_error(error, "setting_invalid")
    return programs


def _misspelt_variables(names: Iterable[str]) -> list[tuple[str, str]]:
    """List variables that are nearly those of settings, each with the one that is meant.

    All others may be an app's own.
    """
    known = [name.upper() for name in Settings.__struct_fields__]
    return [
        (name, f"GROAT_{near[0]}")
        for name in sorted(names)
        if name.startswith("GROAT_")
        and (rest := name.removeprefix("GROAT_")) not in known
        and (near := difflib.get_close_matches(rest, known, 1, NEAR))
    ]


def is_origin(text: str) -> bool:
    """Return whether a text is an origin: a scheme and a host, without a path."""
    try:
        parts = urlsplit(text.rstrip("/").removesuffix(":*"))
        is_whole = bool(parts.scheme and parts.netloc and parts.port != 0) and text == "".join(text.split())
        return is_whole and not (parts.path or parts.query or parts.fragment)
    except ValueError:
        return False


def check_secrets(diagnosis: Diagnosis, settings: Settings) -> None:
    """Check that a server would start with these secrets, and that they differ."""
    diagnosis.begin("secrets")
    needed = ["secret"] if settings.jwt_jwks and not settings.jwt_secret else ["secret", "jwt_secret"]
    good = 0
    for name in needed:
        try:
            require_secret(settings, name)
        except SettingsError as error:
            diagnosis.find_error(error)
        else:
            good += 1
    if settings.secret and settings.secret == settings.jwt_secret and not settings.demo:
        diagnosis.find("secrets_equal")
    elif good == len(needed):
        diagnosis.right(f"{' and '.join(needed)} cannot be guessed")


async def check_database(
    diagnosis: Diagnosis, settings: Settings, programs: Sequence[Program], server_runs: bool
) -> None:
    """Check that the database can be used and is durable; a server that runs makes an empty one wrong."""
    diagnosis.begin("database")
    brought = [program.extension for program in programs if program.extension is not None]
    shown = shown_database(settings)
    try:
        found = await inspect(settings.database, (*STANDING_EXTENSIONS, *brought), wall)
    except WrongScheme as error:
        diagnosis.find_error(error, "database_address_wrong")
        return
    except StoreError as error:
        diagnosis.find("database_unreachable", f"{shown}: {error.detail}", _remedy(error.detail))
        return
    before = len(diagnosis.findings)
    # A server that starts mends both, unless it is told not to.
    level: Level = "wrong" if server_runs or not settings.migrate else "note"
    if found.newer:
        diagnosis.find("database_newer", found.newer)
    elif not found.exists:
        diagnosis.find("database_empty", f"There is no ledger at {shown} yet.", level=level)
    elif found.missing:
        sentence = f"{shown} lacks {found.missing} migrations of this version."
        diagnosis.find("database_older", sentence, level=level)
    _check_condition(diagnosis, settings, found, shown)
    if len(diagnosis.findings) == before:
        diagnosis.right(f"{shown} is up to date and durable")
    if found.ahead_s is not None:
        diagnosis.begin("clock")
        if abs(found.ahead_s) > CLOCK_S:
            diagnosis.find("clock_differs_from_database", _apart("PostgreSQL's clock", found.ahead_s))
        else:
            diagnosis.right("this machine and PostgreSQL agree")


def _check_condition(diagnosis: Diagnosis, settings: Settings, found: Inspected, shown: str) -> None:
    missing = sorted(set(found.programs) - set(settings.programs))
    if missing:
        sentence = f"Nodes have run {', '.join(missing)} on this database, and programs does not name it."
        diagnosis.find("program_missing", sentence)
    if found.read_only:
        diagnosis.find("database_read_only", f"{shown} takes no writes: {found.read_only}.")
    if found.lossy:
        sentence = f"{shown} may lose what it has acknowledged: {', '.join(found.lossy)}."
        diagnosis.find("database_not_durable", sentence)
    if found.pooled:
        diagnosis.find("database_pooled")
    if found.leapt_s:
        diagnosis.find(
            "clock_leapt", f"The clock of {shown} leapt by {found.leapt_s:.0f} s, and nothing falls due."
        )
    if found.holder and found.holder.age_s >= HELD_S:
        sentence = f"A transaction has been open for {found.holder.age_s:.0f} s: {found.holder}."
        diagnosis.find("order_held_up", sentence)
    if found.version and found.version // 10_000 < POSTGRES_MIN:
        diagnosis.find("database_too_old", f"PostgreSQL is of version {found.version // 10_000}.")
    if settings.synchronous_standby and found.standbys == "":
        diagnosis.find("standby_not_synchronous")


def _remedy(detail: str) -> str:
    """Return the remedy for a database that cannot be opened, "" for the usual one."""
    remedies = {
        "InvalidPasswordError": "Correct user and password in the setting database.",
        "InvalidAuthorizationSpecificationError": "Correct the user in the setting database, or pg_hba.conf.",
        "InvalidCatalogNameError": "Create the database (CREATE DATABASE), or correct its name.",
        "ConnectionRefusedError": "Start PostgreSQL, or correct host and port in the setting database.",
        "gaierror": "Correct the host in the setting database.",
        "TooManyConnectionsError": "Raise max_connections in PostgreSQL: a worker keeps up to 9 connections.",
    }
    return next((remedy for name, remedy in remedies.items() if detail.startswith(name)), "")


def _apart(whose: str, ahead_s: float) -> str:
    return f"{whose} is {abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'} this machine's."


async def check_redis(diagnosis: Diagnosis, url: str) -> None:
    """Check that hints can go through the Redis."""
    # Not loaded by each command of the command line.
    from redis.exceptions import RedisError

    from groat.bus import redis

    diagnosis.begin("redis")
    try:
        await redis.check(url)
    except (RedisError, OSError, ValueError) as error:
        diagnosis.find("redis_unreachable", f"{url.rpartition('@')[2]}: {type(error).__name__}: {error}")
    else:
        diagnosis.right("hints can be published")
