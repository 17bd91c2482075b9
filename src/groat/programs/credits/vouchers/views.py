"""Vouchers on the wire: amounts are decimal strings, times RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.text import format_time
from groat.ledger.views import TransactionView
from groat.programs.credits.views import GrantClass
from groat.programs.credits.vouchers.rows import CampaignRow, RedemptionRow

CodeState = Literal["unused", "redeemed", "void"]
RedemptionState = Literal["redeemed", "undone"]


class VoucherTerms(msgspec.Struct):
    """The terms of the grant that a code gives; it ends at ``expires_at``, or ``lasts_s`` seconds later, or never."""

    class_: GrantClass = msgspec.field(name="class")
    expires_at: str | None
    lasts_s: int | None
    priority: int
    note: str


class CampaignView(msgspec.Struct):
    """A campaign: what each code gives, to whom and how often, and what came of it.

    ``code`` is its shared code; None where it has single-use codes, of which ``codes`` were made. ``uses`` redemptions
    were not undone and gave ``spent``. ``uses_max`` and ``budget`` bound these, ``uses_each`` those of one person; None
    is no bound. ``state`` is what a redemption now would meet.
    """

    id: str
    name: str
    note: str
    state: Literal["running", "not_yet", "over", "stopped", "used_up"]
    code: str | None
    amount: str
    asset: str
    source: str
    grant: VoucherTerms | None
    starts_at: str | None
    ends_at: str | None
    uses_max: int | None
    uses_each: int | None
    budget: str | None
    first_purchase: bool
    active: bool
    codes: int
    uses: int
    spent: str
    version: int
    created_by: str
    created_at: str
    changed_by: str
    changed_at: str


class CampaignPage(msgspec.Struct):
    """Campaigns, the newest first."""

    items: list[CampaignView]
    cursor: str | None


class RedemptionView(msgspec.Struct):
    """A redemption; its id is that of the transaction that paid. ``number`` counts the person's in the campaign.

    ``code_number`` is the number of a single-use code, 0 for a shared one. ``undone_*`` and ``reversal``, the
    transaction that took the amount back, are None until it is undone.
    """

    id: str
    campaign: str
    name: str
    user: str
    state: RedemptionState
    amount: str
    asset: str
    number: int
    code_number: int
    at: str
    undone_at: str | None
    undone_by: str | None
    reversal: str | None
    reason: str


class RedemptionPage(msgspec.Struct):
    """Redemptions, the newest first."""

    items: list[RedemptionView]
    cursor: str | None


class RedeemedView(msgspec.Struct):
    """The result of a redemption or of its undoing: the redemption as it is now, and the transaction."""

    redemption: RedemptionView
    transaction: TransactionView


class VoucherPreview(msgspec.Struct):
    """The worth of a code for the person now: it is ``redeemable``, or ``code`` and ``detail`` say why not."""

    name: str
    amount: str
    asset: str
    grant: VoucherTerms | None
    ends_at: str | None
    redeemable: bool
    code: str
    detail: str


class MadeCodes(msgspec.Struct):
    """The codes that were made: how many, and the ``first`` and ``last`` of their numbers."""

    count: int
    first: int
    last: int
    replayed: bool


class CodeView(msgspec.Struct):
    """A single-use code, named by its number; who redeemed it, and when, where somebody has."""

    number: int
    state: CodeState
    made_at: str
    made_by: str
    redemption: str | None
    user: str | None
    redeemed_at: str | None


class CodePage(msgspec.Struct):
    """Single-use codes by number."""

    items: list[CodeView]
    cursor: str | None


class PrintedCode(msgspec.Struct):
    """A code to print: the ``link`` that its QR code (``svg``) leads to. A shared code has the number 0."""

    number: int
    code: str
    link: str
    svg: str


class PrintedCodes(msgspec.Struct):
    """Codes to print, by number."""

    items: list[PrintedCode]
    cursor: str | None


class ChartPoint(msgspec.Struct):
    """An hour or a day from ``at`` on: the redemptions in it that were not undone, and what they gave."""

    at: str
    uses: int
    amount: str


class CampaignChart(msgspec.Struct):
    """Redemptions over time, the oldest first, without hours or days in which there were none."""

    step: Literal["hour", "day"]
    points: list[ChartPoint]


class VoucherTold(msgspec.Struct):
    """A person's redemption that was made or undone, as their devices hear of it."""

    redemption: RedemptionView


class VoucherLine(msgspec.Struct):
    """A campaign that changed."""

    campaign: str


class VoucherNews(msgspec.Struct):
    """The campaigns that a batch changed, each once: read them again. ``more`` further ones are left out."""

    items: list[VoucherLine]
    more: Annotated[int, Meta(ge=0)]


def terms_view(row: CampaignRow) -> VoucherTerms | None:
    """Return the terms of what a campaign gives, None for plain money."""
    terms = row.grant()
    if terms is None:
        return None
    return VoucherTerms(
        class_=terms.cls,  # type: ignore[arg-type]
        expires_at=None if terms.expires_at is None else format_time(terms.expires_at),
        lasts_s=None if terms.lasts is None else terms.lasts // 1_000_000,
        priority=terms.priority,
        note=terms.note,
    )


def campaign_view(row: CampaignRow, assets: Mapping[str, Asset], now: int) -> CampaignView:
    """Return the view of a campaign at the moment ``now``."""
    scale = assets[row.asset].scale
    return CampaignView(
        id=row.id,
        name=row.name,
        note=row.note,
        state=_state(row, now),
        code=row.code,
        amount=format_amount(row.amount, scale),
        asset=row.asset,
        source=row.source,
        grant=terms_view(row),
        starts_at=_time(row.starts_at),
        ends_at=_time(row.ends_at),
        uses_max=row.uses_max,
        uses_each=row.uses_each,
        budget=None if row.budget is None else format_amount(row.budget, scale),
        first_purchase=bool(row.first_purchase),
        active=bool(row.active),
        codes=row.codes,
        uses=row.uses,
        spent=format_amount(row.spent, scale),
        version=row.version,
        created_by=row.created_by,
        created_at=format_time(row.created_at),
        changed_by=row.changed_by,
        changed_at=format_time(row.changed_at),
    )


def _state(row: CampaignRow, now: int) -> Literal["running", "not_yet", "over", "stopped", "used_up"]:
    if not row.active:
        return "stopped"
    if row.starts_at is not None and now < row.starts_at:
        return "not_yet"
    if row.ends_at is not None and now >= row.ends_at:
        return "over"
    if row.uses_max is not None and row.uses >= row.uses_max:
        return "used_up"
    if row.budget is not None and row.spent + row.amount > row.budget:
        return "used_up"
    return "running"


def redemption_view(row: RedemptionRow, name: str, asset: Asset, code_number: int) -> RedemptionView:
    """Return the view of a redemption in the campaign of this name."""
    return RedemptionView(
        id=row.id,
        campaign=row.campaign,
        name=name,
        user=row.person.removeprefix("user:"),
        state="redeemed" if row.undone_at is None else "undone",
        amount=format_amount(row.amount, asset.scale),
        asset=asset.code,
        number=row.number,
        code_number=code_number,
        at=format_time(row.at),
        undone_at=_time(row.undone_at),
        undone_by=row.undone_by,
        reversal=row.reversal,
        reason=row.reason,
    )


def _time(at: int | None) -> str | None:
    return None if at is None else format_time(at)
