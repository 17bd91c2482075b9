"""The adapter for Bitcoin Core, against its documented replies.

Debian 12 has no bitcoind to run in regtest, so the replies are put together from the result descriptions in Bitcoin
Core's own RPC help (version 28), with the fields that it names and in its types.
"""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from groat.programs.bank.bitcoind import Bitcoind
from groat.programs.bank.node import Deposit, NodeAway, NodeRefused, SignedPayment

TXID = "1075db55d416d3ca199f55b6084e2115b9345e16c5cf302fc80e9d5fbf5d48d0"
BLOCK = "000000000000000bacf66f7497b7dc45ef753ee9a7d38571037cdb1a57f663ad"
ADDRESS = "bcrt1qw508d6qejxtdg4y5r3zarvary0c5xw7kygt080"
LABEL = "01938c5e-7d3a-7c52-8d0f-5a6d3c1b2e4f"

# The text, not values: amounts must be read as decimals from JSON numbers such as 1.0E-8.
RECEIVED = """{
  "address": "%s", "parent_descs": ["wpkh([d34db33f/84h/1h/0h]tpub/0/*)#8fhd9pwu"], "category": "receive",
  "amount": %s, "label": "%s", "vout": %d, "abandoned": false, "confirmations": %d, "trusted": false,
  "txid": "%s", "wtxid": "%s", "walletconflicts": [], "mempoolconflicts": [],
  "time": 1769860800, "timereceived": 1769860800, "bip125-replaceable": "no"}"""
SENT = """{
  "address": "bcrt1qother", "category": "send", "amount": -0.50000000, "vout": 0, "fee": -0.00000141,
  "confirmations": 3, "txid": "%s", "abandoned": false}"""
UNSPENT_SPENT = '{"code": -25, "message": "bad-txns-inputs-missingorspent"}'


