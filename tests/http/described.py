"""An OpenAPI document as lines, one for each thing that a caller may rely on, so that two documents can be compared."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

_KINDS = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
METHODS = ("get", "post", "put", "patch", "delete")
PROMISES = Path(__file__).parents[1] / "data" / "promises.txt"


def lines_of(document: dict[str, Any]) -> set[str]:
    """Return what the document promises: ``POST /v1/x > body.amount: string``, ``< 201 id: string``, ``! 409 code``.

    ``>`` is what a call may send (``required``, if it must), ``<`` what it gets (``always``, if it is in each answer),
    ``!`` a code that refuses it.
    """
    lines: set[str] = set()
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                head = f"{method.upper()} {path}"
                lines |= {f"{head} {line}" for line in _operation(document, operations[method])}
    return lines


def recorded() -> set[str]:
    """Read the promises of the version before programs brought operations of their own."""
    lines: set[str] = set()
    head = ""
    for line in PROMISES.read_text().splitlines():
        if line.startswith(" "):
            lines.add(f"{head} {line.strip()}")
        else:
            head = line
    return lines


def _operation(document: dict[str, Any], operation: dict[str, Any]) -> Iterator[str]:
    yield f"= {operation['operationId']}"
    for parameter in operation.get("parameters", ()):
        name = f"{parameter['in']}.{parameter['name']}"
        yield f"> {name}: {parameter['schema'].get('type')}"
        if parameter.get("required"):
            yield f"> {name} required"
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        for field, kind, required in _fields(document, content.get("schema", {})):
            yield f"> {media_type}{field}{' required' if required else f': {kind}'}"
    for status, response in operation["responses"].items():
        for media_type, content in response.get("content", {}).items():
            if media_type == "application/problem+json":
                yield from (f"! {status} {code}" for code in content["examples"])
                continue
            yield f"< {status} {media_type}"
            for field, kind, always in _fields(document, content.get("schema", {})):
                yield f"< {status} {field}{' always' if always else f': {kind}'}"


def _fields(
    document: dict[str, Any], schema: dict[str, Any], path: str = "", seen: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, bool]]:
    """List the fields of a schema: path, JSON type, and whether it is always there."""
    ref = schema.get("$ref")
    if ref is not None:
        if ref not in seen:
            yield from _fields(
                document, document["components"]["schemas"][ref.split("/")[-1]], path, (*seen, ref)
            )
        return
    for joint in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(joint, ()):
            yield from _fields(document, part, path, seen)
    kinds = schema.get("type", {_KINDS[type(value)] for value in schema.get("enum", ())})
    for kind in [kinds] if isinstance(kinds, str) else kinds:
        yield path, kind, False
    if isinstance(schema.get("items"), dict):
        yield from _fields(document, schema["items"], f"{path}[]", seen)
    if isinstance(schema.get("additionalProperties"), dict):
        yield from _fields(document, schema["additionalProperties"], f"{path}.*", seen)
    for name, field in schema.get("properties", {}).items():
        yield from _fields(document, field, f"{path}.{name}", seen)
        if name in schema.get("required", ()):
            yield f"{path}.{name}", "", True
