"""The kind ``auto_top_up``: below a line of an account it orders a package of credits, one order at a time.

A rule is a request, so that it has states, rights, history and events like all others. It draws its line on the
account; what crosses that is acted on by the job of credits (:mod:`groat.programs.credits.topups.work`), which looks at
the account again under its lock. Orders count in the calendar month of the rule's time zone.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from groat.engine.ids import derived_id
from groat.ledger.amounts import parse_amount
from groat.ledger.calendars import window_around, zone_of
from groat.ledger.errors import InvalidInput, Refusal, Rule
from groat.ledger.text import format_time
from groat.programs.credits.orders import CREDIT_ORDER, OrderForm
from groat.programs.credits.orders.order import TOP_UP
from groat.programs.said import joined, say
from groat.programs.workflow import (
    ADMIN,
    OWNER,
    SERVICE,
    SYSTEM,
    Books,
    Draw,
    File,
    Kind,
    Nothing,
    Notice,
    Reason,
    Request,
    State,
    Step,
    Transition,
)

NAME = "auto_top_up"
LINE = "credits.top_up"
TAKEN = "top_up_exists"
MINUTE = 60_000_000

TOP_UP_RULES = {
    TAKEN: Rule(409, "The account has an automatic top-up of this asset (request). Change or end that one."),
    "line_wrong": Rule(422, "Not an amount of the asset, above zero."),
    "zone_wrong": Rule(422, "There is no time zone of this name. Give one such as Europe/Berlin."),
    "month_amount_wrong": Rule(
        422, "Not an amount of the rule's currency, which must be named. Leave it empty for no limit."
    ),
}


class TopUpRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Order ``package`` whenever less than ``below`` of ``asset`` is available, once in ``cooldown_min`` minutes.

    In a calendar month of the time zone ``zone`` at most ``month_orders`` orders are filed, for ``month_amount`` of the
    package's currency at most. After ``failures_max`` orders in a row that failed the rule stops.
    """

    asset: str = "CREDIT"
    below: Annotated[str, Meta(max_length=64, description="It orders when less than this is available.")]
    package: Annotated[str, Meta(min_length=1, max_length=64, description="A package of the catalogue.")]
    currency: Annotated[str, Meta(max_length=16, description="Needed where there are several.")] = ""
    cooldown_min: Annotated[int, Meta(ge=0, le=43_200, description="Minutes from one order to the next.")] = (
        60
    )
    month_orders: Annotated[int, Meta(ge=1, le=1_000, description="Orders in a month, at most.")] = 5
    month_amount: Annotated[
        str, Meta(max_length=64, description="To spend in a month, at most; no limit if empty.")
    ] = ""
    zone: Annotated[str, Meta(max_length=64, description="The time zone in which months begin.")] = "UTC"
    failures_max: Annotated[
        int, Meta(ge=1, le=10, description="It stops after so many failures in a row.")
    ] = 3


