"""groat's settings come from the Django project alone."""

from __future__ import annotations

import base64
import hmac
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.test import override_settings

from groat.contrib.django import conf
from groat.settings import Settings, SettingsError, require_secrets
from tests.contrib.django import projects


def test_without_groat_everything_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROAT_DRAIN_S", "99")
    monkeypatch.setenv("GROAT_SECRET", "of the environment, which says nothing here")
    settings = conf.settings()
    assert conf.database_alias() == "default"
    assert settings.drain_s == Settings().drain_s
    assert settings.secret == conf.secret()
    assert settings.programs == ()


def test_the_secrets_are_derived_and_strong_whatever_the_key_is() -> None:
    with override_settings(SECRET_KEY="django-insecure-short"):
        settings = conf.settings()
        require_secrets(settings)
        made = {settings.secret, settings.jwt_secret}
    assert len(made) == 2
    assert not any("insecure" in each for each in made)
    assert conf.secret() not in made
    assert conf.secret() == conf.secret()
    # RFC 5869 with SHA-256, no salt and the purpose as info, so that any other program can derive it.
    pseudorandom = hmac.digest(bytes(32), b"key", "sha256")
    expected = hmac.digest(pseudorandom, b"groat secret\x01", "sha256")
    assert base64.urlsafe_b64decode(conf.derive("key", "secret") + "=") == expected


def test_a_project_without_a_secret_key_is_told_so() -> None:
    with override_settings(SECRET_KEY=""), pytest.raises(ImproperlyConfigured):
        conf.settings()


def test_the_keys_are_groats_settings_in_upper_case() -> None:
    with override_settings(
        GROAT={"PROGRAMS": ["bank"], "JOIN_EVENTS": {"join": "user"}, "DRAIN_S": 3, "SECRET": "x" * 40}
    ):
        settings = conf.settings()
        assert (settings.programs, settings.join_events, settings.drain_s) == (("bank",), {"join": "user"}, 3)
        assert conf.secret() == settings.secret == "x" * 40
        assert [program.name for program in conf.programs()] == ["bank"]


@pytest.mark.parametrize(
    ("groat", "code", "words"),
    [
        ({"PROGRAMMES": []}, "setting_unknown", "PROGRAMMES"),
        ({"programs": []}, "setting_unknown", "upper case"),
        ({"DRAIN_S": "soon"}, "setting_invalid", "GROAT['DRAIN_S']"),
        ({"DATABASE": "books"}, "setting_invalid", "books"),
        (["PROGRAMS"], "setting_invalid", "dict"),
    ],
)
def test_what_is_wrong_is_said(groat: Any, code: str, words: str) -> None:
    with override_settings(GROAT=groat), pytest.raises(SettingsError) as caught:
        conf.settings()
    assert caught.value.code == code
    assert words in caught.value.detail


def test_the_value_of_a_secret_is_not_shown() -> None:
    with override_settings(GROAT={"SECRET": 12345678}), pytest.raises(SettingsError) as caught:
        conf.settings()
    assert "12345678" not in caught.value.detail


PG: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}


@pytest.mark.parametrize(
    ("entry", "url"),
    [
        (PG, "postgresql:///shop"),
        (PG | {"USER": "ada", "HOST": "db", "PORT": 5433}, "postgresql://ada@db:5433/shop"),
        (
            PG | {"USER": "a@b", "PASSWORD": "p:/?#&", "HOST": "::1", "NAME": "my shop"},
            "postgresql://a%40b:p%3A%2F%3F%23%26@[::1]/my%20shop",
        ),
        (PG | {"HOST": "/run/pg", "PORT": "5433"}, "postgresql:///shop?host=%2Frun%2Fpg&port=5433"),
        (
            PG | {"HOST": "db", "OPTIONS": {"sslmode": "require", "pool": True, "connect_timeout": 3}},
            "postgresql://db/shop?sslmode=require",
        ),
        (
            PG | {"OPTIONS": {"options": "-c search_path=a", "assume_role": "shop"}},
            "postgresql:///shop?options=-c%20search_path%3Da&role=shop",
        ),
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": "/var/shop.db"}, "sqlite:////var/shop.db"),
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}, "sqlite:///shop.db"),
    ],
)
def test_the_address_is_that_of_the_alias(entry: dict[str, Any], url: str) -> None:
    with projects.databases(default=entry):
        assert conf.settings().database == url


def test_a_direct_address_is_taken_but_never_in_a_test_run() -> None:
    with (
        projects.databases(default=dict(PG)),
        override_settings(GROAT={"DATABASE_URL": "postgresql://direct/shop"}),
    ):
        conf.remember_database()
        assert conf.settings().database == "postgresql://direct/shop"
        connections["default"].settings_dict["NAME"] = "test_shop"
        assert conf.settings().database == "postgresql:///test_shop"
