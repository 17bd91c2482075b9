"""A server that sends its spans to a collector, and one whose collector is away."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from groat import tracing
from tests.cli.conftest import Run
from tests.cli.test_server import SECRETS, Start, start, stop
from tests.servers import free_port

__all__ = ["start"]


class Collector:
    """Takes spans by OTLP over HTTP; ``names`` are those of all it got, ``services`` who sent them."""

    def __init__(self) -> None:
        collector = self
        self.names: list[str] = []
        self.services: set[str] = set()
        self.paths: set[str] = set()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.paths.add(self.path)
                collector.take(ExportTraceServiceRequest.FromString(body))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()

    def take(self, request: ExportTraceServiceRequest) -> None:
        for each in request.resource_spans:
            attributes = {pair.key: pair.value.string_value for pair in each.resource.attributes}
            self.services.add(attributes["service.name"])
            self.names += [span.name for scope in each.scope_spans for span in scope.spans]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


def post(run: Run, address: str) -> None:
    """One call that is traced."""
    token = run("token", "--user", "ada", "--role", "admin", "--jwt-secret", SECRETS["GROAT_JWT_SECRET"])
    headers = {"Authorization": f"Bearer {token.out.strip()}"}
    answer = httpx.post(f"{address}/v1/assets", json={"code": "USD", "scale": 2}, headers=headers)
    assert answer.status_code == 201, answer.text


def test_spans_reach_the_collector_before_the_server_ends(
    start: Start, run: Run, database: str, collector: Collector
) -> None:
    process, address = start("serve", "--database", database, "--otlp-endpoint", collector.url, **SECRETS)
    post(run, address)
    code, _ = stop(process)
    assert code == 0
    assert {"POST /v1/assets", "insert_asset", "COMMIT"} <= set(collector.names)
    assert collector.paths == {"/v1/traces"}
    assert collector.services == {"groat"}


def test_opentelemetry_s_own_variables_count(
    start: Start, run: Run, database: str, collector: Collector
) -> None:
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_SERVICE_NAME": "money"}
    process, address = start("serve", "--database", database, **SECRETS, **variables)
    post(run, address)
    stop(process)
    assert "POST /v1/assets" in collector.names
    assert collector.services == {"money"}


def test_a_collector_that_is_away_holds_nobody_up(start: Start, run: Run, database: str) -> None:
    endpoint = f"http://127.0.0.1:{free_port()}"
    # The SDK alone would try for ten minutes, and then for half a minute as the process ends.
    patient = {**SECRETS, "OTEL_EXPORTER_OTLP_TIMEOUT": "600"}
    process, address = start("serve", "--database", database, "--otlp-endpoint", endpoint, **patient)
    post(run, address)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_server_without_the_sdk_says_what_to_install(
    run: Run, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "EXPORTER", "opentelemetry.exporter.none.such")
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    ran = run("serve", "--database", database, "--otlp-endpoint", "http://127.0.0.1:4318")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error otel_missing: ")
    assert "pip install 'groat[otel]'" in ran.err
