"""Budgets: how much may be spent in an hour, a day or a month. Staff set them, and people on accounts of theirs."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from groat.api.answer import Answer
from groat.api.bodies import AccountPath, AssetCode, Body, Reason
from groat.api.call import Call
from groat.api.examples import AT
from groat.api.money import ledger_of
from groat.api.operations import ASSET, CURSOR, DRY_RUN, LIMIT, Operations, Parameter
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, owns, sees_everything
from groat.api.sharing import check_may_read
from groat.ledger.accounts import check_path
from groat.ledger.book import refuse
from groat.ledger.budget_views import BudgetView
from groat.ledger.budgeting import ALERTS, ChangeBudget, SetBudget
from groat.ledger.commands import Command
from groat.ledger.errors import Refusal, Refused
from groat.ledger.text import check_id, check_principal
from groat.store.reading import FIRST_ID

operations = Operations()

_Limit = Annotated[
    str,
    Meta(
        description="The most that may be spent in a window, a decimal string; 0 lets nothing through.",
        extra_json_schema={
            "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$",
            "maxLength": 64,
            "examples": ["500"],
        },
    ),
]
_Alerts = Annotated[
    list[int],
    Meta(
        description="Percentages of the limit: whoever owns the budget is told, once a window, when one is reached.",
        extra_json_schema={"items": {"type": "integer", "minimum": 1, "maximum": 100}, "maxItems": 10},
    ),
]
_Principal = Annotated[
    str,
    Meta(
        description="Only what this principal spends counts, also what is spent on its behalf: user:7, service:shop.",
        extra_json_schema={"pattern": r"^([a-z]{1,16}:[A-Za-z0-9._@|:\-]{1,128})?$"},
    ),
]
_Zone = Annotated[
    str, Meta(description="The time zone of the window, such as Europe/Berlin. A rolling one has none.")
]


class SetBudgetInput(Body):
    """A budget: on an account, on what a principal (``of``) spends from it, or without an account across all."""

    asset: AssetCode
    limit: _Limit
    window: Literal["hour", "day", "month"]
    account: AccountPath | None = None
    of: _Principal = ""
    rolling: bool = False
    zone: _Zone = "UTC"
    alerts: _Alerts = field(default_factory=lambda: list(ALERTS))
    reason: Reason = ""


class ChangeBudgetInput(Body):
    """The changes of a budget; what is not named stays."""

    limit: _Limit | UnsetType = UNSET
    stopped: bool | UnsetType = UNSET
    alerts: _Alerts | UnsetType = UNSET
    reason: Reason = ""


class RemoveBudgetInput(Body):
    """The reason for which a budget is removed."""

    reason: Reason = ""


class BudgetAnswer(BudgetView):
    """A budget after a change."""

    replayed: bool = False
    dry_run: bool | UnsetType = UNSET


class BudgetPage(msgspec.Struct):
    """A page of budgets in the order in which they were set; ``cursor`` leads to the next one, null on the last."""

    items: list[BudgetView]
    cursor: str | None


EXAMPLE: dict[str, Any] = {
    "id": "01a22c38-47cb-7000-8000-000000000000",
    "account": "user:42",
    "asset": "CREDIT",
    "of": None,
    "window": "day",
    "rolling": False,
    "zone": "Europe/Berlin",
    "limit": "500",
    "used": "120",
    "left": "380",
    "begins_at": "2026-11-19T23:00:00.000000Z",
    "resets_at": "2026-11-20T23:00:00.000000Z",
    "stopped": False,
    "alerts": [80, 100],
    "set_by": "staff",
    "created_at": AT,
}
_CHANGED = {**EXAMPLE, "replayed": False}
_CODES = (
    "key_reused",
    "invalid_budget",
    "invalid_amount",
    "too_many_digits",
    "amount_overflow",
    "text_too_long",
)


async def _as_owner(call: Call, account: str, of: str) -> bool:
    """Return whether the caller acts as the account's owner, or manages it. Raises HttpError ``forbidden``."""
    identity = call.identity
    if identity.is_admin:
        return False
    if identity.is_service:
        # A leaked key must not raise what holds it back.
        if of.startswith("service:"):
            raise HttpError("forbidden", "Only admins set and change the budgets of services.")
        return False
    if not account or identity.user is None or not call.settings.own_budgets:
        raise HttpError("forbidden")
    if not owns(identity, account) and "manage" not in await call.groat.rights_on(account, identity.user):
        raise HttpError("forbidden")
    return True


async def _sees(call: Call, budget: BudgetView) -> bool:
    identity = call.identity
    if sees_everything(identity) or budget.of == identity.principal:
        return True
    if budget.account is None or identity.user is None:
        return False
    return owns(identity, budget.account) or "read" in await call.groat.rights_on(
        budget.account, identity.user
    )


async def _execute(call: Call, command: Command, status: int) -> Answer:
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    answer = msgspec.convert(verdict.extra, BudgetAnswer)
    answer.replayed = verdict.replayed
    if call.dry_run:
        answer.dry_run = True
    return Answer.of(answer, 200 if verdict.replayed or call.dry_run else status)


