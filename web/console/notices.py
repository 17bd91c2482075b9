"""Print the texts of notifications of groat's own programs, and their categories, for the tests of the console.

They are read from the source: the first argument of each call of ``say``, and the category of each ``Notice``.
The console has each of them in its languages (`src/programs/<program>/declared.ts`).
"""

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import groat.programs

FOLDER = Path(groat.programs.__path__[0])
CATEGORY_PLACE = 3
DEFAULT_CATEGORY = "general"


def calls(tree: ast.Module, name: str) -> Iterator[ast.Call]:
    """List the calls of a function by its plain name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            yield node


def text_of(node: ast.expr, tree: ast.Module) -> str:
    """Return the text that stands in an expression, or in the constant of the module that it names."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    for each in tree.body:
        if (
            isinstance(each, ast.Assign | ast.AnnAssign)
            and isinstance(node, ast.Name)
            and each.value is not None
            and ast.unparse(each.targets[0] if isinstance(each, ast.Assign) else each.target) == node.id
        ):
            return text_of(each.value, tree)
    raise SystemExit(f"line {node.lineno}: write the text itself in the call, {ast.unparse(node)} is none")


found: dict[str, dict[str, list[str]]] = {}
for program in sorted(path.name for path in FOLDER.iterdir() if path.is_dir()):
    texts: set[str] = set()
    categories: set[str] = set()
    for path in sorted((FOLDER / program).rglob("*.py")):
        if program == "notifications":
            # An app's own texts are the app's to translate.
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        texts.update(text_of(call.args[0], tree) for call in calls(tree, "say"))
        for call in calls(tree, "Notice"):
            given = call.args[CATEGORY_PLACE : CATEGORY_PLACE + 1]
            categories.add(text_of(given[0], tree) if given else DEFAULT_CATEGORY)
    if texts or categories:
        found[program] = {"texts": sorted(texts), "categories": sorted(categories)}
sys.stdout.write(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
