"""The project's own files agree with each other."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def names(lines: list[str]) -> set[str]:
    """The packages that requirement lines name."""
    return {
        re.split(r"[<>=;,~ ]", line)[0].lower()
        for line in lines
        if line and not line.startswith(("#", "-", " "))
    }


def test_the_lock_covers_what_the_wheel_needs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert names((ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()) == names(
        project["dependencies"]
    )
    locked = {
        re.sub(r"\[.*\]", "", name)
        for name in names((ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines())
    }
    wanted = {
        re.sub(r"\[.*\]", "", name)
        for extra in project["optional-dependencies"].values()
        for name in names(extra)
    }
    assert wanted - {"groat"} <= locked


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_locks_have_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"--(index-url|extra-index-url|find-links|trusted-host)", text)
    packages = re.findall(r"^[a-z].*==", text, re.MULTILINE)
    assert len(packages) == len(re.findall(r"^[a-z][^\n]*==[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE))
