"""Which web pages may open a live connection."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit


def is_allowed(origin: str | None, host: str, allowed: Collection[str]) -> bool:
    """Whether a page of this origin may connect to this host.

    Only browsers send an Origin, and they cannot leave it out; a program without one is let through, for it holds a
    token of its own. Otherwise the origin must be listed, or be the host that was asked for. `*` lists all.
    """
    if origin is None or "*" in allowed:
        return True
    if origin.rstrip("/").lower() in {each.rstrip("/").lower() for each in allowed}:
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(host) and parts.netloc.lower() == host.lower()
