"""The example of a bank: its three servers, a customer in one browser, staff and another customer in a second."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Error, expect

from tests.e2e.bank import DJANGO, LIVE, SHOWN_MS, Bank, Customer, Staff, build_page, start_all
from tests.servers import Postgres

NewContext = Callable[..., BrowserContext]


@pytest.fixture(scope="module")
def built() -> tuple[Path, dict[str, str]]:
    return build_page()


def test_an_approval_changes_the_customers_page_at_once(
    built: tuple[Path, dict[str, str]], new_context: NewContext, tmp_path: Path
) -> None:
    with start_all(Bank(*built, tmp_path, {"SQLITE_PATH": str(tmp_path / "bank.db")})) as bank:
        first, second = new_context(), new_context(color_scheme="dark")
        ursula, kofi, staff = (
            Customer(first, bank, "ursula"),
            Customer(second, bank, "kofi"),
            Staff(second, bank),
        )
        for each in (ursula, kofi):
            each.has("$1,000.00")
            each.has("0.5 BTC", "BTC")

        ursula.asks("Transfer", "Send", Amount_in_USD="25.00", Reference="Dinner")
        ursula.becomes("Dinner", "pending")
        ursula.toast("Transfer filed")
        staff.decides("transfer", "approve")
        ursula.becomes("Dinner", "completed")
        ursula.toast("Transfer completed")
        ursula.has("$975.00")
        kofi.has("$1,025.00")
        kofi.toast("Money received")

        # A request that groat refuses leaves no row of Django's either.
        ursula.asks("Transfer", "Send", Amount_in_USD="5000.00", Reference="Too much")
        ursula.toast("You have only 975.00 USD available.")
        staff.page.goto(f"{bank.admin}/accounts/transfer/")
        expect(staff.page.get_by_text("1 transfer", exact=True)).to_be_visible()
        expect(ursula.row("Too much")).to_have_count(0)

        ursula.asks("Deposit", "Pay in", Amount_in_USD="80.00", Number_of_the_cheque="10042")
        ursula.toast("Cheque 10042 received")
        ursula.becomes("Cheque 10042", "received")
        staff.decides("deposit", "approve")
        ursula.toast("Cheque 10042 credited")
        ursula.becomes("Cheque 10042", "credited")
        ursula.has("$1,055.00")

        ursula.asks("Card", "Apply", Name_on_the_card="URSULA LANG", Limit_a_month="500.00")
        ursula.becomes("URSULA LANG", "pending")
        staff.decides("card", "approve")
        ursula.becomes("••••", "active")
        ursula.toast("Card ready")

        ursula.asks("Loan", "Apply", Amount_in_USD="1200.00", Purpose="A bicycle")
        ursula.becomes("A bicycle", "pending")
        staff.decides("loan", "approve")
        ursula.becomes("5.90", "active")
        ursula.toast("Loan paid out")
        ursula.has("$2,255.00")

        address = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
        ursula.asks("Bitcoin", "Withdraw", Amount_in_BTC="0.01", To_the_address=address)
        ursula.becomes("bcrt1qw508", "requested")
        staff.decides("bitcoinwithdrawal", "reject", "The address is on a list")
        ursula.becomes("bcrt1qw508", "rejected")
        ursula.toast("Bitcoin withdrawal rejected")
        expect(ursula.row("The address is on a list")).to_be_visible()
        ursula.has("0.5 BTC", "BTC")

        # A large amount needs two people of staff.
        bank.file("kofi", "loans", "large", amount="10000.00", months=12)
        kofi.becomes("$10,000.00", "pending")
        staff.choose("loan", "approve")()
        expect(staff.page.get_by_text("a second person has to approve it")).to_be_visible(timeout=SHOWN_MS)
        kofi.becomes("$10,000.00", "pending")

        # In the order of the newest first, each once.
        ursula.was_told("transfer_updated", ["Completed $25.00", "Approved $25.00", "Pending $25.00"])
        ursula.was_told("card_updated", ["Active", "Approved", "Pending"])
        ursula.was_told("loan_updated", ["Active $1,200.00", "Approved $1,200.00", "Pending $1,200.00"])
        ursula.was_told("bitcoin_transaction_updated", ["Rejected 0.01 BTC", "Requested 0.01 BTC"])
        expect(ursula.told("balance_updated").filter(has_text="+$")).to_have_text(
            ["+$1,200.00: Loan paid out", "+$80.00: Cheque 10042"]
        )
        expect(ursula.told("notification").filter(has_text="Cheque")).to_have_text(
            ["Cheque 10042 credited", "Cheque 10042 received"]
        )
        kofi.was_told("balance_updated", ["+$25.00: Transfer to Kofi Mensah (2): Dinner"])
        kofi.was_told("notification", ["Money received"])
        # The states are there after a reload, too.
        ursula.page.reload()
        ursula.is_live()
        ursula.has("$2,255.00")
        ursula.becomes("Dinner", "completed")
        ursula.becomes("Cheque 10042", "credited")
        assert ursula.problems == kofi.problems == []


def test_nothing_is_lost_when_servers_are_killed(
    built: tuple[Path, dict[str, str]], new_context: NewContext, tmp_path: Path, postgres_server: Postgres
) -> None:
    address = urlsplit(postgres_server.new_database("bank_example"))
    dies = tmp_path / "dies"
    variables = {
        "PGDATABASE": address.path.strip("/"),
        "PGHOST": str(address.hostname),
        "PGPORT": str(address.port),
        "PGUSER": str(address.username),
        "BANK_DIES": str(dies),
    }
    manage = [str(Path(__file__).with_name("dying_manage.py"))]
    with Bank(*built, tmp_path, variables, manage) as bank:
        ursula, staff = Customer(new_context(), bank, "ursula"), Staff(new_context(), bank)
        ursula.has("$1,000.00")

        # The live server dies while it tells what staff approve, and stays away while they go on.
        numbers = ["1", "2", "3"]
        for number in numbers:
            bank.file(
                "ursula", "transfers", f"t{number}", recipient="kofi", amount=f"{number}.00", reference="Tea"
            )
        expect(ursula.row("Tea")).to_have_count(3, timeout=SHOWN_MS)
        press = staff.choose("transfer", "approve")
        press()
        expect(ursula.told("transfer_updated").filter(has_text="Approved").first).to_be_visible(
            timeout=SHOWN_MS
        )
        bank.kill(LIVE)
        ursula.is_away()
        bank.file("ursula", "deposits", "d1", amount="50.00", cheque="7001")
        staff.decides("deposit", "approve")
        bank.bring_back(LIVE)
        ursula.is_live()
        ursula.has("$1,044.00")
        for number in numbers:
            completed = ursula.told("transfer_updated").filter(has_text=f"${number}.00")
            expect(completed).to_have_text(
                [f"{state} ${number}.00" for state in ("Completed", "Approved", "Pending")], timeout=SHOWN_MS
            )
        expect(ursula.told("balance_updated").filter(has_text="+$")).to_have_text(["+$50.00: Cheque 7001"])
        # The admin's list has the newest first, and so has the page.
        expect(ursula.told("balance_updated").filter(has_text="−$")).to_have_text(
            [f"−${number}.00: Transfer to Kofi Mensah (2): Tea" for number in numbers]
        )
        expect(ursula.told("notification").filter(has_text="Transfer completed")).to_have_count(3)
        ursula.toast("Cheque 7001 credited")

        # Django dies between its commit and the word that it sends of it.
        bank.file("ursula", "deposits", "d2", amount="60.00", cheque="7002")
        press = staff.choose("deposit", "approve")
        dies.touch()
        with suppress(Error):
            press()
        bank.has_died(DJANGO)
        ursula.toast("Cheque 7002 credited")
        ursula.has("$1,104.00")
        dies.unlink()
        bank.bring_back(DJANGO)
        staff.page.goto(f"{bank.admin}/accounts/deposit/?decision__exact=open")
        expect(staff.page.get_by_text("0 deposits")).to_be_visible()
        expect(ursula.told("balance_updated").filter(has_text="Cheque 7002")).to_have_count(1)
        assert ursula.problems == []
