"""The OpenAPI 3.1 document, made from the operations: it describes all that is served, and nothing else."""

from __future__ import annotations

import html
import re
from functools import lru_cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from groat.api.answer import encode
from groat.api.operations import Operation, Parameter
from groat.api.problems import ProblemView
from groat.api.rights import WITHOUT_TOKEN, Right
from groat.http.schemas import Schemas

if TYPE_CHECKING:
    from groat.http.catalogue import Catalogue

KEPT_MAX = 4
"""A process caches the documents of so many servers."""

_PARAMETERS = {
    "id": ({"type": "string", "format": "uuid"}, "The id as groat returned it."),
    "grant": ({"type": "string", "format": "uuid"}, "The id of the grant as groat returned it."),
    "budget": ({"type": "string", "format": "uuid"}, "The id of the budget as groat returned it."),
    "account": (
        {
            "type": "string",
            "pattern": r"^[A-Za-z0-9._@|\-]{1,64}(:[A-Za-z0-9._@|\-]{1,64}){0,7}$",
            "maxLength": 255,
        },
        "The account's path, such as user:42.",
    ),
    "asset": ({"type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,15}$"}, "The asset's code."),
    "user": ({"type": "string", "pattern": r"^[A-Za-z0-9._@|\-]{1,64}$"}, "The person's user id."),
    "stream": (
        {"type": "string", "pattern": r"^(user|role):[A-Za-z0-9._@|\-]{1,64}$"},
        "user:<id>, role:<name>, or house:<name>.",
    ),
}
_KEY = Parameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[\\x20-\\x7e]+$"},
    "The caller's name for this write. The same key and body again bring the first answer again, refusals included, "
    "and move nothing; the same key with another body is `key_reused`.",
    required=True,
)
_TOKEN_CODES = (
    "unauthenticated", "token_invalid", "token_expired", "token_not_yet_valid", "token_type_refused",
    "token_revoked", "api_key_invalid", "rate_limited", "keys_unavailable",
)  # fmt: skip
_BODY_CODES = ("invalid_text", "body_too_large", "unsupported_media_type")
_JSON_CODES = (
    "invalid_json",
    "duplicate_field",
    "too_deep",
    "too_many_values",
    "number_too_large",
    "invalid_body",
)
_NEVER_FORBIDDEN = frozenset({Right.ANYONE, Right.SESSION, Right.SIGNED, Right.SIGNED_IN})
_STORE_CODES = ("overloaded", "busy", "interrupted", "store_unavailable", "closed")


def codes_of(operation: Operation) -> tuple[str, ...]:
    """Return every stable code that this operation may answer: its own, and those that its form implies."""
    codes = ["invalid_request", "invalid_query", *operation.codes]
    if operation.right is Right.SIGNED:
        codes.append("signature_invalid")
    elif operation.right is not Right.ANYONE and operation.right is not Right.SESSION:
        codes += _TOKEN_CODES
    if operation.right not in _NEVER_FORBIDDEN or "account" in operation.path:
        codes.append("forbidden")
    if operation.keyed:
        codes += ("key_required", "invalid_key")
    if operation.body is not None:
        codes += _BODY_CODES
        codes += _JSON_CODES if operation.body_type == "application/json" else ()
    if operation.id not in ("isLive", "getOpenapi", "getDocs"):
        codes += _STORE_CODES
    return tuple(dict.fromkeys(codes))


