"""The client against a real server: answers, problems, lists, files, sessions, and the bank's operations."""

from __future__ import annotations

import asyncio
import pickle
import time
from pathlib import Path
from typing import Any, TypedDict, cast

import httpx
import pytest

from groat.client import AsyncClient, Client, Problem, UnknownOutcome, emitBulkCreditUpdate, problems
from groat.client.bank import AsyncBank, Bank
from groat.client.credits import AsyncCredits, Credits
from groat.client.inputs import BulkItemInput, PostingInput
from groat.http.app import create_app
from groat.settings import Settings
from tests.crash.server import ADMIN, JWT_SECRET, SECRET, Server, token


class Given(TypedDict):
    """The arguments of a post."""

    postings: list[PostingInput]
    reason: str


def give(user: str, amount: str, asset: str = "CREDIT") -> Given:
    """The input of a transaction that gives somebody something."""
    posting: PostingInput = {
        "source": "house:bonus",
        "destination": f"user:{user}",
        "amount": amount,
        "asset": asset,
    }
    return {"postings": [posting], "reason": "Gift"}


def item(user: str, amount: str) -> BulkItemInput:
    """The same as an item of a bulk."""
    return cast(BulkItemInput, give(user, amount))


def test_money_moves_once_under_a_key(client: Client) -> None:
    first = client.post_transaction(**give("once", "50"), key="once")
    assert (first.replayed, first.balances[0].account, first.positions["user:once"][-2:]) == (
        False,
        "user:once" if first.balances[0].account == "user:once" else "house:bonus",
        ":1",
    )
    assert client.post_transaction(**give("once", "50"), key="once").replayed
    # Without a key of the caller's, each call is a write of its own.
    client.post_transaction(**give("once", "1"))
    client.post_transaction(**give("once", "1"))
    (balance,) = client.get_account("user:once").balances
    assert (balance.balance, balance.available, balance.version) == ("52", "52", 3)


def test_credits_are_set_with_a_reason_of_their_own_unless_one_is_given(client: Client) -> None:
    client.update_user_credits("set", 120, key="set-120")
    assert client.update_user_credits("set", 120, key="set-120").replayed
    client.update_user_credits("set", "70", reason="Refund")
    entries = list(client.list_entries("user:set", asset="CREDIT"))
    assert [(entry.balance, entry.reason) for entry in entries] == [("70", "Refund"), ("120", "Admin update")]


def test_problems_are_told_by_their_class(client: Client, server: Server) -> None:
    client.post_transaction(**give("poor", "5"), key="poor")
    hold = client.create_hold(
        source="user:poor", destination="house:sales", amount="5", asset="CREDIT", key="poor/hold"
    ).hold
    assert hold is not None
    assert hold.state == "open"
    with pytest.raises(problems.InsufficientFunds) as refused:
        client.create_hold(
            source="user:poor", destination="house:sales", amount="1", asset="CREDIT", key="poor/2"
        )
    assert (refused.value.status, refused.value.code) == (422, "insufficient_funds")
    assert refused.value.fields["account"] == "user:poor"
    assert not refused.value.replayed
    copy = pickle.loads(pickle.dumps(refused.value))
    assert (type(copy), copy.fields) == (problems.InsufficientFunds, refused.value.fields)
    with pytest.raises(problems.InsufficientFunds) as again:
        client.create_hold(
            source="user:poor", destination="house:sales", amount="1", asset="CREDIT", key="poor/2"
        )
    assert again.value.replayed
    with pytest.raises(problems.KeyReused) as reused:
        client.post_transaction(**give("poor", "6"), key="poor")
    assert reused.value.status == 409
    with pytest.raises(problems.AccountNotFound) as missing:
        client.get_account("user:nobody-yet")
    assert missing.value.status == 404
    person = client.with_token(token("poor"))
    with pytest.raises(problems.Forbidden) as forbidden:
        person.post_transaction(**give("poor", "1"), key="forbidden")
    assert forbidden.value.status == 403
    with (
        Client(server.address, "groat_nothing") as stranger,
        pytest.raises(problems.ApiKeyInvalid) as unknown,
    ):
        stranger.get_me()
    assert unknown.value.status == 401
    with Client(server.address) as nobody, pytest.raises(problems.Unauthenticated):
        nobody.get_me()


async def test_a_server_that_begins_or_ends_is_a_problem_that_passes(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/groat.db"
    app = create_app(Settings(database=database, secret=SECRET, jwt_secret=JWT_SECRET, console=False))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app))) as http:
        hasty = AsyncClient("http://127.0.0.1", ADMIN, http=http, retry_for_s=0)
        with pytest.raises(UnknownOutcome) as refused:
            await hasty.post_transaction(**give("early", "5"), key="early")
        problem = refused.value.__cause__
        assert isinstance(problem, problems.Closed)
        assert (problem.status, problem.retry_after_s) == (503, 1)
        patient = AsyncClient("http://127.0.0.1", ADMIN, http=http)
        asking = asyncio.create_task(patient.list_assets())
        await asyncio.sleep(0)
        async with app.running():
            assert (await asking).items == []


