"""The pool: limits, turns, what happens to work that nobody waits for, and what is left behind (nothing)."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from groat.sandbox import pool as pool_module
from groat.sandbox.pool import (
    AT_ONCE,
    PER_PERSON_MAX,
    WAITING_MAX,
    Pool,
    SandboxError,
    SandboxWork,
    WorkFailed,
)

ROOM = "tests.sandbox.work"


def work(name: str, **limits: float) -> SandboxWork:
    given = {"memory_bytes": 64 << 20, "cpu_s": 1, "wall_s": 20.0, "answer_bytes": 1 << 20, **limits}
    return SandboxWork(f"{ROOM}:{name}", **given)  # type: ignore[arg-type]


async def parts(*sent: bytes) -> AsyncIterator[bytes]:
    for part in sent:
        yield part


@pytest.fixture
async def pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Pool]:
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    monkeypatch.setenv("GROAT_SECRET", "s" * 40)
    pool = Pool((ROOM,))
    yield pool
    await pool.close()


async def answer(pool: Pool, wanted: SandboxWork, *sent: bytes, person: str = "user:1") -> bytes:
    with await pool.run(wanted, person, parts(*sent)) as file:
        return file.read()


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def until(true: Callable[[], bool]) -> None:
    """Wait until the callable says so; the test's own time-out ends it."""
    while not true():  # noqa: ASYNC110  Processes of others send no event.
        await asyncio.sleep(0.01)


async def hanging(pool: Pool, place: Path, person: str = "user:1") -> tuple[asyncio.Task[bytes], int, int]:
    """Work that never ends, the id of its child, and of the foreman."""
    task = asyncio.create_task(answer(pool, work("hang"), str(place).encode(), person=person))
    await until(lambda: task.done() or (place.exists() and place.read_text().endswith("\n")))
    child, foreman = processes(place)
    return task, child, foreman


def processes(place: Path) -> tuple[int, int]:
    """The ids of child and foreman that :func:`tests.sandbox.work.hang` left."""
    child, foreman = map(int, place.read_text().split())
    return child, foreman


async def test_parts_go_in_and_an_answer_comes_back(pool: Pool) -> None:
    large = os.urandom(3_000_000)
    assert (
        await answer(pool, work("echo", answer_bytes=4 << 20), b"a", b"", large, b"z") == b"a" + large + b"z"
    )


async def test_each_piece_of_work_has_a_process_of_its_own(pool: Pool) -> None:
    seen = {await answer(pool, work("pid")) for _ in range(3)}
    assert len(seen) == 3
    assert str(os.getpid()).encode() not in seen


async def test_a_child_has_no_secret_and_no_descriptor_of_the_server(pool: Pool) -> None:
    names = (await answer(pool, work("environment"))).decode().split()
    assert not [name for name in names if name.startswith("GROAT") or "SECRET" in name]
    # Its input, its answer, the null device for errors, and the folder that it lists.
    assert sorted(name for name in names if name.isdigit()) == ["0", "1", "2", "3"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("spin", "time"),
        ("fill_memory", "memory"),
        ("abort", "memory"),
        ("fill_answer", "size"),
        ("fail", "crash"),
        ("crash", "crash"),
        ("no_such_work", "crash"),
    ],
)
async def test_bad_work_ends_for_its_caller_alone(pool: Pool, name: str, reason: str) -> None:
    bad, good = await asyncio.gather(
        answer(pool, work(name), person="user:bad"),
        answer(pool, work("echo"), b"good", person="user:good"),
        return_exceptions=True,
    )
    assert isinstance(bad, WorkFailed)
    assert bad.reason == reason
    assert good == b"good"
    assert (pool.running, pool.waiting) == (0, 0)


async def test_time_on_the_wall_is_limited_too(pool: Pool, tmp_path: Path) -> None:
    place = tmp_path / "pid"
    with pytest.raises(WorkFailed) as caught:
        await answer(pool, work("hang", wall_s=1.0), str(place).encode())
    assert caught.value.reason == "time"
    child, _ = processes(place)
    await until(lambda: not alive(child))


async def test_a_child_that_reads_nothing_still_answers(pool: Pool) -> None:
    assert await answer(pool, work("end_early"), b"x" * 5_000_000) == b"early"


async def test_cancelling_kills_the_child_and_frees_its_place(pool: Pool, tmp_path: Path) -> None:
    task, child, _ = await hanging(pool, tmp_path / "pid")
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not alive(child))
    assert (pool.running, pool.waiting) == (0, 0)
    assert await answer(pool, work("echo"), b"next") == b"next"


async def test_an_error_of_the_parts_kills_the_child_and_is_raised(pool: Pool) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"a"
        raise LookupError("the database went away")

    with pytest.raises(LookupError):
        await pool.run(work("echo"), "user:1", broken())
    assert (pool.running, pool.waiting) == (0, 0)


