"""Set up the bank and run its three servers until Ctrl-C: Django, the live server, Next.js.

The environment variables DJANGO_PORT, SOCKET_PORT and NEXT_PORT name other ports than 8000, 8001 and 3000. An argument
names another folder with the page's sources and packages.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

BANK = Path(__file__).resolve().parent
BACKEND = BANK / "backend"
FRONTEND = BANK / "frontend"
NEXT = ("node", "node_modules/next/dist/bin/next")
MANAGE = (sys.executable, "manage.py")
SOURCES = ("package-lock.json", "next.config.ts", "tsconfig.json", "app/*", "components/*", "lib/*")
PORTS = {"DJANGO_PORT": "8000", "SOCKET_PORT": "8001", "NEXT_PORT": "3000"}
START_S_MAX = 60.0


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of all three servers: the addresses at which they find each other."""
    inner = {**PORTS, **outer}
    return {
        **inner,
        "DJANGO_URL": f"http://localhost:{inner['DJANGO_PORT']}",
        "NEXT_PUBLIC_SOCKET_URL": f"http://localhost:{inner['SOCKET_PORT']}",
        "FRONTEND_URL": f"http://localhost:{inner['NEXT_PORT']}",
        "NEXT_TELEMETRY_DISABLED": "1",
    }


def servers(
    env: Mapping[str, str], frontend: Path = FRONTEND
) -> dict[str, tuple[Path, tuple[str, ...], int]]:
    """Return folder, command and port of each server."""
    django, live, web = (int(env[name]) for name in PORTS)
    return {
        "Django": (BACKEND, (*MANAGE, "runserver", "--noreload", str(django)), django),
        "live server": (BACKEND, (*MANAGE, "run_socketio", "--port", str(live)), live),
        "Next.js": (frontend, (*NEXT, "start", "--port", str(web)), web),
    }


def install() -> None:
    """Install the packages of the page, unless they are the locked ones."""
    digest = hashlib.sha256((FRONTEND / "package-lock.json").read_bytes()).hexdigest()
    stamp = FRONTEND / "node_modules" / ".locked"
    if not stamp.exists() or stamp.read_text() != digest:
        subprocess.run(("npm", "ci"), cwd=FRONTEND, check=True)
        stamp.write_text(digest)


def build(env: Mapping[str, str], frontend: Path = FRONTEND) -> None:
    """Build the page, unless it is built from these sources for these addresses."""
    digest = hashlib.sha256(f"{env['DJANGO_URL']} {env['NEXT_PUBLIC_SOCKET_URL']}".encode())
    for pattern in SOURCES:
        for path in sorted(frontend.glob(pattern)):
            digest.update(path.name.encode() + path.read_bytes())
    stamp = frontend / ".next" / "BUILT_FROM"
    if not stamp.exists() or stamp.read_text() != digest.hexdigest():
        subprocess.run((*NEXT, "build"), cwd=frontend, env=env, check=True)
        stamp.write_text(digest.hexdigest())


def prepare(env: Mapping[str, str]) -> None:
    """Make the tables and the people."""
    for command in ("migrate", "seed"):
        subprocess.run((*MANAGE, command, "--verbosity", "0"), cwd=BACKEND, env=env, check=True)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers. Raises RuntimeError if it ends before, or takes too long."""
    deadline = time.monotonic() + START_S_MAX
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("localhost", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"no server answers on port {port}")


def check_ports(env: Mapping[str, str]) -> None:
    """End with a text if somebody else has one of the ports."""
    for name in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("", int(env[name])))
            except OSError:
                sys.exit(f"Port {env[name]} is taken. Give another one: {name}=18000 make example-bank")


def main(frontend: Path = FRONTEND) -> None:
    """Run everything."""
    env = environment(os.environ)
    check_ports(env)
    install()
    build(env, frontend)
    prepare(env)
    running = {}
    try:
        for name, (folder, command, port) in servers(env, frontend).items():
            running[name] = subprocess.Popen(command, cwd=folder, env=env)
            wait_for(port, running[name])
        print(
            f"\n  customers   {env['FRONTEND_URL']}   ursula, kofi"
            f"\n  staff       {env['DJANGO_URL']}/admin/   admin, grace"
            f"\n  password    fourpence\n"
        )
        for name, process in running.items():
            print(f"  kill -9 {process.pid:<8} {name}")
        print("\nCtrl-C ends all of them.", flush=True)
        while running:
            time.sleep(0.5)
            for name in [name for name, process in running.items() if process.poll() is not None]:
                folder, command, _ = servers(env, frontend)[name]
                print(f"\n{name} has ended. Bring it back: cd {folder} && {shlex.join(command)}", flush=True)
                del running[name]
    except KeyboardInterrupt:
        pass
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
