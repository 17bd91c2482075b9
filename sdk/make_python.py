"""Write the generated modules of groat.client into the folder that is named, or where they belong.

They are made from the OpenAPI document of a server with the programs that groat brings, and from its codes. A schema
keyword that the generator does not know is an error, so that no rule is lost in silence.
"""

from __future__ import annotations

import json
import keyword
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.openapi import document
from groat.programs.bank import BANK
from groat.programs.standing import STANDING

HERE = Path(__file__).parent.parent / "src" / "groat" / "client"
REF = "#/components/schemas/"
KEY = "Idempotency-Key"
WIDTH = 105
SLOW = ("postTransactions", "previewSheet", "getStatement")
"""Bulks and files take their time."""
OPTIONS = {"self", "key", "timeout_s"}
"""Parameters of every call."""
COOKIE_ANSWER = "Session"
"""This answer comes with the cookie of a session."""
STREAMING = {"Accept", "Last-Event-ID"}
"""Headers for event streams, which no call of the client reads."""

# These say more about a value than a type can.
WITHOUT_TYPE = {
    "title", "description", "default", "examples", "format", "pattern", "minLength", "maxLength", "minimum",
    "maximum", "exclusiveMinimum", "minItems", "maxItems", "contentMediaType", "required", "if", "then",
}  # fmt: skip
PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}

Schema = dict[str, Any]


def served(programs: Iterable[Any]) -> Schema:
    """Return the document of a server with these programs."""
    found: Schema = json.loads(document("", Catalogue(CORE, tuple(programs))))
    return found


def listed(doc: Schema) -> dict[str, Schema]:
    """The operations of a document by id, each with its method and path."""
    return {
        operation["operationId"]: {**operation, "method": method.upper(), "path": path}
        for path, methods in doc["paths"].items()
        for method, operation in methods.items()
    }


BASE, WHOLE = served(STANDING), served((*STANDING, BANK))
OPERATIONS = listed(BASE)
OF_BANK = {id: each for id, each in listed(WHOLE).items() if id not in OPERATIONS}
SCHEMAS: dict[str, Schema] = WHOLE["components"]["schemas"]


def keywords(schema: Schema, known: Iterable[str], where: str) -> None:
    """Fail on a keyword that decides a type and is not among those known."""
    if unknown := schema.keys() - WITHOUT_TYPE - set(known):
        raise ValueError(f"{where}: the generator does not know what {sorted(unknown)} mean here")


def name_of(schema: Schema) -> str:
    """The name of the schema that another one refers to."""
    return str(schema["$ref"]).removeprefix(REF)


class Types:
    """Write schemas as types: of answers, or of what is sent. Prefix is the module in which named types are."""

    def __init__(self, *, sent: bool, prefix: str = "") -> None:
        self.sent = sent
        self.prefix = prefix

    def of(self, schema: Schema, where: str) -> str:
        """The type of a value."""
        if "$ref" in schema:
            keywords(schema, ("$ref", "type"), where)
            return "Problem" if name_of(schema) == "ProblemView" else self.prefix + name_of(schema)
        if "enum" in schema:
            keywords(schema, ("enum", "type"), where)
            words = ", ".join(json.dumps(value) for value in schema["enum"])
            return f"Literal[{words}]"
        if "anyOf" in schema:
            keywords(schema, ("anyOf",), where)
            return self._any(schema["anyOf"], where)
        kind = schema.get("type")
        if kind == "array":
            return self._list(schema, where)
        if kind == "object":
            keywords(schema, ("type", "properties", "additionalProperties"), where)
            value = schema.get("additionalProperties")
            inner = self.of(value, where) if isinstance(value, dict) else "Any"
            return f"{'Mapping' if self.sent else 'dict'}[str, {inner}]"
        keywords(schema, ("type",), where)
        if kind is None:
            return "Any"
        if kind not in PLAIN:
            raise ValueError(f"{where}: the generator does not know the type {kind}")
        return PLAIN[kind]

    def _any(self, schemas: list[Schema], where: str) -> str:
        if sum("$ref" in each for each in schemas) > 1:
            # Nothing in the value tells which of them it is.
            return f"{'Mapping' if self.sent else 'dict'}[str, Any]"
        return " | ".join(dict.fromkeys(self.of(each, where) for each in schemas))

    def _list(self, schema: Schema, where: str) -> str:
        keywords(schema, ("type", "items", "prefixItems"), where)
        if "prefixItems" in schema:
            return f"tuple[{', '.join(self.of(each, where) for each in schema['prefixItems'])}]"
        return f"{'Sequence' if self.sent else 'list'}[{self.of(schema.get('items', {}), where)}]"


