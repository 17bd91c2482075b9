"""``groat doctor`` beside real servers and proxies, with faults made for each of its findings."""

from __future__ import annotations

import itertools
import json
import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from groat.cli.doctor import CODES, client
from groat.cli.doctor import server as server_checks
from tests.cli import faults
from tests.cli.conftest import Run
from tests.cli.doctoring import (
    OLDER,
    ORIGIN,
    Doctor,
    Served,
    served,
    signed,
    tamper,
)
from tests.helpers.secrets import JWT_SECRET, SECRET
from tests.servers import free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server as it should be, without a proxy."""
    with served(f"sqlite:///{tmp_path_factory.mktemp('doctor')}/groat.db", origins=ORIGIN) as process:
        yield process


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that trusts a proxy on its own machine."""
    with served(
        f"sqlite:///{tmp_path_factory.mktemp('trusting')}/groat.db",
        trusted_proxies="127.0.0.1",
        jwt_issuer="groat.test",
        socketio_namespaces="/shop,/",
        connects_per_minute=2,
        connections_per_user=1,
    ) as process:
        yield process


@pytest.fixture
def proxied() -> Iterator[Callable[..., str]]:
    """Start a proxy with faults before a port; gives its address. With ``context`` it speaks TLS."""
    with ExitStack() as stack:

        def start(port: int, context: Any = None, **faulty: Any) -> str:
            own = stack.enter_context(faults.listening(faults.Proxy(port, **faulty), context))
            return f"http{'s' if context else ''}://127.0.0.1:{own}"

        yield start


# All is well.


def test_before_the_first_start_all_is_well(doctor: Doctor) -> None:
    report = doctor()
    assert (report.exit, report.codes) == (0, ["server_not_running", "database_empty"])
    assert report.right == ["settings", "secrets"]


def test_beside_a_server_all_is_well(doctor: Doctor, server: Served) -> None:
    report = doctor("--origin", ORIGIN, **server.settings)
    assert (report.exit, report.findings) == (0, [])
    assert report.right == [
        "settings", "secrets", "port", "database", "server", "clock", "origin", "token", "websocket", "socketio",
        "stream",
    ]  # fmt: skip


def test_it_tells_people_what_to_do(run: Run, doctor: Doctor) -> None:
    ran = run("doctor", "--port", str(free_port()))
    assert ran.code == 1
    assert "WRONG: secret_missing\n  jwt_secret is not set\n  To do: Make one with: python3 -c" in ran.out
    assert "note: server_not_running\n" in ran.out
    assert "right: settings: every value fits\n" in ran.out


def test_codes_are_documented() -> None:
    page = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    for name, code in CODES.items():
        shown = "" if code.level == "wrong" else " *(note)*"
        assert f"| `{name}`{shown} | {code.meaning} | {code.remedy} |\n" in page


# Settings and secrets.


