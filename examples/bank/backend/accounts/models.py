"""Requests of customers. Each row says what was asked and decided; the money and its state are groat's.

A row and what groat does for it are written in one transaction of Django's: both are there, or neither.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models, transaction
from django.utils import timezone

from groat.contrib.django import groat

POSITIVE = MinValueValidator(Decimal("0.00000001"), "Must be above zero.")


def usd() -> models.DecimalField:
    return models.DecimalField(max_digits=12, decimal_places=2, validators=[POSITIVE])


class Application(models.Model):
    """Something that a customer asks for and staff decide."""

    class Decision(models.TextChoices):
        OPEN = "open"
        APPROVED = "approved"
        REJECTED = "rejected"

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, editable=False)
    filed_at = models.DateTimeField(auto_now_add=True)
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN, editable=False)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    reason = models.CharField(max_length=200, blank=True, editable=False)

    class Meta:
        abstract = True
        ordering = ("-filed_at",)
        constraints = (models.UniqueConstraint(fields=["customer", "key"], name="%(class)s_once"),)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk} of {self.customer}"

    def file(self) -> None:
        """Write the row. Subclasses tell groat in the same transaction."""
        self.save()

    @classmethod
    @transaction.atomic
    def decide(cls, pk: int, decision: Decision, by: Any, reason: str = "") -> Application:
        """Decide what is open still, and return the row. Raises Refused, and then nothing has happened."""
        row = cls.objects.select_for_update().get(pk=pk)
        if row.decision == cls.Decision.OPEN and row.carry_out(decision, by, reason):
            row.decision, row.decided_by, row.reason = decision, by, reason
            row.decided_at = timezone.now()
            row.save()
        return row

    def carry_out(self, decision: Decision, by: Any, reason: str) -> bool:
        """Let groat do what was decided; return whether that was the last word."""
        raise NotImplementedError


class Deposit(Application):
    """A cheque that a customer pays in. The bank decides it by its own rules, and groat moves the money."""

    amount = usd()
    cheque = models.CharField(max_length=20)

    @transaction.atomic
    def file(self) -> None:
        """Write the row, and confirm it."""
        super().file()
        self._tell("received", "info")

    def carry_out(self, decision: Application.Decision, by: Any, reason: str) -> bool:
        """Credit the customer, or say why not."""
        if decision == self.Decision.REJECTED:
            self._tell("returned", "error", reason)
            return True
        legs = [("house:cheques", f"user:{self.customer_id}", self.amount, "USD")]
        groat.post(
            legs, key=f"deposit-{self.pk}", reason=f"Cheque {self.cheque}", actor=f"user:{by.pk}"
        ).unwrap()
        self._tell("credited", "success")
        return True

    def _tell(self, became: str, level: str, reason: str = "") -> None:
        thread = f"deposit-{self.pk}"
        groat.notify(
            f"user:{self.customer_id}",
            f"Cheque {self.cheque} {became}",
            body=reason or f"${self.amount}",
            level=level,
            category="deposits",
            thread=thread,
            key=f"{thread}-{became}",
        ).unwrap()


class Requested(Application):
    """An application that groat carries out: one of its requests, with states, holds and time-outs."""

    kind: str
    request = models.CharField(max_length=36, editable=False)

    class Meta(Application.Meta):
        abstract = True

    def data(self) -> dict[str, Any]:
        """Return what groat is told."""
        raise NotImplementedError

    def terms(self) -> dict[str, Any]:
        """Return what staff agree to."""
        return {}

    @transaction.atomic
    def file(self) -> None:
        """File the request: a transfer's money is held from now on."""
        filed = groat.file(self.kind, self.data(), user=str(self.customer_id), key=self.key)
        self.request = filed.unwrap().id
        super().file()

    def carry_out(self, decision: Application.Decision, by: Any, reason: str) -> bool:
        """Take the step in groat. A large amount stays open until a second person of staff has approved it."""
        approves = decision == self.Decision.APPROVED
        taken = groat.take(
            self.kind,
            self.request,
            "approve" if approves else "reject",
            self.terms() if approves else {"reason": reason},
            by=f"user:{by.pk}",
            roles=["admin"],
            key=f"{self.request} {decision} {by.pk}",
        ).unwrap()
        return not taken.waits


class Transfer(Requested):
    """Money to another customer."""

    kind = "transfer"
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    amount = usd()
    reference = models.CharField(max_length=140, blank=True)

    def data(self) -> dict[str, Any]:
        return {
            "user": str(self.recipient_id),
            "name": self.recipient.get_full_name(),
            "amount": str(self.amount),
            "asset": "USD",
            "reference": self.reference,
        }


class Card(Requested):
    """A payment card with a monthly limit."""

    kind = "card"
    holder = models.CharField(max_length=40)
    limit = usd()

    def data(self) -> dict[str, Any]:
        return {"holder": self.holder, "limit": str(self.limit), "asset": "USD"}


class Loan(Requested):
    """Money lent, paid out on approval and paid back in instalments."""

    kind = "loan"
    amount = usd()
    months = models.PositiveSmallIntegerField()
    purpose = models.CharField(max_length=200, blank=True)
    rate = models.DecimalField("rate in % a year", max_digits=5, decimal_places=2, default="5.90")

    def data(self) -> dict[str, Any]:
        return {
            "amount": str(self.amount),
            "asset": "USD",
            "months": self.months,
            "purpose": self.purpose,
        }

    def terms(self) -> dict[str, Any]:
        return {"rate": str(self.rate)}


class BitcoinWithdrawal(Requested):
    """Coins that leave for an address outside."""

    kind = "bitcoin_transaction"
    amount = models.DecimalField(max_digits=16, decimal_places=8, validators=[POSITIVE])
    address = models.CharField(max_length=90)

    def data(self) -> dict[str, Any]:
        return {"amount": str(self.amount), "asset": "BTC", "address": self.address}
