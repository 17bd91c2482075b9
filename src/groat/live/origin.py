"""Decide which web pages may open a live connection and make calls with a cookie."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

import structlog

from groat.settings import whereabouts
from groat.sparing import SparingLog

_PORTS = {"http": ":80", "https": ":443"}
_PORT = re.compile(r":\d+\Z", re.ASCII)

log = SparingLog(structlog.stdlib.get_logger("groat.origins"))


def is_allowed(origin: str | None, host: str, allowed: Collection[str]) -> bool:
    """Return whether a page of this origin may connect to this host.

    Only browsers send an Origin, and they cannot leave it out; a program without one is let through, for it holds a
    token of its own. Otherwise the origin must be listed, or be the host that was asked for. `*` lists all. A scheme's
    default port may be named or left out on either side.
    """
    if origin is None or "*" in allowed:
        return True
    if is_listed(origin, {normal(each) for each in allowed}):
        return True
    try:
        parts = urlsplit(origin)
    except ValueError:
        return False
    port = _PORTS.get(parts.scheme)
    if port is None or not host:
        return False
    return parts.netloc.lower().removesuffix(port) == host.lower().removesuffix(port)


def is_listed(origin: str, listed: Collection[str]) -> bool:
    """Return whether origins in normal form name this one, or with ``:*`` its scheme and host at any port."""
    plain = normal(origin)
    return plain in listed or f"{_PORT.sub('', plain)}:*" in listed


def normal(origin: str) -> str:
    """Return an origin in comparable form: in lower case, without a final slash and its scheme's default port."""
    origin = origin.strip().rstrip("/").lower()
    return origin.removesuffix(_PORTS.get(origin.partition("://")[0], "/"))


def tell(origin: str | None, host: str) -> None:
    """Log, at a bounded rate, that a page of this origin was refused and which setting would admit it."""
    shown = (origin or "")[:200]
    log.warning(
        "origin_refused",
        shown[:60],
        origin=shown,
        host=host[:200],
        setting="origins",
        hint=f"If pages of {shown} may call, add it to {whereabouts('origins')}.",
    )
