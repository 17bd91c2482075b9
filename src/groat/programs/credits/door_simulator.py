"""``groat credits simulate-door``: a payment door for demos and tests. It moves no money, and answers as it is told."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import typer

from groat.api.signatures import read_secret, sign
from groat.engine.ids import new_id
from groat.programs.credits.own_settings import SIMULATOR, CreditsSettings
from groat.programs.program import Host

Behaviour = Literal["pay", "fail", "slow", "twice", "out-of-order", "never", "refuse", "down", "hang-up"]
SLOW_S: Final = 3.0
DOWN_TIMES: Final = 2
TRIES: Final = 20
BODY_MAX: Final = 64 * 1024

MEANINGS: Final[dict[str, str]] = {
    "pay": "the payment succeeds at once",
    "fail": "it fails: the card is declined",
    "slow": f"it succeeds after {SLOW_S:.0f} seconds",
    "twice": "it succeeds, and is told twice",
    "out-of-order": "it succeeds, and an attempt that failed before is told afterwards",
    "never": "the charge is taken, and nothing is ever told",
    "refuse": "the charge is refused for good (422)",
    "down": f"the first {DOWN_TIMES} attempts at the charge are answered with 503",
    "hang-up": "it succeeds, but the first connection is closed without an answer",
}


class DoorSimulator(ThreadingHTTPServer):
    """A door on a port of this machine (0: any free one). It tells ``answers_to``, an address, how charges end.

    ``behaviour`` says how it treats the charge of an owner (``user:42``). ``key`` signs what it tells. A charge that
    comes again is the same one, by its id.
    """

    daemon_threads = True

    def __init__(
        self,
        behaviour: Callable[[str], str],
        answers_to: str,
        key: bytes,
        *,
        port: int = 0,
        say: Callable[[str], object] = lambda _: None,
    ) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.behaviour = behaviour
        self.answers_to = answers_to
        self.say = say
        self.came: Counter[str] = Counter()
        self._key = key
        self._lock = threading.Lock()
        self._ending = threading.Event()

    @property
    def url(self) -> str:
        """The address for charges."""
        return f"http://127.0.0.1:{self.server_address[1]}/charges"

    def stop(self) -> None:
        """Take no more charges, and tell nothing more."""
        self._ending.set()
        self.shutdown()
        self.server_close()

    def take(self, charge: dict[str, Any]) -> int:
        """Take a charge; returns the status of the answer, 0 for a connection that is closed."""
        behaviour = self.behaviour(charge["owner"])
        with self._lock:
            self.came[charge["payment"]] += 1
            times = self.came[charge["payment"]]
        self.say(f"{charge['owner']} {charge['amount']} {charge['currency']}: {behaviour}, attempt {times}")
        if behaviour == "refuse":
            return 422
        if behaviour == "down" and times <= DOWN_TIMES:
            return 503
        first = times == (DOWN_TIMES + 1 if behaviour == "down" else 1)
        if first and behaviour != "never":
            threading.Thread(target=self._tell, args=(charge, behaviour), daemon=True).start()
        return 0 if first and behaviour == "hang-up" else 202

    def _tell(self, charge: dict[str, Any], behaviour: str) -> None:
        if behaviour == "slow":
            self._ending.wait(SLOW_S)
        if behaviour == "fail":
            self._send(charge, "payment.failed", charge["payment"], reason="The card was declined")
            return
        self._send(charge, "payment.succeeded", charge["payment"])
        if behaviour == "twice":
            self._send(charge, "payment.succeeded", charge["payment"])
        if behaviour == "out-of-order":
            attempt = f"{charge['payment']}-first"
            self._send(charge, "payment.failed", attempt, reason="The card was declined")

    def _send(self, charge: dict[str, Any], type_: str, payment: str, reason: str = "") -> None:
        """Tell of a payment, again and again until it is taken in."""
        data = {
            "payment": payment, "order": charge["order"], "amount": charge["amount"], "currency": charge["currency"],
            "reason": reason,
        }  # fmt: skip
        body = json.dumps(
            {"type": type_, "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "data": data}
        )
        id = new_id()
        for attempt in range(TRIES):
            if self._ending.wait(min(0.2 * attempt, 5.0)):
                return
            headers = {
                **sign(self._key, id, int(time.time()), body.encode()), "content-type": "application/json",
            }  # fmt: skip
            request = Request(self.answers_to, body.encode(), headers)  # noqa: S310  (a command names the address)
            try:
                with urlopen(request, timeout=10) as answer:  # noqa: S310
                    self.say(f"{charge['owner']} {type_}: {json.load(answer).get('outcome', '')}")
                    return
            except HTTPError as error:
                with error:
                    self.say(
                        f"{charge['owner']} {type_}: {error.code} {error.read(500).decode(errors='replace')}"
                    )
                if error.code < 500:
                    return
            except (URLError, OSError) as error:
                self.say(f"{charge['owner']} {type_}: {error}")


class _Handler(BaseHTTPRequestHandler):
    server: DoorSimulator

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        try:
            charge = json.loads(self.rfile.read(min(length, BODY_MAX)))["data"]
            status = self.server.take(charge)
        except (ValueError, KeyError, TypeError):
            status = 400
        self.close_connection = True
        if status:
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Leave the log to what the simulator says."""


