"""Which room a page asks for: one's own in whatever words, never another's."""

from __future__ import annotations

from typing import Any

import pytest

from groat.identity import Identity
from groat.live.socketio.joins import OWN, wanted_stream

SOMEBODY = Identity("user:42", "42", frozenset({"partner"}))
SERVICE = Identity("service:shop", None, frozenset({"partner"}))


@pytest.mark.parametrize(
    "args",
    [[], [None], ["42"], [42], ["user:42"], ["user_42"], ["candidate-42"], ["42", "more"], [{"userId": 42}],
     [{"user_id": "42"}, 1], [{"room": "user_42", "userId": 7}], [{"candidateId": "42"}], [{}]],
    ids=str,
)  # fmt: skip
def test_ones_own_room(args: list[Any]) -> None:
    assert wanted_stream(SOMEBODY, OWN, args) == "user:42"


@pytest.mark.parametrize(
    ("args", "stream"),
    [
        (["partner"], "role:partner"),
        (["role:partner"], "role:partner"),
        ([{"role": "partner"}], "role:partner"),
        (["all"], "role:all"),
    ],
    ids=str,
)
def test_the_room_of_a_role(args: list[Any], stream: str) -> None:
    assert wanted_stream(SOMEBODY, OWN, args) == stream


@pytest.mark.parametrize(
    "args",
    [["7"], [7], ["user:7"], ["user_4"], ["user:421"], ["142"], ["admin"], ["role:admin"], [{"userId": 7}], [True],
     [["42"]], [4.2], [""], ["user:"], [":42"], ["user:user:42"], ["view:42:7"], [{"room": ["user:42"]}],
     [b"42"], ["order_42"], ["company-42"], ["role:42"],
     ["admin:42"], [{"companyId": 7}], [{"candidateID": "42"}], ["user:\u0664\u0662"], [" 42"], ["x" * 100_000]],
    ids=lambda args: str(args)[:40],
)  # fmt: skip
def test_anothers_room(args: list[Any]) -> None:
    assert wanted_stream(SOMEBODY, OWN, args) is None


def test_a_service_has_no_room_of_a_person() -> None:
    assert wanted_stream(SERVICE, OWN, []) is None
    assert wanted_stream(SERVICE, OWN, ["partner"]) == "role:partner"


@pytest.mark.parametrize("args", [[], ["42"], ["admin"], [{"userId": 42}]], ids=str)
def test_an_event_for_the_room_of_a_role_asks_for_no_other(args: list[Any]) -> None:
    assert wanted_stream(SOMEBODY, "role:partner", args) == "role:partner"
    assert wanted_stream(SOMEBODY, "role:admin", args) is None
