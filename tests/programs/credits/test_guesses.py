"""The brake on guessing codes holds however many guess at once, for whom, and on which nodes; who is right goes on."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from groat import Groat, Refusal
from groat.programs.credits.vouchers.codes import Mint
from groat.programs.credits.vouchers.desk import Desk
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.guesses import Brake
from tests.helpers.clock import Clock
from tests.helpers.money import new_key, standing
from tests.programs.credits.test_vouchers import begin

OFFICE = "192.0.2.7"


def desks(groat: Groat, count: int = 1, person: int = 3, address: int = 12) -> list[Desk]:
    """The desks of some nodes."""
    return [Desk(groat, Mint("a secret"), Brake(person, address, 60), "{code}") for _ in range(count)]


async def tried(desk: Desk, code: str, user: str, address: str = OFFICE, key: str = "") -> str:
    """Return what came of a try: ok, or the code of its refusal or error."""
    who = f"user:{user}"
    try:
        found = await desk.redeem(code, who, address=address, principal=who, key=key or new_key())
    except VoucherError as error:
        return error.code
    return found.code if isinstance(found, Refusal) else "ok"


async def test_guesses_for_many_people_at_once_pass_no_brake(groat: Groat) -> None:
    await begin(groat)
    nodes = desks(groat, 2)
    codes = [*(f"WRONG{n}" for n in range(60)), "SPRING"]
    found = await asyncio.gather(*(tried(nodes[n % 2], code, str(n)) for n, code in enumerate(codes)))
    assert Counter(found) == {"voucher_not_found": 12, "voucher_throttled": 49}
    assert found[-1] == "voucher_throttled"
    assert (await standing(groat, "house:promotions")).balance == "0"
    # Nobody else is braked by them.
    assert await tried(nodes[0], "SPRING", "elsewhere", "192.0.2.8") == "ok"


async def test_people_behind_one_address_who_are_right_at_once_all_get_it(groat: Groat) -> None:
    await begin(groat)
    nodes = desks(groat, 2)
    found = await asyncio.gather(*(tried(nodes[n % 2], "SPRING", str(n)) for n in range(60)))
    assert Counter(found) == {"ok": 60}
    # Nor does it count one after the other.
    assert [await tried(nodes[0], "U" * 20, "1") for _ in range(20)] == ["voucher_mistyped"] * 20


@pytest.mark.parametrize("node", [0, 1])
async def test_a_window_ends_on_all_nodes(groat: Groat, clock: Clock, node: int) -> None:
    await begin(groat)
    nodes = desks(groat, 2)
    assert await tried(nodes[0], "WRONG", "7") == "voucher_not_found"
    clock.advance(59)
    assert [await tried(nodes[1], "WRONG", "7") for _ in range(2)] == ["voucher_not_found"] * 2
    assert await tried(nodes[node], "SPRING", "7") == "voucher_throttled"
    clock.advance(1)
    assert await tried(nodes[node], "SPRING", "7") == "ok"


async def test_a_refusal_that_tells_of_a_shared_code_is_a_guess_of_the_person(groat: Groat) -> None:
    await begin(groat, uses_max=1)
    await begin(groat, "OTHER")
    (desk,) = desks(groat, address=6)
    assert await tried(desk, "SPRING", "first") == "ok"
    # Whoever is told that it is used up knows that there is such a code.
    assert Counter([await tried(desk, "SPRING", "first") for _ in range(3)]) == {"voucher_used_up": 3}
    assert await tried(desk, "OTHER", "first") == "voucher_throttled"
    # A verdict told again is no other guess, and a hundred people who come too late lock nobody out.
    again = [await tried(desk, "SPRING", "7", key="again") for _ in range(5)]
    assert again == ["voucher_used_up"] * 5
    late = await asyncio.gather(*(tried(desk, "SPRING", f"late-{n}") for n in range(20)))
    assert set(late) == {"voucher_used_up"}
    assert [await tried(desk, "OTHER", user) for user in ("7", "late-1", "new")] == ["ok"] * 3
    # A refusal that only the owner is told is no guess.
    found = [await tried(desk, "OTHER", "new") for _ in range(5)]
    assert found == ["voucher_yours_used_up"] * 5
