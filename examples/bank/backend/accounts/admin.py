"""The pages on which staff decide. The customer's page follows by itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.models import Application, BitcoinWithdrawal, Card, Deposit, Loan, Transfer
from groat import GroatError

DECISION = ("decision", "decided_by", "reason", "filed_at")


class DecisionForm(ActionForm):
    """The choice of an action, and why."""

    reason = forms.CharField(max_length=200, required=False)


class ApplicationAdmin(admin.ModelAdmin):
    """Applications of one kind, with the actions that decide them."""

    action_form = DecisionForm
    actions = ("approve", "reject")
    list_filter = ("decision",)
    list_select_related = ("customer", "decided_by")

    class Media:
        css = {"all": ("accounts/admin.css",)}

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let only customers ask."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Keep what was decided."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Let nobody change what a customer has written, or what was decided."""
        return [field.name for field in self.model._meta.fields if field.name not in self.list_editable]

    @admin.action(description="Approve", permissions=["change"])
    def approve(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Approve what is chosen."""
        self._decide(request, chosen, Application.Decision.APPROVED)

    @admin.action(description="Reject, with a reason", permissions=["change"])
    def reject(self, request: HttpRequest, chosen: QuerySet[Any]) -> None:
        """Reject what is chosen."""
        self._decide(request, chosen, Application.Decision.REJECTED)

    def _decide(self, request: HttpRequest, chosen: QuerySet[Any], decision: Application.Decision) -> None:
        reason = request.POST.get("reason", "").strip()
        if decision == Application.Decision.REJECTED and not reason:
            self.message_user(request, "Give a reason, which the customer reads.", messages.ERROR)
            return
        for application in chosen.filter(decision=Application.Decision.OPEN):
            try:
                decided = self.model.decide(application.pk, decision, request.user, reason)
            except GroatError as error:
                self.message_user(request, f"{application}: {error.detail}", messages.ERROR)
            else:
                is_open = decided.decision == Application.Decision.OPEN
                became = "a second person has to approve it" if is_open else decided.get_decision_display()
                self.message_user(request, f"{decided}: {became}", messages.SUCCESS)


@admin.register(Deposit)
class DepositAdmin(ApplicationAdmin):
    list_display = ("id", "customer", "amount", "cheque", *DECISION)


@admin.register(Transfer)
class TransferAdmin(ApplicationAdmin):
    list_display = ("id", "customer", "recipient", "amount", "reference", *DECISION)
    list_select_related = (*ApplicationAdmin.list_select_related, "recipient")


@admin.register(Card)
class CardAdmin(ApplicationAdmin):
    list_display = ("id", "customer", "holder", "limit", *DECISION)


@admin.register(Loan)
class LoanAdmin(ApplicationAdmin):
    """Loans, whose rate staff may change before they approve."""

    list_display = ("id", "customer", "amount", "months", "purpose", "rate", *DECISION)
    list_editable = ("rate",)


@admin.register(BitcoinWithdrawal)
class BitcoinWithdrawalAdmin(ApplicationAdmin):
    list_display = ("id", "customer", "amount", "address", *DECISION)