@lru_cache(maxsize=KEPT_MAX)
def document(version: str, catalogue: Catalogue, mount: str = "") -> bytes:
    """Return the document of a server as JSON; ``mount`` is the prefix under which it is mounted."""
    described = _Described(catalogue)
    paths: dict[str, dict[str, Any]] = {}
    for operation in catalogue.described():
        paths.setdefault(operation.path, {})[operation.method.lower()] = described.operation(operation)
    return encode(
        {
            "openapi": "3.1.0",
            "info": {
                "title": "groat",
                "version": version,
                "summary": "Live balances for any app: what a person sees is what is committed.",
                "description": (
                    "Amounts are decimal strings, times are RFC 3339 in UTC, ids are UUIDv7. Every error is "
                    "application/problem+json (RFC 9457) with a stable `code`. Every write of money needs an "
                    "Idempotency-Key."
                ),
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "servers": [{"url": quote(mount) or "/"}],
            "paths": paths,
            "x-groat-events": described.events(),
            "x-groat-socketio": described.packets(),
            "components": {
                "schemas": described.schemas.components,
                "securitySchemes": {
                    "bearer": {
                        "type": "http",
                        "scheme": "bearer",
                        "description": "A JSON Web Token of a person, or an API key (groat_...) of a service.",
                    },
                    "session": {"type": "apiKey", "in": "cookie", "name": "groat_session"},
                },
            },
        }
    )


class _Described:
    """Write the operations of a server as the document has them, with schemas and codes."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.schemas = Schemas(catalogue)

    def events(self) -> list[dict[str, Any]]:
        """List the types of events that streams carry, each with the schema of its data and its names elsewhere."""
        return [
            {"type": event.name, "socket_io": event.names()[0], "webhook": event.names()[1]}
            | ({"data": self.schemas.of(event.data)} if event.data is not None else {})
            for event in self._catalogue.events
        ]

    def packets(self) -> list[dict[str, Any]]:
        """List the events of Socket.IO by the names that they have without settings, with their objects' schemas."""
        return [
            {"event": name, "object": self.schemas.of(shape)}
            for name, shape in self._catalogue.packets.items()
        ]

    def operation(self, operation: Operation) -> dict[str, Any]:
        """Return one operation of the document."""
        described: dict[str, Any] = {
            "operationId": operation.id,
            "tags": [operation.tag],
            "summary": operation.summary,
            "description": f"{operation.description} For {operation.right.value}.",
            "security": _security(operation.right),
            "responses": self._responses(operation),
        }
        parameters = [_path_parameter(operation, name) for name in re.findall(r"{(\w+)}", operation.path)]
        parameters += [_parameter(query, "query") for query in operation.query]
        headers = (*operation.headers, *((_KEY,) if operation.keyed else ()))
        parameters += [_parameter(header, "header") for header in headers]
        if parameters:
            described["parameters"] = parameters
        if operation.body is not None:
            content: dict[str, Any] = {
                "schema": operation.body
                if isinstance(operation.body, dict)
                else self.schemas.of(operation.body)
            }
            if operation.example is not None:
                content["example"] = operation.example
            described["requestBody"] = {
                "required": not operation.empty_body,
                "content": {operation.body_type: content},
            }
        return described

    def _responses(self, operation: Operation) -> dict[str, Any]:
        success: dict[str, Any] = {"description": operation.summary}
        if operation.answer is not None:
            content: dict[str, Any] = {"schema": self.schemas.of(operation.answer)}
            if operation.answer_example is not None:
                content["example"] = operation.answer_example
            success["content"] = {operation.media_type: content}
            for media_type in operation.other_media_types:
                success["content"][media_type] = {"schema": {"type": "string"}}
        responses = {str(operation.status): success}
        for status, description in operation.statuses.items():
            # A status without a body (304) has no content; the others answer as the first one does.
            shown = success.get("content") if status not in (204, 304) else None
            responses[str(status)] = {"description": description} | ({"content": shown} if shown else {})
        by_status: dict[int, list[str]] = {}
        for code in codes_of(operation):
            by_status.setdefault(self._catalogue.rule_of(code).status, []).append(code)
        for status, codes in sorted(by_status.items()):
            examples = {
                code: {
                    "value": {
                        "type": f"urn:groat:{code}",
                        "title": code.replace("_", " ").capitalize(),
                        "status": status,
                        "code": code,
                        "detail": self._catalogue.rule_of(code).meaning,
                    }
                }
                for code in codes
            }
            responses[str(status)] = {
                "description": f"{HTTPStatus(status).phrase}: {', '.join(codes)}",
                "content": {
                    "application/problem+json": {
                        "schema": self.schemas.of(ProblemView),
                        "examples": examples,
                    }
                },
            }
        return responses


def _security(right: Right) -> list[dict[str, Any]]:
    if right is Right.SESSION:
        return [{"session": []}, {}]
    if right is Right.LOCAL:
        return [{"bearer": []}, {}]
    return [] if right in WITHOUT_TOKEN else [{"bearer": []}]


def _path_parameter(operation: Operation, name: str) -> dict[str, Any]:
    for query in operation.params:
        if query.name == name:
            return {**_parameter(query, "path"), "required": True}
    schema, description = _PARAMETERS[name]
    return {"name": name, "in": "path", "required": True, "schema": schema, "description": description}


def _parameter(query: Parameter, place: str) -> dict[str, Any]:
    parameter: dict[str, Any] = {
        "name": query.name,
        "in": place,
        "schema": query.schema,
        "description": query.description,
    }
    if query.required:
        parameter["required"] = True
    return parameter


@lru_cache(maxsize=KEPT_MAX)
def docs_page(version: str, catalogue: Catalogue) -> bytes:
    """Return the document as one HTML page without scripts."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
        f"<title>groat {html.escape(version)} API</title><style>{_STYLE}</style><h1>groat API</h1>"
        "<p>The same as <a href=openapi.json>openapi.json</a>. Every error is a problem (RFC 9457) with a stable code."
    ]
    operations = catalogue.operations.values()
    tags = dict.fromkeys(operation.tag for operation in operations)
    for tag in tags:
        parts.append(f"<h2>{html.escape(tag.capitalize())}</h2>")
        parts += [_docs_operation(operation) for operation in operations if operation.tag == tag]
    parts.append("<h2>Events</h2><p>The types of events that streams carry, and their names elsewhere.<ul>")
    for event in catalogue.events:
        socket_io, webhook = event.names()
        parts.append(
            f"<li><code>{html.escape(event.name)}</code>: Socket.IO <code>{html.escape(socket_io)}</code>, "
            f"webhook <code>{html.escape(webhook)}</code>"
        )
    parts.append("</ul>")
    return "".join(parts).encode()


def _docs_operation(operation: Operation) -> str:
    def shown(title: str, example: Any) -> str:
        if example is None or isinstance(example, str):
            return ""
        text = msgspec.json.format(msgspec.json.encode(example), indent=2).decode()
        return f"<details><summary>{title}</summary><pre>{html.escape(text)}</pre></details>"

    codes = " ".join(f"<code>{code}</code>" for code in codes_of(operation))
    return (
        f"<section id={operation.id}><h3><code>{operation.method} {html.escape(operation.path)}</code></h3>"
        f"<p><b>{html.escape(operation.summary)}.</b> {html.escape(operation.description)}"
        f"<p>For {html.escape(operation.right.value)}."
        f"{shown('Body', operation.example)}{shown('Answer', operation.answer_example)}"
        f"<details><summary>Codes</summary><p>{codes}</details></section>"
    )


_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;color:#1c1b19;background:#fff}
section{border-top:1px solid #ddd;padding:.5rem 0}h3{margin:.5rem 0}pre{overflow:auto;background:#f5f4f1;padding:.75rem}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161513}pre{background:#222}section{border-color:#333}
a{color:#9cf}}
"""
