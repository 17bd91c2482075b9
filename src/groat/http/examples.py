"""The one transaction that all examples of the OpenAPI document tell of."""

from __future__ import annotations

from typing import Any

POSTING = {"source": "house:bonus", "destination": "user:42", "amount": "50", "asset": "CREDIT"}
_AFTER: dict[str, Any] = {
    "account": "user:42",
    "asset": "CREDIT",
    "balance": "150",
    "available": "150",
    "held": "0",
    "version": 7,
}
BALANCE: dict[str, Any] = {**_AFTER, "floor": "0", "ceiling": None}
_ID = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"
_AT = "2026-11-20T18:59:50.123456Z"
POSTED: dict[str, Any] = {
    "id": _ID,
    "kind": "post",
    "postings": [POSTING],
    "reason": "Welcome bonus",
    "metadata": {"campaign": "spring"},
    "actor": "service:shop",
    "principal": "service:shop",
    "key": "order-4711",
    "at": _AT,
    "recorded_at": _AT,
    "reverses": None,
    "hold": None,
    "balances": [
        {**_AFTER, "account": "house:bonus", "balance": "-50", "available": "-50", "version": 1},
        _AFTER,
    ],
    "positions": {"user:42": "3f9c01aa:7"},
    "replayed": False,
    "cause": None,
}
HOLD: dict[str, Any] = {
    "id": _ID,
    "source": "user:42",
    "destination": "house:sales",
    "asset": "CREDIT",
    "amount": "5",
    "captured": "0",
    "released": "0",
    "remaining": "5",
    "state": "open",
    "expires_at": "2026-11-20T19:14:50.123456Z",
    "created_at": _AT,
}
HELD: dict[str, Any] = {
    **POSTED,
    "kind": "hold",
    "postings": [{"source": "user:42", "destination": "house:sales", "amount": "5", "asset": "CREDIT"}],
    "reason": "Server for a month",
    "hold": HOLD,
    "balances": [{**_AFTER, "available": "145", "held": "5"}],
}
ENTRY: dict[str, Any] = {
    "transaction": _ID,
    "kind": "post",
    "account": "user:42",
    "asset": "CREDIT",
    "delta": "50",
    "balance": "150",
    "held_delta": "0",
    "held": "0",
    "version": 7,
    "counterparty": "house:bonus",
    "reason": "Welcome bonus",
    "actor": "service:shop",
    "metadata": {"campaign": "spring"},
    "at": _AT,
    "recorded_at": _AT,
    "hold": None,
    "reverses": None,
}
PERSON: dict[str, Any] = {
    "user": "42",
    "name": "Ada",
    "email": "ada@example.com",
    "roles": [],
    "disabled": False,
    "balances": [BALANCE],
}
SIGNED_IN: dict[str, Any] = {
    "token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI0MiJ9.signature",
    "expires_at": "2026-11-20T19:14:50.000000Z",
    "user": "42",
    "name": "Ada",
    "roles": [],
}
KEY: dict[str, Any] = {
    "id": _ID,
    "service": "shop",
    "label": "production",
    "created_at": _AT,
    "created_by": "user:admin",
    "revoked_at": None,
}
AUDIT: dict[str, Any] = {
    "id": _ID,
    "at": _AT,
    "actor": "user:admin",
    "principal": "user:admin",
    "kind": "change_user",
    "target": "user:42",
    "reason": "Joined the support desk",
    "key": "",
    "before": {"roles": []},
    "after": {"roles": ["support"]},
    "details": None,
}

REQUEST: dict[str, Any] = {
    "id": _ID,
    "kind": "expense",
    "state": "pending",
    "version": 1,
    "user": "42",
    "data": {"amount": "42.50", "asset": "USD", "purpose": "Train to the fair", "receipt": ""},
    "amount": "42.50",
    "asset": "USD",
    "filed_by": "user:42",
    "filed_at": _AT,
    "changed_at": _AT,
    "due_at": "2026-12-20T18:59:50.123456Z",
    "approvals": {"needed": 1, "given": []},
    "decided_by": None,
    "decided_at": None,
    "reason": "",
    "parent": None,
    "hold": None,
    "open": True,
    "waits": True,
    "may": ["withdraw"],
}
STEP: dict[str, Any] = {
    "version": 1,
    "transition": "file",
    "from": "",
    "to": "pending",
    "by": "user:42",
    "at": _AT,
    "reason": "",
    "input": {},
    "transaction": _ID,
}
KIND: dict[str, Any] = {
    "name": "expense",
    "title": "Expense claim",
    "description": "What somebody paid for the house and wants back.",
    "states": [
        {"name": "pending", "title": "Waiting", "open": True, "waits": True, "tone": "wait", "due": "lapse"},
        {"name": "paid", "title": "Paid", "open": False, "waits": False, "tone": "good", "due": ""},
    ],
    "transitions": [
        {
            "name": "pay",
            "title": "Pay",
            "from": ["pending"],
            "to": ["paid"],
            "by": ["admin"],
            "decides": True,
            "approves": True,
            "confirms": False,
            "schema": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
        }
    ],
    "schema": {
        "type": "object",
        "properties": {
            "amount": {"type": "string"},
            "asset": {"type": "string"},
            "purpose": {"type": "string"},
        },
        "required": ["amount", "asset", "purpose"],
        "additionalProperties": False,
    },
    "thresholds": {"USD": "1000"},
    "parent": None,
}
