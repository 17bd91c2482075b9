"""Real books are imported beside the server; somebody in them watches their number go to the last cent."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from tests.e2e.conftest import NewScreen
from tests.e2e.serving import Server

DATA = Path(__file__).parent.parent / "data"
WHO = "member-2"
RATE = 300
"""Transactions a second: the 1,359 take a few seconds, in which there is something to see."""
SEEN_MIN = 8


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("server"), passwords={WHO: "correct horse battery"}) as server:
        yield server


def closing(account: str) -> Decimal:
    """What ledger-cli computed from the same books."""
    with (DATA / "open-books-balances.csv").open() as file:
        return next(Decimal(row["balance"]) for row in csv.DictReader(file) if row["account"] == account)


def test_an_import_is_followed_to_the_last_cent(server: Server, new_screen: NewScreen) -> None:
    screen = new_screen(WHO)
    screen.has_state("live")
    books = str(DATA / "open-books.csv")
    command = ("import", "transactions", books, "--floor", "none", "--rate", str(RATE))
    wanted = closing(f"user:{WHO}")
    with server.groat(*command) as process:
        screen.shows(f"{wanted:.2f}", within_s=30)
        assert process.wait(timeout=60) == 0, server.log.read_text()
    screen.shows(f"{wanted:.2f}")

    # What was on the screen meanwhile were balances that were true one after the other, no others.
    entries = server.entries(WHO, "USD", reader=WHO)
    history = [str(entry["balance"]) for entry in reversed(entries)]
    seen = screen.witness()["values"]
    assert len(seen) >= SEEN_MIN, "it was not followed live"
    place = -1
    for value in seen:
        place = history.index(value, place + 1)
    for older, newer in pairwise(reversed(entries)):
        assert Decimal(older["balance"]) + Decimal(newer["delta"]) == Decimal(newer["balance"])
    # The dates of the books are effective dates: the past is theirs too.
    assert entries[-1]["at"].startswith("2015-")

    # A second run changes nothing, on the screen neither.
    assert server.groat("import", "transactions", books, "--floor", "none").wait(timeout=60) == 0
    assert screen.witness()["values"] == seen
    screen.page.reload()
    screen.shows(f"{wanted:.2f}")
