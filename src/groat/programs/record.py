"""The database's record of the programs that nodes run on it: a node that lacks one of them does not start.

Such a node would serve people whose requests it does not know, and do none of the work that is due on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from groat.programs.own_settings import read_own_settings
from groat.programs.program import Program, ProgramError
from groat.store.flow import Flow, Query

if TYPE_CHECKING:
    from groat import Groat
    from groat.settings import Settings

Kinds = Mapping[str, frozenset[str]]
"""The names of kinds of requests, by the program that brings them."""


class Recorded(NamedTuple):
    """A program of the record: its kinds, sorted, and how many requests of each are open, where any are."""

    name: str
    kinds: tuple[str, ...]
    open: Mapping[str, int]


async def start_with(groat: Groat, programs: Sequence[Program], settings: Settings) -> None:
    """Check that these programs are all that the database needs and may run on it, and record those that are new.

    Raises ProgramError ``program_missing``, SettingsError, StoreError.
    """
    for program in programs:
        if program.check_ledger is not None:
            program.check_ledger(groat, read_own_settings(program, settings))
    brought = {program.name: frozenset(kind.name for kind in program.kinds) for program in programs}
    # Mostly nothing is new. Then nothing is written: a node must start however busy others keep the database.
    if await groat.read(_find_new, brought):
        await groat.write(_record, brought)


async def list_programs(groat: Groat) -> list[Recorded]:
    """List the programs of the record by name. Raises StoreError."""
    return await groat.read(_list)


async def remove(groat: Groat, name: str) -> None:
    """Take a program out of the record; its tables and the requests that ended stay.

    Raises ProgramError ``program_not_recorded``, ``program_in_use``, StoreError.
    """
    await groat.write(_remove, name)


def _known() -> Flow[dict[str, frozenset[str]]]:
    return {
        name: frozenset(msgspec.json.decode(kinds, type=list[str]))
        for name, kinds in (yield Query("list_programs"))
    }


def _find_new(brought: Kinds) -> Flow[dict[str, frozenset[str]]]:
    """Find the programs whose record must change, with all kinds that each ever brought. Raises ProgramError."""
    known = yield from _known()
    if missing := sorted(known.keys() - brought.keys()):
        raise ProgramError(
            "program_missing",
            f"Nodes have run {', '.join(missing)} on this database. Install each and name it in the setting programs,"
            f" or take it out of the database: groat program remove {missing[0]}.",
        )
    # A kind that a newer version of a program no longer brings may have open requests.
    whole = {name: kinds | known.get(name, frozenset()) for name, kinds in brought.items()}
    return {name: kinds for name, kinds in whole.items() if name not in known or kinds != known[name]}


def _record(brought: Kinds) -> Flow[None]:
    for name, kinds in (yield from _find_new(brought)).items():
        yield Query("record_program", (name, msgspec.json.encode(sorted(kinds)).decode()))


def _list() -> Flow[list[Recorded]]:
    known = yield from _known()
    open_ = dict((yield Query("count_open_of_kinds", (sorted(frozenset().union(*known.values())),))))
    return [
        Recorded(name, tuple(sorted(kinds)), {kind: open_[kind] for kind in sorted(kinds) if kind in open_})
        for name, kinds in sorted(known.items())
    ]


def _remove(name: str) -> Flow[None]:
    found = {program.name: program for program in (yield from _list())}
    if name not in found:
        raise ProgramError(
            "program_not_recorded",
            f"The database has no program {name!r}; it has {', '.join(found) or 'none'}.",
        )
    if found[name].open:
        counts = ", ".join(f"{many} {kind}" for kind, many in found[name].open.items())
        raise ProgramError(
            "program_in_use",
            f"Requests of {name} are open: {counts}. Decide or cancel them first, then repeat this.",
        )
    yield Query("forget_program", (name,))
