"""An OpenAPI document of groat, as far as a client is made from it."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterable, Iterator
from typing import Any

Schema = dict[str, Any]

_REF = "#/components/schemas/"


class Document:
    """The operations of a document by id, each with its ``method`` and ``path``; its schemas by name.

    Those whose bodies somebody else signs, such as a payment gateway, are left out: nobody calls them by a client.
    """

    def __init__(self, document: Schema) -> None:
        self.schemas: dict[str, Schema] = document.get("components", {}).get("schemas", {})
        self.operations: dict[str, Schema] = {
            operation["operationId"]: {**operation, "method": method.upper(), "path": path}
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if "signature_invalid" not in problems(operation)
        }

    def reached(self, roots: Iterable[Any]) -> list[str]:
        """Return the names of the schemas that these refer to, and those refer to in turn, sorted."""
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            for name in re.findall(rf'"{_REF}(\w+)"', json.dumps(waiting.pop())):
                if name not in found:
                    found.add(name)
                    waiting.append(self.schemas[name])
        return sorted(found)

    def flattened(self, schema: Schema) -> tuple[dict[str, Schema], list[str]]:
        """Return the fields of an object and the names of those that are required, with those of what it extends."""
        if "$ref" in schema:
            return self.flattened(self.schemas[name_of(schema)])
        fields, required = dict(schema.get("properties", {})), list(schema.get("required", []))
        for part in schema.get("allOf", []):
            more = self.flattened(part)
            if "if" not in part:
                fields, required = {**more[0], **fields}, [*more[1], *required]
        return fields, required

    def answered(self, operations: Iterable[Schema]) -> list[str]:
        """Return the names of the schemas of the operations' answers; a problem has a class of its own."""
        return [name for name in self.reached(map(results, operations)) if name != "ProblemView"]

    def sent(self, operations: Iterable[Schema]) -> list[str]:
        """Return the names of the schemas inside of the operations' bodies, whose own fields are parameters."""
        given = [schema for operation in operations for schema in bodies(operation)]
        return self.reached(self.schemas[name_of(each)] if "$ref" in each else each for each in given)


def name_of(schema: Schema) -> str:
    """Return the name of the schema that another one refers to."""
    return str(schema["$ref"]).removeprefix(_REF)


def bodies(operation: Schema) -> Iterator[Schema]:
    """Yield the schemas of what an operation is sent."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        yield content["schema"]


def results(operation: Schema) -> dict[str, Schema]:
    """Return the schemas of an operation's answer by their media types."""
    return {
        form: content["schema"]
        for status, response in operation["responses"].items()
        if status.startswith("2")
        for form, content in response.get("content", {}).items()
    }


def problems(operation: Schema) -> dict[str, tuple[int, str]]:
    """Return the status and the meaning of each stable code with which an operation may answer."""
    return {
        code: (example["value"]["status"], example["value"]["detail"])
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for code, example in content.get("examples", {}).items()
        if "status" in example["value"]
    }


def py_name(name: str) -> str:
    """Return a name of the wire as Python has it: ``from_``, ``post_transaction``."""
    snake = re.sub(r"\W", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower()
    if not snake.isidentifier():
        snake = f"_{snake}"
    return f"{snake}_" if keyword.iskeyword(snake) else snake


def is_plain(name: str) -> bool:
    """Return whether Python can have a field of this very name."""
    return name.isidentifier() and not keyword.iskeyword(name)
