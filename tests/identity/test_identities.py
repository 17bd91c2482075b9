"""People, sessions, API keys, and the news of whose rights changed."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from pathlib import Path
from typing import Any

import jwt
import pytest

from groat import Groat
from groat.identity import Change, Identities, Identity, IdentityError, Throttled
from groat.identity.identities import FRESH_S, SESSION_TTL_S
from groat.identity.passwords import ATTEMPTS_PER_ADDRESS_MAX, Throttle
from groat.settings import Settings

SECRET = "s" * 40
PASSWORD = "correct horse"
SETTINGS = Settings(secret=SECRET, jwt_secret=SECRET)


@pytest.fixture
async def groat(tmp_path: Path) -> AsyncIterator[Groat]:
    async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}") as groat:
        yield groat


@pytest.fixture
async def identities(groat: Groat) -> AsyncIterator[Identities]:
    made = Identities(groat, SETTINGS)
    yield made
    made.close()


async def code(call: Awaitable[Any]) -> str:
    with pytest.raises(IdentityError) as caught:
        await call
    return caught.value.code


async def test_a_token_of_somebody_unknown_counts_by_itself(identities: Identities) -> None:
    token, issued = await identities.issue_token("42", ("partner",), 60)
    assert await identities.authenticate_token(token) == issued
    assert await identities.authenticate(token) == issued
    assert issued.roles == {"partner"}
    assert not issued.is_staff


async def test_the_roles_of_a_record_win(identities: Identities) -> None:
    token, _ = await identities.issue_token("42", ("admin",))
    assert (await identities.authenticate_token(token)).is_admin
    await identities.add_user("42", roles=())
    assert (await identities.authenticate_token(token)).roles == frozenset()
    await identities.set_roles("42", ("support",))
    assert (await identities.authenticate_token(token)).roles == {"support"}
    await identities.set_roles("42", None)
    assert (await identities.authenticate_token(token)).is_admin


async def test_a_cached_token_still_expires(identities: Identities, monkeypatch: pytest.MonkeyPatch) -> None:
    token, issued = await identities.issue_token("42", (), 60)
    await identities.authenticate_token(token)
    assert issued.expires_at is not None
    later = issued.expires_at
    monkeypatch.setattr(time, "time", lambda: later)
    assert await code(identities.authenticate_token(token)) == "token_expired"


async def test_a_watcher_is_told_of_each_token_that_is_let_in(identities: Identities) -> None:
    seen: list[str] = []
    end = identities.watch(lambda identity: seen.append(identity.principal))
    token, _ = await identities.issue_token("42")
    for _ in range(3):
        await identities.authenticate_token(token)
    assert seen == ["user:42"]
    await identities.revoke("42")
    assert await code(identities.authenticate_token(token)) == "token_revoked"
    end()
    await identities.authenticate_token((await identities.issue_token("7"))[0])
    assert seen == ["user:42"]


async def test_revoking_refuses_what_was_issued_until_now_only(identities: Identities) -> None:
    old, _ = await identities.issue_token("42")
    other, _ = await identities.issue_token("7")
    await identities.revoke("42")
    assert await code(identities.authenticate_token(old)) == "token_revoked"
    # In the same second, too.
    new, _ = await identities.issue_token("42")
    assert (await identities.authenticate_token(new)).user == "42"
    assert (await identities.authenticate_token(other)).user == "7"


async def test_another_process_hears_of_it_within_the_promised_time(
    groat: Groat, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two Identities over one database stand for two processes."""
    there = Identities(groat, SETTINGS)
    token, _ = await identities.issue_token("42")
    await there.authenticate_token(token)
    await identities.revoke("42")
    assert FRESH_S <= 1.0
    moment = time.monotonic() + FRESH_S
    monkeypatch.setattr(time, "monotonic", lambda: moment)
    assert await code(there.authenticate_token(token)) == "token_revoked"
    there.close()


async def test_changes_name_whose_rights_changed_once(identities: Identities) -> None:
    await identities.add_user("1")
    start, nobody = await identities.changes(-1)
    assert nobody == []
    await identities.set_roles("2", ("a",))
    await identities.change_user("1", Change(name="One"))
    await identities.revoke("1")
    await identities.set_roles("2", ())
    rev, changed = await identities.changes(start)
    assert changed == ["user:1", "user:2"]
    assert await identities.changes(rev) == (rev, [])


async def test_passwords(identities: Identities, groat: Groat, tmp_path: Path) -> None:
    await identities.add_user("42", name="Ada", email="Ada@Example.com", password=PASSWORD, roles=("admin",))
    assert (await identities.login("42", PASSWORD, "::1")).name == "Ada"
    assert (await identities.login("ADA@example.com", PASSWORD, "::1")).user == "42"
    for name, password in (
        ("42", "wrong"),
        ("nobody", PASSWORD),
        ("ada@example.org", PASSWORD),
        ("42", "x" * 5000),
    ):
        assert await code(identities.login(name, password, "::1")) == "login_failed"
    await identities.add_user("7")
    assert await code(identities.login("7", "", "::1")) == "login_failed"
    with closing(sqlite3.connect(tmp_path / "groat.db")) as raw, raw:
        ((stored,),) = raw.execute("SELECT password FROM groat_principal WHERE id = 'user:42'")
    raw.close()
    assert stored.startswith("$argon2id$")
    assert await identities.has_admin()


