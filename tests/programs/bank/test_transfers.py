"""Transfers: what each step does to the money, who hears of it, and what happens by itself."""

from __future__ import annotations

import msgspec
import pytest

from groat import Groat
from groat.ledger.errors import Refused
from groat.programs.bank.recipients import To, know, read_number
from groat.programs.bank.transfers import TRANSFER, Transfer
from groat.store import streams
from tests.helpers.tables import parse_table
from tests.programs.bank.bank import Bank, refused

IBAN = "DE89370400440532013000"
TO_7 = {"amount": "25.00", "asset": "USD", "user": "7", "reference": "Dinner"}


async def test_a_transfer_between_users(bank: Bank) -> None:
    transfer = await bank.file("transfer", **TO_7)
    assert (transfer.state, transfer.amount, transfer.waits) == ("pending", "25.00", True)
    assert await bank.stands("user:42") == ("1000.00", "25.00")
    transfer = await bank.take(transfer, "approve")
    assert transfer.state == "approved"
    assert await bank.stands("user:42") == ("975.00", "0.00")
    assert await bank.stands("house:clearing") == ("25.00", "0.00")
    await bank.settle()
    transfer = await bank.look(transfer)
    assert (transfer.state, transfer.decided_by) == ("completed", "user:ada")
    assert await bank.stands("house:clearing") == ("0.00", "0.00")
    assert await bank.stands("user:7") == ("1025.00", "0.00")
    assert await bank.told("42") == ["Transfer completed", "Transfer approved", "Transfer filed"]
    assert await bank.told("7") == ["Money received"]
    # What stands on a statement says what it was.
    assert {entry.reason for entry in await bank.groat.entries("user:42", "USD", limit=2)} == {
        "Transfer to 7: Dinner"
    }


@pytest.mark.parametrize("spelling", ["ada", "ADA"])
async def test_nobody_approves_what_they_receive(bank: Bank, spelling: str) -> None:
    await bank.groat.post([("house:bank", f"user:{spelling}", "1", "USD")], key="known")
    transfer = await bank.file("transfer", **{**TO_7, "user": spelling})
    for name, given in (("approve", {}), ("reject", {"reason": "Mine"})):
        assert refused(await bank.try_take(transfer, name, "ada", **given)) == "own_request"
    assert (await bank.take(transfer, "approve", "bela")).state == "approved"


async def test_a_name_that_the_payer_chose_does_not_hide_who_receives(bank: Bank) -> None:
    await bank.file("transfer", **{**TO_7, "name": "Tax Office (verified)"})
    assert "Tax Office (verified) (7)" in await bank.told_of("42")


async def test_to_an_external_account(bank: Bank) -> None:
    transfer = await bank.file(
        "transfer", amount="25.00", asset="USD", external=IBAN, name="Erika Mustermann"
    )
    await bank.take(transfer, "approve")
    await bank.settle()
    assert await bank.stands(f"external:{IBAN}") == ("25.00", "0.00")


async def test_rejected_with_a_reason_that_the_filer_reads(bank: Bank) -> None:
    transfer = await bank.file("transfer", **TO_7)
    transfer = await bank.take(transfer, "reject", reason="Please call us first")
    assert (transfer.state, transfer.reason) == ("rejected", "Please call us first")
    assert await bank.stands("user:42") == ("1000.00", "0.00")
    page = (await bank.told("42"))[0]
    assert page == "Transfer rejected"


async def test_cancelled_while_pending_and_not_after(bank: Bank) -> None:
    transfer = await bank.file("transfer", **TO_7)
    assert (await bank.take(transfer, "cancel", "42")).state == "cancelled"
    assert await bank.stands("user:42") == ("1000.00", "0.00")
    other = await bank.file("transfer", **TO_7)
    await bank.take(other, "approve")
    assert refused(await bank.try_take(other, "cancel", "42")) == "wrong_state"
    third = await bank.file("transfer", **TO_7)
    assert refused(await bank.try_take(third, "cancel", "7")) == "request_not_found"


async def test_money_that_is_not_there_cannot_be_sent(bank: Bank) -> None:
    assert refused(await bank.try_file("transfer", **{**TO_7, "amount": "1000.01"})) == "insufficient_funds"
    await bank.file("transfer", **{**TO_7, "amount": "600.00"})
    # What is held already does not count twice.
    assert refused(await bank.try_file("transfer", **{**TO_7, "amount": "600.00"})) == "insufficient_funds"


