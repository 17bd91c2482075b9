"""Posting, reading, reversing and bulk posting of transactions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, field

from groat.api.answer import Answer
from groat.api.bodies import (
    AccountPath,
    Amount,
    AmountOrNone,
    AssetCode,
    BelowFloor,
    Body,
    Metadata,
    Reason,
    Seconds,
    Time,
)
from groat.api.call import Call
from groat.api.examples import POSTED, POSTING
from groat.api.money import STATE_CODES, check_below_floor, commit, ledger_of, optional_time, seen_by
from groat.api.operations import DRY_RUN, STALE, Operations
from groat.api.problems import details, problem
from groat.api.rights import Right, owns, sees_everything
from groat.engine.items import (
    AtMost,
    CaptureItem,
    ExtendItem,
    HoldItem,
    Item,
    ItemMaker,
    Leg,
    PostItem,
    ReleaseItem,
    ReverseItem,
    SettleItem,
    keys_of,
)
from groat.ledger.amounts import parse_amount
from groat.ledger.bulks import Bulk
from groat.ledger.commands import CappedPosting, Command, GrantPosting, Post, Posting
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.grants import CAUSE_MAX, NOTE_MAX, PRIORITY_MAX, Terms
from groat.ledger.keys import Key
from groat.ledger.reversing import Reverse
from groat.ledger.text import check_id, check_text
from groat.ledger.views import TransactionView
from groat.store.batch import Done

operations = Operations()


class GrantInput(Body):
    """The terms of a grant. It ends at ``expires_at``, or ``lasts_s`` seconds after the commit, or never.

    The lower its ``priority``, the earlier it is spent. ``cause`` says in a word why it is given, ``note`` is for
    people.
    """

    class_: Literal["paid", "promotional"] = field(default="promotional", name="class")
    expires_at: Time | None = None
    lasts_s: Annotated[int, Meta(ge=1, le=3_153_600_000, description="Seconds from the commit.")] | None = (
        None
    )
    priority: Annotated[int, Meta(ge=-PRIORITY_MAX, le=PRIORITY_MAX)] = 100
    cause: Annotated[str, Meta(extra_json_schema={"maxLength": CAUSE_MAX})] = ""
    note: Annotated[str, Meta(extra_json_schema={"maxLength": NOTE_MAX})] = ""

    def terms(self) -> Terms:
        """Return the terms as the ledger has them. Raises InvalidInput."""
        lasts = None if self.lasts_s is None else self.lasts_s * 1_000_000
        return Terms(self.class_, optional_time(self.expires_at), lasts, self.priority, self.cause, self.note)


class PostingInput(Body):
    """An amount of one asset from a source account to a destination account. With ``grant`` it arrives as a grant.

    With ``at_most`` it moves what may move of the amount; nothing at all is no refusal. A grant is of an exact amount.
    """

    source: AccountPath
    destination: AccountPath
    amount: Amount
    asset: AssetCode
    at_most: bool = False
    grant: GrantInput | None = None

    def terms(self) -> Terms:
        """Return the terms of its grant. Raises InvalidInput."""
        if self.at_most or self.grant is None:
            raise InvalidInput("invalid_grant", "A grant is of an exact amount, without at_most.")
        return self.grant.terms()


class TransactionInput(Body):
    """1 to 1,000 postings, all or none. ``at`` is the effective time, by default the moment of the commit.

    With ``check_past`` floors are checked at each moment since an earlier ``at``, not at present alone.
    """

    postings: list[PostingInput]
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)
    at: Time | None = None
    check_past: bool = False
    below_floor: BelowFloor = False


class HeldItemInput(Body):
    """A hold, by its id or by the place (``item``) of the earlier item of the same atomic bulk that makes it."""

    hold: str | None = None
    item: Annotated[int, Meta(ge=0)] | None = None


class CaptureItemInput(HeldItemInput):
    """The amount of the hold to post (all that is left by default); ``final`` releases the rest."""

    amount: Amount | None = None
    final: bool = True
    at_most: bool = False


class SettleItemInput(HeldItemInput, kw_only=True):
    """The amount that was used in all, and what becomes of what goes beyond the hold, as in a settlement."""

    actual: AmountOrNone
    excess: Literal["refuse", "available", "overdraft"] = "refuse"
    overdraft: Amount | None = None


class ExtendItemInput(HeldItemInput):
    """When the hold is to end: at ``expires_at``, or ``expires_in`` seconds from now. One of them is given."""

    expires_at: Time | None = None
    expires_in: Seconds | None = None


class HoldItemInput(Body):
    """An amount to reserve, until ``expires_at`` or for ``expires_in`` seconds or until it is captured or released."""

    source: AccountPath
    destination: AccountPath
    amount: Amount
    asset: AssetCode
    expires_at: Time | None = None
    expires_in: Seconds | None = None
    at_most: bool = False


class ReverseItemInput(Body):
    """A transaction to take back: all that is left, or an amount (null: all that is left) for each posting.

    ``expired`` and ``short`` are as in a reversal of its own.
    """

    transaction: str
    amounts: list[Amount | None] | None = None
    expired: Literal["book", "restore"] = "book"
    short: Literal["refuse", "debt"] = "refuse"


class BulkItemInput(Body):
    """One thing to do: ``postings``, ``hold``, ``capture``, ``settle``, ``release``, ``extend`` or ``reverse``.

    ``at`` and ``below_floor`` are for postings and reversals, ``check_past`` is for postings, as in a transaction.
    """

    postings: list[PostingInput] | None = None
    hold: HoldItemInput | None = None
    capture: CaptureItemInput | None = None
    settle: SettleItemInput | None = None
    release: HeldItemInput | None = None
    extend: ExtendItemInput | None = None
    reverse: ReverseItemInput | None = None
    reason: Reason = ""
    metadata: Metadata = field(default_factory=dict)
    at: Time | None = None
    check_past: bool = False
    below_floor: BelowFloor = False


class BulkInput(Body):
    """1 to 10,000 items: ``atomic`` does all or none; ``independent`` gives a verdict for each.

    ``reason`` counts for items that have none.
    """

    mode: Literal["atomic", "independent"]
    items: list[BulkItemInput]
    reason: Reason = ""


class ReverseInput(Body):
    """The part to take back: all that is left, or an amount (null: all that is left, "0": nothing) for each posting.

    ``at`` is the effective time, by default the moment of the commit, and never before that of the transaction. What
    goes back into a grant that has expired meanwhile is ``expired``: ``book`` lets it expire at once, ``restore``
    grants it anew for as long as it had left. Where less is left of a grant than is to be taken back of it, ``short``
    says to ``refuse``, or to take the rest as a ``debt``, for whoever may go below the floor.
    """

    reason: Reason = ""
    amounts: list[Amount | None] | None = None
    expired: Literal["book", "restore"] = "book"
    short: Literal["refuse", "debt"] = "refuse"
    metadata: Metadata = field(default_factory=dict)
    at: Time | None = None
    below_floor: BelowFloor = False


# Codes add members, so it is built as a dict.
_Problem = Annotated[
    dict[str, Any], msgspec.Meta(extra_json_schema={"$ref": "#/components/schemas/ProblemView"})
]


class BulkResult(msgspec.Struct):
    """One item's verdict: ``status`` is what it would have been answered alone (201, 200 replayed, 4xx)."""

    index: int
    status: int
    transaction: TransactionView | msgspec.UnsetType = msgspec.UNSET
    problem: _Problem | msgspec.UnsetType = msgspec.UNSET


