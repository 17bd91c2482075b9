"""What the long trial would say of processes that leak: its bounds can be broken."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.soak.growth import MB, SAMPLES_MIN, Bound, Samples, grown, measure_process
from tests.soak.test_long import BOUNDS

SAMPLES = 60
# Each line that it reads is a moment in which it does what a server might: something that stays, or nothing that does.
PROCESS = """
import sys, threading
kept, hold = [], threading.Event()
for line in sys.stdin:
    what = line.strip()
    if what == "memory":
        kept.append(bytearray(2**20))
    elif what == "files":
        kept.append(open("/dev/null"))
    elif what == "threads":
        threading.Thread(target=hold.wait, daemon=True).start()
    else:
        bytearray(2**20)
        open("/dev/null").close()
    print("done", flush=True)
"""


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("leak", ["memory", "files", "threads", "nothing"])
def test_a_process_that_leaks_is_found_out(process: subprocess.Popen[str], leak: str) -> None:
    assert process.stdin
    assert process.stdout
    samples = Samples()
    for _ in range(SAMPLES):
        process.stdin.write(f"{leak}\n")
        process.stdin.flush()
        process.stdout.readline()
        samples.add({f"node {name}": value for name, value in measure_process(process.pid).items()})
    complaints = samples.judge(BOUNDS)
    # A thread has a stack, too.
    assert {complaint.split()[1] for complaint in complaints} - {"memory"} == {leak} - {"nothing", "memory"}
    assert bool(complaints) == (leak != "nothing")


@pytest.mark.parametrize(
    ("values", "is_growth"),
    [
        pytest.param([100 * MB] * 60, False, id="steady"),
        pytest.param(
            [n * MB for n in range(10, 60, 5)] + [100 * MB] * 50, False, id="only while it warms up"
        ),
        pytest.param([(100 + n % 7 * 20) * MB for n in range(60)], False, id="up and down"),
        pytest.param([100 * MB] * 55 + [900 * MB] * 5, False, id="for a moment"),
        pytest.param([(100 + n) * MB for n in range(60)], True, id="slowly"),
        pytest.param([100 * MB] * 35 + [200 * MB] * 25, True, id="at once"),
        pytest.param([(100 + n * 9) * MB for n in range(SAMPLES_MIN - 1)], False, id="too few to tell"),
    ],
)
def test_growth_is_told_from_noise(values: list[float], is_growth: bool) -> None:
    assert (grown("memory", values, Bound(1.05, 4 * MB)) is not None) == is_growth


def test_every_bound_is_one_that_growth_can_break() -> None:
    for name, bound in BOUNDS.items():
        doubling = [(bound.extra + 1) * 1.1**n for n in range(60)]
        samples = Samples()
        for value in doubling:
            samples.add({f"{name} of something": value})
        assert samples.judge(BOUNDS), name