async def test_nobody_decides_in_time(bank: Bank) -> None:
    transfer = await bank.file("transfer", **TO_7)
    await bank.pass_days(6.9)
    assert (await bank.look(transfer)).state == "pending"
    await bank.pass_days(0.1)
    assert (await bank.look(transfer)).state == "expired"
    assert await bank.stands("user:42") == ("1000.00", "0.00")
    assert "Transfer not approved in time" in await bank.told("42")


async def test_large_ones_need_two_and_nobody_approves_their_own(bank: Bank, groat: Groat) -> None:
    await groat.post([("house:bank", "user:42", "20000", "USD")], key="more")
    large = await bank.file("transfer", **{**TO_7, "amount": "10000.00"})
    assert large.approvals.needed == 2
    large = await bank.take(large, "approve", "ada")
    assert large.state == "pending"
    assert await bank.stands("user:42") == ("21000.00", "10000.00")
    assert refused(await bank.try_take(large, "approve", "ada")) == "second_approver"
    assert (await bank.take(large, "approve", "bela")).state == "approved"
    await bank.settle()
    assert refused(await bank.try_take(large, "reject", "ada", reason="No")) == "already_decided"
    await groat.post([("house:bank", "user:ada", "100", "USD")], key="ada")
    own = await bank.file("transfer", "ada", **TO_7)
    assert refused(await bank.try_take(own, "approve", "ada")) == "own_request"
    filed_for_42 = await bank.file("transfer", "ada", "42", **TO_7)
    assert refused(await bank.try_take(filed_for_42, "approve", "ada")) == "own_request"


async def test_on_a_day(bank: Bank) -> None:
    transfer = await bank.file("transfer", **TO_7, on="2026-01-05")
    assert (transfer.state, transfer.due_at) == ("scheduled", "2026-01-05T00:00:00.000000Z")
    assert await bank.stands("user:42") == ("1000.00", "0.00")
    await bank.pass_days(3.4)
    assert (await bank.look(transfer)).state == "scheduled"
    await bank.pass_days(0.1)
    assert (await bank.look(transfer)).state == "pending"
    assert await bank.stands("user:42") == ("1000.00", "25.00")


async def test_a_day_without_money(bank: Bank, groat: Groat) -> None:
    transfer = await bank.file("transfer", **TO_7, on="2026-01-05")
    await groat.post([("user:42", "house:shop", "999", "USD")], key="spent")
    await bank.pass_days(5)
    transfer = await bank.look(transfer)
    assert transfer.state == "failed"
    assert await bank.stands("user:42") == ("1.00", "0.00")
    assert (await bank.told("42"))[0] == "Transfer failed"


async def test_a_scheduled_one_can_be_cancelled(bank: Bank) -> None:
    transfer = await bank.file("transfer", **TO_7, on="2026-01-05")
    assert (await bank.take(transfer, "cancel", "42")).state == "cancelled"
    await bank.pass_days(10)
    assert (await bank.look(transfer)).state == "cancelled"


async def test_today_is_at_once(bank: Bank) -> None:
    assert (await bank.file("transfer", **TO_7, on="2026-01-01")).state == "pending"


async def test_a_recipient_who_cannot_take_it(bank: Bank, groat: Groat) -> None:
    transfer = await bank.file("transfer", **TO_7)
    await groat.set_limits("user:7", "USD", ceiling="1010", key="ceiling")
    await bank.take(transfer, "approve")
    await bank.settle()
    assert (await bank.look(transfer)).state == "failed"
    assert await bank.stands("user:42") == ("1000.00", "0.00")
    assert await bank.stands("house:clearing") == ("0.00", "0.00")
    assert (await bank.told("42"))[0] == "Transfer failed"