class TopUp(TopUpRule, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A rule, and how it stands.

    ``order`` is the one in flight, for ``price``; ``last`` is the one before, which ended as ``last_state`` at
    ``last_at``. ``orders`` and ``spent`` are those of the month that began at ``month``, with what is in flight.
    ``failures`` came in a row. ``then`` is the state that follows once the order in flight has ended, if it is not on.
    """

    order: str = ""
    price: str = ""
    last: str = ""
    last_state: str = ""
    last_at: str = ""
    month: str = ""
    orders: int = 0
    spent: str = "0"
    failures: int = 0
    then: str = ""


class Sight(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The job's finding: whether less than the line is available, and the package's price at present.

    An order that was not paid after ``wait_s`` seconds is given up.
    """

    below: bool
    price: str
    currency: str
    wait_s: int


class Ended(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The state in which the order in flight has ended, and why it failed."""

    state: str
    reason: Annotated[str, Meta(max_length=1_000)] = ""


def _refuse(code: str, **fields: str) -> Refusal:
    return Refusal(code, TOP_UP_RULES[code].meaning, fields)


def _line(r: Request[Any], rule: TopUpRule) -> int | Refusal:
    """Return the rule's line in smallest units, or say what is wrong with the rule."""
    try:
        zone_of(rule.zone)
    except ValueError:
        return _refuse("zone_wrong", zone=rule.zone)
    try:
        if rule.month_amount:
            r.units(rule.month_amount, rule.currency)
    except InvalidInput as error:
        return Refusal("month_amount_wrong", error.detail, {"currency": rule.currency})
    try:
        return r.units(rule.below, rule.asset)
    except InvalidInput as error:
        return Refusal("line_wrong", error.detail, {"asset": rule.asset})


def file(r: Request[TopUpRule], rule: TopUpRule) -> Step | Refusal:
    """Draw the line, and look at once."""
    line = _line(r, rule)
    if isinstance(line, Refusal):
        return line
    data = TopUp(**msgspec.structs.asdict(rule))
    return Step(data=data, draws=(Draw(r.owner, rule.asset, LINE, line, TAKEN),), reason="Automatic top-up")


def change(r: Request[TopUp], rule: TopUpRule) -> Step | Refusal:
    """Go on by other terms from now on; an order in flight is not changed by them."""
    line = _line(r, rule)
    if isinstance(line, Refusal):
        return line
    draws: tuple[Draw, ...] = (Draw(r.owner, rule.asset, LINE, line, TAKEN),)
    if rule.asset != r.data.asset:
        draws = (Draw(r.owner, r.data.asset, LINE, None, TAKEN), *draws)
    data = msgspec.structs.replace(r.data, **msgspec.structs.asdict(rule))
    if rule.currency != r.data.currency and not r.data.order:
        data = msgspec.structs.replace(data, spent="0")
    if r.state in ("ordering", "late", "paused"):
        return Step(r.state, data=data, draws=draws)
    return Step("checking", data=msgspec.structs.replace(data, failures=0), draws=draws)


def look(r: Request[TopUp], found: Sight) -> Step:
    """Order if less than the line is available and the month's limits allow it."""
    data, ends = _this_month(r)
    if not found.below:
        return Step("on", data=data)
    price = r.units(found.price, found.currency)
    spent = price + _money(r, data.spent, found.currency)
    over = data.month_amount and spent > _money(r, data.month_amount, found.currency)
    if over or data.orders >= data.month_orders:
        limit = f"{data.month_amount} {found.currency}" if over else f"{data.month_orders} orders"
        return Step(
            "capped",
            data=data,
            due_at=ends,
            notice=Notice(
                "warning",
                say("No automatic top-up until next month"),
                say(
                    "Less than {below} {asset} is left, and this month's limit of {limit} is reached.",
                    below=data.below,
                    asset=data.asset,
                    limit=limit,
                ),
                "credits",
                r.id,
            ),
        )
    order = OrderForm(package=data.package, currency=found.currency, price=found.price, cause=TOP_UP)
    return Step(
        "ordering",
        data=msgspec.structs.replace(
            data,
            order=derived_id(r.transaction, 1),
            price=found.price,
            currency=found.currency,
            orders=data.orders + 1,
            spent=r.text(spent, found.currency),
        ),
        due_at=r.now + found.wait_s * 1_000_000,
        files=(File(CREDIT_ORDER.name, order),),
        reason=f"Less than {data.below} {data.asset} left",
    )


def landed(r: Request[TopUp], ended: Ended) -> Step:
    """Rest until the next order may be filed; the order's own notice has told the owner."""
    data = msgspec.structs.replace(_without_order(r, ended.state), failures=0)
    return _rest(r, data, r.data.cooldown_min * MINUTE)


def failed(r: Request[TopUp], ended: Ended) -> Step:
    """Try again later, or stop after so many failures in a row. What failed does not count in the month."""
    data, _ = _this_month(r)
    same_month = data.month == r.data.month
    spent = _money(r, data.spent, data.currency) - (_money(r, data.price, data.currency) if same_month else 0)
    counted = msgspec.structs.replace(
        _without_order(r, ended.state),
        month=data.month,
        orders=max(0, data.orders - same_month),
        spent=r.text(max(0, spent), data.currency),
    )
    return _after_failure(r, counted, ended.reason or say("The order was not paid."))


def miss(r: Request[TopUp], why: Reason) -> Step:
    """Try again later, for no order could be filed; or stop after so many failures in a row."""
    return _after_failure(r, r.data, why.reason)


def late(r: Request[TopUp], _: Nothing) -> Step:
    """Give the order up, for no payment came in time."""
    return Step(reason="No payment came in time")


def check(r: Request[TopUp], _: Nothing) -> Step:
    """Look at the account again."""
    return Step()


def pause(r: Request[TopUp], _: Nothing) -> Step:
    """Order nothing more until it is resumed; an order in flight goes on."""
    if r.state in ("ordering", "late"):
        return Step(r.state, data=msgspec.structs.replace(r.data, then="paused"))
    return Step("paused")


def resume(r: Request[TopUp], _: Nothing) -> Step:
    """Go on, and look at once."""
    if r.state in ("ordering", "late"):
        return Step(r.state, data=msgspec.structs.replace(r.data, then=""))
    return Step("checking", data=msgspec.structs.replace(r.data, failures=0))


def end(r: Request[TopUp], _: Nothing) -> Step:
    """Take the line away; an order in flight goes on."""
    draws = (Draw(r.owner, r.data.asset, LINE, None, TAKEN),)
    if r.state in ("ordering", "late"):
        return Step(r.state, data=msgspec.structs.replace(r.data, then="ended"), draws=draws)
    return Step("ended", draws=draws)


def _this_month(r: Request[TopUp]) -> tuple[TopUp, int]:
    """Return the data with the counts of the present month, and when that ends."""
    begins, ends = window_around("month", r.data.zone, r.now)
    month = format_time(begins)
    if month == r.data.month:
        return r.data, ends
    return msgspec.structs.replace(r.data, month=month, orders=0, spent="0"), ends


def _without_order(r: Request[TopUp], state: str) -> TopUp:
    return msgspec.structs.replace(
        r.data, order="", last=r.data.order, last_state=state, last_at=format_time(r.now), then=""
    )


def _rest(r: Request[TopUp], data: TopUp, pause_us: int, notice: Notice | None = None) -> Step:
    """Wait so long, unless the owner wanted something else meanwhile."""
    if r.data.then:
        return Step(r.data.then, data=data, notice=notice)
    if not pause_us:
        return Step("checking", data=data, notice=notice)
    return Step("resting", data=data, due_at=r.now + pause_us, notice=notice)


def _after_failure(r: Request[TopUp], data: TopUp, reason: str) -> Step:
    data = msgspec.structs.replace(data, failures=data.failures + 1)
    if data.failures >= data.failures_max and not r.data.then:
        notice = Notice(
            "error",
            say("Automatic top-up has stopped"),
            joined(
                reason,
                say("It failed {count} times in a row.", count=data.failures),
                say("Resume it once you can pay."),
            ),
            "credits",
            r.id,
        )
        return Step("stopped", data=data, notice=notice, reason=reason)
    notice = Notice(
        "warning",
        say("Automatic top-up failed"),
        joined(reason, say("It is tried again.")),
        "credits",
        r.id,
    )
    step = _rest(r, data, max(r.data.cooldown_min, 2 ** min(data.failures - 1, 10)) * MINUTE, notice)
    return step._replace(reason=reason)


def _money(r: Request[Any], text: str, currency: str) -> int:
    """Return the smallest units of an amount, which may be nothing. Raises InvalidInput."""
    if currency not in r.assets:
        r.unknown.add(currency)
        raise InvalidInput("unknown_asset", asset=currency)
    return parse_amount(text, r.assets[currency], signed=True)


def no_money(_: Request[Any]) -> Books:
    """Return the empty books of a rule, which moves no money itself."""
    return Books()


_SETS = (OWNER, ADMIN, SERVICE)
_IDLE = ("on", "checking", "resting", "capped")
_FLYING = ("ordering", "late")

AUTO_TOP_UP = Kind(
    NAME,
    title="Automatic top-up",
    description="Credits that are bought whenever few are left.",
    data=TopUp,
    form=TopUpRule,
    states=(
        State("on", "On", tone="good"),
        State("checking", "Checking", tone="good"),
        State("ordering", "Order in flight", on_due="late", tone="wait"),
        State("late", "Giving the order up", tone="wait"),
        State("resting", "Waiting for the next order", on_due="check", tone="good"),
        State("capped", "Limit of the month reached", on_due="check", tone="wait"),
        State("paused", "Paused", tone="wait"),
        State("stopped", "Stopped after failures", tone="bad"),
        State("ended", "Ended", open=False),
    ),
    transitions=(
        Transition("file", "Set up", (), ("checking",), _SETS, file),
        Transition(
            "change", "Change", (*_IDLE, *_FLYING, "paused", "stopped"), ("checking", *_FLYING, "paused"), _SETS,
            change, TopUpRule, {"below": "50", "package": "starter"},
        ),
        Transition(
            "look", "Look", ("on", "checking"), ("on", "ordering", "capped"), (SYSTEM,), look, Sight,
            {"below": True, "price": "9.00", "currency": "USD", "wait_s": 3_600}, files=(CREDIT_ORDER.name,),
        ),
        Transition("miss", "Go on without", ("on", "checking"), ("resting", "stopped"), (SYSTEM,), miss, Reason),
        Transition(
            "landed", "Credits added", _FLYING, ("checking", "resting", "paused", "ended"), (SYSTEM,), landed, Ended,
            {"state": "fulfilled"},
        ),
        Transition(
            "failed", "Order failed", _FLYING, ("resting", "stopped", "paused", "ended"), (SYSTEM,), failed, Ended,
            {"state": "cancelled", "reason": "The card was declined"},
        ),
        Transition("late", "Give up", ("ordering",), ("late",), (SYSTEM,), late),
        Transition("check", "Check", ("resting", "capped"), ("checking",), (SYSTEM,), check),
        Transition(
            "pause", "Pause", (*_IDLE, *_FLYING, "stopped"), ("paused", *_FLYING), _SETS, pause,
        ),
        Transition(
            "resume", "Resume", ("paused", "stopped", *_FLYING), ("checking", *_FLYING), _SETS, resume,
        ),
        Transition(
            "end", "End", (*_IDLE, *_FLYING, "paused", "stopped"), ("ended", *_FLYING), _SETS, end,
        ),
    ),
    example={"below": "50", "package": "starter", "cooldown_min": 60, "month_orders": 5},
    refusals=TOP_UP_RULES,
    books=no_money,
    uncorrectable="A rule moves no money itself. Refund or correct its orders.",
)  # fmt: skip