def test_bad_settings_are_findings(doctor: Doctor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "groat.toml"
    config.write_text('batch_max = "many"\nno_such = 1\n')
    monkeypatch.setenv("GROAT_WORKERS", "none")
    monkeypatch.setenv("GROAT_DATABSE", "sqlite:///x.db")
    report = doctor(
        "--config", str(config), jwt_algorithm="HS257", origins="https://a.example/app,*,http://localhost:*"
    )
    assert report.exit == 1
    assert report.codes[:6] == [
        "setting_invalid", "setting_unknown", "setting_invalid", "setting_invalid", "variable_misspelt",
        "origin_malformed",
    ]  # fmt: skip
    assert "GROAT_DATABASE is meant" in report.sentence("variable_misspelt")


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"secret": ""}, "secret_missing"),
        ({"jwt_secret": "short"}, "secret_too_short"),
        ({"jwt_secret": "a" * 40}, "secret_weak"),
        ({"secret": JWT_SECRET}, "secrets_equal"),
        ({"workers": 2}, "needs_postgres"),
        ({"run_dir": "/no/such/folder"}, "setting_invalid"),
        ({"programs": "nothing"}, "program_unusable"),
        ({"issuers": '[{"algorithm": "RS256", "key": "no key"}]'}, "setting_invalid"),
        ({"otlp_endpoint": "http://127.0.0.1:9"}, "otel_missing"),
        ({"database": "mysql://somewhere"}, "database_address_wrong"),
        ({"database": "postgresql://127.0.0.1:9/groat"}, "database_unreachable"),
        ({"database": "sqlite:////dev/null/groat.db"}, "database_unreachable"),
        ({"migrate": "false"}, "database_empty"),
        ({"host": "203.0.113.1"}, "address_unavailable"),
    ],
)
def test_a_bad_value_is_a_finding(
    doctor: Doctor, settings: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if code == "otel_missing":
        monkeypatch.setattr("groat.tracing.find_spec", lambda _: None, raising=True)
    report = doctor(**settings)
    assert report.exit == 1
    assert report.wrong == [code]


def test_settings_files_that_cannot_be_read(doctor: Doctor, tmp_path: Path) -> None:
    assert "config_not_found" in doctor("--config", str(tmp_path / "none.toml")).codes
    (tmp_path / "bad.toml").write_text("= 1")
    assert "config_unreadable" in doctor("--config", str(tmp_path / "bad.toml")).codes


@pytest.mark.parametrize("change", ["no ledger", OLDER])
def test_a_server_on_another_database_makes_it_wrong(
    doctor: Doctor, server: Served, ledger: Path, tmp_path: Path, change: str
) -> None:
    other = tmp_path / "other.db"
    if change == OLDER:
        tamper(ledger, OLDER)
        other = ledger
    report = doctor(**server.settings | {"database": f"sqlite:///{other}"})
    assert report.wrong == ["database_older" if change == OLDER else "database_empty"]


# The program that listens.


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (
            b"HTTP/1.1 200 OK\r\nServer: nginx/1.22\r\nContent-Length: 2\r\n\r\nhi",
            "an HTTP server (nginx/1.22)",
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "an SSH server"),
        (b"-ERR unknown command 'GET'\r\n", "Redis"),
        (b"\x15\x03\x01\x00\x02\x02\x46", "a server that speaks TLS"),
        (b"", "a program that says nothing"),
    ],
    ids=["http", "ssh", "redis", "tls", "silence"],
)
def test_a_port_that_another_program_has(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch, says: bytes, kind: str
) -> None:
    if not says:
        monkeypatch.setattr(client, "ANSWER_S", 0.5)
    with faults.listening(faults.saying(says)) as port:
        report = doctor(port=port)
    assert report.wrong == ["port_taken"]
    assert f"127.0.0.1:{port} is taken by {kind}" in report.sentence("port_taken")
    assert f"process {os.getpid()} (" in report.sentence("port_taken")


def test_what_answers_at_url(doctor: Doctor, server: Served, proxied: Callable[..., str]) -> None:
    assert doctor("--url", f"http://127.0.0.1:{free_port()}").wrong == ["server_unreachable"]
    for url in ("ftp://groat.example", "groat.example", "https://groat.example/?a=1"):
        assert doctor("--url", url).wrong == ["url_invalid"]
    assert doctor("--remote").wrong == ["url_invalid"]
    with faults.listening(faults.saying(b"SSH-2.0-OpenSSH_9.2\r\n")) as port:
        assert doctor("--url", f"http://127.0.0.1:{port}").wrong == ["not_groat"]
    assert doctor("--url", proxied(server.port, lost=("/",))).wrong == ["not_groat"]
    moved = b"HTTP/1.1 301 Moved\r\nLocation: https://groat.example/\r\nContent-Length: 0\r\n\r\n"
    with faults.listening(faults.saying(moved)) as port:
        report = doctor("--url", f"http://127.0.0.1:{port}")
    assert report.wrong == ["not_groat"]
    assert "leads to https://groat.example/" in report.sentence("not_groat")


