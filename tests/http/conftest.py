"""A whole server in the test's own event loop, and callers of every kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from opentelemetry.trace import TracerProvider

from groat import Groat
from groat.http.app import App, create_app
from groat.http.catalogue import Catalogue
from groat.http.core import CORE
from groat.identity import Identities
from groat.programs import find_programs
from groat.programs.standing import STANDING
from groat.settings import Action, Settings
from tests.helpers.databases import migrate
from tests.helpers.secrets import SECRET as SECRET

EVERYWHERE = Catalogue(CORE, STANDING)
"""What every server can be asked and may answer, when no program is turned on."""
PASSWORD = "correct horse"
CALLERS = {"ada": ("admin",), "sam": ("support",), "42": (), "7": ()}
ACTIONS = {
    "spend": Action("user:{user}", "house:sales", ("CREDIT",), "20", "Purchase"),
    "transfer": Action("user:{user}", "user:{to}", ("CREDIT", "USD"), None),
    "any": Action("user:{user}", "house:sales"),
}
_numbers = count(1)


class Api:
    """Calls as somebody: ada (admin), sam (support), 42 and 7 (people), shop (an API key), or nobody ("")."""

    def __init__(self, client: httpx.AsyncClient, groat: Groat, app: App, settings: Settings) -> None:
        self.client = client
        self.groat = groat
        self.app = app
        self.settings = settings
        self.identities = Identities(groat, settings)
        self.credentials: dict[str, str] = {}

    async def call(
        self,
        caller: str,
        route: str,
        json: Any = None,
        *,
        key: str | None = None,
        content: bytes | None = None,
        headers: Mapping[str, str | bytes] | None = None,
        **more: Any,
    ) -> httpx.Response:
        """Send ``route`` ("POST /v1/holds"); a POST, PUT or PATCH gets a key of its own unless one is given."""
        method, _, path = route.partition(" ")
        sent: dict[str, str | bytes] = dict(headers or {})
        if caller:
            sent["Authorization"] = f"Bearer {self.credentials[caller]}"
        if method in ("POST", "PUT", "PATCH") and key != "":
            sent["Idempotency-Key"] = key or f"key-{next(_numbers)}"
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        raw = [
            (name.encode(), value.encode() if isinstance(value, str) else value)
            for name, value in sent.items()
        ]
        return await self.client.request(method, path, json=json, content=content, headers=raw, **more)


def posting(source: str, destination: str, amount: str, asset: str = "CREDIT") -> dict[str, str]:
    """A posting as it is sent."""
    return {"source": source, "destination": destination, "amount": amount, "asset": asset}


def give(user: str, amount: str, asset: str = "CREDIT", **more: Any) -> dict[str, Any]:
    """The body of a transaction that credits a person."""
    return {"postings": [posting("house:bonus", f"user:{user}", amount, asset)], **more}


def code(answer: httpx.Response) -> str:
    """The code of a problem, whose form is checked too; "" for a success."""
    if answer.is_success:
        return ""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"urn:groat:{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    return str(problem["code"])


@pytest.fixture
def settings() -> Settings:
    """Tests override this to serve with other settings."""
    return Settings(
        secret=SECRET,
        jwt_secret=SECRET,
        actions=ACTIONS,
        messages_per_second=10_000,
        programs=("expenses",),
        below_floor=("till",),
        thresholds={"expense": {"USD": "1000"}},
    )


@pytest.fixture
def tracer_provider() -> TracerProvider | None:
    """Tests override this to look at spans."""
    return None


@asynccontextmanager
async def serve(
    tmp_path: Path, settings: Settings, tracer_provider: TracerProvider | None = None
) -> AsyncIterator[Api]:
    """A server with CREDIT and USD; user 42 has 100 credits and 10.00 dollars. The books must agree in the end."""
    migrate(tmp_path / "groat.db", Groat.standing)
    async with Groat.open(
        f"sqlite:///{tmp_path / 'groat.db'}",
        policy=settings.policy(),
        programs=find_programs(settings.programs),
        settings=settings,
        sandbox=settings.sandbox,
        tracer_provider=tracer_provider,
    ) as groat:
        await groat.add_asset("CREDIT", 0)
        await groat.add_asset("USD", 2)
        app = create_app(settings, groat)
        transport = httpx.ASGITransport(app, client=("192.0.2.1", 4711))
        async with (
            app.running(),
            httpx.AsyncClient(transport=transport, base_url="http://groat.test") as client,
        ):
            api = Api(client, groat, app, settings)
            for user, roles in CALLERS.items():
                await api.identities.add_user(user, name=f"Name of {user}", roles=roles)
                api.credentials[user], _ = await api.identities.issue_token(user)
            api.credentials["shop"], _ = await api.identities.add_key("shop", "test", "user:ada")
            await groat.post(
                [("house:bonus", "user:42", "100", "CREDIT")], key="start/credit", metadata={"private": 1}
            )
            await groat.post([("house:bonus", "user:42", "10.00", "USD")], key="start/usd")
            yield api
            api.identities.close()
        report = await groat.verify()
        assert report.ok, report.problems


@pytest.fixture
async def api(
    tmp_path: Path, settings: Settings, tracer_provider: TracerProvider | None
) -> AsyncIterator[Api]:
    """See :func:`serve`."""
    async with serve(tmp_path, settings, tracer_provider) as api:
        yield api
