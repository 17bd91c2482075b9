"""Bitcoin Core's own daemon behind the gateway: JSON-RPC over HTTP, to a wallet that the daemon keeps.

Needs bitcoind 24 or newer with a loaded descriptor wallet. The address names the wallet and the RPC user:
``http://user:password@127.0.0.1:8332/wallet/groat``.
"""

from __future__ import annotations

import asyncio
import base64
import json
from decimal import Decimal
from http.client import HTTPException
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

from groat.ledger.amounts import format_amount
from groat.programs.bank.node import SCALE, Deposit, NodeAway, NodeRefused, SignedPayment

TIMEOUT_S = 30.0
ANSWER_BYTES_MAX = 32 * 1024 * 1024

# Bitcoin Core's src/rpc/protocol.h.
_UNKNOWN_ADDRESS_OR_TRANSACTION = -5
_UNKNOWN_LABEL = -11
_ALREADY_CONFIRMED = -27
# A wrong address or amount, or a transaction against the network's rules, stays wrong. A wallet that is empty, locked
# or still loading does not.
_FINAL = frozenset({-3, _UNKNOWN_ADDRESS_OR_TRANSACTION, -8, -25, -26})


class _RpcError(NamedTuple):
    code: int
    message: str


class Bitcoind:
    """A wallet of Bitcoin Core. ``url`` holds the credentials; raises ValueError when it is no http(s) address."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("bitcoind is reached by http://user:password@host:port/wallet/name")
        self._url = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        self._authorization = "Basic " + base64.b64encode(credentials.encode()).decode()

    async def address(self, label: str) -> str:
        """See :meth:`BitcoinNode.address`."""
        known = await self._call("getaddressesbylabel", label)
        if not isinstance(known, _RpcError):
            return str(min(known))
        if known.code != _UNKNOWN_LABEL:
            raise _problem(known)
        return str(await self._sure("getnewaddress", label))

    async def deposits(self, cursor: str) -> tuple[list[Deposit], str]:
        """See :meth:`BitcoinNode.deposits`; the cursor is the hash of the last block seen."""
        found = await self._sure("listsinceblock", *((cursor,) if cursor else ()))
        deposits = [
            Deposit(
                entry.get("label", ""),
                entry.get("address", ""),
                entry["txid"],
                entry["vout"],
                _satoshi(entry["amount"]),
                entry["confirmations"],
            )
            for entry in found["transactions"]
            if entry["category"] == "receive" and not entry.get("abandoned")
        ]
        return deposits, str(found["lastblock"])

    async def sign(self, address: str, amount: int) -> SignedPayment:
        """See :meth:`BitcoinNode.sign`."""
        options = {"add_to_wallet": False, "lock_unspents": True}
        signed = await self._sure(
            "send", {address: format_amount(amount, SCALE)}, None, "unset", None, options
        )
        if not signed["complete"]:
            raise NodeRefused("The wallet cannot sign by itself.")
        fee = (await self._sure("decodepsbt", signed["psbt"]))["fee"]
        return SignedPayment(signed["txid"], signed["hex"], _satoshi(fee))

    async def send(self, payment: SignedPayment) -> None:
        """See :meth:`BitcoinNode.send`."""
        answer = await self._call("sendrawtransaction", payment.raw)
        if not isinstance(answer, _RpcError) or answer.code == _ALREADY_CONFIRMED:
            return
        if answer.code in _FINAL:
            # The wallet knows the transaction only if the network accepted it before. Its inputs are spent by now.
            known = await self.confirmations(payment.txid)
            if known is not None and known >= 0:
                return
        raise _problem(answer)

    async def drop(self, payment: SignedPayment) -> None:
        """See :meth:`BitcoinNode.drop`."""
        inputs = (await self._sure("decoderawtransaction", payment.raw))["vin"]
        # This fails if a restart of the daemon unlocked the coins already, which is as good.
        await self._call("lockunspent", True, [{"txid": i["txid"], "vout": i["vout"]} for i in inputs])

    async def confirmations(self, txid: str) -> int | None:
        """See :meth:`BitcoinNode.confirmations`."""
        found = await self._call("gettransaction", txid)
        if not isinstance(found, _RpcError):
            return int(found["confirmations"])
        if found.code != _UNKNOWN_ADDRESS_OR_TRANSACTION:
            raise _problem(found)
        return None

    async def _sure(self, method: str, *params: Any) -> Any:
        """Return the result of a call whose errors the caller does not handle. Raises NodeAway and NodeRefused."""
        answer = await self._call(method, *params)
        if isinstance(answer, _RpcError):
            raise _problem(answer)
        return answer

    async def _call(self, method: str, *params: Any) -> Any:
        """Return the result of a call, or the daemon's own error. Raises NodeAway."""
        body = json.dumps({"jsonrpc": "1.0", "id": method, "method": method, "params": params}).encode()
        headers = {"Authorization": self._authorization, "Content-Type": "application/json"}
        return await asyncio.to_thread(self._ask, Request(self._url, body, headers))  # noqa: S310  (http or https)

    def _ask(self, request: Request) -> Any:
        try:
            try:
                with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310  (checked when made)
                    text = answer.read(ANSWER_BYTES_MAX)
            except HTTPError as error:
                # The daemon says 404 and 500 with the error in the body, and 401, 403 and 503 without one.
                with error:
                    text = error.read(ANSWER_BYTES_MAX)
                    if error.code not in (404, 500):
                        raise NodeAway(f"bitcoind answered {error.code}") from error
            found = json.loads(text, parse_float=Decimal)
            if found["error"]:
                return _RpcError(int(found["error"]["code"]), str(found["error"]["message"]))
            return found["result"]
        except (OSError, HTTPException, ValueError, TypeError, KeyError) as error:
            raise NodeAway(f"bitcoind does not answer: {error}") from error


def _problem(error: _RpcError) -> NodeAway | NodeRefused:
    text = f"{error.message} ({error.code})"
    return NodeRefused(text) if error.code in _FINAL else NodeAway(text)


def _satoshi(coins: Decimal | int) -> int:
    return int(Decimal(coins).scaleb(SCALE).to_integral_exact())
