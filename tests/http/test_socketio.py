"""The address of Socket.IO: who may ask for it, from which pages, and how a server leaves it out and ends."""

from __future__ import annotations

import json

import httpx
import pytest
from structlog.testing import capture_logs

from groat.settings import Settings
from tests.helpers.secrets import SECRET
from tests.http.conftest import Api, code

PATH = "/socket.io/"
POLL = {"EIO": "4", "transport": "polling"}
PAGE = "https://app.example"


async def shake_hands(api: Api, **headers: str) -> httpx.Response:
    return await api.client.get(PATH, params=POLL, headers=headers)


async def test_both_spellings_open_a_session(api: Api) -> None:
    for path in (PATH, "/socket.io"):
        answer = await api.client.get(path, params=POLL)
        assert answer.status_code == 200
        opening = json.loads(answer.text[1:])
        assert (opening["pingInterval"], opening["pingTimeout"]) == (25_000, 20_000)


async def test_a_session_over_polling_tells_a_person_what_they_have(api: Api) -> None:
    query = {**POLL, "sid": json.loads((await shake_hands(api)).text[1:])["sid"]}
    connect = f'40{{"token":"{api.credentials["42"]}"}}'
    assert (await api.client.post(PATH, params=query, content=connect)).text == "ok"
    told = (await api.client.get(PATH, params=query)).text
    assert told.startswith('40{"sid":"')
    assert '42["balance_updated",' in told


async def test_other_addresses_below_it_are_nobodys(api: Api) -> None:
    for path in ("/socket.io/x", "/socket.iox"):
        assert (await api.client.get(path, params=POLL)).status_code in (200, 404)
        assert not (await api.client.get(path, params=POLL)).text.startswith("0{")


async def test_without_the_setting_pages_elsewhere_are_refused_and_told_which_it_is(api: Api) -> None:
    with capture_logs() as logs:
        answer = await shake_hands(api, Origin="https://page-of-polling.example")
    assert (answer.status_code, answer.json()["code"]) == (403, 4)
    assert "access-control-allow-origin" not in answer.headers
    (line,) = [each for each in logs if each["event"] == "origin_refused"]
    assert (line["origin"], line["setting"]) == ("https://page-of-polling.example", "origins")
    assert (await shake_hands(api, Origin="http://groat.test")).is_success


class TestOrigins:
    """With the setting `origins`."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET, origins=(PAGE,))

    async def test_a_listed_page_may_ask_with_credentials_and_headers_of_its_own(self, api: Api) -> None:
        """Stock clients are set to `withCredentials` and `extraHeaders` in many apps; no cookie is read here."""
        asked = {
            "Origin": PAGE,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,x-app-version",
        }
        preflight = await api.client.options(PATH, headers=asked)
        answer = await shake_hands(api, Origin=PAGE)
        for each in (preflight, answer):
            assert each.is_success
            assert each.headers["access-control-allow-origin"] == PAGE
            assert each.headers["access-control-allow-credentials"] == "true"
            assert each.headers["vary"] == "origin"
        assert preflight.headers["access-control-allow-headers"] == "authorization,x-app-version"
        assert "POST" in preflight.headers["access-control-allow-methods"]

    async def test_another_page_may_not(self, api: Api) -> None:
        asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
        for each in (
            await api.client.options(PATH, headers=asked),
            await shake_hands(api, Origin="https://evil.example"),
        ):
            assert not [name for name in each.headers if name.startswith("access-control")]
        assert each.status_code == 403

    async def test_the_cookies_of_other_operations_stay_at_home(self, api: Api) -> None:
        answer = await api.call("42", "GET /v1/me", headers={"Origin": PAGE})
        assert "access-control-allow-credentials" not in answer.headers


class TestWithout:
    """With `socketio` turned off."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET, socketio=False, console=False)

    async def test_there_is_nothing(self, api: Api) -> None:
        assert code(await shake_hands(api)) == "not_found"
        assert PATH not in api.app.groat_doors


async def test_a_server_that_stops_ends_all_sessions_and_takes_no_new_ones(api: Api) -> None:
    newcomer = {**POLL, "sid": json.loads((await shake_hands(api)).text[1:])["sid"]}
    known = {**POLL, "sid": json.loads((await shake_hands(api)).text[1:])["sid"]}
    connect = f'40{{"token":"{api.credentials["42"]}"}}'
    await api.client.post(PATH, params=known, content=connect)
    await api.client.get(PATH, params=known)
    assert api.app.groat_live is not None
    api.app.begin_drain()
    assert (await api.client.get(PATH, params=newcomer)).text == "1"
    # The transport ends, and nothing that a stock client takes for final.
    assert (await api.client.get(PATH, params=known)).text == "1"
    refused = await shake_hands(api)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
