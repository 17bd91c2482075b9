"""What a client keeps of a connection: nobody else can make it, and it opens nothing that is not theirs."""

from __future__ import annotations

from typing import Any

import pytest

from groat.live.socketio.marks import Marks

SECRET = "a secret of the tests, long enough for all"
MARKS = Marks(SECRET)
VECTOR = "user:42=e1.2:7,role:all=e1:0"


def offset_of(pid: str, vector: str, marks: Marks = MARKS) -> str:
    seal = marks.seal(pid).copy()
    seal.update(vector.encode())
    return f"{vector}.{seal.hexdigest()}"


def test_another_server_with_the_same_secret_reads_them() -> None:
    pid = MARKS.new_pid("user:42", "/")
    other = Marks(SECRET)
    assert other.is_pid_of(pid, "user:42", "/")
    assert other.positions(pid, offset_of(pid, VECTOR)) == {"user:42": ("e1.2", 7), "role:all": ("e1", 0)}


def test_each_pid_is_a_new_one() -> None:
    assert len({MARKS.new_pid("user:42", "/") for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("principal", "namespace"), [("user:7", "/"), ("user:42", "/custom"), ("user:4", "2/")]
)
def test_a_pid_is_of_one_principal_in_one_namespace(principal: str, namespace: str) -> None:
    assert not MARKS.is_pid_of(MARKS.new_pid("user:42", "/"), principal, namespace)


def forged() -> list[Any]:
    pid = MARKS.new_pid("user:42", "/")
    others = Marks("another secret of the tests, also long").new_pid("user:42", "/")
    return [
        "",
        "a",
        7,
        None,
        True,
        [pid],
        {"pid": pid},
        pid[:-1],
        f"{pid}=",
        f"{pid}A",
        others,
        "é" * 32,
        "+" * 32,
    ]


@pytest.mark.parametrize("pid", forged(), ids=str)
def test_takes_no_forged_pid(pid: Any) -> None:
    assert not MARKS.is_pid_of(pid, "user:42", "/")


def test_takes_no_pid_with_a_bit_turned() -> None:
    pid = MARKS.new_pid("user:42", "/")
    for at in range(len(pid)):
        other = "A" if pid[at] != "A" else "B"
        assert not MARKS.is_pid_of(pid[:at] + other + pid[at + 1 :], "user:42", "/")


def test_takes_no_offset_of_another_pid_or_another_secret() -> None:
    pid, other = MARKS.new_pid("user:42", "/"), MARKS.new_pid("user:42", "/")
    assert MARKS.positions(other, offset_of(pid, VECTOR)) == {}
    assert MARKS.positions(pid, offset_of(pid, VECTOR, Marks("another secret of the tests, also long"))) == {}


@pytest.mark.parametrize(
    "change",
    [
        lambda offset: offset.replace(":7", ":8"),
        lambda offset: offset.replace("user:42", "user:41"),
        lambda offset: offset[:-1],
        lambda offset: offset.upper(),
        lambda offset: offset.rpartition(".")[0],
        lambda offset: f"x{offset}",
        lambda offset: offset + "\ud800",
        lambda offset: "\ud800" + offset,
        lambda offset: offset.encode(),
        lambda offset: [offset],
        lambda offset: {"a": offset},
        lambda _: "",
        lambda _: ".",
        lambda _: 7,
        lambda _: None,
        lambda _: "." * 1_000_000,
    ],
)
def test_takes_no_other_offset(change: Any) -> None:
    pid = MARKS.new_pid("user:42", "/")
    assert MARKS.positions(pid, change(offset_of(pid, VECTOR))) == {}


@pytest.mark.parametrize(
    "vector", ["", "user:42", "user:42=e1", "user:42=e1:7,user:42=e1:8", "=e1:7", "a=e1:-1"]
)
def test_a_sealed_text_that_is_no_vector_is_none(vector: str) -> None:
    pid = MARKS.new_pid("user:42", "/")
    assert MARKS.positions(pid, offset_of(pid, vector)) == {}
