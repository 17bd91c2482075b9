"""The commands of redemptions: one redeems a code, one undoes that. Each is decided and paid in one commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import msgspec

from groat.ledger.amounts import Asset
from groat.ledger.book import Book, Move, Pair, Refs, refuse
from groat.ledger.causes import Cause, declare_mover
from groat.ledger.commands import Checks, Command, Effect
from groat.ledger.errors import InvalidInput, Refusal
from groat.ledger.reversing import Reverse
from groat.ledger.rows import TransactionRow
from groat.ledger.text import format_time
from groat.programs import notifications
from groat.programs.credits.vouchers.errors import BELONGS_TO_VOUCHER, VoucherError
from groat.programs.credits.vouchers.rows import (
    BOUGHT,
    CAMPAIGN,
    CODE,
    PERSON,
    REDEEMED,
    REDEMPTION,
    UNUSED,
    VOID,
    CampaignRow,
    CodeRow,
    PersonRow,
    RedemptionRow,
    campaign_of,
    person_id,
)
from groat.programs.credits.vouchers.views import RedemptionView, redemption_view
from groat.programs.workflow.rows import REQUEST, RequestRow

MOVER = "voucher"
ORDER, BOUGHT_STATES = "credit_order", ("fulfilled", "partly_refunded", "refunded")
TOLD = "voucher_updated"
NEWS = "vouchers_updated"
STAFF = ("role:admin", "role:support")

declare_mover(
    MOVER,
    "The redemption {id} of a voucher {did} this, and it is undone there: POST /v1/vouchers/redemptions/{id}/undo.",
    BELONGS_TO_VOUCHER,
)


class Redeem(Command, kw_only=True):
    """Redeem the code of this digest for a person (``user:42``): the campaign pays them once per rule.

    Raises VoucherError ``voucher_not_found`` out of its decision, so that nothing stands under the key of a wrong code.
    ``pays`` is the account that pays, as soon as it is known.
    """

    kind: ClassVar[str] = "voucher"
    staged: ClassVar[bool] = True
    code: str
    person: str
    pays: Pair | None = None

    def target(self) -> Any:
        """Cover the code and the person."""
        return (self.code, self.person)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the code, then its campaign and the person's count there, then the accounts between which it pays."""
        refs.rows.setdefault(CODE, set()).add(self.code)
        refs.streams.add(self.person)
        refs.streams.update(STAFF)
        code = book.rows.get((CODE, self.code))
        if code is None or code.values is None:
            return
        campaign = CodeRow(*code.values).campaign
        refs.rows.setdefault(CAMPAIGN, set()).add(campaign)
        refs.rows.setdefault(PERSON, set()).add(person_id(campaign, self.person))
        locked = book.rows.get((CAMPAIGN, campaign))
        if locked is None or locked.values is None:
            return
        row = CampaignRow(*locked.values)
        self.pays = (row.source, row.asset)
        refs.assets.add(row.asset)
        refs.accounts |= {self.pays, (self.person, row.asset)}
        if row.first_purchase:
            notifications.need(refs, self.person)
            refs.rows.setdefault(BOUGHT, set()).add(self.person)

    def checks(self, originals: Mapping[str, TransactionRow]) -> Checks:
        """Check the floor of the account that pays and the ceiling of the person's."""
        if self.pays is None:
            return Checks(set(), set())
        return Checks({self.pays}, {(self.person, self.pays[1])})

    def decide(self, book: Book) -> Effect | Refusal:
        """Check the rules of the campaign, count the use, and pay."""
        values = book.row(CODE, self.code)
        code = None if values is None else CodeRow(*values)
        row = None if code is None else campaign_of(book, code.campaign)
        if code is None or row is None:
            raise VoucherError("voucher_not_found")
        counted = book.row(PERSON, person_id(row.id, self.person))
        person = PersonRow(person_id(row.id, self.person)) if counted is None else PersonRow(*counted)
        refusal = self._refused(book, row, code, person)
        if refusal is not None:
            return refusal
        source, account = book.accounts[row.source, row.asset], book.accounts[self.person, row.asset]
        legs = book.move([Move(0, source, account, row.amount, 0, grant=row.grant())])
        if isinstance(legs, Refusal):
            return legs
        id = self.ids[0]
        person.uses += 1
        person.made += 1
        made = self.record(book, legs, reason=row.name, cause=cause_of(id))
        redemption = RedemptionRow(
            id, row.id, code.id, self.person, person.made, row.amount, book.now, reason=self.reason
        )
        if code.number:
            code.state, code.redemption, code.person = REDEEMED, id, self.person
            book.put(CODE, code.id, code.values())
        book.put(PERSON, person.id, person.values())
        book.put(REDEMPTION, id, redemption.values())
        count(book, made, row, 1, row.amount)
        return tell(book, made, redemption, row, code)

    def _refused(self, book: Book, row: CampaignRow, code: CodeRow, person: PersonRow) -> Refusal | None:
        """Return the first rule that the redemption would break, in the order of VOUCHER_REFUSALS."""
        named = {"campaign": row.id, "name": row.name}
        if not row.active:
            return refuse("voucher_stopped", **named)
        if row.starts_at is not None and book.now < row.starts_at:
            return refuse("voucher_not_yet", **named, starts_at=format_time(row.starts_at))
        if row.ends_at is not None and book.now >= row.ends_at:
            return refuse("voucher_over", **named, ends_at=format_time(row.ends_at))
        if code.state == VOID:
            return refuse("voucher_void", **named)
        if code.state == REDEEMED:
            mine = code.person == self.person
            return refuse("voucher_redeemed" if mine else "voucher_used_up", **named)
        if row.uses_max is not None and row.uses >= row.uses_max:
            return refuse("voucher_used_up", **named)
        if row.uses_each is not None and person.uses >= row.uses_each:
            return refuse("voucher_yours_used_up", **named, max=str(row.uses_each))
        if row.first_purchase and has_bought(book, self.person):
            return refuse("voucher_first_purchase", **named)
        if row.budget is not None and row.spent + row.amount > row.budget:
            return refuse("voucher_budget_used_up", **named)
        return None


