"""The bodies of calls about vouchers, and the values of commands that are made of them."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from groat.api.bodies import AccountPath, Amount, AssetCode, Body, Name, Reason, Time
from groat.api.money import optional_time
from groat.engine.groat import Groat
from groat.ledger.grants import Terms
from groat.programs.credits.vouchers.campaigns import CAUSE, CODES_AT_ONCE, Rules

CODES_PER_CALL = 100 * CODES_AT_ONCE
COUNT_MAX = 2**53

Code = Annotated[
    str,
    Meta(
        description="As it was typed or scanned: case, spaces and dashes do not count, O is 0, I and L are 1.",
        extra_json_schema={"maxLength": 200, "examples": ["7KQ2-M9XD-4T8W-P3HC-2VYB"]},
    ),
]


class VoucherGrantInput(Body):
    """The terms of the grant that a code gives; it ends at ``expires_at``, or ``lasts_s`` seconds later, or never."""

    class_: Literal["paid", "promotional"] = msgspec.field(default="promotional", name="class")
    expires_at: Time | None = None
    lasts_s: (
        Annotated[int, Meta(ge=1, le=3_153_600_000, description="Seconds from the redemption.")] | None
    ) = None
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 100
    note: Annotated[str, Meta(extra_json_schema={"maxLength": 200})] = ""

    def terms(self) -> Terms:
        """Return the terms as the ledger has them. Raises InvalidInput ``invalid_time``."""
        lasts = None if self.lasts_s is None else self.lasts_s * 1_000_000
        return Terms(self.class_, optional_time(self.expires_at), lasts, self.priority, CAUSE, self.note)


class RulesInput(Body, kw_only=True):
    """The rules of a campaign: what a code gives (``amount``, as plain money or as a ``grant``), and to whom.

    ``uses_max`` and ``budget`` bound all redemptions together, ``uses_each`` those of one person; null is no bound.
    With ``first_purchase`` it is for people without a fulfilled order.
    """

    name: Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": 200})]
    amount: Amount
    note: Annotated[str, Meta(extra_json_schema={"maxLength": 1000})] = ""
    grant: VoucherGrantInput | None = None
    starts_at: Time | None = None
    ends_at: Time | None = None
    uses_max: Annotated[int, Meta(ge=1, le=COUNT_MAX)] | None = None
    uses_each: Annotated[int, Meta(ge=1, le=COUNT_MAX)] | None = 1
    budget: Amount | None = None
    first_purchase: bool = False
    active: bool = True

    async def rules(self, groat: Groat, asset: str) -> Rules:
        """Return the rules as the ledger has them. Raises InvalidInput."""
        return Rules(
            name=self.name,
            amount=await groat.amount(self.amount, asset),
            note=self.note,
            grant=None if self.grant is None else self.grant.terms(),
            starts_at=optional_time(self.starts_at),
            ends_at=optional_time(self.ends_at),
            uses_max=self.uses_max,
            uses_each=self.uses_each,
            budget=None if self.budget is None else await groat.amount(self.budget, asset),
            first_purchase=self.first_purchase,
            active=self.active,
        )


class CampaignInput(RulesInput, kw_only=True):
    """A campaign to begin. Without a shared ``code`` it has single-use codes, which are made afterwards."""

    asset: AssetCode
    source: AccountPath = "house:promotions"
    code: Annotated[str, Meta(extra_json_schema={"maxLength": 200, "examples": ["SPRING-26"]})] = ""
    reason: Reason = ""


class CampaignChange(RulesInput):
    """All rules of a campaign as they are to be. ``version`` is the one that was read: another one is refused."""

    version: Annotated[int, Meta(ge=1)] | None = None
    reason: Reason = ""


class CodesInput(Body):
    """The number (``count``) of single-use codes to make."""

    count: Annotated[int, Meta(ge=1, le=CODES_PER_CALL)]
    reason: Reason = ""


class RedeemInput(Body):
    """A code to redeem. People redeem for themselves; admins and services name the ``user``."""

    code: Code
    user: Name | None = None


class PreviewInput(Body):
    """A code to look at. People look for themselves; staff and services name the ``user``."""

    code: Code
    user: Name | None = None


class UndoInput(Body):
    """The ``reason`` for which a redemption is undone; ``short`` says what happens if part of it is spent.

    It is refused, or the person's balance falls below its floor (``debt``).
    """

    reason: Reason
    short: Literal["refuse", "debt"] = "refuse"


class VoidCodeInput(Body):
    """The ``reason`` for which a code is withdrawn."""

    reason: Reason
