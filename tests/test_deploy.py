"""What lies in deploy/ fits the program: its metrics exist, its files can be read, nginx accepts its rules."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import yaml

from deploy import cluster
from groat.http.app import create_app
from groat.http.server import FINISH_S
from groat.settings import Settings
from groat.store.postgres import PostgresStore
from groat.store.replica import Replica
from tests.helpers.secrets import SECRET
from tests.servers import free_port

DEPLOY = Path(__file__).parent.parent / "deploy"
DASHBOARD = DEPLOY / "grafana" / "groat.json"
ALERTS = DEPLOY / "prometheus" / "alerts.yml"
SOURCES = [*(DEPLOY.parent / "src").rglob("*.py")]
SUFFIXES = {"histogram": ("_bucket", "_sum", "_count")}


@pytest.fixture
async def metrics(tmp_path: Path) -> set[str]:
    """The names of all samples that a server has, or will have once something happened."""
    database, smtp_url = f"sqlite:///{tmp_path / 'groat.db'}", "smtp://127.0.0.1:9"
    app = create_app(Settings(database=database, secret=SECRET, jwt_secret=SECRET, smtp_url=smtp_url))
    async with app.running():
        assert app.services is not None
        # Nothing of a replica is told where there is none; this one is never opened.
        store = PostgresStore("postgresql://nowhere/groat")
        app.services.groat.replica = Replica("postgresql://nowhere/groat", store)
        text = app.services.metrics.text().decode()
        app.services.groat.replica = None
    types = re.findall(r"^# TYPE (\S+) (\S+)$", text, re.MULTILINE)
    return {name + suffix for name, kind in types for suffix in SUFFIXES.get(kind, ("",))}


def used(expressions: list[str]) -> set[str]:
    return {name for each in expressions for name in re.findall(r"\b(?:groat|process)_\w+", each)}


async def test_alerts_ask_for_metrics_that_exist(metrics: set[str]) -> None:
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    expressions = [rule["expr"] for rule in group["rules"]]
    assert len(used(expressions)) >= 8
    assert used(expressions) <= metrics
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "description"}


async def test_alerts_tell_of_each_backlog(metrics: set[str]) -> None:
    """Whatever waits to be delivered, or was given up, is the subject of an alert."""
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    told = {metric for metric in metrics if re.fullmatch(r"groat_\w+_(oldest_seconds|failed)", metric)}
    assert told >= {"groat_outbox_oldest_seconds", "groat_outbox_failed", "groat_mail_oldest_seconds"}
    assert told <= used([rule["expr"] for rule in group["rules"]])


def test_alerts_name_log_lines_codes_and_settings_that_exist() -> None:
    strings = {
        text for path in SOURCES for text in re.findall(r'"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    (group,) = yaml.safe_load(ALERTS.read_text())["groups"]
    said = " ".join(rule["annotations"]["description"] for rule in group["rules"])
    names = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", said))
    assert {"not_delivered", "smtp_url"} <= names
    assert names <= strings | set(Settings.__struct_fields__)


async def test_the_dashboard_asks_for_metrics_that_exist(metrics: set[str]) -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    panels = [panel for panel in dashboard["panels"] if panel["type"] != "row"]
    expressions = [target["expr"] for panel in panels for target in panel["targets"]]
    assert used(expressions) <= metrics
    # Whatever the server counts of its own has its place, but for what says the same in other words.
    left_out = {name for name in metrics - used(expressions) if name.startswith("groat_")}
    assert {re.sub(r"_(sum|count|bucket|total)$", "", name) for name in left_out} <= {
        "groat_commit_seconds", "groat_commit_to_screen_seconds", "groat_batch_commands", "groat_batches",
        "groat_http_request_seconds",
        "groat_hints_losses", "groat_live_feeds", "groat_live_received", "groat_live_slow_drops",
        "groat_live_catch_up_pages", "groat_mail_waiting", "groat_mail_oldest_seconds",
    }  # fmt: skip


@pytest.mark.parametrize("site", ["nginx/groat.conf", "nginx/django.conf", "container/nginx.conf"])
def test_nginx_accepts_the_sites(site: str, tmp_path: Path) -> None:
    nginx = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    assert nginx, "apt-get install nginx-light"
    conf = (DEPLOY / site).read_text()
    # Names, ports, certificates and paths are the machine's own.
    conf = re.sub(r"ssl_certificate(_key)? .*;", "", conf).replace(" ssl http2", "")
    conf = re.sub(r"listen (\[::\]:)?\d+;", lambda _: f"listen 127.0.0.1:{free_port()};", conf)
    conf = re.sub(r"node-[ab]:8000", "127.0.0.1:8000", conf)
    conf = conf.replace("/etc/nginx/groat-proxy.conf", str(DEPLOY / "nginx" / "groat-proxy.conf"))
    whole = tmp_path / "nginx.conf"
    whole.write_text(
        f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}} http {{ access_log off;\n{conf}\n}}"
    )
    done = subprocess.run(
        [nginx, "-t", "-c", whole, "-e", tmp_path / "log"], capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr


class _Echo(BaseHTTPRequestHandler):
    """Answers with the headers that came."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def proxy() -> Iterator[str]:
    """The address of an nginx with the shipped rules, before a server that echoes."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Echo) as echo:
        threading.Thread(target=echo.serve_forever, daemon=True).start()
        port = free_port()
        with cluster.nginx(port, [echo.server_port]):
            yield f"http://127.0.0.1:{port}"
        echo.shutdown()


@pytest.mark.parametrize(
    "path",
    ["/v1/me", "/v1/transactions", "/connection/websocket", "/v1/streams/user:1/events", "/socket.io/?EIO=4"],
)
def test_nginx_passes_on_who_asks_and_for_which_host(proxy: str, path: str) -> None:
    """Origins and brakes rest on these; a block of nginx that sets one header inherits none."""
    sent = {"Host": "shop.example:8443", "X-Forwarded-For": "203.0.113.7", "Upgrade": "websocket"}
    seen = httpx.get(proxy + path, headers=sent).json()
    assert seen["host"] == "shop.example:8443"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-proto"] == "http"


def test_nginx_knows_polls_from_websockets_and_lets_nobody_pretend_to_be_a_node(proxy: str) -> None:
    address = f"{proxy}/socket.io/?EIO=4"
    seen = httpx.get(address, headers={"Upgrade": "websocket", "Groat-Relay": "forged"}).json()
    assert (seen["upgrade"], seen["connection"]) == ("websocket", "upgrade")
    assert "groat-relay" not in seen
    seen = httpx.post(address, content=b"4x").json()
    # nginx keeps the connection to the node open.
    assert not {"upgrade", "connection"} & seen.keys()
    assert httpx.post(address, content=b"x" * 1_100_000).status_code == 413


def test_nginx_takes_no_large_login(proxy: str) -> None:
    assert httpx.post(f"{proxy}/v1/auth/login", content=b"x" * 5_000).status_code == 413
    assert httpx.get(f"{proxy}/v1/me", headers={"X": "y" * 20_000}).status_code in (400, 431)


@pytest.mark.parametrize("file", ["container/compose.yaml", "prometheus/prometheus.yml"])
def test_yaml_files_can_be_read(file: str) -> None:
    assert yaml.safe_load((DEPLOY / file).read_text())


def test_the_image_is_made_of_what_git_has() -> None:
    lines = (DEPLOY.parent / ".dockerignore").read_text().splitlines()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = re.findall(
        r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "container" / "Containerfile").read_text(), re.M
    )
    assert {path.split("/")[0] for each in copied for path in each.split()} == let_in
    assert {"*", "**/node_modules", "src/groat/http/console"} <= set(lines)


def test_compose_knows_the_settings() -> None:
    services = yaml.safe_load((DEPLOY / "container" / "compose.yaml").read_text())["services"]
    for node in ("node-a", "node-b"):
        for name in services[node]["environment"]:
            assert name.removeprefix("GROAT_").lower() in Settings.__struct_fields__


@pytest.mark.parametrize("name", sorted(each.name for each in (DEPLOY / "pm2").iterdir()))
def test_pm2_reads_its_files_and_leaves_time_to_drain(name: str, tmp_path: Path) -> None:
    # Also inside of a project whose scripts are ES modules.
    (tmp_path / "package.json").write_text('{"type": "module"}')
    file = shutil.copy(DEPLOY / "pm2" / name, tmp_path)
    code = f"console.log(JSON.stringify(require({json.dumps(str(file))})))"
    done = subprocess.run(["node", "-e", code], capture_output=True, text=True, timeout=30, check=True)
    (app,) = json.loads(done.stdout)["apps"]
    assert app["exec_mode"] == "fork"
    assert app["kill_timeout"] >= 1_000 * (Settings().drain_s + FINISH_S)


@pytest.mark.parametrize("unit", sorted(each.name for each in (DEPLOY / "systemd").iterdir()))
def test_systemd_accepts_the_units(unit: str) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not here")
    done = subprocess.run(
        [analyze, "verify", DEPLOY / "systemd" / unit], capture_output=True, text=True, timeout=30
    )
    complaints = [line for line in done.stderr.splitlines() if "is not executable" not in line]
    assert complaints == []
