"""Pages of the admin site that show the ledger, and change nothing: balances, why each is as it is, transactions.

They are for whoever has the role ``admin`` or ``support``; permissions of Django are not asked for, for these would be
given by people who may not read everybody's money.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from groat.contrib.django import blocks, conf
from groat.contrib.django.blocks import finish
from groat.contrib.django.ledger_tables import LedgerAccount, LedgerHold, LedgerTransaction
from groat.contrib.django.people import person_id, roles_of
from groat.contrib.django.words import groat
from groat.identity.errors import IdentityError
from groat.identity.model import STAFF_ROLES
from groat.ledger.amounts import format_amount
from groat.ledger.errors import InvalidInput
from groat.ledger.text import parse_time

ENTRIES_MAX = 100
HOLDS_MAX = 50


class LedgerPages(admin.ModelAdmin):  # type: ignore[type-arg]
    """Base of the pages: staff of groat read them, and nobody changes anything on them."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    detail_template = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody adds here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody changes here."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes here."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff of groat may read everything."""
        return not STAFF_ROLES.isdisjoint(roles_of(request.user))

    has_module_permission = has_view_permission

    def get_queryset(self, request: HttpRequest) -> Any:
        """Return the rows of the ledger's database."""
        return super().get_queryset(request).using(conf.database_alias())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show one of them; 404 if there is none."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {**self.admin_site.each_context(request), "opts": self.opts, **self.details(object_id)}
        return TemplateResponse(request, self.detail_template, context)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Show one of them: its history is the page itself."""
        return self.change_view(request, object_id)

    def details(self, object_id: str) -> dict[str, Any]:
        """Return what the template of one shows. Raises Http404."""
        raise NotImplementedError


@admin.register(LedgerAccount)
class BalancePages(LedgerPages):
    """Balances, and the postings, holds, actors and reasons that made each."""

    list_display = (
        "path",
        "asset",
        "balance",
        "held",
        "version",
    )
    list_filter = ("asset",)
    ordering = (
        "path",
        "asset",
    )
    search_fields = ("path",)
    search_help_text = "An account, with all below it, or the name with which a user signs in"
    detail_template = "admin/groat/why.html"

    @admin.display
    def balance(self, account: LedgerAccount) -> str:
        """The balance as a decimal text."""
        return _text(account.credits - account.debits, account.asset)

    @admin.display
    def held(self, account: LedgerAccount) -> str:
        """The part of it that open holds keep."""
        return _text(account.debits_pending, account.asset)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find an account by its path or by its user, in both cases with all accounts below it."""
        term = search_term.strip()
        if not term:
            return queryset, False
        users: Any = get_user_model()
        paths = [term]
        for user in users._default_manager.filter(**{users.USERNAME_FIELD: term})[:1]:
            try:
                paths.append(f"user:{person_id(user)}")
            except IdentityError:
                continue
        wanted = Q()
        for path in paths:
            wanted |= Q(path=path) | Q(path__startswith=f"{path}:")
        return queryset.filter(wanted), False

    def details(self, object_id: str) -> dict[str, Any]:
        """Return the balance, its last changes and its open holds."""
        alias = conf.database_alias()
        account = LedgerAccount._default_manager.using(alias).filter(pk=_number(object_id)).first()
        if account is None:
            raise Http404("There is no such balance.")
        view = groat.balance(account.path, account.asset)
        entries = finish(blocks.ledger(alias).entries(account.path, account.asset, limit=ENTRIES_MAX))
        holds = LedgerHold._default_manager.using(alias).filter(source=account.pk, status="open")
        return {
            "title": f"Why {account.path} has {view.balance} {account.asset}",
            "balance": view,
            "entries": [(entry, _url(entry.transaction), _moment(entry.recorded_at)) for entry in entries],
            "is_cut": len(entries) == ENTRIES_MAX,
            "holds": [
                (hold, _url(hold.id), groat.transaction(hold.id))
                for hold in (groat.held(str(each.pk)) for each in holds.order_by("-created_at")[:HOLDS_MAX])
                if hold is not None
            ],
        }


@admin.register(LedgerTransaction)
class TransactionPages(LedgerPages):
    """Transactions with their postings, and what they did to balances."""

    list_display = (
        "id",
        "recorded",
        "kind",
        "actor",
        "reason",
    )
    list_filter = ("kind",)
    ordering = ("-id",)
    search_fields = ("actor",)
    search_help_text = "An actor, such as user:42, or the id of a transaction"
    detail_template = "admin/groat/transaction.html"

    @admin.display(description="recorded at")
    def recorded(self, transaction: LedgerTransaction) -> datetime:
        """The time of the commit."""
        return datetime.fromtimestamp(transaction.recorded_at / 1_000_000, UTC)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find transactions by their actor, or one by its id."""
        term = search_term.strip()
        if not term:
            return queryset, False
        found = _transaction(term)
        return queryset.filter(Q(actor=term) | Q(pk=found.id) if found else Q(actor=term)), False

    def details(self, object_id: str) -> dict[str, Any]:
        """Return the transaction, also one of the archive."""
        view = _transaction(object_id)
        if view is None:
            raise Http404("There is no such transaction.")
        return {
            "title": f"Transaction {view.id}",
            "transaction": view,
            "recorded_at": _moment(view.recorded_at),
            "reverses": _url(view.reverses) if view.reverses else "",
        }


def _transaction(id: str) -> Any:
    try:
        return groat.transaction(id)
    except InvalidInput:
        return None


def _text(value: int, asset: str) -> str:
    scale = finish(blocks.ledger(conf.database_alias()).asset(asset)).scale
    return format_amount(value, scale)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Http404("There is no such balance.")
    return int(text)


def _url(transaction: str) -> str:
    return reverse("admin:groat_ledgertransaction_change", args=[transaction])


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(parse_time(text) / 1_000_000, UTC)
