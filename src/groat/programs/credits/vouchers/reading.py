"""Read campaigns, their codes and redemptions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.text import format_time
from groat.programs.credits.vouchers.codes import Mint, digest_of, show
from groat.programs.credits.vouchers.rows import CampaignRow, RedemptionRow
from groat.programs.credits.vouchers.views import (
    CampaignChart,
    CampaignView,
    ChartPoint,
    CodeState,
    CodeView,
    RedemptionView,
    campaign_view,
    redemption_view,
)
from groat.store.flow import Flow, Query

Assets = Mapping[str, Asset]

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


class FoundCode(NamedTuple):
    """A single-use code as it is stored; it follows from the ``seed`` and its ``place`` there."""

    number: int
    state: CodeState
    made_at: int
    made_by: str
    redemption: str | None
    person: str | None
    redeemed_at: int | None
    seed: str
    place: int
    digest: str

    def code(self, mint: Mint) -> str | None:
        """Return the code itself, as people read it; None where it was made of another secret."""
        code = mint.code(self.seed, self.place)
        return show(code) if digest_of(code) == self.digest else None

    def view(self) -> CodeView:
        """Return its view, without the code."""
        return CodeView(
            number=self.number,
            state=self.state,
            made_at=format_time(self.made_at),
            made_by=self.made_by,
            redemption=self.redemption,
            user=None if self.person is None else self.person.removeprefix("user:"),
            redeemed_at=None if self.redeemed_at is None else format_time(self.redeemed_at),
        )


def find_campaign(id: str) -> Flow[tuple[CampaignRow, int] | None]:
    """Find a campaign, and the moment at which it was read."""
    (now,) = yield Query("read_now")
    rows = yield Query("find_voucher_campaigns", ([id],))
    return (CampaignRow(*rows[0]), now) if rows else None


def page_campaigns(before: str, limit: int, assets: Assets) -> Flow[list[CampaignView]]:
    """Read the next campaigns before an id, the newest first."""
    (now,) = yield Query("read_now")
    ids = [id for (id,) in (yield Query("page_voucher_campaigns", (before, limit)))]
    rows = {values[0]: CampaignRow(*values) for values in (yield Query("find_voucher_campaigns", (ids,)))}
    return [campaign_view(rows[id], assets, now) for id in ids]


def campaign_of_code(digest: str) -> Flow[CampaignRow | None]:
    """Find the campaign of a code."""
    found = yield Query("find_voucher_code", (digest,))
    if found is None:
        return None
    rows = yield Query("find_voucher_campaigns", ([found[0]],))
    return CampaignRow(*rows[0])


def page_redemptions(
    campaign: str, person: str, before: str, limit: int, assets: Assets
) -> Flow[list[RedemptionView]]:
    """Read the next redemptions before an id, the newest first; "" for those of all campaigns, of everybody."""
    if person:
        query = Query("page_voucher_redemptions_of_person", (person, before, campaign, limit))
    elif campaign:
        query = Query("page_voucher_redemptions_of_campaign", (campaign, before, limit))
    else:
        query = Query("page_voucher_redemptions", (before, limit))
    return [
        redemption_view(RedemptionRow(*values), name, assets[asset], number)
        for *values, name, asset, number in (yield query)
    ]


def page_codes(campaign: str, after: int, state: str, limit: int) -> Flow[list[FoundCode]]:
    """Read the next single-use codes behind a number, in a ``state``, "" for any."""
    rows = yield Query("page_voucher_codes", (campaign, after, state, limit))
    return [FoundCode(*row) for row in rows]


def chart(campaign: str, days: int, asset: Asset) -> Flow[CampaignChart]:
    """Read the redemptions of the last ``days``, by hours where these are few, else by days (UTC)."""
    (now,) = yield Query("read_now")
    step = HOUR_US if days <= 7 else DAY_US
    since = (now - days * DAY_US) // step * step
    rows = yield Query("chart_voucher_campaign", (campaign, since, step))
    return CampaignChart(
        "hour" if step == HOUR_US else "day",
        [ChartPoint(format_time(at), uses, format_amount(sum_, asset.scale)) for at, uses, sum_ in rows],
    )
