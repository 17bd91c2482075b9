"""The names of classes, functions and types that docs, docstrings and comments use exist in the code."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.parsing import parse

ROOT = Path(__file__).parent.parent
WEB = [ROOT / "web" / name / "src" for name in ("client", "react", "console", "server")]
PYTHON = sorted(
    [*(ROOT / "src").rglob("*.py"), *(ROOT / "examples").rglob("*.py"), *(ROOT / "deploy").rglob("*.py")]
)
TYPESCRIPT = sorted(path for top in WEB for path in top.rglob("*.ts*"))
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
SPAN = re.compile(r"``([^`\n]+)``|(?<!`)`([^`\n]+)`(?!`)")
# `HoldInput`, `useHistory`, `walk()`; and a capitalised word with which the code begins: `Program`, `Book.move`.
NAME = re.compile(
    r"\b(?:[A-Z]+[a-z0-9]+[A-Z]\w*|[a-z]+[A-Z]\w*|[A-Za-z]\w+(?=\())|(?<=`)[A-Z][a-z]+\w*(?=[`.])"
)
MEMBER = re.compile(r"`[A-Z]\w*[a-z]\w*\.(\w+)")
BLOCK = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`\w])//[^\n]*", re.DOTALL)
ROLE = re.compile(r":(?:class|func|meth|data|mod|attr):`~?([\w.]+)`")
ELSEWHERE = {
    "EventSource",  # browsers
    "Origin",  # HTTP
    "Via",
    "captureOnCommitCallbacks",
    "set_rollback",  # Django REST framework
    "PubSub",  # redis-py
    "connectingCodes",  # centrifuge-js
    "disconnectedCodes",
    "pg_last_xact_replay_timestamp",  # PostgreSQL
    "terminationGracePeriodSeconds",  # Kubernetes
    "GroatDown",  # deploy/
    "extraHeaders",  # Socket.IO
    "onAny",
    "AsyncRedisManager",
    "connectionStateRecovery",
    "Mount",  # Starlette
    "GZipMiddleware",
    "as_view",  # Django
    "include",
    "QuerySet",
    "TestCase",
    "TransactionTestCase",
}


@cache
def tokens(path: Path) -> list[tokenize.TokenInfo]:
    """The tokens of a Python file."""
    return list(tokenize.generate_tokens(io.StringIO(path.read_text(encoding="utf-8")).readline))


@cache
def known() -> frozenset[str]:
    """All names in code, also those in strings, such as the fields of JSON; comments and docstrings name nothing."""
    found: set[str] = {"groat", *ELSEWHERE}
    for path in PYTHON:
        for token in tokens(path):
            if token.type == tokenize.NAME:
                found.add(token.string)
            elif token.type == tokenize.STRING and not is_docstring(token):
                found.update(re.findall(r"\w+", token.string))
    for path in TYPESCRIPT:
        found.update(re.findall(r"[\w$]+", COMMENT.sub(" ", path.read_text(encoding="utf-8"))))
    return frozenset(found)


def is_docstring(token: tokenize.TokenInfo) -> bool:
    """Whether a string has the three quotes of a docstring."""
    return '"""' in token.string[:4]


def used(text: str) -> Iterator[str]:
    """The names in the spans of code of a text."""
    for double, single in SPAN.findall(text):
        span = f"`{double or single}`"
        yield from (*NAME.findall(span), *MEMBER.findall(span))


def prose(path: Path) -> str:
    """What a file says to people: a page without its blocks of code, a source's comments and docstrings."""
    if path.suffix == ".md":
        return BLOCK.sub("", path.read_text(encoding="utf-8"))
    if path.suffix != ".py":
        return "\n".join(COMMENT.findall(path.read_text(encoding="utf-8")))
    said = (
        t
        for t in tokens(path)
        if t.type == tokenize.COMMENT or (t.type == tokenize.STRING and is_docstring(t))
    )
    return "\n".join(token.string for token in said)


def test_names_are_found_in_a_text() -> None:
    text = "A `Program` has `Extension.tells`; ``useHistory`` and `walk(kind)`, not `GET /v1/me`, `amount` or `a b`."
    assert list(used(text)) == ["Program", "Extension", "tells", "useHistory", "walk"]
    assert "HoldBody" not in known()


@pytest.mark.parametrize("files", [PAGES, PYTHON, TYPESCRIPT], ids=["docs", "Python", "TypeScript"])
def test_each_name_that_is_used_exists(files: list[Path]) -> None:
    assert {
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        for name in used(prose(path))
        if name not in known()
    } == set()


def test_each_cross_reference_of_a_docstring_leads_to_a_name() -> None:
    found = [(path, target) for path in PYTHON for target in ROLE.findall(prose(path))]
    assert len(found) > 100
    assert {
        f"{path.relative_to(ROOT)}: {target}"
        for path, target in found
        if not known().issuperset(target.split("."))
    } == set()


# The names that several classes may share, and why.
SHARED = {
    "Command": "Django looks for a class of this name in each file of commands; in the ledger it is what one decides",
    "Meta": "Django looks for a class of this name in each model",
    "Migration": "Django looks for a class of this name; in the store it is one of groat's own steps",
    "Groat": "the ledger that apps open is the engine's, with the words of the programs that every database has",
    "Busy": "an app of Django catches it as an error of the database, and the engine's own is one of the store's",
    "Session": "a login's answer has this name in the published schema, and to a live reader it is the field's word",
    "Problem": "an answer of the server is a problem to whoever calls it, and verify finds problems",
    "Terms": "those of a grant in the ledger, and of a loan in the form that the published schema shows",
    "Application": "forms of two kinds of requests: the name is the title of each in the published schema",
}


def test_a_class_has_a_name_of_its_own() -> None:
    places: dict[str, list[str]] = {}
    for path in (ROOT / "src" / "groat").rglob("*.py"):
        if "Made by `make types`" in path.read_text(encoding="utf-8"):
            # Files that are made from the published document have its names; the import linter keeps them apart.
            continue
        for node in ast.walk(parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name.lstrip("_"), []).append(
                    str(path.relative_to(ROOT / "src" / "groat"))
                )
    shared = {name: where for name, where in places.items() if len(where) > 1}
    assert {name: where for name, where in shared.items() if name not in SHARED} == {}
    assert SHARED.keys() == shared.keys()
