"""docs/programs.md tells every kind of the bank as it is declared."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from groat.programs.bank import BANK
from groat.programs.workflow import FILE, Kind

PAGE = (Path(__file__).parents[3] / "docs" / "programs.md").read_text(encoding="utf-8")


def yes(flag: bool) -> str:
    return "yes" if flag else "no"


@pytest.mark.parametrize("kind", BANK.kinds, ids=lambda kind: kind.name)
def test_a_kind_is_documented_as_it_is(kind: Kind[Any]) -> None:
    _, _, rest = PAGE.partition(f"\n## {kind.title}: `{kind.name}`\n")
    section = re.split(r"\n## ", rest)[0]
    rows = {line for line in section.splitlines() if line.startswith("| `")}
    expected = {
        f"| `{s.name}` | {s.title} | {yes(s.open)} | {yes(s.waits)} | {f'`{s.on_due}`' if s.on_due else ''} |"
        for s in kind.states.values()
    }
    for t in kind.transitions.values():
        given = kind.form if t.name == FILE else t.input
        fields = ", ".join(f"`{name}`" for name in given.__struct_encode_fields__)
        sides = " | ".join(", ".join(names) for names in (t.sources, t.to, t.by))
        expected.add(f"| `{t.name}` | {t.title} | {sides} | {fields} |")
    assert rows == expected
    kept = [name for name in kind.data.__struct_encode_fields__ if name not in kind.form.__struct_fields__]
    for name in kept:
        assert f"`{name}`" in section


def test_every_code_is_documented() -> None:
    for kind in BANK.kinds:
        for code, rule in kind.refusals.items():
            assert f"| `{code}` | {rule.status} | {rule.meaning} |" in PAGE
