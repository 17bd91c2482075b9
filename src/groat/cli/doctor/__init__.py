"""``groat doctor``: find what is wrong with an installation, and say what to do."""

from __future__ import annotations

import asyncio
import json
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Annotated, Any

import msgspec
import typer

from groat import logs
from groat.cli.doctor.findings import CODES, Diagnosis, Finding, Passed
from groat.cli.options import with_settings
from groat.cli.output import result
from groat.settings import Settings, SettingsError

__all__ = ["CODES", "diagnose", "doctor"]


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
    if not diagnose(
        settings,
        faults,
        url=url,
        token=token,
        origin=origin,
        remote=remote,
        as_json=as_json,
        say=result.print,
    ):
        raise typer.Exit(1)


def diagnose(
    settings: Settings,
    faults: Sequence[SettingsError],
    *,
    url: str,
    token: str,
    origin: str,
    remote: bool,
    as_json: bool,
    say: Callable[[str], Any],
    word: Callable[[str], str] = str,
) -> bool:
    """Examine an installation, and ``say`` what is found, as it is found or as one JSON object; True if all is well.

    ``faults`` are settings that could not be read; ``word`` puts a remedy in the words of those who read it.
    """
    # Imported here, for what it needs would slow every other command down.
    from groat.cli.doctor.examination import examine

    def tell(entry: Finding | Passed) -> None:
        if not as_json:
            say(_text(entry))

    # Faults become findings, so the log need not tell of them.
    logs.configure(msgspec.structs.replace(settings, log_level="error"))
    diagnosis = Diagnosis(tell, word)
    with warnings.catch_warnings():
        # The libraries' warnings, such as those of short keys, are findings of ours.
        warnings.simplefilter("ignore")
        asyncio.run(examine(diagnosis, settings, faults, url, token, origin, remote=remote))
    if as_json:
        say(json.dumps(_as_json(diagnosis), ensure_ascii=False))
    elif diagnosis.is_well:
        say("all is well")
    return diagnosis.is_well


def _text(entry: Finding | Passed) -> str:
    if isinstance(entry, Passed):
        return f"right: {entry.check}: {entry.sentence}"
    level = entry.level.upper() if entry.level == "wrong" else entry.level
    return f"{level}: {entry.code}\n  {entry.sentence}\n  To do: {entry.remedy}"


def _as_json(diagnosis: Diagnosis) -> dict[str, object]:
    right = [msgspec.to_builtins(each) for each in diagnosis.entries if isinstance(each, Passed)]
    return {
        "ok": diagnosis.is_well,
        "version": version("groat"),
        "findings": [msgspec.to_builtins(each) for each in diagnosis.findings],
        "right": right,
    }