def reached(roots: Iterable[Any]) -> list[str]:
    """The names of the schemas that these refer to, and those refer to in turn, sorted."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        for name in re.findall(rf'"{REF}(\w+)"', json.dumps(waiting.pop())):
            if name not in found:
                found.add(name)
                waiting.append(SCHEMAS[name])
    return sorted(found)


def bodies(operations: Iterable[Schema]) -> Iterator[Schema]:
    """The schemas of what operations are sent."""
    for operation in operations:
        for content in operation.get("requestBody", {}).get("content", {}).values():
            yield content["schema"]


def results(operation: Schema) -> dict[str, Schema]:
    """The schemas of an operation's answer by their media types."""
    return {
        form: content["schema"]
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for form, content in response.get("content", {}).items()
    }


def docstring(text: str, indent: str = "    ") -> str:
    """A text as a docstring."""
    plain = [" ".join(part.split()) for part in text.replace("\\", "\\\\").split("\n\n")]
    parts = ["\n".join(textwrap.wrap(part, WIDTH - len(indent))) for part in plain if part]
    body = textwrap.indent("\n\n".join(parts), indent).lstrip()
    end = f"\n{indent}" if "\n" in body else ""
    return f'{indent}"""{body}{end}"""'


def or_one(type_: str, other: str) -> str:
    """A type or another one; None stands last."""
    words = dict.fromkeys((*type_.split(" | "), other))
    return " | ".join(sorted(words, key=lambda word: word == "None"))


def py_name(name: str) -> str:
    """A name of the wire as Python has it: ``from_``, ``post_transaction``."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def flattened(schema: Schema) -> tuple[dict[str, Schema], list[str]]:
    """The fields of an object and the names of those that are required, with those of what it extends."""
    fields, required = dict(schema.get("properties", {})), list(schema.get("required", []))
    for part in schema.get("allOf", []):
        more = flattened(SCHEMAS[name_of(part)] if "$ref" in part else part)
        if "if" not in part:
            fields, required = {**more[0], **fields}, [*more[1], *required]
    return fields, required


def answer_class(name: str) -> str:
    """The class of an answer."""
    schema, types = SCHEMAS[name], Types(sent=False)
    keywords(schema, ("type", "properties", "additionalProperties", "allOf"), name)
    lines = [
        f"class {name}(msgspec.Struct, frozen=True, kw_only=True):",
        docstring(schema["description"]),
        "",
    ]
    fields, required = flattened(schema)
    for field, each in fields.items():
        type_, python = types.of(each, f"{name}.{field}"), field
        ends = ""
        if field not in required:
            type_ = or_one(type_, "None")
            ends = " = None"
        if keyword.iskeyword(field):
            python, ends = f"{field}_", f' = msgspec.field(name="{field}")'
        if text := each.get("description"):
            lines.append(f"    # {text}")
        lines.append(f"    {python}: {type_}{ends}")
    if name == COOKIE_ANSWER:
        lines.append("    # The value of the session's cookie: refresh_token and logout take it.")
        lines.append('    cookie: str = ""')
    return "\n".join(lines)


def input_class(name: str) -> str:
    """The type of a dictionary that is sent."""
    schema, types = SCHEMAS[name], Types(sent=True)
    keywords(schema, ("type", "properties", "additionalProperties"), name)
    lines = [f"class {name}(TypedDict):", docstring(schema["description"]), ""]
    for field, each in schema["properties"].items():
        type_ = types.of(each, f"{name}.{field}")
        lines.append(f"    {field}: {type_ if field in schema['required'] else f'NotRequired[{type_}]'}")
    return "\n".join(lines)


def body_of(operation: Schema) -> tuple[dict[str, Schema], list[str]] | None:
    """The fields of an operation's body and the required ones; None without a body, no fields where all are allowed."""
    for schema in bodies([operation]):
        return flattened(SCHEMAS[name_of(schema)] if "$ref" in schema else schema)
    return None


