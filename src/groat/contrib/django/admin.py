"""Pages of the admin site that show the ledger, and change nothing: balances, why each is as it is, transactions.

They are for whoever has the role ``admin`` or ``support``; permissions of Django are not asked for, for these would be
given by people who may not read everybody's money.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from groat.contrib.django import conf
from groat.contrib.django.ledger_tables import LedgerAccount, LedgerTransaction


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
        return bool(_explaining().is_staff(request.user))

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
        return str(_explaining().amount_text(account.credits - account.debits, account.asset))

    @admin.display
    def held(self, account: LedgerAccount) -> str:
        """The part of it that open holds keep."""
        return str(_explaining().amount_text(account.debits_pending, account.asset))

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Find an account by its path or by its user, in both cases with all accounts below it."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q()
        for path in _explaining().paths_of(term):
            wanted |= Q(path=path) | Q(path__startswith=f"{path}:")
        return queryset.filter(wanted), False

    def details(self, object_id: str) -> dict[str, Any]:
        """Return the balance, its last changes and its open holds."""
        found: dict[str, Any] | None = _explaining().why(object_id)
        if found is None:
            raise Http404("There is no such balance.")
        return found


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
        found = _explaining().transaction(term)
        return queryset.filter(Q(actor=term) | Q(pk=found.id) if found else Q(actor=term)), False

    def details(self, object_id: str) -> dict[str, Any]:
        """Return the transaction, also one of the archive."""
        view = _explaining().transaction(object_id)
        if view is None:
            raise Http404("There is no such transaction.")
        return {
            "title": f"Transaction {view.id}",
            "transaction": view,
            "recorded_at": _explaining().moment(view.recorded_at),
            "reverses": _explaining().url(view.reverses) if view.reverses else "",
        }


def _explaining() -> Any:
    # Django loads this file for every command; the ledger is loaded when somebody looks at a page.
    from groat.contrib.django import explaining

    return explaining
