"""``emitBulkCreditUpdate`` for code that has no client at hand: the environment names the server."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import cache

from groat.client import answers
from groat.client.client import Client, Mode


def emitBulkCreditUpdate(  # noqa: N802 - apps know it by this name.
    candidate_ids: Iterable[int | str],
    credits: int | str,
    *,
    reason: str = "Admin update",
    key: str | None = None,
    asset: str = "CREDIT",
    mode: Mode = "add",
) -> answers.RunView:
    """Give each of these people so many credits as one run; see :meth:`Client.emitBulkCreditUpdate`.

    The variables ``GROAT_URL`` and ``GROAT_API_KEY`` name the server and the service's key. Raises ValueError where one
    of them is missing.
    """
    return _client(_variable("GROAT_URL"), _variable("GROAT_API_KEY")).emitBulkCreditUpdate(
        candidate_ids, credits, reason=reason, key=key, asset=asset, mode=mode
    )


@cache
def _client(url: str, api_key: str) -> Client:
    return Client(url, api_key)


def _variable(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise ValueError(f"set the variable {name}, or call emitBulkCreditUpdate of a Client")
    return value