class BulkSummary(msgspec.Struct):
    """The numbers of items committed and refused."""

    committed: int
    refused: int


class BulkView(msgspec.Struct):
    """The verdicts of a bulk in the order of its items."""

    mode: Literal["atomic", "independent"]
    replayed: bool
    results: list[BulkResult]
    summary: BulkSummary
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET


AT_ONCE = 200
"""Items of a bulk that are read or shown before others get their turn on the event loop."""

_POST_CODES = (
    "key_reused", *STATE_CODES,
    "insufficient_funds", "past_floor", "ceiling_exceeded", "budget_exceeded", "balance_overflow",
    "future_effective_date",
    "invalid_amount", "too_many_digits", "amount_not_positive", "amount_overflow", "unknown_asset", "invalid_account",
    "same_account", "no_postings", "too_many_postings", "text_too_long", "invalid_metadata", "metadata_too_large",
    "invalid_time", "invalid_grant", "expires_in_past", "too_many_grants", "invalid_text", "older_nodes",
)  # fmt: skip


def to_item(body: BulkItemInput, index: int) -> Item:
    """Return the item in a body. Raises InvalidInput ``invalid_item`` unless it does one thing."""
    parts = (body.postings, body.hold, body.capture, body.settle, body.release, body.extend, body.reverse)
    texts: dict[str, Any] = {"reason": body.reason, "metadata": body.metadata}
    if (
        sum(part is not None for part in parts) != 1
        or (body.postings is None and body.check_past)
        or (body.postings is None and body.reverse is None and (body.at is not None or body.below_floor))
    ):
        raise InvalidInput("invalid_item", index=str(index))
    if body.postings is not None:
        legs: list[Leg] = []
        for posting in body.postings:
            leg = (posting.source, posting.destination, posting.amount, posting.asset)
            if posting.grant:
                legs.append((*leg, posting.terms()))
            else:
                legs.append(AtMost(*leg) if posting.at_most else leg)
        return PostItem(legs, at=body.at, check_past=body.check_past, below_floor=body.below_floor, **texts)
    if body.hold is not None:
        return HoldItem(**msgspec.structs.asdict(body.hold), **texts)
    if body.capture is not None:
        part = body.capture
        return CaptureItem(
            _held(part, index), amount=part.amount, final=part.final, at_most=part.at_most, **texts
        )
    if body.settle is not None:
        used = body.settle
        return SettleItem(_held(used, index), used.actual, used.excess, used.overdraft, **texts)
    if body.extend is not None:
        part_ = body.extend
        return ExtendItem(_held(part_, index), part_.expires_at, part_.expires_in, **texts)
    if body.release is not None:
        return ReleaseItem(_held(body.release, index), **texts)
    assert body.reverse is not None
    undo = body.reverse
    return ReverseItem(
        undo.transaction,
        undo.amounts,
        at=body.at,
        below_floor=body.below_floor,
        expired=undo.expired,
        short=undo.short,
        **texts,
    )


