"""Checks of a server from outside: who answers, readiness, clock, the proxy before it, and origins."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from importlib.metadata import version

from groat.cli.doctor import port
from groat.cli.doctor.client import DoctorClient, HttpAnswer, ServerAddress, ServerUnreachable, Trouble
from groat.cli.doctor.findings import Diagnosis
from groat.cli.doctor.installation import CLOCK_S, is_origin, wall
from groat.cli.server import require_address
from groat.http.auth import COOKIE
from groat.live.origin import normal
from groat.settings import Settings, SettingsError

_CONFIG_FIELDS = {"version", "demo", "assets", "actions"}
_EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  (compared with, not bound to)
_NOBODY = (Trouble.REFUSED, Trouble.UNKNOWN_NAME, Trouble.NO_WAY)
_OF_PROXIES = ("server", "via", "x-cache", "cf-ray", "x-served-by", "x-amz-cf-id")
"""Headers that groat itself never sends."""


def own_address(settings: Settings) -> ServerAddress:
    """Return where a server with these settings is reached from its own machine."""
    return ServerAddress(False, _EVERYWHERE.get(settings.host, settings.host), settings.port, "")


def is_groat(answer: HttpAnswer) -> bool:
    """Return whether this is groat's answer to ``GET /v1/config``, be it a problem."""
    body = answer.json()
    return bool(answer.problem) or (
        answer.status == 200 and isinstance(body, dict) and body.keys() >= _CONFIG_FIELDS
    )


async def check_port(diagnosis: Diagnosis, settings: Settings, url_given: bool) -> bool:
    """Check who listens at host and port. Returns whether it is a server of groat."""
    diagnosis.begin("port")
    if settings.port == 0:
        return False
    address = own_address(settings)
    where = f"{settings.host}:{settings.port}"
    answered: HttpAnswer | ServerUnreachable
    try:
        answered = await DoctorClient(address).ask("GET", "/v1/config")
    except ServerUnreachable as error:
        answered = error
    if isinstance(answered, HttpAnswer) and is_groat(answered):
        diagnosis.right(f"a server of groat listens at {where}")
        return True
    is_deserted = isinstance(answered, ServerUnreachable) and answered.why in _NOBODY
    refused = _refusal_to_listen(settings)
    if refused is not None and (is_deserted or not _is_in_use(refused)):
        # An answer may come from another machine that has this address.
        diagnosis.find_error(refused)
    elif not is_deserted:
        by = port.listener(settings.port)
        sentence = f"{where} is taken by {port.kind_of(answered)}{f': {by}' if by else ''}."
        diagnosis.find("port_taken", sentence)
    elif not url_given:
        # One at --url may well run elsewhere.
        diagnosis.find("server_not_running", f"No server runs at {where}, which is free.")
    return False


def _refusal_to_listen(settings: Settings) -> SettingsError | None:
    try:
        require_address(settings)
    except SettingsError as error:
        return error
    return None


def _is_in_use(error: SettingsError) -> bool:
    return getattr(error.__cause__, "errno", None) == errno.EADDRINUSE


async def check_server(diagnosis: Diagnosis, client: DoctorClient) -> bool:
    """Check that groat answers at the address and is ready. Returns whether it is groat, whatever else."""
    diagnosis.begin("server")
    before = wall()
    try:
        answer = await client.ask("GET", "/v1/config")
    except ServerUnreachable as error:
        code = "tls_untrusted" if error.why is Trouble.TLS else "server_unreachable"
        if error.why is Trouble.NOT_HTTP:
            code = "not_groat"
        diagnosis.find(code, f"{client.address}: {error}.")
        return False
    after = wall()
    if not is_groat(answer):
        sentence = f"{client.address} is answered by {port.kind_of(answer)} with status {answer.status}"
        if target := answer.headers.get("location"):
            diagnosis.find(
                "not_groat", f"{sentence}, which leads to {target}.", "Give that address as --url."
            )
        else:
            diagnosis.find("not_groat", f"{sentence}.")
        return False
    await _check_ready(diagnosis, client)
    theirs, ours = answer.field("version"), version("groat")
    if theirs and theirs != ours:
        diagnosis.find("server_other_version", f"The server is of version {theirs}, this command of {ours}.")
    _check_clock(diagnosis, answer, before, after)
    return True