async def test_guessing_is_braked_per_user_and_per_address(identities: Identities) -> None:
    await identities.add_user("42", password=PASSWORD)
    for _ in range(9):
        assert await code(identities.login("42", "wrong", "::1")) == "login_failed"
    # A success forgives.
    await identities.login("42", PASSWORD, "::1")
    for _ in range(10):
        assert await code(identities.login("42", "wrong", "::1")) == "login_failed"
    with pytest.raises(Throttled) as caught:
        await identities.login("42", PASSWORD, "::2")
    assert 0 < caught.value.retry_after <= 901
    assert await code(identities.login("someone else", PASSWORD, "::1")) == "login_failed"


async def test_all_names_of_a_person_count_together(identities: Identities) -> None:
    await identities.add_user("42", email="ada@example.com", password=PASSWORD)
    for number in range(10):
        name = ("42", "ada@example.com", "ADA@Example.com")[number % 3]
        assert await code(identities.login(name, "wrong", f"192.0.2.{number}")) == "login_failed"
    for name in ("42", "ada@example.com"):
        assert await code(identities.login(name, PASSWORD, "192.0.2.99")) == "login_throttled"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fd00::1", "fd00::2", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::1", "::2", False),
    ],
)
async def test_a_network_that_one_caller_has_counts_as_one_address(one: str, other: str, same: bool) -> None:
    throttle = Throttle()
    for number in range(ATTEMPTS_PER_ADDRESS_MAX):
        throttle.attempt(f"user-{number}", one)
    if same:
        with pytest.raises(Throttled):
            throttle.attempt("another", other)
    else:
        throttle.attempt("another", other)


async def test_an_unknown_address_brakes_nobody_else() -> None:
    throttle = Throttle()
    for number in range(2 * ATTEMPTS_PER_ADDRESS_MAX):
        throttle.attempt(f"user-{number}", "")
    throttle.attempt("another", "")


async def test_an_address_may_not_try_many_users(monkeypatch: pytest.MonkeyPatch) -> None:
    throttle = Throttle()
    for number in range(ATTEMPTS_PER_ADDRESS_MAX):
        throttle.attempt(f"user-{number}", "::1")
    with pytest.raises(Throttled):
        throttle.attempt("another", "::1")
    throttle.attempt("another", "::2")


async def test_sessions_end(identities: Identities, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    await identities.add_user("42", password=PASSWORD)
    cookies = [(await identities.open_session("42"))[0] for _ in range(3)]
    assert (await identities.session_person(cookies[0]))[0].user == "42"
    await identities.close_session(cookies[0])
    assert await code(identities.session_person(cookies[0])) == "session_invalid"
    await identities.revoke("42")
    assert await code(identities.session_person(cookies[1])) == "session_invalid"
    last, _ = await identities.open_session("42")
    with closing(sqlite3.connect(tmp_path / "groat.db")) as raw, raw:
        stored = raw.execute("SELECT digest FROM groat_session").fetchall()
    raw.close()
    assert len(stored) == 1
    assert last.encode() not in stored[0][0]
    after = time.time_ns() + SESSION_TTL_S * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: after)
    assert await code(identities.session_person(last)) == "session_invalid"


async def test_a_token_of_a_session_ends_with_it(groat: Groat, identities: Identities) -> None:
    await identities.add_user("42", password=PASSWORD)
    cookie, session = await identities.open_session("42")
    _, other = await identities.open_session("42")
    token, issued = await identities.issue_token("42", session=session)
    others, _ = await identities.issue_token("42", session=other)
    free, _ = await identities.issue_token("42")
    assert await identities.authenticate_token(token) == issued
    # One that was issued on the way, and that no process has seen yet.
    late, _ = await identities.issue_token("42", session=session)
    await identities.close_session(cookie)
    assert await code(identities.authenticate_token(token)) == "token_revoked"
    assert await code(identities.authenticate_token(late)) == "token_revoked"
    # The person's other sessions, and tokens of no session, go on.
    for good in (others, free):
        assert (await identities.authenticate_token(good)).user == "42"