def _held(body: HeldItemInput, index: int) -> str | int:
    if (body.hold is None) == (body.item is None):
        raise InvalidInput(
            "invalid_item", "Name the hold by its id (hold), or by its place (item).", index=str(index)
        )
    return body.hold if body.item is None else body.item  # type: ignore[return-value]


async def to_post(call: Call, body: TransactionInput, key: str) -> Post:
    """Return the command in a body. Raises InvalidInput."""
    check_below_floor(call, body.below_floor)
    known = call.services.assets
    postings: list[Posting] = []
    for posting in body.postings:
        asset = known.get(posting.asset)
        if asset is None:
            asset = known[posting.asset] = await call.groat.asset(posting.asset)
        amount = parse_amount(posting.amount, asset)
        sides = posting.source, posting.destination, amount, posting.asset
        if posting.grant:
            postings.append(GrantPosting(*sides, posting.terms()))
        else:
            postings.append((CappedPosting if posting.at_most else Posting)(*sides))
    return Post(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        effective_at=optional_time(body.at),
        check_past=body.check_past,
        below_floor=body.below_floor,
        postings=tuple(postings),
    )


@operations.declare(
    "postTransaction",
    "POST /v1/transactions",
    Right.POST,
    "transactions",
    "Post a transaction",
    body=TransactionInput,
    body_max=1024 * 1024,
    values_max=20_000,
    answer=TransactionView,
    status=201,
    statuses={200: "Replayed; or nothing could move of amounts that are at most: then `id` is null."},
    query=(DRY_RUN,),
    keyed=True,
    codes=_POST_CODES,
    example={"postings": [POSTING], "reason": "Welcome bonus", "metadata": {"campaign": "spring"}},
    answer_example=POSTED,
)
async def post_transaction(call: Call) -> Answer:
    """All postings or none, under one key. The answer has the new balances and the positions of its events."""
    key = call.key()
    body = await call.body(TransactionInput)
    return await commit(call, await to_post(call, body, key))


