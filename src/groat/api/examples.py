"""The transaction that all examples of the OpenAPI document show."""

from __future__ import annotations

from typing import Any

POSTING = {"source": "house:bonus", "destination": "user:42", "amount": "50", "asset": "CREDIT"}
AFTER: dict[str, Any] = {
    "account": "user:42",
    "asset": "CREDIT",
    "balance": "150",
    "available": "150",
    "held": "0",
    "version": 7,
}
BALANCE: dict[str, Any] = {**AFTER, "floor": "0", "ceiling": None}
ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
AT = "2026-11-20T18:59:50.123456Z"
POSTED: dict[str, Any] = {
    "id": ID,
    "kind": "post",
    "postings": [POSTING],
    "reason": "Welcome bonus",
    "metadata": {"campaign": "spring"},
    "actor": "service:shop",
    "principal": "service:shop",
    "key": "order-4711",
    "at": AT,
    "recorded_at": AT,
    "reverses": None,
    "hold": None,
    "balances": [
        {**AFTER, "account": "house:bonus", "balance": "-50", "available": "-50", "version": 1},
        AFTER,
    ],
    "positions": {"user:42": "3f9c01aa:7"},
    "replayed": False,
    "cause": None,
}
