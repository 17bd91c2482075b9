"""docs/architecture.md and the tree agree: the names on the page exist, and every rule that is cited stands on it."""

from __future__ import annotations

import ast
import gc
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.parsing import parse
from tests.http.conftest import EVERYWHERE

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
PYTHON = ROOT / "src" / "groat"
TYPESCRIPT = [ROOT / "web" / name / "src" for name in ("client", "react", "console")]
# The rules of an association of bond dealers have numbers, too.
OTHERS = re.compile(r"\bICMA(?:'s)? rule \d+")
CITATION = re.compile(r"\brules?\s+((?:[A-Z]?\d+(?:, | and | to )?)+)", re.IGNORECASE)


def python_names(text: str) -> Iterator[str]:
    """What a file defines: functions, classes and constants, methods and attributes as ``Class.name``."""
    tree = parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
        if isinstance(node, ast.ClassDef):
            for inner in ast.walk(node):
                if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{node.name}.{inner.name}"
                elif isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Store):
                    yield f"{node.name}.{inner.attr}"
    for line in tree.body:
        if isinstance(line, ast.Assign | ast.AnnAssign):
            targets = line.targets if isinstance(line, ast.Assign) else [line.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def typescript_names(text: str) -> Iterator[str]:
    """What a file declares at its top, and the methods of its classes as ``Class.name``."""
    kind = ""
    for line in text.splitlines():
        if top := re.match(r"(?:export )?(?:async )?(?:class|function|const|interface|type) (\w+)", line):
            kind = top[1]
            yield kind
        elif method := re.match(r"  (?:private |readonly |async |static )*(\w+)(?:<[^>]*>)?\(", line):
            yield f"{kind}.{method[1]}"


def names_in(path: Path) -> set[str]:
    """The names that a file defines."""
    text = path.read_text(encoding="utf-8")
    return set(python_names(text) if path.suffix == ".py" else typescript_names(text))


SPANS = sorted(set(re.findall(r"`([^`\n]+)`", PAGE)))
# Rows of the page that say where a name stands: "`http/app.py`: `App._answer`".
PLACES = re.findall(r"`([\w./-]+\.\w+)`: `([\w.]+)`", PAGE)
# Command lines, import paths, a group of entry points and the prefix of tables.
WORDS = {"make lint", "make types", "groat", "groat_", "groat.Groat", "groat.programs"}


@pytest.fixture(scope="module")
def names() -> set[str]:
    """What all files define, and all codes. Reading them takes a second, which no other test's process should pay."""
    files = [*PYTHON.rglob("*.py"), *(path for top in TYPESCRIPT for path in top.rglob("*.ts*"))]
    return set(EVERYWHERE.codes).union(*map(names_in, files))


def found(path: str) -> Path | None:
    """The file or directory that the page means, from the repository's root or from src/groat."""
    return next((top / path for top in (ROOT, PYTHON) if (top / path).exists()), None)


def numbers(text: str) -> list[str]:
    """The numbers of the rules that stand on a page as items of its lists."""
    return [a or b for a, b in re.findall(r"^(?:- ([A-Z]\d+)|(\d+))\. ", text, re.MULTILINE)]


def cited(text: str) -> Iterator[str]:
    """The rules that a text cites: "rule 4", "rules 1 to 4, 9 and 14", "Rule S7"."""
    for citation in CITATION.finditer(OTHERS.sub("", text)):
        yield from re.findall(r"[A-Z]?\d+", citation[1])


def sources() -> list[Path]:
    """The files of the repository that may cite a rule."""
    tops = [PYTHON, ROOT / "tests", ROOT / "benchmarks", ROOT / "examples", ROOT / "docs", *TYPESCRIPT]
    suffixes = {".py", ".sql", ".md", ".ts", ".tsx", ".css"}
    files = [
        path
        for top in tops
        for path in top.rglob("*")
        if path.suffix in suffixes
        and path != Path(__file__)
        and not {"node_modules", ".next", "installed"} & {*path.parts}
    ]
    return [ROOT / "README.md", *files]


@pytest.mark.parametrize("span", SPANS)
def test_what_the_map_names_exists(names: set[str], span: str) -> None:
    if span in WORDS or span in names:
        return
    assert re.search(r"[/.]", span), f"{span} is no name of a class, a function or a code"
    assert found(span), f"there is no {span}"


@pytest.mark.parametrize(("path", "name"), PLACES)
def test_it_stands_where_the_map_says(path: str, name: str) -> None:
    place = found(path)
    assert place is not None
    assert name in names_in(place)


def test_the_map_shows_every_room() -> None:
    rooms = {f"{path.parent.name}/" for path in PYTHON.glob("*/__init__.py")}
    assert rooms <= set(SPANS)
    picture = (ROOT / "docs" / "images" / "rooms.svg").read_text(encoding="utf-8")
    assert {room for room in rooms if f">{room}</text>" not in picture} == {"client/", "sandbox/", "sheets/"}


def test_each_cited_rule_stands_on_the_map() -> None:
    known = set(numbers(PAGE))
    unknown = {
        f"{path.relative_to(ROOT)}: rule {rule}"
        for path in sources()
        for rule in cited(path.read_text(encoding="utf-8"))
        if rule not in known
    }
    assert unknown == set()


def test_no_file_cites_a_document_that_is_not_here() -> None:
    absent = re.compile(r"\b(?!README|LICENSE)[A-Z]{4,}\.md\b")
    assert {
        f"{path.relative_to(ROOT)}: {name}"
        for path in sources()
        for name in absent.findall(path.read_text(encoding="utf-8"))
    } == set()


def docstrings(path: Path) -> Iterator[tuple[int, str]]:
    """The line and the text of each docstring of a file, also of those below a constant."""
    for node in ast.walk(parse(path.read_text(encoding="utf-8"))):
        body = getattr(node, "body", None)
        for line in body if isinstance(body, list) else ():
            if isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
                yield line.lineno, str(line.value.value)


def test_docstrings_are_statements() -> None:
    clause = re.compile(r"(What|Who|Whom|Whose|Whoever|Whatever|Which|Where|Why|How|That|Whether)\b")
    assert {
        f"{path.relative_to(ROOT)}:{number}: {text.splitlines()[0]}"
        for path in PYTHON.rglob("*.py")
        for number, text in docstrings(path)
        if clause.match(text)
    } == set()


class Parses:
    """Garbage that parses when it is collected."""

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        ast.parse("a + b")


def test_what_is_collected_meanwhile_may_parse_too() -> None:
    text = (PYTHON / "ledger" / "book.py").read_text(encoding="utf-8")
    threshold = gc.get_threshold()
    gc.set_threshold(100, 5, 5)
    try:
        for _ in range(50):
            Parses()
            assert parse(text).body
    finally:
        gc.set_threshold(*threshold)