@operations.declare(
    "postTransactions",
    "POST /v1/transactions/bulk",
    Right.POST,
    "transactions",
    "Post many transactions",
    body=BulkInput,
    body_max=None,
    values_max=250_000,
    answer=BulkView,
    query=(DRY_RUN,),
    keyed=True,
    codes=(
        "no_items",
        "too_many_items",
        "invalid_item",
        "invalid_id",
        "hold_not_found",
        "belongs_to_request",
        "hold_expired",
        "hold_resolved",
        "invalid_excess",
        "exceeds_hold",
        "expires_in_past",
        "transaction_not_found",
        "not_reversible",
        "wrong_legs",
        "exceeds_transaction",
        "before_original",
        "grant_spent",
        *_POST_CODES,
    ),
    example={
        "mode": "independent",
        "items": [{"postings": [POSTING], "reason": "Bonus"}],
        "reason": "Spring campaign",
    },
    answer_example={
        "mode": "independent",
        "replayed": False,
        "results": [{"index": 0, "status": 201, "transaction": POSTED}],
        "summary": {"committed": 1, "refused": 0},
    },
)
async def post_transactions(call: Call) -> Answer:
    """Up to 10,000 items, each of which posts, holds, captures, settles, releases, extends or reverses. `atomic`: all
    or none; a refusal is a problem with the `index` of its item; an item may name the hold of an earlier one by its
    place. `independent`: a verdict for each, under keys made of yours and the item's index, which no caller can send.
    Repeat it under the same key after any failure.
    """
    key = call.key()
    body = await call.body(BulkInput)
    check_text(body.reason)
    check_below_floor(call, any(map(_goes_below, body.items)))
    items: list[Item] = [to_item(item, index) for index, item in enumerate(body.items)]
    atomic = body.mode == "atomic"
    maker = ItemMaker(call.groat, items, atomic=atomic, principal=call.identity.principal, reason=body.reason)
    await maker.look()
    return await (_post_atomic(call, body, maker, key) if atomic else _post_each(call, maker, key))


def _goes_below(item: BulkItemInput) -> bool:
    overdraws = item.settle is not None and item.settle.excess == "overdraft"
    return item.below_floor or overdraws or (item.reverse is not None and item.reverse.short == "debt")


async def _post_atomic(call: Call, body: BulkInput, maker: ItemMaker, key: Key) -> Answer:
    command = Bulk(
        principal=call.identity.principal, key=key, reason=body.reason, items=await maker.commands(key)
    )
    verdict = await ledger_of(call).execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict, dry_run=call.dry_run)
    view = verdict.bulk_view()
    results = [BulkResult(index, _status(each), each) for index, each in enumerate(view.transactions)]
    return _bulk_answer(call, BulkView(body.mode, view.replayed, results, BulkSummary(len(results), 0)))


