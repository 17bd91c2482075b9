"""Packages with programs, found as pip would have installed them."""

from __future__ import annotations

import os
import tomllib
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def environment(place: Path, *packages: Path) -> dict[str, str]:
    """Variables with which another process finds the packages of these folders, each with a pyproject.toml."""
    paths = [str(place / "site")]
    for package in packages:
        project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
        write_entries(place, project["name"], project["entry-points"]["groat.programs"])
        paths.append(str(package / "src"))
    return {"PYTHONPATH": os.pathsep.join(paths)}


def install(monkeypatch: pytest.MonkeyPatch, place: Path, package: Path) -> None:
    """Put the package of a folder with a pyproject.toml on the path, with the entry points that it names."""
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    entries = project["entry-points"]["groat.programs"]
    install_entries(monkeypatch, place, project["name"], entries)
    monkeypatch.syspath_prepend(str(package / "src"))


def install_entries(
    monkeypatch: pytest.MonkeyPatch,
    place: Path,
    name: str,
    entries: dict[str, str],
    groups: dict[str, str] | None = None,
) -> None:
    """Let an installed distribution of this name have these programs and groups of commands in its entry points."""
    write_entries(place, name, entries, groups)
    monkeypatch.syspath_prepend(str(place / "site"))


def write_entries(
    place: Path, name: str, entries: dict[str, str], groups: dict[str, str] | None = None
) -> None:
    """Write a distribution of this name with these programs in its entry points below ``place / "site"``.

    ``groups`` are those that name groups of commands.
    """
    info = place / "site" / f"{name.replace('-', '_')}-0.1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 0.1.0\n")
    lines = [f"{program} = {value}" for program, value in entries.items()]
    more = [f"{group} = {value}" for group, value in (groups or {}).items()]
    (info / "entry_points.txt").write_text("\n".join(["[groat.programs]", *lines, "[groat.commands]", *more]))
    assert PathDistribution(info).entry_points
