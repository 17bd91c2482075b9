"""Operations as methods, and problems as classes."""

from __future__ import annotations

import json
from collections.abc import Callable

from groat.client.generate.document import Document, Schema, bodies, name_of, py_name, results
from groat.client.generate.shapes import Types
from groat.client.generate.text import docstring, laid_out, or_one

_KEY = "Idempotency-Key"
_SLOW = ("postTransactions", "previewSheet", "getStatement")
"""Bulks and files take their time."""
_OPTIONS = {"self", "key", "timeout_s"}
"""Parameters of every call."""
_STREAMING = {"Accept", "Last-Event-ID"}
"""Headers for event streams, which no call of the client reads."""

Schemas = dict[str, Schema]


class Method:
    """The parts of the method for an operation, which its two forms share.

    ``answers`` and ``inputs`` give the class of a named schema; ``table`` is what stands before the names of routes.
    """

    def __init__(
        self,
        document: Document,
        id: str,
        *,
        answers: Callable[[str], str],
        inputs: Callable[[str], str],
        table: str,
    ) -> None:
        self._document, self.id, self.operation = document, id, document.operations[id]
        self._constant = py_name(id).upper()
        self._table = table
        self._sent, self._told = Types(inputs, sent=True), Types(answers, sent=False)
        operation = self.operation
        given = [each for each in operation.get("parameters", []) if each["name"] not in _STREAMING | {_KEY}]
        self._keyed = any(each["name"] == _KEY for each in operation.get("parameters", []))
        self._path = [each for each in given if each["in"] == "path"]
        self._query = [each for each in given if each["in"] == "query"]
        self._headers = [each for each in given if each["in"] == "header"]
        body = next(bodies(operation), None)
        self._body = None if body is None else document.flattened(body)
        self._any_body = body is not None and not {"properties", "$ref"} & body.keys()
        # A request is filed for a person, and may name another one in its data.
        of_kind = "kind" not in (each["name"] for each in self._path) and "/requests/" in operation["path"]
        self._renamed = {"user": "for_user", "owner": "for_owner"} if of_kind else {}
        security = operation.get("security", [])
        self._session = any("session" in each for each in security)
        self._for_cookie = self._session and not any("bearer" in each for each in security)
        self._form = "multipart/form-data" in operation.get("requestBody", {}).get("content", {})
        self._answers = results(operation)
        self._paged = any(each["name"] == "cursor" for each in self._query)

    @property
    def name(self) -> str:
        """The name of the method."""
        return py_name(self.id)

    def code(self, is_async: bool) -> str:
        """Return the method."""
        prefix, call = ("async ", "await self._call(") if is_async else ("", "self._call(")
        answer = self._answer
        if self._paged:
            prefix, call = "", "self._list("
            answer = f"{'AsyncPaged' if is_async else 'Paged'}[{self._item}, {answer}]"
        head = laid_out(f"{prefix}def {self.name}(", self.parameters(), f") -> {answer}:", "    ")
        returned = "" if answer == "None" else "return "
        return "\n".join(
            (
                head,
                docstring(self._text(), "        "),
                laid_out(f"{returned}{call}", self._arguments(), ")", "        "),
            )
        )

    def row(self) -> str:
        """Return the constant that says how the operation is called."""
        said = [json.dumps(self.operation["method"]), json.dumps(self.operation["path"]), self._answer]
        flags = {
            "keyed": self._keyed,
            "slow": self.id in _SLOW,
            "form": self._form,
            "sets_cookie": self._answer == "answers.Session",
            "for_cookie": self._for_cookie,
        }
        said += [f"{flag}=True" for flag, is_set in flags.items() if is_set]
        constant = f"{self._table.rpartition('.')[2]}{self._constant}"
        return laid_out(f"{constant}: Final[Route[{self._answer}]] = Route(", said, ")")

    def parameters(self) -> list[str]:
        """Return the parameters of the method."""
        before = [f"{py_name(each['name'])}: str" for each in self._path]
        after: dict[str, str] = {}
        if self._any_body:
            required = self.operation["requestBody"].get("required", False)
            before.append(f"data: Mapping[str, Any]{'' if required else ' | None = None'}")
        elif self._body is not None:
            fields, required = self._body
            for field, each in fields.items():
                after[py_name(field)] = self._parameter(field, each, field in required)
        for each in self._query:
            name, type_ = self._of_query(each["name"]), self._sent.of(each["schema"], self.id)
            if name in after:
                raise ValueError(f"{self.id}: two parameters are named {name}")
            after[name] = (
                f"{name}: {type_}" if each.get("required") else f"{name}: {or_one(type_, 'None')} = None"
            )
        for each in self._headers:
            after[py_name(each["name"])] = f"{py_name(each['name'])}: str | None = None"
        if clash := _OPTIONS & after.keys():
            raise ValueError(f"{self.id}: a parameter of every call is named {', '.join(clash)}, too")
        if self._session:
            after["session"] = "session: str | None = None"
        if self._keyed:
            after["key"] = "key: str | None = None"
        after["timeout_s"] = "timeout_s: float | None = None"
        asked = sorted(after.values(), key=lambda each: "=" in each)
        return ["self", *before, "*", *asked]

    def _parameter(self, field: str, schema: Schema, required: bool) -> str:
        type_ = "bytes" if "contentMediaType" in schema else self._sent.of(schema, f"{self.id}.{field}")
        if required:
            return f"{py_name(field)}: {type_}"
        default = schema.get("default", ...)
        if isinstance(default, str):
            return f"{py_name(field)}: {type_} = {json.dumps(default, ensure_ascii=False)}"
        if default is None or isinstance(default, int | bool):
            return f"{py_name(field)}: {type_} = {default!r}"
        return f"{py_name(field)}: {or_one(type_, 'UnsetType')} = UNSET"

    def _of_query(self, name: str) -> str:
        return self._renamed.get(name, py_name(name))

    def _arguments(self) -> list[str]:
        said = [f"{self._table}{self._constant}"]
        if self._path:
            said.append(_dictionary("path", {each["name"]: py_name(each["name"]) for each in self._path}))
        if self._any_body:
            said.append("body=data")
        elif self._body is not None:
            said.append(_dictionary("body", {field: py_name(field) for field in self._body[0]}))
        if self._query:
            names = {each["name"]: self._of_query(each["name"]) for each in self._query}
            said.append(_dictionary("query", names))
        if self._headers:
            said.append(
                _dictionary("headers", {each["name"]: py_name(each["name"]) for each in self._headers})
            )
        said += ["session=session"] if self._session else []
        said += ["key=key"] if self._keyed else []
        return [*said, "timeout_s=timeout_s"]

    def _text(self) -> str:
        operation = self.operation
        said = f"{operation['summary']}. {operation['description']}"
        return f"``{operation['method']} {operation['path']}``: {said}"

    @property
    def _answer(self) -> str:
        if not self._answers:
            return "None"
        (form, schema), *others = self._answers.items()
        if form != "application/json":
            return "bytes" if others else "str"
        type_ = self._told.of(schema, self.id)
        return f"{type_} | None" if "304" in self.operation["responses"] else type_

    @property
    def _item(self) -> str:
        page = self._document.schemas[name_of(self._answers["application/json"])]
        return self._told.of(page["properties"]["items"]["items"], self.id)


def _dictionary(name: str, pairs: dict[str, str]) -> str:
    return f"{name}={{{', '.join(f'{json.dumps(key)}: {value}' for key, value in pairs.items())}}}"


def problem_class(code: str, status: int, meaning: str) -> str:
    """Return the class of a stable code."""
    said = docstring(f"``{code}`` ({status}): {meaning}")
    return f'class {problem_name(code)}(Problem):\n{said}\n\n    code = "{code}"'


def problem_name(code: str) -> str:
    """Return the name of the class of a stable code: ``InsufficientFunds``."""
    return code.title().replace("_", "")
