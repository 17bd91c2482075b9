"""The operations of our own programs.

Made by `python -m groat.client` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from typing import Final

from groat.client import Problem, answers
from groat.client.calling import Route
from groat.client.client import AsyncMoreCalls, MoreCalls


class ReceiptMissing(Problem):
    """``receipt_missing`` (422): A large claim needs the number of its receipt."""

    code = "receipt_missing"


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
