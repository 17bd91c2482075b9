"""The codes of vouchers: how they are made, how what people type is read, and what of them is stored.

Codes are written in Crockford's base 32, which has no I, L, O and U. A single-use code has :data:`LENGTH` symbols, of
which the last checks the others; a shared code is a word of a campaign's own.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 20
GROUP: Final = 4
WORD_MIN, WORD_MAX = 4, 16
"""Symbols of a shared code; it is shorter than a single-use one, so that none is taken for the other."""

TYPED_MAX: Final = 200
"""Longer texts are no codes."""

_VALUES: Final = {symbol: value for value, symbol in enumerate(ALPHABET)}
# People read these as the digits beside them. U is in no code that is made here, but in words such as SUMMER.
_LOOK_ALIKES: Final = str.maketrans("ILO", "110")
_SYMBOLS: Final = frozenset(ALPHABET + "U")


def normalise(typed: str) -> str | None:
    """Return the code that a person meant, None if it can be none.

    Case, spaces, dashes and invisible characters do not count; full-width and similar forms of letters and digits are
    read as these; O is 0, and I and L are 1.
    """
    if len(typed) > TYPED_MAX:
        return None
    plain = unicodedata.normalize("NFKC", typed).upper().translate(_LOOK_ALIKES)
    kept = "".join(symbol for symbol in plain if not _is_between(symbol))
    return kept if kept and _SYMBOLS.issuperset(kept) else None


def _is_between(symbol: str) -> bool:
    """Return whether a character only separates the symbols of a code: space, dash, or invisible."""
    return symbol.isspace() or symbol in "_\u2212" or unicodedata.category(symbol) in ("Pd", "Cf")


def is_word(code: str) -> bool:
    """Return whether a normalised code may be a campaign's shared code."""
    return WORD_MIN <= len(code) <= WORD_MAX


def is_mistyped(code: str) -> bool:
    """Return whether a normalised code is as long as a single-use one, and its check symbol does not fit."""
    return len(code) == LENGTH and ("U" in code or _remainder(code) != 0)


def write(units: bytes) -> str:
    """Write a single-use code of at least 12 random bytes: 95 bits of them, and the check symbol."""
    number = int.from_bytes(units[:12], "big")
    data = "".join(ALPHABET[number >> shift & 31] for shift in range(0, 5 * (LENGTH - 1), 5))
    return data + ALPHABET[_remainder(data + "0")]


def show(code: str) -> str:
    """Write a single-use code in groups, as people read it: ``7KQ2-M9XD-4T8W-P3HC-2VYB``."""
    return "-".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _remainder(code: str) -> int:
    # A polynomial over the field of 32 elements, at a root of x^5 + x^2 + 1: its powers up to the 30th all differ, so
    # no single wrong symbol goes unnoticed, and no two that were swapped.
    found = 0
    for symbol in code:
        found <<= 1
        if found & 32:
            found ^= 0b100101
        found ^= _VALUES[symbol]
    return found


def digest_of(code: str) -> str:
    """Return the 32 hex digits by which a normalised code is stored."""
    return hashlib.blake2b(code.encode("ascii"), digest_size=16, person=b"groat voucher").hexdigest()


def new_seed() -> str:
    """Make the seed of new codes."""
    return secrets.token_hex(32)


class Mint:
    """Makes single-use codes of a seed. Whoever lacks the server's ``secret`` cannot tell them from the seed."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.blake2b(secret.encode(), digest_size=32, person=b"groat vouchers").digest()

    def code(self, seed: str, place: int) -> str:
        """Return the code at a place (from 0) among those of a seed."""
        data = f"{seed}/{place}".encode("ascii")
        return write(hashlib.blake2b(data, digest_size=12, key=self._key).digest())

    def digests(self, seed: str, count: int) -> tuple[str, ...]:
        """Return the digests of the first codes of a seed."""
        return tuple(digest_of(self.code(seed, place)) for place in range(count))

    def whose(self, name: str) -> str:
        """Return what stands for a person or an address where guesses are counted."""
        return hashlib.blake2b(name.encode(), digest_size=16, key=self._key).hexdigest()