class Method:
    """The parts of the method for an operation, which its two forms share."""

    def __init__(self, id: str, operation: Schema, inputs: str) -> None:
        self.id, self.operation = id, operation
        self.constant = py_name(id).upper()
        self._types = Types(sent=True, prefix=inputs)
        given = [each for each in operation.get("parameters", []) if each["name"] not in STREAMING | {KEY}]
        self.keyed = any(each["name"] == KEY for each in operation.get("parameters", []))
        self.path = [each for each in given if each["in"] == "path"]
        self.query = [each for each in given if each["in"] == "query"]
        self.headers = [each for each in given if each["in"] == "header"]
        self.body = body_of(operation)
        self.any_body = self.body is not None and "properties" not in next(bodies([operation]))
        self.any_body &= "$ref" not in next(bodies([operation]), {"$ref": ""})
        # A request is filed for a person, and may name another one in its data.
        of_kind = "kind" not in (each["name"] for each in self.path) and "/requests/" in operation["path"]
        self._renamed = {"user": "for_user", "owner": "for_owner"} if of_kind else {}
        self.session = any("session" in each for each in operation["security"])
        self.form = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
        self.answers = results(operation)
        self.paged = any(each["name"] == "cursor" for each in self.query)

    def of_query(self, name: str) -> str:
        """The name of the parameter for a query parameter."""
        return self._renamed.get(name, py_name(name))

    @property
    def answer(self) -> str:
        """The type of the answer."""
        if not self.answers:
            return "None"
        (form, schema), *others = self.answers.items()
        if form != "application/json":
            return "bytes" if others else "str"
        type_ = Types(sent=False, prefix="answers.").of(schema, self.id)
        return f"{type_} | None" if "304" in self.operation["responses"] else type_

    @property
    def item(self) -> str:
        """The type of an item of a list."""
        page = SCHEMAS[name_of(self.answers["application/json"])]
        return Types(sent=False, prefix="answers.").of(page["properties"]["items"]["items"], self.id)

    def parameters(self) -> list[str]:
        """The parameters of the method."""
        before = [f"{each['name']}: str" for each in self.path]
        after: dict[str, str] = {}
        if self.any_body:
            required = self.operation["requestBody"]["required"]
            before.append(f"data: Mapping[str, Any]{'' if required else ' | None = None'}")
        elif self.body is not None:
            fields, required = self.body
            for field, each in fields.items():
                after[py_name(field)] = self._parameter(field, each, field in required)
        for each in self.query:
            name, type_ = self.of_query(each["name"]), self._types.of(each["schema"], self.id)
            if name in after:
                raise ValueError(f"{self.id}: two parameters are named {name}")
            after[name] = f"{name}: {type_}" if each.get("required") else f"{name}: {type_} | None = None"
        for each in self.headers:
            after[py_name(each["name"])] = f"{py_name(each['name'])}: str | None = None"
        if clash := OPTIONS & after.keys():
            raise ValueError(f"{self.id}: a parameter of every call is named {clash}, too")
        if self.session:
            after["session"] = "session: str | None = None"
        if self.keyed:
            after["key"] = "key: str | None = None"
        after["timeout_s"] = "timeout_s: float | None = None"
        asked = sorted(after.values(), key=lambda each: "=" in each)
        return ["self", *before, "*", *asked]

    def _parameter(self, field: str, schema: Schema, required: bool) -> str:
        type_ = "bytes" if "contentMediaType" in schema else self._types.of(schema, f"{self.id}.{field}")
        if required:
            return f"{py_name(field)}: {type_}"
        default = schema.get("default", ...)
        if default is None or isinstance(default, str | int | bool):
            return f"{py_name(field)}: {type_} = {default!r}"
        return f"{py_name(field)}: {or_one(type_, 'UnsetType')} = UNSET"

    def arguments(self) -> list[str]:
        """The arguments that the method hands over to the call."""
        said = [f"table.{self.constant}"]
        if self.path:
            said.append(f"path={{{', '.join(f'{json.dumps(p)}: {p}' for p in self._names(self.path))}}}")
        if self.any_body:
            said.append("body=data")
        elif self.body is not None:
            said.append(
                f"body={{{', '.join(f'{json.dumps(field)}: {py_name(field)}' for field in self.body[0])}}}"
            )
        if self.query:
            pairs = (f"{json.dumps(name)}: {self.of_query(name)}" for name in self._names(self.query))
            said.append(f"query={{{', '.join(pairs)}}}")
        if self.headers:
            pairs = (f"{json.dumps(name)}: {py_name(name)}" for name in self._names(self.headers))
            said.append(f"headers={{{', '.join(pairs)}}}")
        said += ["session=session"] if self.session else []
        said += ["key=key"] if self.keyed else []
        return [*said, "timeout_s=timeout_s"]

    @staticmethod
    def _names(parameters: list[Schema]) -> list[str]:
        return [each["name"] for each in parameters]

    def text(self) -> str:
        """The docstring."""
        operation = self.operation
        return f"``{operation['method']} {operation['path']}``: {operation['summary']}. {operation['description']}"

    def code(self, is_async: bool) -> str:
        """The method."""
        prefix, call = ("async ", "await self._call") if is_async else ("", "self._call")
        answer = self.answer
        if self.paged:
            prefix, call = "", "self._list"
            answer = f"{'AsyncPaged' if is_async else 'Paged'}[{self.item}, {answer}]"
        head = f"    {prefix}def {py_name(self.id)}({', '.join(self.parameters())}) -> {answer}:"
        returned = "" if answer == "None" else "return "
        call = f"        {returned}{call}({', '.join(self.arguments())})"
        return "\n".join((head, docstring(self.text(), "        "), call))

    def row(self) -> str:
        """The constant that says how the operation is called."""
        operation = self.operation
        said = [json.dumps(operation["method"]), json.dumps(operation["path"]), self.answer]
        flags = {
            "keyed": self.keyed,
            "slow": self.id in SLOW,
            "form": self.form,
            "sets_cookie": self.answer == f"answers.{COOKIE_ANSWER}",
            "for_cookie": self.session and not any("bearer" in each for each in operation["security"]),
        }
        said += [f"{flag}=True" for flag, is_set in flags.items() if is_set]
        type_ = self.answer
        return f"{self.constant}: Final[Route[{type_}]] = Route({', '.join(said)})"


