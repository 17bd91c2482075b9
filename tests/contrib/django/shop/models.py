"""Rows that the shop keeps beside the ledger."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class Purchase(models.Model):
    """Something that a person bought."""

    user: models.ForeignKey[Any, Any] = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    thing: models.CharField[str, str] = models.CharField(max_length=100)
    credits: models.IntegerField[int, int] = models.IntegerField()


class Wallet(models.Model):
    """A balance as apps keep it before they have a ledger."""

    user: models.OneToOneField[Any, Any] = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE
    )
    balance: models.DecimalField[Any, Any] = models.DecimalField(max_digits=18, decimal_places=2, null=True)
