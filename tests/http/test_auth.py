"""Signing in, the session cookie, sign-out everywhere, rights that change, API keys: over HTTP."""

from __future__ import annotations

from http.cookies import SimpleCookie

import pytest

from groat.settings import Settings
from tests.http.conftest import ACTIONS, PASSWORD, SECRET, Api, code


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET,
        jwt_secret=SECRET,
        actions=ACTIONS,
        origins=("https://app.example", "*"),
        token_ttl_s=120,
    )


async def sign_in(api: Api, **body: str) -> tuple[str, str]:
    """A token and a cookie."""
    answer = await api.call("", "POST /v1/auth/login", body or {"user": "pat", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    cookie = SimpleCookie(answer.headers["set-cookie"])["groat_session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    api.client.cookies.clear()
    return str(answer.json()["token"]), f"groat_session={cookie.value}"


@pytest.fixture
async def pat(api: Api) -> Api:
    await api.identities.add_user(
        "pat", name="Pat", email="Pat@Example.com", password=PASSWORD, roles=("support",)
    )
    return api


async def test_a_password_gets_a_token_and_a_cookie(pat: Api) -> None:
    for who in ({"user": "pat"}, {"email": "PAT@example.COM"}):
        token, cookie = await sign_in(pat, **who, password=PASSWORD)
        pat.credentials["pat"] = token
        assert (await pat.call("pat", "GET /v1/me")).json()["roles"] == ["support"]
        renewed = await pat.call("", "POST /v1/auth/token", headers={"Cookie": cookie})
        assert (renewed.status_code, renewed.json()["user"]) == (200, "pat")
    both = {"user": "pat", "email": "pat@example.com", "password": PASSWORD}
    assert code(await pat.call("", "POST /v1/auth/login", both)) == "invalid_body"


async def test_the_cookie_alone_opens_nothing_else(pat: Api) -> None:
    _, cookie = await sign_in(pat)
    for route in ("GET /v1/me", "GET /v1/users", "POST /v1/transactions"):
        assert code(await pat.call("", route, headers={"Cookie": cookie})) == "unauthenticated"


async def test_only_listed_pages_get_tokens_for_a_cookie(pat: Api) -> None:
    _, cookie = await sign_in(pat)
    for origin, expected in (
        ("http://groat.test", ""),
        ("https://app.example", ""),
        ("https://evil.example", "origin_refused"),
        ("null", "origin_refused"),
        ("http://groat.test.evil.example", "origin_refused"),
    ):
        answer = await pat.call("", "POST /v1/auth/token", headers={"Cookie": cookie, "Origin": origin})
        assert code(answer) == expected, origin


async def test_signing_out_ends_the_session(pat: Api) -> None:
    _, cookie = await sign_in(pat)
    out = await pat.call("", "POST /v1/auth/logout", headers={"Cookie": cookie})
    assert (out.status_code, "Max-Age=0" in out.headers["set-cookie"]) == (204, True)
    assert code(await pat.call("", "POST /v1/auth/token", headers={"Cookie": cookie})) == "session_invalid"
    assert (await pat.call("", "POST /v1/auth/logout")).status_code == 204


async def test_signing_out_ends_the_tokens_of_the_session_and_no_others(pat: Api) -> None:
    token, cookie = await sign_in(pat)
    pat.credentials["other"], _ = await sign_in(pat)
    renewed = await pat.call("", "POST /v1/auth/token", headers={"Cookie": cookie})
    for name, credential in (("first", token), ("renewed", renewed.json()["token"])):
        pat.credentials[name] = credential
        assert (await pat.call(name, "GET /v1/me")).status_code == 200
    await pat.call("", "POST /v1/auth/logout", headers={"Cookie": cookie})
    # In the process that did it there is no moment in between.
    for name in ("first", "renewed"):
        assert code(await pat.call(name, "GET /v1/me")) == "token_revoked"
        assert code(await pat.call(name, "GET /v1/streams/user:pat/events")) == "token_revoked"
    assert (await pat.call("other", "GET /v1/me")).status_code == 200


async def test_who_signs_in_over_a_session_ends_it_not(pat: Api) -> None:
    """A program that signs in as several people with one cookie jar keeps all their tokens."""
    await pat.identities.add_user("zoe", password=PASSWORD)
    pat.credentials["pat"], cookie = await sign_in(pat)
    login = {"user": "zoe", "password": PASSWORD}
    answer = await pat.call("", "POST /v1/auth/login", login, headers={"Cookie": cookie})
    assert answer.json()["user"] == "zoe"
    assert (await pat.call("pat", "GET /v1/me")).status_code == 200


async def test_signed_out_everywhere(pat: Api) -> None:
    token, cookie = await sign_in(pat)
    pat.credentials["pat"] = token
    assert (await pat.call("pat", "GET /v1/me")).status_code == 200
    out = await pat.call("ada", "POST /v1/users/pat/revoke", {"reason": "Lost phone"})
    assert out.status_code == 204
    # In the process that did it there is no moment in between.
    assert code(await pat.call("pat", "GET /v1/me")) == "token_revoked"
    assert code(await pat.call("", "POST /v1/auth/token", headers={"Cookie": cookie})) == "session_invalid"
    pat.credentials["pat"], _ = await sign_in(pat)
    assert (await pat.call("pat", "GET /v1/me")).status_code == 200
    audit = (await pat.call("ada", "GET /v1/audit", params={"target": "user:pat"})).json()["items"]
    assert [(entry["kind"], entry["actor"], entry["reason"]) for entry in audit] == [
        ("revoke_user", "user:ada", "Lost phone")
    ]


async def test_roles_and_disabling_act_at_once(pat: Api) -> None:
    pat.credentials["pat"], _ = await sign_in(pat)
    assert (await pat.call("pat", "GET /v1/users")).status_code == 200
    await pat.call("ada", "PATCH /v1/users/pat", {"roles": [], "reason": "Left"})
    assert code(await pat.call("pat", "GET /v1/users")) == "forbidden"
    await pat.call("ada", "PATCH /v1/users/pat", {"disabled": True})
    assert code(await pat.call("pat", "GET /v1/me")) == "token_revoked"
    answer = await pat.call("", "POST /v1/auth/login", {"user": "pat", "password": PASSWORD})
    assert code(answer) == "login_failed"
    audit = (await pat.call("ada", "GET /v1/audit", params={"target": "user:pat"})).json()["items"]
    assert (audit[1]["before"]["roles"], audit[1]["after"]["roles"]) == (["support"], [])


async def test_a_new_password_ends_the_old_sessions(pat: Api) -> None:
    _, cookie = await sign_in(pat)
    changed = await pat.call("ada", "PATCH /v1/users/pat", {"password": "battery staple"})
    assert changed.status_code == 200
    assert code(await pat.call("", "POST /v1/auth/token", headers={"Cookie": cookie})) == "session_invalid"
    await sign_in(pat, user="pat", password="battery staple")
    old = await pat.call("", "POST /v1/auth/login", {"user": "pat", "password": PASSWORD})
    assert code(old) == "login_failed"


async def test_api_keys_are_shown_once_and_rotate(api: Api) -> None:
    made = (await api.call("ada", "POST /v1/api-keys", {"service": "till", "label": "first"})).json()
    api.credentials["till"] = made["key"]
    assert (await api.call("till", "GET /v1/me")).json()["principal"] == "service:till"
    listed = await api.call("ada", "GET /v1/api-keys")
    assert made["key"] not in listed.text
    assert [key["service"] for key in listed.json()["items"]] == ["till", "shop"]
    assert (await api.call("ada", f"DELETE /v1/api-keys/{made['id']}")).status_code == 204
    assert code(await api.call("till", "GET /v1/me")) == "api_key_invalid"
    assert (await api.call("shop", "GET /v1/me")).status_code == 200
    kinds = [entry["kind"] for entry in (await api.call("ada", "GET /v1/audit")).json()["items"]]
    assert kinds[:2] == ["revoke_api_key", "add_api_key"]


async def test_a_proxy_that_nobody_named_locks_nobody_out(pat: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """All callers have its address then; one who guesses at many people must not keep everybody from signing in."""
    # Each guess costs a hash.
    monkeypatch.setattr("groat.identity.passwords.ATTEMPTS_PER_ADDRESS_MAX", 3)
    for number in range(4):
        guess = {"user": f"user-{number}", "password": "wrong"}
        headers = {"X-Forwarded-For": "203.0.113.7"}
        assert code(await pat.call("", "POST /v1/auth/login", guess, headers=headers)) == "login_failed"
    login = {"user": "pat", "password": PASSWORD}
    assert (await pat.call("", "POST /v1/auth/login", login, headers=headers)).is_success
    # Whoever comes without a proxy is counted by address, whatever was guessed through one.
    for number in range(3):
        guess = {"user": f"other-{number}", "password": "wrong"}
        assert code(await pat.call("", "POST /v1/auth/login", guess)) == "login_failed"
    assert code(await pat.call("", "POST /v1/auth/login", login)) == "login_throttled"
