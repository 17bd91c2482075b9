"""The module that ``python -m groat.client`` makes for the programs of a server, which an app keeps."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import msgspec
import pytest

from groat.client import AsyncClient, Client, Paged, problems
from groat.client.__main__ import main
from groat.client.bank import Bank
from tests.client.expenses import AsyncExpenses, Expenses, ReceiptMissing
from tests.client.test_server import give
from tests.crash.server import Server, token

KEPT = Path(__file__).parent / "expenses.py"


def test_the_command_prints_the_module_of_a_server(server: Server) -> None:
    command = [sys.executable, "-m", "groat.client", server.address, "Expenses"]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (made.returncode, made.stderr) == (0, "")
    # The checks of this repository read what is kept: its types are whole, and it is laid out as ruff does.
    assert made.stdout == KEPT.read_text("utf-8"), "run: make types"


async def test_its_classes_call_the_program(client: Client, server: Server) -> None:
    client.post_transaction(**give("payroll", "500"), key="payroll")
    filer = Expenses(client.with_token(token("claimant")))
    with pytest.raises(ReceiptMissing) as refused:
        filer.file_expense(amount="101", asset="CREDIT", purpose="Desk", key="desk")
    assert refused.value.status == 422
    claim = filer.file_expense(amount="20", asset="CREDIT", purpose="Paper", key="paper")
    assert filer.file_expense(amount="20", asset="CREDIT", purpose="Paper", key="paper").id == claim.id
    async with AsyncClient(server.address, token("boss", "admin")) as admin:
        paid = await AsyncExpenses(admin).pay_expense(claim.id)
    assert (paid.state, paid.amount) == ("paid", "20")
    with pytest.raises(problems.WrongState):
        filer.withdraw_expense(claim.id)


def answer(schema: dict[str, Any]) -> dict[str, Any]:
    return {"200": {"content": {"application/json": {"schema": schema}}}}


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


TEXT = {"type": "string"}
REFUSED = {
    "examples": {
        "sold_out": {"value": {"status": 422, "detail": 'Nothing is left of "it".', "code": "sold_out"}}
    }
}
ODD = {
    "openapi": "3.1.0",
    "paths": {
        "/v1/tickets": {
            "get": {
                "operationId": "listTickets",
                "summary": "Tickets",
                "description": "Newest first.",
                "parameters": [{"name": name, "in": "query", "schema": TEXT} for name in ("from", "cursor")],
                "responses": answer(ref("TicketPage")),
            },
            "post": {
                "operationId": "sellTicket",
                "summary": "Sell",
                "description": 'Ends with a "quote"',
                "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": TEXT}],
                "requestBody": {"content": {"application/json": {"schema": ref("Sale")}}},
                "responses": answer(ref("Ticket"))
                | {"422": {"content": {"application/problem+json": REFUSED}}},
            },
        },
        # A kind of a program whose name is that of one of the bank's.
        "/v1/requests/transfer": {
            "post": {
                "operationId": "fileTransfer",
                "summary": "Transfer",
                "description": "Of a ticket.",
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"type": "object", "properties": {"seat": TEXT}, "required": ["seat"]}
                        }
                    }
                },
                "responses": answer(ref("Ticket")),
            }
        },
    },
    "components": {
        "schemas": {
            "Ticket": {
                "type": "object",
                "description": "A ticket.",
                "properties": {
                    "class": {"enum": ["first", "second"]},
                    "in": TEXT,
                    "2nd-name": TEXT,
                    "fee": ref("Fee"),
                },
                "required": ["class", "fee"],
            },
            "TicketPage": {
                "type": "object",
                "description": "Tickets.",
                "properties": {
                    "items": {"type": "array", "items": ref("Ticket")},
                    "cursor": {"anyOf": [TEXT, {"type": "null"}]},
                },
                "required": ["items", "cursor"],
            },
            "Sale": {
                "type": "object",
                "properties": {"class": TEXT, "fees": {"type": "array", "items": ref("Fee")}},
                "required": ["class"],
            },
            "Fee": {
                "type": "object",
                "description": "A fee.",
                "properties": {"from": TEXT, "amount": TEXT},
                "required": ["from"],
            },
        }
    },
}


@pytest.fixture
def shop(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module that is made for the odd document, loaded."""
    (tmp_path / "openapi.json").write_text(json.dumps(ODD))
    assert main([str(tmp_path / "openapi.json"), "Shop"]) == 0
    module = ModuleType("odd_shop")
    # Postponed types are looked up there.
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(capsys.readouterr().out, "odd_shop.py", "exec"), module.__dict__)
    return module


def test_names_that_python_has_no_word_for_and_those_of_the_bank(shop: Any) -> None:
    sent: list[httpx.Request] = []

    def answers(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        ticket = {"class": "third", "2nd-name": "Ada", "fee": {"from": "x"}}
        if request.method == "GET":
            more = "cursor" not in request.url.params
            return httpx.Response(200, json={"items": [ticket], "cursor": "c" if more else None})
        if b"sold" in request.content:
            return httpx.Response(422, json={"code": "sold_out", "status": 422, "detail": "No."})
        return httpx.Response(200, json=ticket)

    with httpx.Client(transport=httpx.MockTransport(answers)) as http:
        client = Client("http://groat.test", "a", http=http)
        own = shop.Shop(client)
        tickets = own.list_tickets(from_="monday")
        assert isinstance(tickets, Paged)
        first, second = tickets
        # A later server may know more classes.
        assert (first.class_, first.in_, first._2nd_name, first.fee.from_, first.fee.amount) == (
            "third", None, "Ada", "x", None,
        )  # fmt: skip
        assert msgspec.json.decode(msgspec.json.encode(second))["2nd-name"] == "Ada"
        assert [each.url.params.get("from") for each in sent] == ["monday"] * 2
        own.sell_ticket(class_="first", fees=[{"from": "x"}], key="k")
        assert json.loads(sent[-1].content) == {"class": "first", "fees": [{"from": "x"}]}
        assert sent[-1].headers["idempotency-key"] == "k"
        with pytest.raises(shop.SoldOut):
            own.sell_ticket(class_="sold")
        assert own.file_transfer(seat="7").class_ == "third"
    assert shop.FeeGiven.__required_keys__ == {"from"}
    assert not hasattr(shop, "InsufficientFunds")
    assert "amount" in Bank.file_transfer.__annotations__


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ((), 2, "usage"),
        (("http://127.0.0.1:1", "shop"), 2, "usage"),
        (("http://127.0.0.1:1", "Shop"), 1, "http://127.0.0.1:1: "),
        (("/no/such/file",), 1, "No such file"),
    ],
)
def test_what_it_cannot_do_is_said_in_words(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], status: int, said: str
) -> None:
    assert main(list(arguments)) == status
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("[]", "no OpenAPI document"),
        ("<html>", "Expecting value"),
        ('{"paths": {}}', "no operations beside those of groat.client"),
    ],
)
def test_a_document_that_is_none_is_said_to_be_none(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], document: str, said: str
) -> None:
    file = tmp_path / "openapi.json"
    file.write_text(document)
    assert main([str(file)]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert len(told.err.splitlines()) == 1
