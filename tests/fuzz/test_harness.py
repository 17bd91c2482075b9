"""The harness itself: it tries the corpus, changes it, and says how to repeat what it found."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from tests.fuzz import harness
from tests.fuzz.harness import fuzz, mutate_bytes


@pytest.fixture(autouse=True)
def own_corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a").write_bytes(b"amount=12")
    (tmp_path / "words" / "b").write_bytes(b"user=42")
    monkeypatch.setattr(harness, "CORPUS", tmp_path)
    monkeypatch.setattr(harness, "SOAK_S", None)
    monkeypatch.setattr(harness, "SEED", None)


def test_it_tries_the_corpus_first_and_as_many_changes_as_asked_for() -> None:
    tried: list[bytes] = []
    fuzz("words", tried.append, cases=50)
    assert tried[:2] == [b"amount=12", b"user=42"]
    assert len(tried) == 52
    assert len(set(tried)) > 40


def test_a_seed_repeats_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[list[bytes]] = []
    for seed in ("5", "5", "6"):
        monkeypatch.setattr(harness, "SEED", seed)
        runs.append([])
        fuzz("words", runs[-1].append, cases=50)
    assert runs[0] == runs[1] != runs[2]


def test_a_finding_says_seed_case_and_input() -> None:
    def fails(data: bytes) -> None:
        if len(data) > 20:
            raise RecursionError

    with pytest.raises(RecursionError) as caught:
        fuzz("words", fails, cases=5_000)
    (note,) = caught.value.__notes__
    assert note.startswith("GROAT_FUZZ_SEED=1, words: case ")
    assert "b'" in note


def test_a_soak_lasts_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harness, "SOAK_S", str(harness.SHARE * 0.05))
    tried: list[bytes] = []
    fuzz("words", tried.append, cases=0)
    assert len(tried) > 2


def test_changes_are_bounded() -> None:
    dice = random.Random(1)
    assert all(len(mutate_bytes(dice, b"x" * 1_000)) <= harness.LENGTH_MAX for _ in range(2_000))