def behaviour_of(word: str, file: Path | None) -> Callable[[str], str]:
    """Return what says how a charge of an owner is treated: the word, or what the file has at that moment.

    The file has a word, or a JSON object of words by owner, ``*`` for all others.
    """

    def find(owner: str) -> str:
        text = file.read_text("utf-8").strip() if file is not None and file.exists() else ""
        words = json.loads(text) if text.startswith("{") else {"*": text}
        found: str = words.get(owner) or words.get("*") or word
        return found if found in get_args(Behaviour) else word

    return find


@asynccontextmanager
async def simulating(host: Host) -> AsyncIterator[DoorSimulator | None]:
    """Be the payment door of this process where the settings name the simulator; each payment takes some seconds."""
    services = host.services
    settings = services.part(CreditsSettings)
    if (
        settings.payment_door is None
        or settings.payment_door.url != SIMULATOR
        or not settings.payment_secrets
    ):
        yield None
        return
    door = DoorSimulator(
        lambda _: "slow",
        f"http://127.0.0.1:{services.settings.port}/v1/credits/payments",
        read_secret(settings.payment_secrets[0]),
    )
    threading.Thread(target=door.serve_forever, name="groat-payment-door", daemon=True).start()
    try:
        yield door
    finally:
        await asyncio.to_thread(door.stop)


def simulate_door(
    settings: CreditsSettings,
    *,
    answers_to: Annotated[
        str, typer.Option(help="Address that is told how payments end")
    ] = "http://127.0.0.1:3000/v1/credits/payments",
    port: Annotated[int, typer.Option(help="Port on which it takes charges", min=0, max=65_535)] = 4_010,
    behaviour: Annotated[
        Behaviour, typer.Option(help="; ".join(f"{name}: {what}" for name, what in MEANINGS.items()))
    ] = "pay",
    file: Annotated[
        Path | None,
        typer.Option(
            help="File with a behaviour, or a JSON object of them by owner (* for others), read at each charge"
        ),
    ] = None,
) -> None:
    """Take charges as a payment gateway does, and tell how they end. For demos and tests alone: no money moves.

    It signs with the first of the setting `payment_secrets` of the program credits, and listens on this machine alone.
    """
    if not settings.payment_secrets:
        raise typer.BadParameter(
            "The setting payment_secrets of the program credits has no secret to sign with."
        )
    key = read_secret(settings.payment_secrets[0])
    door = DoorSimulator(behaviour_of(behaviour, file), answers_to, key, port=port, say=typer.echo)
    typer.echo(
        f"The payment door takes charges at {door.url}, and tells {answers_to} how they end (Ctrl+C stops it)"
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        door.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        door.server_close()
