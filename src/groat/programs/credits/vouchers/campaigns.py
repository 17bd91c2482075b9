"""The commands of campaigns: begin one, change one, make codes for one, withdraw codes."""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec

from groat.ledger.accounts import check_path, owner_stream
from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.book import AuditEntry, Book, Refs, refuse
from groat.ledger.commands import Command, Effect, check_known
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.grants import Terms
from groat.ledger.text import check_id, check_text
from groat.programs.credits.vouchers import codes
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.redeeming import STAFF, put_campaign
from groat.programs.credits.vouchers.rows import (
    BATCH,
    CAMPAIGN,
    CODE,
    NAME,
    UNUSED,
    VOID,
    CampaignRow,
    CodeRow,
    campaign_of,
    terms_text,
)
from groat.programs.credits.vouchers.views import campaign_view

NAME_MAX, NOTE_MAX = 200, 1_000
CODES_AT_ONCE = 1_000
CODES_MAX = 1_000_000
CAUSE = "voucher"
"""The cause of grants that vouchers give."""


class Rules(msgspec.Struct, frozen=True):
    """The part of a campaign that may change: amounts in smallest units, times in microseconds, None for no bound."""

    name: str
    amount: int
    note: str = ""
    grant: Terms | None = None
    starts_at: int | None = None
    ends_at: int | None = None
    uses_max: int | None = None
    uses_each: int | None = 1
    budget: int | None = None
    first_purchase: bool = False
    active: bool = True

    def check(self) -> None:
        """Raise InvalidInput or VoucherError unless a campaign can have these rules."""
        if not self.name.strip() or len(self.name) > NAME_MAX or len(self.note) > NOTE_MAX:
            raise VoucherError("campaign_name_wrong")
        check_text(self.name)
        check_text(self.note)
        for amount in (self.amount, self.budget):
            if amount is not None and not 0 < amount <= AMOUNT_MAX:
                raise InvalidInput("amount_overflow" if amount > 0 else "amount_not_positive")
        if self.grant is not None:
            self.grant.check()
        for at in (self.starts_at, self.ends_at):
            if at is not None and not 0 <= at <= AMOUNT_MAX:
                raise InvalidInput("invalid_time")
        if self.starts_at is not None and self.ends_at is not None and self.ends_at <= self.starts_at:
            raise VoucherError("voucher_times_wrong")


class _OfCampaign(Command, kw_only=True):
    """Base of the commands of staff: they tell the rooms of staff, and stand in the audit log."""

    staged: ClassVar[bool] = True

    def need(self, refs: Refs, book: Book, campaign: str) -> None:
        """Need a campaign and its asset, and the rooms of staff."""
        refs.streams.update(STAFF)
        refs.rows.setdefault(CAMPAIGN, set()).add(campaign)
        row = book.rows.get((CAMPAIGN, campaign))
        if row is not None and row.values is not None:
            refs.assets.add(CampaignRow(*row.values).asset)

    def keep(self, book: Book, row: CampaignRow, before: CampaignRow | None, **more: Any) -> Effect:
        """Write the campaign, tell staff, and note in the audit log what changed."""
        made = self.record(book, [])
        put_campaign(book, made, row)
        states = [_state(each, book) for each in (before, row)]
        states[1] |= more
        book.audit.append(
            AuditEntry(
                self.kind, self.principal, self.actor or self.principal, f"campaign/{row.id}", self.reason,
                self.key, *(msgspec.json.encode(each or None).decode() for each in states),
            )
        )  # fmt: skip
        return Effect([made], extra={"campaign": row.id, **more})

    def touch(self, book: Book, row: CampaignRow) -> CampaignRow:
        """Note on a campaign who changed it, and when."""
        row.version += 1
        row.changed_by, row.changed_at = self.actor or self.principal, book.now
        return row