def test_a_problem_of_an_apps_own_program_can_have_a_class() -> None:
    class ClaimClosed(Problem):
        code = "claim_closed"

    found = Problem.of({"code": "claim_closed", "detail": "It is closed.", "claim": 7}, 409)
    assert isinstance(found, ClaimClosed)
    assert found.fields == {"claim": 7}
    del Problem.by_code["claim_closed"]


def test_a_bulk_tells_each_verdict(client: Client) -> None:
    items = [item("bulk", "5"), item("bulk", "0")]
    told = client.post_transactions(mode="independent", items=items, key="bulk")
    assert (told.summary.committed, told.summary.refused) == (1, 1)
    problem = told.results[1].problem
    assert isinstance(problem, problems.AmountNotPositive)
    assert problem.status == 400


async def test_lists_are_read_page_by_page(client: Client, server: Server, api_key: str) -> None:
    items = [item(f"many:{number:04}", "1") for number in range(1_203)]
    client.post_transactions(mode="atomic", items=items, key="many")
    accounts = client.list_accounts(prefix="user:many", limit=500)
    names = [account.account for account in accounts]
    assert names == [f"user:many:{number:04}" for number in range(1_203)]
    assert [len(page.items) for page in accounts.pages()] == [500, 500, 203]
    second = next(client.list_accounts(prefix="user:many", limit=500, cursor=_cursor(client)).pages())
    assert second.items[0].account == "user:many:0500"
    async with AsyncClient(server.address, api_key) as twin:
        assert [each.account async for each in twin.list_accounts(prefix="user:many", limit=500)] == names


def _cursor(client: Client) -> str | None:
    return next(client.list_accounts(prefix="user:many", limit=500).pages()).cursor


def test_answers_without_news_files_and_texts(client: Client, server: Server) -> None:
    client.post_transaction(**give("files", "7"), key="files")
    person = client.with_token(lambda: token("files"))
    me = person.get_me()
    assert me is not None
    assert me.user == "files"
    assert person.get_me(if_none_match=f'"{me.positions["user:files"]}"') is None
    day = client.get_statement("user:files", asset="CREDIT", from_="2020-01-01T00:00:00Z", format="csv")
    assert b"Gift" in day
    assert (
        client.get_statement("user:files", asset="CREDIT", from_="2020-01-01T00:00:00Z", format="pdf")[:4]
        == b"%PDF"
    )
    assert "groat" in client.with_token(token("admin", "admin")).get_metrics()
    assert client.get_openapi()["openapi"].startswith("3.1")
    assert client.is_ready().status == "ready"
    page = client.with_token(token("files")).read_stream("user:files", after="", wait=0)
    assert page.position
    changed = client.set_limits("user:files", "CREDIT", floor="-5", key="floor")
    assert (changed.floor, changed.ceiling) == ("-5", None)
    assert client.set_limits("user:files", "CREDIT", ceiling="900", key="ceiling").floor == "-5"
    assert client.set_limits("user:files", "CREDIT", floor=None, key="no floor").ceiling == "900"


def test_a_sheet_is_sent_as_a_form(admin: Client) -> None:
    preview = admin.preview_sheet(file=b"user,amount\n42,5\n43,x\n", asset="CREDIT")
    assert (preview.summary.rows, preview.summary.good) == (2, 1)
    assert preview.rows[1].error is not None


def test_sessions_stay_with_whoever_signed_in(admin: Client, server: Server) -> None:
    admin.add_user(user="lena", name="Lena", password="correct horse")
    with Client(server.address) as anyone:
        signed_in = anyone.login(user="lena", password="correct horse")
        assert signed_in.cookie
        # The client keeps no cookie: the next call is not in her name.
        with pytest.raises(problems.SessionInvalid):
            anyone.refresh_token()
        assert anyone.refresh_token(session=signed_in.cookie).user == "lena"
        anyone.logout(session=signed_in.cookie)
        with pytest.raises(problems.SessionInvalid):
            anyone.refresh_token(session=signed_in.cookie)
    admin.change_user("lena", email="lena@example.com")
    assert admin.get_user("lena").email == "lena@example.com"
    admin.change_user("lena", email=None)
    assert admin.get_user("lena").email is None
    admin.revoke_user("lena")


async def test_the_banks_operations_are_typed_too(client: Client, server: Server) -> None:
    client.post_transaction(**give("payer", "100.00", "USD"), key="payer")
    filed = Bank(client.with_token(token("payer"))).file_transfer(
        amount="12.50", asset="USD", external="DE89370400440532013000", name="Ada", key="transfer"
    )
    assert (filed.kind, filed.amount) == ("transfer", "12.50")
    async with AsyncClient(server.address, token("payer")) as payer:
        cancelled = await AsyncBank(payer).cancel_transfer(filed.id, key="cancel")
    assert (cancelled.id, cancelled.open) == (filed.id, False)
    with pytest.raises(problems.WrongState):
        Bank(client.with_token(token("payer"))).cancel_transfer(filed.id)


