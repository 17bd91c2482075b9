"""What a client keeps of a connection: nobody else can make a pid, and any offset is read or is none."""

from __future__ import annotations

from typing import Any

import pytest

from groat.live.socketio.pids import Pids, positions_of

SECRET = "a secret of the tests, long enough for all"
PIDS = Pids(SECRET)


def test_another_server_with_the_same_secret_reads_them() -> None:
    assert Pids(SECRET).is_of(PIDS.make("user:42", "/"), "user:42", "/")


def test_each_pid_is_a_new_one() -> None:
    assert len({PIDS.make("user:42", "/") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("principal", "namespace"), [("user:7", "/"), ("user:42", "/custom"), ("user:4", "2/")]
)
def test_a_pid_is_of_one_principal_in_one_namespace(principal: str, namespace: str) -> None:
    assert not PIDS.is_of(PIDS.make("user:42", "/"), principal, namespace)


def forged() -> list[Any]:
    pid = PIDS.make("user:42", "/")
    others = Pids("another secret of the tests, also long").make("user:42", "/")
    texts = ["", "a", pid[:-1], f"{pid}=", f"{pid}A", f" {pid}", others, "é" * 32, "+" * 32, "\ud800" * 32]
    return [*texts, 7, None, True, [pid], {"pid": pid}]


# A pid is a new one in each process, so the tests must not be named by it.
@pytest.mark.parametrize("number", range(len(forged())))
def test_takes_no_forged_pid(number: int) -> None:
    assert not PIDS.is_of(forged()[number], "user:42", "/")


def test_takes_no_pid_with_a_bit_turned() -> None:
    pid = PIDS.make("user:42", "/")
    for at in range(len(pid)):
        other = "A" if pid[at] != "A" else "B"
        assert not PIDS.is_of(pid[:at] + other + pid[at + 1 :], "user:42", "/")


def test_reads_positions() -> None:
    assert positions_of("user:42=e1.2:7,role:all=e1:0") == {"user:42": ("e1.2", 7), "role:all": ("e1", 0)}


@pytest.mark.parametrize(
    "offset",
    ["", ".", ",", "user:42", "user:42=e1", "user:42=", "user:42=e1:7,", "user:42=e1:7,user:42=e1:8", "=e1:7",
     "a=e1:-1", "a=e1:1e3", "a=e1:\u0661", "a=e1:9999999999999999999", "\x00\ud800=" * 100, "x" * 1_000_000, 7, None,
     True, b"a=e1:7", ["a=e1:7"], {"a": "e1:7"}],
    ids=lambda offset: ascii(offset)[:30],
)  # fmt: skip
def test_what_cannot_be_read_has_no_position(offset: Any) -> None:
    assert positions_of(offset) == {}
