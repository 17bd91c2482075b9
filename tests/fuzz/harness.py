"""Fuzzing a parser: mutated inputs from a small corpus, drawn from a printed seed.

A target is a function that takes bytes: it returns when it accepts them or refuses them in a declared way, and whatever
else it raises is a finding. A test hands it to :func:`fuzz`::

    def test_tokens() -> None:
        fuzz("token", attempt, words=[b".", b"=="])

- The corpus is the files of ``tests/fuzz/corpus/<name>/``: each is tried unchanged, then mutated.
- ``make test`` tries ``cases`` mutations from a fixed seed, which is a matter of seconds. Where ``GROAT_SOAK_S`` is set
  (``make soak``), each target runs for a thirtieth of it, from a fresh seed. Mark the test with ``soak``, so that
  ``make soak`` selects it.
- ``GROAT_FUZZ_SEED`` repeats a run. A finding carries the seed, the number of the case and the input itself; the input
  goes into the corpus with the mend, so that it is tried for ever.
"""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
SEED = os.environ.get("GROAT_FUZZ_SEED")
SOAK_S = os.environ.get("GROAT_SOAK_S")
SHARE = 30
"""What a target gets of GROAT_SOAK_S: a thirtieth, which is two minutes of an hour."""
SHOWN_BYTES = 2_000
LENGTH_MAX = 1 << 18

Attempt = Callable[[bytes], None]
Mutate = Callable[[random.Random, bytes], bytes]

NUMBERS = (
    b"0", b"-1", b"1e999", b"255", b"65536", b"2147483648", b"4294967295", b"9223372036854775808",
    b"99999999999999999999",
)  # fmt: skip
ODD = (
    b"",
    b"\0",
    b"\n",
    b"\r\n",
    b"\xff",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b'"',
    b"'",
    b"\\",
    b"%00",
    b"..",
    b"{",
    b"[",
)


def corpus(name: str) -> list[bytes]:
    """The inputs of a target's corpus, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / name).iterdir())]


def fuzz(
    name: str,
    attempt: Attempt,
    *,
    cases: int = 2_000,
    words: Sequence[bytes] = (),
    mutate: Mutate | None = None,
) -> None:
    """Try the corpus of ``name`` and mutations of it on ``attempt``; what it raises is a finding and fails the test.

    ``words`` are what the format's own tokens look like; ``mutate`` takes the place of :func:`mutate_bytes`.
    """
    seeds = corpus(name)
    seed = int(SEED) if SEED else random.SystemRandom().randrange(10**6) if SOAK_S else 1
    print(f"GROAT_FUZZ_SEED={seed} for {name}")
    dice = random.Random(seed)
    change = mutate or (lambda dice, data: mutate_bytes(dice, data, words, seeds))
    for number, data in enumerate(seeds):
        _try(attempt, data, f"{name}: input {number} of the corpus")
    until = time.monotonic() + float(SOAK_S) / SHARE if SOAK_S else None
    number = 0
    while number < cases if until is None else time.monotonic() < until:
        _try(attempt, change(dice, dice.choice(seeds)), f"GROAT_FUZZ_SEED={seed}, {name}: case {number}")
        number += 1
    print(f"{number} cases of {name}")


def _try(attempt: Attempt, data: bytes, where: str) -> None:
    try:
        attempt(data)
    except BaseException as error:
        more = f" and {len(data) - SHOWN_BYTES} more bytes" if len(data) > SHOWN_BYTES else ""
        error.add_note(f"{where}: {data[:SHOWN_BYTES]!r}{more}")
        raise


def mutate_bytes(
    dice: random.Random, data: bytes, words: Sequence[bytes] = (), others: Sequence[bytes] = ()
) -> bytes:
    """The input with one to six changes: bytes turned, cut, doubled, put in, or taken from another input."""
    changed = bytearray(data)
    for _ in range(dice.randint(1, 6)):
        at = dice.randrange(len(changed) + 1)
        end = min(len(changed), at + dice.choice((1, 2, 4, 16, 256)))
        match dice.randrange(8):
            case 0 if changed:
                changed[at % len(changed)] ^= 1 << dice.randrange(8)
            case 1:
                del changed[at:end]
            case 2:
                changed[at:at] = changed[at:end] * dice.choice((1, 1, 3, 64))
            case 3:
                changed[at:end] = dice.choice((*words, *ODD))
            case 4:
                changed[at:at] = dice.choice((*words, *NUMBERS))
            case 5:
                changed[at:at] = dice.randbytes(dice.randint(1, 8))
            case 6 if others:
                other = dice.choice(others)
                start = dice.randrange(len(other) + 1)
                changed[at:end] = other[start : start + dice.choice((4, 16, 256))]
            case _:
                del changed[dice.randrange(len(changed) + 1) :]
    return bytes(changed[:LENGTH_MAX])


def mutate_zip(dice: random.Random, data: bytes, words: Sequence[bytes] = ()) -> bytes:
    """A ZIP archive with a member's content or name changed and packed again, or with its own bytes changed."""
    if dice.randrange(4) == 0:
        return mutate_bytes(dice, data)
    out = io.BytesIO()
    with suppress(ValueError, zipfile.BadZipFile):
        with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
            names = old.namelist()
            chosen = dice.choice(names)
            for name in names:
                content = old.read(name)
                if name == chosen:
                    if dice.randrange(16) == 0:
                        continue
                    if dice.randrange(16) == 0:
                        name = name.swapcase()
                    content = mutate_bytes(dice, content, words)
                new.writestr(name, content)
        return out.getvalue()
    return mutate_bytes(dice, data)
