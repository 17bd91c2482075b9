"""Private servers for tests and benchmarks: PostgreSQL and Redis of their own, on free ports of the loopback."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from tests import guard

PORT_MIN = 10_000
WAIT_S = 30.0
STEP_S = 0.05


class Missing(RuntimeError):
    """A server program is not installed; the message says what to install."""


def free_port() -> int:
    """A port of the loopback that nobody uses at present.

    The system gives it to no outgoing connection: one might take it before the server that is to listen there does.
    """
    while True:
        port = random.SystemRandom().randrange(PORT_MIN, _ephemeral_from())
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port


def _ephemeral_from() -> int:
    """The lowest port that outgoing connections are given."""
    return int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])


def postgres_programs() -> Path:
    """The folder of Debian's newest PostgreSQL programs, 15 or later; raises Missing."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[4]))
    if not versions or int(versions[-1].parts[4]) < 15:
        raise Missing("PostgreSQL 15 or newer is needed: apt-get install postgresql")
    return versions[-1].parent


def _as_postgres(command: list[str]) -> list[str]:
    # PostgreSQL refuses to run as root; Debian's package brings a user for it.
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


class Postgres:
    """A PostgreSQL server in a folder of its own; ``dsn`` names its first database.

    It has the network address ``port`` for life: a standby takes another one.
    """

    def __init__(self, folder: Path, port: int, settings: dict[str, str]) -> None:
        self.folder = folder
        self.port = port
        self.programs = postgres_programs()
        self.dsn = f"postgresql://postgres@127.0.0.1:{port}/postgres"
        self._settings = settings

    @property
    def data(self) -> Path:
        """The folder of the cluster's files."""
        return self.folder / "data"

    def create(self) -> None:
        """Make the cluster's files."""
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        self.set(**{"max_connections": "200"} | self._settings)

    def follow(self, primary: Postgres, name: str) -> None:
        """Make the cluster's files as a copy of a running primary, to stand by under this name."""
        source = f"host=127.0.0.1 port={primary.port} user=postgres application_name={name}"
        self._run(
            "pg_basebackup", "-D", str(self.data), "-d", source, "-R", "-c", "fast", "-X", "stream", "-N"
        )
        self.set(**self._settings)

    def set(self, **settings: str) -> None:
        """Write settings; they count from the next start on."""
        own = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": str(self.folder),
        }
        with (self.data / "postgresql.auto.conf").open("a") as conf:
            conf.write("".join(f"{name} = '{value}'\n" for name, value in (own | settings).items()))

    def promote(self) -> None:
        """Make a standby the primary."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-s", "promote")

    @property
    def pid(self) -> int:
        """The first process; raises FileNotFoundError when it was stopped in order."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    @property
    def running(self) -> bool:
        """Whether the first process lives."""
        try:
            return Path(f"/proc/{self.pid}/comm").read_text() == "postgres\n"
        except FileNotFoundError:
            return False

    def fill_disk(self) -> None:
        """Let no file grow any more: fill the disk of its own, or else limit the size of files to nothing."""
        if os.path.ismount(self.folder):
            with (self.folder / "ballast").open("wb", buffering=0) as ballast, suppress(OSError):
                while True:
                    ballast.write(bytes(2**20))
        else:
            self._limit_files(0)

    def empty_disk(self) -> None:
        """End what `fill_disk` did."""
        (self.folder / "ballast").unlink(missing_ok=True)
        if not os.path.ismount(self.folder):
            self._limit_files(None)

    def _limit_files(self, size: int | None) -> None:
        for process in self._processes():
            with suppress(ProcessLookupError):
                _, most = resource.prlimit(process, resource.RLIMIT_FSIZE)
                resource.prlimit(process, resource.RLIMIT_FSIZE, (most if size is None else size, most))

    def _processes(self) -> list[int]:
        if not self.running:
            return []
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def kill(self) -> None:
        """kill -9 all its processes at once, as a machine that loses its power does."""
        processes = self._processes()
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        deadline = time.monotonic() + WAIT_S
        while any(Path(f"/proc/{process}").exists() for process in processes):
            if time.monotonic() > deadline:
                raise RuntimeError("PostgreSQL's processes did not end")
            time.sleep(STEP_S)

    def start(self) -> None:
        """Start it, or start it again."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-s", "-l", str(self.folder / "log"), "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``fast`` ends all sessions, ``immediate`` is like a crash."""
        self._run("pg_ctl", "-D", str(self.data), "-w", "-s", "-m", mode, "stop")

    def new_database(self, name: str, template: str = "template1") -> str:
        """Make a database, a copy of the template, and return its dsn."""
        where = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres")
        self._run("createdb", *where, "-T", template, name)
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def _run(self, program: str, *args: str) -> None:
        command = _as_postgres([str(self.programs / program), *args])
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr or done.stdout}")


