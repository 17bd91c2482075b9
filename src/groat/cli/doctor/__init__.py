"""``groat doctor``: find what is wrong with an installation, and say what to do."""

from __future__ import annotations

import asyncio
import json
import warnings
from importlib.metadata import version
from typing import Annotated

import msgspec
import typer

from groat import logs
from groat.cli.doctor.findings import CODES, Diagnosis, Finding, Passed
from groat.cli.options import with_settings
from groat.cli.output import result
from groat.settings import Settings, SettingsError

__all__ = ["CODES", "doctor"]


@with_settings(*Settings.__struct_fields__)
def doctor(
    *,
    url: Annotated[
        str,
        typer.Option(
            help="Address by which clients reach the server, through its proxies; else host and port are tried"
        ),
    ] = "",
    token: Annotated[
        str,
        typer.Option(
            envvar="GROAT_TOKEN", help="Token of a person that does not work; else one is made for nobody"
        ),
    ] = "",
    origin: Annotated[
        str, typer.Option(help="Origin of pages that are to call, such as https://app.example")
    ] = "",
    remote: Annotated[
        bool,
        typer.Option("--remote", help="Look at the server of --url alone, and at nothing of this machine"),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the diagnosis as one JSON object")] = False,
    settings: Settings,
    faults: list[SettingsError],
) -> None:
    """Find what is wrong with an installation, and say what to do; exit code 1 if anything is.

    Takes every setting as `groat serve` does. It works beside a server and before the first start, moves no money and
    changes nothing.
    """
    # Imported here, for what it needs would slow every other command down.
    from groat.cli.doctor.examination import examine

    # Faults become findings, so the log need not tell of them.
    logs.configure(msgspec.structs.replace(settings, log_level="error"))
    diagnosis = Diagnosis(_say_nothing if as_json else _say)
    with warnings.catch_warnings():
        # The libraries' warnings, such as those of short keys, are findings of ours.
        warnings.simplefilter("ignore")
        asyncio.run(examine(diagnosis, settings, faults, url, token, origin, remote=remote))
    if as_json:
        result.print(json.dumps(_as_json(diagnosis), ensure_ascii=False))
    elif diagnosis.is_well:
        result.print("all is well")
    if not diagnosis.is_well:
        raise typer.Exit(1)


def _say(entry: Finding | Passed) -> None:
    if isinstance(entry, Passed):
        result.print(f"right: {entry.check}: {entry.sentence}")
    else:
        result.print(f"{entry.level.upper() if entry.level == 'wrong' else entry.level}: {entry.code}")
        result.print(f"  {entry.sentence}")
        result.print(f"  To do: {entry.remedy}")


def _say_nothing(entry: Finding | Passed) -> None:
    """Keep standard output for the whole diagnosis."""


def _as_json(diagnosis: Diagnosis) -> dict[str, object]:
    right = [msgspec.to_builtins(each) for each in diagnosis.entries if isinstance(each, Passed)]
    return {
        "ok": diagnosis.is_well,
        "version": version("groat"),
        "findings": [msgspec.to_builtins(each) for each in diagnosis.findings],
        "right": right,
    }
