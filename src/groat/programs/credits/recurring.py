"""Recurring credits: a grant every day, week or month, of which so much carries over into the next period.

A plan is a request, filed by staff. When a period begins the plan is ``due``, and the job of credits gives the grant by
:class:`GivePeriod`, under a key that is made of the plan and the period's number: once, whichever server gives it and
after whichever crash. What earlier periods left beyond the plan's ``rollover`` expires in the same commit. A grant
itself knows nothing of the plan but its cause.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from groat.ledger.book import Book, Move, Pair, Refs
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, Refusal, Rule
from groat.ledger.granting import EXPIRE_GRANT
from groat.ledger.grants import BREAKAGE, GrantEnd, Terms
from groat.ledger.rows import Grant, Purse, TransactionRow
from groat.programs.days import add_months, day_of, moment_of, read_day
from groat.programs.said import Said, say
from groat.programs.workflow import (
    ADMIN,
    SERVICE,
    SYSTEM,
    Books,
    Kind,
    Notice,
    Reason,
    Request,
    State,
    Step,
    Transition,
)

NAME = "recurring_grant"
CAUSE = "recurring"
SOURCE = "house:promotions"
NOT_CARRIED = "Not carried over"
DAYS_AHEAD_MAX = 732
CATCH_UP_MAX = 12
"""After a long time without a server, so many of the latest periods are given; those before are skipped."""

PLAN_RULES = {
    "plan_day_wrong": Rule(
        422, "Not a date, in the past, more than two years ahead, or an end before the start."
    ),
    "rollover_wrong": Rule(
        422, "Not an amount of the plan's asset. Leave it empty to carry everything over."
    ),
}

_DAY = r"^$|^\d{4}-\d{2}-\d{2}$"


class GrantPlan(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Grant ``amount`` every day, week or month from the ``first`` day (UTC; today unless given) to ``until``.

    At most ``rollover`` of what is left of the plan's earlier grants stays when a period begins, all if it is empty.
    """

    amount: str
    asset: str = "CREDIT"
    every: Literal["day", "week", "month"] = "month"
    first: Annotated[str, Meta(pattern=_DAY, description="The first day (UTC); today if empty.")] = ""
    until: Annotated[str, Meta(pattern=_DAY, description="The last day (UTC); never if empty.")] = ""
    rollover: Annotated[
        str,
        Meta(max_length=64, description="How much of it carries over; everything if empty, 0 for nothing."),
    ] = ""
    paid: Annotated[bool, Meta(description="Paid credits rather than promotional ones.")] = False
    note: Annotated[str, Meta(max_length=200, description="How the person sees it.")] = ""


