"""Budgets: their windows in time zones, and what counts, each rule as a table of steps through the facade."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from groat import Groat, Refused
from groat.ledger.budgeting import ChangeBudget, SetBudget
from groat.ledger.budgets import BUCKETS, ROLLING, Budget
from groat.ledger.calendars import WINDOWS, window_around, zone_of
from tests.helpers.clock import START, Clock
from tests.helpers.tables import parse_table
from tests.ledger.words import Scene, Step

# A moment, and the window in which it lies: UTC all of them.
ZONES = """
window  zone                 moment               begins               ends
hour    UTC                  2026-01-01T12:30:00  2026-01-01T12:00:00  2026-01-01T13:00:00
hour    Asia/Kolkata         2026-01-01T12:15:00  2026-01-01T11:30:00  2026-01-01T12:30:00
day     UTC                  2026-01-01T00:00:00  2026-01-01T00:00:00  2026-01-02T00:00:00
day     Europe/Berlin        2026-01-01T12:00:00  2025-12-31T23:00:00  2026-01-01T23:00:00
month   America/New_York     2026-03-01T04:59:59  2026-02-01T05:00:00  2026-03-01T05:00:00
month   America/New_York     2026-03-01T05:00:00  2026-03-01T05:00:00  2026-04-01T04:00:00
# Clocks are put forward: a day of 23 hours, and no hour between 2 and 3.
day     Europe/Berlin        2026-03-29T10:00:00  2026-03-28T23:00:00  2026-03-29T22:00:00
hour    Europe/Berlin        2026-03-29T01:00:00  2026-03-29T01:00:00  2026-03-29T02:00:00
# Clocks are put back: a day of 25 hours, and the hour from 2 to 3 is there twice.
day     Europe/Berlin        2026-10-25T12:00:00  2026-10-24T22:00:00  2026-10-25T23:00:00
hour    Europe/Berlin        2026-10-25T00:30:00  2026-10-25T00:00:00  2026-10-25T01:00:00
hour    Europe/Berlin        2026-10-25T01:30:00  2026-10-25T01:00:00  2026-10-25T02:00:00
# There they are put by half an hour: an hour that is half as long again.
hour    Australia/Lord_Howe  2026-04-04T14:45:00  2026-04-04T14:00:00  2026-04-04T15:30:00
hour    Australia/Lord_Howe  2026-04-04T15:15:00  2026-04-04T14:00:00  2026-04-04T15:30:00
# A midnight that is there twice counts the first time, and a day without one begins later.
day     America/Havana       2026-11-01T05:30:00  2026-11-01T04:00:00  2026-11-02T05:00:00
day     America/Havana       2026-03-08T12:00:00  2026-03-08T05:00:00  2026-03-09T04:00:00
# A day that nobody had.
day     Pacific/Apia         2011-12-30T09:00:00  2011-12-29T10:00:00  2011-12-30T10:00:00
day     Pacific/Apia         2011-12-30T11:00:00  2011-12-30T10:00:00  2011-12-31T10:00:00
# Here clocks went back over midnight, to the evening before.
day     America/St_Johns     2006-10-29T03:00:00  2006-10-29T02:30:00  2006-10-30T03:30:00
"""


def micros(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1_000_000


@pytest.mark.parametrize("row", parse_table(ZONES), ids=lambda row: f"{row['zone']} {row['moment']}")
def test_a_window_is_an_hour_a_day_or_a_month_of_a_time_zone(row: dict[str, str]) -> None:
    found = window_around(row["window"], row["zone"], micros(row["moment"]))
    assert found == (micros(row["begins"]), micros(row["ends"]))


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "Asia/Kathmandu"]
)
def test_windows_follow_each_other_without_gap_or_overlap(zone: str) -> None:
    # In these years some put their clocks forward and back at odd times, and one left out a day.
    for window, first, steps in (
        ("hour", "2006-03-24T00:00:00", 240),
        ("hour", "2006-10-27T00:00:00", 72),
        ("day", "2006-01-01T00:00:00", 365),
        ("day", "2011-12-01T00:00:00", 60),
        ("month", "2006-01-01T00:00:00", 90),
    ):
        moment = micros(first)
        for _ in range(steps):
            begins, ends = window_around(window, zone, moment)
            assert begins <= moment < ends
            assert window_around(window, zone, ends - 1) == (begins, ends)
            moment = ends


@pytest.mark.parametrize("name", ["Europe/Berln", "", "/etc/passwd", "../UTC", "x" * 1_000, "a\0b"])
def test_what_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="there is no time zone"):
        zone_of(name)


def rolling(window: str = "hour") -> Budget:
    return Budget("B", None, "CREDIT", 0, "user:a", window, True, "UTC", 100, False, (), (), "staff", 0)


@pytest.mark.parametrize("window", WINDOWS)
def test_nothing_leaves_a_rolling_window_early_and_a_part_of_it_late_at_most(window: str) -> None:
    budget, length = rolling(window), ROLLING[window]
    part = length // BUCKETS
    for spent_at in (0, 1, part - 1, part, 7 * part + 3):
        budget.spent = ()
        at = length * 3 + spent_at
        budget.count(5, at)
        assert budget.used(at + length) == 5
        assert budget.used(at + length + part) == 0
        reset = budget.resets_at(at)
        assert reset is not None
        assert (budget.used(reset - 1), budget.used(reset)) == (5, 0)


RULES = {
    "of a day": """
