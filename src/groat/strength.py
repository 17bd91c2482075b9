"""Estimate how hard a secret is to guess.

Nobody can measure the entropy of a text, only show that it is low: what repeats, counts up, or is made of words that
placeholders are made of, is easy. The estimate follows zxcvbn's idea of counting guesses by pattern (Wheeler, USENIX
Security 2016), reduced to what a random secret never has.
"""

from __future__ import annotations

import math
import re
from collections import Counter

WORD_BITS = 6
_RUN_MIN = 3
_SEQUENCES = ((1, 1, _RUN_MIN), (1, 2, 5), (2, 1, 8), (3, 1, 12))
"""The number of sequences that take turns, their largest step, and their least number of characters."""
_WORDS = (
    "access", "admin", "auth", "change", "changeit", "changeme", "credit", "default", "demo", "dev", "dummy",
    "enter", "example", "foo", "bar", "groat", "here", "insecure", "jwt", "key", "letmein", "local", "long", "make",
    "me", "must", "my", "not", "password", "passwd", "placeholder", "please", "private", "prod", "production",
    "qwerty", "asdf", "zxcv", "random", "replace", "sample", "secret", "secure", "server", "shared", "sign",
    "signing", "some", "string", "super", "test", "testing", "the", "this", "to", "token", "top", "use", "value",
    "very", "with", "your", "at", "least", "bit", "bits", "qwertyuiop", "asdfghjkl", "zxcvbnm", "char", "chars",
    "character", "characters", "that", "is", "and", "in", "for", "a", "tokens", "keys", "secrets", "passwords", "app",
    "api", "company", "name", "django", "flask", "express", "node", "number", "qaz", "wsx", "edc", "rfv", "tgb", "yhn",
    "ujm", "ikolp",
)  # fmt: skip
_WORD = re.compile("|".join(sorted(_WORDS, key=len, reverse=True)))
_SPLIT = re.compile(r"[^a-z]+")


def guess_bits(secret: str) -> float:
    """Bits of entropy that a text has at most.

    Each character counts by how often the text has it (Shannon). One that continues a sequence (abc, 321, aaa) or
    repeats what stood before it, and a placeholder's words, count little or nothing.
    """
    if not secret:
        return 0.0
    text = secret.lower()
    words, rest = _without_words(text)
    counts = Counter(rest)
    per_character = -sum(n / len(rest) * math.log2(n / len(rest)) for n in counts.values()) if rest else 0.0
    return words * WORD_BITS + _surprises(rest) * per_character


def _without_words(text: str) -> tuple[int, str]:
    """Return how many different words of placeholders the text has, and the text without them."""
    found: set[str] = set()
    rest = text
    for piece in set(_SPLIT.split(text)):
        # Match only whole pieces: a random text contains short words by chance.
        if piece and _WORD.sub("", piece) == "":
            found.update(_WORD.findall(piece))
            rest = re.sub(rf"(?<![a-z]){piece}(?![a-z])", "", rest)
    return len(found), rest


def _surprises(text: str) -> int:
    """Count the characters that do not follow from those before them."""
    count = at = 0
    while at < len(text):
        count += 1
        at += max(_run(text, at), _repeat(text, at), 1)
    return count


def _run(text: str, at: int) -> int:
    """Return the length of the longest sequence that begins here; 0 for none.

    A sequence has a constant step (aaa, abc, 987). What a random text rarely has only counts when it is longer: steps
    of two (acegi), and two or three sequences that take turns (a1b2c3d4, aabbccdd).
    """
    return max(_woven(text, at, parts, step, least) for parts, step, least in _SEQUENCES)


def _woven(text: str, at: int, parts: int, step_max: int, least: int) -> int:
    end = at + 2 * parts
    if end > len(text) or any(abs(_step(text, n, parts)) > step_max for n in range(at + parts, end)):
        return 0
    while end < len(text) and _step(text, end, parts) == _step(text, end - parts, parts):
        end += 1
    return end - at if end - at >= least else 0


def _step(text: str, at: int, back: int) -> int:
    return ord(text[at]) - ord(text[at - back])


def _repeat(text: str, at: int) -> int:
    """The length of the longest text from here that stood before; 0 below three characters."""
    length = 0
    while at + length < len(text) and text.find(text[at : at + length + 1], 0, at + length) >= 0:
        length += 1
    return length if length >= _RUN_MIN else 0