def module(text: str, imports: str, *parts: str) -> str:
    """A module with its docstring."""
    said = f"{text}\n\nMade by `make types` from the server's OpenAPI document: do not edit."
    head = f"{docstring(said, '')}\n\nfrom __future__ import annotations\n\n{imports}"
    return "\n\n\n".join((head, *parts)) + "\n"


def problems() -> str:
    """The module of the classes of problems."""
    rules = {**Catalogue(CORE, (*STANDING, BANK)).codes}
    meanings = {code: (rule.status, rule.meaning) for code, rule in rules.items()}
    for operation in (*OPERATIONS.values(), *OF_BANK.values()):
        for response in operation["responses"].values():
            for content in response.get("content", {}).values():
                for code, example in content.get("examples", {}).items():
                    told = example["value"]
                    meanings.setdefault(code, (told["status"], told["detail"]))
    classes = [
        f"class {code.title().replace('_', '')}(Problem):\n"
        + docstring(f"``{code}`` ({status}): {meaning}")
        + f'\n\n    code = "{code}"'
        for code, (status, meaning) in sorted(meanings.items())
    ]
    return module(
        "A class for each stable code of the server's problems: its name is the code's.",
        "from groat.client.errors import Problem",
        *classes,
    )


def calls(is_async: bool) -> str:
    """The module of the operations that every server has."""
    methods = [Method(id, operation, "inputs.").code(is_async) for id, operation in OPERATIONS.items()]
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
        IMPORTS + f"from groat.client.paging import {page}\n\n{VARIABLES}",
        "\n\n".join((head, abstract, *methods)),
    )


