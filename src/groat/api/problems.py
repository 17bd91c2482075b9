"""Errors over HTTP: the codes of calls that become no command, and RFC 9457 problem details of any error."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.api.answer import Answer, encode
from groat.ledger.errors import GroatError, Refusal, Rule

HTTP_ERRORS: dict[str, Rule] = {
    "invalid_request": Rule(400, "The request is not well-formed HTTP."),
    "invalid_json": Rule(400, "The body must be JSON (RFC 8259) in UTF-8, without NaN or Infinity."),
    "duplicate_field": Rule(
        400, "A JSON object names a field twice, so that readers could differ on its meaning."
    ),
    "too_deep": Rule(400, "The JSON is nested too deeply."),
    "too_many_values": Rule(
        400, "The JSON holds more values than this call takes; detail says how many it may."
    ),
    "number_too_large": Rule(
        400, "A JSON number does not fit: integers have 64 bits, other numbers are finite."
    ),
    "invalid_body": Rule(400, "A field is missing, unknown, or of the wrong type; detail says which."),
    "invalid_query": Rule(
        400, "A query parameter is unknown, repeated, or of the wrong form; detail says which."
    ),
    "invalid_cursor": Rule(400, "Pass a cursor back unchanged, to the same list."),
    "invalid_file": Rule(
        400, "The form must have exactly the fields that the documentation names; detail says which."
    ),
    "signature_invalid": Rule(401, "The signature of the body is missing, wrong, or too old."),
    "forbidden": Rule(403, "The caller has no right to do this."),
    "action_not_declared": Rule(
        403, "This server declares no such action. People may do only what is declared."
    ),
    "origin_refused": Rule(
        403, "This call uses the session cookie, so only the server's own pages may make it."
    ),
    "not_found": Rule(404, "There is nothing at this address."),
    "account_not_found": Rule(404, "Nothing has been posted or opened under this path."),
    "method_not_allowed": Rule(405, "This address takes other methods only. The header Allow lists them."),
    "request_timeout": Rule(408, "The request did not arrive in time (settings head_s and body_s)."),
    "body_too_large": Rule(413, "The body is larger than this call takes; detail says how large it may be."),
    "line_too_long": Rule(414, "The address is longer than this server accepts (setting line_max)."),
    "unsupported_media_type": Rule(415, "Send the body with the Content-Type that the documentation names."),
    "asset_not_allowed": Rule(422, "The action is not declared for this asset; name one of its assets."),
    "action_limit": Rule(422, "The amount exceeds what one call of this action may move."),
    "nothing_to_change": Rule(422, "Name at least one thing to change."),
    "own_rights": Rule(422, "Nobody changes their own roles or disables themselves; ask another admin."),
    "host_refused": Rule(421, "The demo answers only under localhost and addresses of a private network."),
    "rate_limited": Rule(429, "Too many calls. Try again after the time in Retry-After."),
    "too_many_connections": Rule(
        429, "Your address has too many connections open (setting connections_per_address). Close some."
    ),
    "server_full": Rule(
        503, "The server has as many connections as it can hold (setting connections_max). Try again."
    ),
    "head_too_large": Rule(
        431, "The headers are larger, or more, than this server accepts (settings head_max and headers_max)."
    ),
    "internal_error": Rule(
        500, "The server failed, and its log has the reason. Repeat a write with the same key."
    ),
}

_RESERVED = frozenset(
    {"type", "title", "status", "code", "detail", "replayed", "retryable_with_new_key", "dry_run"}
)
_MEDIA_TYPE = b"application/problem+json"


class ProblemView(msgspec.Struct):
    """RFC 9457 problem details. ``code`` is stable; some codes add members of their own.

    ``retryable_with_new_key`` comes with a verdict on a write: whether another try may succeed, under a new key, once
    something else has changed. Under its own key the verdict stays.
    """

    type: str
    title: str
    status: int
    code: str
    detail: str
    replayed: bool | msgspec.UnsetType = msgspec.UNSET
    retryable_with_new_key: bool | msgspec.UnsetType = msgspec.UNSET
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET


class HttpError(GroatError):
    """The call could not become a command; codes of :data:`HTTP_ERRORS`."""

    rules = HTTP_ERRORS


def details(error: GroatError | Refusal) -> dict[str, Any]:
    """Return the members of the problem document for an error or a refusal."""
    members: dict[str, Any] = {
        "type": f"urn:groat:{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
    }
    members.update((name, value) for name, value in error.fields.items() if name not in _RESERVED)
    if isinstance(error, Refusal):
        members["retryable_with_new_key"] = error.retryable_with_new_key
        if error.replayed:
            members["replayed"] = True
    return members


def problem(
    error: GroatError | Refusal, headers: tuple[tuple[bytes, bytes], ...] = (), *, dry_run: bool = False
) -> Answer:
    """Return the answer for an error or a refusal. 401, 429 and 503 carry the headers that RFC 9110 asks for."""
    if error.status == 401:
        headers = (*headers, (b"www-authenticate", b"Bearer"))
    retry_after = getattr(error, "retry_after", 1 if error.status in (429, 503) else None)
    if retry_after is not None:
        headers = (*headers, (b"retry-after", str(retry_after).encode()))
    members = details(error) | ({"dry_run": True} if dry_run else {})
    return Answer(encode(members), error.status, headers, _MEDIA_TYPE)
