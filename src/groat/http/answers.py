"""What the server answers beside the ledger's own views, as types for callers and the OpenAPI document."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.ledger.views import AccountView, AuditView, BalanceView, EntryView, TransactionView
from groat.programs.workflow.views import KindView, LookView, RequestView, StepView


class ProblemView(msgspec.Struct):
    """RFC 9457 problem details. ``code`` is stable; some codes add members of their own."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    replayed: bool | msgspec.UnsetType = msgspec.UNSET


class BulkResult(msgspec.Struct):
    """One item's verdict: ``status`` is what it would have been answered alone (201, 200 replayed, 4xx)."""

    index: int
    status: int
    transaction: TransactionView | msgspec.UnsetType = msgspec.UNSET
    problem: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


class BulkSummary(msgspec.Struct):
    """How many items were committed and how many refused."""

    committed: int
    refused: int


class BulkView(msgspec.Struct):
    """The verdicts of a bulk in the order of its items."""

    mode: str
    replayed: bool
    results: list[BulkResult]
    summary: BulkSummary


class AccountPage(msgspec.Struct):
    """A page of accounts; ``cursor`` leads to the next one, null on the last."""

    items: list[AccountView]
    cursor: str | None


class EntryPage(msgspec.Struct):
    """A page of an account's history, newest first."""

    items: list[EntryView]
    cursor: str | None


class AuditPage(msgspec.Struct):
    """A page of the audit log, newest first."""

    items: list[AuditView]
    cursor: str | None


class AssetView(msgspec.Struct):
    """An asset: its code and its number of fraction digits."""

    code: str
    scale: int


class AssetList(msgspec.Struct):
    """All assets by code."""

    items: list[AssetView]


class Me(msgspec.Struct):
    """Who calls, their balances, and the position up to which these are right."""

    user: str | None
    principal: str
    name: str
    roles: list[str]
    balances: list[BalanceView]
    positions: dict[str, str]


class UserView(msgspec.Struct):
    """A person with their balances; ``roles`` null where their token's roles count."""

    user: str
    name: str
    email: str | None
    roles: list[str] | None
    disabled: bool
    balances: list[BalanceView]


class UserPage(msgspec.Struct):
    """A page of people by user id."""

    items: list[UserView]
    cursor: str | None


class Session(msgspec.Struct):
    """A token and what it is good for; ``expires_at`` is RFC 3339."""

    token: str
    expires_at: str
    user: str
    name: str
    roles: list[str]


class ApiKeyView(msgspec.Struct):
    """An API key; ``key`` itself is shown once, when it is made."""

    id: str
    service: str
    label: str
    created_at: str
    created_by: str
    revoked_at: str | None
    key: str | msgspec.UnsetType = msgspec.UNSET


class ApiKeyList(msgspec.Struct):
    """The newest 1,000 keys, newest first."""

    items: list[ApiKeyView]


class ActionView(msgspec.Struct):
    """What people may do: for which assets (none named: any), at most how much, and whether it names another person."""

    assets: list[str]
    max: str | None
    takes_to: bool


class ConfigView(msgspec.Struct):
    """What a front end needs to know before anybody signs in. With no ``people_found_by`` nobody is told a name."""

    version: str
    demo: bool
    assets: list[AssetView]
    actions: dict[str, ActionView]
    people_found_by: str


class DemoPerson(msgspec.Struct):
    """Somebody to sign in as, in the demo."""

    user: str
    name: str
    role: str
    password: str


class KindList(msgspec.Struct):
    """The kinds of requests that this server knows."""

    items: list[KindView]


class RequestPage(msgspec.Struct):
    """A page of requests; ``waiting`` counts by kind what waits for a decision."""

    items: list[RequestView]
    cursor: str | None
    waiting: dict[str, int] | msgspec.UnsetType = msgspec.UNSET


class StepPage(msgspec.Struct):
    """A page of a request's history, newest first."""

    items: list[StepView]
    cursor: str | None


class LookAnswer(msgspec.Struct):
    """Who is looking at a request."""

    viewers: list[LookView]


class LookItem(msgspec.Struct):
    """A request, and who is looking at it."""

    request: str
    viewers: list[LookView]


class LookList(msgspec.Struct):
    """The requests that somebody is looking at."""

    items: list[LookItem]


class Health(msgspec.Struct, omit_defaults=True):
    """Whether the process lives, or is ready to serve; ``degraded`` names what is away and slows things down."""

    status: str
    degraded: list[str] = []