async def test_a_token_never_outlives_its_session(
    identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    await identities.add_user("42", password=PASSWORD)
    _, session = await identities.open_session("42")
    _, issued = await identities.issue_token("42", ttl_s=10 * SESSION_TTL_S, session=session)
    assert issued.expires_at == session.expires_at // 1_000_000
    token, _ = await identities.issue_token("42", session=session)
    after = session.expires_at * 1_000
    monkeypatch.setattr(time, "time_ns", lambda: after)
    assert await code(identities.authenticate_token(token)) == "token_revoked"


async def test_a_session_that_ends_elsewhere_is_heard_of(
    groat: Groat, identities: Identities, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two Identities over one database stand for two processes."""
    there = Identities(groat, SETTINGS)
    await identities.add_user("42", password=PASSWORD)
    cookie, session = await identities.open_session("42")
    token, issued = await identities.issue_token("42", session=session)
    _, other = await identities.issue_token("42", session=(await identities.open_session("42"))[1])
    await there.authenticate_token(token)
    rev, _ = await there.changes(-1)
    heard: list[str] = []
    identities.listen(lambda: heard.append("here"))
    there.listen(lambda: heard.append("there"))
    await identities.close_session(cookie)
    assert heard == ["here"]
    assert (await there.changes(rev))[1] == ["user:42"]
    assert await there.recheck([issued, other]) == ({other}, {issued})
    assert await code(there.authenticate_token(token)) == "token_revoked"
    there.close()


async def test_a_claim_that_is_no_session_is_no_token(identities: Identities) -> None:
    for claim in ("", "x", 7, ["a"], "0" * 63, "A" * 64):
        body = {"sub": "42", "exp": int(time.time()) + 60, "groat_session": claim}
        token = jwt.encode(body, SECRET, algorithm="HS256")
        assert await code(identities.authenticate_token(token)) == "token_invalid"
    unknown = jwt.encode({"sub": "42", "exp": int(time.time()) + 60, "groat_session": "0" * 64}, SECRET)
    assert await code(identities.authenticate_token(unknown)) == "token_revoked"


async def test_api_keys_rotate_under_one_name(identities: Identities, tmp_path: Path) -> None:
    first, record = await identities.add_key("shop", "one", "user:ada")
    second, _ = await identities.add_key("shop", "two", "user:ada")
    assert first.startswith("groat_")
    expected = Identity("service:shop", None, frozenset({"service"}))
    assert await identities.authenticate(first) == await identities.authenticate(second) == expected
    assert (expected.is_service, expected.is_staff) == (True, False)
    await identities.revoke_key(record.id)
    assert await code(identities.authenticate(first)) == "api_key_invalid"
    assert await identities.authenticate(second) == expected
    assert await code(identities.revoke_key(record.id)) == "api_key_not_found"
    assert [(key.label, key.revoked_at is None) for key in await identities.keys()] == [
        ("two", True),
        ("one", False),
    ]
    assert first.encode() not in (tmp_path / "groat.db").read_bytes()
    assert await code(identities.authenticate("groat_unknown")) == "api_key_invalid"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"user": ""}, "invalid_user"),
        ({"user": "a:b"}, "invalid_user"),
        ({"user": "a\n"}, "invalid_user"),
        ({"user": "x", "email": "<x@y>"}, "invalid_email"),
        ({"user": "x", "email": '"a b"@example.com'}, "invalid_email"),
        ({"user": "x", "email": "a@b@example.com"}, "invalid_email"),
        ({"user": "x", "email": "a@example.com, b@example.com"}, "invalid_email"),
        ({"user": "x", "email": "a\u2028@example.com"}, "invalid_email"),
        ({"user": "x", "email": "a@example.com?subject=x"}, "invalid_email"),
        ({"user": "x", "email": "no"}, "invalid_email"),
        ({"user": "x", "email": "a@b@c"}, "invalid_email"),
        ({"user": "x", "email": "a b@c"}, "invalid_email"),
        ({"user": "x", "email": "a\u202e@c"}, "invalid_email"),
        ({"user": "x", "password": "short"}, "weak_password"),
        ({"user": "x", "password": "x" * 257}, "weak_password"),
        ({"user": "x", "roles": ("a b",)}, "invalid_role"),
        ({"user": "x", "roles": tuple(map(str, range(17)))}, "invalid_role"),
        ({"user": "taken"}, "user_exists"),
        ({"user": "x", "email": "TAKEN@example.com"}, "user_exists"),
    ],
)
async def test_who_cannot_be_added(identities: Identities, values: dict[str, Any], expected: str) -> None:
    await identities.add_user("taken", email="taken@example.com")
    assert await code(identities.add_user(**values)) == expected


async def test_a_person_changes(identities: Identities) -> None:
    await identities.add_user("1", email="one@example.com")
    await identities.add_user("2", email="two@example.com")
    assert await code(identities.change_user("1", Change(email="Two@example.com"))) == "user_exists"
    before, after = await identities.change_user("1", Change(email=None, name="One", disabled=True))
    assert (before.email, before.disabled) == ("one@example.com", False)
    assert (after.email, after.name, after.disabled) == (None, "One", True)
    assert await identities.find_user("1") == after
    assert await identities.find_user("nobody") is None


async def test_the_cache_is_bounded(identities: Identities, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groat.identity.identities.CACHED_MAX", 3)
    tokens = [(await identities.issue_token(str(number)))[0] for number in range(6)]
    for token in [*tokens, *tokens]:
        await identities.authenticate_token(token)
    assert len(identities._cache) == 3
