"""Account paths, their owners, and the limits with which accounts open."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from groat.ledger.errors import InvalidInput, printable

PATH_MAX = 255
_SEGMENT = r"[A-Za-z0-9._@|-]{1,64}"
_PATH = re.compile(rf"{_SEGMENT}(?::{_SEGMENT}){{0,7}}", re.ASCII)
_STREAM = re.compile(rf"(?:user|role):{_SEGMENT}|house(?::{_SEGMENT}){{1,7}}", re.ASCII)

ADJUSTMENTS = "house:adjustments"

CLASSES = ("paid", "promotional")
"""The classes of grants."""


@lru_cache(maxsize=65_536)
def check_path(path: str) -> str:
    """Return the path when it is well-formed; raises InvalidInput ``invalid_account``."""
    try:
        fits = len(path) <= PATH_MAX and _PATH.fullmatch(path)
    except TypeError:
        name = type(path).__name__
        raise InvalidInput("invalid_account", f"An account is a text such as user:42, not {name}.") from None
    if not fits:
        raise InvalidInput("invalid_account", account=printable(path, PATH_MAX))
    return path


@lru_cache(maxsize=65_536)
def owner_stream(path: str) -> str | None:
    """Return the stream that hears of this account: ``user:7`` for ``user:7:commissions``, None for ``house:bonus``."""
    kind, _, rest = path.partition(":")
    return f"user:{rest.partition(':')[0]}" if kind == "user" and rest else None


def is_room(stream: str) -> bool:
    """Return whether a stream is the room of a role, which many people read and many transactions tell something."""
    return stream.startswith("role:")


def check_stream(name: str) -> str:
    """Return the stream's name when it is well-formed; raises InvalidInput ``invalid_stream``."""
    if len(name) > PATH_MAX or not _STREAM.fullmatch(name):
        raise InvalidInput("invalid_stream", stream=printable(name, 128))
    return name


def is_within(path: str, prefix: str) -> bool:
    """Return whether the prefix covers the path by whole segments: ``user:4`` covers ``user:4:x``, not ``user:42``."""
    return not prefix or path == prefix or path.startswith(prefix + ":")


class Limits(NamedTuple):
    """Lowest allowed available and highest allowed balance, in smallest units; None means no limit."""

    floor: int | None = 0
    ceiling: int | None = None


class LimitRule(NamedTuple):
    """Accounts that match ``pattern`` open with ``limits``.

    A pattern is a path in which ``*`` stands for any one segment; it covers whatever lies below it too.
    """

    pattern: str
    limits: Limits


class Policy:
    """Decides the limits with which an account opens: the matching rule with the most segments wins, literals first.

    Without a matching rule an account opens with floor 0 and no ceiling. Grants of a class in ``stays`` do not go from
    one person to another.
    """

    def __init__(self, rules: tuple[LimitRule, ...] = (), stays: frozenset[str] = frozenset()) -> None:
        self.stays = stays
        self.rules = (*rules, *DEFAULT_RULES)
        ordered = sorted(
            self.rules,
            key=lambda rule: (-rule.pattern.count(":"), rule.pattern.count("*"), self.rules.index(rule)),
        )
        self._ordered = [(rule.pattern.split(":"), rule.limits) for rule in ordered]

    def limits(self, path: str) -> Limits:
        """Return the limits for a path that is about to be opened."""
        segments = path.split(":")
        for pattern, limits in self._ordered:
            if len(pattern) <= len(segments) and all(
                p in ("*", s) for p, s in zip(pattern, segments, strict=False)
            ):
                return limits
        return Limits()


DEFAULT_RULES = (
    LimitRule("user:*", Limits(floor=0)),
    LimitRule("user:*:commissions", Limits(floor=None)),
    LimitRule("house", Limits(floor=None)),
)
