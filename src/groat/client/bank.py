"""The operations of the program bank as methods, for servers on which it is turned on.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from typing import Literal

from groat.client import answers, table
from groat.client.client import AsyncMoreCalls, MoreCalls


class Bank(MoreCalls):
    """The operations of the program bank."""

    def file_transfer(
        self,
        *,
        amount: str,
        asset: str,
        user: str = "",
        external: str = "",
        name: str = "",
        beneficiary: str = "",
        reference: str = "",
        on: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer``: Transfer: send money. Money to a user of the system or to an
        account at another bank. By: owner, service, admin, system. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.FILE_TRANSFER,
            body={
                "user": user,
                "external": external,
                "name": name,
                "amount": amount,
                "asset": asset,
                "beneficiary": beneficiary,
                "reference": reference,
                "on": on,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def approve_transfer(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/approve``: Transfer: approve. Money to a user of the system or
        to an account at another bank. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.APPROVE_TRANSFER,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def reject_transfer(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/reject``: Transfer: reject. Money to a user of the system or to
        an account at another bank. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.REJECT_TRANSFER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def cancel_transfer(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/cancel``: Transfer: cancel. Money to a user of the system or to
        an account at another bank. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CANCEL_TRANSFER,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_transfer(
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
        """``POST /v1/requests/transfer/{id}/correct``: Transfer: correct. Money to a user of the system or
        to an account at another bank. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.CORRECT_TRANSFER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_transfer(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/drop_correction``: Transfer: drop the correction. Money to a
        user of the system or to an account at another bank. By: admin. For whoever is signed in; people
        get only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_TRANSFER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_beneficiary(
        self,
        *,
        user: str = "",
        external: str = "",
        name: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary``: Saved recipient: save. A user of the system or an account at
        another bank, kept for transfers. By: owner, admin, service. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.FILE_BENEFICIARY,
            body={"user": user, "external": external, "name": name},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def rename_beneficiary(
        self,
        id: str,
        *,
        name: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary/{id}/rename``: Saved recipient: rename. A user of the system or
        an account at another bank, kept for transfers. By: owner. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.RENAME_BENEFICIARY,
            path={"id": id},
            body={"name": name},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def remove_beneficiary(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary/{id}/remove``: Saved recipient: remove. A user of the system or
        an account at another bank, kept for transfers. By: owner, admin. For whoever is signed in;
        people get only what is theirs.
        """
        return self._call(
            table.REMOVE_BENEFICIARY,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_beneficiary(
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
        """``POST /v1/requests/beneficiary/{id}/correct``: Saved recipient: correct. A user of the system or
        an account at another bank, kept for transfers. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.CORRECT_BENEFICIARY,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_beneficiary(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary/{id}/drop_correction``: Saved recipient: drop the correction. A
        user of the system or an account at another bank, kept for transfers. By: admin. For whoever is
        signed in; people get only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_BENEFICIARY,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_standing_order(
        self,
        *,
        amount: str,
        asset: str,
        first: str,
        user: str = "",
        external: str = "",
        name: str = "",
        beneficiary: str = "",
        reference: str = "",
        every: Literal["month", "week"] = "month",
        until: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/standing_order``: Standing order: set up. A transfer that is filed again
        every week or month. By: owner, service, admin. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.FILE_STANDING_ORDER,
            body={
                "user": user,
                "external": external,
                "name": name,
                "amount": amount,
                "asset": asset,
                "beneficiary": beneficiary,
                "reference": reference,
                "first": first,
                "every": every,
                "until": until,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def end_standing_order(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/standing_order/{id}/end``: Standing order: end. A transfer that is filed
        again every week or month. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.END_STANDING_ORDER,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_standing_order(
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
        """``POST /v1/requests/standing_order/{id}/correct``: Standing order: correct. A transfer that is
        filed again every week or month. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.CORRECT_STANDING_ORDER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_standing_order(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/standing_order/{id}/drop_correction``: Standing order: drop the correction. A
        transfer that is filed again every week or month. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_STANDING_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_card(
        self,
        *,
        holder: str,
        asset: str,
        limit: str,
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card``: Card: apply. A payment card with a monthly limit. By: owner, service,
        admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.FILE_CARD,
            body={"holder": holder, "asset": asset, "limit": limit},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def approve_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/approve``: Card: approve. A payment card with a monthly limit. By:
        admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.APPROVE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def reject_card(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/reject``: Card: reject. A payment card with a monthly limit. By:
        admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.REJECT_CARD,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def cancel_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/cancel``: Card: cancel. A payment card with a monthly limit. By:
        owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CANCEL_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def create_card(
        self,
        id: str,
        *,
        last4: str,
        expiry: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/create``: Card: make. A payment card with a monthly limit. By:
        system, service. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CREATE_CARD,
            path={"id": id},
            body={"last4": last4, "expiry": expiry},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def freeze_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/freeze``: Card: freeze. A payment card with a monthly limit. By:
        owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.FREEZE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def unfreeze_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/unfreeze``: Card: unfreeze. A payment card with a monthly limit.
        By: owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.UNFREEZE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def set_limit_card(
        self,
        id: str,
        *,
        limit: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/set_limit``: Card: change limit. A payment card with a monthly
        limit. By: owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.SET_LIMIT_CARD,
            path={"id": id},
            body={"limit": limit},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def close_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/close``: Card: close. A payment card with a monthly limit. By:
        owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CLOSE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_card(
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
        """``POST /v1/requests/card/{id}/correct``: Card: correct. A payment card with a monthly limit. By:
        admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CORRECT_CARD,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_card(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/drop_correction``: Card: drop the correction. A payment card with a
        monthly limit. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_CARD,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_card_payment(
        self,
        *,
        card: str,
        amount: str,
        asset: str,
        merchant: str,
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment``: Card payment: authorise. What was paid with a card:
        authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.FILE_CARD_PAYMENT,
            body={"card": card, "amount": amount, "asset": asset, "merchant": merchant},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def capture_card_payment(
        self,
        id: str,
        *,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/capture``: Card payment: capture. What was paid with a
        card: authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in;
        people get only what is theirs.
        """
        return self._call(
            table.CAPTURE_CARD_PAYMENT,
            path={"id": id},
            body={"amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def void_card_payment(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/void``: Card payment: release. What was paid with a card:
        authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.VOID_CARD_PAYMENT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def refund_card_payment(
        self,
        id: str,
        *,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/refund``: Card payment: refund. What was paid with a card:
        authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.REFUND_CARD_PAYMENT,
            path={"id": id},
            body={"amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_card_payment(
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
        """``POST /v1/requests/card_payment/{id}/correct``: Card payment: correct. What was paid with a
        card: authorised, captured, perhaps refunded. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.CORRECT_CARD_PAYMENT,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_card_payment(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/drop_correction``: Card payment: drop the correction. What
        was paid with a card: authorised, captured, perhaps refunded. By: admin. For whoever is signed
        in; people get only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_CARD_PAYMENT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_loan(
        self,
        *,
        amount: str,
        asset: str,
        months: int,
        purpose: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan``: Loan: apply. Money lent, and paid back in monthly instalments. By:
        owner, service, admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.FILE_LOAN,
            body={"amount": amount, "asset": asset, "months": months, "purpose": purpose},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def approve_loan(
        self,
        id: str,
        *,
        rate: str,
        principal: str = "",
        months: int = 0,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/approve``: Loan: approve. Money lent, and paid back in monthly
        instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.APPROVE_LOAN,
            path={"id": id},
            body={"rate": rate, "principal": principal, "months": months},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def reject_loan(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/reject``: Loan: reject. Money lent, and paid back in monthly
        instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.REJECT_LOAN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def cancel_loan(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/cancel``: Loan: cancel. Money lent, and paid back in monthly
        instalments. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CANCEL_LOAN,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def repay_loan(
        self,
        id: str,
        *,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/repay``: Loan: repay. Money lent, and paid back in monthly
        instalments. By: owner, service. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.REPAY_LOAN,
            path={"id": id},
            body={"amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_loan(
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
        """``POST /v1/requests/loan/{id}/correct``: Loan: correct. Money lent, and paid back in monthly
        instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CORRECT_LOAN,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_loan(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/drop_correction``: Loan: drop the correction. Money lent, and paid
        back in monthly instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_LOAN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_bitcoin_transaction(
        self,
        *,
        amount: str,
        asset: str = "BTC",
        direction: Literal["deposit", "withdrawal"] = "withdrawal",
        address: str = "",
        txid: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction``: Bitcoin: withdraw. Bitcoin that comes or goes. By:
        owner, service, admin, system. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.FILE_BITCOIN_TRANSACTION,
            body={"amount": amount, "asset": asset, "direction": direction, "address": address, "txid": txid},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def approve_bitcoin_transaction(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/approve``: Bitcoin: approve. Bitcoin that comes or
        goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.APPROVE_BITCOIN_TRANSACTION,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def reject_bitcoin_transaction(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/reject``: Bitcoin: reject. Bitcoin that comes or
        goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.REJECT_BITCOIN_TRANSACTION,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def cancel_bitcoin_transaction(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/cancel``: Bitcoin: cancel. Bitcoin that comes or
        goes. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CANCEL_BITCOIN_TRANSACTION,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_bitcoin_transaction(
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
        """``POST /v1/requests/bitcoin_transaction/{id}/correct``: Bitcoin: correct. Bitcoin that comes or
        goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CORRECT_BITCOIN_TRANSACTION,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_bitcoin_transaction(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/drop_correction``: Bitcoin: drop the correction.
        Bitcoin that comes or goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_BITCOIN_TRANSACTION,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_bitcoin_address(
        self,
        *,
        note: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_address``: Bitcoin address: get an address. An address of the bank's
        wallet to receive at. By: owner, service, admin. For whoever is signed in; people get only what
        is theirs.
        """
        return self._call(
            table.FILE_BITCOIN_ADDRESS,
            body={"note": note},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def retire_bitcoin_address(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_address/{id}/retire``: Bitcoin address: retire. An address of the
        bank's wallet to receive at. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.RETIRE_BITCOIN_ADDRESS,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_bitcoin_address(
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
        """``POST /v1/requests/bitcoin_address/{id}/correct``: Bitcoin address: correct. An address of the
        bank's wallet to receive at. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CORRECT_BITCOIN_ADDRESS,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_bitcoin_address(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_address/{id}/drop_correction``: Bitcoin address: drop the correction.
        An address of the bank's wallet to receive at. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_BITCOIN_ADDRESS,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )


class AsyncBank(AsyncMoreCalls):
    """The operations of the program bank."""

    async def file_transfer(
        self,
        *,
        amount: str,
        asset: str,
        user: str = "",
        external: str = "",
        name: str = "",
        beneficiary: str = "",
        reference: str = "",
        on: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer``: Transfer: send money. Money to a user of the system or to an
        account at another bank. By: owner, service, admin, system. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.FILE_TRANSFER,
            body={
                "user": user,
                "external": external,
                "name": name,
                "amount": amount,
                "asset": asset,
                "beneficiary": beneficiary,
                "reference": reference,
                "on": on,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def approve_transfer(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/approve``: Transfer: approve. Money to a user of the system or
        to an account at another bank. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.APPROVE_TRANSFER,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reject_transfer(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/reject``: Transfer: reject. Money to a user of the system or to
        an account at another bank. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.REJECT_TRANSFER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def cancel_transfer(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/cancel``: Transfer: cancel. Money to a user of the system or to
        an account at another bank. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CANCEL_TRANSFER,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_transfer(
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
        """``POST /v1/requests/transfer/{id}/correct``: Transfer: correct. Money to a user of the system or
        to an account at another bank. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.CORRECT_TRANSFER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_transfer(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/transfer/{id}/drop_correction``: Transfer: drop the correction. Money to a
        user of the system or to an account at another bank. By: admin. For whoever is signed in; people
        get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_TRANSFER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_beneficiary(
        self,
        *,
        user: str = "",
        external: str = "",
        name: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary``: Saved recipient: save. A user of the system or an account at
        another bank, kept for transfers. By: owner, admin, service. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.FILE_BENEFICIARY,
            body={"user": user, "external": external, "name": name},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def rename_beneficiary(
        self,
        id: str,
        *,
        name: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary/{id}/rename``: Saved recipient: rename. A user of the system or
        an account at another bank, kept for transfers. By: owner. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.RENAME_BENEFICIARY,
            path={"id": id},
            body={"name": name},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def remove_beneficiary(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary/{id}/remove``: Saved recipient: remove. A user of the system or
        an account at another bank, kept for transfers. By: owner, admin. For whoever is signed in;
        people get only what is theirs.
        """
        return await self._call(
            table.REMOVE_BENEFICIARY,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_beneficiary(
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
        """``POST /v1/requests/beneficiary/{id}/correct``: Saved recipient: correct. A user of the system or
        an account at another bank, kept for transfers. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.CORRECT_BENEFICIARY,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_beneficiary(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/beneficiary/{id}/drop_correction``: Saved recipient: drop the correction. A
        user of the system or an account at another bank, kept for transfers. By: admin. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_BENEFICIARY,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_standing_order(
        self,
        *,
        amount: str,
        asset: str,
        first: str,
        user: str = "",
        external: str = "",
        name: str = "",
        beneficiary: str = "",
        reference: str = "",
        every: Literal["month", "week"] = "month",
        until: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/standing_order``: Standing order: set up. A transfer that is filed again
        every week or month. By: owner, service, admin. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.FILE_STANDING_ORDER,
            body={
                "user": user,
                "external": external,
                "name": name,
                "amount": amount,
                "asset": asset,
                "beneficiary": beneficiary,
                "reference": reference,
                "first": first,
                "every": every,
                "until": until,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def end_standing_order(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/standing_order/{id}/end``: Standing order: end. A transfer that is filed
        again every week or month. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.END_STANDING_ORDER,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_standing_order(
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
        """``POST /v1/requests/standing_order/{id}/correct``: Standing order: correct. A transfer that is
        filed again every week or month. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.CORRECT_STANDING_ORDER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_standing_order(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/standing_order/{id}/drop_correction``: Standing order: drop the correction. A
        transfer that is filed again every week or month. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_STANDING_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_card(
        self,
        *,
        holder: str,
        asset: str,
        limit: str,
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card``: Card: apply. A payment card with a monthly limit. By: owner, service,
        admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.FILE_CARD,
            body={"holder": holder, "asset": asset, "limit": limit},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def approve_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/approve``: Card: approve. A payment card with a monthly limit. By:
        admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.APPROVE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reject_card(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/reject``: Card: reject. A payment card with a monthly limit. By:
        admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.REJECT_CARD,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def cancel_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/cancel``: Card: cancel. A payment card with a monthly limit. By:
        owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CANCEL_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def create_card(
        self,
        id: str,
        *,
        last4: str,
        expiry: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/create``: Card: make. A payment card with a monthly limit. By:
        system, service. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CREATE_CARD,
            path={"id": id},
            body={"last4": last4, "expiry": expiry},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def freeze_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/freeze``: Card: freeze. A payment card with a monthly limit. By:
        owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.FREEZE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def unfreeze_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/unfreeze``: Card: unfreeze. A payment card with a monthly limit.
        By: owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.UNFREEZE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def set_limit_card(
        self,
        id: str,
        *,
        limit: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/set_limit``: Card: change limit. A payment card with a monthly
        limit. By: owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.SET_LIMIT_CARD,
            path={"id": id},
            body={"limit": limit},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def close_card(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/close``: Card: close. A payment card with a monthly limit. By:
        owner, admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CLOSE_CARD,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_card(
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
        """``POST /v1/requests/card/{id}/correct``: Card: correct. A payment card with a monthly limit. By:
        admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CORRECT_CARD,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_card(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card/{id}/drop_correction``: Card: drop the correction. A payment card with a
        monthly limit. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_CARD,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_card_payment(
        self,
        *,
        card: str,
        amount: str,
        asset: str,
        merchant: str,
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment``: Card payment: authorise. What was paid with a card:
        authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.FILE_CARD_PAYMENT,
            body={"card": card, "amount": amount, "asset": asset, "merchant": merchant},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def capture_card_payment(
        self,
        id: str,
        *,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/capture``: Card payment: capture. What was paid with a
        card: authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in;
        people get only what is theirs.
        """
        return await self._call(
            table.CAPTURE_CARD_PAYMENT,
            path={"id": id},
            body={"amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def void_card_payment(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/void``: Card payment: release. What was paid with a card:
        authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.VOID_CARD_PAYMENT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def refund_card_payment(
        self,
        id: str,
        *,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/refund``: Card payment: refund. What was paid with a card:
        authorised, captured, perhaps refunded. By: service, admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.REFUND_CARD_PAYMENT,
            path={"id": id},
            body={"amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_card_payment(
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
        """``POST /v1/requests/card_payment/{id}/correct``: Card payment: correct. What was paid with a
        card: authorised, captured, perhaps refunded. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.CORRECT_CARD_PAYMENT,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_card_payment(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/card_payment/{id}/drop_correction``: Card payment: drop the correction. What
        was paid with a card: authorised, captured, perhaps refunded. By: admin. For whoever is signed
        in; people get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_CARD_PAYMENT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_loan(
        self,
        *,
        amount: str,
        asset: str,
        months: int,
        purpose: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan``: Loan: apply. Money lent, and paid back in monthly instalments. By:
        owner, service, admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.FILE_LOAN,
            body={"amount": amount, "asset": asset, "months": months, "purpose": purpose},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def approve_loan(
        self,
        id: str,
        *,
        rate: str,
        principal: str = "",
        months: int = 0,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/approve``: Loan: approve. Money lent, and paid back in monthly
        instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.APPROVE_LOAN,
            path={"id": id},
            body={"rate": rate, "principal": principal, "months": months},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reject_loan(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/reject``: Loan: reject. Money lent, and paid back in monthly
        instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.REJECT_LOAN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def cancel_loan(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/cancel``: Loan: cancel. Money lent, and paid back in monthly
        instalments. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CANCEL_LOAN,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def repay_loan(
        self,
        id: str,
        *,
        amount: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/repay``: Loan: repay. Money lent, and paid back in monthly
        instalments. By: owner, service. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.REPAY_LOAN,
            path={"id": id},
            body={"amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_loan(
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
        """``POST /v1/requests/loan/{id}/correct``: Loan: correct. Money lent, and paid back in monthly
        instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CORRECT_LOAN,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_loan(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/loan/{id}/drop_correction``: Loan: drop the correction. Money lent, and paid
        back in monthly instalments. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_LOAN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_bitcoin_transaction(
        self,
        *,
        amount: str,
        asset: str = "BTC",
        direction: Literal["deposit", "withdrawal"] = "withdrawal",
        address: str = "",
        txid: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction``: Bitcoin: withdraw. Bitcoin that comes or goes. By:
        owner, service, admin, system. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.FILE_BITCOIN_TRANSACTION,
            body={"amount": amount, "asset": asset, "direction": direction, "address": address, "txid": txid},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def approve_bitcoin_transaction(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/approve``: Bitcoin: approve. Bitcoin that comes or
        goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.APPROVE_BITCOIN_TRANSACTION,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reject_bitcoin_transaction(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/reject``: Bitcoin: reject. Bitcoin that comes or
        goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.REJECT_BITCOIN_TRANSACTION,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def cancel_bitcoin_transaction(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/cancel``: Bitcoin: cancel. Bitcoin that comes or
        goes. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CANCEL_BITCOIN_TRANSACTION,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_bitcoin_transaction(
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
        """``POST /v1/requests/bitcoin_transaction/{id}/correct``: Bitcoin: correct. Bitcoin that comes or
        goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CORRECT_BITCOIN_TRANSACTION,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_bitcoin_transaction(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_transaction/{id}/drop_correction``: Bitcoin: drop the correction.
        Bitcoin that comes or goes. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_BITCOIN_TRANSACTION,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_bitcoin_address(
        self,
        *,
        note: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_address``: Bitcoin address: get an address. An address of the bank's
        wallet to receive at. By: owner, service, admin. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.FILE_BITCOIN_ADDRESS,
            body={"note": note},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def retire_bitcoin_address(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_address/{id}/retire``: Bitcoin address: retire. An address of the
        bank's wallet to receive at. By: owner. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.RETIRE_BITCOIN_ADDRESS,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_bitcoin_address(
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
        """``POST /v1/requests/bitcoin_address/{id}/correct``: Bitcoin address: correct. An address of the
        bank's wallet to receive at. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CORRECT_BITCOIN_ADDRESS,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_bitcoin_address(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/bitcoin_address/{id}/drop_correction``: Bitcoin address: drop the correction.
        An address of the bank's wallet to receive at. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_BITCOIN_ADDRESS,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )
