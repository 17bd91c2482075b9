"""One setting, three sources, clear errors."""

from pathlib import Path
from typing import Any

import pytest

from groat.settings import (
    DEMO_SECRET,
    AccountPolicy,
    Action,
    Settings,
    SettingsError,
    TrustedIssuer,
    describe,
    load,
    require_run_dir,
    require_secrets,
    require_store,
)

LONG = "kZ3wq9Tt0vYbF7cLx2Nf8RmHs5Jd1GpA-e6uW4yB"


def test_flag_over_environment_over_file_over_default(tmp_path: Path) -> None:
    file = tmp_path / "groat.toml"
    file.write_text('host = "file"\nport = 1\nlog_level = "debug"\n')
    environ = {"GROAT_CONFIG": str(file), "GROAT_HOST": "environment", "GROAT_PORT": "2", "GROAT_SECRET": ""}
    settings = load({"host": "flag", "port": None}, environ)
    assert (settings.host, settings.port, settings.log_level, settings.secret) == ("flag", 2, "debug", "")
    assert settings.database == Settings().database


SAME: list[tuple[str, str, str, Any]] = [
    # name, as flag or variable, as TOML, value
    ("port", "81", "81", 81),
    ("demo", "true", "true", True),
    ("console", "false", "false", False),
    ("jwt_issuer", "me", '"me"', "me"),
    ("open_requests", "0", "0", 0),
    ("statement_issuer", "Bank, Ltd.", '"Bank, Ltd."', "Bank, Ltd."),
    ("origins", "https://a.example, https://b.example", '["https://a.example", "https://b.example"]',
     ("https://a.example", "https://b.example")),
    ("actions", '{"spend": {"source": "user:{user}", "destination": "house:sales", "max": "9"}}',
     '{spend = {source = "user:{user}", destination = "house:sales", max = "9"}}',
     {"spend": Action("user:{user}", "house:sales", max="9")}),
    ("policies", '[{"accounts": "books", "floor": "none"}]', '[{accounts = "books", floor = "none"}]',
     (AccountPolicy("books", floor="none"),)),
    ("issuers", '[{"key": "k", "user_claim": "id"}]', '[{key = "k", user_claim = "id"}]',
     (TrustedIssuer(key="k", user_claim="id"),)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "toml", "value"), SAME)
def test_all_sources_speak_alike(tmp_path: Path, name: str, text: str, toml: str, value: object) -> None:
    file = tmp_path / "groat.toml"
    file.write_text(f"{name} = {toml}\n")
    assert getattr(load({name: text}, {}), name) == value
    assert getattr(load({}, {f"GROAT_{name.upper()}": text}), name) == value
    assert getattr(load({}, {}, file), name) == value


def test_an_app_may_bring_its_own_jwt_secret() -> None:
    assert load({}, {"JWT_SECRET": "app"}).jwt_secret == "app"
    assert load({}, {"JWT_SECRET": "app", "GROAT_JWT_SECRET": "groat"}).jwt_secret == "groat"


WRONG: list[tuple[str, str, str]] = [
    ("port", "eighty", "setting_invalid"),
    ("port", "70000", "setting_invalid"),
    ("batch_max", "0", "setting_invalid"),
    ("open_requests", "-1", "setting_invalid"),
    ("statement_issuer", "", "setting_invalid"),
    ("statement_issuer", " ", "setting_invalid"),
    ("statement_issuer", "B" * 61, "setting_invalid"),
    ("statement_issuer", "Bank\n", "setting_invalid"),
    ("statement_issuer", "Bank\u2028Ltd.", "setting_invalid"),
    ("demo", "maybe", "setting_invalid"),
    ("jwt_algorithm", "none", "setting_invalid"),
    ("actions", "{", "setting_invalid"),
    ("actions", '{"spend": {"source": "user:{user}"}}', "setting_invalid"),
    ("policies", '[{"accounts": "a", "floor": "zero"}]', "setting_invalid"),
    ("colour", "red", "setting_unknown"),
]


