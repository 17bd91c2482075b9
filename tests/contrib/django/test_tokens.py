"""Tokens that the live server of a Django project lets in, and the ways in which users get one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import AnonymousUser, Group, User
from django.template import Context, Template
from django.test import Client, RequestFactory, override_settings
from rest_framework.test import APIClient
from rest_framework_simplejwt import settings, state, tokens
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, SlidingToken

from groat.contrib.django import conf
from groat.contrib.django.people import roles_of
from groat.contrib.django.tokens import make_token, token_for
from groat.http.app import create_app
from groat.settings import SettingsError
from tests.contrib.django import projects


async def _ask(token: str) -> tuple[int, Any]:
    app = create_app(conf.settings())
    async with (
        app.running(),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://groat.test") as client,
    ):
        answer = await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})
        return answer.status_code, answer.json()


def ask(token: str) -> tuple[int, Any]:
    """Return the server's answer to the bearer of a token: status, and user or code."""
    status, body = asyncio.run(_ask(token))
    return status, body.get("user") if status == 200 else body.get("code")


@pytest.fixture
def user(small_project: None) -> User:
    """A user of the project."""
    return User.objects.create_user("ada", password="correct horse")


def keys() -> tuple[str, str]:
    """A pair of RSA keys as PEM: the private and the public one."""
    private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
    return (
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ).decode(),
        private.public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        .decode(),
    )


PRIVATE, PUBLIC = keys()


@contextmanager
def simple_jwt(**told: Any) -> Iterator[None]:
    """These settings of SimpleJWT, also for what it keeps of them since it was imported."""
    with override_settings(SIMPLE_JWT=told), pytest.MonkeyPatch.context() as patch:
        new = settings.api_settings
        backend = TokenBackend(new.ALGORITHM, new.SIGNING_KEY, new.VERIFYING_KEY, new.AUDIENCE, new.ISSUER)
        patch.setattr(tokens, "api_settings", new)
        patch.setattr(state, "token_backend", backend)
        yield


SIMPLE: dict[str, dict[str, Any]] = {
    "the project's key": {"SIGNING_KEY": projects.SECRET_KEY},
    "a key of its own": {"SIGNING_KEY": "its-own-key-Zk3vQ9tT0yYbF7cLx2Nf8RmHb5Js"},
    "RS256": {"ALGORITHM": "RS256", "SIGNING_KEY": PRIVATE, "VERIFYING_KEY": PUBLIC},
    "issuer and audience": {"SIGNING_KEY": projects.SECRET_KEY, "ISSUER": "shop", "AUDIENCE": ["web", "app"]},
    "other claims": {"SIGNING_KEY": projects.SECRET_KEY, "USER_ID_CLAIM": "who", "TOKEN_TYPE_CLAIM": "kind"},
}


@pytest.mark.parametrize("told", SIMPLE.values(), ids=list(SIMPLE))
def test_access_tokens_of_simple_jwt_are_let_in_and_no_others(user: User, told: dict[str, Any]) -> None:
    with simple_jwt(**told):
        assert ask(str(AccessToken.for_user(user))) == (200, str(user.pk))
        assert ask(str(RefreshToken.for_user(user))) == (401, "token_type_refused")
        assert ask(str(SlidingToken.for_user(user))) == (401, "token_type_refused")
        old = AccessToken.for_user(user)
        old.set_exp(lifetime=-timedelta(minutes=10))
        assert ask(str(old)) == (401, "token_expired")


def test_a_text_that_the_project_signed_for_something_else_is_no_token(user: User) -> None:
    with simple_jwt(SIGNING_KEY=projects.SECRET_KEY):
        claims = {"user_id": user.pk, "exp": 4_000_000_000}
        assert ask(jwt.encode(claims, projects.SECRET_KEY)) == (401, "token_type_refused")
        assert ask(
            jwt.encode(claims | {"token_type": "access"}, "another-key-Zk3vQ9tT0yYbF7cLx2Nf8RmHb")
        ) == (
            401,
            "token_invalid",
        )
        # The public key is no secret: nothing that is signed with it by HMAC counts.
    with simple_jwt(ALGORITHM="RS256", SIGNING_KEY=PRIVATE, VERIFYING_KEY=PUBLIC):
        forged = jwt.api_jws.PyJWS().encode(b"{}", b"x" * 32, algorithm="HS256")
        assert ask(forged)[0] == 401


def test_a_token_of_simple_jwt_gives_no_roles(user: User) -> None:
    with simple_jwt(SIGNING_KEY=projects.SECRET_KEY):
        token = AccessToken.for_user(user)
        token["roles"] = ["admin"]
        status, body = asyncio.run(_ask(str(token)))
        assert (status, body["roles"]) == (200, [])


def test_simple_jwt_can_be_turned_off(user: User) -> None:
    with simple_jwt(SIGNING_KEY=projects.SECRET_KEY), override_settings(GROAT={"SIMPLE_JWT": False}):
        assert ask(str(AccessToken.for_user(user))) == (401, "token_invalid")


@pytest.mark.parametrize(
    "told",
    [{"TOKEN_TYPE_CLAIM": None}, {"ALGORITHM": "RS256", "SIGNING_KEY": PRIVATE, "VERIFYING_KEY": "no key"}],
)
def test_settings_of_simple_jwt_that_cannot_be_used_are_told(user: User, told: dict[str, Any]) -> None:
    with override_settings(SIMPLE_JWT=told), pytest.raises(SettingsError) as caught:
        token_for(user)
    assert caught.value.code == "setting_invalid"
    assert "no key" not in caught.value.detail