async def test_orders_of_credits_are_fulfilled_once_and_by_the_caller_alone(
    admin: Client, client: Client, server: Server
) -> None:
    Credits(admin).put_credit_package(
        "small", name="Small", credits="100", prices=[{"amount": "5.00", "currency": "USD"}], key="small"
    )
    buyer = Credits(client.with_token(token("buyer")))
    assert "small" in [each.id for each in buyer.list_credit_packages().items]
    order = buyer.file_credit_order(package="small", key="order-1")
    with pytest.raises(problems.FulfilledByDiffers):
        admin.fulfill_credit_order(order.id, fulfilled_by="somebody else")
    fulfilled = admin.fulfill_credit_order(order.id, fulfilled_by="admin", reason="Paid in cash", key="f-1")
    assert (fulfilled.id, fulfilled.state) == (order.id, "fulfilled")
    async with AsyncClient(server.address, ADMIN) as other:
        again = await other.fulfill_credit_order(
            order.id, fulfilled_by="admin", reason="Paid in cash", key="f-1"
        )
        assert (again.id, again.version) == (fulfilled.id, fulfilled.version)
        with pytest.raises(problems.AlreadyDecided):
            await other.fulfill_credit_order(order.id)
    (balance,) = client.get_account("user:buyer").balances
    assert (balance.asset, balance.balance) == ("CREDIT", "100")


async def test_vouchers_are_redeemed_by_the_operations_of_credits(client: Client, server: Server) -> None:
    async with AsyncClient(server.address, ADMIN) as admin:
        campaign = await AsyncCredits(admin).begin_campaign(
            name="Spring", amount="7", asset="CREDIT", code="SPRING-26", key="spring"
        )
    guest = Credits(client.with_token(token("guest")))
    redeemed = guest.redeem_voucher(code="spring-26", key="redeem")
    assert (redeemed.redemption.amount, redeemed.transaction.kind) == ("7", "voucher")
    with pytest.raises(problems.VoucherYoursUsedUp):
        guest.redeem_voucher(code="spring-26")
    assert [each.campaign for each in guest.list_redemptions()] == [campaign.id]


def finished(client: Client, run: str) -> None:
    """Wait until a run is done."""
    while (found := client.get_run(run)).state != "done":
        assert found.state == "running"
        time.sleep(0.01)


async def test_credits_for_many_are_one_run_and_a_key_does_nothing_twice(
    client: Client, server: Server, api_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = client.emitBulkCreditUpdate(["many1", "many2", 3], 50, reason="Spring bonus", key="spring")
    assert (run.people, run.total, run.asset, run.reason) == (3, "150", "CREDIT", "Spring bonus")
    async with AsyncClient(server.address, api_key) as other:
        again = await other.emitBulkCreditUpdate(
            ["many1", "many2", 3], 50, reason="Spring bonus", key="spring"
        )
        assert again.id == run.id
    finished(client, run.id)
    monkeypatch.setenv("GROAT_URL", server.address)
    monkeypatch.setenv("GROAT_API_KEY", api_key)
    lowered = emitBulkCreditUpdate(("many1", "many2"), "7", mode="set", key="lowered")
    finished(client, lowered.id)
    found = {user: client.list_entries(f"user:{user}", asset="CREDIT") for user in ("many1", "many2", "3")}
    assert {user: [(each.delta, each.reason) for each in entries] for user, entries in found.items()} == {
        "many1": [("-43", "Admin update"), ("50", "Spring bonus")],
        "many2": [("-43", "Admin update"), ("50", "Spring bonus")],
        "3": [("50", "Spring bonus")],
    }


def test_credits_for_many_are_all_or_none(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(problems.RunRowsBad) as refused:
        client.emitBulkCreditUpdate(["fine", "not an id"], 50, key="one-is-bad")
    assert refused.value.fields["bad"] == 1
    with pytest.raises(problems.AccountNotFound):
        client.get_account("user:fine")
    with pytest.raises(TypeError, match=r"\['42'\]"):
        client.emitBulkCreditUpdate("42", 50)
    monkeypatch.setenv("GROAT_URL", "")
    with pytest.raises(ValueError, match="GROAT_URL"):
        emitBulkCreditUpdate(["42"], 50)


def test_any_operation_can_be_called_by_its_path(client: Client) -> None:
    answer = client.request("GET", "/v1/accounts", query={"prefix": "user:none", "limit": 5})
    assert answer == {"items": [], "cursor": None}
    posted = client.request("POST", "/v1/transactions", body=dict(give("by-path", "5")), key="by path")
    assert posted["replayed"] is False


def test_what_can_be_no_call_is_an_error_before_it_is_sent(client: Client) -> None:
    with pytest.raises(ValueError):
        Client("groat.example", "groat_x")
    with pytest.raises(ValueError):
        Client("http://groat.example", "groat_x\n")
    with pytest.raises(ValueError):
        client.get_transaction("..")
    with pytest.raises(ValueError):
        client.post_transaction(**give("1", "1"), key="é")
    # It would be another operation.
    with pytest.raises(ValueError):
        client.get_account("user:1/entries")