async def test_one_person_cannot_have_all_children(pool: Pool, tmp_path: Path) -> None:
    tasks = [(await hanging(pool, tmp_path / "0"))[0]]
    tasks += [
        asyncio.create_task(answer(pool, work("hang"), str(tmp_path / f"more{n}").encode())) for n in range(5)
    ]
    await until(lambda: pool.waiting == 5)
    assert await answer(pool, work("echo"), b"other", person="user:2") == b"other"
    assert pool.waiting == 5
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (pool.running, pool.waiting) == (0, 0)


async def test_people_take_turns(pool: Pool, tmp_path: Path) -> None:
    """While one place is blocked, the other goes round: never all of one person's work before another's."""
    blocker, _, _ = await hanging(pool, tmp_path / "blocker", person="user:blocker")
    second, _, _ = await hanging(pool, tmp_path / "second", person="user:second")
    order: list[str] = []

    async def one(person: str) -> None:
        await answer(pool, work("echo"), person=person)
        order.append(person)

    tasks = [asyncio.create_task(one(person)) for person in ["user:a"] * 4 + ["user:b", "user:c"]]
    await until(lambda: pool.waiting == 6)
    second.cancel()
    await asyncio.gather(*tasks)
    assert order == ["user:a", "user:b", "user:c", "user:a", "user:a", "user:a"]
    blocker.cancel()
    await asyncio.gather(blocker, second, return_exceptions=True)


async def test_what_a_person_may_hold_is_bounded(pool: Pool) -> None:
    with ExitStack() as stack:
        for _ in range(PER_PERSON_MAX):
            stack.enter_context(pool.holding("user:1"))
        with pytest.raises(SandboxError) as caught:
            stack.enter_context(pool.holding("user:1"))
        stack.enter_context(pool.holding("user:2"))
    assert (caught.value.code, caught.value.status) == ("too_many_files", 429)
    with pool.holding("user:1"):
        pass


async def test_the_queue_is_bounded(pool: Pool, tmp_path: Path) -> None:
    tasks = [(await hanging(pool, tmp_path / str(n), person=f"user:{n}"))[0] for n in range(AT_ONCE)]
    tasks += [
        asyncio.create_task(answer(pool, work("echo"), person=f"user:{n}")) for n in range(2, WAITING_MAX + 2)
    ]
    await until(lambda: pool.waiting == WAITING_MAX)
    with pytest.raises(SandboxError) as caught:
        await answer(pool, work("echo"), person="user:late")
    assert (caught.value.code, caught.value.status) == ("files_overloaded", 503)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert (pool.running, pool.waiting) == (0, 0)


async def test_nobody_waits_for_ever(pool: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "WAIT_S", 0.05)
    tasks = [(await hanging(pool, tmp_path / str(n), person=f"user:{n}"))[0] for n in range(AT_ONCE)]
    with pytest.raises(SandboxError) as caught:
        await answer(pool, work("echo"), person="user:late")
    assert caught.value.code == "files_overloaded"
    assert pool.waiting == 0
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_foreman_that_is_killed_takes_its_children_along_and_is_replaced(
    pool: Pool, tmp_path: Path
) -> None:
    task, child, foreman = await hanging(pool, tmp_path / "pid")
    os.kill(foreman, signal.SIGKILL)
    with pytest.raises(SandboxError) as caught:
        await task
    assert caught.value.code == "files_overloaded"
    await until(lambda: not alive(child))
    assert await answer(pool, work("echo"), b"next") == b"next"


async def test_signals_to_end_are_left_to_the_server(pool: Pool, tmp_path: Path) -> None:
    """A terminal's Ctrl-C and a service manager's SIGTERM reach every process; the server then drains."""
    task, child, foreman = await hanging(pool, tmp_path / "pid")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(foreman, number)
    assert await answer(pool, work("echo"), b"still", person="user:2") == b"still"
    assert alive(child)
    await pool.close()
    with pytest.raises(SandboxError):
        await task
    assert not alive(foreman)
    await until(lambda: not alive(child))


async def test_after_closing_nothing_is_taken(pool: Pool) -> None:
    await pool.close()
    with pytest.raises(SandboxError):
        await answer(pool, work("echo"))


SERVER = f"""
import asyncio, sys
from groat.sandbox.pool import Pool, SandboxWork

async def parts():
    yield sys.argv[1].encode()

asyncio.run(Pool(("{ROOM}",)).run(SandboxWork("{ROOM}:hang", 1 << 26, 5, 60.0, 1 << 20), "user:1", parts()))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda number: number.name)
async def test_no_process_outlives_the_server(tmp_path: Path, number: signal.Signals) -> None:
    place = tmp_path / "pid"
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SERVER, str(place), env={"PYTHONPATH": str(Path.cwd())}
    )
    await until(
        lambda: server.returncode is not None or (place.exists() and place.read_text().endswith("\n"))
    )
    assert server.returncode is None
    child, foreman = processes(place)
    server.send_signal(number)
    await server.wait()
    await until(lambda: not alive(child) and not alive(foreman))
