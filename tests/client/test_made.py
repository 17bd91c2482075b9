"""The generated modules are current, and every operation and code of the document is in them."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import jsonschema  # type: ignore[import-untyped]
import pytest

from groat.api.rights import Right
from groat.client import AsyncClient, AsyncPaged, Client, Paged, Problem, answers
from groat.client.bank import AsyncBank, Bank
from groat.client.credits import AsyncCredits, Credits
from groat.client.generate.document import py_name
from groat.client.placements import AsyncPlacements, Placements
from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.http.openapi import document
from groat.programs.bank import BANK
from groat.programs.credits import CREDITS
from groat.programs.placements import PLACEMENTS
from groat.programs.standing import STANDING

ROOT = Path(__file__).parents[2]
CATALOGUE = Catalogue(CORE, (*STANDING, BANK, CREDITS, PLACEMENTS))
DOCUMENT: dict[str, Any] = json.loads(document("", CATALOGUE))
SIGNED = {id for id, right in CATALOGUE.rights.items() if right is Right.SIGNED}
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: {**operation, "method": method.upper(), "path": path}
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if operation["operationId"] not in SIGNED
}
ID = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"


def test_they_are_what_make_types_makes(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "sdk" / "make_python.py"), str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT)
    made = {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()}
    kept = {name: (ROOT / "src" / "groat" / "client" / name).read_text("utf-8") for name in made}
    assert len(made) == 9
    assert made == kept, "run: make types"


def test_what_a_gateway_signs_is_no_method() -> None:
    assert {"receiveCreditPayment"} == SIGNED
    for each in (Client, AsyncClient, Bank, Credits, AsyncCredits, Placements):
        assert not {py_name(id) for id in SIGNED} & set(dir(each))
    made = json.loads((ROOT / "web" / "server" / "operations.json").read_text("utf-8"))
    assert not SIGNED & {name for part in made.values() for name in part}


def test_each_code_has_a_class() -> None:
    told = {
        code
        for operation in OPERATIONS.values()
        for response in operation["responses"].values()
        for content in response.get("content", {}).values()
        for code in content.get("examples", {})
    }
    assert len(told) > 100
    for code in {*CATALOGUE.codes, *told}:
        problem = Problem.of({"code": code, "detail": "Why.", "status": 422}, 422)
        assert type(problem).__name__ == code.title().replace("_", "")
        assert (problem.code, problem.detail) == (code, "Why.")


def name_of(operation: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", operation).lower()


class Echo:
    """A transport that keeps the last request and answers with the operation's example."""

    def __init__(self, operation: dict[str, Any]) -> None:
        self.request: httpx.Request | None = None
        (status, response), *_ = operation["responses"].items()
        content: dict[str, Any] = response.get("content", {})
        self.form: str = next(iter(content), "")
        described = content.get(self.form, {})
        # The operations of kinds answer as that of all kinds does.
        shown = OPERATIONS["fileRequest"]["responses"]["201"]["content"]["application/json"]["example"]
        self.example = described.get("example", shown)
        self.status = int(status)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.request = request
        headers = {"content-type": self.form} if self.form else {}
        text = self.example if isinstance(self.example, str) else json.dumps(self.example)
        return httpx.Response(self.status, headers=headers, text=text if self.form else "")


