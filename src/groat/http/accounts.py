"""Accounts: their balances now and then, their history, their limits; and assets."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType, field

from groat.api.answer import Answer
from groat.api.bodies import AssetCode, BelowFloor, Body, Metadata, Reason, SignedAmount
from groat.api.call import Call
from groat.api.examples import AT, BALANCE, ID, POSTED
from groat.api.money import STATE_CODES, check_below_floor, commit, entry_seen_by, ledger_of
from groat.api.operations import ASSET, CURSOR, DRY_RUN, LIMIT, STALE, Operations, Parameter
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, check_readable, sees_everything
from groat.api.sharing import check_may_read
from groat.ledger.accounts import check_path
from groat.ledger.commands import SetBalance
from groat.ledger.errors import Refusal
from groat.ledger.limits import SetLimits
from groat.ledger.views import AccountView, BalanceView, EntryView, TransactionView

operations = Operations()


class SetBalanceInput(Body):
    """The wanted balance. The difference is posted against house:adjustments."""

    balance: SignedAmount
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)
    below_floor: BelowFloor = False


class SetLimitsInput(Body):
    """New limits. Null removes a limit; one that is not named stays."""

    floor: SignedAmount | UnsetType | None = UNSET
    ceiling: SignedAmount | UnsetType | None = UNSET
    reason: Reason = ""


class AssetInput(Body):
    """An asset: its code, and its number of fraction digits, which never changes."""

    code: AssetCode
    scale: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 18})]


class AccountPage(msgspec.Struct):
    """A page of accounts; ``cursor`` leads to the next one, null on the last."""

    items: list[AccountView]
    cursor: str | None


class EntryPage(msgspec.Struct):
    """A page of an account's history, newest first."""

    items: list[EntryView]
    cursor: str | None


class AssetView(msgspec.Struct):
    """An asset: its code and its number of fraction digits."""

    code: str
    scale: int


class AssetList(msgspec.Struct):
    """All assets by code."""

    items: list[AssetView]


ENTRY: dict[str, Any] = {
    "transaction": ID,
    "kind": "post",
    "account": "user:42",
    "asset": "CREDIT",
    "delta": "50",
    "balance": "150",
    "held_delta": "0",
    "held": "0",
    "version": 7,
    "counterparty": "house:bonus",
    "reason": "Welcome bonus",
    "actor": "service:shop",
    "metadata": {"campaign": "spring"},
    "at": AT,
    "recorded_at": AT,
    "hold": None,
    "reverses": None,
}


_ACCOUNT = {"account": "user:42", "balances": [BALANCE]}


@operations.declare(
    "listAccounts",
    "GET /v1/accounts",
    Right.SIGNED_IN,
    "accounts",
    "List accounts",
    answer=AccountPage,
    query=(
        Parameter(
            "prefix", {"type": "string"}, "Only this account and those below it; whole segments match."
        ),
        ASSET,
        CURSOR,
        LIMIT,
        STALE,
    ),
    codes=("invalid_account", "unknown_asset", "forbidden", "invalid_cursor"),
    answer_example={"items": [_ACCOUNT], "cursor": None},
)
async def list_accounts(call: Call) -> Answer:
    """Lists accounts by path. People see only their own."""
    identity = call.identity
    prefix = call.query.get("prefix", "")
    if prefix:
        check_path(prefix)
    if not sees_everything(identity):
        prefix = prefix or identity.principal
        check_readable(identity, prefix)
    limit, asset = call.limit(), call.query.get("asset", "")
    if "asset" in call.query:
        await call.groat.asset(asset)
    found = await call.lookup().accounts(prefix, asset=asset, after=call.cursor() or "", limit=limit)
    cursor = call.to_cursor(found[-1].account) if len(found) == limit else None
    return Answer.of(AccountPage(found, cursor))


@operations.declare(
    "getAccount",
    "GET /v1/accounts/{account}",
    Right.SIGNED_IN,
    "accounts",
    "Read an account",
    answer=AccountView,
    query=(
        Parameter(
            "at",
            {"type": "string", "format": "date-time"},
            "The balances by effective date, as of this moment.",
        ),
        STALE,
    ),
    codes=("account_not_found", "invalid_account", "invalid_time"),
    answer_example=_ACCOUNT,
)
async def get_account(call: Call) -> Answer:
    """All balances of an account, now or as of a past moment. People read their own accounts."""
    path = check_path(call.params["account"])
    await check_may_read(call, path)
    account = await call.lookup().account(path, at=call.query.get("at"))
    if account is None:
        raise HttpError("account_not_found", account=path)
    return Answer.of(account)


