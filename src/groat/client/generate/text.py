"""Source text as ruff lays it out."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

_DOCSTRING_WIDTH = 105
_WIDTH = 110


def docstring(text: str, indent: str = "    ") -> str:
    """Return a text as a docstring."""
    plain = [" ".join(part.split()) for part in text.replace("\\", "\\\\").split("\n\n")]
    parts = ["\n".join(textwrap.wrap(part, _DOCSTRING_WIDTH - len(indent))) for part in plain if part]
    body = textwrap.indent("\n\n".join(parts), indent).lstrip().replace('"""', "'''")
    end = f"\n{indent}" if "\n" in body else ""
    # A quote before the three that end it would be taken for one of these.
    body = f"{body} " if not end and body.endswith('"') else body
    return f'{indent}"""{body}{end}"""'


def or_one(type_: str, other: str) -> str:
    """Return a type or another one; None stands last."""
    words = dict.fromkeys((*type_.split(" | "), other))
    return " | ".join(sorted(words, key=lambda word: word == "None"))


def laid_out(head: str, items: list[str], tail: str, indent: str = "") -> str:
    """Return a call or a signature: in one line, its items in a line of their own, or each of them in one."""
    line = f"{indent}{head}{', '.join(items)}{tail}"
    if len(line) <= _WIDTH:
        return line
    inner = f"{indent}    {', '.join(items)}"
    if len(inner) > _WIDTH:
        inner = "\n".join(_item(item, f"{indent}    ") for item in items)
    return f"{indent}{head}\n{inner}\n{indent}{tail}"


def _item(item: str, indent: str) -> str:
    line = f"{indent}{item},"
    if len(line) <= _WIDTH or not item.endswith("}"):
        return line
    head, _, pairs = item[:-1].partition("{")
    rows = [f"{indent}    {pair}," for pair in pairs.split(", ")]
    return "\n".join((f"{indent}{head}{{", *rows, f"{indent}}},"))


def module(text: str, made_by: str, imports: str, parts: Iterable[str]) -> str:
    """Return a module with its docstring."""
    head = docstring(f"{text}\n\nMade by {made_by}: do not edit.", "")
    return (
        "\n\n\n".join((f"{head}\n\nfrom __future__ import annotations\n\n{imports.rstrip()}", *parts)) + "\n"
    )
