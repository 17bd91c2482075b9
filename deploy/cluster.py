"""A whole cluster on the loopback: a private PostgreSQL and Redis, two nodes, and nginx before them.

`make cluster` runs this. Everything lives in temporary folders and is gone when it ends.
"""

from __future__ import annotations

import argparse
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from groat.demo import PEOPLE  # noqa: E402  (the path comes first)
from tests.servers import Missing, free_port, postgres, redis  # noqa: E402

READY_S = 60.0
STEP_S = 0.1
END_S = 30.0
AGAIN_S = 3.0
PROXY_RULES = ROOT / "deploy" / "nginx" / "groat-proxy.conf"
NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_processes 1;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    upstream groat {{
        {servers}
        keepalive 64;
    }}
    server {{
        listen 127.0.0.1:{port};
        include {rules};
    }}
}}
"""


@contextmanager
def nginx(port: int, nodes: list[int]) -> Iterator[None]:
    """An nginx on this port of the loopback before nodes on those; raises Missing where it is not installed."""
    program = which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise Missing("nginx is needed: apt-get install nginx-light")
    with TemporaryDirectory(prefix="groat-nginx-") as folder:
        # Started by root, nginx works as another user, who must reach its files.
        Path(folder).chmod(0o755)
        servers = " ".join(f"server 127.0.0.1:{node} max_fails=3 fail_timeout=1s;" for node in nodes)
        conf = Path(folder) / "nginx.conf"
        conf.write_text(NGINX.format(folder=folder, servers=servers, port=port, rules=PROXY_RULES))
        with ended(subprocess.Popen([program, "-c", str(conf), "-e", f"{folder}/error.log"])):
            yield


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process politely, whatever happens."""
    try:
        yield
    finally:
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process to end, and make it do so when it takes too long."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Node:
    """A node with the demo's people, which is started again when it ends; the first one fills the database."""

    def __init__(self, name: str, environ: dict[str, str], folder: Path) -> None:
        self.name = name
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = folder / f"node-{name}.log"
        self._environ = os.environ | environ
        self.start()

    def start(self) -> None:
        """Start the process."""
        with self.log.open("ab") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "groat", "demo", "--port", str(self.port)],
                env=self._environ,
                stdout=file,
                stderr=file,
                # Ctrl+C is for us; the nodes are asked to drain.
                start_new_session=True,
            )

    def stop(self) -> None:
        """End the process."""
        end(self.process)

    def wait_ready(self) -> None:
        """Wait until it serves; raises SystemExit when it ends or takes too long."""
        deadline = time.monotonic() + READY_S
        while True:
            ready = f"{self.address}/health/ready"
            with suppress(URLError, OSError), urlopen(ready, timeout=5) as answer:  # noqa: S310  (our own node)
                if answer.status == 200:
                    return
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"node {self.name} did not start:\n{self.log.read_text()[-2000:]}")
            time.sleep(STEP_S)


def main() -> None:
    """Start it all, say how to look at it, and wait for Ctrl+C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="port of nginx (default: %(default)s)")
    port = parser.parse_args().port
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        stack.enter_context(suppress(KeyboardInterrupt))
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="groat-cluster-")))
        database = stack.enter_context(postgres())
        hints = stack.enter_context(redis())
        environ = {
            "GROAT_DATABASE": database.dsn,
            "GROAT_REDIS": hints.url,
            "GROAT_TRUSTED_PROXIES": "127.0.0.1",
            "GROAT_LOG_FORMAT": "json",
            "GROAT_JWT_SECRET": secrets.token_urlsafe(48),
            "GROAT_SECRET": secrets.token_urlsafe(48),
        }
        nodes = []
        for name in ("a", "b"):
            node = Node(name, environ, folder)
            stack.callback(node.stop)
            node.wait_ready()
            nodes.append(node)
        stack.enter_context(nginx(port, [node.port for node in nodes]))
        say(*about(port, nodes, database.dsn, hints.url))
        while True:
            time.sleep(STEP_S)
            for node in nodes:
                if (code := node.process.poll()) is not None:
                    say(f"node {node.name} ended with code {code}; it is started again in {AGAIN_S} s")
                    time.sleep(AGAIN_S)
                    node.start()
                    say(f"node {node.name} is process {node.process.pid} now")


def about(port: int, nodes: list[Node], database: str, redis_url: str) -> Iterator[str]:
    """What runs where, and what to try."""
    yield f"groat's cluster is ready on http://localhost:{port} (Ctrl+C stops it)\n"
    for node in nodes:
        yield f"  node {node.name}     {node.address}   process {node.process.pid}   log {node.log}"
    yield f"  PostgreSQL {database}"
    yield f"  Redis      {redis_url}\n"
    yield "Sign in as:"
    for person in PEOPLE:
        yield f"  {person.user:10} {person.password}"
    first, second = nodes
    yield "\nTry: sign in at both nodes' own addresses in two windows, give credits in one and watch the other;"
    yield f"     kill {first.process.pid}  (node a drains, and everybody moves to node b);"
    yield f"     curl -s {second.address}/metrics | grep groat_hints"


def say(*lines: str) -> None:
    """Tell the person at the terminal."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except Missing as missing:
        raise SystemExit(str(missing)) from None
