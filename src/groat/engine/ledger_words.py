"""The words that write, as commands: what an app calls, on whatever executes the commands."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Literal

from groat.engine.budget_words import LOCAL, BudgetWords
from groat.engine.items import AtMost, Item, ItemMaker, Leg, each_leg, keys_of, microseconds, moment, units_of
from groat.engine.lookup import Id, Time
from groat.ledger.amounts import Amount, Asset, amount_text, parse_amount
from groat.ledger.bulks import Bulk
from groat.ledger.clock import ClockView, ConfirmClock, ForwardClock
from groat.ledger.commands import (
    CappedPosting,
    Capture,
    Command,
    Extend,
    GrantPosting,
    Hold,
    Post,
    Posting,
    Release,
    SetBalance,
)
from groat.ledger.errors import InvalidInput, Refusal, Refused, printable
from groat.ledger.granting import VoidGrant
from groat.ledger.grants import Terms
from groat.ledger.limits import UNSET, OpenAccount, SetLimits, Unset
from groat.ledger.members import SetMember
from groat.ledger.reversing import Reverse
from groat.ledger.settling import Excess, SettleHold
from groat.ledger.states import SetState
from groat.ledger.views import BulkTransactions, TransactionView
from groat.store.batch import Done


class LedgerWords(BudgetWords):
    """The methods that write. Each makes a command, and raises what :meth:`execute` does, or Refused."""

    @abstractmethod
    async def execute(self, command: Command) -> Done | Refusal:
        """Execute a command; returns its verdict. Raises InvalidInput (not queued), Overloaded, Closed, StoreError."""

    @abstractmethod
    async def execute_many(self, commands: Sequence[Command]) -> list[Done | Refusal]:
        """Execute independent commands and return a verdict for each; raises as :meth:`execute` does."""

    async def _check(self, command: Command) -> None:
        try:
            command.check(self._assets)
        except InvalidInput as error:
            if error.code != "unknown_asset":
                raise
            # Another process may have created it a moment ago.
            await self.assets()
            command.check(self._assets)

    async def _done(self, command: Command) -> Done:
        if command.principal.startswith("system:"):
            # Keys of groat's own commands must not collide with a caller's.
            raise InvalidInput(
                "invalid_principal", "No caller may act as system:. Give a user: or a service:."
            )
        verdict = await self.execute(command)
        if isinstance(verdict, Refusal):
            raise Refused(verdict)
        return verdict

    async def asset(self, code: str) -> Asset:
        """Return the asset of a code; raises InvalidInput ``unknown_asset``."""
        try:
            found = self._assets.get(code)
        except TypeError:
            raise InvalidInput("unknown_asset", asset=printable(code, 32)) from None
        if found is None:
            found = (await self.assets()).get(code)
        if found is None:
            raise InvalidInput("unknown_asset", asset=printable(code, 32))
        return found

    async def amount(self, amount: Amount, asset: str, *, signed: bool = False) -> int:
        """Return the smallest units in an amount (a decimal string, an int or a Decimal); raises InvalidInput."""
        return parse_amount(amount_text(amount), await self.asset(asset), signed=signed)

    async def postings(self, legs: Iterable[Leg]) -> tuple[Posting, ...]:
        """Return postings (source, destination, amount, asset) in smallest units. Raises InvalidInput.

        One with the terms of a grant as its fifth value arrives as that grant.
        """
        made: list[Posting] = []
        for leg in each_leg(legs):
            source, destination, amount, asset, *terms = leg
            sides = source, destination, await self.amount(amount, asset), asset
            kind = CappedPosting if isinstance(leg, AtMost) else Posting
            made.append(GrantPosting(*sides, *terms) if terms else kind(*sides))
        return tuple(made)

    async def post(
        self,
        postings: Iterable[Leg],
        *,
        key: str,
        reason: str = "",
        metadata: dict[str, Any] | None = None,
        actor: str = "",
        principal: str = LOCAL,
        at: Time | None = None,
        below_floor: bool = False,
        check_past: bool = False,
    ) -> TransactionView:
        """Move money: each posting is (source, destination, amount, asset), the amount a str, an int or a Decimal.

        ``key`` makes a repetition harmless. An :class:`~groat.AtMost` in place of a tuple moves what may move of its
        amount; where that is nothing at all, the answer's ``id`` is None. With ``check_past`` an earlier effective date
        ``at`` is refused (``past_floor``) where an account would have been below its floor at any moment since. Raises
        Refused (``insufficient_funds`` ...), InvalidInput, Overloaded.
        """
        command = Post(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            metadata=metadata,
            effective_at=moment(at),
            postings=await self.postings(postings),
            below_floor=below_floor,
            check_past=check_past,
        )
        return (await self._done(command)).view()

    async def grant(
        self,
        account: str,
        amount: Amount,
        asset: str,
        *,
        key: str,
        source: str = "house:promotions",
        expires_at: Time | None = None,
        lasts: timedelta | None = None,
        priority: int = 100,
        cls: str = "promotional",
        cause: str = "",
        note: str = "",
        reason: str = "",
        metadata: dict[str, Any] | None = None,
        actor: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Give an account an amount as a grant that ends at ``expires_at``, or ``lasts`` after the commit, or never.

        Of several grants the one of the lower ``priority`` is spent first, then the one that expires soonest, then the
        oldest, and money that is no grant last. ``cls`` is ``paid`` or ``promotional``. Raises as :meth:`post`.
        """
        terms = Terms(
            cls,
            moment(expires_at),
            None if lasts is None else lasts // timedelta(microseconds=1),
            priority,
            cause,
            note,
        )
        command = Post(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            metadata=metadata,
            postings=(GrantPosting(source, account, await self.amount(amount, asset), asset, terms),),
        )
        return (await self._done(command)).view()

    async def void_grant(
        self,
        grant: Id,
        *,
        key: str,
        reason: str,
        amount: Amount | None = None,
        actor: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Take back what is free of a grant, for the account that gave it, and end it; or take an amount alone.

        What is held of it stays valid for its holds. Raises Refused (``grant_not_found``, ``grant_spent``),
        InvalidInput.
        """
        units = None
        if amount is not None:
            asset = await self.grant_asset(grant)
            # Without a grant there is no asset to parse the amount by, and the verdict is grant_not_found anyway.
            units = await self.amount(amount_text(amount), asset) if asset else 1
        command = VoidGrant(
            principal=principal, key=key, actor=actor, reason=reason, grant=str(grant), amount=units
        )
        return (await self._done(command)).view()

    async def bulk(
        self,
        items: Sequence[Item | Iterable[Leg]],
        *,
        key: str,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> BulkTransactions:
        """Make many transactions under one key, all or none; raises as :meth:`post`, with the ``index`` of the item.

        An item is a list of postings, or a PostItem, HoldItem, CaptureItem, SettleItem, ReleaseItem, ExtendItem or
        ReverseItem. It may name the hold of an earlier item by its place. ``reason`` counts for items that have none.
        """
        maker = ItemMaker(self, items, atomic=True, principal=principal, actor=actor, reason=reason)
        command = Bulk(
            principal=principal, key=key, actor=actor, reason=reason, items=await maker.commands(key)
        )
        return (await self._done(command)).bulk_view()

    async def each(
        self,
        items: Sequence[Item | Iterable[Leg]],
        *,
        key: str,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> list[TransactionView | Refusal | InvalidInput]:
        """Make many transactions that do not depend on each other; returns a verdict for each, in their order.

        Items are those of :meth:`bulk`, but none may name another. Each has a key of its own, made of ``key`` and its
        place. Raises InvalidInput for what is wrong with the whole, Overloaded, Closed, StoreError.
        """
        maker = ItemMaker(self, items, atomic=False, principal=principal, actor=actor, reason=reason)
        await maker.look()
        found: list[TransactionView | Refusal | InvalidInput] = []
        places: list[int] = []
        commands: list[Command] = []
        for index, own_key in enumerate(keys_of(key, len(items))):
            try:
                command = await maker.command(index, own_key)
                await self._check(command)
            except InvalidInput as error:
                found.append(error)
            else:
                found.append(InvalidInput("invalid_item"))
                places.append(index)
                commands.append(command)
        for index, verdict in zip(places, await self.execute_many(commands), strict=True):
            found[index] = verdict if isinstance(verdict, Refusal) else verdict.view()
        return found

    async def hold(
        self,
        source: str,
        destination: str,
        amount: Amount,
        asset: str,
        *,
        key: str,
        expires_at: Time | None = None,
        expires_in: float | None = None,
        at_most: bool = False,
        reason: str = "",
        metadata: dict[str, Any] | None = None,
        actor: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Reserve an amount; the answer's ``hold`` has the id to capture or release. Raises Refused, InvalidInput.

        It ends at ``expires_at``, or ``expires_in`` seconds after the commit, or when it is resolved. With ``at_most``
        it reserves what there is of the amount (``moved``), and where that is nothing, ``id`` and ``hold`` are None.
        """
        command = Hold(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            metadata=metadata,
            source=source,
            destination=destination,
            amount=await self.amount(amount, asset),
            asset=asset,
            expires_at=moment(expires_at),
            lasts=microseconds(expires_in),
            at_most=at_most,
        )
        return (await self._done(command)).view()

    async def extend(
        self,
        hold: str,
        *,
        key: str,
        expires_at: Time | None = None,
        expires_in: float | None = None,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Let an open hold end later: at ``expires_at``, or ``expires_in`` seconds after the commit; one is given.

        One that lasts as long already stays as it is: the answer's ``id`` then is None. Raises Refused
        (``hold_expired`` ...), InvalidInput.
        """
        command = Extend(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            hold=hold,
            expires_at=moment(expires_at),
            lasts=microseconds(expires_in),
        )
        return (await self._done(command)).view()

    async def capture(
        self,
        hold: Id,
        *,
        key: str,
        amount: Amount | None = None,
        final: bool = True,
        at_most: bool = False,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Post what a hold reserved, whole or in part; ``final=False`` keeps the rest reserved for another capture.

        With ``at_most`` it posts no more of the amount than is left of the hold (``moved``).
        """
        units = None
        if amount is not None:
            held = await self.held(hold)
            # Without a hold there is no asset to parse the amount by, and the verdict is hold_not_found anyway.
            amount = amount_text(amount)
            units = await self.amount(amount, held.asset) if held else 1
        command = Capture(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            hold=str(hold),
            amount=units,
            final=final,
            at_most=at_most,
        )
        return (await self._done(command)).view()

    async def settle(
        self,
        hold: Id,
        actual: Amount,
        *,
        key: str,
        excess: Excess = "refuse",
        overdraft: Amount | None = None,
        reason: str = "",
        metadata: dict[str, Any] | None = None,
        actor: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Post what was used in all, be it less or more than the hold: up to the hold in any case, and free the rest.

        What goes beyond it is an ordinary spend. Where too little is there, ``excess="refuse"`` spends nothing of it,
        ``"available"`` what there is, and ``"overdraft"`` goes below the floor by at most ``overdraft``. The answer's
        ``settled`` says how much was captured, spent and freed, and the ``shortfall``. Of a hold that expired or was
        released all goes beyond it, and ``"refuse"`` then raises Refused (``insufficient_funds``). Raises Refused
        (``hold_resolved`` ...), InvalidInput.
        """
        held = await self.held(hold)
        actual, limit = amount_text(actual), None if overdraft is None else amount_text(overdraft)
        # Without a hold there is no asset to parse the amounts by, and the verdict is hold_not_found anyway.
        command = SettleHold(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            metadata=metadata,
            hold=str(hold),
            actual=await self.amount(actual, held.asset, signed=True) if held else 0,
            excess=excess,
            overdraft=0 if limit is None else await self.amount(limit, held.asset) if held else 1,
        )
        return (await self._done(command)).view()

    async def release(
        self, hold: Id, *, key: str, reason: str = "", actor: str = "", principal: str = LOCAL
    ) -> TransactionView:
        """Give back what is left of a hold."""
        command = Release(principal=principal, key=key, actor=actor, reason=reason, hold=str(hold))
        return (await self._done(command)).view()

    async def reverse(
        self,
        transaction: Id,
        *,
        key: str,
        amounts: Sequence[Amount | None] | None = None,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
        at: Time | None = None,
        below_floor: bool = False,
        expired: Literal["book", "restore"] = "book",
        short: Literal["refuse", "debt"] = "refuse",
    ) -> TransactionView:
        """Post a transaction backwards, whole or by ``amounts`` per posting (None: all that is left, 0: nothing).

        It is effective now, or at an earlier moment ``at``, but never before what it reverses (``before_original``).

        What goes back into a grant that expired meanwhile expires at once; ``expired="restore"`` grants it anew for as
        long as it had left. ``short="debt"`` takes back a grant of which too little is left all the same, even below
        the floor.
        """
        command = Reverse(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            transaction=str(transaction),
            effective_at=moment(at),
            amounts=None if amounts is None else await self.reversal_amounts(transaction, amounts),
            below_floor=below_floor,
            expired=expired,
            short=short,
        )
        return (await self._done(command)).view()

    async def reversal_amounts(
        self, transaction: Id, amounts: Sequence[Amount | None]
    ) -> tuple[int | None, ...]:
        """Return the smallest units of ``amounts``, each read by the asset of its posting; raises InvalidInput."""
        original = await self.transaction(transaction)
        return await units_of(self, amounts, [p.asset for p in original.postings] if original else [])

    async def forward_clock(
        self,
        by: timedelta | None = None,
        *,
        key: str,
        to: Time | None = None,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> ClockView:
        """Set the clock of a sandbox forward, by a duration or to a moment; what is due by then follows within seconds.

        Raises Refused (``no_sandbox``, ``clock_goes_forward``, ``too_far_forward``), InvalidInput.
        """
        command = ForwardClock(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            by=None if by is None else by // timedelta(microseconds=1),
            to=moment(to),
        )
        return ClockView(True, **(await self._done(command)).extra)

    async def confirm_clock(
        self, *, key: str, reason: str, actor: str = "", principal: str = LOCAL
    ) -> dict[str, Any]:
        """Confirm that the database's clock, which leapt, is right: what is due by it follows. Returns its time.

        Raises Refused (``clock_steady``), InvalidInput.
        """
        command = ConfirmClock(principal=principal, key=key, actor=actor, reason=reason)
        extra: dict[str, Any] = (await self._done(command)).extra
        return extra

    async def set_balance(
        self,
        account: str,
        asset: str,
        balance: Amount,
        *,
        key: str,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
        below_floor: bool = False,
    ) -> TransactionView:
        """Bring a balance to exactly this value against ``house:adjustments``; ``id`` is None if it was there."""
        command = SetBalance(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            account=account,
            asset=asset,
            balance=await self.amount(balance, asset, signed=True),
            below_floor=below_floor,
        )
        return (await self._done(command)).view()

    async def set_limits(
        self,
        account: str,
        asset: str,
        *,
        key: str,
        floor: Amount | Unset | None = UNSET,
        ceiling: Amount | Unset | None = UNSET,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Change floor and ceiling (None: no limit; left out: as it is); the answer has the balance with both."""
        command = SetLimits(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            account=account,
            asset=asset,
            floor=await self.limit(floor, asset),
            ceiling=await self.limit(ceiling, asset),
        )
        return (await self._done(command)).view()

    async def open_account(
        self,
        account: str,
        asset: str,
        *,
        key: str,
        floor: Amount | Unset | None = UNSET,
        ceiling: Amount | Unset | None = UNSET,
        reason: str = "",
        principal: str = LOCAL,
    ) -> TransactionView:
        """Open an account with these limits (left out: the policy's); one that is open stays as it is."""
        command = OpenAccount(
            principal=principal,
            key=key,
            reason=reason,
            account=account,
            asset=asset,
            floor=await self.limit(floor, asset),
            ceiling=await self.limit(ceiling, asset),
        )
        return (await self._done(command)).view()

    async def set_state(
        self,
        account: str,
        act: Literal["freeze", "unfreeze", "close", "reopen"],
        *,
        key: str,
        reason: str,
        rest_to: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> str:
        """Freeze an account with all of its assets, close it, or open it again; returns its state.

        ``rest_to`` is the account that gets what is left of one that is closed, once nothing is held. Raises Refused
        (``wrong_account_state``), InvalidInput.
        """
        command = SetState(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            account=account,
            act=act,
            rest_to=rest_to,
        )
        state: str = (await self._done(command)).extra["state"]
        return state

    async def set_member(
        self,
        account: str,
        user: str,
        rights: Iterable[str],
        *,
        key: str,
        reason: str = "",
        actor: str = "",
        principal: str = LOCAL,
    ) -> list[str]:
        """Let a person ``read``, ``spend`` from and ``manage`` a shared account, or remove them: no rights.

        With any right they may read: the account's balances come to their screens from now on. Returns their rights.
        Raises Refused (``member_not_found``, ``too_many_members``), InvalidInput.
        """
        command = SetMember(
            principal=principal,
            key=key,
            actor=actor,
            reason=reason,
            account=account,
            user=str(user),
            rights=tuple(rights),
        )
        told: list[str] = (await self._done(command)).extra["rights"]
        return told

    async def limit(self, amount: Amount | Unset | None, asset: str) -> int | Unset | None:
        """Return a limit's smallest units; None (no limit) and UNSET (as it is) are kept. Raises InvalidInput."""
        if amount is None or isinstance(amount, Unset):
            return amount
        return await self.amount(amount, asset, signed=True)