@contextmanager
def postgres(
    disk_mb: int | None = None, standby_of: Postgres | None = None, **settings: str
) -> Iterator[Postgres]:
    """A running private PostgreSQL; raises Missing where it is not installed.

    ``disk_mb`` gives it a disk of its own of that size, so that it can be filled; only root can mount one.
    ``standby_of`` makes it a standby with the name ``standby``.
    """
    postgres_programs()
    folder = Path(mkdtemp(prefix="groat-postgres-"))
    own_disk = disk_mb is not None and os.geteuid() == 0
    if own_disk:
        _mounting("mount", "-t", "tmpfs", "-o", f"size={disk_mb}m,mode=700", "tmpfs", str(folder))
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres", "postgres")
    guard.remove(folder)
    server = Postgres(folder, free_port(), settings)
    try:
        if standby_of:
            server.follow(standby_of, "standby")
        else:
            server.create()
        server.start()
        yield server
    finally:
        if server.running:
            server.stop("immediate")
        if own_disk:
            _mounting("umount", str(folder))
        shutil.rmtree(folder, ignore_errors=True)


def _mounting(*command: str) -> None:
    subprocess.run(command, check=True, timeout=60)


class Redis:
    """A Redis server without persistence; ``url`` names it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.url = f"redis://127.0.0.1:{port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, or start it again, and wait until it answers."""
        program = shutil.which("redis-server")
        if program is None:
            raise Missing("Redis 7 or newer is needed: apt-get install redis-server")
        command = [
            program,
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/tmp"
        )
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                    connection.sendall(b"PING\r\n")
                    if connection.recv(16).startswith(b"+PONG"):
                        return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
            time.sleep(STEP_S)

    @property
    def running(self) -> bool:
        """Whether it was started and lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None


@contextmanager
def redis() -> Iterator[Redis]:
    """A running private Redis; raises Missing where it is not installed."""
    server = Redis(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Pgbouncer:
    """PgBouncer in transaction mode before a PostgreSQL; ``port`` is its own."""

    def __init__(self, folder: Path, server: Postgres, settings: dict[str, str]) -> None:
        self.port = free_port()
        self._folder = folder
        self._server = server
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def address(self, dsn: str) -> str:
        """The address of a database of the server's (dsn), through the pooler."""
        return dsn.replace(f":{self._server.port}/", f":{self.port}/")

    def start(self) -> None:
        """Start it, and wait until it answers."""
        program = shutil.which("pgbouncer", path=os.environ.get("PATH", "") + ":/usr/sbin")
        if program is None:
            raise Missing("PgBouncer is needed: apt-get install pgbouncer")
        told = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(self.port),
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "transaction",
            "max_client_conn": "200",
        } | self._settings
        config = self._folder / "pgbouncer.ini"
        lines = [f"{name} = {value}" for name, value in told.items()]
        server = f"* = host=127.0.0.1 port={self._server.port} user=postgres"
        config.write_text("\n".join(["[databases]", server, "[pgbouncer]", *lines, ""]))
        self._process = subprocess.Popen(
            _as_postgres([program, "-q", str(config)]),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/tmp",
        )
        deadline = time.monotonic() + WAIT_S
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
            time.sleep(STEP_S)

    def stop(self) -> None:
        """End it at once, and with it every session through it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait()
            self._process = None


@contextmanager
def pgbouncer(server: Postgres, **settings: str) -> Iterator[Pgbouncer]:
    """A running private PgBouncer before a server; raises Missing where it is not installed.

    Its pool has so few sessions that transactions change them.
    """
    folder = Path(mkdtemp(prefix="groat-pgbouncer-"))
    guard.remove(folder)
    folder.chmod(0o755)
    pooler = Pgbouncer(folder, server, settings)
    try:
        pooler.start()
        yield pooler
    finally:
        pooler.stop()
        shutil.rmtree(folder, ignore_errors=True)
