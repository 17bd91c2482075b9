"""The operations of alerts: people read and set those of their own accounts, admins and services everybody's."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.api.answer import Answer
from groat.api.bodies import Amount, Body, Reason
from groat.api.call import Call
from groat.api.operations import Operations
from groat.api.problems import HttpError, problem
from groat.api.rights import Right, check_readable, owns
from groat.ledger.accounts import check_path
from groat.ledger.errors import Refusal
from groat.programs.credits.own_settings import CreditsSettings
from groat.programs.credits.topups.alerts import AlertView, SetAlert, find_alerts

operations = Operations()


class AlertInput(Body):
    """Tell the account's owner when less than ``below`` is available; null for never."""

    below: Amount | None
    reason: Reason = ""


class AlertList(msgspec.Struct):
    """The alerts of an account, one for each asset that has one, or would have one by the setting ``low_balance``."""

    items: list[AlertView]


_ALERT: dict[str, Any] = {
    "account": "user:42", "asset": "CREDIT", "below": "50", "own": True, "low": False,
    "changed_at": "2026-11-20T18:59:50.123456Z",
}  # fmt: skip


@operations.declare(
    "listAlerts",
    "GET /v1/accounts/{account}/alerts",
    Right.SIGNED_IN,
    "alerts",
    "List an account's alerts",
    answer=AlertList,
    codes=("invalid_account",),
    answer_example={"items": [_ALERT]},
)
async def list_alerts(call: Call) -> Answer:
    """The amounts below which the owner of an account is told that little is left. People read those of their own
    accounts.
    """
    path = check_path(call.params["account"])
    check_readable(call.identity, path)
    items = [
        alert.view((await call.groat.asset(alert.asset)).scale)
        for alert in await call.groat.read(find_alerts, path)
    ]
    named = {item.asset for item in items}
    for asset, below in sorted(call.services.part(CreditsSettings).low_balance.items()):
        if asset not in named:
            items.append(AlertView(path, asset, below, own=False, low=False, changed_at=None))
    return Answer.of(AlertList(sorted(items, key=lambda item: item.asset)))


@operations.declare(
    "setAlert",
    "PUT /v1/accounts/{account}/alerts/{asset}",
    Right.SIGNED_IN,
    "alerts",
    "Set an account's alert",
    body=AlertInput,
    answer=AlertView,
    keyed=True,
    codes=(
        "key_reused", "invalid_account", "account_of_nobody", "unknown_asset", "invalid_amount", "too_many_digits",
        "amount_not_positive", "amount_overflow", "text_too_long", "invalid_text", "older_nodes",
    ),
    example={"below": "50"},
    answer_example=_ALERT,
)  # fmt: skip
async def set_alert(call: Call) -> Answer:
    """Tells the owner once when less than that is available, and once when it is there again. People set the alerts of
    their own accounts, admins and services everybody's. One that is set stays, whatever the setting says later.
    """
    path, asset = check_path(call.params["account"]), call.params["asset"]
    identity = call.identity
    if not (owns(identity, path) or identity.is_admin or identity.is_service):
        raise HttpError("forbidden")
    body = await call.body(AlertInput)
    command = SetAlert(
        principal=identity.principal,
        key=call.key(),
        reason=body.reason,
        account=path,
        asset=asset,
        threshold=None if body.below is None else await call.groat.amount(body.below, asset),
    )
    verdict = await call.groat.execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    return Answer.of(msgspec.convert(verdict.extra, AlertView))
