"""A real server for the client's tests, with groat's programs and one of another package, and clients of it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from groat.client import Client
from tests.crash.server import ADMIN, Server


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that all tests here share, for what they do concerns people of their own."""
    server = Server(tmp_path_factory.mktemp("server"), GROAT_PROGRAMS="bank,credits,expenses")
    try:
        asyncio.run(server.start())
        with Client(server.address, ADMIN) as admin:
            admin.add_asset(code="CREDIT", scale=0)
            admin.add_asset(code="USD", scale=2)
        yield server
    finally:
        server.bury()


@pytest.fixture(scope="package")
def api_key(server: Server) -> str:
    """The key of a service."""
    with Client(server.address, ADMIN) as admin:
        key = admin.add_api_key(service="shop").key
    assert key is not None
    return key


@pytest.fixture
def client(server: Server, api_key: str) -> Iterator[Client]:
    """The service's client."""
    with Client(server.address, api_key) as client:
        yield client


@pytest.fixture
def admin(server: Server) -> Iterator[Client]:
    """An admin's client."""
    with Client(server.address, ADMIN) as client:
        yield client


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of the test's own."""
    return tmp_path
