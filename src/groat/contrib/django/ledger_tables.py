"""The ledger's tables as the admin site sees them: to be read.

They have a registry of their own, so that ``makemigrations`` knows nothing of them: the tables belong to groat.
"""

from __future__ import annotations

from typing import Any

from django.apps.registry import Apps
from django.db import models

_ALONE = Apps()


class LedgerId(models.UUIDField):  # type: ignore[type-arg]
    """An id of groat: a uuid on PostgreSQL, and on SQLite a text with its hyphens, which Django's own has not."""

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Return the value as the table has it."""
        value = super().get_db_prep_value(value, connection, prepared)
        return str(self.to_python(value)) if value is not None and connection.vendor == "sqlite" else value


class LedgerAccount(models.Model):
    """One balance: an asset at a path. Amounts are in the asset's smallest unit."""

    path: models.TextField[Any, Any] = models.TextField("account")
    asset: models.TextField[Any, Any] = models.TextField()
    floor: models.BigIntegerField[Any, Any] = models.BigIntegerField(null=True)
    ceiling: models.BigIntegerField[Any, Any] = models.BigIntegerField(null=True)
    debits: models.BigIntegerField[Any, Any] = models.BigIntegerField()
    credits: models.BigIntegerField[Any, Any] = models.BigIntegerField()
    debits_pending: models.BigIntegerField[Any, Any] = models.BigIntegerField()
    version: models.BigIntegerField[Any, Any] = models.BigIntegerField()

    class Meta:
        """The table of groat."""

        apps = _ALONE
        app_label = "groat"
        managed = False
        db_table = "groat_account"
        verbose_name = "balance"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"{self.path} {self.asset}"


class LedgerTransaction(models.Model):
    """A transaction that is not in the archive."""

    id: Any = LedgerId(primary_key=True)
    kind: models.TextField[Any, Any] = models.TextField()
    actor: models.TextField[Any, Any] = models.TextField()
    reason: models.TextField[Any, Any] = models.TextField()
    recorded_at: models.BigIntegerField[Any, Any] = models.BigIntegerField()

    class Meta:
        """The table of groat."""

        apps = _ALONE
        app_label = "groat"
        managed = False
        db_table = "groat_txn"
        verbose_name = "transaction"
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.id)


class LedgerHold(models.Model):
    """A hold; ``source`` and ``destination`` are ids of accounts."""

    id: Any = LedgerId(primary_key=True)
    source: models.BigIntegerField[Any, Any] = models.BigIntegerField()
    status: models.TextField[Any, Any] = models.TextField()
    created_at: models.BigIntegerField[Any, Any] = models.BigIntegerField()

    class Meta:
        """The table of groat."""

        apps = _ALONE
        app_label = "groat"
        managed = False
        db_table = "groat_hold"