class FakeDaemon(ThreadingHTTPServer):
    """Answers each method with what a test put there: a result as JSON text, or (HTTP status, error as JSON text)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies: dict[str, str | tuple[int, str]] = {}
        self.asked: list[tuple[str, list[Any]]] = []
        self.headers: list[tuple[str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://groat:se%3Acret@127.0.0.1:{self.server_address[1]}/wallet/groat"


class _Handler(BaseHTTPRequestHandler):
    server: FakeDaemon

    def do_POST(self) -> None:
        call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((call["method"], call["params"]))
        self.server.headers.append((self.path, self.headers["Authorization"]))
        reply = self.server.replies[call["method"]]
        if isinstance(reply, str):
            status, body = 200, f'{{"result": {reply}, "error": null, "id": "{call["method"]}"}}'
        else:
            status, error = reply
            body = error and f'{{"result": null, "error": {error}, "id": "{call["method"]}"}}'
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def daemon() -> Iterator[FakeDaemon]:
    server = FakeDaemon()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


async def test_an_address_is_made_once_for_a_label(daemon: FakeDaemon) -> None:
    node = Bitcoind(daemon.url)
    daemon.replies["getaddressesbylabel"] = (
        500,
        f'{{"code": -11, "message": "No addresses with label {LABEL}"}}',
    )
    daemon.replies["getnewaddress"] = f'"{ADDRESS}"'
    assert await node.address(LABEL) == ADDRESS
    assert daemon.asked == [("getaddressesbylabel", [LABEL]), ("getnewaddress", [LABEL])]
    daemon.asked.clear()
    daemon.replies["getaddressesbylabel"] = f'{{"{ADDRESS}": {{"purpose": "receive"}}}}'
    assert await node.address(LABEL) == ADDRESS
    assert daemon.asked == [("getaddressesbylabel", [LABEL])]


async def test_it_says_who_it_is_and_which_wallet_it_means(daemon: FakeDaemon) -> None:
    daemon.replies["getaddressesbylabel"] = f'{{"{ADDRESS}": {{"purpose": "receive"}}}}'
    await Bitcoind(daemon.url).address(LABEL)
    expected = base64.b64encode(b"groat:se:cret").decode()
    assert daemon.headers == [("/wallet/groat", f"Basic {expected}")]


async def test_deposits_to_the_satoshi(daemon: FakeDaemon) -> None:
    daemon.replies["listsinceblock"] = f"""{{"transactions": [
        {RECEIVED % (ADDRESS, "0.10000001", LABEL, 1, 2, TXID, TXID)},
        {RECEIVED % (ADDRESS, "1E-8", LABEL, 2, 0, TXID, TXID)},
        {SENT % TXID}], "removed": [], "lastblock": "{BLOCK}"}}"""
    node = Bitcoind(daemon.url)
    deposits, cursor = await node.deposits("")
    assert deposits == [
        Deposit(LABEL, ADDRESS, TXID, 1, 10_000_001, 2),
        Deposit(LABEL, ADDRESS, TXID, 2, 1, 0),
    ]
    assert cursor == BLOCK
    await node.deposits(cursor)
    assert daemon.asked == [("listsinceblock", []), ("listsinceblock", [BLOCK])]


async def test_a_payment_is_signed_without_being_sent(daemon: FakeDaemon) -> None:
    daemon.replies["send"] = f'{{"psbt": "cHNidP8=", "txid": "{TXID}", "hex": "0200", "complete": true}}'
    daemon.replies["decodepsbt"] = '{"fee": 0.00000141}'
    assert await Bitcoind(daemon.url).sign(ADDRESS, 1_500_000) == SignedPayment(TXID, "0200", 141)
    (_, params), _ = daemon.asked
    assert params[0] == {ADDRESS: "0.01500000"}
    assert params[4] == {"add_to_wallet": False, "lock_unspents": True}


async def test_a_wallet_that_cannot_sign_refuses(daemon: FakeDaemon) -> None:
    daemon.replies["send"] = '{"psbt": "cHNidP8=", "complete": false}'
    with pytest.raises(NodeRefused):
        await Bitcoind(daemon.url).sign(ADDRESS, 1)


PAYMENT = SignedPayment(TXID, "0200", 141)


async def test_sending_again_is_as_once(daemon: FakeDaemon) -> None:
    node = Bitcoind(daemon.url)
    daemon.replies["sendrawtransaction"] = f'"{TXID}"'
    await node.send(PAYMENT)
    daemon.replies["sendrawtransaction"] = (
        500,
        '{"code": -27, "message": "Transaction outputs already in utxo set"}',
    )
    await node.send(PAYMENT)
    # Its outputs were spent since: the daemon cannot tell, the wallet can.
    daemon.replies["sendrawtransaction"] = (500, UNSPENT_SPENT)
    daemon.replies["gettransaction"] = f'{{"amount": -0.5, "confirmations": 7, "txid": "{TXID}"}}'
    await node.send(PAYMENT)
    assert daemon.asked[-1] == ("gettransaction", [TXID])


@pytest.mark.parametrize(
    "known", ['{"confirmations": -1}', (500, '{"code": -5, "message": "Invalid or non-wallet"}')]
)
async def test_what_the_network_will_not_have_is_refused(
    daemon: FakeDaemon, known: str | tuple[int, str]
) -> None:
    daemon.replies["sendrawtransaction"] = (500, UNSPENT_SPENT)
    daemon.replies["gettransaction"] = known
    with pytest.raises(NodeRefused, match="missingorspent"):
        await Bitcoind(daemon.url).send(PAYMENT)


async def test_coins_of_a_payment_that_is_dropped_are_free_again(daemon: FakeDaemon) -> None:
    daemon.replies["decoderawtransaction"] = (
        f'{{"txid": "{TXID}", "vin": [{{"txid": "{BLOCK}", "vout": 3}}]}}'
    )
    daemon.replies["lockunspent"] = "true"
    await Bitcoind(daemon.url).drop(PAYMENT)
    assert daemon.asked[-1] == ("lockunspent", [True, [{"txid": BLOCK, "vout": 3}]])


async def test_confirmations(daemon: FakeDaemon) -> None:
    node = Bitcoind(daemon.url)
    for count in (0, 6, -2):
        daemon.replies["gettransaction"] = f'{{"amount": 0.1, "confirmations": {count}, "txid": "{TXID}"}}'
        assert await node.confirmations(TXID) == count
    daemon.replies["gettransaction"] = (
        500,
        '{"code": -5, "message": "Invalid or non-wallet transaction id"}',
    )
    assert await node.confirmations(TXID) is None


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        ((500, '{"code": -5, "message": "Invalid Bitcoin address: nonsense"}'), NodeRefused),
        ((500, '{"code": -3, "message": "Invalid amount"}'), NodeRefused),
        ((500, '{"code": -6, "message": "Insufficient funds"}'), NodeAway),
        ((500, '{"code": -13, "message": "Please enter the wallet passphrase"}'), NodeAway),
        ((500, '{"code": -28, "message": "Loading wallet..."}'), NodeAway),
        ((404, '{"code": -18, "message": "Requested wallet does not exist or is not loaded"}'), NodeAway),
        ((401, ""), NodeAway),
        ((503, ""), NodeAway),
        ((500, ""), NodeAway),
        ("not json", NodeAway),
    ],
    ids=str,
)
async def test_what_is_final_and_what_passes(
    daemon: FakeDaemon, reply: str | tuple[int, str], problem: type[Exception]
) -> None:
    daemon.replies["send"] = reply
    with pytest.raises(problem):
        await Bitcoind(daemon.url).sign("nonsense", 1)


async def test_nobody_listens() -> None:
    server = FakeDaemon()
    url = server.url
    server.server_close()
    with pytest.raises(NodeAway):
        await Bitcoind(url).confirmations(TXID)


def test_an_address_that_is_none() -> None:
    for url in ("", "ftp://node/wallet", "127.0.0.1:8332", "http://"):
        with pytest.raises(ValueError, match="bitcoind"):
            Bitcoind(url)
