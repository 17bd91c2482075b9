"""What a long trial watches, and when it has grown: one sample after the other, judged in the end."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

# The first part of a trial fills caches and is not judged; of the rest the first half is compared with the second.
WARM_UP = 0.25
# A trial of fewer samples says nothing about growth.
SAMPLES_MIN = 24

MB = 2**20


class Bound(NamedTuple):
    """How much larger the second half may be than the first: ``factor`` times, and ``extra`` on top."""

    factor: float
    extra: float


def grown(name: str, values: Sequence[float], bound: Bound) -> str | None:
    """Say so if these samples, in the order of time, went beyond the bound; None when they did not, or are too few.

    Medians are compared, so that a moment of something else on the machine counts for nothing; what comes and goes,
    such as what a vacuum leaves until its next turn, is in both halves.
    """
    if len(values) < SAMPLES_MIN:
        return None
    steady = values[int(len(values) * WARM_UP) :]
    middle = len(steady) // 2
    first, second = statistics.median(steady[:middle]), statistics.median(steady[middle:])
    most = first * bound.factor + bound.extra
    return f"{name} grew from {first:.0f} to {second:.0f}, more than {most:.0f}" if second > most else None


class Samples:
    """Series of numbers by name, each sampled at the same moments."""

    def __init__(self) -> None:
        self.series: dict[str, list[float]] = {}

    def add(self, values: Mapping[str, float]) -> None:
        """One moment's."""
        for name, value in values.items():
            self.series.setdefault(name, []).append(value)

    def judge(self, bounds: Mapping[str, Bound]) -> list[str]:
        """What grew beyond its bound; a bound is for all series whose names begin with its name."""
        complaints = []
        for name, values in self.series.items():
            for beginning, bound in bounds.items():
                if name.startswith(beginning) and (complaint := grown(name, values, bound)):
                    complaints.append(complaint)
        return complaints

    def told(self) -> dict[str, tuple[float, float, float]]:
        """(after the warm-up, in the end, most) of each series."""
        return {
            name: (values[int(len(values) * WARM_UP)], values[-1], max(values))
            for name, values in self.series.items()
        }


def measure_process(pid: int) -> dict[str, float]:
    """Resident memory (bytes), open files and threads of a process."""
    place = Path(f"/proc/{pid}")
    facts = dict(line.split(":", 1) for line in (place / "status").read_text().splitlines())
    return {
        "memory": int(facts["VmRSS"].split()[0]) * 1024,
        "files": len(list((place / "fd").iterdir())),
        "threads": int(facts["Threads"]),
    }
