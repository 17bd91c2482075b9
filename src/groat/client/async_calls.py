"""The operations as methods.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from msgspec import UNSET, UnsetType

from groat.client import answers, inputs, table
from groat.client.calling import Route
from groat.client.paging import AsyncPaged

T = TypeVar("T")
P = TypeVar("P")


class AsyncCalls:
    """The operations of every server, awaited."""

    async def _call(self, route: Route[T], **given: Any) -> T:
        raise NotImplementedError

    def _list(self, route: Route[P], **given: Any) -> AsyncPaged[Any, P]:
        raise NotImplementedError

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
            table.POST_TRANSACTION,
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
        holds, captures, settles, releases, extends or reverses. `atomic`: all or none; a refusal is a
        problem with the `index` of its item; an item may name the hold of an earlier one by its place.
        `independent`: a verdict for each, under keys made of yours and the item's index, which no caller
        can send. Repeat it under the same key after any failure. For admins and services.
        """
        return await self._call(
            table.POST_TRANSACTIONS,
            body={"mode": mode, "items": items, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def get_transaction(
        self, id: str, *, max_stale: int | None = None, timeout_s: float | None = None
    ) -> answers.TransactionView:
        """``GET /v1/transactions/{id}``: Read a transaction. The transaction with the balances right after
        it. People see those that touched their accounts, and of these their own side; any other one is
        `transaction_not_found` to them. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.GET_TRANSACTION, path={"id": id}, query={"max_stale": max_stale}, timeout_s=timeout_s
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
            table.REVERSE_TRANSACTION,
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
            table.CREATE_HOLD,
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

    async def get_hold(self, id: str, *, timeout_s: float | None = None) -> answers.HoldView:
        """``GET /v1/holds/{id}``: Read a hold. The hold as it stands. People see holds on their own
        accounts; any other one is `hold_not_found` to them. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(table.GET_HOLD, path={"id": id}, timeout_s=timeout_s)

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
            table.CAPTURE_HOLD,
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

    async def settle_hold(
        self,
        id: str,
        *,
        actual: str,
        excess: Literal["available", "overdraft", "refuse"] = "refuse",
        overdraft: str | None = None,
        reason: str = "",
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/holds/{id}/settle``: Settle a hold. Posts what was really used, once the work is done:
        up to what is left of the hold in any case, the rest is freed. `settled` says what became of it;
        a `shortfall` was used and is not paid. A hold that expired or was released reserves nothing any
        more, so all of it is spent like the excess, and `refuse` refuses if the source has too little.
        For admins and services.
        """
        return await self._call(
            table.SETTLE_HOLD,
            path={"id": id},
            body={
                "actual": actual,
                "excess": excess,
                "overdraft": overdraft,
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
            table.EXTEND_HOLD,
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
            table.RELEASE_HOLD,
            path={"id": id},
            body={"reason": reason, "metadata": metadata},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def void_grant(
        self,
        grant: str,
        *,
        reason: str,
        amount: str | None = None,
        metadata: Mapping[str, Any] | UnsetType = UNSET,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.TransactionView:
        """``POST /v1/grants/{grant}/void``: Void a grant. Takes back what is free of a grant, for the
        account that gave it. What is held of it stays valid for its holds; what comes back of these
        later goes the same way. For admins and services.
        """
        return await self._call(
            table.VOID_GRANT,
            path={"grant": grant},
            body={"reason": reason, "amount": amount, "metadata": metadata},
            key=key,
            timeout_s=timeout_s,
        )

    def list_accounts(
        self,
        *,
        prefix: str | None = None,
        asset: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.AccountView, answers.AccountPage]:
        """``GET /v1/accounts``: List accounts. Lists accounts by path. People see only their own. For
        whoever is signed in; people get only what is theirs.
        """
        return self._list(
            table.LIST_ACCOUNTS,
            query={
                "prefix": prefix,
                "asset": asset,
                "cursor": cursor,
                "limit": limit,
                "max_stale": max_stale,
            },
            timeout_s=timeout_s,
        )

    async def get_account(
        self,
        account: str,
        *,
        at: str | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.AccountView:
        """``GET /v1/accounts/{account}``: Read an account. All balances of an account, now or as of a past
        moment. People read their own accounts. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.GET_ACCOUNT,
            path={"account": account},
            query={"at": at, "max_stale": max_stale},
            timeout_s=timeout_s,
        )

    def list_entries(
        self,
        account: str,
        *,
        asset: str,
        cursor: str | None = None,
        limit: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.EntryView, answers.EntryPage]:
        """``GET /v1/accounts/{account}/entries``: Read an account's history. Every change of one balance,
        newest first, each with the balance after it. People read their own accounts and see no metadata.
        For whoever is signed in; people get only what is theirs.
        """
        return self._list(
            table.LIST_ENTRIES,
            path={"account": account},
            query={"asset": asset, "cursor": cursor, "limit": limit, "max_stale": max_stale},
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
            table.SET_BALANCE,
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
            table.SET_LIMITS,
            path={"account": account, "asset": asset},
            body={"floor": floor, "ceiling": ceiling, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def list_assets(self, *, timeout_s: float | None = None) -> answers.AssetList:
        """``GET /v1/assets``: List assets. All assets by code. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(table.LIST_ASSETS, timeout_s=timeout_s)

    async def add_asset(self, *, code: str, scale: int, timeout_s: float | None = None) -> answers.AssetView:
        """``POST /v1/assets``: Create an asset. Adds an asset, whose scale never changes. Adding the same
        asset again is no error. For admins and services.
        """
        return await self._call(table.ADD_ASSET, body={"code": code, "scale": scale}, timeout_s=timeout_s)

    async def freeze_account(
        self,
        account: str,
        *,
        reason: str,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.AccountStateView:
        """``POST /v1/accounts/{account}/freeze``: Freeze an account. Nobody moves or holds anything on it
        any more, in any asset, until it is unfrozen. What is due still happens. For admins.
        """
        return await self._call(
            table.FREEZE_ACCOUNT,
            path={"account": account},
            body={"reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def unfreeze_account(
        self,
        account: str,
        *,
        reason: str,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.AccountStateView:
        """``POST /v1/accounts/{account}/unfreeze``: Unfreeze an account. Opens a frozen account again. For
        admins.
        """
        return await self._call(
            table.UNFREEZE_ACCOUNT,
            path={"account": account},
            body={"reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def close_account(
        self,
        account: str,
        *,
        reason: str,
        rest_to: str,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.AccountStateView:
        """``POST /v1/accounts/{account}/close``: Close an account. Takes no new movements and holds; holds
        may still end, and reversals are taken. As soon as nothing is held, the rest goes to the named
        account, and the state is `closed`, by itself. For admins.
        """
        return await self._call(
            table.CLOSE_ACCOUNT,
            path={"account": account},
            body={"reason": reason, "rest_to": rest_to},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reopen_account(
        self,
        account: str,
        *,
        reason: str,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.AccountStateView:
        """``POST /v1/accounts/{account}/reopen``: Open a closed account again. Opens an account again that
        is closing or closed. What went to another account stays there. For admins.
        """
        return await self._call(
            table.REOPEN_ACCOUNT,
            path={"account": account},
            body={"reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def list_members(self, account: str, *, timeout_s: float | None = None) -> answers.MemberList:
        """``GET /v1/accounts/{account}/members``: List the members of a shared account. Lists who shares an
        account, and what each of them may do. Its members read this, staff and services. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(table.LIST_MEMBERS, path={"account": account}, timeout_s=timeout_s)

    async def set_member(
        self,
        account: str,
        user: str,
        *,
        rights: Sequence[Literal["manage", "read", "spend"]] | UnsetType = UNSET,
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.MemberChanged:
        """``PUT /v1/accounts/{account}/members/{user}``: Set a member of a shared account. Adds a person to
        a shared account, changes what they may do, or removes them (no rights). Admins and services do
        it, and members who manage. The change holds at once: the person hears of it, and of the account
        from then on. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.SET_MEMBER,
            path={"account": account, "user": user},
            body={"rights": rights, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def get_clock(self, *, timeout_s: float | None = None) -> answers.ClockView:
        """``GET /v1/clock``: The time of the ledger. By this time everything is decided. It is the
        database's, and in a sandbox `ahead_s` seconds later. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(table.GET_CLOCK, timeout_s=timeout_s)

    async def forward_clock(
        self,
        *,
        forward_s: int | None = None,
        to: str | None = None,
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.ForwardedView:
        """``POST /v1/sandbox/clock``: Set a sandbox's clock forward. Everything that is due by then follows
        within seconds, as if the time had passed: holds and grants expire, standing orders are carried
        out, people are warned. Open screens are told at once. A real ledger refuses. For admins.
        """
        return await self._call(
            table.FORWARD_CLOCK,
            body={"forward_s": forward_s, "to": to, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def confirm_clock(
        self, *, reason: str, key: str | None = None, timeout_s: float | None = None
    ) -> answers.ConfirmedView:
        """``POST /v1/clock/confirm``: Confirm a clock that leapt. While the database's clock has leapt
        ahead of the servers' own, nothing falls due, and the ledger counts time as if it had not. This
        says that the clock is right: what is due by it follows. For admins.
        """
        return await self._call(table.CONFIRM_CLOCK, body={"reason": reason}, key=key, timeout_s=timeout_s)

    async def set_budget(
        self,
        *,
        asset: str,
        limit: str,
        window: Literal["day", "hour", "month"],
        account: str | None = None,
        of: str = "",
        rolling: bool = False,
        zone: str = "UTC",
        alerts: Sequence[int] | UnsetType = UNSET,
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.BudgetAnswer:
        """``POST /v1/budgets``: Set a budget. Limits what may be spent from an account in each hour, day or
        month, in all or by one principal; or what a principal may spend from all accounts. It counts
        from now on. People set budgets on their own accounts, and on shared ones that they manage. For
        whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.SET_BUDGET,
            body={
                "asset": asset,
                "limit": limit,
                "window": window,
                "account": account,
                "of": of,
                "rolling": rolling,
                "zone": zone,
                "alerts": alerts,
                "reason": reason,
            },
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    def list_budgets(
        self,
        *,
        account: str | None = None,
        of: str | None = None,
        asset: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.BudgetView, answers.BudgetPage]:
        """``GET /v1/budgets``: List budgets. Lists budgets with what is used of each. People see those on
        an account that they own or share, or their own. For whoever is signed in; people get only what
        is theirs.
        """
        return self._list(
            table.LIST_BUDGETS,
            query={"account": account, "of": of, "asset": asset, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def change_budget(
        self,
        budget: str,
        *,
        limit: str | UnsetType = UNSET,
        stopped: bool | UnsetType = UNSET,
        alerts: Sequence[int] | UnsetType = UNSET,
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.BudgetAnswer:
        """``PATCH /v1/budgets/{budget}``: Raise, lower, stop or resume a budget. Changes take effect with
        the next decision, on every node. A stopped budget lets nothing through. People change the
        budgets that they set themselves, or that others set who manage the account. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.CHANGE_BUDGET,
            path={"budget": budget},
            body={"limit": limit, "stopped": stopped, "alerts": alerts, "reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def get_budget(self, budget: str, *, timeout_s: float | None = None) -> answers.BudgetView:
        """``GET /v1/budgets/{budget}``: Read a budget. A budget with what is used of it in the current
        window. People read those on their accounts, and their own. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(table.GET_BUDGET, path={"budget": budget}, timeout_s=timeout_s)

    async def remove_budget(
        self,
        budget: str,
        *,
        reason: str = "",
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.BudgetAnswer:
        """``POST /v1/budgets/{budget}/remove``: Remove a budget. Removes a budget; the answer has it as it
        stood. People remove those that they set themselves. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(
            table.REMOVE_BUDGET,
            path={"budget": budget},
            body={"reason": reason},
            query={"dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def check_spend(
        self,
        account: str,
        *,
        asset: str,
        amount: str | None = None,
        of: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.CheckView:
        """``GET /v1/accounts/{account}/check``: Check what may be spent. Says whether an amount may be
        spent from an account now, by the very decision that a posting would meet: what is available
        above the floor, which grants may pay, which budget has the least left and when it resets, and
        how long that lasts at the pace of the last hour and the last day. It reserves nothing. People
        check their own accounts, and those that they share. For whoever is signed in; people get only
        what is theirs.
        """
        return await self._call(
            table.CHECK_SPEND,
            path={"account": account},
            query={"asset": asset, "amount": amount, "of": of},
            timeout_s=timeout_s,
        )

    async def get_me(
        self, *, if_none_match: str | None = None, timeout_s: float | None = None
    ) -> answers.Me | None:
        """``GET /v1/me``: Read who calls. Answers the caller's balances and the position up to which they
        are right. The ETag is that position: to poll, pass it as If-None-Match. For whoever is signed
        in; people get only what is theirs.
        """
        return await self._call(table.GET_ME, headers={"If-None-Match": if_none_match}, timeout_s=timeout_s)

    async def read_stream(
        self,
        stream: str,
        *,
        after: str | None = None,
        wait: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.StreamPage:
        """``GET /v1/streams/{stream}/events``: Read a stream. Events in order, each once. People read their
        own stream and their roles'; staff and services anybody's. With Accept: text/event-stream the
        answer stays open, ids are positions, and an event `reset` brings a snapshot where going on is
        impossible. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.READ_STREAM,
            path={"stream": stream},
            query={"after": after, "wait": wait},
            timeout_s=timeout_s,
        )

    async def read_streams(
        self,
        *,
        streams: str | None = None,
        after: str | None = None,
        wait: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.StreamPages:
        """``GET /v1/streams/events``: Read several streams at once. One call for all streams that a reader
        follows, where each connection is dear, as without HTTP/2. The rights are those of readStream,
        for each of the streams: one that is not the caller's refuses the whole, and `stream` names it. A
        stream that `after` does not name begins with its snapshot. With Accept: text/event-stream the
        answer stays open; the data of an event is a page, and its id the vector after it. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.READ_STREAMS, query={"streams": streams, "after": after, "wait": wait}, timeout_s=timeout_s
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
            table.CALL_ACTION,
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

    async def find_person(self, who: str, *, timeout_s: float | None = None) -> answers.RecipientView:
        """``GET /v1/people/{who}``: Find a recipient. The person with this id or e-mail address, so that a
        sender sees the name first. People may ask 60 times an hour, and find only whom the setting
        `people_found_by` lets them find. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(table.FIND_PERSON, path={"who": who}, timeout_s=timeout_s)

    def list_users(
        self,
        *,
        q: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.UserView, answers.UserPage]:
        """``GET /v1/users``: List people. Lists everybody with a record here or a stream of events, by user
        id, with all balances. For admins and support.
        """
        return self._list(
            table.LIST_USERS, query={"q": q, "cursor": cursor, "limit": limit}, timeout_s=timeout_s
        )

    async def add_user(
        self,
        *,
        user: str,
        name: str = "",
        email: str | None = None,
        password: str | None = None,
        roles: Sequence[str] | UnsetType | None = UNSET,
        timeout_s: float | None = None,
    ) -> answers.UserView:
        """``POST /v1/users``: Add a person. A record with which somebody may sign in here, or whose roles
        win over those of their tokens. New staff decide on requests only after the time of the setting
        `new_staff_wait_s`. For admins.
        """
        return await self._call(
            table.ADD_USER,
            body={"user": user, "name": name, "email": email, "password": password, "roles": roles},
            timeout_s=timeout_s,
        )

    async def get_user(self, user: str, *, timeout_s: float | None = None) -> answers.UserView:
        """``GET /v1/users/{user}``: Read a person. One person with all balances. For admins and support."""
        return await self._call(table.GET_USER, path={"user": user}, timeout_s=timeout_s)

    async def change_user(
        self,
        user: str,
        *,
        name: str | UnsetType = UNSET,
        email: str | UnsetType | None = UNSET,
        password: str | UnsetType = UNSET,
        roles: Sequence[str] | UnsetType | None = UNSET,
        disabled: bool | UnsetType = UNSET,
        reason: str = "",
        timeout_s: float | None = None,
    ) -> answers.UserView:
        """``PATCH /v1/users/{user}``: Change a person. Roles and `disabled` act on open connections within
        seconds. A person who only has a token gets a record. Whoever is given roles or a password by
        somebody else decides on requests only after the time of the setting `new_staff_wait_s`. For
        admins.
        """
        return await self._call(
            table.CHANGE_USER,
            path={"user": user},
            body={
                "name": name,
                "email": email,
                "password": password,
                "roles": roles,
                "disabled": disabled,
                "reason": reason,
            },
            timeout_s=timeout_s,
        )

    async def revoke_user(self, user: str, *, reason: str = "", timeout_s: float | None = None) -> None:
        """``POST /v1/users/{user}/revoke``: Sign a person out everywhere. Their sessions end, their tokens
        are refused, and their connections close within 5 s. For admins.
        """
        await self._call(table.REVOKE_USER, path={"user": user}, body={"reason": reason}, timeout_s=timeout_s)

    def list_audit(
        self,
        *,
        actor: str | None = None,
        target: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        max_stale: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.AuditView, answers.AuditPage]:
        """``GET /v1/audit``: Read the audit log. The audit log, newest first: all transactions, and acts
        that moved no money, with actor and reason. For admins and support.
        """
        return self._list(
            table.LIST_AUDIT,
            query={
                "actor": actor,
                "target": target,
                "cursor": cursor,
                "limit": limit,
                "max_stale": max_stale,
            },
            timeout_s=timeout_s,
        )

    async def login(
        self,
        *,
        password: str,
        user: str | None = None,
        email: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.Session:
        """``POST /v1/auth/login``: Sign in. A token for the API and the live connection, and a session
        cookie (HttpOnly, SameSite=Strict) that gets new ones. After ten failures of a user, or a hundred
        of an address, within 15 minutes, further attempts must wait. For anyone, without signing in.
        """
        return await self._call(
            table.LOGIN, body={"password": password, "user": user, "email": email}, timeout_s=timeout_s
        )

    async def refresh_token(
        self, *, session: str | None = None, timeout_s: float | None = None
    ) -> answers.Session:
        """``POST /v1/auth/token``: Get a new token for the session cookie. Answers only the server's own
        pages and those of the setting `origins`. For whoever holds a session cookie, from the server's
        own pages.
        """
        return await self._call(table.REFRESH_TOKEN, session=session, timeout_s=timeout_s)

    async def logout(self, *, session: str | None = None, timeout_s: float | None = None) -> None:
        """``POST /v1/auth/logout``: Sign out. Ends the session, refuses its tokens and closes its live
        connections: at once in the process that answers, within 5 s in all others. Clears the cookie;
        without one it does nothing. For whoever holds a session cookie, from the server's own pages.
        """
        await self._call(table.LOGOUT, session=session, timeout_s=timeout_s)

    async def add_api_key(
        self, *, service: str, label: str = "", timeout_s: float | None = None
    ) -> answers.ApiKeyView:
        """``POST /v1/api-keys``: Make an API key. Makes a key for an app's own server. The key is shown
        only this once; the server stores its digest. A service may have several keys, so that they can
        be changed without a pause; its name stays, and with it its idempotency keys. For admins.
        """
        return await self._call(
            table.ADD_API_KEY, body={"service": service, "label": label}, timeout_s=timeout_s
        )

    async def list_api_keys(self, *, timeout_s: float | None = None) -> answers.ApiKeyList:
        """``GET /v1/api-keys``: List API keys. Lists keys without the keys themselves. For admins."""
        return await self._call(table.LIST_API_KEYS, timeout_s=timeout_s)

    async def revoke_api_key(self, id: str, *, timeout_s: float | None = None) -> None:
        """``DELETE /v1/api-keys/{id}``: Withdraw an API key. Withdraws a key. It is refused at once, and
        within a second in other processes. For admins.
        """
        await self._call(table.REVOKE_API_KEY, path={"id": id}, timeout_s=timeout_s)

    async def preview_sheet(
        self,
        *,
        file: bytes,
        asset: str,
        default_reason: str | UnsetType = UNSET,
        sheet: str | UnsetType = UNSET,
        encoding: Literal[
            "utf-8",
            "utf-16",
            "cp1252",
            "cp1250",
            "cp1251",
            "cp1253",
            "cp1254",
            "cp1255",
            "cp1256",
            "cp1257",
            "cp1258",
            "cp437",
            "cp850",
            "cp866",
            "koi8-r",
            "mac-roman",
            "shift_jis",
            "gb18030",
            "big5",
            "euc-kr",
        ]
        | UnsetType = UNSET,
        delimiter: Literal[",", ";", "\t", "|"] | UnsetType = UNSET,
        decimal: Literal[".", ","] | UnsetType = UNSET,
        user_column: str | UnsetType = UNSET,
        amount_column: str | UnsetType = UNSET,
        reason_column: str | UnsetType = UNSET,
        timeout_s: float | None = None,
    ) -> answers.SheetPreview:
        """``POST /v1/sheets/preview``: Check a file of people and amounts. Reads the form's `file` (CSV,
        TSV, XLSX, XLS, ODS), with amounts of `asset`. Rows without a reason get `default_reason`. Every
        row is checked and nothing is written: post the good rows with POST /v1/transactions/bulk. The
        other fields correct what the file leaves open; where somebody has to choose first, the error's
        members say what from. For admins and support.
        """
        return await self._call(
            table.PREVIEW_SHEET,
            body={
                "file": file,
                "asset": asset,
                "default_reason": default_reason,
                "sheet": sheet,
                "encoding": encoding,
                "delimiter": delimiter,
                "decimal": decimal,
                "user_column": user_column,
                "amount_column": amount_column,
                "reason_column": reason_column,
            },
            timeout_s=timeout_s,
        )

    async def is_live(self, *, timeout_s: float | None = None) -> answers.Health:
        """``GET /health/live``: Is the process alive. Answers without asking the database. For anyone,
        without signing in.
        """
        return await self._call(table.IS_LIVE, timeout_s=timeout_s)

    async def is_ready(self, *, timeout_s: float | None = None) -> answers.Health:
        """``GET /health/ready``: Is the server ready. Reads from the database; 503 while it cannot, and as
        soon as the server begins to shut down. `degraded` has `hints` while other nodes' commits are
        heard of only by the check every two seconds, `replica` while the primary answers for the
        replica, and `clock` while nothing falls due because the database's clock leapt. For anyone,
        without signing in.
        """
        return await self._call(table.IS_READY, timeout_s=timeout_s)

    async def get_metrics(self, *, timeout_s: float | None = None) -> str:
        """``GET /metrics``: Metrics for Prometheus. For staff, and without a token for whoever calls from
        the same machine and not through a proxy. For staff, and whoever calls from the same machine
        without a proxy in between.
        """
        return await self._call(table.GET_METRICS, timeout_s=timeout_s)

    async def get_config(self, *, timeout_s: float | None = None) -> answers.ConfigView:
        """``GET /v1/config``: What a front end needs before anybody signs in. The version, the assets, and
        the actions that people may call. For anyone, without signing in.
        """
        return await self._call(table.GET_CONFIG, timeout_s=timeout_s)

    async def list_demo_people(self, *, timeout_s: float | None = None) -> list[answers.DemoPerson]:
        """``GET /v1/demo/people``: Who to sign in as, in the demo. Only in the demo, whose passwords are
        public. For anyone, without signing in.
        """
        return await self._call(table.LIST_DEMO_PEOPLE, timeout_s=timeout_s)

    async def get_openapi(self, *, timeout_s: float | None = None) -> dict[str, Any]:
        """``GET /v1/openapi.json``: This document. OpenAPI 3.1. For anyone, without signing in."""
        return await self._call(table.GET_OPENAPI, timeout_s=timeout_s)

    async def get_docs(self, *, timeout_s: float | None = None) -> str:
        """``GET /v1/docs``: This document, for people. All operations on one page, without any script and
        without anything from elsewhere. For anyone, without signing in.
        """
        return await self._call(table.GET_DOCS, timeout_s=timeout_s)

    def list_notifications(
        self,
        *,
        unread: bool | None = None,
        user: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.NotificationView, answers.NotificationPage]:
        """``GET /v1/notifications``: List notifications. Notifications of the caller, of their roles and of
        everybody, newest first. Staff and services name a person and get those of that person alone. For
        whoever is signed in; people get only what is theirs.
        """
        return self._list(
            table.LIST_NOTIFICATIONS,
            query={"unread": unread, "user": user, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def send_notification(
        self,
        *,
        to: str,
        title: str,
        level: Literal["error", "info", "success", "warning"] = "info",
        body: str = "",
        category: str = "general",
        thread: str = "",
        subject: inputs.SubjectInput | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.SentView:
        """``POST /v1/notifications``: Send a notification. To a person (`user:42`), to everybody of a role
        (`role:partner`), or to `all`. It is kept, counted as unread, told live on every open screen, and
        mailed to those who want that of its category. For admins and services.
        """
        return await self._call(
            table.SEND_NOTIFICATION,
            body={
                "to": to,
                "title": title,
                "level": level,
                "body": body,
                "category": category,
                "thread": thread,
                "subject": subject,
            },
            key=key,
            timeout_s=timeout_s,
        )

    async def read_notifications(
        self,
        *,
        ids: Sequence[str] | UnsetType = UNSET,
        thread: str = "",
        upto: str = "",
        timeout_s: float | None = None,
    ) -> answers.ReadView:
        """``POST /v1/notifications/read``: Mark notifications as read. These ids, those of a thread, or all
        up to and including the one of an id. All devices of the caller hear of it. What was read before
        stays read, so repeating it is harmless. For people, for what is theirs.
        """
        return await self._call(
            table.READ_NOTIFICATIONS, body={"ids": ids, "thread": thread, "upto": upto}, timeout_s=timeout_s
        )

    async def get_preferences(
        self, *, user: str | None = None, timeout_s: float | None = None
    ) -> answers.PreferencesView:
        """``GET /v1/notifications/preferences``: Read preferences. A person's choice for each category: by
        toast, by e-mail, both or neither. All is kept and listed anyway. Without a choice a notification
        is a toast. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(table.GET_PREFERENCES, query={"user": user}, timeout_s=timeout_s)

    async def set_preferences(
        self,
        *,
        ways: Mapping[str, Sequence[Literal["email", "toast"]]] | None = None,
        email: str | None = None,
        user: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.PreferencesView:
        """``PUT /v1/notifications/preferences``: Set preferences. `ways` replaces all that was chosen.
        `email` says where mail goes for somebody without an account here; only services and admins give
        it, for it must be known to be theirs. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.SET_PREFERENCES,
            body={"ways": ways, "email": email},
            query={"user": user},
            timeout_s=timeout_s,
        )

    async def list_kinds(self, *, timeout_s: float | None = None) -> answers.KindList:
        """``GET /v1/kinds``: List the kinds of requests. The kinds of requests on this server, with states,
        transitions, and JSON schemas of data and inputs. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(table.LIST_KINDS, timeout_s=timeout_s)

    def list_requests(
        self,
        *,
        kind: str | None = None,
        state: str | None = None,
        waits: bool | None = None,
        parent: str | None = None,
        user: str | None = None,
        owner: str | None = None,
        sort: Literal["newest", "oldest", "largest"] | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.RequestView, answers.RequestPage]:
        """``GET /v1/requests``: List requests. The newest first, unless sorted otherwise. People get their
        own. To staff and services the answer for `waits` also counts what waits. For whoever is signed
        in; people get only what is theirs.
        """
        return self._list(
            table.LIST_REQUESTS,
            query={
                "kind": kind,
                "state": state,
                "waits": waits,
                "parent": parent,
                "user": user,
                "owner": owner,
                "sort": sort,
                "cursor": cursor,
                "limit": limit,
            },
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
            table.FILE_REQUEST,
            path={"kind": kind},
            body=data,
            query={"user": user, "owner": owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def get_request(self, kind: str, id: str, *, timeout_s: float | None = None) -> answers.RequestView:
        """``GET /v1/requests/{kind}/{id}``: Read a request. With the newest 50 steps of its history, the
        oldest of them first, and whether there are more; for staff with who is looking at it. People
        read their own; others are not found. For whoever is signed in; people get only what is theirs.
        """
        return await self._call(table.GET_REQUEST, path={"kind": kind, "id": id}, timeout_s=timeout_s)

    def list_steps(
        self,
        kind: str,
        id: str,
        *,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.StepView, answers.StepPage]:
        """``GET /v1/requests/{kind}/{id}/history``: Read a request's history. Every step, the newest first.
        People read those of their own requests; others are not found. For whoever is signed in; people
        get only what is theirs.
        """
        return self._list(
            table.LIST_STEPS,
            path={"kind": kind, "id": id},
            query={"cursor": cursor, "limit": limit},
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
            table.TAKE_TRANSITION,
            path={"kind": kind, "id": id, "transition": transition},
            body=data,
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def look_at_request(self, id: str, *, timeout_s: float | None = None) -> answers.LookAnswer:
        """``PUT /v1/looks/{id}``: Say that one is looking at a request. For 15 seconds from now, so repeat
        it while it is on the screen. The answer says who else is looking. For admins and support.
        """
        return await self._call(table.LOOK_AT_REQUEST, path={"id": id}, timeout_s=timeout_s)

    async def list_looks(self, *, timeout_s: float | None = None) -> answers.LookList:
        """``GET /v1/looks``: Who is looking at which request. So that two people do not work on the same
        request. For admins and support.
        """
        return await self._call(table.LIST_LOOKS, timeout_s=timeout_s)

    async def get_statement(
        self,
        account: str,
        *,
        asset: str,
        from_: str,
        to: str | None = None,
        format: Literal["csv", "pdf"] | None = None,
        zone: str | None = None,
        timeout_s: float | None = None,
    ) -> bytes:
        """``GET /v1/accounts/{account}/statement``: Download a statement. All that came and went in a
        period, with the balance after each line and at both ends, by effective dates. The balances are
        those that GET /v1/accounts/{account} tells of the same moments. People read their own. For
        whoever is signed in; people get only what is theirs.
        """
        return await self._call(
            table.GET_STATEMENT,
            path={"account": account},
            query={"asset": asset, "from": from_, "to": to, "format": format, "zone": zone},
            timeout_s=timeout_s,
        )

    def list_outbox(
        self,
        *,
        state: Literal["failed", "waiting"] | None = None,
        channel: str | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.OutboxEntryView, answers.OutboxPage]:
        """``GET /v1/outbox``: List what was not delivered. Entries of the outbox that were given up, or
        that wait, in the order in which they were put there. For admins and support.
        """
        return self._list(
            table.LIST_OUTBOX,
            query={"state": state, "channel": channel, "cursor": cursor, "limit": limit},
            timeout_s=timeout_s,
        )

    async def replay_outbox_entry(
        self, id: str, *, timeout_s: float | None = None
    ) -> answers.OutboxEntryView:
        """``POST /v1/outbox/{id}/replay``: Deliver again. Try an entry again that was given up, or that
        waits for its next attempt: it is due now, and counts as new. What was put there later for the
        same target may have been delivered meanwhile. The audit log says who did it. For admins.
        """
        return await self._call(table.REPLAY_OUTBOX_ENTRY, path={"id": id}, timeout_s=timeout_s)

    async def create_run_draft(
        self,
        *,
        rows: Sequence[inputs.RowInput] | None = None,
        people: Sequence[str] | None = None,
        amount: str | None = None,
        asset: str = "CREDIT",
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        name: str = "",
        source: str | None = None,
        selection: inputs.SelectionInput | None = None,
        duplicates: Literal["ask", "first", "sum"] = "ask",
        timeout_s: float | None = None,
    ) -> answers.RunDraft:
        """``POST /v1/runs/drafts``: Check rows. Every row is checked, and nothing is posted: look at the
        rows, choose, and file the draft as a request of the kind `run`. A draft that nobody files is
        kept for 7 days. A file comes as `multipart/form-data`: the field `file` (CSV, TSV, XLSX, XLS,
        ODS), the fields of the body but for the people, and choices about the reading. For admins and
        services.
        """
        return await self._call(
            table.CREATE_RUN_DRAFT,
            body={
                "rows": rows,
                "people": people,
                "amount": amount,
                "asset": asset,
                "mode": mode,
                "reason": reason,
                "name": name,
                "source": source,
                "selection": selection,
                "duplicates": duplicates,
            },
            timeout_s=timeout_s,
        )

    def list_run_drafts(
        self, *, cursor: str | None = None, limit: int | None = None, timeout_s: float | None = None
    ) -> AsyncPaged[answers.RunDraft, answers.RunDraftPage]:
        """``GET /v1/runs/drafts``: List drafts. Drafts that nobody has filed and that are not kept as a
        file, the newest first. For admins, support and services.
        """
        return self._list(
            table.LIST_RUN_DRAFTS, query={"cursor": cursor, "limit": limit}, timeout_s=timeout_s
        )

    async def get_run_draft(self, id: str, *, timeout_s: float | None = None) -> answers.RunDraft:
        """``GET /v1/runs/drafts/{id}``: Read a draft. A draft with its counts. While `ready` is false,
        somebody is changing it. For admins, support and services.
        """
        return await self._call(table.GET_RUN_DRAFT, path={"id": id}, timeout_s=timeout_s)

    async def change_run_draft(
        self,
        id: str,
        *,
        version: int | None = None,
        reason: str | UnsetType = UNSET,
        mode: Literal["add", "set"] | UnsetType = UNSET,
        source: str | UnsetType = UNSET,
        name: str | UnsetType = UNSET,
        duplicates: Literal["ask", "first", "sum"] | UnsetType = UNSET,
        amount: str | UnsetType | None = UNSET,
        short: Literal["below_floor", "refuse", "take_what_is_left"] | UnsetType = UNSET,
        sheet: str | UnsetType | None = UNSET,
        encoding: str | UnsetType | None = UNSET,
        delimiter: str | UnsetType | None = UNSET,
        decimal: str | UnsetType | None = UNSET,
        date_order: str | UnsetType | None = UNSET,
        columns: Mapping[str, str | None] | UnsetType = UNSET,
        select: inputs.Picked | UnsetType = UNSET,
        unselect: inputs.Picked | UnsetType = UNSET,
        timeout_s: float | None = None,
    ) -> answers.RunDraft:
        """``PATCH /v1/runs/drafts/{id}``: Change a draft. All rows are checked again by the choices as they
        are then. What was left out stays so. For admins and services.
        """
        return await self._call(
            table.CHANGE_RUN_DRAFT,
            path={"id": id},
            body={
                "version": version,
                "reason": reason,
                "mode": mode,
                "source": source,
                "name": name,
                "duplicates": duplicates,
                "amount": amount,
                "short": short,
                "sheet": sheet,
                "encoding": encoding,
                "delimiter": delimiter,
                "decimal": decimal,
                "date_order": date_order,
                "columns": columns,
                "select": select,
                "unselect": unselect,
            },
            timeout_s=timeout_s,
        )

    async def delete_run_draft(self, id: str, *, timeout_s: float | None = None) -> None:
        """``DELETE /v1/runs/drafts/{id}``: Forget a draft. Only one that nobody has filed and that is not
        kept as a file. For admins and services.
        """
        await self._call(table.DELETE_RUN_DRAFT, path={"id": id}, timeout_s=timeout_s)

    async def list_draft_rows(
        self,
        id: str,
        *,
        show: Literal["all", "bad", "duplicates", "new", "over_limit", "unselected", "selected"]
        | None = None,
        from_: int | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.RunRowPage:
        """``GET /v1/runs/drafts/{id}/rows``: Read rows of a draft. Rows in their order, from any place on,
        with present balances. For admins, support and services.
        """
        return await self._call(
            table.LIST_DRAFT_ROWS,
            path={"id": id},
            query={"show": show, "from": from_, "limit": limit},
            timeout_s=timeout_s,
        )

    async def post_run(
        self,
        *,
        rows: Sequence[inputs.RowInput] | None = None,
        people: Sequence[str] | None = None,
        amount: str | None = None,
        asset: str = "CREDIT",
        mode: Literal["add", "set"] = "add",
        reason: str = "",
        name: str = "",
        source: str | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RunView:
        """``POST /v1/runs``: Post a bulk run. Checks the rows and files the run, all or none. It is posted
        at once, unless another person must approve it. The answer comes before it is posted: read the
        run, or listen to `house:runs`. For admins and services.
        """
        return await self._call(
            table.POST_RUN,
            body={
                "rows": rows,
                "people": people,
                "amount": amount,
                "asset": asset,
                "mode": mode,
                "reason": reason,
                "name": name,
                "source": source,
            },
            key=key,
            timeout_s=timeout_s,
        )

    def list_runs(
        self,
        *,
        state: Literal["pending", "running", "paused", "stopped", "done", "cancelled", "rejected"]
        | None = None,
        cursor: str | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncPaged[answers.RunView, answers.RunPage]:
        """``GET /v1/runs``: List bulk runs. Runs, the newest first. For admins, support and services."""
        return self._list(
            table.LIST_RUNS, query={"state": state, "cursor": cursor, "limit": limit}, timeout_s=timeout_s
        )

    async def get_run(self, id: str, *, timeout_s: float | None = None) -> answers.RunView:
        """``GET /v1/runs/{id}``: Read a bulk run. Says how far it is, and what the caller may do with it:
        POST /v1/requests/run/{id}/{transition}. For admins, support and services.
        """
        return await self._call(table.GET_RUN, path={"id": id}, timeout_s=timeout_s)

    async def list_run_rows(
        self,
        id: str,
        *,
        show: Literal["all", "bad", "duplicates", "new", "over_limit", "unselected", "selected"]
        | None = None,
        from_: int | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> answers.RunRowPage:
        """``GET /v1/runs/{id}/rows``: Read rows of a run. Rows in their order, from any place on, with what
        became of each. For admins, support and services.
        """
        return await self._call(
            table.LIST_RUN_ROWS,
            path={"id": id},
            query={"show": show, "from": from_, "limit": limit},
            timeout_s=timeout_s,
        )

    async def undo_run(
        self,
        id: str,
        *,
        reason: str,
        numbers: Sequence[int] | None = None,
        short: Literal["below_floor", "refuse", "take_what_is_left"] = "refuse",
        timeout_s: float | None = None,
    ) -> answers.RunDraft:
        """``POST /v1/runs/{id}/undo``: Check what undoing a run takes back. Makes a draft of the reversals,
        all or those of some rows, and says what cannot be taken back. File it as any other: nothing is
        taken back before. For admins and services.
        """
        return await self._call(
            table.UNDO_RUN,
            path={"id": id},
            body={"reason": reason, "numbers": numbers, "short": short},
            timeout_s=timeout_s,
        )

    async def export_draft_rows(
        self,
        id: str,
        *,
        show: Literal["all", "bad", "duplicates", "new", "over_limit", "unselected", "selected"]
        | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """``GET /v1/runs/drafts/{id}/rows.csv``: Export rows of a draft. A CSV of the rows as they were
        sent, with what is wrong with each (`show=bad`): mend them and send them again. For admins,
        support and services.
        """
        return await self._call(
            table.EXPORT_DRAFT_ROWS, path={"id": id}, query={"show": show}, timeout_s=timeout_s
        )

    async def export_run(
        self,
        id: str,
        *,
        show: Literal["all", "bad", "duplicates", "new", "over_limit", "unselected", "selected"]
        | None = None,
        timeout_s: float | None = None,
    ) -> str:
        """``GET /v1/runs/{id}/rows.csv``: Export rows of a run. A CSV of the rows with what became of each.
        Sent again as a file it gives the same rows. For admins, support and services.
        """
        return await self._call(table.EXPORT_RUN, path={"id": id}, query={"show": show}, timeout_s=timeout_s)

    async def list_receipts(
        self, id: str, *, from_: int | None = None, limit: int | None = None, timeout_s: float | None = None
    ) -> answers.RunReceiptPage:
        """``GET /v1/runs/{id}/receipts``: Read receipts of a run. For each person whether it is committed,
        to how many of their devices it was sent, and how many have shown it, as long as events are kept.
        For admins, support and services.
        """
        return await self._call(
            table.LIST_RECEIPTS, path={"id": id}, query={"from": from_, "limit": limit}, timeout_s=timeout_s
        )

    async def export_receipts(self, id: str, *, timeout_s: float | None = None) -> str:
        """``GET /v1/runs/{id}/receipts.csv``: Export receipts of a run. The receipts as a CSV. For admins,
        support and services.
        """
        return await self._call(table.EXPORT_RECEIPTS, path={"id": id}, timeout_s=timeout_s)

    async def file_run(
        self,
        *,
        draft: str,
        version: int,
        for_user: str | None = None,
        for_owner: str | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run``: Bulk run: file. Rows of a file, a list or a selection that are posted
        to many people; undone as one. By: admin, service. For whoever is signed in; people get only what
        is theirs.
        """
        return await self._call(
            table.FILE_RUN,
            body={"draft": draft, "version": version},
            query={"user": for_user, "owner": for_owner, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def approve_run(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run/{id}/approve``: Bulk run: approve. Rows of a file, a list or a selection
        that are posted to many people; undone as one. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.APPROVE_RUN,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def reject_run(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run/{id}/reject``: Bulk run: reject. Rows of a file, a list or a selection
        that are posted to many people; undone as one. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.REJECT_RUN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def pause_run(
        self,
        id: str,
        *,
        reason: str = "",
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run/{id}/pause``: Bulk run: pause. Rows of a file, a list or a selection that
        are posted to many people; undone as one. By: admin, service. For whoever is signed in; people
        get only what is theirs.
        """
        return await self._call(
            table.PAUSE_RUN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def resume_run(
        self,
        id: str,
        *,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run/{id}/resume``: Bulk run: go on. Rows of a file, a list or a selection
        that are posted to many people; undone as one. By: admin, service. For whoever is signed in;
        people get only what is theirs.
        """
        return await self._call(
            table.RESUME_RUN,
            path={"id": id},
            body={},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def skip_run(
        self,
        id: str,
        *,
        reason: str = "",
        every: bool = False,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run/{id}/skip``: Bulk run: leave out the row. Rows of a file, a list or a
        selection that are posted to many people; undone as one. By: admin, service. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.SKIP_RUN,
            path={"id": id},
            body={"reason": reason, "every": every},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def cancel_run(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run/{id}/cancel``: Bulk run: cancel. Rows of a file, a list or a selection
        that are posted to many people; undone as one. By: admin, service. For whoever is signed in;
        people get only what is theirs.
        """
        return await self._call(
            table.CANCEL_RUN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def correct_run(
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
        """``POST /v1/requests/run/{id}/correct``: Bulk run: correct. Rows of a file, a list or a selection
        that are posted to many people; undone as one. By: admin. For whoever is signed in; people get
        only what is theirs.
        """
        return await self._call(
            table.CORRECT_RUN,
            path={"id": id},
            body={"reason": reason, "amount": amount},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )

    async def drop_correction_run(
        self,
        id: str,
        *,
        reason: str,
        version: int | None = None,
        dry_run: bool | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> answers.RequestView:
        """``POST /v1/requests/run/{id}/drop_correction``: Bulk run: drop the correction. Rows of a file, a
        list or a selection that are posted to many people; undone as one. By: admin. For whoever is
        signed in; people get only what is theirs.
        """
        return await self._call(
            table.DROP_CORRECTION_RUN,
            path={"id": id},
            body={"reason": reason},
            query={"version": version, "dry_run": dry_run},
            key=key,
            timeout_s=timeout_s,
        )