async def _check_ready(diagnosis: Diagnosis, client: DoctorClient) -> None:
    try:
        answer = await client.ask("GET", "/health/ready")
    except ServerUnreachable as error:
        diagnosis.find("server_not_ready", f"{client.address}/health/ready: {error}.")
        return
    if answer.status != 200 or answer.field("status") != "ready":
        why = answer.problem or f"status {answer.status}"
        diagnosis.find("server_not_ready", f"{client.address}/health/ready answers {why}.")
    elif degraded := answer.field("degraded"):
        away = ", ".join(map(str, degraded))
        diagnosis.find("server_degraded", f"The server is ready, but this is away: {away}.")
    else:
        diagnosis.right(f"{client.address} is groat, and ready")


def _check_clock(diagnosis: Diagnosis, answer: HttpAnswer, before: float, after: float) -> None:
    """Compare this machine's clock with the header Date, which tells whole seconds."""
    try:
        told = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
    except ValueError:
        return
    diagnosis.begin("clock")
    # The server's time, when it answered, lay within the second that it told.
    if told + 1 < before - CLOCK_S or told > after + CLOCK_S:
        ahead = told + 0.5 - (before + after) / 2
        how = "ahead of" if ahead > 0 else "behind"
        sentence = f"The server's clock is {abs(ahead):.0f} s {how} this machine's."
        diagnosis.find("clock_differs_from_server", sentence)
    else:
        diagnosis.right("this machine and the server agree")


async def check_proxy(diagnosis: Diagnosis, client: DoctorClient, settings: Settings | None) -> None:
    """Check what a proxy before the server passes on; ``settings`` are the server's, None if they are not known."""
    diagnosis.begin("proxy")
    before = len(diagnosis.findings)
    answer = await client.ask("GET", "/health/live")
    named = next((answer.headers[name] for name in _OF_PROXIES if name in answer.headers), "")
    stands = bool(named) or client.address.secure
    if stands and settings is not None and not settings.trusted_proxies:
        shown = f" ({named[:60]})" if named else ""
        sentence = f"A proxy{shown} stands before the server, and trusted_proxies is empty."
        diagnosis.find("proxy_not_trusted", sentence)
    elif client.address.secure and not await _takes_for_https(client):
        diagnosis.find("forwarded_missing")
    elif stands:
        await _check_forwarded(diagnosis, client)
    if await _refuses_own_pages(client):
        sentence = (
            f"Pages of {client.address.origin} itself are refused: the proxy sends the server another Host."
        )
        diagnosis.find("host_not_passed", sentence)
    if stands and len(diagnosis.findings) == before:
        diagnosis.right("it passes on Host, and the server trusts it")


async def _check_forwarded(diagnosis: Diagnosis, client: DoctorClient) -> None:
    """Check that the proxy says who calls, and lets nobody else say so."""
    if (await client.ask("GET", "/metrics")).status == 200:
        sentence = (
            "/metrics answers without a token through the proxy: the server takes everybody for this machine."
        )
        diagnosis.find("forwarded_missing", sentence)
    claim = "http" if client.address.secure else "https"
    if await _takes_for_https(client, {"X-Forwarded-Proto": claim}) is (claim == "https"):
        diagnosis.find("forwarded_forgeable")


async def _takes_for_https(client: DoctorClient, headers: Mapping[str, str] | None = None) -> bool:
    """Return whether the server takes a call with these headers for one by https.

    It tells by the cookie that it clears at a sign-out, here of a session that there is not.
    """
    sent = {"Cookie": f"{COOKIE}=none", **(headers or {})}
    answer = await client.ask("POST", "/v1/auth/logout", sent, b"")
    return "secure" in answer.headers.get("set-cookie", "").lower()


async def check_origin(diagnosis: Diagnosis, client: DoctorClient, origin: str) -> None:
    """Check that pages of an origin may call and connect."""
    diagnosis.begin("origin")
    if not is_origin(origin):
        diagnosis.find("origin_malformed", f"--origin {origin} is no origin.")
    elif normal(origin) == normal(client.address.origin):
        diagnosis.right(f"{origin} is the server's own")
    else:
        answer = await client.ask("GET", "/health/live", {"Origin": origin})
        if "access-control-allow-origin" in answer.headers:
            diagnosis.right(f"pages of {origin} may call")
        else:
            sentence = f"Pages of {origin} may not call: the server's origins does not have it."
            diagnosis.find("origin_refused", sentence)


async def _refuses_own_pages(client: DoctorClient) -> bool:
    """Return whether pages that come from this address are refused; only they may sign in."""
    answer = await client.ask("POST", "/v1/auth/logout", {"Origin": client.address.origin}, b"")
    return answer.problem == "origin_refused"