step    key  what                  amount        more  verdict
post    f    house:bonus > user:a  99                  ok
budget  b    user:a                30            as=B  ok
post    k1   user:a > house:sales  20                  ok
used         B                                         20 of 30
post    k2   user:a > house:sales  11                  budget_exceeded
post    k3   user:a > house:sales  10                  ok
post    k4   user:a > house:sales  1                   budget_exceeded
# The day ends at midnight, to the microsecond.
tick                               43199.999999
post    k5   user:a > house:sales  1                   budget_exceeded
tick                               0.000001
post    k6   user:a > house:sales  1                   ok
used         B                                         1 of 30
# A verdict stays, whatever came since.
post    k2   user:a > house:sales  11                  budget_exceeded again
""",
    "what was before": """
step     key  what                  amount  more  verdict
post     f    house:bonus > user:a  99            ok
post     k1   user:a > house:sales  20      as=P  ok
hold     k2   user:a > house:sales  20      as=H  ok
budget   b    user:a                30      as=B  ok
used          B                                   0 of 30
release  k3   H                                   ok
reverse  k4   P                                   ok
used          B                                   0 of 30
# Incoming amounts do not count, and neither do those that other accounts spend.
post     k5   house:bonus > user:a  50            ok
post     k6   house:bonus > user:b  50            ok
post     k7   user:b > house:sales  50            ok
used          B                                   0 of 30
""",
    "a time zone": """
step    key  what                  amount        more                  verdict
post    f    house:bonus > user:a  99                                  ok
budget  b    user:a                30            zone=Asia/Tokyo as=B  ok
post    k1   user:a > house:sales  30                                  ok
tick                               10799.999999
post    k2   user:a > house:sales  1                                   budget_exceeded
tick                               0.000001
post    k3   user:a > house:sales  30                                  ok
""",
    "holds": """
step     key  what                  amount  more        verdict
post     f    house:bonus > user:a  99                  ok
budget   b    user:a                30      as=B        ok
hold     k1   user:a > house:sales  20      as=H        ok
used          B                                         20 of 30
hold     k2   user:a > house:sales  11                  budget_exceeded
# A capture counts nothing more, and gives back what it releases.
capture  k3   H                     5       keep        ok
used          B                                         20 of 30
capture  k4   H                     8       as=C        ok
used          B                                         13 of 30
reverse  k5   C                     3                   ok
used          B                                         10 of 30
reverse  k6   C                                         ok
used          B                                         5 of 30
# One that ends by itself gives back, too.
hold     k7   user:a > house:sales  25      expires=60  ok
tick                                60
post     k8   user:a > house:sales  20                  ok
used          B                                         25 of 30
""",
    "holds of yesterday": """
step     key  what                  amount  more  verdict
post     f    house:bonus > user:a  99            ok
budget   b    user:a                30      as=B  ok
hold     k1   user:a > house:sales  20      as=H  ok
hold     k2   user:a > house:sales  10      as=I  ok
post     k3   house:bonus > user:a  1             ok
tick                                86400
post     k4   user:a > house:sales  30            ok
# It is captured today and counted then; what it gives back was yesterday's.
capture  k5   H                                   ok
release  k6   I                                   ok
used          B                                   30 of 30
post     k7   user:a > house:sales  1             budget_exceeded
""",
    "reversals": """
step     key  what                  amount  more  verdict
post     f    house:bonus > user:a  99      as=F  ok
budget   b    user:a                30      as=B  ok
post     k1   user:a > house:sales  20      as=P  ok
reverse  k2   P                     5             ok
used          B                                   15 of 30
tick                                86400
post     k3   user:a > house:sales  10            ok
reverse  k4   P                                   ok
used          B                                   10 of 30
# A reversal takes amounts by decision of whoever reverses.
reverse  k5   F                     60            ok
used          B                                   10 of 30
""",
    "all or none": """
