"""The shapes of what is inside of bodies. Amounts are decimal strings, times are RFC 3339.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict


class PostingInput(TypedDict):
    """An amount of one asset from a source account to a destination account."""

    source: str
    destination: str
    amount: str
    asset: str


class SubjectInput(TypedDict):
    """The subject of a notification: a kind of thing of the app's, and its id."""

    kind: str
    id: str


class TransactionInput(TypedDict):
    """1 to 1,000 postings, all or none. ``at`` is the effective time, by default the moment of the commit.

    With ``check_past`` floors are checked at each moment since an earlier ``at``, not at present alone.
    """

    postings: Sequence[PostingInput]
    reason: NotRequired[str]
    metadata: NotRequired[Mapping[str, Any]]
    at: NotRequired[str | None]
    check_past: NotRequired[bool]
