"""The operations of the program credits as methods, for servers on which it is turned on.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from groat.client import answers, inputs, table
from groat.client.client import AsyncMoreCalls, MoreCalls
from groat.client.paging import AsyncPaged, Paged


class Credits(MoreCalls):
    """The operations of the program credits."""

    def list_grants(
        self,
        account: str,
        *,
        asset: str | None = None,
        state: Literal["live", "ended", "all"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.GrantView, answers.GrantPage]:
        """``GET /v1/accounts/{account}/grants``: List an account's grants. The grants of an account:
        credits with an expiry, a priority and a class. People read those of their own accounts. For
        whoever is signed in; people get only what is theirs.
        """
        return self._list(
            table.LIST_GRANTS,
            path={"account": account},
            query={"asset": asset, "state": state, "cursor": cursor, "limit": limit, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    def get_grant(self, grant: str, *, timeout_s: float | None = None) -> answers.GrantDetail:
        """``GET /v1/grants/{grant}``: Read a grant. A grant, what was made of it (by transfers between
        people, by reversals), and the holds that reserve parts of it. People read those of their own
        accounts, and of what was made of them only their own. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(table.GET_GRANT, path={"grant": grant}, timeout_s=timeout_s)

    def list_grant_moves(
        self,
        grant: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.GrantMove, answers.GrantMovePage]:
        """``GET /v1/grants/{grant}/moves``: Read where a grant went. Every change of a grant, newest first:
        what it paid, what was held of it and freed, what a reversal gave back, what expired or was taken
        back. For whoever is signed in; people get only what is theirs.
        """
        return self._list(
            table.LIST_GRANT_MOVES,
            path={"grant": grant},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def forecast_grants(
        self,
        account: str,
        *,
        asset: str,
        days: int | None = None,
        zone: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.ForecastView:
        """``GET /v1/accounts/{account}/grants/forecast``: Forecast an account's grants. Tells what an
        account's grants are worth at the end of each day to come if nothing is spent. For whoever is
        signed in; people get only what is theirs.
        """
        return self._call(
            table.FORECAST_GRANTS,
            path={"account": account},
            query={"asset": asset, "days": days, "zone": zone},
            timeout_s=timeout_s,
        )

    def report_liability(
        self,
        *,
        asset: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.LiabilityReport:
        """``GET /v1/credits/liability``: Report what is outstanding. The worth of grants that can still be
        spent, by asset and class, and what else people have of these assets. For admins and support.
        """
        return self._call(
            table.REPORT_LIABILITY,
            query={"asset": asset, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    def report_expiring(
        self,
        *,
        asset: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.MonthReport:
        """``GET /v1/credits/expiring``: Report what expires when. Tells what is left of all grants by the
        month (UTC) in which it expires if nothing is spent; at the end what never does. For admins and
        support.
        """
        return self._call(
            table.REPORT_EXPIRING,
            query={"asset": asset, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    def report_breakage(
        self,
        *,
        asset: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.MonthReport:
        """``GET /v1/credits/breakage``: Report what expired. Tells what expired and was booked to
        house:breakage, by month (UTC), asset and class. For admins and support.
        """
        return self._call(
            table.REPORT_BREAKAGE,
            query={"asset": asset, "from": from_, "to": to, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    def report_spent(
        self,
        *,
        asset: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.MonthReport:
        """``GET /v1/credits/spent``: Report what was spent. Paid against promotional: what people spent of
        grants, net of reversals, by month (UTC), asset and class. What goes from person to person is not
        spent. For admins and support.
        """
        return self._call(
            table.REPORT_SPENT,
            query={"asset": asset, "from": from_, "to": to, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    def preview_group_grant(
        self,
        *,
        amount: str,
        asset: str,
        users: Sequence[str] | None = None,
        role: str | None = None,
        class_: Literal["paid", "promotional"] = "promotional",
        expires_at: str | None = None,
        lasts_s: int | None = None,
        priority: int = 100,
        source: str = "house:promotions",
        note: str = "",
        reason: str = "",
        timeout_s: float | None = None,
    ) -> answers.GroupPreview:
        """``POST /v1/grants/group/preview``: Preview a grant for a group. Tells who would get the grant,
        and what it would come to. Nothing is written. For admins and services.
        """
        return self._call(
            table.PREVIEW_GROUP_GRANT,
            body={
                "amount": amount,
                "asset": asset,
                "users": users,
                "role": role,
                "class": class_,
                "expires_at": expires_at,
                "lasts_s": lasts_s,
                "priority": priority,
                "source": source,
                "note": note,
                "reason": reason,
            },
            timeout_s=timeout_s,
        )

    def grant_to_group(
        self,
        *,
        amount: str,
        asset: str,
        users: Sequence[str] | None = None,
        role: str | None = None,
        class_: Literal["paid", "promotional"] = "promotional",
        expires_at: str | None = None,
        lasts_s: int | None = None,
        priority: int = 100,
        source: str = "house:promotions",
        note: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.GroupView:
        """``POST /v1/grants/group``: Grant to a group. Grants to all people of the group in one commit, or
        to nobody. The same key again brings the first answer again, whoever has the role by then. For
        admins and services.
        """
        return self._call(
            table.GRANT_TO_GROUP,
            body={
                "amount": amount,
                "asset": asset,
                "users": users,
                "role": role,
                "class": class_,
                "expires_at": expires_at,
                "lasts_s": lasts_s,
                "priority": priority,
                "source": source,
                "note": note,
                "reason": reason,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def list_alerts(self, account: str, *, timeout_s: float | None = None) -> answers.AlertList:
        """``GET /v1/accounts/{account}/alerts``: List an account's alerts. The amounts below which the
        owner of an account is told that little is left. People read those of their own accounts. For
        whoever is signed in; people get only what is theirs.
        """
        return self._call(table.LIST_ALERTS, path={"account": account}, timeout_s=timeout_s)

    def set_alert(
        self,
        account: str,
        asset: str,
        *,
        below: str | None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.AlertView:
        """``PUT /v1/accounts/{account}/alerts/{asset}``: Set an account's alert. Tells the owner once when
        less than that is available, and once when it is there again. People set the alerts of their own
        accounts, admins and services everybody's. One that is set stays, whatever the setting says
        later. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.SET_ALERT,
            path={"account": account, "asset": asset},
            body={"below": below, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_credit_packages(
        self, *, all: bool | None = None, timeout_s: float | None = None
    ) -> answers.PackageList:
        """``GET /v1/credits/packages``: List the packages of credits. The packages that are sold now, with
        the prices that hold, in the order of the catalogue. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(table.LIST_CREDIT_PACKAGES, query={"all": all}, timeout_s=timeout_s)

    def put_credit_package(
        self,
        package: str,
        *,
        name: str,
        credits: str,
        prices: Sequence[inputs.PriceInput],
        asset: str = "CREDIT",
        description: str = "",
        class_: Literal["paid", "promotional"] = "paid",
        lasts_s: int | None = None,
        priority: int = 100,
        active_from: str | None = None,
        active_to: str | None = None,
        pay_within_s: int = 604800,
        place: int = 0,
        version: int | None = None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.PackageView:
        """``PUT /v1/credits/packages/{package}``: Make or change a package. Replaces all of the package,
        and makes it if there is none. Orders that were filed keep their price and credits. To end its
        sale, give it an `active_to`. For admins.
        """
        return self._call(
            table.PUT_CREDIT_PACKAGE,
            path={"package": package},
            body={
                "name": name,
                "credits": credits,
                "prices": prices,
                "asset": asset,
                "description": description,
                "class": class_,
                "lasts_s": lasts_s,
                "priority": priority,
                "active_from": active_from,
                "active_to": active_to,
                "pay_within_s": pay_within_s,
                "place": place,
                "version": version,
                "reason": reason,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def fulfill_credit_order(
        self,
        id: str,
        *,
        fulfilled_by: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/credits/orders/{id}/fulfill``: Fulfill an order. Gives the buyer the credits of an
        order that waits, whether it was paid or not: the same as its transition `fulfil`. `fulfilled_by`
        is whoever calls; naming somebody else is refused. For admins and services.
        """
        return self._call(
            table.FULFILL_CREDIT_ORDER,
            path={"id": id},
            body={"fulfilled_by": fulfilled_by, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_credit_payments(
        self,
        *,
        order: str | None = None,
        payment: str | None = None,
        outcome: Literal[
            "differs",
            "failed",
            "fulfilled",
            "ignored",
            "late",
            "no_order",
            "not_fulfilled",
            "noted",
            "order_cancelled",
            "paid_twice",
            "refunded",
            "refunded_before",
            "repeated",
            "wrong_amount",
            "wrong_currency",
        ]
        | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.PaymentView, answers.PaymentPage]:
        """``GET /v1/credits/payments``: List what payment gateways said. Every message about a payment as
        it came, the newest first, with what it led to. For admins and support.
        """
        return self._list(
            table.LIST_CREDIT_PAYMENTS,
            query={"order": order, "payment": payment, "outcome": outcome, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def redeem_voucher(
        self,
        *,
        code: str,
        user: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RedeemedView:
        """``POST /v1/vouchers/redeem``: Redeem a code. Pays what the campaign gives, once per rule, in the
        commit that counts the use. Wrong codes are counted by person and by address, on all nodes
        together; after too many nothing is tried until the time in `Retry-After` is over. For whoever is
        signed in; people get only what is theirs.
        """
        return self._call(
            table.REDEEM_VOUCHER,
            body={"code": code, "user": user},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def preview_voucher(
        self, *, code: str, user: str | None = None, timeout_s: float | None = None
    ) -> answers.VoucherPreview:
        """``POST /v1/vouchers/preview``: See what a code gives. Tells what the code would give the person
        now, or why it would not. Nothing is redeemed. Wrong codes count as if they had been redeemed.
        For whoever is signed in; people get only what is theirs.
        """
        return self._call(table.PREVIEW_VOUCHER, body={"code": code, "user": user}, timeout_s=timeout_s)

    def list_redemptions(
        self,
        *,
        user: str | None = None,
        campaign: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.RedemptionView, answers.RedemptionPage]:
        """``GET /v1/vouchers/redemptions``: List redemptions. Redemptions, the newest first. People see
        their own, staff and services everybody's. For whoever is signed in; people get only what is
        theirs.
        """
        return self._list(
            table.LIST_REDEMPTIONS,
            query={"user": user, "campaign": campaign, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def undo_redemption(
        self,
        id: str,
        *,
        reason: str,
        short: Literal["debt", "refuse"] = "refuse",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RedeemedView:
        """``POST /v1/vouchers/redemptions/{id}/undo``: Undo a redemption. Takes back what it paid, and
        frees the use: the code can be redeemed again. What is spent of it is refused, or becomes debt.
        For admins and services.
        """
        return self._call(
            table.UNDO_REDEMPTION,
            path={"id": id},
            body={"reason": reason, "short": short},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def begin_campaign(
        self,
        *,
        name: str,
        amount: str,
        asset: str,
        note: str = "",
        grant: inputs.VoucherGrantInput | None = None,
        starts_at: str | None = None,
        ends_at: str | None = None,
        uses_max: int | None = None,
        uses_each: int | None = 1,
        budget: str | None = None,
        first_purchase: bool = False,
        active: bool = True,
        source: str = "house:promotions",
        code: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignView:
        """``POST /v1/vouchers/campaigns``: Begin a campaign. With a shared `code`, everybody redeems that
        one. Without, make single-use codes afterwards. For admins and services.
        """
        return self._call(
            table.BEGIN_CAMPAIGN,
            body={
                "name": name,
                "amount": amount,
                "note": note,
                "grant": grant,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "uses_max": uses_max,
                "uses_each": uses_each,
                "budget": budget,
                "first_purchase": first_purchase,
                "active": active,
                "asset": asset,
                "source": source,
                "code": code,
                "reason": reason,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def list_campaigns(
        self, *, cursor: str | None = None, limit: int | None = None, timeout_s: float | None = None
    ) -> Paged[answers.CampaignView, answers.CampaignPage]:
        """``GET /v1/vouchers/campaigns``: List campaigns. All campaigns, the newest first. For admins,
        support and services.
        """
        return self._list(table.LIST_CAMPAIGNS, query={"cursor": cursor, "limit": limit}, timeout_s=timeout_s)

    def get_campaign(self, campaign: str, *, timeout_s: float | None = None) -> answers.CampaignView:
        """``GET /v1/vouchers/campaigns/{campaign}``: Read a campaign. A campaign with its counts: how many
        codes it has, how many were redeemed, and what they gave. For admins, support and services.
        """
        return self._call(table.GET_CAMPAIGN, path={"campaign": campaign}, timeout_s=timeout_s)

    def change_campaign(
        self,
        campaign: str,
        *,
        name: str,
        amount: str,
        version: int | None = None,
        reason: str = "",
        note: str = "",
        grant: inputs.VoucherGrantInput | None = None,
        starts_at: str | None = None,
        ends_at: str | None = None,
        uses_max: int | None = None,
        uses_each: int | None = 1,
        budget: str | None = None,
        first_purchase: bool = False,
        active: bool = True,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignView:
        """``PUT /v1/vouchers/campaigns/{campaign}``: Change or stop a campaign. Takes effect with the next
        redemption on any node. What was redeemed before stays as it is. Asset, account and code are
        fixed. With `active` false nothing is redeemed until it is true again. For admins and services.
        """
        return self._call(
            table.CHANGE_CAMPAIGN,
            path={"campaign": campaign},
            body={
                "version": version,
                "reason": reason,
                "name": name,
                "amount": amount,
                "note": note,
                "grant": grant,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "uses_max": uses_max,
                "uses_each": uses_each,
                "budget": budget,
                "first_purchase": first_purchase,
                "active": active,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def chart_campaign(
        self,
        campaign: str,
        *,
        days: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignChart:
        """``GET /v1/vouchers/campaigns/{campaign}/chart``: Chart a campaign's redemptions. Counts
        redemptions that were not undone by day (UTC), by hour where seven days or fewer are asked for.
        For admins, support and services.
        """
        return self._call(
            table.CHART_CAMPAIGN,
            path={"campaign": campaign},
            query={"days": days, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    def make_voucher_codes(
        self,
        campaign: str,
        *,
        count: int,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.MadeCodes:
        """``POST /v1/vouchers/campaigns/{campaign}/codes``: Make single-use codes. Makes up to 100,000
        codes, a thousand in each commit. A call that was cut short goes on where it stopped when it is
        repeated with its key. For admins and services.
        """
        return self._call(
            table.MAKE_VOUCHER_CODES,
            path={"campaign": campaign},
            body={"count": count, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_voucher_codes(
        self,
        campaign: str,
        *,
        state: Literal["unused", "redeemed", "void"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.CodeView, answers.CodePage]:
        """``GET /v1/vouchers/campaigns/{campaign}/codes``: List a campaign's single-use codes. The codes by
        number, each with its state and who redeemed it; the codes themselves are only exported. For
        admins, support and services.
        """
        return self._list(
            table.LIST_VOUCHER_CODES,
            path={"campaign": campaign},
            query={"state": state, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def export_voucher_codes(
        self,
        campaign: str,
        *,
        state: Literal["unused", "redeemed", "void"] | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """``GET /v1/vouchers/campaigns/{campaign}/codes/export``: Export a campaign's single-use codes. A
        CSV of the codes with their states: number, code, link, state, made_at, redeemed_by, redeemed_at.
        The server derives the codes of its secret; the database alone does not have them. For admins and
        services.
        """
        return self._call(
            table.EXPORT_VOUCHER_CODES,
            path={"campaign": campaign},
            query={"state": state},
            timeout_s=timeout_s,
        )

    def print_voucher_codes(
        self,
        campaign: str,
        *,
        state: Literal["unused", "redeemed", "void"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.PrintedCode, answers.PrintedCodes]:
        """``GET /v1/vouchers/campaigns/{campaign}/print``: Draw codes to print. Codes with their QR codes
        as SVG, which lead to the setting `voucher_link`: the shared code alone, with the number 0, or a
        page of single-use codes. For admins and services.
        """
        return self._list(
            table.PRINT_VOUCHER_CODES,
            path={"campaign": campaign},
            query={"state": state, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    def void_voucher_code(
        self,
        campaign: str,
        number: str,
        *,
        reason: str,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignView:
        """``POST /v1/vouchers/campaigns/{campaign}/codes/{number}/void``: Withdraw a single-use code. A
        code that nobody has redeemed cannot be redeemed any more. For admins and services.
        """
        return self._call(
            table.VOID_VOUCHER_CODE,
            path={"campaign": campaign, "number": number},
            body={"reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_credit_updates(
        self,
        *,
        user: str | None = None,
        actor: str | None = None,
        reason: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> Paged[answers.CreditUpdate, answers.CreditUpdatePage]:
        """``GET /v1/credits/updates``: Look up updates of credits. Every change of a person's balance,
        newest first: by whom, why, before and after, to how many of the person's devices it was sent,
        and how many have shown it. A page has the updates of up to `limit` transactions. For admins and
        support.
        """
        return self._list(
            table.LIST_CREDIT_UPDATES,
            query={
                "user": user,
                "actor": actor,
                "reason": reason,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
                "max_stale": max_stale,
            },
            timeout_s=timeout_s,
        )

    def list_update_devices(
        self, transaction: str, *, user: str, timeout_s: float | None = None
    ) -> answers.DevicePage:
        """``GET /v1/credits/updates/{transaction}/devices``: Look up which devices an update reached. The
        devices of a person to which an update was sent, and those that have shown it, as long as events
        are kept. A device is a browser, or one connection of a client that does not name its device. For
        admins and support.
        """
        return self._call(
            table.LIST_UPDATE_DEVICES,
            path={"transaction": transaction},
            query={"user": user},
            timeout_s=timeout_s,
        )

    def file_recurring_grant(
        self,
        *,
        amount: str,
        asset: str = "CREDIT",
        every: Literal["day", "month", "week"] = "month",
        first: str = "",
        until: str = "",
        rollover: str = "",
        paid: bool = False,
        note: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant``: Recurring credits: set up. Credits that are granted again
        every day, week or month. By: admin, service. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.FILE_RECURRING_GRANT,
            body={
                "amount": amount,
                "asset": asset,
                "every": every,
                "first": first,
                "until": until,
                "rollover": rollover,
                "paid": paid,
                "note": note,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def pause_recurring_grant(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/pause``: Recurring credits: pause. Credits that are
        granted again every day, week or month. By: admin, service. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.PAUSE_RECURRING_GRANT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def resume_recurring_grant(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/resume``: Recurring credits: resume. Credits that are
        granted again every day, week or month. By: admin, service. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.RESUME_RECURRING_GRANT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def end_recurring_grant(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/end``: Recurring credits: end. Credits that are granted
        again every day, week or month. By: admin, service. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(
            table.END_RECURRING_GRANT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_recurring_grant(
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
        """``POST /v1/requests/recurring_grant/{id}/correct``: Recurring credits: correct. Credits that are
        granted again every day, week or month. By: admin. For whoever is signed in; people get only what
        is theirs.
        """
        return self._call(
            table.CORRECT_RECURRING_GRANT,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_recurring_grant(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/drop_correction``: Recurring credits: drop the
        correction. Credits that are granted again every day, week or month. By: admin. For whoever is
        signed in; people get only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_RECURRING_GRANT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_credit_order(
        self,
        *,
        package: str,
        currency: str = "",
        price: str = "",
        cause: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order``: Order of credits: order. A package of credits that somebody
        buys. By: owner, admin, service, system. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.FILE_CREDIT_ORDER,
            body={"package": package, "currency": currency, "price": price, "cause": cause},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def fulfil_credit_order(
        self,
        id: str,
        *,
        fulfilled_by: str = "",
        reason: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/fulfil``: Order of credits: fulfill. A package of credits
        that somebody buys. By: admin, service. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.FULFIL_CREDIT_ORDER,
            path={"id": id},
            body={"fulfilled_by": fulfilled_by, "reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def pay_credit_order(
        self,
        id: str,
        *,
        payment: str,
        amount: str,
        currency: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/pay``: Order of credits: paid. A package of credits that
        somebody buys. By: system, service. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.PAY_CREDIT_ORDER,
            path={"id": id},
            body={"payment": payment, "amount": amount, "currency": currency},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def payment_failed_credit_order(
        self,
        id: str,
        *,
        payment: str,
        reason: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/payment_failed``: Order of credits: payment failed. A
        package of credits that somebody buys. By: system, service. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.PAYMENT_FAILED_CREDIT_ORDER,
            path={"id": id},
            body={"payment": payment, "reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def cancel_credit_order(
        self,
        id: str,
        *,
        reason: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/cancel``: Order of credits: cancel order. A package of
        credits that somebody buys. By: owner, admin, service. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(
            table.CANCEL_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def reopen_credit_order(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/reopen``: Order of credits: reopen. A package of credits
        that somebody buys. By: admin, service. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.REOPEN_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def refund_credit_order(
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
        """``POST /v1/requests/credit_order/{id}/refund``: Order of credits: refund credits. A package of
        credits that somebody buys. By: admin, service. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.REFUND_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_credit_order(
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
        """``POST /v1/requests/credit_order/{id}/correct``: Order of credits: correct. A package of credits
        that somebody buys. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CORRECT_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_credit_order(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/drop_correction``: Order of credits: drop the correction. A
        package of credits that somebody buys. By: admin. For whoever is signed in; people get only what
        is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def resolve_credit_payment(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_payment/{id}/resolve``: Payment to look at: resolve. A payment that
        fits no order. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.RESOLVE_CREDIT_PAYMENT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_credit_payment(
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
        """``POST /v1/requests/credit_payment/{id}/correct``: Payment to look at: correct. A payment that
        fits no order. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.CORRECT_CREDIT_PAYMENT,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_credit_payment(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_payment/{id}/drop_correction``: Payment to look at: drop the
        correction. A payment that fits no order. By: admin. For whoever is signed in; people get only
        what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_CREDIT_PAYMENT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def file_auto_top_up(
        self,
        *,
        below: str,
        package: str,
        asset: str = "CREDIT",
        currency: str = "",
        cooldown_min: int = 60,
        month_orders: int = 5,
        month_amount: str = "",
        zone: str = "UTC",
        failures_max: int = 3,
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up``: Automatic top-up: set up. Credits that are bought whenever few
        are left. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
        """
        return self._call(
            table.FILE_AUTO_TOP_UP,
            body={
                "asset": asset,
                "below": below,
                "package": package,
                "currency": currency,
                "cooldown_min": cooldown_min,
                "month_orders": month_orders,
                "month_amount": month_amount,
                "zone": zone,
                "failures_max": failures_max,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def change_auto_top_up(
        self,
        id: str,
        *,
        below: str,
        package: str,
        asset: str = "CREDIT",
        currency: str = "",
        cooldown_min: int = 60,
        month_orders: int = 5,
        month_amount: str = "",
        zone: str = "UTC",
        failures_max: int = 3,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/change``: Automatic top-up: change. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return self._call(
            table.CHANGE_AUTO_TOP_UP,
            path={"id": id},
            body={
                "asset": asset,
                "below": below,
                "package": package,
                "currency": currency,
                "cooldown_min": cooldown_min,
                "month_orders": month_orders,
                "month_amount": month_amount,
                "zone": zone,
                "failures_max": failures_max,
            },
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def pause_auto_top_up(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/pause``: Automatic top-up: pause. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return self._call(
            table.PAUSE_AUTO_TOP_UP,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def resume_auto_top_up(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/resume``: Automatic top-up: resume. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return self._call(
            table.RESUME_AUTO_TOP_UP,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def end_auto_top_up(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/end``: Automatic top-up: end. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return self._call(
            table.END_AUTO_TOP_UP,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def correct_auto_top_up(
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
        """``POST /v1/requests/auto_top_up/{id}/correct``: Automatic top-up: correct. Credits that are
        bought whenever few are left. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return self._call(
            table.CORRECT_AUTO_TOP_UP,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def drop_correction_auto_top_up(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/drop_correction``: Automatic top-up: drop the correction.
        Credits that are bought whenever few are left. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return self._call(
            table.DROP_CORRECTION_AUTO_TOP_UP,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )


class AsyncCredits(AsyncMoreCalls):
    """The operations of the program credits."""

    def list_grants(
        self,
        account: str,
        *,
        asset: str | None = None,
        state: Literal["live", "ended", "all"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.GrantView, answers.GrantPage]:
        """``GET /v1/accounts/{account}/grants``: List an account's grants. The grants of an account:
        credits with an expiry, a priority and a class. People read those of their own accounts. For
        whoever is signed in; people get only what is theirs.
        """
        return self._list(
            table.LIST_GRANTS,
            path={"account": account},
            query={"asset": asset, "state": state, "cursor": cursor, "limit": limit, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    async def get_grant(self, grant: str, *, timeout_s: float | None = None) -> answers.GrantDetail:
        """``GET /v1/grants/{grant}``: Read a grant. A grant, what was made of it (by transfers between
        people, by reversals), and the holds that reserve parts of it. People read those of their own
        accounts, and of what was made of them only their own. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(table.GET_GRANT, path={"grant": grant}, timeout_s=timeout_s)

    def list_grant_moves(
        self,
        grant: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.GrantMove, answers.GrantMovePage]:
        """``GET /v1/grants/{grant}/moves``: Read where a grant went. Every change of a grant, newest first:
        what it paid, what was held of it and freed, what a reversal gave back, what expired or was taken
        back. For whoever is signed in; people get only what is theirs.
        """
        return self._list(
            table.LIST_GRANT_MOVES,
            path={"grant": grant},
            query={"cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def forecast_grants(
        self,
        account: str,
        *,
        asset: str,
        days: int | None = None,
        zone: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.ForecastView:
        """``GET /v1/accounts/{account}/grants/forecast``: Forecast an account's grants. Tells what an
        account's grants are worth at the end of each day to come if nothing is spent. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.FORECAST_GRANTS,
            path={"account": account},
            query={"asset": asset, "days": days, "zone": zone},
            timeout_s=timeout_s,
        )

    async def report_liability(
        self,
        *,
        asset: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.LiabilityReport:
        """``GET /v1/credits/liability``: Report what is outstanding. The worth of grants that can still be
        spent, by asset and class, and what else people have of these assets. For admins and support.
        """
        return await self._call(
            table.REPORT_LIABILITY,
            query={"asset": asset, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    async def report_expiring(
        self,
        *,
        asset: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.MonthReport:
        """``GET /v1/credits/expiring``: Report what expires when. Tells what is left of all grants by the
        month (UTC) in which it expires if nothing is spent; at the end what never does. For admins and
        support.
        """
        return await self._call(
            table.REPORT_EXPIRING,
            query={"asset": asset, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    async def report_breakage(
        self,
        *,
        asset: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.MonthReport:
        """``GET /v1/credits/breakage``: Report what expired. Tells what expired and was booked to
        house:breakage, by month (UTC), asset and class. For admins and support.
        """
        return await self._call(
            table.REPORT_BREAKAGE,
            query={"asset": asset, "from": from_, "to": to, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    async def report_spent(
        self,
        *,
        asset: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        format: Literal["json", "csv"] | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.MonthReport:
        """``GET /v1/credits/spent``: Report what was spent. Paid against promotional: what people spent of
        grants, net of reversals, by month (UTC), asset and class. What goes from person to person is not
        spent. For admins and support.
        """
        return await self._call(
            table.REPORT_SPENT,
            query={"asset": asset, "from": from_, "to": to, "format": format, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    async def preview_group_grant(
        self,
        *,
        amount: str,
        asset: str,
        users: Sequence[str] | None = None,
        role: str | None = None,
        class_: Literal["paid", "promotional"] = "promotional",
        expires_at: str | None = None,
        lasts_s: int | None = None,
        priority: int = 100,
        source: str = "house:promotions",
        note: str = "",
        reason: str = "",
        timeout_s: float | None = None,
    ) -> answers.GroupPreview:
        """``POST /v1/grants/group/preview``: Preview a grant for a group. Tells who would get the grant,
        and what it would come to. Nothing is written. For admins and services.
        """
        return await self._call(
            table.PREVIEW_GROUP_GRANT,
            body={
                "amount": amount,
                "asset": asset,
                "users": users,
                "role": role,
                "class": class_,
                "expires_at": expires_at,
                "lasts_s": lasts_s,
                "priority": priority,
                "source": source,
                "note": note,
                "reason": reason,
            },
            timeout_s=timeout_s,
        )

    async def grant_to_group(
        self,
        *,
        amount: str,
        asset: str,
        users: Sequence[str] | None = None,
        role: str | None = None,
        class_: Literal["paid", "promotional"] = "promotional",
        expires_at: str | None = None,
        lasts_s: int | None = None,
        priority: int = 100,
        source: str = "house:promotions",
        note: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.GroupView:
        """``POST /v1/grants/group``: Grant to a group. Grants to all people of the group in one commit, or
        to nobody. The same key again brings the first answer again, whoever has the role by then. For
        admins and services.
        """
        return await self._call(
            table.GRANT_TO_GROUP,
            body={
                "amount": amount,
                "asset": asset,
                "users": users,
                "role": role,
                "class": class_,
                "expires_at": expires_at,
                "lasts_s": lasts_s,
                "priority": priority,
                "source": source,
                "note": note,
                "reason": reason,
            },
            key=key,
            timeout_s=timeout_s,
        )

    async def list_alerts(self, account: str, *, timeout_s: float | None = None) -> answers.AlertList:
        """``GET /v1/accounts/{account}/alerts``: List an account's alerts. The amounts below which the
        owner of an account is told that little is left. People read those of their own accounts. For
        whoever is signed in; people get only what is theirs.
        """
        return await self._call(table.LIST_ALERTS, path={"account": account}, timeout_s=timeout_s)

    async def set_alert(
        self,
        account: str,
        asset: str,
        *,
        below: str | None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.AlertView:
        """``PUT /v1/accounts/{account}/alerts/{asset}``: Set an account's alert. Tells the owner once when
        less than that is available, and once when it is there again. People set the alerts of their own
        accounts, admins and services everybody's. One that is set stays, whatever the setting says
        later. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.SET_ALERT,
            path={"account": account, "asset": asset},
            body={"below": below, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    async def list_credit_packages(
        self, *, all: bool | None = None, timeout_s: float | None = None
    ) -> answers.PackageList:
        """``GET /v1/credits/packages``: List the packages of credits. The packages that are sold now, with
        the prices that hold, in the order of the catalogue. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(table.LIST_CREDIT_PACKAGES, query={"all": all}, timeout_s=timeout_s)

    async def put_credit_package(
        self,
        package: str,
        *,
        name: str,
        credits: str,
        prices: Sequence[inputs.PriceInput],
        asset: str = "CREDIT",
        description: str = "",
        class_: Literal["paid", "promotional"] = "paid",
        lasts_s: int | None = None,
        priority: int = 100,
        active_from: str | None = None,
        active_to: str | None = None,
        pay_within_s: int = 604800,
        place: int = 0,
        version: int | None = None,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.PackageView:
        """``PUT /v1/credits/packages/{package}``: Make or change a package. Replaces all of the package,
        and makes it if there is none. Orders that were filed keep their price and credits. To end its
        sale, give it an `active_to`. For admins.
        """
        return await self._call(
            table.PUT_CREDIT_PACKAGE,
            path={"package": package},
            body={
                "name": name,
                "credits": credits,
                "prices": prices,
                "asset": asset,
                "description": description,
                "class": class_,
                "lasts_s": lasts_s,
                "priority": priority,
                "active_from": active_from,
                "active_to": active_to,
                "pay_within_s": pay_within_s,
                "place": place,
                "version": version,
                "reason": reason,
            },
            key=key,
            timeout_s=timeout_s,
        )

    async def fulfill_credit_order(
        self,
        id: str,
        *,
        fulfilled_by: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/credits/orders/{id}/fulfill``: Fulfill an order. Gives the buyer the credits of an
        order that waits, whether it was paid or not: the same as its transition `fulfil`. `fulfilled_by`
        is whoever calls; naming somebody else is refused. For admins and services.
        """
        return await self._call(
            table.FULFILL_CREDIT_ORDER,
            path={"id": id},
            body={"fulfilled_by": fulfilled_by, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_credit_payments(
        self,
        *,
        order: str | None = None,
        payment: str | None = None,
        outcome: Literal[
            "differs",
            "failed",
            "fulfilled",
            "ignored",
            "late",
            "no_order",
            "not_fulfilled",
            "noted",
            "order_cancelled",
            "paid_twice",
            "refunded",
            "refunded_before",
            "repeated",
            "wrong_amount",
            "wrong_currency",
        ]
        | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.PaymentView, answers.PaymentPage]:
        """``GET /v1/credits/payments``: List what payment gateways said. Every message about a payment as
        it came, the newest first, with what it led to. For admins and support.
        """
        return self._list(
            table.LIST_CREDIT_PAYMENTS,
            query={"order": order, "payment": payment, "outcome": outcome, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def redeem_voucher(
        self,
        *,
        code: str,
        user: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RedeemedView:
        """``POST /v1/vouchers/redeem``: Redeem a code. Pays what the campaign gives, once per rule, in the
        commit that counts the use. Wrong codes are counted by person and by address, on all nodes
        together; after too many nothing is tried until the time in `Retry-After` is over. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.REDEEM_VOUCHER,
            body={"code": code, "user": user},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def preview_voucher(
        self, *, code: str, user: str | None = None, timeout_s: float | None = None
    ) -> answers.VoucherPreview:
        """``POST /v1/vouchers/preview``: See what a code gives. Tells what the code would give the person
        now, or why it would not. Nothing is redeemed. Wrong codes count as if they had been redeemed.
        For whoever is signed in; people get only what is theirs.
        """
        return await self._call(table.PREVIEW_VOUCHER, body={"code": code, "user": user}, timeout_s=timeout_s)

    def list_redemptions(
        self,
        *,
        user: str | None = None,
        campaign: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.RedemptionView, answers.RedemptionPage]:
        """``GET /v1/vouchers/redemptions``: List redemptions. Redemptions, the newest first. People see
        their own, staff and services everybody's. For whoever is signed in; people get only what is
        theirs.
        """
        return self._list(
            table.LIST_REDEMPTIONS,
            query={"user": user, "campaign": campaign, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def undo_redemption(
        self,
        id: str,
        *,
        reason: str,
        short: Literal["debt", "refuse"] = "refuse",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RedeemedView:
        """``POST /v1/vouchers/redemptions/{id}/undo``: Undo a redemption. Takes back what it paid, and
        frees the use: the code can be redeemed again. What is spent of it is refused, or becomes debt.
        For admins and services.
        """
        return await self._call(
            table.UNDO_REDEMPTION,
            path={"id": id},
            body={"reason": reason, "short": short},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def begin_campaign(
        self,
        *,
        name: str,
        amount: str,
        asset: str,
        note: str = "",
        grant: inputs.VoucherGrantInput | None = None,
        starts_at: str | None = None,
        ends_at: str | None = None,
        uses_max: int | None = None,
        uses_each: int | None = 1,
        budget: str | None = None,
        first_purchase: bool = False,
        active: bool = True,
        source: str = "house:promotions",
        code: str = "",
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignView:
        """``POST /v1/vouchers/campaigns``: Begin a campaign. With a shared `code`, everybody redeems that
        one. Without, make single-use codes afterwards. For admins and services.
        """
        return await self._call(
            table.BEGIN_CAMPAIGN,
            body={
                "name": name,
                "amount": amount,
                "note": note,
                "grant": grant,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "uses_max": uses_max,
                "uses_each": uses_each,
                "budget": budget,
                "first_purchase": first_purchase,
                "active": active,
                "asset": asset,
                "source": source,
                "code": code,
                "reason": reason,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def list_campaigns(
        self, *, cursor: str | None = None, limit: int | None = None, timeout_s: float | None = None
    ) -> AsyncPaged[answers.CampaignView, answers.CampaignPage]:
        """``GET /v1/vouchers/campaigns``: List campaigns. All campaigns, the newest first. For admins,
        support and services.
        """
        return self._list(table.LIST_CAMPAIGNS, query={"cursor": cursor, "limit": limit}, timeout_s=timeout_s)

    async def get_campaign(self, campaign: str, *, timeout_s: float | None = None) -> answers.CampaignView:
        """``GET /v1/vouchers/campaigns/{campaign}``: Read a campaign. A campaign with its counts: how many
        codes it has, how many were redeemed, and what they gave. For admins, support and services.
        """
        return await self._call(table.GET_CAMPAIGN, path={"campaign": campaign}, timeout_s=timeout_s)

    async def change_campaign(
        self,
        campaign: str,
        *,
        name: str,
        amount: str,
        version: int | None = None,
        reason: str = "",
        note: str = "",
        grant: inputs.VoucherGrantInput | None = None,
        starts_at: str | None = None,
        ends_at: str | None = None,
        uses_max: int | None = None,
        uses_each: int | None = 1,
        budget: str | None = None,
        first_purchase: bool = False,
        active: bool = True,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignView:
        """``PUT /v1/vouchers/campaigns/{campaign}``: Change or stop a campaign. Takes effect with the next
        redemption on any node. What was redeemed before stays as it is. Asset, account and code are
        fixed. With `active` false nothing is redeemed until it is true again. For admins and services.
        """
        return await self._call(
            table.CHANGE_CAMPAIGN,
            path={"campaign": campaign},
            body={
                "version": version,
                "reason": reason,
                "name": name,
                "amount": amount,
                "note": note,
                "grant": grant,
                "starts_at": starts_at,
                "ends_at": ends_at,
                "uses_max": uses_max,
                "uses_each": uses_each,
                "budget": budget,
                "first_purchase": first_purchase,
                "active": active,
            },
            key=key,
            timeout_s=timeout_s,
        )

    async def chart_campaign(
        self,
        campaign: str,
        *,
        days: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignChart:
        """``GET /v1/vouchers/campaigns/{campaign}/chart``: Chart a campaign's redemptions. Counts
        redemptions that were not undone by day (UTC), by hour where seven days or fewer are asked for.
        For admins, support and services.
        """
        return await self._call(
            table.CHART_CAMPAIGN,
            path={"campaign": campaign},
            query={"days": days, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    async def make_voucher_codes(
        self,
        campaign: str,
        *,
        count: int,
        reason: str = "",
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.MadeCodes:
        """``POST /v1/vouchers/campaigns/{campaign}/codes``: Make single-use codes. Makes up to 100,000
        codes, a thousand in each commit. A call that was cut short goes on where it stopped when it is
        repeated with its key. For admins and services.
        """
        return await self._call(
            table.MAKE_VOUCHER_CODES,
            path={"campaign": campaign},
            body={"count": count, "reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_voucher_codes(
        self,
        campaign: str,
        *,
        state: Literal["unused", "redeemed", "void"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.CodeView, answers.CodePage]:
        """``GET /v1/vouchers/campaigns/{campaign}/codes``: List a campaign's single-use codes. The codes by
        number, each with its state and who redeemed it; the codes themselves are only exported. For
        admins, support and services.
        """
        return self._list(
            table.LIST_VOUCHER_CODES,
            path={"campaign": campaign},
            query={"state": state, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def export_voucher_codes(
        self,
        campaign: str,
        *,
        state: Literal["unused", "redeemed", "void"] | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """``GET /v1/vouchers/campaigns/{campaign}/codes/export``: Export a campaign's single-use codes. A
        CSV of the codes with their states: number, code, link, state, made_at, redeemed_by, redeemed_at.
        The server derives the codes of its secret; the database alone does not have them. For admins and
        services.
        """
        return await self._call(
            table.EXPORT_VOUCHER_CODES,
            path={"campaign": campaign},
            query={"state": state},
            timeout_s=timeout_s,
        )

    def print_voucher_codes(
        self,
        campaign: str,
        *,
        state: Literal["unused", "redeemed", "void"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.PrintedCode, answers.PrintedCodes]:
        """``GET /v1/vouchers/campaigns/{campaign}/print``: Draw codes to print. Codes with their QR codes
        as SVG, which lead to the setting `voucher_link`: the shared code alone, with the number 0, or a
        page of single-use codes. For admins and services.
        """
        return self._list(
            table.PRINT_VOUCHER_CODES,
            path={"campaign": campaign},
            query={"state": state, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def void_voucher_code(
        self,
        campaign: str,
        number: str,
        *,
        reason: str,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CampaignView:
        """``POST /v1/vouchers/campaigns/{campaign}/codes/{number}/void``: Withdraw a single-use code. A
        code that nobody has redeemed cannot be redeemed any more. For admins and services.
        """
        return await self._call(
            table.VOID_VOUCHER_CODE,
            path={"campaign": campaign, "number": number},
            body={"reason": reason},
            key=key,
            timeout_s=timeout_s,
        )

    def list_credit_updates(
        self,
        *,
        user: str | None = None,
        actor: str | None = None,
        reason: str | None = None,
        from_: str | None = None,
        to: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.CreditUpdate, answers.CreditUpdatePage]:
        """``GET /v1/credits/updates``: Look up updates of credits. Every change of a person's balance,
        newest first: by whom, why, before and after, to how many of the person's devices it was sent,
        and how many have shown it. A page has the updates of up to `limit` transactions. For admins and
        support.
        """
        return self._list(
            table.LIST_CREDIT_UPDATES,
            query={
                "user": user,
                "actor": actor,
                "reason": reason,
                "from": from_,
                "to": to,
                "cursor": cursor,
                "limit": limit,
                "max_stale": max_stale,
            },
            timeout_s=timeout_s,
        )

    async def list_update_devices(
        self, transaction: str, *, user: str, timeout_s: float | None = None
    ) -> answers.DevicePage:
        """``GET /v1/credits/updates/{transaction}/devices``: Look up which devices an update reached. The
        devices of a person to which an update was sent, and those that have shown it, as long as events
        are kept. A device is a browser, or one connection of a client that does not name its device. For
        admins and support.
        """
        return await self._call(
            table.LIST_UPDATE_DEVICES,
            path={"transaction": transaction},
            query={"user": user},
            timeout_s=timeout_s,
        )

    async def file_recurring_grant(
        self,
        *,
        amount: str,
        asset: str = "CREDIT",
        every: Literal["day", "month", "week"] = "month",
        first: str = "",
        until: str = "",
        rollover: str = "",
        paid: bool = False,
        note: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant``: Recurring credits: set up. Credits that are granted again
        every day, week or month. By: admin, service. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.FILE_RECURRING_GRANT,
            body={
                "amount": amount,
                "asset": asset,
                "every": every,
                "first": first,
                "until": until,
                "rollover": rollover,
                "paid": paid,
                "note": note,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def pause_recurring_grant(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/pause``: Recurring credits: pause. Credits that are
        granted again every day, week or month. By: admin, service. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.PAUSE_RECURRING_GRANT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def resume_recurring_grant(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/resume``: Recurring credits: resume. Credits that are
        granted again every day, week or month. By: admin, service. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.RESUME_RECURRING_GRANT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def end_recurring_grant(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/end``: Recurring credits: end. Credits that are granted
        again every day, week or month. By: admin, service. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(
            table.END_RECURRING_GRANT,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_recurring_grant(
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
        """``POST /v1/requests/recurring_grant/{id}/correct``: Recurring credits: correct. Credits that are
        granted again every day, week or month. By: admin. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.CORRECT_RECURRING_GRANT,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_recurring_grant(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/recurring_grant/{id}/drop_correction``: Recurring credits: drop the
        correction. Credits that are granted again every day, week or month. By: admin. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_RECURRING_GRANT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_credit_order(
        self,
        *,
        package: str,
        currency: str = "",
        price: str = "",
        cause: str = "",
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order``: Order of credits: order. A package of credits that somebody
        buys. By: owner, admin, service, system. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.FILE_CREDIT_ORDER,
            body={"package": package, "currency": currency, "price": price, "cause": cause},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def fulfil_credit_order(
        self,
        id: str,
        *,
        fulfilled_by: str = "",
        reason: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/fulfil``: Order of credits: fulfill. A package of credits
        that somebody buys. By: admin, service. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.FULFIL_CREDIT_ORDER,
            path={"id": id},
            body={"fulfilled_by": fulfilled_by, "reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def pay_credit_order(
        self,
        id: str,
        *,
        payment: str,
        amount: str,
        currency: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/pay``: Order of credits: paid. A package of credits that
        somebody buys. By: system, service. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.PAY_CREDIT_ORDER,
            path={"id": id},
            body={"payment": payment, "amount": amount, "currency": currency},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def payment_failed_credit_order(
        self,
        id: str,
        *,
        payment: str,
        reason: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/payment_failed``: Order of credits: payment failed. A
        package of credits that somebody buys. By: system, service. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.PAYMENT_FAILED_CREDIT_ORDER,
            path={"id": id},
            body={"payment": payment, "reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def cancel_credit_order(
        self,
        id: str,
        *,
        reason: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/cancel``: Order of credits: cancel order. A package of
        credits that somebody buys. By: owner, admin, service. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(
            table.CANCEL_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reopen_credit_order(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/reopen``: Order of credits: reopen. A package of credits
        that somebody buys. By: admin, service. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.REOPEN_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def refund_credit_order(
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
        """``POST /v1/requests/credit_order/{id}/refund``: Order of credits: refund credits. A package of
        credits that somebody buys. By: admin, service. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.REFUND_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_credit_order(
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
        """``POST /v1/requests/credit_order/{id}/correct``: Order of credits: correct. A package of credits
        that somebody buys. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CORRECT_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_credit_order(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_order/{id}/drop_correction``: Order of credits: drop the correction. A
        package of credits that somebody buys. By: admin. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_CREDIT_ORDER,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def resolve_credit_payment(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_payment/{id}/resolve``: Payment to look at: resolve. A payment that
        fits no order. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.RESOLVE_CREDIT_PAYMENT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_credit_payment(
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
        """``POST /v1/requests/credit_payment/{id}/correct``: Payment to look at: correct. A payment that
        fits no order. By: admin. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.CORRECT_CREDIT_PAYMENT,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_credit_payment(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/credit_payment/{id}/drop_correction``: Payment to look at: drop the
        correction. A payment that fits no order. By: admin. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_CREDIT_PAYMENT,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def file_auto_top_up(
        self,
        *,
        below: str,
        package: str,
        asset: str = "CREDIT",
        currency: str = "",
        cooldown_min: int = 60,
        month_orders: int = 5,
        month_amount: str = "",
        zone: str = "UTC",
        failures_max: int = 3,
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up``: Automatic top-up: set up. Credits that are bought whenever few
        are left. By: owner, admin, service. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.FILE_AUTO_TOP_UP,
            body={
                "asset": asset,
                "below": below,
                "package": package,
                "currency": currency,
                "cooldown_min": cooldown_min,
                "month_orders": month_orders,
                "month_amount": month_amount,
                "zone": zone,
                "failures_max": failures_max,
            },
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def change_auto_top_up(
        self,
        id: str,
        *,
        below: str,
        package: str,
        asset: str = "CREDIT",
        currency: str = "",
        cooldown_min: int = 60,
        month_orders: int = 5,
        month_amount: str = "",
        zone: str = "UTC",
        failures_max: int = 3,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/change``: Automatic top-up: change. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.CHANGE_AUTO_TOP_UP,
            path={"id": id},
            body={
                "asset": asset,
                "below": below,
                "package": package,
                "currency": currency,
                "cooldown_min": cooldown_min,
                "month_orders": month_orders,
                "month_amount": month_amount,
                "zone": zone,
                "failures_max": failures_max,
            },
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def pause_auto_top_up(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/pause``: Automatic top-up: pause. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.PAUSE_AUTO_TOP_UP,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def resume_auto_top_up(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/resume``: Automatic top-up: resume. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.RESUME_AUTO_TOP_UP,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def end_auto_top_up(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/end``: Automatic top-up: end. Credits that are bought
        whenever few are left. By: owner, admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.END_AUTO_TOP_UP,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_auto_top_up(
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
        """``POST /v1/requests/auto_top_up/{id}/correct``: Automatic top-up: correct. Credits that are
        bought whenever few are left. By: admin. For whoever is signed in; people get only what is
        theirs.
        """
        return await self._call(
            table.CORRECT_AUTO_TOP_UP,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_auto_top_up(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/auto_top_up/{id}/drop_correction``: Automatic top-up: drop the correction.
        Credits that are bought whenever few are left. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_AUTO_TOP_UP,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )
