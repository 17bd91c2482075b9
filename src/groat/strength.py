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
_WORDS = (
    "access", "admin", "auth", "change", "changeit", "changeme", "credit", "default", "demo", "dev", "dummy",
    "enter", "example", "foo", "bar", "groat", "here", "insecure", "jwt", "key", "letmein", "local", "long", "make",
    "me", "must", "my", "not", "password", "passwd", "placeholder", "please", "private", "prod", "production",
    "qwerty", "asdf", "zxcv", "random", "replace", "sample", "secret", "secure", "server", "shared", "sign",
    "signing", "some", "string", "super", "test", "testing", "the", "this", "to", "token", "top", "use", "value",
    "very", "with", "your", "at", "least", "bit", "bits", "qwertyuiop", "asdfghjkl", "zxcvbnm", "char", "chars",
    "character", "characters", "that", "is", "and", "in", "for", "a",
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
    """The length of the sequence with a constant step (aaa, abc, 987) that begins here; 0 for none."""
    codes = [ord(char) for char in text[at : at + 2]]
    if len(codes) < 2 or abs(codes[1] - codes[0]) > 1:
        return 0
    end = at + 2
    while end < len(text) and ord(text[end]) - ord(text[end - 1]) == codes[1] - codes[0]:
        end += 1
    return end - at if end - at >= _RUN_MIN else 0


def _repeat(text: str, at: int) -> int:
    """The length of the longest text from here that stood before; 0 below three characters."""
    length = 0
    while at + length < len(text) and text.find(text[at : at + length + 1], 0, at + length) >= 0:
        length += 1
    return length if length >= _RUN_MIN else 0
