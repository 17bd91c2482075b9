"""Vouchers over HTTP: campaigns, codes, redemptions, and who may do what."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from groat.programs.credits.vouchers import codes, operations, staff
from groat.programs.credits.vouchers.errors import VOUCHER_ERRORS, VOUCHER_REFUSALS
from groat.settings import Settings
from groat.store.flow import Query
from tests.helpers.tables import parse_table
from tests.http.conftest import ACTIONS, SECRET, Api, code

DOCS = Path(__file__).parents[2] / "docs" / "vouchers.md"


@pytest.fixture
def settings() -> Settings:
    return Settings(
        secret=SECRET, jwt_secret=SECRET, actions=ACTIONS, messages_per_second=10_000, programs=("credits",),
        options={"credits": {"voucher_guesses_per_address": 15}},
    )  # fmt: skip


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


# As in test_rights.py: "42" redeemed the code that the path names, "7" is another person.
TABLE = """
operation           nobody  42   7    sam  ada  shop
redeemVoucher       401     201  201  201  201  201
previewVoucher      401     200  200  200  200  200
listRedemptions     401     200  200  200  200  200
undoRedemption      401     403  403  403  201  409
beginCampaign       401     403  403  403  201  201
listCampaigns       401     403  403  200  200  200
getCampaign         401     403  403  200  200  200
changeCampaign      401     403  403  403  200  200
chartCampaign       401     403  403  200  200  200
makeVoucherCodes    401     403  403  403  201  201
listVoucherCodes    401     403  403  200  200  200
exportVoucherCodes  401     403  403  403  200  200
printVoucherCodes   401     403  403  403  200  200
voidVoucherCode     401     403  403  403  200  409
"""
ROWS = parse_table(TABLE)


def test_the_table_is_whole() -> None:
    assert [row["operation"] for row in ROWS] == list(OPERATIONS)


async def test_who_may_do_what(api: Api) -> None:
    shared = await begin(api, uses_each=None)
    single = await begin(api, code="")
    await api.call("ada", f"POST /v1/vouchers/campaigns/{single['id']}/codes", {"count": 3})
    redeemed = await api.call("42", "POST /v1/vouchers/redeem", {"code": "SPRING26"})
    bodies: dict[str, Any] = {
        "redeemVoucher": {"code": "SPRING26"},
        "previewVoucher": {"code": "SPRING26"},
        "undoRedemption": {"reason": "Wrong"},
        "beginCampaign": {"name": "Autumn", "amount": "1", "asset": "CREDIT"},
        "changeCampaign": {"name": "Summer", "amount": "1"},
        "makeVoucherCodes": {"count": 1},
        "voidVoucherCode": {"reason": "Lost"},
    }
    for row in ROWS:
        operation = OPERATIONS[row["operation"]]
        path = operation.path.replace("{campaign}", single["id"]).replace("{number}", "3")
        path = path.replace("{id}", redeemed.json()["redemption"]["id"])
        for caller in ("nobody", "42", "7", "sam", "ada", "shop"):
            body = bodies.get(operation.id)
            if caller == "shop" and operation.id in ("redeemVoucher", "previewVoucher"):
                body = {**(body or {}), "user": "42"}
            who = "" if caller == "nobody" else caller
            answer = await api.call(who, f"{operation.method} {path}", body)
            assert (operation.id, caller, answer.status_code) == (
                operation.id, caller, int(row[caller]),
            ), answer.text  # fmt: skip
    assert shared["id"] != single["id"]


async def test_nobody_redeems_or_sees_for_another(api: Api) -> None:
    await begin(api)
    for route in ("redeem", "preview"):
        assert code(
            await api.call("7", f"POST /v1/vouchers/{route}", {"code": "SPRING26", "user": "42"})
        ) == ("forbidden")
    assert code(await api.call("sam", "POST /v1/vouchers/redeem", {"code": "SPRING26", "user": "42"})) == (
        "forbidden"
    )
    done = await api.call("shop", "POST /v1/vouchers/redeem", {"code": "SPRING26", "user": "42"})
    assert (done.status_code, done.json()["redemption"]["user"]) == (201, "42")
    assert code(await api.call("7", "GET /v1/vouchers/redemptions", params={"user": "42"})) == "forbidden"
    assert (await api.call("7", "GET /v1/vouchers/redemptions")).json()["items"] == []
    assert len((await api.call("42", "GET /v1/vouchers/redemptions")).json()["items"]) == 1
    page = await api.call("sam", "GET /v1/vouchers/redemptions", params={"user": "42", "limit": "1"})
    assert [each["user"] for each in page.json()["items"]] == ["42"]


async def test_guessing_is_braked_and_a_right_code_stays_good(api: Api) -> None:
    await begin(api)
    guesses = [
        await api.call("42", f"POST /v1/vouchers/{('redeem', 'preview')[n % 2]}", {"code": f"GUESS{n}"})
        for n in range(12)
    ]
    assert [code(each) for each in guesses] == ["voucher_not_found"] * 10 + ["voucher_throttled"] * 2
    assert 1 <= int(guesses[-1].headers["retry-after"]) <= 900
    # The right code is not tried either, and nothing stands under its key.
    assert code(await api.call("42", "POST /v1/vouchers/redeem", {"code": "SPRING26"}, key="k")) == (
        "voucher_throttled"
    )
    # Others go on.
    assert (await api.call("7", "POST /v1/vouchers/redeem", {"code": "SPRING26"})).status_code == 201
    await api.groat.write(forget)
    assert (
        await api.call("42", "POST /v1/vouchers/redeem", {"code": "SPRING26"}, key="k")
    ).status_code == 201


async def test_many_guesses_at_once_are_no_more(api: Api) -> None:
    found = await asyncio.gather(
        *(api.call("42", "POST /v1/vouchers/redeem", {"code": f"GUESS{n}"}) for n in range(40))
    )
    assert Counter(map(code, found)) == {"voucher_not_found": 10, "voucher_throttled": 30}


async def test_an_address_is_braked_whoever_guesses(api: Api) -> None:
    found = Counter[str]()
    for user, n in itertools.product(("42", "7"), range(10)):
        found[code(await api.call(user, "POST /v1/vouchers/preview", {"code": f"GUESS{user}{n}"}))] += 1
    assert found == {"voucher_not_found": 15, "voucher_throttled": 5}
    # A service's address is that of all its people.
    body = {"code": "GUESS", "user": "ada"}
    assert code(await api.call("shop", "POST /v1/vouchers/preview", body)) == "voucher_not_found"


def forget() -> Any:
    yield Query("forget_voucher_guesses", (2**62, 1_000))


async def test_a_mistyped_code_is_no_guess(api: Api) -> None:
    right = codes.write(b"twelve bytes")
    wrong = right[:-1] + ("7" if right[-1] != "7" else "8")
    for _ in range(12):
        assert code(await api.call("42", "POST /v1/vouchers/redeem", {"code": wrong})) == "voucher_mistyped"
    assert code(await api.call("42", "POST /v1/vouchers/redeem", {"code": right})) == "voucher_not_found"
    assert code(await api.call("42", "POST /v1/vouchers/redeem", {"code": "¡no!"})) == "voucher_not_found"


async def test_a_preview_and_a_dry_run_redeem_nothing(api: Api) -> None:
    made = await begin(api, grant={"lasts_s": 86_400})
    seen = (await api.call("42", "POST /v1/vouchers/preview", {"code": "spring-26"})).json()
    assert (seen["redeemable"], seen["amount"], seen["grant"]["lasts_s"]) == (True, "25", 86_400)
    dry = await api.call(
        "42", "POST /v1/vouchers/redeem", {"code": "spring-26"}, params={"dry_run": "true"}, key="d"
    )
    assert (dry.status_code, dry.json()["transaction"]["dry_run"]) == (200, True)
    assert (await api.call("sam", f"GET /v1/vouchers/campaigns/{made['id']}")).json()["uses"] == 0
    await api.call("42", "POST /v1/vouchers/redeem", {"code": "spring-26"}, key="d")
    seen = (await api.call("42", "POST /v1/vouchers/preview", {"code": "spring-26"})).json()
    assert (seen["redeemable"], seen["code"]) == (False, "voucher_yours_used_up")


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ({"name": " "}, "campaign_name_wrong"),
        ({"code": "abc"}, "voucher_code_wrong"),
        ({"code": "A" * 17}, "voucher_code_wrong"),
        ({"code": "ÄÖÜ-2026"}, "voucher_code_wrong"),
        ({"source": "user:7"}, "voucher_source_wrong"),
        ({"source": "no path"}, "invalid_account"),
        ({"asset": "EUR"}, "unknown_asset"),
        ({"amount": "0"}, "amount_not_positive"),
        ({"amount": "1.5"}, "too_many_digits"),
        ({"budget": "-1"}, "amount_not_positive"),
        ({"uses_max": 0}, "invalid_body"),
        ({"starts_at": "soon"}, "invalid_time"),
        ({"starts_at": "2027-01-02T00:00:00Z", "ends_at": "2027-01-01T00:00:00Z"}, "voucher_times_wrong"),
        ({"grant": {"expires_at": "2020-01-01T00:00:00Z"}}, "expires_in_past"),
        ({"grant": {"expires_at": "2099-01-01T00:00:00Z", "lasts_s": 5}}, "invalid_grant"),
    ],
)
async def test_what_is_no_campaign(api: Api, body: dict[str, Any], wanted: str) -> None:
    whole = {"name": "Spring", "amount": "25", "asset": "CREDIT", "code": "SPRING-26", **body}
    assert code(await api.call("ada", "POST /v1/vouchers/campaigns", whole)) == wanted


async def test_codes_of_a_campaign(api: Api) -> None:
    shared = await begin(api)
    path = f"/v1/vouchers/campaigns/{shared['id']}"
    assert code(await api.call("ada", f"POST {path}/codes", {"count": 1})) == "voucher_codes_shared"
    assert code(await api.call("ada", f"POST {path}/codes/1/void", {"reason": "x"})) == "voucher_not_found"
    single = await begin(api, code="")
    path = f"/v1/vouchers/campaigns/{single['id']}"
    await api.call("ada", f"POST {path}/codes", {"count": 5})
    printed = (await api.call("ada", f"GET {path}/print", params={"limit": "2"})).json()
    assert [each["number"] for each in printed["items"]] == [1, 2]
    assert "<script" not in printed["items"][0]["svg"]
    following = await api.call("ada", f"GET {path}/print", params={"cursor": printed["cursor"]})
    assert [each["number"] for each in following.json()["items"]] == [3, 4, 5]
    # A copy of the database has none of the codes.
    rows = await api.groat.read(stored, single["id"])
    text = repr(rows)
    for each in [*printed["items"], *following.json()["items"]]:
        assert each["code"].replace("-", "") not in text
    nowhere = "/v1/vouchers/campaigns/01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
    assert code(await api.call("ada", f"GET {nowhere}")) == "campaign_not_found"
    assert code(await api.call("ada", f"POST {nowhere}/codes", {"count": 1})) == "campaign_not_found"


def stored(campaign: str) -> Any:
    return (yield Query("page_voucher_codes", (campaign, 0, "", 10)))


async def test_the_devices_and_staff_hear_of_it(api: Api) -> None:
    made = await begin(api)
    redeemed = await api.call("42", "POST /v1/vouchers/redeem", {"code": "SPRING26"})
    position = redeemed.json()["transaction"]["positions"]["user:42"]
    epoch, _, offset = position.rpartition(":")
    page = await api.call(
        "42", "GET /v1/streams/user:42/events", params={"after": f"{epoch}:{int(offset) - 1}"}
    )
    assert page.status_code == 200, page.text
    assert '"voucher_updated"' in page.text
    assert made["id"] in page.text