def test_a_certificate_that_nobody_trusts(
    doctor: Doctor,
    trusting: Served,
    proxied: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, context = faults.certificate(tmp_path)
    url = proxied(trusting.port, context, adds=("X-Forwarded-Proto: https", "X-Forwarded-For: 203.0.113.9"))
    assert doctor("--url", url, **trusting.settings).wrong == ["tls_untrusted"]
    assert doctor("--url", trusting.process.url.replace("http", "https")).wrong == ["tls_untrusted"]
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    report = doctor("--url", url, **trusting.settings)
    assert (report.exit, report.findings) == (0, [])
    assert report.right[-5:] == ["proxy", "token", "websocket", "socketio", "stream"]


def test_a_server_of_another_version(doctor: Doctor, server: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_checks, "version", lambda _: "0.0.1")
    report = doctor(**server.settings)
    assert (report.exit, report.codes) == (0, ["server_other_version"])


# Proxies, clocks and origins.


def test_a_proxy_says_who_calls(doctor: Doctor, trusting: Served, proxied: Callable[..., str]) -> None:
    says, who, how = ("Server: nginx",), "X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: http"
    report = doctor("--url", proxied(trusting.port, says=says, adds=(who, how)), **trusting.settings)
    assert (report.exit, report.findings) == (0, [])
    assert "proxy" in report.right
    for adds, codes in (
        ((), ["forwarded_missing", "forwarded_forgeable"]),
        ((who,), ["forwarded_forgeable"]),
    ):
        report = doctor("--url", proxied(trusting.port, says=says, adds=adds), **trusting.settings)
        assert report.wrong == codes


@pytest.mark.parametrize(
    ("faulty", "codes"),
    [
        ({"upgrades": False}, ["websocket_blocked", "websocket_blocked"]),
        ({"host": "node:8000"}, ["host_not_passed"]),
        ({"says": ("Server: nginx/1.22",)}, ["proxy_not_trusted"]),
        ({"lost": ("/connection/",)}, ["live_path_missing"]),
        ({"lost": ("/socket.io/",)}, ["live_path_missing"]),
        ({"lost": ("/health/ready",)}, ["server_not_ready"]),
        ({"cut": ("/connection/",)}, ["live_cut"]),
        ({"cut": ("/v1/streams/",)}, ["live_cut"]),
        ({"ahead_s": 100}, ["clock_differs_from_server"]),
        ({"ahead_s": -100}, ["clock_differs_from_server"]),
    ],
    ids=str,
)
def test_a_proxy_with_a_fault(
    doctor: Doctor, server: Served, proxied: Callable[..., str], faulty: dict[str, Any], codes: list[str]
) -> None:
    assert doctor("--url", proxied(server.port, **faulty), **server.settings).wrong == codes


def test_what_does_not_arrive_in_time(
    doctor: Doctor, server: Served, proxied: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "ANSWER_S", 2.0)
    url = proxied(server.port, mute=("/v1/streams/",))
    report = doctor("--url", url, **server.settings)
    assert report.wrong == ["live_silent"]
    assert "stream: the snapshot fails" in report.sentence("live_silent")


def test_https_that_the_server_does_not_hear_of(
    doctor: Doctor,
    trusting: Served,
    proxied: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file, context = faults.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    report = doctor("--url", proxied(trusting.port, context), **trusting.settings)
    assert report.wrong == ["forwarded_missing"]


def test_origins(doctor: Doctor, server: Served) -> None:
    url = ("--remote", "--url", server.process.url)
    assert "origin" in doctor(*url, "--origin", ORIGIN).right
    assert "origin" in doctor(*url, "--origin", server.process.url).right
    assert doctor(*url, "--origin", "https://other.example").wrong == ["origin_refused"]
    assert doctor(*url, "--origin", "https://app.example/login").wrong == ["origin_malformed"]


# Tokens.


@pytest.mark.parametrize(
    ("token", "settings", "codes"),
    [
        (lambda: "no token", {}, ["token_malformed"]),
        (lambda: "groat_0123456789", {}, ["token_is_api_key"]),
        (lambda: signed(), {}, []),
        (lambda: signed("another secret of more than 32 bytes"), {}, ["token_wrong_secret"]),
        (lambda: signed("j4" * 32, algorithm="HS384"), {}, ["token_wrong_algorithm"]),
        (lambda: signed(exp=int(time.time()) - 7_200), {}, ["token_expired"]),
        (lambda: signed(exp=None), {}, ["token_no_expiry"]),
        (lambda: signed(exp=(int(time.time()) + 600) * 1_000), {}, ["token_wrong_time"]),
        (lambda: signed(iat=int(time.time()) + 600), {}, ["token_not_yet_valid"]),
        (lambda: signed(nbf=int(time.time()) + 600), {}, ["token_not_yet_valid"]),
        (lambda: signed(token_type="refresh"), {}, ["token_not_access"]),
        (lambda: signed(headers={"typ": "dpop+jwt"}), {}, ["token_not_access"]),
        (lambda: signed(sub=None, uid="42"), {}, ["token_no_user"]),
        (lambda: signed(sub=None, uid="42"), {"jwt_user_claims": "uid"}, []),
        (lambda: signed(sub="Ada Lovelace"), {}, ["token_bad_user"]),
        (lambda: signed(roles={"admin": True}), {}, ["token_bad_roles"]),
        (lambda: signed(roles=["a b"]), {}, ["token_bad_roles"]),
        (lambda: signed(), {"jwt_issuer": "me"}, ["token_wrong_issuer"]),
        (lambda: signed(iss="you"), {"jwt_issuer": "me"}, ["token_wrong_issuer"]),
        (lambda: signed(aud=["shop"]), {"jwt_audience": "bank"}, ["token_wrong_audience"]),
        (lambda: signed(aud=["shop", "bank"]), {"jwt_audience": "bank"}, []),
        (lambda: signed(groat_session="x"), {}, ["token_refused"]),
        (
            lambda: signed("another secret of more than 32 bytes", exp=1, sub=None),
            {"jwt_issuer": "me"},
            ["token_wrong_secret", "token_expired", "token_wrong_issuer", "token_no_user"],
        ),
    ],
)  # fmt: skip
def test_a_token_by_the_settings(
    doctor: Doctor, token: Callable[[], str], settings: dict[str, Any], codes: list[str]
) -> None:
    report = doctor("--token", token(), **settings)
    assert report.wrong == codes
    assert ("token" in report.right) is (not codes)


def test_a_token_signed_by_a_public_key(doctor: Doctor, tmp_path: Path) -> None:
    ours, other = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    keys = tmp_path / "jwks.json"
    entry = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(ours.public_key())) | {"kid": "a"}
    keys.write_text(json.dumps({"keys": [entry]}))
    by = {"jwt_jwks": str(keys), "jwt_algorithm": "ES256"}
    for key, kid, codes in (
        (ours, "a", []),
        (other, "a", ["token_unknown_key"]),
        (ours, "b", ["token_unknown_key"]),
    ):
        token = signed(key, "ES256", {"kid": kid})
        assert doctor("--token", token, **by).wrong == codes
    assert doctor(
        "--token", signed(ours, "ES256"), jwt_jwks=tmp_path / "none", jwt_algorithm="ES256"
    ).wrong == ["keys_unavailable"]
    assert doctor("--token", signed(ours, "ES256")).wrong == ["token_wrong_algorithm"]


def test_a_token_of_another_issuer(doctor: Doctor) -> None:
    other = "i5-only-for-tests-Wm8kQ2vz4RnXt7Bc1JpHs6dY"
    issuer = {"key": other, "user_claim": "user_id", "type_claim": "token_type", "audience": ["shop"]}
    for claims, codes in (
        ({"user_id": 7, "token_type": "access", "aud": "shop"}, []),
        ({"user_id": 7, "token_type": "access", "aud": "bank"}, ["token_wrong_audience"]),
        ({"token_type": "access", "aud": "shop"}, ["token_no_user"]),
        ({"user_id": 7, "aud": "shop"}, ["token_not_access"]),
    ):
        report = doctor("--token", signed(other, **claims), issuers=json.dumps([issuer]))
        assert report.wrong == codes


def test_whose_secret_signed_a_token(doctor: Doctor) -> None:
    report = doctor("--token", signed(SECRET))
    assert "signed by GROAT_SECRET" in report.sentence("token_wrong_secret")
    report = doctor("--token", signed(JWT_SECRET + "\n"))
    assert "a line's end" in report.sentence("token_wrong_secret")


def test_a_token_from_the_environment(doctor: Doctor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROAT_TOKEN", signed(exp=1))
    assert doctor().wrong == ["token_expired"]


def test_a_token_at_the_server(doctor: Doctor, run: Run, server: Served) -> None:
    assert doctor("--token", signed(), **server.settings).findings == []
    # The settings here are not the server's.
    other = server.settings | {"jwt_secret": "o7-only-for-tests-Tn4cR8yw1KqMe5Xb2VpDz9sL"}
    assert doctor(**other).wrong == ["server_settings_differ"]
    assert doctor("--token", signed(), **other).wrong == ["token_wrong_secret", "server_settings_differ"]
    # Nothing is known of the server but its address.
    remote = ("--remote", "--url", server.process.url)
    assert doctor(*remote).codes == ["live_token_missing"]
    assert doctor(*remote, "--token", signed()).findings == []
    assert doctor(*remote, "--token", signed(exp=1)).wrong == ["token_expired"]
    assert doctor(*remote, "--token", signed(typ="refresh")).wrong == ["token_not_access"]
    assert doctor(*remote, "--token", signed("another secret of more than 32 bytes")).wrong == [
        "token_refused"
    ]


def test_a_token_that_was_revoked(doctor: Doctor, run: Run, server: Served) -> None:
    database = ("--database", server.settings["database"])
    assert run("user", "add", "77", "--password", "correct horse", *database).code == 0
    assert run("user", "disable", "77", *database).code == 0
    report = doctor("--token", signed(sub="77"), **server.settings)
    assert report.wrong == ["token_revoked"]


# Live connections.


def test_what_the_person_may_connect_is_not_used_up(doctor: Doctor, trusting: Served) -> None:
    """One connect of two goes to the WebSocket, so the person has one left."""
    report = doctor("--token", signed(sub="few", iss="groat.test"), **trusting.settings)
    assert report.codes == ["live_not_tried"]
    assert report.right[-3:] == ["token", "websocket", "stream"]
    # People of the doctor's own have no such bounds, however often it is asked.
    for _ in range(3):
        assert doctor(**trusting.settings).findings == []


def test_a_person_with_too_many_connections(doctor: Doctor, trusting: Served) -> None:
    token = signed(sub="many", iss="groat.test")
    stream = f"{trusting.process.url}/v1/streams/user:many/events"
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
    with httpx.stream("GET", stream, headers=headers) as open_page:
        assert open_page.status_code == 200
        report = doctor("--token", token, **trusting.settings)
    assert report.wrong == ["live_busy", "live_busy"]


def test_namespaces(doctor: Doctor, trusting: Served) -> None:
    report = doctor(**trusting.settings | {"socketio_namespaces": "/other"})
    assert report.wrong == ["socketio_namespace"]
    assert "socketio" in doctor(**trusting.settings).right


def test_socketio_off(doctor: Doctor, tmp_path: Path) -> None:
    with served(f"sqlite:///{tmp_path}/off.db", socketio="false", console="false") as process:
        report = doctor(**process.settings)
        assert (report.findings, report.right[-2:]) == ([], ["websocket", "stream"])
        assert doctor(**process.settings | {"socketio": "true"}).wrong == ["server_settings_differ"]
        remote = ("--remote", "--url", process.process.url, "--token", signed())
        assert doctor(*remote).codes == ["socketio_off"]


def test_a_session_that_another_node_should_have(doctor: Doctor, server: Served, trusting: Served) -> None:
    """A proxy that leads each request to the next of two nodes, which do not know each other."""
    proxies = [faults.Proxy(server.port), faults.Proxy(trusting.port)]
    turns = itertools.cycle(proxies)

    def lead(connection: socket.socket) -> None:
        head = connection.recv(200, socket.MSG_PEEK)
        (next(turns) if b"/socket.io/" in head else proxies[0])(connection)

    with faults.listening(lead) as port:
        report = doctor("--url", f"http://127.0.0.1:{port}", **server.settings)
    assert report.wrong == ["socketio_session_lost"]


def test_nodes_that_trust_other_tokens(doctor: Doctor, server: Served, trusting: Served) -> None:
    """A proxy that leads live connections to a node whose settings are not those of the others."""

    def lead(connection: socket.socket) -> None:
        head = connection.recv(200, socket.MSG_PEEK)
        is_live = b"/socket.io/" in head or b"/connection/" in head
        faults.Proxy(trusting.port if is_live else server.port)(connection)

    with faults.listening(lead) as port:
        report = doctor("--url", f"http://127.0.0.1:{port}", **server.settings)
    assert report.wrong == ["live_refused", "live_refused"]


def test_every_code_is_made_by_a_test() -> None:
    tests = "".join(
        path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_doctor*.py")
    )
    assert set(CODES) <= set(re.findall(r'"([a-z_]+)"', tests))
