"""The built-in login: a password for a token and a session cookie, and the cookie for new tokens.

The cookie only gets tokens; every other call needs a token. So no page of another site can make a browser act in
somebody's name, even where a browser ignores SameSite.
"""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from msgspec import Meta

from groat.api.answer import Answer
from groat.api.bodies import Body, Name
from groat.api.call import Call
from groat.api.examples import AT, ID
from groat.api.operations import Operations
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.identity import ApiKey, Person, Unauthorized
from groat.identity.identities import SESSION_TTL_S
from groat.identity.model import OpenSession
from groat.ledger.text import check_id, format_time
from groat.live import origin

operations = Operations()


class Credentials(Body):
    """A user id or an e-mail address, and the password."""

    password: Annotated[str, Meta(max_length=256)]
    user: Annotated[str, Meta(min_length=1, max_length=254)] | None = None
    email: Annotated[str, Meta(min_length=1, max_length=254)] | None = None


class ApiKeyInput(Body):
    """A key for a service: its name stays while its keys rotate; the label tells keys apart."""

    service: Name
    label: Annotated[str, Meta(max_length=200)] = ""


class Session(msgspec.Struct):
    """A token, its bearer and its end; ``expires_at`` is RFC 3339."""

    token: str
    expires_at: str
    user: str
    name: str
    roles: list[str]


class ApiKeyView(msgspec.Struct):
    """An API key; ``key`` itself is shown once, when it is made."""

    id: str
    service: str
    label: str
    created_at: str
    created_by: str
    revoked_at: str | None
    key: str | msgspec.UnsetType = msgspec.UNSET


class ApiKeyList(msgspec.Struct):
    """The newest 1,000 keys, newest first."""

    items: list[ApiKeyView]


SIGNED_IN: dict[str, Any] = {
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.signature",
    "expires_at": "2026-11-20T19:14:50.000000Z",
    "user": "42",
    "name": "Ada",
    "roles": [],
}


KEY: dict[str, Any] = {
    "id": ID,
    "service": "shop",
    "label": "production",
    "created_at": AT,
    "created_by": "user:admin",
    "revoked_at": None,
}


COOKIE = "groat_session"


@operations.declare(
    "login",
    "POST /v1/auth/login",
    Right.ANYONE,
    "signing in",
    "Sign in",
    body=Credentials,
    body_max=4 * 1024,
    answer=Session,
    codes=("login_failed", "login_throttled", "origin_refused"),
    example={"email": "ada@example.com", "password": "correct horse"},
    answer_example=SIGNED_IN,
)
async def login(call: Call) -> Answer:
    """A token for the API and the live connection, and a session cookie (HttpOnly, SameSite=Strict) that gets new
    ones. After ten failures of a user, or a hundred of an address, within 15 minutes, further attempts must wait.
    """
    _check_origin(call)
    body = await call.body(Credentials)
    if (body.user is None) == (body.email is None):
        raise HttpError("invalid_body", "Give user or email, not both.")
    person = await call.identities.login(body.user or body.email or "", body.password, call.own_address)
    cookie, session = await call.identities.open_session(person.user)
    return await _signed_in(call, person, session, _set_cookie(call, cookie, SESSION_TTL_S))


@operations.declare(
    "refreshToken",
    "POST /v1/auth/token",
    Right.SESSION,
    "signing in",
    "Get a new token for the session cookie",
    answer=Session,
    codes=("session_invalid", "origin_refused"),
    answer_example=SIGNED_IN,
)
async def refresh_token(call: Call) -> Answer:
    """Answers only the server's own pages and those of the setting `origins`."""
    _check_origin(call)
    person, session = await call.identities.session_person(_cookie(call))
    return await _signed_in(call, person, session)


@operations.declare(
    "logout",
    "POST /v1/auth/logout",
    Right.SESSION,
    "signing in",
    "Sign out",
    status=204,
    codes=("origin_refused",),
)
async def logout(call: Call) -> Answer:
    """Ends the session, refuses its tokens and closes its live connections: at once in the process that answers, within
    5 s in all others. Clears the cookie; without one it does nothing.
    """
    _check_origin(call)
    try:
        await call.identities.close_session(_cookie(call))
    except Unauthorized:
        return Answer(b"", 204)
    return Answer(b"", 204, _set_cookie(call, "", 0))


