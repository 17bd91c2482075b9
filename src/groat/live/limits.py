"""Bounds of the live side, and the buckets that enforce rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Self

import msgspec

if TYPE_CHECKING:
    from groat.settings import Settings

MINUTE_S: Final = 60.0
BURST_S: Final = 4
"""A connection may send this many seconds' worth of messages at once: SDKs subscribe all channels in one frame."""


class LiveLimits(msgspec.Struct, frozen=True):
    """Bounds of one server process. Names end in their units."""

    connections_per_user: int = 20
    connects_per_minute: int = 10
    messages_per_second: int = 50
    origins: tuple[str, ...] = ()
    inbound_bytes_max: int = 64 * 1024
    reply_bytes_max: int = 64 * 1024
    views_max: int = 100
    first_frame_s: float = 10.0
    message_s: float = 10.0
    """A message must be complete this long after its first part."""
    ping_s: int = 25
    close_s: float = 5.0
    write_high_bytes: int = 192 * 1024
    """Above this a reader is choked. With the largest chunk of live events on top it stays below 256 KiB."""
    write_low_bytes: int = 32 * 1024
    unsent_bytes_max: int = 64 * 1024
    """The kernel keeps at most this many unsent bytes for a connection, beside those under way to its client."""
    expiry_margin_s: int = 30
    drain_s: float = 10.0

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return the limits that the settings ask for."""
        return cls(
            connections_per_user=settings.connections_per_user,
            connects_per_minute=settings.connects_per_minute,
            messages_per_second=settings.messages_per_second,
            origins=settings.origins,
            drain_s=settings.drain_s,
        )


class Bucket:
    """A token bucket: `size` at once, refilled by `per_second`. Times are seconds of a monotonic clock."""

    __slots__ = ("at", "per_second", "size", "tokens")

    def __init__(self, size: float, per_second: float, now: float) -> None:
        self.size = size
        self.per_second = per_second
        self.tokens = size
        self.at = now

    def take(self, now: float, count: float = 1) -> bool:
        """Take this many tokens. Returns False if there are fewer."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens < count:
            return False
        self.tokens -= count
        return True

    def is_full(self, now: float) -> bool:
        """Return whether the bucket is full, so that forgetting it loses nothing."""
        return self.tokens + (now - self.at) * self.per_second >= self.size