def sample(schema: dict[str, Any]) -> Any:
    """A value that fits the schema of a parameter."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return {name: sample(each) for name, each in schema["properties"].items()}
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    if "contentMediaType" in schema:
        return b"user,amount\n42,5\n"
    if examples := schema.get("examples"):
        return examples[0]
    kind = schema["type"]
    if kind == "array":
        return [sample(schema["items"])]
    if kind == "object":
        return (
            {"a": sample(schema["additionalProperties"])} if schema.get("additionalProperties") else {"a": 1}
        )
    if kind == "integer":
        return max(1, schema.get("minimum", 1))
    return True if kind == "boolean" else "x" * max(1, schema.get("minLength", 1))


def arguments(operation: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """All arguments of an operation: those of the path, of the query, and the body."""
    given = operation.get("parameters", [])
    path = {each["name"]: ID if each["name"] == "id" else "a:b" for each in given if each["in"] == "path"}
    query = {each["name"]: sample(each["schema"]) for each in given if each["in"] == "query"}
    content = next(iter(operation.get("requestBody", {}).get("content", {}).values()), None)
    return path, query, None if content is None else body_of(content["schema"])


def body_of(schema: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return sample(schema)
    return {
        name: sample(each) for name, each in schema.get("properties", {"free": {"type": "string"}}).items()
    }


def call(api: Any, id: str, operation: dict[str, Any]) -> Any:
    """Call an operation with all of its arguments by their names."""
    path, query, body = arguments(operation)
    method = getattr(api, name_of(id))
    names = inspect.signature(method).parameters
    given: dict[str, Any] = dict(path)
    if "data" in names and "data" not in (body or {}):
        given["data"] = body
    else:
        given |= {py_name(name): value for name, value in (body or {}).items()}
    for name, value in query.items():
        given[f"for_{name}" if f"for_{name}" in names else py_name(name)] = value
    if "key" in names:
        given["key"] = "key-1"
    assert given.keys() <= names.keys()
    return method(**given)


def check(id: str, operation: dict[str, Any], sent: httpx.Request | None) -> None:
    """The request is the one that the document describes, and names everything that was given."""
    assert sent is not None
    path, query, body = arguments(operation)
    expected = operation["path"]
    for name, value in path.items():
        expected = expected.replace(f"{{{name}}}", str(value).replace(":", "%3A"))
    assert (sent.method, sent.url.raw_path.decode().partition("?")[0]) == (operation["method"], expected)
    assert set(sent.url.params) == set(query)
    assert ("idempotency-key" in sent.headers) == any(
        each["name"] == "Idempotency-Key" for each in operation.get("parameters", [])
    )
    if body is None:
        assert sent.content == b""
    elif "multipart" in sent.headers["content-type"]:
        for name in body:
            assert f'name="{name}"'.encode() in sent.content
    else:
        assert json.loads(sent.content) == body
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        store = {"components": DOCUMENT["components"], **schema}
        named = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        # Sampled texts need not have the forms of all fields.
        if '"pattern"' not in json.dumps(named.get("properties") or {}):
            jsonschema.Draft202012Validator(store).validate(body)


@pytest.mark.parametrize("id", OPERATIONS)
def test_each_operation_is_a_method_that_sends_what_the_document_describes(id: str) -> None:
    operation = OPERATIONS[id]
    echo = Echo(operation)
    with httpx.Client(transport=httpx.MockTransport(echo)) as http:
        client = Client("http://groat.test", "a-token", http=http, retry_for_s=0)
        found = call(speaker(id, client, Bank, Credits, Placements), id, operation)
        items = [next(found.pages())] if isinstance(found, Paged) else [found]
    check(id, operation, echo.request)
    schema = next(iter(operation["responses"].items()))[1].get("content", {}).get("application/json", {})
    name = schema.get("schema", {}).get("$ref", "").rpartition("/")[2]
    if name:
        assert all(type(each) is getattr(answers, name) for each in items)
    elif echo.status == 204:
        assert items == [None]


@pytest.mark.parametrize("id", OPERATIONS)
async def test_its_asynchronous_twin_sends_the_same(id: str) -> None:
    operation = OPERATIONS[id]
    echo = Echo(operation)
    async with httpx.AsyncClient(transport=httpx.MockTransport(echo)) as http:
        client = AsyncClient("http://groat.test", "a-token", http=http, retry_for_s=0)
        found = call(speaker(id, client, AsyncBank, AsyncCredits, AsyncPlacements), id, operation)
        if isinstance(found, AsyncPaged):
            assert (await anext(found.pages())).items
        else:
            await found
    check(id, operation, echo.request)


def operations_with(*programs: Any) -> set[str]:
    """The ids of the operations of a server with these programs."""
    paths = json.loads(document("", Catalogue(CORE, (*STANDING, *programs))))["paths"]
    return {operation["operationId"] for methods in paths.values() for operation in methods.values()}


BASE = operations_with()
OF = [operations_with(program) for program in (BANK, CREDITS, PLACEMENTS)]


def speaker(id: str, client: Any, *programs: Any) -> Any:
    """Return the object with the method of an operation: the client, or the class of a program over it."""
    own = (program for program, ids in zip(programs, OF, strict=True) if id in ids)
    return client if id in BASE else next(own)(client)


def test_both_forms_take_the_same() -> None:
    for one, other in (
        (Client, AsyncClient),
        (Bank, AsyncBank),
        (Credits, AsyncCredits),
        (Placements, AsyncPlacements),
    ):
        for name, method in inspect.getmembers(one, inspect.isfunction):
            if not name.startswith("_") and name not in ("close", "with_token"):
                twin = inspect.signature(getattr(other, name)).parameters
                assert list(inspect.signature(method).parameters) == list(twin), name