class BeginCampaign(_OfCampaign, kw_only=True):
    """Begin a campaign that pays ``asset`` out of ``source``, with a shared ``code`` ("" for single-use codes)."""

    kind: ClassVar[str] = "voucher_campaign"
    rules: Rules
    asset: str
    source: str
    code: str = ""

    def target(self) -> Any:
        """Cover all that the campaign is."""
        return (msgspec.structs.astuple(self.rules), self.asset, self.source, self.code)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises VoucherError, too."""
        Command.check(self, assets)
        check_known(self.asset, assets)
        check_path(self.source)
        if owner_stream(self.source) is not None:
            raise VoucherError("voucher_source_wrong")
        self.rules.check()
        if self.code:
            check_text(self.code)
            meant = codes.normalise(self.code)
            if meant is None or not codes.is_word(meant):
                raise VoucherError("voucher_code_wrong")

    @property
    def _digest(self) -> str:
        return codes.digest_of(codes.normalise(self.code) or "") if self.code else ""

    def needs(self, refs: Refs, book: Book) -> None:
        """Need whatever has the code already, and that nobody else gives it away meanwhile."""
        refs.streams.update(STAFF)
        refs.assets.add(self.asset)
        if self.code:
            refs.rows.setdefault(NAME, set()).add(self._digest)
            refs.rows.setdefault(CODE, set()).add(self._digest)

    def decide(self, book: Book) -> Effect | Refusal:
        """Make the campaign, and its shared code."""
        rules, by, now = self.rules, self.actor or self.principal, book.now
        refusal = _over_already(rules, now)
        if refusal is not None:
            return refusal
        id = self.ids[0]
        row = CampaignRow(
            id, rules.name, rules.note, self.code or None, rules.amount, self.asset, self.source,
            terms_text(rules.grant), rules.starts_at, rules.ends_at, rules.uses_max, rules.uses_each, rules.budget,
            int(rules.first_purchase), int(rules.active), 0, 0, 0, 1, by, now, by, now,
        )  # fmt: skip
        if self.code:
            if book.row(CODE, self._digest) is not None:
                return refuse("voucher_code_taken", voucher=self.code)
            book.put(CODE, self._digest, CodeRow(self._digest, id, None, 0).values())
        return self.keep(book, row, None)


class ChangeCampaign(_OfCampaign, kw_only=True):
    """Give a campaign other rules, or stop it. What was redeemed before stays as it is."""

    kind: ClassVar[str] = "voucher_campaign_change"
    campaign: str
    rules: Rules
    version: int | None = None

    def target(self) -> Any:
        """Cover the campaign and its new rules."""
        return (self.campaign, msgspec.structs.astuple(self.rules), self.version)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises VoucherError, too."""
        Command.check(self, assets)
        self.campaign = check_id(self.campaign)
        self.rules.check()

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the campaign."""
        self.need(refs, book, self.campaign)

    def decide(self, book: Book) -> Effect | Refusal:
        """Change it, unless somebody changed it meanwhile, or more was redeemed than the new bounds allow."""
        rules, row = self.rules, campaign_of(book, self.campaign)
        if row is None:
            raise VoucherError("campaign_not_found", campaign=self.campaign)
        if self.version is not None and self.version != row.version:
            return refuse(
                "campaign_changed", campaign=row.id, version=str(row.version), changed_by=row.changed_by
            )
        before = CampaignRow(*row.values())
        if before.terms != terms_text(rules.grant):
            refusal = _over_already(rules, book.now)
            if refusal is not None:
                return refusal
        if (rules.uses_max is not None and rules.uses_max < row.uses) or (
            rules.budget is not None and rules.budget < row.spent
        ):
            spent = format_amount(row.spent, book.assets[row.asset].scale)
            return refuse("voucher_below_past", campaign=row.id, uses=str(row.uses), spent=spent)
        row.name, row.note, row.amount, row.terms = (
            rules.name,
            rules.note,
            rules.amount,
            terms_text(rules.grant),
        )
        row.starts_at, row.ends_at, row.uses_max = rules.starts_at, rules.ends_at, rules.uses_max
        row.uses_each, row.budget = rules.uses_each, rules.budget
        row.first_purchase, row.active = int(rules.first_purchase), int(rules.active)
        if row == before:
            return Effect(extra={"campaign": row.id})
        return self.keep(book, self.touch(book, row), before)


class MakeCodes(_OfCampaign, kw_only=True):
    """Add single-use codes: ``digests`` are those of the codes that follow from ``seed``.

    It is one of several commands that make ``wanted`` codes together.
    """

    kind: ClassVar[str] = "voucher_codes"
    campaign: str
    seed: str
    digests: tuple[str, ...]
    wanted: int

    def target(self) -> Any:
        """Cover the campaign and how many codes; a repeated call brings those that the first one made."""
        return (self.campaign, self.wanted)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        self.campaign = check_id(self.campaign)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the campaign, which counts its codes."""
        self.need(refs, book, self.campaign)

    def decide(self, book: Book) -> Effect | Refusal:
        """Number the codes, and keep what tells them apart."""
        row, more = campaign_of(book, self.campaign), len(self.digests)
        if row is None:
            raise VoucherError("campaign_not_found", campaign=self.campaign)
        if row.code is not None:
            return refuse("voucher_codes_shared", campaign=row.id)
        if row.codes + more > CODES_MAX:
            return refuse("voucher_codes_many", campaign=row.id, left=str(CODES_MAX - row.codes))
        before, first, id = CampaignRow(*row.values()), row.codes + 1, self.ids[0]
        row.codes += more
        by = self.actor or self.principal
        book.put(BATCH, id, [id, row.id, self.seed, first, more, by, book.now])
        for place, digest in enumerate(self.digests):
            book.put(CODE, digest, CodeRow(digest, row.id, id, first + place).values())
        return self.keep(book, row, before, first=first, last=row.codes)


class VoidCode(_OfCampaign, kw_only=True):
    """Withdraw a single-use code, named by its digest, that nobody has redeemed. A reason is required."""

    kind: ClassVar[str] = "voucher_code_void"
    code: str

    def target(self) -> Any:
        """Cover the code."""
        return self.code

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Command.check(self, assets)
        if not self.reason.strip():
            raise InvalidInput("reason_required")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the code, then its campaign."""
        refs.rows.setdefault(CODE, set()).add(self.code)
        row = book.rows.get((CODE, self.code))
        if row is not None and row.values is not None:
            self.need(refs, book, CodeRow(*row.values).campaign)

    def decide(self, book: Book) -> Effect | Refusal:
        """Withdraw it."""
        values = book.row(CODE, self.code)
        code = None if values is None else CodeRow(*values)
        row = None if code is None else campaign_of(book, code.campaign)
        if code is None or row is None:
            raise VoucherError("voucher_not_found")
        if code.state != UNUSED:
            return refuse("voucher_not_unused", campaign=row.id, state=code.state)
        code.state = VOID
        book.put(CODE, code.id, code.values())
        return self.keep(book, row, CampaignRow(*row.values()), voided=code.number)


def _over_already(rules: Rules, now: int) -> Refusal | None:
    """Refuse a grant that has expired before anybody gets it."""
    if rules.grant is not None and rules.grant.over_by(now):
        return refuse("expires_in_past")
    return None


def _state(row: CampaignRow | None, book: Book) -> dict[str, Any]:
    return {} if row is None else msgspec.to_builtins(campaign_view(row, book.assets, book.now))
