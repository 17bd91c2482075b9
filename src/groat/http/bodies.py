"""What callers send, as types: checked strictly, and shown in the OpenAPI document with what the ledger asks of them.

The patterns and lengths here are for readers of the document; the ledger itself checks them and answers with codes
that say more than "does not match".
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

Amount = Annotated[
    str,
    Meta(
        description="A decimal string of at most the asset's fraction digits, above zero.",
        extra_json_schema={
            "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$",
            "maxLength": 64,
            "examples": ["12.50"],
        },
    ),
]
SignedAmount = Annotated[
    str,
    Meta(
        description="A decimal string of at most the asset's fraction digits; zero and below are allowed.",
        extra_json_schema={
            "pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$",
            "maxLength": 64,
            "examples": ["100"],
        },
    ),
]
AccountPath = Annotated[
    str,
    Meta(
        description="1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':'.",
        extra_json_schema={
            "pattern": r"^[A-Za-z0-9._@|\-]{1,64}(:[A-Za-z0-9._@|\-]{1,64}){0,7}$",
            "maxLength": 255,
            "examples": ["user:42"],
        },
    ),
]
AssetCode = Annotated[
    str, Meta(extra_json_schema={"pattern": "^[A-Z][A-Z0-9_]{0,15}$", "examples": ["CREDIT"]})
]
Name = Annotated[str, Meta(extra_json_schema={"pattern": r"^[A-Za-z0-9._@|\-]{1,64}$", "examples": ["42"]})]
Reason = Annotated[
    str,
    Meta(description="Why, for people.", extra_json_schema={"maxLength": 1000, "pattern": "^[^\\u0000]*$"}),
]
Metadata = Annotated[
    dict[str, Any],
    Meta(
        description="The app's own facts: at most 16 KiB and 16 levels. Staff and services see it, people do not."
    ),
]
# Not "format": "date-time", for a bulk takes an item with another text and answers it with a verdict of its own.
Time = Annotated[
    str,
    Meta(description="RFC 3339 with an offset.", extra_json_schema={"examples": ["2026-01-31T12:00:00Z"]}),
]


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all bodies: an unknown field is an error, for it may be a misspelt wish."""


class PostingInput(Body):
    """An amount of one asset from a source account to a destination account."""

    source: AccountPath
    destination: AccountPath
    amount: Amount
    asset: AssetCode


class TransactionInput(Body):
    """1 to 1,000 postings, all or none. ``at`` is the effective time, by default the moment of the commit.

    With ``check_past`` floors are checked at each moment since an earlier ``at``, not at present alone.
    """

    postings: list[PostingInput]
    reason: Reason = ""
    metadata: Metadata = {}
    at: Time | None = None
    check_past: bool = False


class BulkInput(Body):
    """1 to 10,000 transactions: ``atomic`` posts all or none; ``independent`` gives a verdict for each.

    ``reason`` counts for items that have none.
    """

    mode: Literal["atomic", "independent"]
    items: list[TransactionInput]
    reason: Reason = ""


class ReverseInput(Body):
    """What to take back: all that is left, or an amount (null: all that is left, "0": nothing) for each posting."""

    reason: Reason = ""
    amounts: list[Amount | None] | None = None
    metadata: Metadata = {}


class HoldInput(Body):
    """An amount to reserve, until ``expires_at`` or for ``expires_in`` seconds or until it is captured or released."""

    source: AccountPath
    destination: AccountPath
    amount: Amount
    asset: AssetCode
    expires_at: Time | None = None
    expires_in: Annotated[int, Meta(ge=1, le=315_360_000, description="Seconds from now.")] | None = None
    reason: Reason = ""
    metadata: Metadata = {}


class CaptureInput(Body):
    """How much of the hold to post (all that is left by default); ``final`` releases the rest."""

    amount: Amount | None = None
    final: bool = True
    reason: Reason = ""
    metadata: Metadata = {}


class ReleaseInput(Body):
    """Why the hold is given back."""

    reason: Reason = ""
    metadata: Metadata = {}


