"""groat: live balances for any app. What a person sees is what is committed."""

from groat.facade import Groat
from groat.ledger.accounts import Limits, Policy, Rule
from groat.ledger.amounts import Asset
from groat.ledger.errors import (
    Closed,
    GroatError,
    InvalidInput,
    Overloaded,
    Refusal,
    Refused,
    StoreError,
)
from groat.sync import SyncGroat

__all__ = [
    "Asset",
    "Closed",
    "Groat",
    "GroatError",
    "InvalidInput",
    "Limits",
    "Overloaded",
    "Policy",
    "Refusal",
    "Refused",
    "Rule",
    "StoreError",
    "SyncGroat",
]
