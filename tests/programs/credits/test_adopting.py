"""Balances of before become grants: a dry run, a run, and the same run again."""

from __future__ import annotations

from groat import Groat
from groat.ledger.grants import Terms
from groat.programs.credits import reading
from groat.programs.credits.adopting import AGAINST, GrantAdoption
from tests.helpers.clock import Clock
from tests.helpers.money import give, standing
from tests.programs.credits.granting import Granting

TERMS = Terms("paid", lasts=30 * 86_400_000_000, cause="adopted", note="Balance of 2025")


async def run(groat: Groat, *, dry: bool = False, below: str = "user") -> GrantAdoption:
    adoption = GrantAdoption(groat, await groat.asset("CREDIT"), below, AGAINST, TERMS)
    await adoption.run(dry)
    return adoption


async def grants(groat: Groat, account: str) -> list[tuple[str, str, str]]:
    found, _ = await groat.read(
        reading.page_live, account, "CREDIT", reading.BEGINNING, 50, await groat.assets()
    )
    return [(grant.class_, grant.cause, grant.available) for grant in found]


async def test_what_is_available_and_has_no_terms_becomes_a_grant(
    groat: Groat, clock: Clock, grant: Granting
) -> None:
    await give(groat, "user:42", "100")
    await grant("user:42", "20", days=3)
    await give(groat, "user:7", "50")
    await groat.hold("user:7", "house:sales", "30", "CREDIT", key="hold")
    await give(groat, "user:7:savings", "5")
    await give(groat, "user:42", "3", "USD")
    await groat.set_limits("user:debt", "CREDIT", floor="-10", key="limits")
    await groat.post([("user:debt", "house:sales", "4", "CREDIT")], key="debt")
    dry = await run(groat, dry=True)
    assert (dry.adopted, dry.adopted_units, dry.held_units, dry.granted_units, dry.in_debt) == (
        3,
        125,
        30,
        20,
        1,
    )
    assert await grants(groat, "user:42") == [("promotional", "", "20")]

    real = await run(groat)
    assert (real.adopted, real.adopted_units, real.without, real.refused) == (3, 125, 0, [])
    assert await grants(groat, "user:42") == [("promotional", "", "20"), ("paid", "adopted", "100")]
    assert await grants(groat, "user:7") == [("paid", "adopted", "20")]
    assert (await standing(groat, "user:42"))[:3] == ("120", "0", "120")
    assert (await standing(groat, "user:7"))[:3] == ("50", "30", "20")
    assert (await standing(groat, AGAINST)).balance == "0"
    assert dry.lines(True)[0] == "3 accounts: 125 CREDIT would become grants"
    assert dry.lines(True)[-1] == "Nothing was written."


async def test_a_run_may_be_repeated_and_takes_only_what_came_since(groat: Groat) -> None:
    await give(groat, "user:42", "100")
    assert (await run(groat)).adopted_units == 100
    again = await run(groat)
    assert (again.adopted, again.without) == (0, 1)
    await give(groat, "user:42", "7")
    assert (await run(groat)).adopted_units == 7
    assert await grants(groat, "user:42") == [("paid", "adopted", "100"), ("paid", "adopted", "7")]


async def test_lineage_leads_to_the_transaction(groat: Groat) -> None:
    await give(groat, "user:42", "100")
    await give(groat, "user:4", "1")
    await run(groat, below="user:42")
    assert await grants(groat, "user:4") == []
    found, _ = await groat.read(reading.page_live, "user:42", "", reading.BEGINNING, 5, await groat.assets())
    made = await groat.transaction(found[0].transaction)
    assert made is not None
    assert (made.kind, found[0].source, found[0].note) == ("adopt_grants", AGAINST, "Balance of 2025")
    assert [(p.source, p.destination, p.amount) for p in made.postings] == [
        ("user:42", AGAINST, "100"), (AGAINST, "user:42", "100"),
    ]  # fmt: skip
    await groat.post([("user:42", "house:sales", "30", "CREDIT")], key="spend")
    assert await grants(groat, "user:42") == [("paid", "adopted", "70")]