@operations.declare(
    "setBudget",
    "POST /v1/budgets",
    Right.SIGNED_IN,
    "budgets",
    "Set a budget",
    body=SetBudgetInput,
    answer=BudgetAnswer,
    status=201,
    statuses={200: "The key was used before for this very budget: its first answer again."},
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        *_CODES, "too_many_budgets", "older_nodes", "unknown_asset", "invalid_account", "invalid_principal",
        "forbidden",
    ),
    example={
        "account": "user:42",
        "asset": "CREDIT",
        "limit": "500",
        "window": "day",
        "zone": "Europe/Berlin",
    },
    answer_example={**_CHANGED, "used": "0", "left": "500"},
)  # fmt: skip
async def set_budget(call: Call) -> Answer:
    """Limits what may be spent from an account in each hour, day or month, in all or by one principal; or what a
    principal may spend from all accounts. It counts from now on. People set budgets on their own accounts, and on
    shared ones that they manage.
    """
    key = call.key()
    body = await call.body(SetBudgetInput)
    account = check_path(body.account) if body.account else ""
    as_owner = await _as_owner(call, account, body.of)
    command = SetBudget(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        account=account,
        asset=body.asset,
        of=body.of,
        window=body.window,
        rolling=body.rolling,
        zone=body.zone,
        limit=await call.groat.amount(body.limit, body.asset, signed=True),
        alerts=tuple(body.alerts),
        as_owner=as_owner,
    )
    return await _execute(call, command, 201)


async def _found(call: Call, *, removed: bool = False) -> BudgetView:
    """Return the budget that the path names, if the caller may see it. Raises Refused, InvalidInput."""
    id = check_id(call.params["budget"])
    budget = await call.groat.budget(id, removed=removed)
    if budget is None or not await _sees(call, budget):
        raise Refused(refuse("budget_not_found", budget=id))
    return budget


@operations.declare(
    "changeBudget",
    "PATCH /v1/budgets/{budget}",
    Right.SIGNED_IN,
    "budgets",
    "Raise, lower, stop or resume a budget",
    body=ChangeBudgetInput,
    answer=BudgetAnswer,
    query=(DRY_RUN,),
    keyed=True,
    codes=(*_CODES, "budget_not_found", "budget_of_staff", "nothing_to_change", "invalid_id", "forbidden"),
    example={"limit": "800"},
    answer_example={**_CHANGED, "limit": "800", "left": "680"},
)
async def change_budget(call: Call) -> Answer:
    """Changes take effect with the next decision, on every node. A stopped budget lets nothing through. People change
    the budgets that they set themselves, or that others set who manage the account.
    """
    key = call.key()
    body = await call.body(ChangeBudgetInput)
    if body.limit is UNSET and body.stopped is UNSET and body.alerts is UNSET:
        raise HttpError("nothing_to_change")
    budget = await _found(call, removed=True)
    command = ChangeBudget(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        budget=budget.id,
        limit=UNSET
        if isinstance(body.limit, UnsetType)
        else await call.groat.amount(body.limit, budget.asset, signed=True),
        stopped=body.stopped,
        alerts=UNSET if isinstance(body.alerts, UnsetType) else tuple(body.alerts),
        as_owner=await _as_owner(call, budget.account or "", budget.of or ""),
    )
    return await _execute(call, command, 200)


@operations.declare(
    "removeBudget",
    "POST /v1/budgets/{budget}/remove",
    Right.SIGNED_IN,
    "budgets",
    "Remove a budget",
    body=RemoveBudgetInput,
    answer=BudgetAnswer,
    query=(DRY_RUN,),
    keyed=True,
    codes=("key_reused", "budget_not_found", "budget_of_staff", "invalid_id", "forbidden", "text_too_long"),
    example={"reason": "The plan ended"},
    answer_example={**_CHANGED, "removed": True},
)
async def remove_budget(call: Call) -> Answer:
    """Removes a budget; the answer has it as it stood. People remove those that they set themselves."""
    key = call.key()
    body = await call.body(RemoveBudgetInput)
    budget = await _found(call, removed=True)
    command = ChangeBudget(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        budget=budget.id,
        removes=True,
        as_owner=await _as_owner(call, budget.account or "", budget.of or ""),
    )
    return await _execute(call, command, 200)


@operations.declare(
    "getBudget",
    "GET /v1/budgets/{budget}",
    Right.SIGNED_IN,
    "budgets",
    "Read a budget",
    answer=BudgetView,
    codes=("budget_not_found", "invalid_id"),
    answer_example=EXAMPLE,
)
async def get_budget(call: Call) -> Answer:
    """A budget with what is used of it in the current window. People read those on their accounts, and their own."""
    return Answer.of(await _found(call))


@operations.declare(
    "listBudgets",
    "GET /v1/budgets",
    Right.SIGNED_IN,
    "budgets",
    "List budgets",
    answer=BudgetPage,
    query=(
        Parameter("account", {"type": "string"}, "Only those on this account."),
        Parameter("of", {"type": "string"}, "Only those of this principal."),
        ASSET,
        CURSOR,
        LIMIT,
    ),
    codes=("invalid_account", "invalid_principal", "invalid_cursor", "forbidden"),
    answer_example={"items": [EXAMPLE], "cursor": None},
)
async def list_budgets(call: Call) -> Answer:
    """Lists budgets with what is used of each. People see those on an account that they own or share, or their own."""
    identity, limit = call.identity, call.limit()
    account, of = call.query.get("account", ""), call.query.get("of", "")
    if account:
        check_path(account)
    if of:
        check_principal(of)
    if not sees_everything(identity):
        if account or not of:
            account = account or identity.principal
            await check_may_read(call, account)
        elif of != identity.principal:
            raise HttpError("forbidden")
    after = call.id_cursor(FIRST_ID)
    found = await call.groat.budgets(
        account, of=of, asset=call.query.get("asset", ""), after=after, limit=limit
    )
    return Answer.of(BudgetPage(found, call.to_cursor(found[-1].id) if len(found) == limit else None))