@operations.declare(
    "listEntries",
    "GET /v1/accounts/{account}/entries",
    Right.SIGNED_IN,
    "accounts",
    "Read an account's history",
    answer=EntryPage,
    query=(
        Parameter(ASSET.name, ASSET.schema, "Which balance's history.", required=True),
        CURSOR,
        LIMIT,
        STALE,
    ),
    codes=("account_not_found", "invalid_account", "unknown_asset", "invalid_cursor"),
    answer_example={"items": [ENTRY], "cursor": None},
)
async def list_entries(call: Call) -> Answer:
    """Every change of one balance, newest first, each with the balance after it. People read their own accounts and
    see no metadata.
    """
    path = check_path(call.params["account"])
    identity = call.identity
    await check_may_read(call, path)
    cursor, limit = call.cursor(), call.limit()
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise HttpError("invalid_cursor")
    before = None if cursor is None else int(cursor)
    asset = call.query["asset"]
    lookup = call.lookup()
    found = await lookup.entries(path, asset, before_version=before, limit=limit)
    if not found and cursor is None and await lookup.account(path) is None:
        raise HttpError("account_not_found", account=path)
    following = call.to_cursor(str(found[-1].version)) if len(found) == limit else None
    return Answer.of(EntryPage([entry_seen_by(identity, entry) for entry in found], following))


@operations.declare(
    "setBalance",
    "PUT /v1/accounts/{account}/balances/{asset}",
    Right.POST,
    "accounts",
    "Set a balance",
    body=SetBalanceInput,
    answer=TransactionView,
    status=201,
    statuses={200: "Replayed, or the balance was so already: `id` is null and nothing was posted."},
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "key_reused", *STATE_CODES,
        "insufficient_funds", "ceiling_exceeded", "balance_overflow", "unknown_asset", "invalid_amount",
        "too_many_digits", "amount_overflow", "invalid_account", "same_account", "text_too_long", "invalid_metadata",
        "metadata_too_large",
    ),
    example={"balance": "100", "reason": "Admin update"},
    answer_example={**POSTED, "kind": "set_balance"},
)  # fmt: skip
async def set_balance(call: Call) -> Answer:
    """Posts the difference between the balance and the wanted one, found under the lock, against house:adjustments."""
    key = call.key()
    path, asset = check_path(call.params["account"]), call.params["asset"]
    body = await call.body(SetBalanceInput)
    check_below_floor(call, body.below_floor)
    command = SetBalance(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        account=path,
        asset=asset,
        balance=await call.groat.amount(body.balance, asset, signed=True),
        below_floor=body.below_floor,
    )
    return await commit(call, command)


@operations.declare(
    "setLimits",
    "PATCH /v1/accounts/{account}/balances/{asset}",
    Right.POST,
    "accounts",
    "Set floor and ceiling",
    body=SetLimitsInput,
    answer=BalanceView,
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "key_reused", "invalid_limits", "nothing_to_change", "unknown_asset", "invalid_amount", "too_many_digits",
        "amount_overflow", "invalid_account", "text_too_long",
    ),
    example={"floor": "0", "ceiling": "1000", "reason": "New contract"},
    answer_example={**BALANCE, "ceiling": "1000"},
)  # fmt: skip
async def set_limits(call: Call) -> Answer:
    """Changes the named limits; null removes one. A balance beyond a new limit stays as it is."""
    key = call.key()
    path, asset = check_path(call.params["account"]), call.params["asset"]
    body = await call.body(SetLimitsInput)
    if body.floor is UNSET and body.ceiling is UNSET:
        raise HttpError("nothing_to_change")
    command = SetLimits(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        account=path,
        asset=asset,
        floor=await call.groat.limit(body.floor, asset),
        ceiling=await call.groat.limit(body.ceiling, asset),
    )
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    balance = verdict.view().balances[0]
    if call.dry_run:
        balance.dry_run = True
    return Answer.of(balance)


@operations.declare(
    "listAssets",
    "GET /v1/assets",
    Right.SIGNED_IN,
    "assets",
    "List assets",
    answer=AssetList,
    answer_example={"items": [{"code": "CREDIT", "scale": 0}]},
)
async def list_assets(call: Call) -> Answer:
    """All assets by code."""
    assets = await call.groat.assets()
    return Answer.of(AssetList([AssetView(*assets[code]) for code in sorted(assets)]))


@operations.declare(
    "addAsset",
    "POST /v1/assets",
    Right.POST,
    "assets",
    "Create an asset",
    body=AssetInput,
    answer=AssetView,
    status=201,
    codes=("invalid_asset", "asset_exists"),
    example={"code": "USD", "scale": 2},
    answer_example={"code": "USD", "scale": 2},
)
async def add_asset(call: Call) -> Answer:
    """Adds an asset, whose scale never changes. Adding the same asset again is no error."""
    body = await call.body(AssetInput)
    asset = await call.groat.add_asset(body.code, body.scale)
    return Answer.of(AssetView(asset.code, asset.scale), 201)