@pytest.mark.parametrize(("name", "text", "code"), WRONG)
def test_wrong_values_name_their_source(name: str, text: str, code: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load({name: text}, {})
    assert caught.value.code == code
    assert f"--{name.replace('_', '-')}" in caught.value.detail


def test_a_secret_is_not_shown_when_it_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "groat.toml"
    file.write_text("secret = 123456789\n")
    with pytest.raises(SettingsError) as caught:
        load({}, {}, file)
    assert "123456789" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "code"),
    [(None, "config_not_found"), (b"port 8000", "config_unreadable"), (b"\xff\xfe", "config_unreadable"),
     (b"colour = 'red'", "setting_unknown")],
)  # fmt: skip
def test_wrong_files(tmp_path: Path, content: bytes | None, code: str) -> None:
    file = tmp_path / "groat.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(SettingsError) as caught:
        load({}, {}, file)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("flags", "code", "setting"),
    [
        ({}, "secret_missing", "secret"),
        ({"secret": LONG}, "secret_missing", "jwt_secret"),
        ({"secret": "short", "jwt_secret": LONG}, "secret_too_short", "secret"),
        ({"secret": LONG, "jwt_secret": "short"}, "secret_too_short", "jwt_secret"),
        ({"secret": DEMO_SECRET, "jwt_secret": LONG}, "secret_weak", "secret"),
        ({"secret": LONG, "jwt_secret": "a" * 40}, "secret_weak", "jwt_secret"),
    ],
)
def test_outside_the_demo_no_secret_has_a_default(flags: dict[str, str], code: str, setting: str) -> None:
    with pytest.raises(SettingsError) as caught:
        require_secrets(load(flags, {}))
    assert (caught.value.code, caught.value.fields["setting"]) == (code, setting)
    assert "secrets.token_urlsafe" in caught.value.detail


def test_secrets_that_suffice() -> None:
    require_secrets(load({"secret": LONG, "jwt_secret": LONG}, {}))
    require_secrets(load({"secret": LONG, "jwt_jwks": "keys.json", "jwt_algorithm": "EdDSA"}, {}))
    demo = load({"demo": "true"}, {})
    require_secrets(demo)
    assert (demo.secret, demo.jwt_secret) == (DEMO_SECRET, DEMO_SECRET)
    assert load({"demo": "true", "secret": LONG}, {}).secret == LONG


def test_policies_come_before_the_built_in_ones() -> None:
    rules = (
        '[{"accounts": "books", "floor": "none"}, {"accounts": "user:*:loan", "floor": -500, "ceiling": 0}]'
    )
    policy = load({"policies": rules}, {}).policy()
    assert policy.limits("books:assets:bank") == (None, None)
    assert policy.limits("user:7:loan") == (-500, 0)
    assert policy.limits("user:7") == (0, None)


def test_every_setting_says_what_it_means() -> None:
    assert all(describe(name) for name in Settings.__struct_fields__)


@pytest.mark.parametrize(("setting", "text"), [("workers", "2"), ("redis", "redis://127.0.0.1")])
def test_what_needs_postgres(setting: str, text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        require_store(load({setting: text}, {}))
    assert (caught.value.code, caught.value.fields["setting"]) == ("needs_postgres", setting)
    require_store(load({setting: text, "database": "postgresql://db/groat"}, {}))
    require_store(load({}, {}))


def test_the_directory_for_sockets_must_exist(tmp_path: Path) -> None:
    require_run_dir(load(environ={"GROAT_RUN_DIR": str(tmp_path)}))
    with pytest.raises(SettingsError) as caught:
        require_run_dir(load(environ={"GROAT_RUN_DIR": str(tmp_path / "none")}))
    assert (caught.value.code, caught.value.fields["setting"]) == ("setting_invalid", "run_dir")


@pytest.mark.parametrize(
    "address",
    ["http://10.0.0.11:8000", "http://[2001:db8::1]:8000", "https://node-a.internal", "http://node_a:80"],
)
def test_addresses_of_nodes(address: str) -> None:
    assert load(environ={"GROAT_NODE_ADDRESS": address}).node_address == address


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.11:8000",
        "http://a/",
        "http://a:8000/x",
        "http://u:p@a",
        "ftp://a",
        "http://a:123456",
        "http://a\nb",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(SettingsError):
        load(environ={"GROAT_NODE_ADDRESS": address})


def test_a_variable_sets_an_option_of_a_program_that_no_setting_turns_on() -> None:
    environ = {
        "GROAT_PROGRAMS": "the_tool",
        "GROAT_OPTIONS_THE_TOOL_PORT": "9",
        "GROAT_OPTIONS_RUNS_APPROVE_PEOPLE": "500",
        "GROAT_OPTIONS_RUNS_SOURCE": "",
        "GROAT_OPTIONS_RUNS": "no name follows",
    }
    assert load({}, environ).options == {"the_tool": {"port": "9"}, "runs": {"approve_people": "500"}}