IMPORTS = """\
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec import UNSET, UnsetType

from groat.client import answers, inputs, table
from groat.client.calling import Route
"""
VARIABLES = 'T = TypeVar("T")\nP = TypeVar("P")\n'


def bank() -> str:
    """The module of the operations of the program bank."""
    parts = []
    for is_async, client in ((False, "Client"), (True, "AsyncClient")):
        said = f"The operations of the kinds of the program bank, called by this :class:`{client}`."
        head = (
            f"class {'Async' if is_async else ''}Bank:\n{docstring(said)}\n\n"
            f"    def __init__(self, client: {client}) -> None:\n        self._call = client._call"
        )
        methods = [Method(id, operation, "inputs.").code(is_async) for id, operation in OF_BANK.items()]
        parts.append("\n\n".join((head, *methods)))
    return module(
        "The operations of the program bank as methods, for servers on which it is turned on.",
        IMPORTS + "from groat.client.client import AsyncClient, Client\n",
        *parts,
    )


def made() -> dict[str, str]:
    """The generated modules by their files."""
    everything = {**OPERATIONS, **OF_BANK}
    sent = [
        name
        for name in reached(bodies(everything.values()))
        # The fields of a body are parameters; these are inside of one.
        if name in reached(SCHEMAS[each] for each in reached(bodies(everything.values())))
    ]
    answered = [name for name in reached(list(map(results, everything.values()))) if name != "ProblemView"]
    rows = [Method(id, operation, "inputs.").row() for id, operation in everything.items()]
    return {
        "answers.py": module(
            "The shapes of answers. Amounts are decimal strings, times are RFC 3339 in UTC, ids are UUIDs.",
            "from typing import TYPE_CHECKING, Any\n\nimport msgspec\n\n"
            "from groat.client.errors import Problem\n\n"
            "if TYPE_CHECKING:\n    from typing import Literal\nelse:\n    from groat.client.reading import Literal\n\n"
            "# ruff takes this Literal for another one.\n# ruff: noqa: F821, UP037",
            *map(answer_class, answered),
        ),
        "inputs.py": module(
            "The shapes of what is inside of bodies. Amounts are decimal strings, times are RFC 3339.",
            "from collections.abc import Mapping, Sequence\nfrom typing import Any, NotRequired, TypedDict",
            *map(input_class, sent),
        ),
        "problems.py": problems(),
        "table.py": module(
            "A route for each operation.",
            "from typing import Any, Final\n\nfrom groat.client import answers\nfrom groat.client.calling import Route",
            "\n".join(rows),
        ),
        "calls.py": calls(is_async=False),
        "async_calls.py": calls(is_async=True),
        "bank.py": bank(),
    }


def neaten(paths: list[Path]) -> None:
    """Write the modules as ruff does, without the imports that they do not need."""
    for command in (("check", "--fix-only", "--select", "F401,I"), ("format",)):
        config = ("--quiet", "--config", str(HERE.parents[2] / "pyproject.toml"))
        subprocess.run([sys.executable, "-m", "ruff", *command, *config, *map(str, paths)], check=True)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    files = {folder / name: text for name, text in made().items()}
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
    neaten(list(files))