step    key  what                                    amount  more              verdict
post    f    house:bonus > user:a                    99                        ok
budget  b1   user:a                                  30      as=D              ok
budget  b2   user:a                                  10      window=hour as=H  ok
post    k1   user:a > house:sales                    11                        budget_exceeded
used         D                                                                 0 of 30
post    k2   user:a > house:sales                    10                        ok
tick                                                 3600
post    k3   user:a > house:sales                    10                        ok
tick                                                 3600
post    k4   user:a > house:sales                    10                        ok
tick                                                 3600
post    k5   user:a > house:sales                    1                         budget_exceeded
used         H                                                                 0 of 10
# The legs of a transaction count together.
tick                                                 86400
post    k6   user:a > house:sales, user:a > house:b  6, 5                      budget_exceeded
post    k7   user:a > house:sales, user:a > house:b  6, 4                      ok
used         D                                                                 10 of 30
""",
    "of a principal on one account": """
step     key  what                  amount  more               verdict
post     f    house:bonus > user:a  99                         ok
budget   b    user:a                10      of=service:x as=B  ok
post     k1   user:a > house:sales  11      by=service:x       budget_exceeded
post     k2   user:a > house:sales  11                         ok
post     k3   user:a > house:sales  9       by=service:x as=P  ok
used          B                                                9 of 10
# It is given back to whoever spent it, whoever reverses.
reverse  k4   P                                                ok
used          B                                                0 of 10
""",
    "of a principal across accounts": """
step     key  what                  amount  more               verdict
post     f1   house:bonus > user:a  50                         ok
post     f2   house:bonus > user:b  50                         ok
budget   b                          30      of=service:x as=B  ok
post     k1   user:a > house:sales  20      by=service:x       ok
post     k2   user:b > house:sales  11      by=service:x       budget_exceeded
post     k3   user:b > house:sales  11                         ok
hold     k4   user:b > house:sales  10      by=service:x as=H  ok
used          B                                                30 of 30
release  k5   H                                                ok
used          B                                                20 of 30
# Another asset is another thing.
post     f3   house:bonus > user:a  9 USD                      ok
post     k6   user:a > house:sales  9 USD   by=service:x       ok
remove   r    B                                                ok
post     k7   user:a > house:sales  30      by=service:x       ok
""",
    "changes": """
step    key  what                  amount  more    verdict
post    f    house:bonus > user:a  99              ok
budget  b    user:a                10      as=B    ok
post    k1   user:a > house:sales  11              budget_exceeded
change  c1   B                     20              ok
post    k2   user:a > house:sales  11              ok
# Lowered below what is spent: nothing is left.
change  c2   B                     5               ok
used         B                                     11 of 5
post    k3   user:a > house:sales  1               budget_exceeded
change  c3   B                     20      stop    ok
post    k4   user:a > house:sales  1               budget_exceeded
change  c4   B                             resume  ok
post    k5   user:a > house:sales  9               ok
change  c5   B                     0               ok
post    k6   user:a > house:sales  1               budget_exceeded
remove  r1   B                                     ok
remove  r1   B                                     ok again
remove  r2   B                                     budget_not_found
change  c6   B                     5               budget_not_found
post    k7   user:a > house:sales  50              ok
""",
    "adjustments": """
step    key  what                        amount  more             verdict
post    f    house:bonus > user:a        99                       ok
budget  b    user:a                      10      as=B             ok
set     k1   user:a                      50                       ok
post    k2   user:a > house:adjustments  20                       ok
grant   k3   house:p > user:a            20      expires=60 as=G  ok
void    k4   G.g                         5                        ok
tick                                     60
post    k5   user:a > house:sales        10                       ok
used         B                                                    10 of 10
""",
    "a rolling hour": """
step     key  what                  amount       more                      verdict
post     f    house:bonus > user:a  99                                     ok
budget   b    user:a                30           window=hour rolling as=B  ok
post     k1   user:a > house:sales  20                                     ok
tick                                1800
post     k2   user:a > house:sales  10           as=P                      ok
tick                                1859.999999
post     k3   user:a > house:sales  1                                      budget_exceeded
tick                                0.000001
used          B                                                            10 of 30
post     k4   user:a > house:sales  20                                     ok
reverse  k5   P                                                            ok
used          B                                                            20 of 30
""",
    "limits come first": """
step    key  what                  amount  more  verdict
post    f    house:bonus > user:a  9             ok
budget  b    user:a                10      as=B  ok
post    k1   user:a > house:sales  11            insufficient_funds
post    k2   user:a > house:sales  9             ok
""",
    "of the owner and of staff": """
