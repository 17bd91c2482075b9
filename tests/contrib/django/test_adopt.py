"""``manage.py groat_adopt``: a field of a model becomes opening balances, once, and is compared after that."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from groat.contrib.django import groat
from tests.contrib.django import projects
from tests.contrib.django.shop.models import Wallet
from tests.servers import Postgres

COLUMN = ("groat_adopt", "--model", "shop.Wallet", "--field", "balance", "--asset", "USD")


def adopt(*words: str) -> tuple[int, list[str], str]:
    """Run the command: exit code, what it says, and its errors."""
    said, errors = io.StringIO(), io.StringIO()
    code = 0
    try:
        call_command(*COLUMN, *words, stdout=said, stderr=errors)
    except CommandError as error:
        code = error.returncode
        errors.write(str(error))
    return code, said.getvalue().splitlines(), errors.getvalue()


@pytest.fixture
def wallets(project: None) -> list[Wallet]:
    """Four wallets: with money, without, in debt, and one that was never filled in."""
    values = [Decimal("12.50"), Decimal(0), Decimal("-3.00"), None]
    return [
        Wallet.objects.create(user=User.objects.create_user(f"user {n}"), balance=value)
        for n, value in enumerate(values)
    ]


def balance(wallet: Wallet) -> str:
    """Return the balance in the ledger."""
    return groat.balance(f"user:{wallet.user_id}", "USD").balance  # type: ignore[attr-defined]


def test_a_column_is_taken_once(wallets: list[Wallet]) -> None:
    assert adopt("--dry-run")[:2] == (
        0,
        ["2 adopted, 1 same, 1 empty", "USD: column 9.50, ledger 0.00 before", "Nothing was written."],
    )
    assert groat.assets() == {}
    assert adopt()[:2] == (0, ["2 adopted, 1 same, 1 empty", "USD: column 9.50, ledger 0.00 before"])
    assert [balance(each) for each in wallets] == ["12.50", "0.00", "-3.00", "0.00"]
    assert adopt()[:2] == (0, ["3 same, 1 empty", "USD: column 9.50, ledger 9.50 before"])
    assert groat.balance("house:opening", "USD").balance == "-9.50"


def test_differences_are_reported_and_corrected_only_if_asked(wallets: list[Wallet], tmp_path: Path) -> None:
    adopt()
    account = f"user:{wallets[0].user_id}"  # type: ignore[attr-defined]
    groat.post([(account, "house:sales", "2", "USD")], key="spent").unwrap()
    for words in ((), ("--shadow",), ("--dry-run",)):
        code, said, errors = adopt(*words)
        assert (code, said[0]) == (1, "2 same, 1 empty, 1 differs")
        assert f"{account}: column 12.50, ledger 10.50: differs by 2.00" in errors
        assert errors.endswith("1 row has to be looked at.")
    adopt("--report", str(tmp_path / "report.csv"))
    assert account in (tmp_path / "report.csv").read_text()
    assert adopt("--correct")[:2][1][0] == "1 corrected, 2 same, 1 empty"
    assert balance(wallets[0]) == "12.50"


def test_a_shadow_adopts_nothing(wallets: list[Wallet]) -> None:
    code, said, _ = adopt("--shadow")
    assert (code, said[0]) == (1, "1 same, 1 empty, 2 differs")
    assert balance(wallets[0]) == "0.00" if groat.assets() else True


def test_many_rows_go_in_chunks(project: None) -> None:
    users = User.objects.bulk_create(User(username=f"user {n}") for n in range(1_100))
    Wallet.objects.bulk_create(Wallet(user=user, balance=n) for n, user in enumerate(users))
    assert adopt()[:2][1][0] == "1099 adopted, 1 same"
    assert groat.balance("house:opening", "USD").balance == f"-{sum(range(1_100))}.00"


def wait_for_waiter() -> None:
    """Wait until another session waits for a row of this one's transaction."""
    for _ in range(10_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def test_a_row_in_the_middle_of_a_change_is_compared_after_it(
    migrated_postgres: str, postgres_server: Postgres
) -> None:
    def compare() -> tuple[int, list[str], str]:
        try:
            return adopt("--shadow")
        finally:
            connection.close()

    with projects.databases(default=projects.postgres_alias(postgres_server, migrated_postgres)):
        wallet = Wallet.objects.create(user=User.objects.create_user("ada"), balance=10)
        assert adopt()[0] == 0
        with ThreadPoolExecutor(1) as other:
            with transaction.atomic():
                Wallet.objects.filter(pk=wallet.pk).update(balance=7)
                compared = other.submit(compare)
                wait_for_waiter()
                account = f"user:{wallet.user_id}"  # type: ignore[attr-defined]
                groat.post([(account, "house:sales", "3", "USD")], key="spent").unwrap()
            assert compared.result()[:2] == (
                0,
                ["1 same", "USD: column 7.00, ledger 7.00 before", "Nothing was written."],
            )


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (("--model", "shop.Nothing"), "Nothing"),
        (("--field", "nothing"), "nothing"),
        (("--account", "user:{nothing}"), "nothing"),
    ],
)
def test_names_that_do_not_exist_are_told(project: None, more: tuple[str, ...], words: str) -> None:
    code, _, errors = adopt(*more)
    assert (code, words in errors) == (2, True)


def test_the_user_model_itself_may_have_the_column(project: None) -> None:
    """A column of whole numbers makes an asset without digits; here the primary key stands for one."""
    ada = User.objects.create_user("ada")
    call_command("groat_adopt", model="auth.User", field="id", asset="CREDIT", stdout=io.StringIO())
    assert groat.balance(f"user:{ada.pk}", "CREDIT").balance == str(ada.pk)
