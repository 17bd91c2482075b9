"""Statements over HTTP: to download, by whom, and which questions are none."""

from __future__ import annotations

import csv
import io

import httpx
import pytest
from pypdf import PdfReader

from groat.programs.statements import statement
from groat.settings import Settings
from tests.http.conftest import SECRET, Api, code

PERIOD = {"asset": "USD", "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00+01:00"}
ROUTE = "GET /v1/accounts/user:42/statement"


async def book(api: Api) -> None:
    for key, amount, at in (("1", "20.00", "2026-01-10T10:00:00Z"), ("2", "0.50", "2026-02-10T10:00:00Z")):
        await api.groat.post([("house:bank", "user:42", amount, "USD")], key=key, reason="=1+1", at=at)


def rows(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text)))


async def test_csv(api: Api) -> None:
    await book(api)
    answer = await api.call("42", ROUTE, params=PERIOD)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="statement-user.42-USD-2026-01-01-2026-01-31.csv"'
    )
    assert answer.headers["cache-control"] == "no-store"
    opening, line, end = rows(answer)
    assert (line["amount"], line["balance"], line["reason"]) == ("20.00", "20.00", "'=1+1")
    for row, at in ((opening, PERIOD["from"]), (end, PERIOD["to"])):
        account = await api.call("42", "GET /v1/accounts/user:42", params={"at": at})
        (balance,) = [b["balance"] for b in account.json()["balances"] if b["asset"] == "USD"]
        assert row["balance"] == balance


async def test_without_an_end_it_goes_up_to_now(api: Api) -> None:
    await book(api)
    answer = await api.call("42", ROUTE, params={"asset": "USD", "from": PERIOD["from"]})
    account = await api.call("42", "GET /v1/accounts/user:42")
    (balance,) = [b["balance"] for b in account.json()["balances"] if b["asset"] == "USD"]
    assert rows(answer)[-1]["balance"] == balance == "30.50"


async def test_pdf(api: Api) -> None:
    await book(api)
    answer = await api.call("42", ROUTE, params={**PERIOD, "format": "pdf", "zone": "Europe/Vienna"})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].endswith('.pdf"')
    (page,) = PdfReader(io.BytesIO(answer.content)).pages
    text = page.extract_text()
    for expected in ("groat", "Name of 42", "20.00", "Europe/Vienna", "11:00"):
        assert expected in text


class TestIssuer:
    """Who issues statements is a setting."""

    @pytest.fixture
    def settings(self) -> Settings:
        return Settings(secret=SECRET, jwt_secret=SECRET, statement_issuer="Žofia's Bank, Ltd.")

    async def test_a_pdf_names_it_at_the_top_and_on_each_page(self, api: Api) -> None:
        await book(api)
        answer = await api.call("42", ROUTE, params={**PERIOD, "format": "pdf"})
        (page,) = PdfReader(io.BytesIO(answer.content)).pages
        text = page.extract_text()
        assert text.splitlines()[0].startswith("Žofia's Bank, Ltd.")
        assert "Žofia's Bank, Ltd. · user:42 · USD" in text
        assert "groat" not in text


async def test_a_pdf_has_an_end_and_csv_has_none(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groat.programs.statements.operations.PDF_LINES_MAX", 3)
    monkeypatch.setattr(statement, "PAGE", 2)
    for number in range(4):
        await api.groat.post(
            [("house:bank", "user:42", "1.00", "USD")], key=f"k{number}", at="2026-01-10T10:00:00Z"
        )
    assert code(await api.call("42", ROUTE, params={**PERIOD, "format": "pdf"})) == "statement_too_long"
    assert len(rows(await api.call("42", ROUTE, params=PERIOD))) == 6


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"asset": "XXX"}, "unknown_asset"),
        ({"from": "yesterday"}, "invalid_time"),
        ({"to": "2026-01-32T00:00:00Z"}, "invalid_time"),
        ({"to": "2026-01-01T00:00:00Z"}, "invalid_query"),
        ({"format": "xlsx"}, "invalid_query"),
        ({"zone": "Mars/Olympus"}, "invalid_query"),
        ({"zone": "../../etc/passwd"}, "invalid_query"),
        ({"zone": "/etc/passwd"}, "invalid_query"),
        ({"asset": "BTC"}, "account_not_found"),
    ],
    ids=str,
)
async def test_questions_without_an_answer(api: Api, changed: dict[str, str], expected: str) -> None:
    await api.groat.add_asset("BTC", 8)
    answer = await api.call("42", ROUTE, params={**PERIOD, "format": "pdf", **changed})
    assert code(answer) == expected


async def test_only_the_owner_and_staff(api: Api) -> None:
    for caller, status in (("42", 200), ("7", 403), ("sam", 200), ("ada", 200), ("shop", 200), ("", 401)):
        assert (await api.call(caller, ROUTE, params=PERIOD)).status_code == status, caller
