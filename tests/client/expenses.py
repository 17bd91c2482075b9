"""The operations of our own programs.

Made by `python -m groat.client` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET, UnsetType

from groat.client import Problem, answers, inputs
from groat.client.calling import Route
from groat.client.client import AsyncMoreCalls, MoreCalls
from groat.client.reading import Literal

# ruff does not know this Literal.
# ruff: noqa: F821, UP037


class ReceiptMissing(Problem):
    """``receipt_missing`` (422): A large claim needs the number of its receipt."""

    code = "receipt_missing"


_POST_TRANSACTION: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/transactions", answers.TransactionView, keyed=True
)
_POST_TRANSACTIONS: Final[Route[answers.BulkView]] = Route(
    "POST", "/v1/transactions/bulk", answers.BulkView, keyed=True, slow=True
)
_REVERSE_TRANSACTION: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/transactions/{id}/reverse", answers.TransactionView, keyed=True
)
_CREATE_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds", answers.TransactionView, keyed=True
)
_CAPTURE_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds/{id}/capture", answers.TransactionView, keyed=True
)
_EXTEND_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds/{id}/extend", answers.TransactionView, keyed=True
)
_RELEASE_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds/{id}/release", answers.TransactionView, keyed=True
)
_SET_BALANCE: Final[Route[answers.TransactionView]] = Route(
    "PUT", "/v1/accounts/{account}/balances/{asset}", answers.TransactionView, keyed=True
)
_SET_LIMITS: Final[Route[answers.BalanceView]] = Route(
    "PATCH", "/v1/accounts/{account}/balances/{asset}", answers.BalanceView, keyed=True
)
_CALL_ACTION: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/actions/{name}", answers.TransactionView, keyed=True
)
_FILE_REQUEST: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/{kind}", answers.RequestView, keyed=True
)
_TAKE_TRANSITION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/{kind}/{id}/{transition}", answers.RequestView, keyed=True
)
_FILE_EXPENSE: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/expense", answers.RequestView, keyed=True
)
_PAY_EXPENSE: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/expense/{id}/pay", answers.RequestView, keyed=True
)
_REJECT_EXPENSE: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/expense/{id}/reject", answers.RequestView, keyed=True
)
_WITHDRAW_EXPENSE: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/expense/{id}/withdraw", answers.RequestView, keyed=True
)
_CORRECT_EXPENSE: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/expense/{id}/correct", answers.RequestView, keyed=True
)
_DROP_CORRECTION_EXPENSE: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/expense/{id}/drop_correction", answers.RequestView, keyed=True
)


class Expenses(MoreCalls):
    """The operations of our own programs: ``Expenses(client)``."""

    def post_transaction(
        self,
        *,
        postings: Sequence[inputs.PostingInput],
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        at: str | None = None,
        check_past: bool = False,
        below_floor: bool = False,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/transactions``: Post a transaction. All postings or none, under one key. The answer
        has the new balances and the positions of its events. For admins and services.
        """
        return self._call(
            _POST_TRANSACTION,
            body={
                "postings": postings,
                "reason": reason,
                "metadata": metadata,
                "at": at,
                "check_past": check_past,
                "below_floor": below_floor,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def post_transactions(
        self,
        *,
        mode: Literal["atomic", "independent"],
        items: Sequence[inputs.BulkItemInput],
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.BulkView:
        """``POST /v1/transactions/bulk``: Post many transactions. Up to 10,000 items, each of which posts,
        holds, captures, releases, extends or reverses. `atomic`: all or none; a refusal is a problem
        with the `index` of its item; an item may name the hold of an earlier one by its place.
        `independent`: a verdict for each, under keys made of yours and the item's index, which no caller
        can send. Repeat it under the same key after any failure. For admins and services.
        """
        return self._call(
            _POST_TRANSACTIONS,
            body={"mode": mode, "items": items, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def reverse_transaction(
        self,
        id: str,
        *,
        reason: str = "",
        amounts: Sequence[str | None] | None = None,
        expired: Literal["book", "restore"] = "book",
        short: Literal["debt", "refuse"] = "refuse",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        at: str | None = None,
        below_floor: bool = False,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/transactions/{id}/reverse``: Reverse a transaction. Posts it backwards: all that is
        left of it, or an amount for each posting. Never more than was moved. For admins and services.
        """
        return self._call(
            _REVERSE_TRANSACTION,
            path={"id": id},
            body={
                "reason": reason,
                "amounts": amounts,
                "expired": expired,
                "short": short,
                "metadata": metadata,
                "at": at,
                "below_floor": below_floor,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def create_hold(
        self,
        *,
        source: str,
        destination: str,
        amount: str,
        asset: str,
        expires_at: str | None = None,
        expires_in: int | None = None,
        at_most: bool = False,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds``: Hold an amount. Reserves an amount: it leaves what is available, not the
        balance. The id of the hold is in `hold.id`. For admins and services.
        """
        return self._call(
            _CREATE_HOLD,
            body={
                "source": source,
                "destination": destination,
                "amount": amount,
                "asset": asset,
                "expires_at": expires_at,
                "expires_in": expires_in,
                "at_most": at_most,
                "reason": reason,
                "metadata": metadata,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def capture_hold(
        self,
        id: str,
        *,
        amount: str | None = None,
        final: bool = True,
        at_most: bool = False,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds/{id}/capture``: Capture a hold. Posts what was held, whole or a part. The rest
        is released unless `final` is false. For admins and services.
        """
        return self._call(
            _CAPTURE_HOLD,
            path={"id": id},
            body={
                "amount": amount,
                "final": final,
                "at_most": at_most,
                "reason": reason,
                "metadata": metadata,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def extend_hold(
        self,
        id: str,
        *,
        expires_at: str | None = None,
        expires_in: int | None = None,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds/{id}/extend``: Extend a hold. Lets an open hold end later, as a sign of life of
        what it is held for. It never ends earlier by this: a hold that lasts as long already, or has no
        end, stays as it is. For admins and services.
        """
        return self._call(
            _EXTEND_HOLD,
            path={"id": id},
            body={"expires_at": expires_at, "expires_in": expires_in, "reason": reason, "metadata": metadata},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def release_hold(
        self,
        id: str,
        *,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds/{id}/release``: Release a hold. Gives back what is left of the hold. For admins
        and services.
        """
        return self._call(
            _RELEASE_HOLD,
            path={"id": id},
            body={"reason": reason, "metadata": metadata},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def set_balance(
        self,
        account: str,
        asset: str,
        *,
        balance: str,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        below_floor: bool = False,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``PUT /v1/accounts/{account}/balances/{asset}``: Set a balance. Posts the difference between the
        balance and the wanted one, found under the lock, against house:adjustments. For admins and
        services.
        """
        return self._call(
            _SET_BALANCE,
            path={"account": account, "asset": asset},
            body={"balance": balance, "reason": reason, "metadata": metadata, "below_floor": below_floor},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def set_limits(
        self,
        account: str,
        asset: str,
        *,
        floor: str | UnsetType | None = UNSET,
        ceiling: str | UnsetType | None = UNSET,
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.BalanceView:
        """``PATCH /v1/accounts/{account}/balances/{asset}``: Set floor and ceiling. Changes the named
        limits; null removes one. A balance beyond a new limit stays as it is. For admins and services.
        """
        return self._call(
            _SET_LIMITS,
            path={"account": account, "asset": asset},
            body={"floor": floor, "ceiling": ceiling, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def call_action(
        self,
        name: str,
        *,
        amount: str,
        asset: str | None = None,
        at_most: bool = False,
        to: str | None = None,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/actions/{name}``: Do something with one's own money. The server declares from where to
        where the money goes, in which assets, and how much at most. The answer shows only the caller's
        own balances and positions. For people, for what is theirs.
        """
        return self._call(
            _CALL_ACTION,
            path={"name": name},
            body={
                "amount": amount,
                "asset": asset,
                "at_most": at_most,
                "to": to,
                "reason": reason,
                "metadata": metadata,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_request(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        user: str | None = None,
        owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/{kind}``: File a request. The body is the kind's data. Whatever money its
        filing holds is held by the same commit that tells of it. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            _FILE_REQUEST,
            path={"kind": kind},
            body=data,
            query={"user": user, "owner": owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def take_transition(
        self,
        kind: str,
        id: str,
        transition: str,
        data: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/{kind}/{id}/{transition}``: Take a transition of a request. The body is the
        transition's input. Money, state, history, events, notifications and the audit entry are one
        commit. Of two who decide at once the first wins; the other is told who decided. For whoever is
        signed in; people get only what is theirs.
        """
        return self._call(
            _TAKE_TRANSITION,
            path={"kind": kind, "id": id, "transition": transition},
            body=data,
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_expense(
        self,
        *,
        amount: str,
        asset: str,
        purpose: str,
        receipt: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense``: Expense claim: claim. What somebody paid for the house and wants
        back. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            _FILE_EXPENSE,
            body={"amount": amount, "asset": asset, "purpose": purpose, "receipt": receipt},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def pay_expense(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/pay``: Expense claim: pay. What somebody paid for the house and
        wants back. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            _PAY_EXPENSE,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def reject_expense(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/reject``: Expense claim: reject. What somebody paid for the
        house and wants back. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            _REJECT_EXPENSE,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def withdraw_expense(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/withdraw``: Expense claim: withdraw. What somebody paid for the
        house and wants back. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            _WITHDRAW_EXPENSE,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_expense(
        self,
        id: str,
        *,
        reason: str,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/correct``: Expense claim: correct. What somebody paid for the
        house and wants back. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            _CORRECT_EXPENSE,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_expense(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/drop_correction``: Expense claim: drop the correction. What
        somebody paid for the house and wants back. By: admin. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(
            _DROP_CORRECTION_EXPENSE,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )


class AsyncExpenses(AsyncMoreCalls):
    """The operations of our own programs: ``AsyncExpenses(async_client)``."""

    async def post_transaction(
        self,
        *,
        postings: Sequence[inputs.PostingInput],
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        at: str | None = None,
        check_past: bool = False,
        below_floor: bool = False,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/transactions``: Post a transaction. All postings or none, under one key. The answer
        has the new balances and the positions of its events. For admins and services.
        """
        return await self._call(
            _POST_TRANSACTION,
            body={
                "postings": postings,
                "reason": reason,
                "metadata": metadata,
                "at": at,
                "check_past": check_past,
                "below_floor": below_floor,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def post_transactions(
        self,
        *,
        mode: Literal["atomic", "independent"],
        items: Sequence[inputs.BulkItemInput],
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.BulkView:
        """``POST /v1/transactions/bulk``: Post many transactions. Up to 10,000 items, each of which posts,
        holds, captures, releases, extends or reverses. `atomic`: all or none; a refusal is a problem
        with the `index` of its item; an item may name the hold of an earlier one by its place.
        `independent`: a verdict for each, under keys made of yours and the item's index, which no caller
        can send. Repeat it under the same key after any failure. For admins and services.
        """
        return await self._call(
            _POST_TRANSACTIONS,
            body={"mode": mode, "items": items, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reverse_transaction(
        self,
        id: str,
        *,
        reason: str = "",
        amounts: Sequence[str | None] | None = None,
        expired: Literal["book", "restore"] = "book",
        short: Literal["debt", "refuse"] = "refuse",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        at: str | None = None,
        below_floor: bool = False,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/transactions/{id}/reverse``: Reverse a transaction. Posts it backwards: all that is
        left of it, or an amount for each posting. Never more than was moved. For admins and services.
        """
        return await self._call(
            _REVERSE_TRANSACTION,
            path={"id": id},
            body={
                "reason": reason,
                "amounts": amounts,
                "expired": expired,
                "short": short,
                "metadata": metadata,
                "at": at,
                "below_floor": below_floor,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def create_hold(
        self,
        *,
        source: str,
        destination: str,
        amount: str,
        asset: str,
        expires_at: str | None = None,
        expires_in: int | None = None,
        at_most: bool = False,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds``: Hold an amount. Reserves an amount: it leaves what is available, not the
        balance. The id of the hold is in `hold.id`. For admins and services.
        """
        return await self._call(
            _CREATE_HOLD,
            body={
                "source": source,
                "destination": destination,
                "amount": amount,
                "asset": asset,
                "expires_at": expires_at,
                "expires_in": expires_in,
                "at_most": at_most,
                "reason": reason,
                "metadata": metadata,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def capture_hold(
        self,
        id: str,
        *,
        amount: str | None = None,
        final: bool = True,
        at_most: bool = False,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds/{id}/capture``: Capture a hold. Posts what was held, whole or a part. The rest
        is released unless `final` is false. For admins and services.
        """
        return await self._call(
            _CAPTURE_HOLD,
            path={"id": id},
            body={
                "amount": amount,
                "final": final,
                "at_most": at_most,
                "reason": reason,
                "metadata": metadata,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def extend_hold(
        self,
        id: str,
        *,
        expires_at: str | None = None,
        expires_in: int | None = None,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds/{id}/extend``: Extend a hold. Lets an open hold end later, as a sign of life of
        what it is held for. It never ends earlier by this: a hold that lasts as long already, or has no
        end, stays as it is. For admins and services.
        """
        return await self._call(
            _EXTEND_HOLD,
            path={"id": id},
            body={"expires_at": expires_at, "expires_in": expires_in, "reason": reason, "metadata": metadata},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def release_hold(
        self,
        id: str,
        *,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds/{id}/release``: Release a hold. Gives back what is left of the hold. For admins
        and services.
        """
        return await self._call(
            _RELEASE_HOLD,
            path={"id": id},
            body={"reason": reason, "metadata": metadata},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def set_balance(
        self,
        account: str,
        asset: str,
        *,
        balance: str,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        below_floor: bool = False,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``PUT /v1/accounts/{account}/balances/{asset}``: Set a balance. Posts the difference between the
        balance and the wanted one, found under the lock, against house:adjustments. For admins and
        services.
        """
        return await self._call(
            _SET_BALANCE,
            path={"account": account, "asset": asset},
            body={"balance": balance, "reason": reason, "metadata": metadata, "below_floor": below_floor},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def set_limits(
        self,
        account: str,
        asset: str,
        *,
        floor: str | UnsetType | None = UNSET,
        ceiling: str | UnsetType | None = UNSET,
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.BalanceView:
        """``PATCH /v1/accounts/{account}/balances/{asset}``: Set floor and ceiling. Changes the named
        limits; null removes one. A balance beyond a new limit stays as it is. For admins and services.
        """
        return await self._call(
            _SET_LIMITS,
            path={"account": account, "asset": asset},
            body={"floor": floor, "ceiling": ceiling, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def call_action(
        self,
        name: str,
        *,
        amount: str,
        asset: str | None = None,
        at_most: bool = False,
        to: str | None = None,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/actions/{name}``: Do something with one's own money. The server declares from where to
        where the money goes, in which assets, and how much at most. The answer shows only the caller's
        own balances and positions. For people, for what is theirs.
        """
        return await self._call(
            _CALL_ACTION,
            path={"name": name},
            body={
                "amount": amount,
                "asset": asset,
                "at_most": at_most,
                "to": to,
                "reason": reason,
                "metadata": metadata,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_request(
        self,
        kind: str,
        data: Mapping[str, Any],
        *,
        user: str | None = None,
        owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/{kind}``: File a request. The body is the kind's data. Whatever money its
        filing holds is held by the same commit that tells of it. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            _FILE_REQUEST,
            path={"kind": kind},
            body=data,
            query={"user": user, "owner": owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def take_transition(
        self,
        kind: str,
        id: str,
        transition: str,
        data: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/{kind}/{id}/{transition}``: Take a transition of a request. The body is the
        transition's input. Money, state, history, events, notifications and the audit entry are one
        commit. Of two who decide at once the first wins; the other is told who decided. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            _TAKE_TRANSITION,
            path={"kind": kind, "id": id, "transition": transition},
            body=data,
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_expense(
        self,
        *,
        amount: str,
        asset: str,
        purpose: str,
        receipt: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense``: Expense claim: claim. What somebody paid for the house and wants
        back. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            _FILE_EXPENSE,
            body={"amount": amount, "asset": asset, "purpose": purpose, "receipt": receipt},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def pay_expense(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/pay``: Expense claim: pay. What somebody paid for the house and
        wants back. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            _PAY_EXPENSE,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reject_expense(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/reject``: Expense claim: reject. What somebody paid for the
        house and wants back. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            _REJECT_EXPENSE,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def withdraw_expense(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/withdraw``: Expense claim: withdraw. What somebody paid for the
        house and wants back. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            _WITHDRAW_EXPENSE,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_expense(
        self,
        id: str,
        *,
        reason: str,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/correct``: Expense claim: correct. What somebody paid for the
        house and wants back. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            _CORRECT_EXPENSE,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_expense(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/expense/{id}/drop_correction``: Expense claim: drop the correction. What
        somebody paid for the house and wants back. By: admin. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(
            _DROP_CORRECTION_EXPENSE,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )
