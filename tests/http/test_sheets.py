"""The preview of a file of people and amounts, over HTTP: everything is checked, nothing is written."""

from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest

from groat import Groat
from groat.http.app import create_app
from groat.identity import Identities
from groat.settings import Settings
from tests.helpers.secrets import SECRET

PATH = "/v1/sheets/preview"


class Api:
    """A server over a ledger of its own, and tokens for it."""

    def __init__(self, client: httpx.AsyncClient, groat: Groat, tokens: Mapping[str, str]) -> None:
        self.client = client
        self.groat = groat
        self.tokens = tokens

    async def preview(self, data: bytes, caller: str = "admin", **fields: str) -> httpx.Response:
        """Send a file with these further fields of the form."""
        return await self.client.post(
            PATH,
            files={"file": ("people.csv", data)},
            data={"asset": "CREDIT", **fields},
            headers={"Authorization": f"Bearer {self.tokens[caller]}"},
        )


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """Users 42 (50 credits, e-mail address), 7 (an account only) and the callers' tokens."""
    settings = Settings(secret=SECRET, jwt_secret=SECRET, console=False)
    async with Groat.open(f"sqlite:///{tmp_path / 'groat.db'}") as groat:
        app = create_app(settings, groat)
        transport = httpx.ASGITransport(app)
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://groat.test") as client,
        ):
            identities = Identities(groat, settings)
            await groat.add_asset("CREDIT", 0)
            await groat.add_asset("USD", 2)
            await identities.add_user("42", name="Ursula", email="ursula@example.com")
            await groat.post([("house:bonus", "user:42", "50", "CREDIT")], key="1")
            await groat.post([("house:bonus", "user:7", "1.50", "USD")], key="2")
            tokens = {
                name: (await identities.issue_token(name, roles))[0]
                for name, roles in {"admin": ("admin",), "support": ("support",), "42": ()}.items()
            }
            identities.close()
            yield Api(client, groat, tokens)


async def test_every_row_is_checked_and_nothing_is_written(api: Api) -> None:
    data = b"Bonus run;;\nuser;amount;note\n42;5;\nURSULA@example.com;6;twice\n7;1;\nnew;2;\n;3;\n42;x;\n"
    answer = await api.preview(data, default_reason="Bonus")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    detail = {row["line"]: row.pop("error")["code"] for row in body["rows"] if "error" in row}
    assert detail == {7: "user_missing", 8: "invalid_amount"}
    assert body == {
        "columns": {"user": "user", "amount": "amount", "reason": "note"},
        "encoding": "utf-8",
        "delimiter": ";",
        "sheet": None,
        "rows": [
            {"line": 3, "user": "42", "amount": "5", "reason": "Bonus", "known": True, "balance": "50"},
            {
                "line": 4,
                "user": "42",
                "amount": "6",
                "reason": "twice",
                "known": True,
                "balance": "50",
                "duplicate_of": 3,
            },
            {"line": 5, "user": "7", "amount": "1", "reason": "Bonus", "known": True},
            {"line": 6, "user": "new", "amount": "2", "reason": "Bonus", "known": False},
            {"line": 7, "user": "", "amount": "3", "reason": "Bonus", "known": False},
            {
                "line": 8,
                "user": "42",
                "amount": "x",
                "reason": "Bonus",
                "known": True,
                "balance": "50",
                "duplicate_of": 3,
            },
        ],
        "summary": {"rows": 6, "good": 4, "bad": 2, "duplicates": 1, "total": "14"},
        "decimal": None,
        "places": {"user": 1, "amount": 2, "reason": 3},
        "header_line": 2,
        "found": [
            {"number": 1, "name": "user", "sample": "42"},
            {"number": 2, "name": "amount", "sample": "5"},
            {"number": 3, "name": "note", "sample": "twice"},
        ],
        "sheets": [],
        "warnings": [],
    }
    assert (await api.groat.verify()).transactions == 2


async def test_amounts_are_shown_in_the_assets_scale(api: Api) -> None:
    body = (await api.preview(b"user,amount\n7,2.5\n", asset="USD")).json()
    (row,) = body["rows"]
    assert (row["amount"], row["balance"], body["summary"]["total"]) == ("2.50", "1.50", "2.50")


