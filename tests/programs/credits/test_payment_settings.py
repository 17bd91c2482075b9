"""The settings of payments: secrets that are short or easy are refused, and a sandbox charges no real money."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from groat.demo import OPTIONS
from groat.http.app import create_app
from groat.programs.credits import CREDITS
from groat.programs.own_settings import read_own_settings
from groat.settings import Settings, SettingsError
from tests.helpers.databases import SqliteDatabase
from tests.helpers.secrets import SECRET

GOOD = "whsec_f5aUPgu40sRN8QIeXmWlP2wJcVbt6yHk"
URL = "https://pay.example.com/charges"


def written(key: bytes) -> str:
    return "whsec_" + b64encode(key).decode()


BAD = {
    "whsec_not base64!": "setting_invalid",
    "whsec_": "setting_invalid",
    written(bytes(range(7, 250, 11))[:23]): "secret_too_short",
    written(b"password" * 4): "secret_weak",
    written(bytes(32)): "secret_weak",
}


@pytest.mark.parametrize(("secret", "code"), BAD.items())
@pytest.mark.parametrize("option", ["payment_secrets", "payment_door"])
def test_a_secret_that_will_not_do_is_refused_at_the_start(option: str, secret: str, code: str) -> None:
    given: Any = [GOOD, secret] if option == "payment_secrets" else {"url": URL, "secret": secret}
    with pytest.raises(SettingsError) as caught:
        read_own_settings(CREDITS, Settings(options={"credits": {option: given}}))
    assert (caught.value.code, caught.value.fields["setting"]) == (code, f"options.credits.{option}")
    assert secret not in caught.value.detail
    if code != "setting_invalid":
        assert "secrets.token_bytes(32)" in caught.value.detail


def test_good_secrets_and_those_of_the_demo_are_taken() -> None:
    for options in ({"payment_secrets": f"{GOOD},{GOOD[6:]}"}, OPTIONS["credits"]):
        assert read_own_settings(CREDITS, Settings(options={"credits": options}))


@pytest.mark.parametrize(
    ("door", "sandbox", "starts"),
    [
        ({"url": URL, "secret": GOOD}, True, False),
        ({"url": "http://127.0.0.1:4010/charges", "secret": GOOD}, True, False),
        ({"url": URL, "secret": GOOD, "test": True}, True, True),
        ({"url": "simulator", "secret": GOOD}, True, True),
        (None, True, True),
        ({"url": URL, "secret": GOOD}, False, True),
    ],
)
async def test_a_sandbox_takes_no_door_to_real_money(
    sqlite: SqliteDatabase, door: Any, sandbox: bool, starts: bool
) -> None:
    def settings(**more: Any) -> Settings:
        return Settings(
            database=sqlite.url, secret=SECRET, jwt_secret=SECRET, programs=("credits",), port=0, **more
        )

    async with create_app(settings(sandbox=sandbox)).running():
        pass
    # The database knows what it is, whatever later settings say.
    app = create_app(settings(options={"credits": {} if door is None else {"payment_door": door}}))
    if starts:
        async with app.running():
            return
    with pytest.raises(SettingsError) as caught:
        async with app.running():
            pass
    assert caught.value.fields["setting"] == "options.credits.payment_door"
    assert "must not charge real money" in caught.value.detail
    assert "test = true" in caught.value.detail
