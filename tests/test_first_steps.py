"""The first hour: what README and quickstart say is run word for word, in a new folder with a new server."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import free_port

ROOT = Path(__file__).parent.parent
PASSWORD = "a long password for the test"
START_S = 60.0


def blocks(page: str, language: str) -> list[str]:
    """The examples of a page in a language."""
    text = (ROOT / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def block(page: str, language: str, word: str) -> str:
    """The one example of a page that has this word."""
    (found,) = (each for each in blocks(page, language) if word in each)
    return found


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A new folder; the server that was started there ends with the test."""
    yield tmp_path
    if (tmp_path / "pid").exists():
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGTERM)


def shell(place: Path, text: str, port: int) -> str:
    """Run the lines as somebody types them; curl waits until the server that was started before has begun."""
    script = text.replace("localhost:8000", f"127.0.0.1:{port}").replace(
        "127.0.0.1:8000", f"127.0.0.1:{port}"
    )
    begin = "groat serve >server.log 2>&1 & echo $! >pid; wait_for_it"
    script = re.sub(r"^groat serve\b.*$", begin, script, flags=re.MULTILINE)
    began = f"""
wait_for_it() {{ {sys.executable} -c '{WAIT}' 127.0.0.1 {port}; }}
curl() {{ command curl --fail-with-body "$@"; echo; }}
set -e
"""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GROAT_")}
    environment |= {
        "GROAT_PORT": str(port),
        "GROAT_PASSWORD": PASSWORD,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-c", began + script],
        cwd=place, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, (done.stdout, done.stderr)
    return done.stdout


WAIT = (
    "import socket, sys, time\n"
    f"end = time.monotonic() + {START_S}\n"
    "while True:\n"
    "    try:\n"
    "        socket.create_connection((sys.argv[1], int(sys.argv[2]))); break\n"
    "    except OSError:\n"
    "        assert time.monotonic() < end\n"
    "        time.sleep(0.05)\n"
)


def answers(out: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def test_the_readme(place: Path) -> None:
    port = free_port()
    out = shell(place, block("README.md", "sh", "groat serve"), port)
    asset, posted = answers(out)
    assert asset == {"code": "CREDIT", "scale": 0}
    assert (posted["kind"], posted["reason"]) == ("post", "Welcome")


def test_the_readmes_ten_lines(place: Path) -> None:
    (place / "ten.py").write_text(block("README.md", "python", "Groat.open"))
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "ten.py"], cwd=place, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[-1] == "50"


def test_the_quickstart(place: Path) -> None:
    port = free_port()
    serve, move = block("docs/quickstart.md", "sh", "groat serve"), block("docs/quickstart.md", "sh", "API=")
    out = shell(place, f"{serve}\n{move}\n{move}", port)
    asset, first, again_asset, again = answers(out)
    assert asset == again_asset == {"code": "CREDIT", "scale": 0}
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert again["id"] == first["id"]
    (place / "own.py").write_text(block("docs/quickstart.md", "python", "Groat.open"))
    done = subprocess.run([sys.executable, "own.py"], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "('user:42', '100')" in done.stdout
    # It signs in with the password that was asked for.
    answer = httpx.post(
        f"http://127.0.0.1:{port}/v1/auth/login",
        json={"user": "admin", "password": PASSWORD},
        headers={"Origin": f"http://127.0.0.1:{port}"},
    )
    assert answer.status_code in (200, 204), answer.text


@pytest.mark.parametrize(
    "page", ["README.md", "docs/quickstart.md", "docs/react.md", "docs/client.md", "docs/deployment.md",
             "docs/express.md", "docs/flask.md", "web/client/README.md", "web/react/README.md", "web/server/README.md"]
)  # fmt: skip
def test_origins_are_named_where_a_front_end_is(page: str) -> None:
    assert "`origins`" in (ROOT / page).read_text("utf-8")


def test_every_command_of_make_that_is_named_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    for page in ("README.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))):
        for named in re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / page).read_text("utf-8"), re.MULTILINE):
            assert named in targets, (page, named)