async def test_what_is_asked_can_be_answered(api: Api) -> None:
    """Columns, sheet, encoding and the sign before the fraction are form fields, and are shown as they were taken."""
    data = "ID;Email;Betrag;Grund\n1;ursula@example.com;1.000;Премия\n".encode("cp1251")
    asked = await api.preview(data, asset="USD")
    assert (asked.status_code, asked.json()["code"]) == (400, "sheet_encoding_unclear")
    assert {"encoding": "cp1251", "sample": "1;ursula@example.com;1.000;Премия"} in asked.json()["encodings"]
    chosen = {"asset": "USD", "encoding": "cp1251"}
    asked = await api.preview(data, **chosen)
    assert asked.json()["code"] == "sheet_no_header"
    assert [each["name"] for each in asked.json()["columns"]] == ["ID", "Email", "Betrag", "Grund"]
    chosen |= {"user_column": "Email", "amount_column": "Betrag", "reason_column": "4"}
    body = (await api.preview(data, **chosen)).json()
    assert [row["error"]["code"] for row in body["rows"]] == ["amount_ambiguous"]
    body = (await api.preview(data, **chosen, decimal=",")).json()
    assert body["rows"] == [
        {
            "line": 2,
            "user": "42",
            "amount": "1000.00",
            "written": "1.000",
            "reason": "Премия",
            "known": True,
        }
    ]
    assert (body["encoding"], body["decimal"], body["places"]) == (
        "cp1251",
        ",",
        {"user": 2, "amount": 3, "reason": 4},
    )


@pytest.mark.parametrize(
    "choice",
    [{"encoding": "rot13"}, {"delimiter": "x"}, {"decimal": "1"}, {"decimal": ""}, {"colour": "red"}],
)
async def test_choices_that_there_are_not(api: Api, choice: dict[str, str]) -> None:
    answer = await api.preview(b"user,amount\n7,2\n", **choice)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_file")


@pytest.mark.parametrize(("caller", "status"), [("admin", 200), ("support", 200), ("42", 403)])
async def test_who_may_look(api: Api, caller: str, status: int) -> None:
    assert (await api.preview(b"user,amount\n7,2\n", caller)).status_code == status


@pytest.mark.parametrize(
    ("data", "fields", "status", "code"),
    [
        (b"", {}, 400, "sheet_empty"),
        (b"name,age\nx,3\n", {}, 400, "sheet_no_header"),
        (b"\x89PNG\r\n\x1a\n\x00", {}, 400, "sheet_wrong_kind"),
        (b"PK\x03\x04", {}, 400, "sheet_unreadable"),
        (b"user,amount\n" + b"1,1\n" * 100_001, {}, 413, "sheet_too_many_rows"),
        (b"x" * (17 << 20), {}, 413, "body_too_large"),
        (b"user,amount\n1,1\n", {"asset": "GOLD"}, 400, "unknown_asset"),
        (b"user,amount\n1,1\n", {"default_reason": "r" * 1_001}, 400, "text_too_long"),
        (b"user,amount\n1,1\n", {"default_reason": "a\0b"}, 400, "invalid_text"),
        (b"user,amount\n1,1\n", {"colour": "red"}, 400, "invalid_file"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_files_and_forms_that_are_refused(
    api: Api, data: bytes, fields: dict[str, str], status: int, code: str
) -> None:
    answer = await api.preview(data, **fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


FORM = "multipart/form-data; boundary=x"
FILE = b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nu\r\n'
ASSET = b'--x\r\nContent-Disposition: form-data; name="asset"\r\n\r\nUSD\r\n'
END = b"--x--\r\n"

FORMS = [
    ("application/json", b"{}", 415, "unsupported_media_type"),
    ("multipart/form-data", FILE + END, 415, "unsupported_media_type"),
    (FORM, b"", 400, "invalid_file"),
    (FORM, b"--x\r\nnonsense", 400, "invalid_file"),
    (FORM, FILE + ASSET, 400, "invalid_file"),
    (FORM, ASSET + END, 400, "invalid_file"),
    (FORM, FILE + END, 400, "invalid_file"),
    (FORM, FILE + FILE + ASSET + END, 400, "invalid_file"),
    (FORM, FILE + ASSET + END, 400, "sheet_no_header"),
]


@pytest.mark.parametrize(("content_type", "body", "status", "code"), FORMS)
async def test_forms_that_are_none(api: Api, content_type: str, body: bytes, status: int, code: str) -> None:
    headers = {"Authorization": f"Bearer {api.tokens['admin']}", "Content-Type": content_type}
    answer = await api.client.post(PATH, content=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