class UndoRedemption(Reverse, kw_only=True):
    """Take back what a redemption (``transaction``) paid, and free its use. A reason is required."""

    kind: ClassVar[str] = "voucher_undo"
    staged: ClassVar[bool] = True

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`."""
        Reverse.check(self, assets)
        if not self.reason.strip():
            raise InvalidInput("reason_required")

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the redemption and its transaction, then the code, the campaign and the person's count."""
        Reverse.needs(self, refs, book)
        refs.rows.setdefault(REDEMPTION, set()).add(self.transaction)
        refs.streams.update(STAFF)
        found = book.rows.get((REDEMPTION, self.transaction))
        if found is None or found.values is None:
            return
        redemption = RedemptionRow(*found.values)
        refs.streams.add(redemption.person)
        refs.rows.setdefault(CODE, set()).add(redemption.code)
        refs.rows.setdefault(CAMPAIGN, set()).add(redemption.campaign)
        refs.rows.setdefault(PERSON, set()).add(person_id(redemption.campaign, redemption.person))

    def decide(self, book: Book) -> Effect | Refusal:
        """Post backwards, and count the use back. The code can be redeemed again."""
        values = book.row(REDEMPTION, self.transaction)
        original = book.transactions.get(self.transaction)
        if values is None or original is None:
            raise VoucherError("redemption_not_found", redemption=self.transaction)
        redemption = RedemptionRow(*values)
        row = campaign_of(book, redemption.campaign)
        code = CodeRow(*(book.row(CODE, redemption.code) or ()))
        person = PersonRow(*(book.row(PERSON, person_id(redemption.campaign, redemption.person)) or ()))
        assert row is not None
        if redemption.undone_at is not None:
            return refuse(
                "redemption_undone", redemption=redemption.id, undone_at=format_time(redemption.undone_at)
            )
        legs = self.put_back(book, original)
        if isinstance(legs, Refusal):
            return legs
        made = self.record(book, legs, reverses=original.id, cause=cause_of(redemption.id))
        redemption.undone_at, redemption.undone_by = book.now, self.actor or self.principal
        redemption.reason, redemption.reversal = self.reason, made.id
        person.uses -= 1
        if code.number and code.state == REDEEMED:
            code.state, code.redemption, code.person = UNUSED, None, None
            book.put(CODE, code.id, code.values())
        book.put(PERSON, person.id, person.values())
        book.put(REDEMPTION, redemption.id, redemption.values())
        count(book, made, row, -1, -redemption.amount)
        return tell(book, made, redemption, row, code)


def cause_of(id: str) -> str:
    """Return the cause of what a redemption moved."""
    return str(Cause(MOVER, "redemption", id))


def has_bought(book: Book, person: str) -> bool:
    """Return whether an order of the person was ever fulfilled, before this batch or earlier in it."""
    counted = book.row(BOUGHT, person)
    if counted is not None and counted[1]:
        return True
    return any(
        table is REQUEST and row.values is not None and _is_fulfilled(RequestRow(*row.values), person)
        for (table, _), row in book.rows.items()
    )


def _is_fulfilled(row: RequestRow, person: str) -> bool:
    return row.kind == ORDER and row.owner == person and row.state in BOUGHT_STATES


def count(book: Book, made: TransactionRow, row: CampaignRow, uses: int, spent: int) -> None:
    """Count redemptions of a campaign, and tell staff once a batch that it changed."""
    row.uses += uses
    row.spent += spent
    put_campaign(book, made, row)


def put_campaign(book: Book, made: TransactionRow, row: CampaignRow) -> None:
    """Write a campaign, and tell staff once a batch that it changed."""
    stored = book.rows.get((CAMPAIGN, row.id))
    before = book.before(stored) if stored is not None else None
    is_first = stored is None or before is None or before == stored.state()
    book.put(CAMPAIGN, row.id, row.values())
    if is_first:
        for room in STAFF:
            book.sum_up(made.id, room, NEWS, {"campaign": row.id})


def tell(
    book: Book, made: TransactionRow, redemption: RedemptionRow, row: CampaignRow, code: CodeRow
) -> Effect:
    """Tell the person's devices of a redemption; return the effect, which has its view."""
    view: RedemptionView = redemption_view(redemption, row.name, book.assets[row.asset], code.number)
    told: dict[str, Any] = msgspec.to_builtins(view)
    book.tell(made.id, redemption.person, TOLD, {"redemption": told})
    return Effect([made], extra=told)
