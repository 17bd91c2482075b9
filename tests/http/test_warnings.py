"""An operator reads one line that names the setting when a front end gets no further, however often it happens."""

from __future__ import annotations

import time

import jwt
import pytest
import structlog
from structlog.testing import capture_logs

from groat.identity import tokens
from groat.live import origin
from groat.settings import Settings
from groat.sparing import SparingLog
from tests.http.conftest import ACTIONS, SECRET, Api, code


@pytest.fixture
def settings() -> Settings:
    return Settings(secret=SECRET, jwt_secret=SECRET, jwt_issuer="me", actions=ACTIONS)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was logged before."""
    monkeypatch.setattr(origin, "log", SparingLog(structlog.get_logger("groat.origins")))
    monkeypatch.setattr(tokens, "_refusals", SparingLog(structlog.get_logger("groat.identity")))


async def test_a_wrong_origin_is_told_once(api: Api) -> None:
    headers = {"Origin": "https://shop.example"}
    with capture_logs() as lines:
        for _ in range(5):
            await api.call("42", "GET /v1/me", headers=headers)
            assert code(await api.call("", "POST /v1/auth/token", headers=headers)) == "origin_refused"
    (line,) = [line for line in lines if line["event"] == "origin_refused"]
    assert (line["setting"], line["origin"]) == ("origins", "https://shop.example")
    assert "GROAT_ORIGINS" in line["hint"]
    assert 'GROAT["ORIGINS"]' in line["hint"]


async def test_ones_own_page_is_no_wrong_origin(api: Api) -> None:
    with capture_logs() as lines:
        for page, host in (("https://groat.test", "groat.test"), ("https://groat.test", "groat.test:443")):
            await api.call("42", "GET /v1/me", headers={"Origin": page, "Host": host})
    assert [line for line in lines if line["event"] == "origin_refused"] == []


@pytest.mark.parametrize(
    ("secret", "issuer", "setting"),
    [
        ("another secret, of thirty-two bytes or more: 8f3kd02", "me", "jwt_secret"),
        (SECRET, "you", "jwt_issuer"),
    ],
)
async def test_a_token_of_another_secret_is_told_once(
    api: Api, secret: str, issuer: str, setting: str
) -> None:
    with capture_logs() as lines:
        for number in range(5):
            claims = {"sub": "42", "exp": int(time.time()) + 60 + number, "iss": issuer}
            token = jwt.encode(claims, secret, algorithm="HS256")
            answer = await api.call("", "GET /v1/me", headers={"Authorization": f"Bearer {token}"})
            assert code(answer) == "token_invalid"
    (line,) = [line for line in lines if line["event"] == "token_refused"]
    assert line["setting"] == setting
    assert f"GROAT_{setting.upper()}" in line["hint"]
    assert f'GROAT["{setting.upper()}"]' in line["hint"]
    assert secret not in str(line)


async def test_an_action_that_is_not_declared_names_itself_and_its_setting(api: Api) -> None:
    answer = await api.call("42", "POST /v1/actions/mint", {"amount": "1"})
    assert (answer.json()["action"], answer.json()["setting"]) == ("mint", "actions.mint")
    assert "[actions.mint]" in answer.json()["detail"]


def test_what_is_left_out_is_counted() -> None:
    now = 0.0
    with capture_logs() as lines:
        log = SparingLog(structlog.get_logger(), every_s=60, clock=lambda: now)
        for now in (0.0, 1.0, 59.0, 60.0, 61.0, 120.5):
            log.warning("event", "a", number=now)
        log.warning("event", "b")
    assert [(line.get("number"), line.get("more")) for line in lines] == [
        (0.0, None),
        (60.0, 2),
        (120.5, 1),
        (None, None),
    ]
