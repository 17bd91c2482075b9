"""Vouchers over HTTP: campaigns, codes, redemptions, and who may do what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from groat.programs.credits.vouchers import operations, staff
from groat.programs.credits.vouchers.errors import VOUCHER_ERRORS, VOUCHER_REFUSALS
from groat.settings import Settings
from tests.http.conftest import ACTIONS, SECRET, Api, code

DOCS = Path(__file__).parents[2] / "docs" / "vouchers.md"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, messages_per_second=10_000, programs=("credits",)
    )


async def begin(api: Api, **more: Any) -> dict[str, Any]:
    body = {"name": "Spring", "amount": "25", "asset": "CREDIT", "code": "SPRING-26", **more}
    answer = await api.call("ada", "POST /v1/vouchers/campaigns", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_shared_code_is_redeemed_once_by_each(api: Api) -> None:
    made = await begin(api)
    assert (made["state"], made["uses"], made["code"]) == ("running", 0, "SPRING-26")
    redeemed = await api.call("42", "POST /v1/vouchers/redeem", {"code": "spring 26"}, key="r")
    assert redeemed.status_code == 201, redeemed.text
    body = redeemed.json()
    assert (body["redemption"]["amount"], body["redemption"]["state"]) == ("25", "redeemed")
    assert body["transaction"]["balances"][0]["balance"] == "125"
    again = await api.call("42", "POST /v1/vouchers/redeem", {"code": "SPR1NG26"}, key="r")
    assert (again.status_code, again.json()["transaction"]["replayed"]) == (200, True)
    assert (
        code(await api.call("42", "POST /v1/vouchers/redeem", {"code": "SPRING26"}))
        == "voucher_yours_used_up"
    )
    assert (await api.call("7", "POST /v1/vouchers/redeem", {"code": "SPRING26"})).status_code == 201
    found = (await api.call("sam", f"GET /v1/vouchers/campaigns/{made['id']}")).json()
    assert (found["uses"], found["spent"]) == (2, "50")


async def test_single_use_codes(api: Api) -> None:
    made = await begin(api, code="", grant={"lasts_s": 3600, "note": "Spring"})
    path = f"/v1/vouchers/campaigns/{made['id']}"
    answer = await api.call("ada", f"POST {path}/codes", {"count": 2_500}, key="codes")
    assert (answer.status_code, answer.json()) == (
        201, {"count": 2_500, "first": 1, "last": 2_500, "replayed": False},
    )  # fmt: skip
    again = await api.call("ada", f"POST {path}/codes", {"count": 2_500}, key="codes")
    assert (again.status_code, again.json()["last"]) == (200, 2_500)
    export = await api.call("ada", f"GET {path}/codes/export")
    lines = export.text.splitlines()
    assert len(lines) == 2_501
    typed = lines[17].split(",")[1]
    redeemed = await api.call("42", "POST /v1/vouchers/redeem", {"code": typed.lower().replace("-", " ")})
    assert redeemed.status_code == 201, redeemed.text
    assert redeemed.json()["redemption"]["code_number"] == 17
    assert code(await api.call("42", "POST /v1/vouchers/redeem", {"code": typed})) == "voucher_redeemed"
    assert code(await api.call("7", "POST /v1/vouchers/redeem", {"code": typed})) == "voucher_used_up"
    listed = (await api.call("sam", f"GET {path}/codes", params={"state": "redeemed"})).json()["items"]
    assert [(each["number"], each["user"]) for each in listed] == [(17, "42")]
    undone = await api.call(
        "ada",
        f"POST /v1/vouchers/redemptions/{redeemed.json()['redemption']['id']}/undo",
        {"reason": "Wrong"},
    )
    assert undone.status_code == 201, undone.text
    assert (await api.call("7", "POST /v1/vouchers/redeem", {"code": typed})).status_code == 201


OPERATIONS = {operation.id: operation for operation in (*operations.operations, *staff.operations)}
ERRORS = VOUCHER_REFUSALS | VOUCHER_ERRORS


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.id)
def test_operations_are_documented(operation: Any) -> None:
    route = f"{operation.method} {operation.path}"
    row = f"| `{route}` | `{operation.id}` | {operation.right.value} | {operation.summary} |\n"
    assert row in DOCS.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ERRORS)
def test_codes_are_documented(name: str) -> None:
    rule = ERRORS[name]
    assert f"| `{name}` | {rule.status} | {rule.meaning} |\n" in DOCS.read_text(encoding="utf-8")


async def test_codes_are_drawn(api: Api) -> None:
    made = await begin(api)
    (shared,) = (await api.call("ada", f"GET /v1/vouchers/campaigns/{made['id']}/print")).json()["items"]
    assert (shared["code"], shared["link"], shared["svg"][:4]) == ("SPRING-26", "SPRING-26", "<svg")