class RecurringGrant(GrantPlan, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A plan: ``next`` is the day of the coming grant, the ``number`` of its period counts from 0.

    ``given`` is how many were given, ``last`` the latest one's transaction.
    """

    next: str = ""
    number: int = 0
    given: int = 0
    last: str = ""


class Gave(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The transaction of the grant."""

    transaction: str


class GivePeriod(Command, kw_only=True):
    """Give the grant of a plan's period, and let expire what earlier ones left beyond ``rollover`` (None: nothing)."""

    kind: ClassVar[str] = NAME
    plan: str
    number: int
    account: str
    asset: str
    amount: int
    rollover: int | None
    terms: Terms

    def target(self) -> Any:
        """Cover the plan and the period; what the period is worth is the plan's, which never changes."""
        return (self.plan, self.number)

    def ids_needed(self) -> int:
        """Return one for the grant, and one for what is not carried over."""
        return 2

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the account, and those that the money comes from and that what expires goes to."""
        refs.accounts |= {(path, self.asset) for path in (self.account, SOURCE, BREAKAGE)}

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the limits of the account and of where the money comes from."""
        pair: Pair = (self.account, self.asset)
        return Checks({(SOURCE, self.asset), pair}, {pair})

    def decide(self, book: Book) -> Effect | Refusal:
        """Let the excess expire, the soonest to be spent first, and give the grant."""
        account, source, breakage = (
            book.accounts[path, self.asset] for path in (self.account, SOURCE, BREAKAGE)
        )
        purse = book.purses.get(account)
        ends = [
            Move(number, account, breakage, amount, 0, ending=GrantEnd(grant, voids=False))
            for number, (grant, amount) in enumerate(self._excess(purse) if purse else [])
        ]
        made: list[TransactionRow] = []
        if ends:
            legs = book.move(ends, limits=False)
            if isinstance(legs, Refusal):
                return legs
            made.append(self.record(book, legs, number=1, kind=EXPIRE_GRANT, reason=NOT_CARRIED))
        legs = book.move([Move(0, source, account, self.amount, 0, grant=self.terms)])
        if isinstance(legs, Refusal):
            return legs
        return Effect([self.record(book, legs), *made])

    def _excess(self, purse: Purse) -> list[tuple[Grant, int]]:
        """Return what earlier periods left beyond the rollover, by grant."""
        if self.rollover is None:
            return []
        purse.need_all()
        mine = [each for each in purse.live if each.cause == self.terms.cause and each.voided_at is None]
        excess = sum(each.free for each in mine) - self.rollover
        found = []
        for each in mine:
            amount = min(each.free, excess)
            if amount > 0:
                found.append((each, amount))
                excess -= amount
        return found


def day_number(plan: GrantPlan, number: int) -> date:
    """Return the day on which the period with this number begins; a plan of the 31st takes a shorter month's last."""
    first = read_day(plan.first)
    assert first is not None
    if plan.every == "month":
        return add_months(first, number)
    return first + timedelta(days=number * (7 if plan.every == "week" else 1))


def terms_of(id: str, data: RecurringGrant) -> Terms:
    """Return the terms of a plan's grants: they never expire by themselves, and their cause names the plan."""
    return Terms("paid" if data.paid else "promotional", cause=f"{CAUSE}:{id}", note=data.note)


def _ahead(r: Request[RecurringGrant], number: int) -> Step | None:
    """Wait for the period with this number, None if the plan is over by then."""
    day, until = day_number(r.data, number), read_day(r.data.until)
    if until is not None and day > until:
        return None
    data = msgspec.structs.replace(r.data, number=number, next=day.isoformat())
    return Step("active", data=data, due_at=moment_of(day))


def file(r: Request[GrantPlan], _: GrantPlan) -> Step | Refusal:
    """Wait for the first day, which may be today."""
    plan, today = r.data, day_of(r.now)
    first, until = read_day(plan.first) if plan.first else today, read_day(plan.until)
    if first is None or first < today or (first - today).days > DAYS_AHEAD_MAX:
        return Refusal("plan_day_wrong", PLAN_RULES["plan_day_wrong"].meaning, {"first": plan.first})
    if plan.until and (until is None or until < first):
        return Refusal("plan_day_wrong", PLAN_RULES["plan_day_wrong"].meaning, {"until": plan.until})
    if plan.rollover not in ("", "0"):
        try:
            r.units(plan.rollover, plan.asset)
        except InvalidInput as error:
            return Refusal("rollover_wrong", error.detail, {"rollover": plan.rollover[:64]})
    fields = {**msgspec.structs.asdict(plan), "first": first.isoformat(), "next": first.isoformat()}
    return Step(data=RecurringGrant(**fields), due_at=moment_of(first))


def run(r: Request[RecurringGrant], _: msgspec.Struct) -> Step:
    """Mark the plan as due. Of periods that passed without a server the oldest are skipped."""
    number, today = r.data.number, day_of(r.now)
    while day_number(r.data, number + CATCH_UP_MAX) <= today:
        number += 1
    data = msgspec.structs.replace(r.data, number=number, next=day_number(r.data, number).isoformat())
    return Step(data=data)


def gave(r: Request[RecurringGrant], made: Gave) -> Step:
    """Keep the grant's transaction, and wait for the next period if there is one."""
    r.data = msgspec.structs.replace(r.data, given=r.data.given + 1, last=made.transaction)
    return _on(r)


def miss(r: Request[RecurringGrant], why: Reason) -> Step:
    """Go on with the next period, for this one was refused; the person is told why."""
    step = _on(r)
    notice = Notice("error", say("Recurring credits could not be granted"), Said(why.reason), "credits", r.id)
    return step._replace(notice=notice)


def _on(r: Request[RecurringGrant]) -> Step:
    ended = msgspec.structs.replace(r.data, next="")
    if r.state == "ending":
        return Step("ended", data=ended)
    if r.state == "pausing":
        return Step("paused", data=msgspec.structs.replace(r.data, number=r.data.number + 1, next=""))
    return _ahead(r, r.data.number + 1) or Step("completed", data=ended)


def pause(r: Request[RecurringGrant], _: msgspec.Struct) -> Step:
    """Give nothing until it is resumed."""
    if r.state == "due":
        return Step("pausing")
    return Step("paused", data=msgspec.structs.replace(r.data, next=""))


def resume(r: Request[RecurringGrant], _: msgspec.Struct) -> Step:
    """Go on with the next period that begins; those that began meanwhile are not given."""
    number, today = r.data.number, day_of(r.now)
    while day_number(r.data, number) < today:
        number += 1
    return _ahead(r, number) or Step("completed")


def end(r: Request[RecurringGrant], _: msgspec.Struct) -> Step:
    """End the plan. What was granted stays."""
    if r.state in ("due", "pausing"):
        return Step("ending")
    return Step("ended", data=msgspec.structs.replace(r.data, next=""))


def no_money(_: Request[Any]) -> Books:
    """Return the empty books of a plan, which moves no money itself."""
    return Books()


GIVERS = (ADMIN, SERVICE)
RECURRING_GRANT = Kind(
    NAME,
    title="Recurring credits",
    description="Credits that are granted again every day, week or month.",
    data=RecurringGrant,
    form=GrantPlan,
    states=(
        State("active", "Active", on_due="run", tone="good"),
        State("due", "Being granted"),
        State("pausing", "Pausing with this grant"),
        State("ending", "Ending with this grant"),
        State("paused", "Paused", tone="wait"),
        State("completed", "Completed", open=False, tone="good"),
        State("ended", "Ended", open=False),
    ),
    transitions=(
        Transition("file", "Set up", (), ("active",), GIVERS, file),
        Transition("run", "Grant", ("active",), ("due",), (SYSTEM,), run),
        Transition(
            "gave", "Go on", ("due", "pausing", "ending"), ("active", "paused", "completed", "ended"), (SYSTEM,),
            gave, Gave, {"transaction": ""},
        ),
        Transition(
            "miss", "Go on without", ("due", "pausing", "ending"), ("active", "paused", "completed", "ended"),
            (SYSTEM,), miss, Reason, {"reason": "The account may hold no more"},
        ),
        Transition("pause", "Pause", ("active", "due"), ("paused", "pausing"), GIVERS, pause),
        Transition("resume", "Resume", ("paused",), ("active", "completed"), GIVERS, resume),
        Transition("end", "End", ("active", "due", "pausing", "paused"), ("ended", "ending"), GIVERS, end),
    ),
    example={"amount": "100", "asset": "CREDIT", "every": "month", "rollover": "50", "note": "Monthly credits"},
    refusals=PLAN_RULES,
    books=no_money,
    uncorrectable="A plan moves no money itself. Take its grants back.",
)  # fmt: skip
