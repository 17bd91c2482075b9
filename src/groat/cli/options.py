"""Give every command its settings in the same way: as flags, variables and lines of the settings file."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
import typer

from groat import Groat, logs
from groat.programs import find_programs
from groat.settings import Settings, SettingsError, describe, load
from groat.store.opening import exists

CONFIG_HELP = "Settings file (TOML) [env: GROAT_CONFIG]"
PANEL = "Settings"
KEEP_DAYS = 36_500


def with_settings(*names: str, **fixed: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command that takes ``settings: Settings`` a flag for each named setting, and ``--config``.

    ``fixed`` are settings that the command itself decides. A command that takes ``faults``, too, is handed there, as
    SettingsErrors, what cannot be used; for any other command the first one is the end.

    The flags are read as text and parsed where the environment's texts are, so that both obey the same rules.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        hints = get_type_hints(command, include_extras=True)
        takes_faults = "faults" in hints
        own = [
            parameter.replace(annotation=hints[parameter.name])
            for parameter in inspect.signature(command).parameters.values()
            if parameter.name not in ("settings", "faults")
        ]
        flags = [
            _parameter(
                "config", Annotated[Path | None, typer.Option(help=CONFIG_HELP, rich_help_panel=PANEL)]
            )
        ]
        flags += [_parameter(name, Annotated[str | None, _option(name)]) for name in names]

        @functools.wraps(command)
        def run(**values: Any) -> None:
            config = values.pop("config")
            given = {name: values.pop(name) for name in names} | fixed
            if takes_faults:
                values["faults"] = []
                settings = load(given, config=config, refuse=values["faults"].append)
            else:
                settings = load(given, config=config)
            # A short command says itself what it did; only a server logs its routine.
            quiet = settings.log_level == "info" and "log_level" not in names
            logs.configure(msgspec.structs.replace(settings, log_level="warning") if quiet else settings)
            command(**values, settings=settings)

        # typer reads the signature; what functools.wraps copied describes the command before its flags.
        del run.__wrapped__
        parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own] + flags
        run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
        run.__annotations__ = {p.name: p.annotation for p in parameters}
        return run

    return decorate


def open_ledger(
    settings: Settings, replica: str = "", wait_s: float = 0.0
) -> AbstractAsyncContextManager[Groat]:
    """Open the ledger of the settings for an ``async with`` block.

    ``replica`` is the address for stale reads; ``wait_s`` is how long to wait for a PostgreSQL that is away, in
    seconds.
    """
    # Only servers delete what is older than the retention, so a command needs no retention settings.
    return Groat.open(
        settings.database,
        policy=settings.policy(),
        programs=find_programs(settings.programs),
        settings=settings,
        retention_days=KEEP_DAYS,
        notification_days=0,
        redis=settings.redis,
        synchronous_standby=settings.synchronous_standby,
        replica=replica,
        wait_s=wait_s,
        migrating=settings.migrate,
        sandbox=settings.sandbox,
    )


def shown_database(settings: Settings) -> str:
    """Return the address of the database without the part before its host, which may hold a password."""
    scheme, mark, rest = settings.database.partition("://")
    return f"{scheme}{mark}{rest.rpartition('@')[2]}"


def require_database(settings: Settings) -> None:
    """Check that the database exists; raises SettingsError ``database_not_found``, StoreError.

    Otherwise a command that only reads would create an empty database at a mistyped address.
    """
    if not asyncio.run(exists(settings.database)):
        raise SettingsError(
            "database_not_found",
            f"there is no ledger at {shown_database(settings)}; groat migrate makes one",
            setting="database",
        )


def _parameter(name: str, annotation: Any) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)


def default_text(name: str) -> str:
    """Return the default of a setting as a user would write it; empty for none."""
    return written(getattr(Settings(), name))


def written(default: Any) -> str:
    """Return a default as a user would write it; empty for none."""
    if default in ("", (), {}, None, msgspec.NODEFAULT):
        return ""
    text = ",".join(map(str, default)) if isinstance(default, tuple) else str(default)
    return text.lower() if isinstance(default, bool) else text


def _option(name: str) -> Any:
    default = getattr(Settings(), name)
    text = default_text(name)
    shown = f" [default: {text}]" if text else ""
    return typer.Option(
        "--" + name.replace("_", "-"),
        help=f"{describe(name)}{shown} [env: GROAT_{name.upper()}]",
        metavar="true|false"
        if isinstance(default, bool)
        else "NUMBER"
        if isinstance(default, int)
        else "TEXT",
        rich_help_panel=PANEL,
    )
