"""Grants whose past is in the archive: everything is found as it was, and what was spent there can come back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from groat import Groat
from groat.ledger.views import TransactionView
from tests.helpers.clock import Clock
from tests.helpers.databases import Database
from tests.helpers.money import refused, standing, untimed

DAY_S = 86_400.0
LEFT = """
SELECT note, a.path, g.amount, g.remaining, g.held, g.expired, g.voided
FROM groat_grant AS g JOIN groat_account AS a ON a.id = g.account ORDER BY note, a.path, g.version
"""


def moved(view: TransactionView) -> list[tuple[str, str, str]]:
    """A transaction's changes of grants: the account, and by how much it changed what remains and what is held."""
    return [(each.account, each.amount, each.held) for each in view.grants or []]


class January:
    """A month with grants, spends, a hold and a payment to somebody else."""

    def __init__(self, groat: Groat, clock: Clock) -> None:
        self.groat = groat
        self.clock = clock
        self.ids: dict[str, str] = {}

    async def live(self) -> None:
        groat, ids = self.groat, self.ids
        for note, days in (("short", 20), ("long", 70), ("ever", None)):
            made = await groat.grant(
                "user:a", 20, "CREDIT", key=note, note=note,
                expires_at=None if days is None else self.clock.moment + timedelta(days=days),
            )  # fmt: skip
            ids[note] = str(made.id)
        ids["spend"] = str((await groat.post([("user:a", "house:s", 30, "CREDIT")], key="s")).id)
        ids["pass on"] = str((await groat.post([("user:a", "user:b", 4, "CREDIT")], key="p")).id)
        ids["hold"] = str((await groat.hold("user:a", "house:s", 10, "CREDIT", key="h")).id)
        ids["part"] = str((await groat.capture(ids["hold"], amount=3, final=False, key="c")).id)
        self.clock.advance(31 * DAY_S)
        await groat.expire_due()

    async def seen(self) -> Any:
        groat = self.groat
        found: dict[str, Any] = {name: await groat.transaction(id) for name, id in self.ids.items()}
        for path in ("user:a", "user:b", "house:breakage"):
            found[path] = await groat.entries(path, "CREDIT", limit=100), await groat.account(path)
        return untimed(found)


async def test_grants_in_an_archived_month(groat: Groat, clock: Clock, database: Database) -> None:
    past = January(groat, clock)
    await past.live()
    before, left = await past.seen(), database.rows(LEFT)
    clock.advance(3 * DAY_S)
    await groat.archive("2026-02-01T00:00:00Z")
    assert database.rows("SELECT count(*) FROM groat_allocation") == [(0,)]
    assert database.rows("SELECT count(*) FROM groat_archived_allocation")[0][0] > 0
    assert await past.seen() == before
    assert database.rows(LEFT) == left
    assert (await groat.verify()).ok
    ids = past.ids
    # From the back: 10 of the long one, then 8 of the short one, which ended meanwhile and gets 5 of them as a new one.
    first = await groat.reverse(ids["spend"], amounts=[13], expired="book", key="r1")
    assert moved(first) == [("user:a", "10", "0"), ("user:a", "3", "0")]
    await groat.expire_due()
    second = await groat.reverse(ids["spend"], amounts=[5], expired="restore", key="r2")
    assert moved(second) == [("user:a", "5", "0")]
    over = await refused(groat.reverse(ids["spend"], amounts=[13], key="r3"))
    assert over.code == "exceeds_transaction"
    # The payment goes back whence it came; the rest of the hold ends in the open month.
    assert sorted(moved(await groat.reverse(ids["pass on"], key="r4"))) == [
        ("user:a", "4", "0"), ("user:b", "-4", "0"),
    ]  # fmt: skip
    # The captured part comes back as well.
    assert moved(await groat.reverse(ids["part"], key="r5")) == [("user:a", "3", "0")]
    assert moved(await groat.capture(ids["hold"], amount=4, key="c2")) == [
        ("user:a", "-3", "-3"), ("user:a", "-1", "-1"), ("user:a", "0", "-3"),
    ]  # fmt: skip
    spent = await refused(groat.reverse(ids["ever"], key="r6"))
    assert (spent.code, spent.fields["left"]) == ("grant_spent", "19")
    await groat.reverse(ids["ever"], amounts=[19], key="r7")
    assert [row[:1] + row[2:] for row in database.rows(LEFT) if row[1] == "user:a"] == [
        ("ever", 20, 0, 0, 0, 0), ("long", 20, 17, 0, 0, 0), ("short", 20, 0, 0, 3, 0), ("short", 5, 5, 0, 0, 0),
    ]  # fmt: skip
    assert (await standing(groat, "user:a")).balance == "22"
    assert (await groat.verify()).ok
    # All of that can be archived, too, and still nothing comes back twice.
    clock.advance(60 * DAY_S)
    await groat.expire_due()
    after = await past.seen()
    clock.advance(3 * DAY_S)
    await groat.archive("2026-04-01T00:00:00Z")
    assert await past.seen() == after
    assert (await refused(groat.reverse(ids["spend"], amounts=[13], key="r8"))).code == "exceeds_transaction"
    assert moved(await groat.reverse(ids["spend"], amounts=[12], expired="restore", key="r9")) == [
        ("user:a", "12", "0")
    ]
