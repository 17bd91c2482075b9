"""Tokens that the client signs are those that the server reads."""

from __future__ import annotations

import time
from typing import Any

import jwt
import pytest

from groat.client import Client, sign_token
from groat.identity.tokens import Tokens
from groat.settings import Settings
from tests.crash.server import JWT_SECRET, Server


def test_a_person_acts_with_it(server: Server) -> None:
    signed = sign_token(42, secret=JWT_SECRET, expires_in_s=60, roles=["support"])
    with Client(server.address, signed) as person:
        me = person.get_me()
    assert me is not None
    assert (me.user, me.roles) == ("42", ["support"])
    claims = jwt.decode(signed, JWT_SECRET, algorithms=["HS256"])
    assert 0 < claims["exp"] - time.time() <= 60


async def test_it_is_read_by_the_settings_of_the_server() -> None:
    settings = Settings(
        secret=JWT_SECRET, jwt_secret=JWT_SECRET, jwt_issuer="shop", jwt_audience="groat",
        jwt_user_claims=("uid",), jwt_roles_claim="groups",
    )  # fmt: skip
    signed = sign_token(
        "ada", secret=JWT_SECRET, expires_in_s=60, roles=("admin",), issuer="shop", audience="groat",
        user_claim="uid", roles_claim="groups", claims={"name": "Ada"},
    )  # fmt: skip
    found = await Tokens(settings).read(signed)
    assert (found.user, found.roles) == ("ada", frozenset({"admin"}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "short"},
        {"expires_in_s": 0},
        {"expires_in_s": 1.5},
        {"expires_in_s": True},
        {"user": "a b"},
        {"user": ""},
        {"user": None},
        {"roles": "admin"},
        {"roles": ["a b"]},
        {"roles": ["r"] * 17},
        {"claims": {"exp": 4102444800}},
        {"claims": {"sub": "admin"}},
    ],
    ids=str,
)
def test_what_the_server_would_refuse_is_not_signed(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"user": "42", "secret": JWT_SECRET, "expires_in_s": 60, **wrong}
    with pytest.raises(ValueError):
        sign_token(given.pop("user"), **given)
    with pytest.raises(TypeError):
        sign_token("42", secret=JWT_SECRET)  # type: ignore[call-arg]
