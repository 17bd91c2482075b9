"""The types of callers' bodies: checked strictly, and shown in the OpenAPI document with the ledger's demands.

The patterns and lengths here only inform readers of the document. The ledger checks them itself, and answers with
codes that say more than "does not match".
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

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
AmountOrNone = Annotated[
    str,
    Meta(
        description='A decimal string of at most the asset\'s fraction digits, zero ("0") or above.',
        extra_json_schema={
            "pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$",
            "maxLength": 64,
            "examples": ["7.25"],
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
# No "format": "date-time" here: a bulk accepts an item with an invalid time, and refuses that item alone.
Time = Annotated[
    str,
    Meta(description="RFC 3339 with an offset.", extra_json_schema={"examples": ["2026-01-31T12:00:00Z"]}),
]


Seconds = Annotated[int, Meta(ge=1, le=315_360_000, description="Seconds from now.")]


BelowFloor = Annotated[
    bool,
    Meta(
        description="Let accounts fall below their floors. Admins may, and the services that the setting"
        " `below_floor` names."
    ),
]


class Body(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of all bodies: an unknown field is an error, for it may be a misspelt wish."""