def test_earlier_keys_of_the_project_count_until_they_are_removed(user: User) -> None:
    own = token_for(user)
    with simple_jwt(SIGNING_KEY=projects.SECRET_KEY):
        simple = str(AccessToken.for_user(user))
    new = "the-next-one-Zk3vQ9tT0yYbF7cLx2Nf8RmHb5Js"
    with (
        override_settings(SECRET_KEY=new, SECRET_KEY_FALLBACKS=[projects.SECRET_KEY]),
        simple_jwt(SIGNING_KEY=new),
    ):
        assert ask(own) == ask(simple) == (200, str(user.pk))
        assert ask(token_for(user)) == (200, str(user.pk))
    with override_settings(SECRET_KEY=new), simple_jwt(SIGNING_KEY=new):
        assert ask(own) == ask(simple) == (401, "token_invalid")


def test_a_token_names_the_user_and_the_roles(user: User) -> None:
    user.groups.add(Group.objects.create(name="support"), Group.objects.create(name="Loan officers"))
    made = make_token(user)
    assert (made.user, made.name, made.roles) == (str(user.pk), "ada", ("Loan-officers", "support"))
    status, body = asyncio.run(_ask(made.token))
    assert (status, sorted(body["roles"])) == (200, ["Loan-officers", "support"])
    user.is_superuser = user.is_staff = True
    assert set(roles_of(user)) == {"Loan-officers", "support", "admin", "staff"}
    with override_settings(
        GROAT={"ROLES": {"support": None, "Loan officers": ["loans", "clerks"], "is_staff": "x"}}
    ):
        assert set(roles_of(user)) == {"loans", "clerks", "admin", "x"}
    user.is_active = False
    assert roles_of(user) == ()


def test_too_many_groups_lock_nobody_out(user: User) -> None:
    user.groups.set(Group.objects.create(name=f"group {n}") for n in range(30))
    user.is_superuser = True
    assert len(roles_of(user)) == 16
    assert "admin" in roles_of(user)


def test_nobody_gets_no_token(user: User) -> None:
    user.is_active = False
    for nobody in (user, AnonymousUser()):
        with pytest.raises(ValueError):
            token_for(nobody)


def test_the_view_answers_who_is_signed_in(user: User) -> None:
    client = Client()
    answer = client.get("/groat/token/")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    client.force_login(user)
    for answer in (client.get("/groat/token/"), client.post("/groat/token/")):
        assert answer.status_code == 200
        assert (answer.json()["user"], answer.json()["roles"]) == (str(user.pk), [])
        assert "no-store" in answer["Cache-Control"]
        assert ask(answer.json()["token"]) == (200, str(user.pk))
    assert client.put("/groat/token/").status_code == 405
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(user)
    assert careful.post("/groat/token/").status_code == 403
    assert careful.get("/groat/token/").status_code == 200


def test_the_view_of_the_rest_framework_takes_any_login(user: User) -> None:
    client = APIClient()
    assert client.get("/api/groat-token/").status_code in (401, 403)
    client.force_authenticate(user)
    answer = client.post("/api/groat-token/")
    assert (answer.status_code, answer.json()["user"]) == (200, str(user.pk))
    assert ask(answer.json()["token"]) == (200, str(user.pk))


def test_the_tag_writes_a_token_or_nothing(user: User) -> None:
    page = Template("{% load groat %}{% groat_token %}")
    request = RequestFactory().get("/")
    request.user = user
    assert ask(page.render(Context({"request": request}))) == (200, str(user.pk))
    request.user = AnonymousUser()
    assert page.render(Context({"request": request})) == ""
    assert page.render(Context({})) == ""


ORIGINS: list[tuple[dict[str, Any], str, bool]] = [
    ({"DEBUG": True}, "http://localhost:3000", True),
    ({"DEBUG": True}, "http://127.0.0.1:5173", True),
    ({"DEBUG": True}, "https://localhost", True),
    ({"DEBUG": True}, "http://localhost.evil.example:3000", False),
    ({"DEBUG": False}, "http://localhost:3000", False),
    ({"DEBUG": False, "CSRF_TRUSTED_ORIGINS": ["https://app.example"]}, "https://app.example", True),
    ({"DEBUG": False, "CSRF_TRUSTED_ORIGINS": ["https://*.example"]}, "https://app.example", False),
    ({"DEBUG": False, "CORS_ALLOWED_ORIGINS": ["https://app.example"]}, "https://app.example", True),
    ({"DEBUG": False, "CORS_ALLOW_ALL_ORIGINS": True}, "https://any.example", True),
    ({"DEBUG": True, "GROAT": {"ORIGINS": ["https://app.example"]}}, "http://localhost:3000", False),
    ({"DEBUG": False, "GROAT": {"ORIGINS": ["https://app.example"]}}, "https://app.example", True),
]


@pytest.mark.parametrize(("told", "origin", "allowed"), ORIGINS)
async def test_pages_of_these_origins_may_call(told: dict[str, Any], origin: str, allowed: bool) -> None:
    with override_settings(**told):
        app = create_app(conf.settings())
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://groat.test") as client:
            answer = await client.options(
                "/v1/me", headers={"Origin": origin, "Access-Control-Request-Method": "GET"}
            )
    assert (answer.headers.get("access-control-allow-origin") == origin) is allowed
