"""Write the generated modules of groat.client into the folder that is named, or where they belong.

They are made from the OpenAPI document of a server with the programs that groat brings, and from its codes. Where they
belong the module of an app's own program is written, too, which the tests of groat.client use.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from expense_claims import EXPENSES

from groat.client.generate.document import Document, problems
from groat.client.generate.methods import Method, problem_class
from groat.client.generate.shapes import Types, answer_class, input_class
from groat.client.generate.text import docstring, module
from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.openapi import document
from groat.programs.bank import BANK
from groat.programs.credits import CREDITS
from groat.programs.placements import PLACEMENTS
from groat.programs.standing import STANDING

ROOT = Path(__file__).parent.parent
HERE = ROOT / "src" / "groat" / "client"
OF_EXAMPLE = ROOT / "tests" / "client" / "expenses.py"
MADE_BY = "`make types` from the server's OpenAPI document"


def served(programs: Iterable[Any]) -> Document:
    """Return the document of a server with these programs."""
    return Document(json.loads(document("", Catalogue(CORE, tuple(programs)))))


PROGRAMS = {"Bank": BANK, "Credits": CREDITS, "Placements": PLACEMENTS}
BASE, WHOLE = served(STANDING), served((*STANDING, *PROGRAMS.values()))


def method(source: Document, id: str) -> Method:
    """Return the method of an operation."""
    return Method(source, id, answers="answers.{}".format, inputs="inputs.{}".format, table="table.")


def of_problems() -> str:
    """Return the module of the classes of problems."""
    meanings = {
        code: (rule.status, rule.meaning)
        for code, rule in Catalogue(CORE, (*STANDING, *PROGRAMS.values())).codes.items()
    }
    for operation in WHOLE.operations.values():
        meanings = {**problems(operation), **meanings}
    return module(
        "A class for each stable code of the server's problems: its name is the code's.",
        MADE_BY,
        "from groat.client.errors import Problem",
        [problem_class(code, *meaning) for code, meaning in sorted(meanings.items())],
    )


IMPORTS = """\
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec import UNSET, UnsetType

from groat.client import answers, inputs, table
from groat.client.calling import Route
"""
VARIABLES = 'T = TypeVar("T")\nP = TypeVar("P")\n'


def calls(is_async: bool) -> str:
    """Return the module of the operations that every server has."""
    methods = [method(BASE, id).code(is_async) for id in BASE.operations]
    word, page = ("async ", "AsyncPaged") if is_async else ("", "Paged")
    name = f"{'Async' if is_async else ''}Calls"
    abstract = (
        f"    {word}def _call(self, route: Route[T], **given: Any) -> T:\n        raise NotImplementedError\n\n"
        f"    def _list(self, route: Route[P], **given: Any) -> {page}[Any, P]:\n        raise NotImplementedError\n"
    )
    said = "The operations of every server, awaited." if is_async else "The operations of every server."
    head = f"class {name}:\n{docstring(said)}"
    return module(
        "The operations as methods.",
        MADE_BY,
        IMPORTS + f"from groat.client.paging import {page}\n\n{VARIABLES}",
        ["\n\n".join((head, abstract, *methods))],
    )


def of_program(name: str) -> str:
    """Return the module of the operations of a program that groat brings."""
    program = name.lower()
    own = [id for id in served((*STANDING, PROGRAMS[name])).operations if id not in BASE.operations]
    parts = []
    for is_async in (False, True):
        word = "Async" if is_async else ""
        said = f"The operations of the program {program}."
        head = f"class {word}{name}({word}MoreCalls):\n{docstring(said)}"
        parts.append("\n\n".join((head, *(method(WHOLE, id).code(is_async) for id in own))))
    return module(
        f"The operations of the program {program} as methods, for servers on which it is turned on.",
        MADE_BY,
        IMPORTS
        + "from groat.client.client import AsyncMoreCalls, MoreCalls\n"
        + "from groat.client.paging import AsyncPaged, Paged\n",
        parts,
    )


def made() -> dict[str, str]:
    """Return the generated modules by their files."""
    everything = WHOLE.operations.values()
    told, sent = Types(str, sent=False), Types(str, sent=True)
    return {
        "answers.py": module(
            "The shapes of answers. Amounts are decimal strings, times are RFC 3339 in UTC, ids are UUIDs.",
            MADE_BY,
            "from typing import Any\n\nimport msgspec\n\n"
            "from groat.client.errors import Problem\nfrom groat.client.reading import Literal\n\n"
            "# ruff does not know this Literal.\n# ruff: noqa: F821, UP037",
            [answer_class(WHOLE, name, told) for name in WHOLE.answered(everything)],
        ),
        "inputs.py": module(
            "The shapes of what is inside of bodies. Amounts are decimal strings, times are RFC 3339.",
            MADE_BY,
            "from collections.abc import Mapping, Sequence\nfrom typing import Any, NotRequired, TypedDict\n\n"
            "from groat.client.reading import Literal\n\n"
            "# ruff does not know this Literal.\n# ruff: noqa: F821, UP037",
            [input_class(WHOLE, name, name, sent) for name in WHOLE.sent(everything)],
        ),
        "problems.py": of_problems(),
        "table.py": module(
            "A route for each operation.",
            MADE_BY,
            "from typing import Any, Final\n\nfrom groat.client import answers\nfrom groat.client.calling import Route",
            [
                "\n".join(
                    method(BASE if id in BASE.operations else WHOLE, id).row() for id in WHOLE.operations
                )
            ],
        ),
        "calls.py": calls(is_async=False),
        "async_calls.py": calls(is_async=True),
        **{f"{name.lower()}.py": of_program(name) for name in PROGRAMS},
    }


def neaten(paths: list[Path]) -> None:
    """Write the modules as ruff does, without the imports that they do not need."""
    for command in (("check", "--fix-only", "--select", "F401,I"), ("format",)):
        config = ("--quiet", "--config", str(ROOT / "pyproject.toml"))
        subprocess.run([sys.executable, "-m", "ruff", *command, *config, *map(str, paths)], check=True)


def make_example() -> None:
    """Write the module of an app's own program, in a process that loads what has just been written."""
    served_text = document("", Catalogue(CORE, (*STANDING, EXPENSES)))
    with TemporaryDirectory() as folder:
        (Path(folder) / "openapi.json").write_bytes(served_text)
        command = [sys.executable, "-m", "groat.client", f"{folder}/openapi.json", "Expenses"]
        made = subprocess.run(command, check=True, capture_output=True, text=True)
    OF_EXAMPLE.write_text(made.stdout, encoding="utf-8")


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    files = {folder / name: text for name, text in made().items()}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    neaten(list(files))
    if folder == HERE:
        make_example()
