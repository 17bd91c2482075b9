"""The order of the checks: this machine first, then the server, then what a page sees of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from groat.cli.doctor import bearer, installation, live, server
from groat.cli.doctor.client import DoctorClient, ServerAddress, ServerUnreachable
from groat.cli.doctor.findings import Diagnosis
from groat.identity.tokens import Tokens
from groat.live.socketio.packets import MAIN
from groat.programs.program import first_claims
from groat.settings import Settings, SettingsError, require_secret

PROBE = "groat-doctor"
"""People of the doctor's own have ids that begin so; they have no record, and nothing is written of them."""
PROBE_TOKEN_S = 120


async def examine(
    diagnosis: Diagnosis,
    settings: Settings,
    faults: Sequence[SettingsError],
    url: str,
    token: str,
    origin: str,
    *,
    remote: bool,
) -> None:
    """Make all checks, as far as each makes sense after those before it."""
    if remote and not url:
        diagnosis.begin("server")
        diagnosis.find("url_invalid", "--remote needs --url.")
        return
    serves_here = False
    first: Sequence[str] = ()
    if not remote:
        settings, programs = installation.check_all_settings(diagnosis, settings, faults)
        first = first_claims(programs)
        installation.check_secrets(diagnosis, settings)
        serves_here = await server.check_port(diagnosis, settings, bool(url))
        await installation.check_database(diagnosis, settings, programs, serves_here)
        if settings.redis:
            await installation.check_redis(diagnosis, settings.redis)
    client = _client(diagnosis, settings, url, serves_here)
    known = None if remote else settings
    reached = client is not None and await server.check_server(diagnosis, client)
    if client is not None and reached:
        try:
            await server.check_proxy(diagnosis, client, known)
            if origin:
                await server.check_origin(diagnosis, client, origin)
        except ServerUnreachable as error:
            diagnosis.find("server_unreachable", f"{client.address}: {error}.")
            return
    await _examine_tokens(diagnosis, client if reached else None, known, settings, token, first)


def _client(diagnosis: Diagnosis, settings: Settings, url: str, serves_here: bool) -> DoctorClient | None:
    """Return what asks the server, None if there is none to ask."""
    if not url:
        return DoctorClient(server.own_address(settings)) if serves_here else None
    try:
        return DoctorClient(ServerAddress.of(url))
    except ValueError:
        diagnosis.begin("server")
        diagnosis.find("url_invalid", f"--url {url} is no address of a server.")
        return None


async def _examine_tokens(
    diagnosis: Diagnosis,
    client: DoctorClient | None,
    known: Settings | None,
    settings: Settings,
    token: str,
    first: Sequence[str],
) -> None:
    """Check the token that is given, or else one of the doctor's own, and read with it as a page does."""
    taken_here: bool | None = None
    if token:
        identity = await bearer.check_token(diagnosis, token, known, first)
        taken_here = None if known is None else identity is not None
        if diagnosis.has("token_malformed", "token_is_api_key"):
            return
    if client is None or diagnosis.has("server_not_ready"):
        return
    people = _Probes(known, token)
    try:
        first = people.token()
        if not first:
            diagnosis.begin("live")
            diagnosis.find("live_token_missing")
            return
        user = await bearer.check_at_server(diagnosis, client, first, taken_here if token else True)
        if not user:
            return
        if people.may_connect(diagnosis):
            await live.check_centrifuge(diagnosis, client, people.token())
        if settings.socketio and people.may_connect(diagnosis):
            namespace = (settings.socketio_namespaces or (MAIN,))[0]
            await live.check_socketio(diagnosis, client, people.token(), namespace, known is not None)
        # It comes last, for the server hears only some time later that such a reader has left.
        await live.check_event_stream(diagnosis, client, first, user)
    except ServerUnreachable as error:
        diagnosis.find("server_unreachable", f"{client.address}: {error}.")


class _Probes:
    """Those as whom the doctor connects: the person of the token that is given, or for each connection a new one."""

    def __init__(self, settings: Settings | None, token: str) -> None:
        self._settings = settings
        self._token = token
        # At most half of what the person may connect at once.
        rates = (settings.connects_per_minute, settings.connections_per_user) if settings else (20,)
        self._left = max(rates) // 2

    def token(self) -> str:
        """Return the token that is given, or make one; "" where no secret is known."""
        settings = self._settings
        if self._token or settings is None:
            return self._token
        try:
            require_secret(
                settings, "secret" if settings.jwt_jwks and not settings.jwt_secret else "jwt_secret"
            )
        except SettingsError:
            return ""
        user, now = f"{PROBE}-{secrets.token_hex(4)}", int(installation.wall())
        return Tokens(settings).issue(user, (), PROBE_TOKEN_S, now)

    def may_connect(self, diagnosis: Diagnosis) -> bool:
        """Take one of the connects that the person has left."""
        if not self._token:
            return True
        self._left -= 1
        if self._left < 0:
            diagnosis.begin("live")
            diagnosis.find("live_not_tried")
        return self._left >= 0
