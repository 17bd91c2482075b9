"""groat: live balances for any app. What a person sees is what is committed."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from groat.engine.items import (
        AtMost,
        CaptureItem,
        ExtendItem,
        HoldItem,
        PostItem,
        ReleaseItem,
        ReverseItem,
        SettleItem,
    )
    from groat.facade import Groat
    from groat.ledger.accounts import LimitRule, Limits, Policy
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
    "AtMost",
    "CaptureItem",
    "Closed",
    "ExtendItem",
    "Groat",
    "GroatError",
    "HoldItem",
    "InvalidInput",
    "LimitRule",
    "Limits",
    "Overloaded",
    "Policy",
    "PostItem",
    "Refusal",
    "Refused",
    "ReleaseItem",
    "ReverseItem",
    "SettleItem",
    "StoreError",
    "SyncGroat",
]

_ROOMS = {
    "Groat": "groat.facade",
    "SyncGroat": "groat.sync",
    "Asset": "groat.ledger.amounts",
    "Limits": "groat.ledger.accounts",
    "LimitRule": "groat.ledger.accounts",
    "Policy": "groat.ledger.accounts",
    **dict.fromkeys(
        (
            "AtMost",
            "CaptureItem",
            "ExtendItem",
            "HoldItem",
            "PostItem",
            "ReleaseItem",
            "ReverseItem",
            "SettleItem",
        ),
        "groat.engine.items",
    ),
}


def __getattr__(name: str) -> Any:
    # A process that only reads files imports a room of this package, not the whole ledger.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ROOMS.get(name, "groat.ledger.errors")), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
