"""The server about itself: health, metrics, its document, and the facts a front end needs before signing in."""

from __future__ import annotations

import ipaddress
from importlib.metadata import version

import msgspec

from groat import demo
from groat.api import rights
from groat.api.answer import HTML, Answer
from groat.api.call import Call
from groat.api.operations import Operations
from groat.api.problems import HttpError
from groat.api.rights import Right
from groat.http.accounts import AssetView
from groat.http.catalogue import Catalogue
from groat.http.openapi import docs_page, document
from groat.identity import Unauthorized
from groat.ledger.errors import Closed

operations = Operations()


class ActionView(msgspec.Struct):
    """An action of people: its assets (none named: any), its largest amount, and whether it names another person."""

    assets: list[str]
    max: str | None
    takes_to: bool


class ConfigView(msgspec.Struct):
    """The facts that a front end needs before anybody signs in. With no ``people_found_by`` nobody is told a name.

    ``programs`` are those that the settings turn on.
    """

    version: str
    demo: bool
    assets: list[AssetView]
    actions: dict[str, ActionView]
    people_found_by: str
    sandbox: bool = False
    programs: list[str] = []


class DemoPerson(msgspec.Struct):
    """Somebody to sign in as, in the demo."""

    user: str
    name: str
    role: str
    password: str


class Health(msgspec.Struct, omit_defaults=True):
    """The health of the process, or its readiness; ``degraded`` names what is away and slows things down.

    ``sandbox`` comes from a sandbox alone.
    """

    status: str
    degraded: list[str] = []
    sandbox: bool = False


VERSION = version("groat")


@operations.declare(
    "isLive",
    "GET /health/live",
    Right.ANYONE,
    "server",
    "Is the process alive",
    answer=Health,
    answer_example={"status": "live"},
)
async def is_live(call: Call) -> Answer:
    """Answers without asking the database."""
    return Answer(b'{"status":"live"}')


@operations.declare(
    "isReady",
    "GET /health/ready",
    Right.ANYONE,
    "server",
    "Is the server ready",
    answer=Health,
    codes=("closed", "store_unavailable"),
    answer_example={"status": "ready"},
)
async def is_ready(call: Call) -> Answer:
    """Reads from the database; 503 while it cannot, and as soon as the server begins to shut down.

    `degraded` has `hints` while other nodes' commits are heard of only by the check every two seconds, `replica` while
    the primary answers for the replica, and `clock` while nothing falls due because the database's clock leapt.
    """
    if call.services.live.draining:
        raise Closed
    await call.groat.streams.heads(["role:admin"])
    replica = call.groat.replica
    away = {
        "hints": not call.groat.bus.connected,
        "replica": replica is not None and replica.behind_s is None,
        "clock": call.groat.clock_watch.stands,
    }
    return Answer.of(
        Health("ready", [name for name, is_away in away.items() if is_away], call.groat.is_sandbox)
    )


@operations.declare(
    "getMetrics",
    "GET /metrics",
    Right.LOCAL,
    "server",
    "Metrics for Prometheus",
    answer=str,
    media_type="text/plain",
    answer_example="groat_commands_total 4711.0",
)
async def get_metrics(call: Call) -> Answer:
    """For staff, and without a token for whoever calls from the same machine and not through a proxy."""
    if not _is_local(call):
        credential = call.headers.get(b"authorization", b"")
        if credential[:7].lower() != b"bearer ":
            raise Unauthorized("unauthenticated")
        identity = await call.identities.authenticate(credential[7:].strip().decode("latin-1"))
        if not rights.allows(rights.Right.STAFF, identity):
            raise HttpError("forbidden")
    return Answer(call.services.metrics.text(), media_type=b"text/plain; version=0.0.4; charset=utf-8")


_OF_PROXIES = frozenset(
    {
        b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"forwarded", b"via", b"x-real-ip",
        b"x-client-ip", b"cf-connecting-ip", b"true-client-ip",
    }
)  # fmt: skip
"""Headers that a proxy adds, at least one of them."""


def _is_local(call: Call) -> bool:
    if not call.settings.local_metrics or not call.headers.keys().isdisjoint(_OF_PROXIES):
        return False
    if call.scope["http_version"] == "1.0":
        # An nginx without settings for its proxy asks with HTTP/1.0 and adds no headers.
        return False
    try:
        return ipaddress.ip_address(call.address).is_loopback
    except ValueError:
        return False


@operations.declare(
    "getConfig",
    "GET /v1/config",
    Right.ANYONE,
    "server",
    "What a front end needs before anybody signs in",
    answer=ConfigView,
    answer_example={
        "version": "0.1.0",
        "demo": False,
        "assets": [{"code": "CREDIT", "scale": 0}],
        "actions": {"spend": {"assets": ["CREDIT"], "max": "1000", "takes_to": False}},
        "people_found_by": "email",
        "sandbox": False,
        "programs": ["shop"],
    },
)
async def get_config(call: Call) -> Answer:
    """The version, the assets, and the actions that people may call."""
    assets = await call.groat.assets()
    actions = {
        name: ActionView(list(action.assets), action.max, "{to}" in action.source + action.destination)
        for name, action in call.settings.actions.items()
    }
    listed = [AssetView(*assets[code]) for code in sorted(assets)]
    found_by, sandbox = call.settings.people_found_by, call.groat.is_sandbox
    programs = list(call.settings.programs)
    return Answer.of(ConfigView(VERSION, call.settings.demo, listed, actions, found_by, sandbox, programs))


@operations.declare(
    "listDemoPeople",
    "GET /v1/demo/people",
    Right.ANYONE,
    "server",
    "Who to sign in as, in the demo",
    answer=list[DemoPerson],
    codes=("not_found",),
    answer_example=[{"user": "42", "name": "Ursula Lang", "role": "user", "password": "demo-ursula"}],
)
async def list_demo_people(call: Call) -> Answer:
    """Only in the demo, whose passwords are public."""
    if not call.settings.demo:
        raise HttpError("not_found")
    people = [DemoPerson(p.user, p.name, p.roles[0] if p.roles else "user", p.password) for p in demo.PEOPLE]
    return Answer.of(people)


@operations.declare(
    "getOpenapi",
    "GET /v1/openapi.json",
    Right.ANYONE,
    "server",
    "This document",
    answer=dict,
    answer_example={"openapi": "3.1.0"},
)
async def get_openapi(call: Call) -> Answer:
    """OpenAPI 3.1."""
    return Answer(document(VERSION, call.services.part(Catalogue), call.mount))


@operations.declare(
    "getDocs",
    "GET /v1/docs",
    Right.ANYONE,
    "server",
    "This document, for people",
    answer=str,
    media_type="text/html",
    answer_example="<!doctype html>",
)
async def get_docs(call: Call) -> Answer:
    """All operations on one page, without any script and without anything from elsewhere."""
    policy = b"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    return Answer(
        docs_page(VERSION, call.services.part(Catalogue)), 200, ((b"content-security-policy", policy),), HTML
    )
