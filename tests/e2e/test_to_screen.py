"""The way from a commit to a person's screen, as a real page reports it."""

from __future__ import annotations

import re
import time

from tests.e2e.conftest import NewScreen
from tests.e2e.screens import Screen
from tests.e2e.serving import Server

WAIT_S = 5.0
TRIES = 10


def measured(server: Server) -> tuple[float, float]:
    """How many events were measured so far, and their seconds together."""
    text = server.metrics()
    return tuple(  # type: ignore[return-value]
        float(re.findall(rf"^groat_commit_to_screen_seconds_{what} (\S+)$", text, re.MULTILINE)[0])
        for what in ("count", "sum")
    )


def test_the_way_to_the_screen_is_measured(server: Server, new_screen: NewScreen) -> None:
    ursula = new_screen("42")
    ursula.has_state("live")
    # A page that is too busy to paint within a second reports that it has seen the event, but not how long it took.
    assert any(is_measured(server, ursula) for _ in range(TRIES))


def is_measured(server: Server, screen: Screen) -> bool:
    """Give something, and see whether the way to the screen is measured: once, and rightly."""
    before = int(server.balance("42"))
    count, seconds = measured(server)
    given_at = time.monotonic()
    server.credit("42", 5)
    screen.shows(before + 5)
    shown_s = time.monotonic() - given_at
    deadline = time.monotonic() + WAIT_S
    while measured(server)[0] == count:
        if time.monotonic() > deadline:
            return False
    new_count, new_seconds = measured(server)
    assert new_count == count + 1
    # The receipt came a second later, which is no part of the way.
    assert 0 < new_seconds - seconds < shown_s + 0.5
    return True
