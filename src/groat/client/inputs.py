"""The shapes of what is inside of bodies. Amounts are decimal strings, times are RFC 3339.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

from groat.client.reading import Literal

# ruff does not know this Literal.
# ruff: noqa: F821, UP037


class BulkItemInput(TypedDict):
    """One thing to do: ``postings``, ``hold``, ``capture``, ``settle``, ``release``, ``extend`` or
    ``reverse``.

    ``at`` and ``below_floor`` are for postings and reversals, ``check_past`` is for postings, as in a
    transaction.
    """

    postings: NotRequired[Sequence[PostingInput] | None]
    hold: NotRequired[HoldItemInput | None]
    capture: NotRequired[CaptureItemInput | None]
    settle: NotRequired[SettleItemInput | None]
    release: NotRequired[HeldItemInput | None]
    extend: NotRequired[ExtendItemInput | None]
    reverse: NotRequired[ReverseItemInput | None]
    reason: NotRequired[str]
    metadata: NotRequired[Mapping[str, Any]]
    at: NotRequired[str | None]
    check_past: NotRequired[bool]
    below_floor: NotRequired[bool]


class CaptureItemInput(TypedDict):
    """The amount of the hold to post (all that is left by default); ``final`` releases the rest."""

    hold: NotRequired[str | None]
    item: NotRequired[int | None]
    amount: NotRequired[str | None]
    final: NotRequired[bool]
    at_most: NotRequired[bool]


class ExtendItemInput(TypedDict):
    """When the hold is to end: at ``expires_at``, or ``expires_in`` seconds from now. One of them is given."""

    hold: NotRequired[str | None]
    item: NotRequired[int | None]
    expires_at: NotRequired[str | None]
    expires_in: NotRequired[int | None]


GrantInput = TypedDict(
    "GrantInput",
    {
        "class": NotRequired['Literal["paid", "promotional"]'],
        "expires_at": NotRequired["str | None"],
        "lasts_s": NotRequired["int | None"],
        "priority": NotRequired["int"],
        "cause": NotRequired["str"],
        "note": NotRequired["str"],
    },
)
"""The terms of a grant. It ends at ``expires_at``, or ``lasts_s`` seconds after the commit, or never.

The lower its ``priority``, the earlier it is spent. ``cause`` says in a word why it is given, ``note``
is for people.
"""


class HeldItemInput(TypedDict):
    """A hold, by its id or by the place (``item``) of the earlier item of the same atomic bulk that makes
    it.
    """

    hold: NotRequired[str | None]
    item: NotRequired[int | None]


class HoldItemInput(TypedDict):
    """An amount to reserve, until ``expires_at`` or for ``expires_in`` seconds or until it is captured or
    released.
    """

    source: str
    destination: str
    amount: str
    asset: str
    expires_at: NotRequired[str | None]
    expires_in: NotRequired[int | None]
    at_most: NotRequired[bool]


class Picked(TypedDict):
    """Rows by their ``numbers``, or all of one sort (``show``)."""

    numbers: NotRequired[Sequence[int]]
    show: NotRequired[
        Literal["all", "bad", "duplicates", "new", "over_limit", "selected", "unselected"] | None
    ]


class PostingInput(TypedDict):
    """An amount of one asset from a source account to a destination account. With ``grant`` it arrives as a
    grant.

    With ``at_most`` it moves what may move of the amount; nothing at all is no refusal. A grant is of an
    exact amount.
    """

    source: str
    destination: str
    amount: str
    asset: str
    at_most: NotRequired[bool]
    grant: NotRequired[GrantInput | None]


PriceInput = TypedDict(
    "PriceInput",
    {
        "amount": "str",
        "currency": "str",
        "from": NotRequired["str | None"],
    },
)
"""A price: a decimal string of an asset, ``from`` a moment on; from now on unless given."""


class ReverseItemInput(TypedDict):
    """A transaction to take back: all that is left, or an amount (null: all that is left) for each posting.

    ``expired`` and ``short`` are as in a reversal of its own.
    """

    transaction: str
    amounts: NotRequired[Sequence[str | None] | None]
    expired: NotRequired[Literal["book", "restore"]]
    short: NotRequired[Literal["debt", "refuse"]]


class RowInput(TypedDict):
    """A row: a person by ``user``, ``email`` or ``name``, and the ``amount`` unless all rows have one."""

    user: NotRequired[str]
    email: NotRequired[str]
    name: NotRequired[str]
    amount: NotRequired[str]
    reason: NotRequired[str]


class SelectionInput(TypedDict):
    """The people with this text (``q``) in their id, name or e-mail address, and with this ``role``; both
    if named.
    """

    q: NotRequired[str]
    role: NotRequired[str | None]


class SettleItemInput(TypedDict):
    """The amount that was used in all, and what becomes of what goes beyond the hold, as in a settlement."""

    hold: NotRequired[str | None]
    item: NotRequired[int | None]
    actual: str
    excess: NotRequired[Literal["available", "overdraft", "refuse"]]
    overdraft: NotRequired[str | None]


class SubjectInput(TypedDict):
    """The subject of a notification: a kind of thing of the app's, and its id."""

    kind: str
    id: str


VoucherGrantInput = TypedDict(
    "VoucherGrantInput",
    {
        "class": NotRequired['Literal["paid", "promotional"]'],
        "expires_at": NotRequired["str | None"],
        "lasts_s": NotRequired["int | None"],
        "priority": NotRequired["int"],
        "note": NotRequired["str"],
    },
)
"""The terms of the grant that a code gives; it ends at ``expires_at``, or ``lasts_s`` seconds later, or
never.
"""