async def test_to_a_saved_recipient(bank: Bank) -> None:
    saved = await bank.file("beneficiary", external=IBAN, name="Landlady")
    transfer = await bank.file("transfer", amount="25.00", asset="USD", beneficiary=saved.id)
    assert (transfer.data["external"], transfer.data["name"], transfer.parent) == (IBAN, "Landlady", saved.id)
    assert await bank.told_of("42") == "25.00 USD to Landlady. It waits for approval."
    both = {"amount": "25.00", "asset": "USD", "beneficiary": saved.id, "user": "7"}
    assert refused(await bank.try_file("transfer", **both)) == "recipient_missing"
    mine = {"amount": "25.00", "asset": "USD", "beneficiary": saved.id}
    assert refused(await bank.try_file("transfer", "7", **mine)) == "parent_not_found"
    await bank.take(saved, "rename", "42", name="Erika")
    assert (await bank.file("transfer", **mine)).data["name"] == "Erika"
    await bank.take(saved, "remove", "42")
    assert refused(await bank.try_file("transfer", **mine)) == "recipient_removed"
    # What is under way goes on.
    await bank.take(transfer, "approve")
    await bank.settle()
    assert (await bank.look(transfer)).state == "completed"


WRONG = """
user                external                name  on          code
-                   -                       -     -           recipient_missing
7                   DE89370400440532013000  E     -           recipient_missing
-                   DE89370400440532013000  -     -           recipient_missing
42                  -                       -     -           recipient_wrong
not:a:user          -                       -     -           recipient_wrong
-                   DE88370400440532013000  E     -           recipient_wrong
-                   DE8937040044            E     -           recipient_wrong
-                   1234                    E     -           recipient_wrong
-                   house:bank              E     -           recipient_wrong
7                   -                       -     2025-12-31  day_wrong
7                   -                       -     2026-02-30  day_wrong
7                   -                       -     2028-02-01  day_wrong
"""


@pytest.mark.parametrize("row", parse_table(WRONG), ids=lambda row: "-".join(row.values()))
async def test_what_cannot_be_filed(bank: Bank, row: dict[str, str]) -> None:
    given = {name: "" if value == "-" else value for name, value in row.items() if name != "code"}
    assert refused(await bank.try_file("transfer", amount="1.00", asset="USD", **given)) == row["code"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("de89 3704 0044 0532 0130 00", IBAN),
        ("GB29NWBK60161331926819", "GB29NWBK60161331926819"),
        ("GB28NWBK60161331926819", None),
        # The check digits are right, the length is not: of one cut short, one too long, one of another country.
        ("DE8937040044", None),
        ("DE1312345", None),
        ("DE813704004405320130000", None),
        ("NO9386011117947", "NO9386011117947"),
        ("MT84MALT011000012345MTLCAST001S", "MT84MALT011000012345MTLCAST001S"),
        # Only 02 to 98 are check digits, though 00 and 99 divide as well.
        ("DE00370400440532013050", None),
        ("AB123456", "AB123456"),
        ("0532013000", "0532013000"),
        ("12345", "12345"),
        ("1234", None),
        ("1" * 35, None),
        ("12-34-56", None),
        ("", None),
    ],
)
def test_account_numbers(text: str, number: str | None) -> None:
    assert read_number(text) == number


class Neighbours:
    async def user_of(self, text: str) -> str | None:
        return {"7": "7", "kofi@example.com": "7"}.get(text)


async def test_recipients_are_known_by_their_addresses() -> None:
    mail = Transfer(amount="1", asset="USD", user=" kofi@example.com ")
    assert (await know(Neighbours(), mail)).user == "7"
    outside = To(external="de89 3704 0044 0532 0130 00", name="E")
    assert (await know(Neighbours(), outside)).external == IBAN
    with pytest.raises(Refused) as caught:
        await know(Neighbours(), To(user="nobody"))
    assert caught.value.code == "recipient_unknown"


async def test_every_state_is_told_live_with_what_moved(bank: Bank, groat: Groat) -> None:
    """B1 and B2: each step is one event of the payer's stream, with the balances after it."""
    transfer = await bank.file("transfer", **TO_7)
    await bank.take(transfer, "approve")
    await bank.settle()
    seen = []
    for stored in await groat.read(streams.read_events, "user:42", 0, 100, 1_000_000):
        event = msgspec.json.decode(stored.data)
        if event["type"] == "transfer_updated":
            change = (event.get("changes") or [{}])[0]
            seen.append((event["data"]["state"], change.get("balance"), change.get("held")))
    assert seen == [
        ("pending", "1000.00", "25.00"),
        ("approved", "975.00", "0.00"),
        ("completed", None, None),
    ]


def test_the_declaration_names_the_states_of_the_acceptance_table() -> None:
    assert {
        "scheduled",
        "pending",
        "approved",
        "completed",
        "rejected",
        "cancelled",
    } <= TRANSFER.states.keys()
