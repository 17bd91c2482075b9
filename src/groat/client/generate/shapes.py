"""Python types of schemas. A keyword that is not known here is an error, so that no rule is lost in silence."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

from groat.client.generate.document import Document, Schema, is_plain, name_of, py_name
from groat.client.generate.text import docstring, or_one

# These say more about a value than a type can.
_WITHOUT_TYPE = {
    "title", "description", "default", "examples", "format", "pattern", "minLength", "maxLength", "minimum",
    "maximum", "exclusiveMinimum", "minItems", "maxItems", "contentMediaType", "required", "if", "then",
}  # fmt: skip
_PLAIN = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_COOKIE_ANSWER = "Session"
"""This answer comes with the cookie of a session."""


def _keywords(schema: Schema, known: Iterable[str], where: str) -> None:
    if unknown := schema.keys() - _WITHOUT_TYPE - set(known):
        raise ValueError(f"{where}: the generator does not know what {sorted(unknown)} mean here")


class Types:
    """Write schemas as types: of answers, or of what is sent. ``named`` gives the class of a named schema."""

    def __init__(self, named: Callable[[str], str], *, sent: bool) -> None:
        self._named = named
        self._mapping, self._sequence = ("Mapping", "Sequence") if sent else ("dict", "list")

    def of(self, schema: Schema, where: str) -> str:
        """Return the type of a value. Raises ValueError for a schema that is not understood."""
        if "$ref" in schema:
            _keywords(schema, ("$ref", "type"), where)
            name = name_of(schema)
            return "Problem" if name == "ProblemView" else self._named(name)
        if "enum" in schema:
            _keywords(schema, ("enum", "type"), where)
            words = ", ".join(json.dumps(value) for value in schema["enum"])
            return f"Literal[{words}]"
        if "anyOf" in schema:
            _keywords(schema, ("anyOf",), where)
            return self._any(schema["anyOf"], where)
        kind = schema.get("type")
        if kind == "array":
            return self._list(schema, where)
        if kind == "object":
            _keywords(schema, ("type", "properties", "additionalProperties"), where)
            value = schema.get("additionalProperties")
            inner = self.of(value, where) if isinstance(value, dict) else "Any"
            return f"{self._mapping}[str, {inner}]"
        _keywords(schema, ("type",), where)
        if kind is None:
            return "Any"
        if kind not in _PLAIN:
            raise ValueError(f"{where}: the generator does not know the type {kind}")
        return _PLAIN[kind]

    def _any(self, schemas: list[Schema], where: str) -> str:
        if sum("$ref" in each for each in schemas) > 1:
            # Nothing in the value tells which of them it is.
            return f"{self._mapping}[str, Any]"
        return " | ".join(dict.fromkeys(self.of(each, where) for each in schemas))

    def _list(self, schema: Schema, where: str) -> str:
        _keywords(schema, ("type", "items", "prefixItems"), where)
        if "prefixItems" in schema:
            return f"tuple[{', '.join(self.of(each, where) for each in schema['prefixItems'])}]"
        return f"{self._sequence}[{self.of(schema.get('items', {}), where)}]"


def answer_class(document: Document, name: str, types: Types) -> str:
    """Return the class of an answer, a struct of msgspec."""
    schema = document.schemas[name]
    _keywords(schema, ("type", "properties", "additionalProperties", "allOf"), name)
    lines = [
        f"class {name}(msgspec.Struct, frozen=True, kw_only=True):",
        docstring(schema.get("description") or f"{name}."),
        "",
    ]
    fields, required = document.flattened(schema)
    for field, each in fields.items():
        type_ = types.of(each, f"{name}.{field}")
        python, said = field, []
        if field not in required:
            type_ = or_one(type_, "None")
            said.append("default=None")
        if not is_plain(field):
            python = py_name(field)
            said.append(f"name={json.dumps(field)}")
        ends = (
            " = None" if said == ["default=None"] else f" = msgspec.field({', '.join(said)})" if said else ""
        )
        if text := each.get("description"):
            lines.append(f"    # {text}")
        lines.append(f"    {python}: {type_}{ends}")
    if name == _COOKIE_ANSWER:
        lines.append("    # The value of the session's cookie: refresh_token and logout take it.")
        lines.append('    cookie: str = ""')
    return "\n".join(lines)


def input_class(document: Document, name: str, class_name: str, types: Types) -> str:
    """Return the type of a dictionary that is sent, under a name of its class."""
    schema = document.schemas[name]
    _keywords(schema, ("type", "properties", "additionalProperties", "allOf"), name)
    fields, required = document.flattened(schema)
    typed = {field: types.of(each, f"{name}.{field}") for field, each in fields.items()}
    said = schema.get("description") or f"{name}."
    by_class = all(map(is_plain, typed))
    if not by_class:
        # Python has no field of such a name. Its types are read at once, when others need not be there yet.
        typed = {field: json.dumps(type_) for field, type_ in typed.items()}
    typed = {field: type_ if field in required else f"NotRequired[{type_}]" for field, type_ in typed.items()}
    if by_class:
        lines = [f"class {class_name}(TypedDict):", docstring(said), ""]
        return "\n".join([*lines, *(f"    {field}: {type_}" for field, type_ in typed.items())])
    rows = [f"        {json.dumps(field)}: {type_}," for field, type_ in typed.items()]
    head = [f"{class_name} = TypedDict(", f'    "{class_name}",', "    {"]
    return "\n".join([*head, *rows, "    },", ")", docstring(said, "")])
