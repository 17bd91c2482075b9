"""The estimate of a secret: patterns and placeholders are found, random texts are not taken for them."""

from __future__ import annotations

import random
import string

import pytest

from groat.settings import SECRET_BITS_MIN
from groat.strength import guess_bits

WEAK = (
    " " * 32, "a" * 40, "ab" * 20, "\t" * 32, "\u00e9" * 32, "0" * 31 + "1", "x" * 20 + "y" * 20, "A" * 43 + "=",
    "12345678901234567890123456789012", "0123456789abcdef" * 2, "fedcba9876543210" * 2, "deadbeef" * 5,
    "abcdefghijklmnopqrstuvwxyz0123456789", "qwertyuiopasdfghjklzxcvbnm1234567890", "aaaaaaaabbbbbbbbccccccccdddddddd",
    "changeme" * 4, "change-me-change-me-change-me-change", "CHANGE_ME_IN_PRODUCTION_PLEASE_CHANGE_ME",
    "your-256-bit-secret-your-256-bit-secret", "your-secret-key-change-in-production",
    "aAbBcCdDeEfFgGhHiIjJkKlLmMnNoOpPqQ", "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6", "acegikmoqsuwybdfhjlnprtvxz135797531",
    "abc123def456ghi789jkl012mno345pqr678", "thisisaverylongsecretkeyforjwttokens", "qazwsxedcrfvtgbyhnujmikolp123456",
    "super-secret-jwt-token-with-at-least-32-characters-long", "password" * 4, "secret1secret2secret3secret4secret5",
)  # fmt: skip


@pytest.mark.parametrize("secret", WEAK)
def test_what_follows_a_pattern_is_weak(secret: str) -> None:
    assert len(secret) >= 32
    assert guess_bits(secret) < SECRET_BITS_MIN


@pytest.mark.parametrize(
    ("alphabet", "length"),
    [
        (string.hexdigits[:16], 32),
        (string.digits, 40),
        (string.ascii_lowercase, 32),
        (string.ascii_letters + string.digits + "-_", 32),
        (string.ascii_letters + string.digits + "+/", 43),
        (string.printable[:94], 32),
    ],
)
def test_random_secrets_are_not_weak(alphabet: str, length: int) -> None:
    dice = random.Random(7)
    secrets = ["".join(dice.choices(alphabet, k=length)) for _ in range(2_000)]
    assert min(map(guess_bits, secrets)) >= SECRET_BITS_MIN


def test_an_empty_secret_has_no_bits() -> None:
    assert guess_bits("") == 0