async def _post_each(call: Call, maker: ItemMaker, key: Key) -> Answer:
    assets = await call.groat.assets()
    commands: list[tuple[int, Command]] = []
    results: list[BulkResult] = []
    for index, own_key in enumerate(keys_of(key, len(maker.items))):
        if index % AT_ONCE == 0:
            await asyncio.sleep(0)
        try:
            command = await maker.command(index, own_key)
            command.check(assets)
        except InvalidInput as error:
            results.append(BulkResult(index, error.status, problem=details(error)))
        else:
            commands.append((index, command))
    indexes = iter([index for index, _ in commands])
    async for verdict in _verdicts(call, [command for _, command in commands]):
        index = next(indexes)
        if index % AT_ONCE == 0:
            await asyncio.sleep(0)
        if isinstance(verdict, Refusal):
            results.append(BulkResult(index, verdict.status, problem=details(verdict)))
        else:
            view = verdict.view()
            results.append(BulkResult(index, _status(view), view))
    results.sort(key=lambda result: result.index)
    committed = sum(result.status < 300 for result in results)
    made = [result.transaction for result in results if isinstance(result.transaction, TransactionView)]
    replayed = committed > 0 and all(view.replayed or view.id is None for view in made)
    summary = BulkSummary(committed, len(results) - committed)
    return _bulk_answer(call, BulkView("independent", replayed, results, summary))


async def _verdicts(call: Call, commands: list[Command]) -> AsyncIterator[Done | Refusal]:
    if call.dry_run:
        for verdict in await call.groat.dry_run.execute_many(commands):
            yield verdict
    else:
        async for verdict in call.groat.verdicts(commands):
            yield verdict


def _bulk_answer(call: Call, view: BulkView) -> Answer:
    if call.dry_run:
        view.dry_run = True
    return Answer.of(view)


def _status(view: TransactionView) -> int:
    return 200 if view.replayed or view.id is None or view.dry_run is True else 201


@operations.declare(
    "getTransaction",
    "GET /v1/transactions/{id}",
    Right.SIGNED_IN,
    "transactions",
    "Read a transaction",
    answer=TransactionView,
    query=(STALE,),
    codes=("transaction_not_found", "invalid_id"),
    answer_example=POSTED,
)
async def get_transaction(call: Call) -> Answer:
    """The transaction with the balances right after it. People see those that touched their accounts, and of these
    their own side; any other one is `transaction_not_found` to them.
    """
    id = check_id(call.params["id"])
    view = await call.lookup().transaction(id)
    identity = call.identity
    touched = view is not None and any(
        owns(identity, p.source) or owns(identity, p.destination) for p in view.postings
    )
    if view is None or not (touched or sees_everything(identity)):
        return problem(Refusal("transaction_not_found", "There is no transaction with this id."))
    return Answer.of(seen_by(identity, view))


@operations.declare(
    "reverseTransaction",
    "POST /v1/transactions/{id}/reverse",
    Right.POST,
    "transactions",
    "Reverse a transaction",
    body=ReverseInput,
    answer=TransactionView,
    status=201,
    statuses={200: "The key was used before for this very reversal: its first answer again."},
    query=(DRY_RUN,),
    keyed=True,
    empty_body=True,
    codes=(
        "key_reused", *STATE_CODES, "transaction_not_found", "belongs_to_request", "not_reversible", "wrong_legs",
        "exceeds_transaction", "future_effective_date", "before_original", "grant_spent", "insufficient_funds",
        "ceiling_exceeded", "balance_overflow", "forbidden", "invalid_id", "invalid_time",
        "invalid_amount", "too_many_digits", "amount_overflow", "amount_not_positive", "text_too_long",
        "invalid_metadata", "metadata_too_large",
    ),
    example={"reason": "Sent twice"},
    answer_example={**POSTED, "kind": "reverse", "reverses": POSTED["id"]},
)  # fmt: skip
async def reverse_transaction(call: Call) -> Answer:
    """Posts it backwards: all that is left of it, or an amount for each posting. Never more than was moved."""
    key = call.key()
    id = check_id(call.params["id"])
    body = await call.body(ReverseInput)
    check_below_floor(call, body.below_floor or body.short == "debt")
    command = Reverse(
        principal=call.identity.principal,
        key=key,
        reason=body.reason,
        metadata=body.metadata,
        effective_at=optional_time(body.at),
        below_floor=body.below_floor,
        transaction=id,
        amounts=None if body.amounts is None else await call.groat.reversal_amounts(id, body.amounts),
        expired=body.expired,
        short=body.short,
    )
    return await commit(call, command)
