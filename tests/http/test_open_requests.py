"""The setting that bounds a person's open requests, as HTTP answers it."""

from __future__ import annotations

import pytest

from groat.settings import Settings
from tests.http.conftest import SECRET, Api, code

CLAIM = {"amount": "42.50", "asset": "USD", "purpose": "Train to the fair"}


@pytest.fixture
def settings() -> Settings:
    return Settings(secret=SECRET, jwt_secret=SECRET, programs=("expenses",), open_requests=2)


async def test_a_person_files_no_more_than_the_setting_says(api: Api) -> None:
    first, second, third = [await api.call("42", "POST /v1/requests/expense", CLAIM) for _ in range(3)]
    assert (first.status_code, second.status_code) == (201, 201)
    assert (code(third), third.status_code) == ("too_many_open", 409)
    assert (third.json()["open"], third.json()["max"]) == ("2", "2")
    paid = await api.call("ada", f"POST /v1/requests/expense/{first.json()['id']}/pay")
    assert paid.json()["open"] is False
    assert (await api.call("42", "POST /v1/requests/expense", CLAIM)).status_code == 201
    answers = [await api.call("ada", "POST /v1/requests/expense", CLAIM) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
