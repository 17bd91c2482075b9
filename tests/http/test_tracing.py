"""The span of a call, and what lies below it."""

from __future__ import annotations

import json

import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import SpanKind, StatusCode

from groat import logs
from groat.ledger.errors import Busy, StoreError
from tests.helpers.spans import Spans, id_of, linked
from tests.http.conftest import Api, give

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def spans() -> Spans:
    return Spans()


@pytest.fixture
def tracer_provider(spans: Spans) -> TracerProvider:
    return spans.provider


async def test_a_post_goes_from_the_caller_s_trace_to_the_commit(api: Api, spans: Spans) -> None:
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
    answer = await api.call("shop", "POST /v1/transactions", give("7", "5"), headers=headers)
    assert answer.status_code == 201
    (span,) = spans.named("POST /v1/transactions")
    assert span.kind is SpanKind.SERVER
    assert span.context
    assert trace.format_trace_id(span.context.trace_id) == TRACE
    assert span.parent
    assert trace.format_span_id(span.parent.span_id) == PARENT
    assert span.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/transactions",
        "url.path": "/v1/transactions",
        "url.scheme": "http",
        "groat.operation": "postTransaction",
        "http.response.status_code": 201,
    }
    queue, commit = (each for each in spans.below(span) if each.name.startswith("groat."))
    (batch,) = spans.below(commit)
    assert linked(queue) == [id_of(batch)]
    assert spans.below(batch)[-1].name == "COMMIT"


async def test_routes_are_named_and_addresses_told(api: Api, spans: Spans) -> None:
    await api.call("shop", "GET /v1/accounts/user:42")
    (span,) = spans.named("GET /v1/accounts/{account}")
    assert span.attributes
    assert span.attributes["url.path"] == "/v1/accounts/user:42"
    assert "read_account" in [each.name for each in spans.below(span)]


@pytest.mark.parametrize(
    ("status", "error", "told"),
    [(403, None, StatusCode.UNSET), (503, Busy(), StatusCode.ERROR)],
)
async def test_only_faults_of_the_server_are_errors(
    api: Api,
    spans: Spans,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    error: StoreError | None,
    told: StatusCode,
) -> None:
    async def fail(*_: object) -> None:
        raise error or AssertionError

    monkeypatch.setattr(api.groat, "execute", fail)
    caller = "shop" if error else "42"
    answer = await api.call(caller, "POST /v1/transactions", give("7", "5"))
    (span,) = spans.named("POST /v1/transactions")
    assert span.attributes
    assert span.attributes["http.response.status_code"] == answer.status_code == status
    assert span.status.status_code is told


async def test_probes_and_streams_are_left_out(api: Api, spans: Spans) -> None:
    streams = ("GET /v1/streams/user:42/events", "GET /v1/streams/events")
    for route in ("GET /health/live", "GET /health/ready", "GET /metrics", *streams):
        await api.call("ada", route)
    assert not [span for route in ("GET /health/live", "GET /metrics") for span in spans.named(route)]
    assert not spans.named("GET /v1/streams/{stream}/events")
    assert not spans.named("GET /v1/streams/events")


def test_log_lines_name_their_trace(spans: Spans, capsys: pytest.CaptureFixture[str], api: Api) -> None:
    logs.configure(api.settings)
    with spans.call.start_as_current_span("call") as span:
        structlog.get_logger("groat").warning("inside")
    structlog.get_logger("groat").warning("outside")
    inside, outside = map(json.loads, capsys.readouterr().err.splitlines()[-2:])
    assert inside["trace_id"] == trace.format_trace_id(span.get_span_context().trace_id)
    assert "trace_id" not in outside