class SetBalanceInput(Body):
    """The balance to bring about, exactly, against house:adjustments."""

    balance: SignedAmount
    reason: Reason = ""
    metadata: Metadata = {}


class SetLimitsInput(Body):
    """New limits: null for none; what is not named stays."""

    floor: SignedAmount | UnsetType | None = UNSET
    ceiling: SignedAmount | UnsetType | None = UNSET
    reason: Reason = ""


class AssetInput(Body):
    """An asset: its code, and for ever how many fraction digits it has."""

    code: AssetCode
    scale: Annotated[int, Meta(extra_json_schema={"minimum": 0, "maximum": 18})]


class ActionInput(Body):
    """What a person wants done with their own money, by an action that the server declares."""

    amount: Amount
    asset: AssetCode | None = None
    to: Annotated[Name, Meta(description="The other person, where the action has one.")] | None = None
    reason: Reason = ""
    metadata: Metadata = {}


class Credentials(Body):
    """A user id or an e-mail address, and the password."""

    password: Annotated[str, Meta(max_length=256)]
    user: Annotated[str, Meta(min_length=1, max_length=254)] | None = None
    email: Annotated[str, Meta(min_length=1, max_length=254)] | None = None


class UserInput(Body):
    """A new person. Without a password they sign in elsewhere; roles null leaves their roles to their tokens."""

    user: Name
    name: Annotated[str, Meta(max_length=200)] = ""
    email: Annotated[str, Meta(max_length=254)] | None = None
    password: Annotated[str, Meta(extra_json_schema={"minLength": 8, "maxLength": 256})] | None = None
    roles: list[Name] | None = []


class UserPatch(Body):
    """What to change of a person; what is not named stays. A new password signs them out everywhere."""

    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    email: Annotated[str, Meta(max_length=254)] | UnsetType | None = UNSET
    password: Annotated[str, Meta(extra_json_schema={"minLength": 8, "maxLength": 256})] | UnsetType = UNSET
    roles: list[Name] | UnsetType | None = UNSET
    disabled: bool | UnsetType = UNSET
    reason: Reason = ""


class RevokeInput(Body):
    """Why somebody is signed out, for the audit."""

    reason: Reason = ""


class ApiKeyInput(Body):
    """A key for a service: its name stays while its keys rotate; the label tells keys apart."""

    service: Name
    label: Annotated[str, Meta(max_length=200)] = ""


class SubjectInput(Body):
    """What a notification is about: a kind of thing of the app's, and its id."""

    kind: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 128})]
    id: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 128})]


class NotificationInput(Body):
    """What to tell whom. ``category`` is what people switch on and off; a toast of the same ``thread`` is replaced."""

    to: Annotated[
        str,
        Meta(
            description="user:42, role:partner, or all.",
            extra_json_schema={
                "pattern": r"^(all|(user|role):[A-Za-z0-9._@|\-]{1,64})$",
                "examples": ["user:42"],
            },
        ),
    ]
    title: Annotated[
        str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200, "pattern": "^[^\\u0000]*$"})
    ]
    level: Literal["success", "error", "info", "warning"] = "info"
    body: Annotated[str, Meta(extra_json_schema={"maxLength": 2000, "pattern": "^[^\\u0000]*$"})] = ""
    category: Annotated[
        str, Meta(extra_json_schema={"pattern": "^[a-z0-9][a-z0-9_.-]{0,31}$", "examples": ["orders"]})
    ] = "general"
    thread: Annotated[str, Meta(extra_json_schema={"pattern": "^[\\x21-\\x7e]{0,128}$"})] = ""
    subject: SubjectInput | None = None


class ReadInput(Body):
    """What was read: these ids, a thread, or all up to and including the one of an id."""

    ids: Annotated[list[str], Meta(max_length=500)] = []
    thread: Annotated[str, Meta(max_length=128)] = ""
    upto: str = ""


class PreferencesInput(Body):
    """How to hear of each category, ``*`` standing for all others; and where mail goes, "" for nowhere."""

    ways: dict[str, list[Literal["toast", "email"]]] | None = None
    email: Annotated[str, Meta(max_length=254)] | None = None