@operations.declare(
    "addApiKey",
    "POST /v1/api-keys",
    Right.ADMIN,
    "signing in",
    "Make an API key",
    body=ApiKeyInput,
    answer=ApiKeyView,
    status=201,
    codes=("invalid_service", "invalid_text"),
    example={"service": "shop", "label": "production"},
    answer_example={**KEY, "key": "groat_..."},
)
async def add_api_key(call: Call) -> Answer:
    """Makes a key for an app's own server. The key is shown only this once; the server stores its digest. A service
    may have several keys, so that they can be changed without a pause; its name stays, and with it its idempotency
    keys.
    """
    body = await call.body(ApiKeyInput)
    text, key = await call.identities.add_key(body.service, body.label, call.identity.principal)
    target = f"service:{key.service}"
    await call.groat.act(
        "add_api_key", actor=key.created_by, target=target, reason=key.label, after={"id": key.id}
    )
    return Answer.of(_key_view(key, text), 201)


@operations.declare(
    "listApiKeys",
    "GET /v1/api-keys",
    Right.ADMIN,
    "signing in",
    "List API keys",
    answer=ApiKeyList,
    answer_example={"items": [KEY]},
)
async def list_api_keys(call: Call) -> Answer:
    """Lists keys without the keys themselves."""
    return Answer.of(ApiKeyList([_key_view(key) for key in await call.identities.keys()]))


@operations.declare(
    "revokeApiKey",
    "DELETE /v1/api-keys/{id}",
    Right.ADMIN,
    "signing in",
    "Withdraw an API key",
    status=204,
    codes=("api_key_not_found", "invalid_id"),
)
async def revoke_api_key(call: Call) -> Answer:
    """Withdraws a key. It is refused at once, and within a second in other processes."""
    key = await call.identities.revoke_key(check_id(call.params["id"]))
    actor, target = call.identity.principal, f"service:{key.service}"
    await call.groat.act(
        "revoke_api_key", actor=actor, target=target, reason=key.label, before={"id": key.id}
    )
    return Answer(b"", 204)


async def _signed_in(
    call: Call, person: Person, session: OpenSession, headers: tuple[tuple[bytes, bytes], ...] = ()
) -> Answer:
    token, identity = await call.identities.issue_token(person.user, person.roles or (), session=session)
    expires_at = format_time((identity.expires_at or 0) * 1_000_000)
    answer = Session(token, expires_at, person.user, person.name, sorted(identity.roles))
    return Answer.of(answer, headers=headers)


def _check_origin(call: Call) -> None:
    sent = call.headers.get(b"origin")
    page = sent.decode("latin-1") if sent is not None else None
    host = call.headers.get(b"host", b"").decode("latin-1")
    # A listed origin counts, but `*` does not: not every page may get tokens for a cookie.
    listed = [each for each in call.settings.origins if each != "*"]
    if not origin.is_allowed(page, host, listed):
        origin.tell(page, host)
        raise HttpError("origin_refused")


def _cookie(call: Call) -> str:
    try:
        morsel = SimpleCookie(call.headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE)
    except CookieError:
        morsel = None
    if morsel is None or not morsel.value:
        raise Unauthorized("session_invalid")
    return morsel.value


def _set_cookie(call: Call, value: str, max_age_s: int) -> tuple[tuple[bytes, bytes], ...]:
    # Secure where the browser came by https; a demo on plain localhost must work too.
    secure = "; Secure" if call.scope.get("scheme") == "https" else ""
    path = f"{quote(call.mount)}/v1/auth"
    text = f"{COOKIE}={value}; Path={path}; Max-Age={max_age_s}; HttpOnly; SameSite=Strict{secure}"
    return ((b"set-cookie", text.encode()),)


def _key_view(key: ApiKey, text: str | None = None) -> ApiKeyView:
    revoked_at = None if key.revoked_at is None else format_time(key.revoked_at)
    view = ApiKeyView(key.id, key.service, key.label, format_time(key.created_at), key.created_by, revoked_at)
    if text is not None:
        view.key = text
    return view