step    key  what    amount  more        verdict
budget  b1   user:a  10      as=S        ok
budget  b2   user:a  10      owner as=O  ok
change  c1   S       20      owner       budget_of_staff
remove  r1   S               owner       budget_of_staff
change  c2   O       20      owner       ok
change  c3   O       30                  ok
remove  r2   O               owner       ok
""",
    "too many": """
step    key  what    amount  more       verdict
fill20  b    user:a  10                 ok
budget  b1   user:a  10                 too_many_budgets
budget  b2   user:b  10                 ok
fill20  c            10      of=user:a  ok
budget  c1           10      of=user:a  too_many_budgets
budget  c2           10      of=user:b  ok
""",
    "wrong ones": """
step    key  what    amount  more               verdict
budget  b1           10                         invalid_budget
budget  b2   user:a  10      window=week        invalid_budget
budget  b3   user:a  10      zone=Mars/Olympus  invalid_budget
budget  b4   user:a  10      alerts=101         invalid_budget
budget  b5   user:a  10      of=nobody          invalid_principal
budget  b6   a/b     10                         invalid_account
""",
}


class BudgetScene(Scene):
    """A scene with steps that set, change, remove and look at budgets, about people and keys of its own."""

    def __init__(self, groat: Groat, clock: Clock, number: int) -> None:
        super().__init__(groat, clock)
        self._number = number

    async def run(self, step: Step) -> str:
        """Return the result of a step."""
        if step.key and not step.key.endswith(f"#{self._number}"):
            what, more = (
                re.sub(r"\b(user:[abc]|service:x)\b", rf"\g<1>{self._number}", text)
                for text in (step.what, step.more)
            )
            step = step._replace(key=f"{step.key}#{self._number}", what=what, more=more)
        match step.step:
            case "used":
                view = await self._groat.budget(self._named[step.what])
                return "none" if view is None else f"{view.used} of {view.limit}"
            case "fill20":
                verdicts = {
                    await self.run(step._replace(step="budget", key=f"{step.key}/{n}")) for n in range(20)
                }
                return ", ".join(verdicts)
        return await Scene.run(self, step)

    def _command(self, step: Step, words: dict[str, str]) -> Any:
        common: dict[str, Any] = {
            "principal": words.get("by", "service:test"),
            "key": step.key,
            "as_owner": "owner" in words,
        }
        if step.step == "budget":
            return SetBudget(
                **common,
                account=step.what,
                asset="CREDIT",
                of=words.get("of", ""),
                window=words.get("window", "day"),
                rolling="rolling" in words,
                zone=words.get("zone", "UTC"),
                limit=int(step.amount),
                alerts=tuple(int(each) for each in words.get("alerts", "80,100").split(",")),
            )
        if step.step in ("change", "remove"):
            changes: dict[str, Any] = {"limit": int(step.amount)} if step.amount else {}
            if words.keys() & {"stop", "resume"}:
                changes["stopped"] = "stop" in words
            return ChangeBudget(
                **common, **changes, budget=self._named[step.what], removes=step.step == "remove"
            )
        return Scene._command(self, step, words)


async def test_the_rules(groat: Groat, clock: Clock) -> None:
    for number, (rule, table) in enumerate(RULES.items()):
        scene = BudgetScene(groat, clock, number)
        for row in parse_table(table):
            step = Step(**row)
            assert await scene.run(step) == step.verdict, (rule, step)
        # Each begins at noon.
        clock.advance(86_400 - (clock.moment - START).total_seconds() % 86_400)
    assert (await groat.verify()).problems == []


async def test_a_refusal_says_what_is_left_of_which_budget_and_when_more_is(
    groat: Groat, clock: Clock
) -> None:
    await groat.post([("house:bonus", "user:a", 99, "USD")], key="f")
    tight = await groat.set_budget("user:a", "USD", "10.50", window="hour", key="b1", of="service:local")
    await groat.set_budget("user:a", "USD", "20", window="month", zone="Europe/Berlin", key="b2")
    await groat.post([("user:a", "house:sales", "4", "USD")], key="k1")
    with pytest.raises(Refused) as refused:
        await groat.post([("user:a", "house:sales", "7", "USD")], key="k2")
    verdict = refused.value.refusal
    assert (verdict.code, verdict.retryable_with_new_key) == ("budget_exceeded", True)
    assert verdict.fields == {
        "budget": tight.id,
        "account": "user:a",
        "of": "service:local",
        "asset": "USD",
        "window": "hour",
        "limit": "10.50",
        "left": "6.50",
        "resets_at": "2026-01-01T13:00:00.000000Z",
    }
