"""The module of the operations that a server has beside those of groat.client: of programs of its own."""

from __future__ import annotations

import re

from groat.client import answers, inputs
from groat.client import problems as own_problems
from groat.client.bank import Bank
from groat.client.calls import Calls
from groat.client.credits import Credits
from groat.client.generate.document import Document, problems, py_name
from groat.client.generate.methods import Method, problem_class, problem_name
from groat.client.generate.shapes import Types, answer_class, input_class
from groat.client.generate.text import docstring, module
from groat.client.placements import Placements

MADE_BY = "`python -m groat.client` from the server's OpenAPI document"
_IMPORTS = {
    "collections.abc": ("Mapping", "Sequence"),
    "typing": ("Any", "Final", "NotRequired", "TypedDict"),
    "": ("msgspec",),
    "msgspec": ("UNSET", "UnsetType"),
    "groat.client": ("AsyncPaged", "Paged", "Problem", "answers", "inputs"),
    "groat.client.calling": ("Route",),
    "groat.client.client": ("AsyncMoreCalls", "MoreCalls"),
    "groat.client.reading": ("Literal",),
}
_ORDER = (
    ("collections.abc", "typing"),
    ("", "msgspec"),
    ("groat.client", "groat.client.calling", "groat.client.client", "groat.client.reading"),
)


def own_module(document: Document, name: str) -> str:
    """Return a module with the classes ``name`` and ``Async`` before it.

    Raises ValueError for a server without operations of its own, and for a document that is not understood.
    """
    known = _known(document)
    own = [id for id in document.operations if py_name(id) not in known]
    if not own:
        raise ValueError("this server has no operations beside those of groat.client")
    operations = [document.operations[id] for id in own]
    told = [each for each in document.answered(operations) if not hasattr(answers, each)]
    sent = [each for each in document.sent(operations) if not hasattr(inputs, each)]
    # Python has a class for each; one name can be both.
    renamed = {each: f"{each}Given" if each in told else each for each in sent}
    to_answer = lambda each: each if each in told else f"answers.{each}"  # noqa: E731
    to_input = lambda each: renamed.get(each, f"inputs.{each}")  # noqa: E731
    methods = [Method(document, id, answers=to_answer, inputs=to_input, table="_") for id in own]
    codes: dict[str, tuple[int, str]] = {}
    for operation in document.operations.values():
        codes |= problems(operation)
    codes = {code: said for code, said in codes.items() if not hasattr(own_problems, problem_name(code))}
    made = [*told, *renamed.values(), *map(problem_name, codes), name, f"Async{name}"]
    taken = {word for words in _IMPORTS.values() for word in words}
    if clash := {each for each in made if made.count(each) > 1} | (taken & set(made)):
        raise ValueError(f"the module would have two things of the name {', '.join(sorted(clash))}")
    parts = [
        *(problem_class(code, *said) for code, said in sorted(codes.items())),
        *(answer_class(document, each, Types(to_answer, sent=False)) for each in told),
        *(input_class(document, each, renamed[each], Types(to_input, sent=True)) for each in sent),
        "\n".join(method.row() for method in methods),
        *(_class_of(name, methods, is_async=is_async) for is_async in (False, True)),
    ]
    return module("The operations of our own programs.", MADE_BY, _imports("\n".join(parts)), parts)


def _known(document: Document) -> set[str]:
    """Return the names of the operations for which groat.client has methods."""
    served, known = set(map(py_name, document.operations)), set(vars(Calls))
    for program in (Bank, Credits, Placements):
        own = {name for name in vars(program) if not name.startswith("_")}
        # Without that program, another one may have a kind whose name is that of one of its kinds.
        known |= own if own <= served else set()
    return known


def _class_of(name: str, methods: list[Method], *, is_async: bool) -> str:
    word = "Async" if is_async else ""
    said = f"The operations of our own programs: ``{word}{name}({'async_' if is_async else ''}client)``."
    head = f"class {word}{name}({word}MoreCalls):\n{docstring(said)}"
    return "\n\n".join((head, *(method.code(is_async) for method in methods)))


def _imports(code: str) -> str:
    """Return the imports of the names that the code uses."""
    code = re.sub(r'""".*?"""', "", code, flags=re.DOTALL)
    groups = []
    for group in _ORDER:
        lines = []
        for source in group:
            names = [each for each in _IMPORTS[source] if re.search(rf"(?<![\w.]){each}\b", code)]
            if names:
                lines.append(f"from {source} import {', '.join(names)}" if source else f"import {names[0]}")
        if lines:
            groups.append("\n".join(lines))
    text = "\n\n".join(groups)
    if "import Literal" in text:
        # It is groat's own: a later server may know more words.
        text += "\n\n# ruff does not know this Literal.\n# ruff: noqa: F821, UP037"
    return text
