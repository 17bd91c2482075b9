"""Calls, without I/O: the request of each, when it is repeated, and what it ends with.

``attempts`` is a generator. It yields a request and is sent its :class:`Received` or :class:`Lost`; or it yields a
number of seconds to wait. It returns the answer of the call, or raises its error.
"""

from __future__ import annotations

import json
import random
import re
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import quote, urlencode

import msgspec

from groat.client.errors import ClientError, Problem, UnknownOutcome, Unreachable
from groat.client.reading import read

T = TypeVar("T")

COOKIE = "groat_session"
SLOW_S = 120.0
FIRST_WAIT_S = 0.1
WAIT_S_MAX = 4.0
ATTEMPTS_AT_500_MAX = 3
"""The server failed for a reason that time alone seldom mends."""

_REPEATABLE = frozenset({"GET", "PUT", "DELETE"})
"""Methods that do the same when they are done twice."""
_UNDECIDED = frozenset({401, 408, 429})
"""These are answered before the key is looked up, so they tell nothing of an earlier attempt."""
_SECONDS = re.compile(r"[0-9]{1,9}(\.[0-9]+)?")
_KEY = re.compile(r"[\x20-\x7e]{1,255}")
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Route(Generic[T]):
    """The way to call an operation; ``answer`` is the type of its answer.

    Some set the cookie of a session, and some are called with that cookie in place of a token.
    """

    method: str
    path: str
    answer: Any
    keyed: bool = False
    slow: bool = False
    form: bool = False
    sets_cookie: bool = False
    for_cookie: bool = False


class Sending(NamedTuple):
    """A request; ``url`` begins with the path. ``form`` has the fields of a multipart body.

    ``bearer`` tells whether it bears the caller's token.
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    form: dict[str, Any] | None
    timeout_s: float
    bearer: bool


class Received(NamedTuple):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Lost(NamedTuple):
    """There is no answer. ``sent`` tells whether the server may have got the request."""

    reason: str
    sent: bool


@dataclass(frozen=True, slots=True)
class Patience:
    """The seconds of one attempt at a call, and those after its first failure in which it is repeated."""

    timeout_s: float
    retry_for_s: float


Attempts = Generator[Sending | float, Received | Lost | None, T]


def attempts(
    route: Route[T],
    patience: Patience,
    clock: Callable[[], float],
    *,
    path: Mapping[str, str] | None = None,
    body: Mapping[str, Any] | None = None,
    query: Mapping[str, Any] | None = None,
    headers: Mapping[str, str | None] | None = None,
    session: str | None = None,
    key: str | None = None,
    timeout_s: float | None = None,
) -> Attempts[T]:
    """Make a call, and repeat it under the same key while its outcome is open.

    Raises Problem, Unreachable, UnknownOutcome, and ValueError for a key or a part of the path that cannot be one.
    """
    if key is None and route.keyed:
        key = str(uuid.uuid4())
    sending = _sending(route, path or {}, body, query or {}, headers or {}, session, key)
    limit_s = timeout_s or (max(SLOW_S, patience.timeout_s) if route.slow else patience.timeout_s)
    sending = sending._replace(timeout_s=limit_s + float((query or {}).get("wait") or 0))
    repeatable = key is not None or route.method in _REPEATABLE
    is_open = False
    until: float | None = None
    for attempt in range(1, 1_000_000):
        got = yield sending
        assert got is not None
        failed: Problem | Lost
        if isinstance(got, Received):
            found = _judge(got, route)
            if isinstance(found, _Understood):
                return found.value  # type: ignore[no-any-return]
            failed = found
        else:
            failed = got
        is_open = is_open or _leaves_open(failed)
        until = until or clock() + patience.retry_for_s
        wait_s = _wait_s(failed, attempt)
        if not _may_pass(failed, attempt) or (is_open and not repeatable) or clock() + wait_s > until:
            raise _failure(failed, sending, attempt, key, is_open=is_open and route.method != "GET")
        yield wait_s
    raise AssertionError


class _Understood(NamedTuple):
    value: Any


def _judge(got: Received, route: Route[Any]) -> _Understood | Problem | Lost:
    if not (200 <= got.status < 300 or got.status == 304):
        return problem_of(got)
    try:
        value: Any = None if got.status in (204, 304) else read(got.body, route.answer)
    except ValueError as error:
        return Lost(f"an answer that cannot be read ({error}), so perhaps not groat's", sent=True)
    if route.sets_cookie:
        value = msgspec.structs.replace(value, cookie=_cookie_of(got))
    return _Understood(value)


def _cookie_of(got: Received) -> str:
    morsel = SimpleCookie(got.headers.get("set-cookie", "")).get(COOKIE)
    return morsel.value if morsel else ""


def problem_of(got: Received) -> Problem:
    """Return the problem that an answer with a status of failure tells."""
    retry_after_s = _retry_after_s(got.headers)
    try:
        document = json.loads(got.body)
    except ValueError:
        document = None
    if isinstance(document, dict) and isinstance(document.get("code"), str):
        return Problem.of(document, got.status, retry_after_s)
    location = got.headers.get("location")
    elsewhere = f" It says {location}: give that address." if location else ""
    detail = f"The answer is not groat's, but of something in between.{elsewhere}"
    return Problem(f"http_{got.status}", got.status, detail, None, retry_after_s)


def _retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds Retry-After asks to wait: a number, or until a date."""
    said = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(said):
        return float(said)
    then = _time_of(said)
    if then is None:
        return None
    # The clock of the date's writer counts, which the answer shows, and not the caller's.
    return max(0.0, then - (_time_of(headers.get("date", "")) or time.time()))


def _time_of(date: str) -> float | None:
    """Return the seconds since 1970 of a date of HTTP, None for another text."""
    try:
        then = parsedate_to_datetime(date)
    except ValueError:
        return None
    # All dates of HTTP are in UTC; one of its forms does not say so.
    return (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp()


def _sending(
    route: Route[Any],
    path: Mapping[str, str],
    body: Mapping[str, Any] | None,
    query: Mapping[str, Any],
    more: Mapping[str, str | None],
    session: str | None,
    key: str | None,
) -> Sending:
    headers = {name: value for name, value in more.items() if value is not None}
    headers["Accept"] = "*/*" if route.answer in (str, bytes) else "application/json"
    if key is not None:
        if not _KEY.fullmatch(key):
            raise ValueError(f"a key is 1 to 255 printable ASCII characters, not {key!r}")
        headers["Idempotency-Key"] = key
    if session is not None:
        headers["Cookie"] = f"{COOKIE}={session}"
    url = route.path
    for name, value in path.items():
        url = url.replace(f"{{{name}}}", _segment(name, value))
    given = {name: _text(value) for name, value in query.items() if value is not None}
    if given:
        url += f"?{urlencode(given)}"
    content, form = None, None
    if route.form:
        form = {name: value for name, value in (body or {}).items() if value is not msgspec.UNSET}
    elif body is not None:
        headers["Content-Type"] = "application/json"
        content = _encode({name: value for name, value in body.items() if value is not msgspec.UNSET})
    return Sending(route.method, url, headers, content, form, 0.0, not route.for_cookie)


def _segment(name: str, value: str) -> str:
    # These would lead to another operation; servers and proxies read an escaped slash as one.
    if not isinstance(value, str) or value in ("", ".", "..") or "/" in value:
        raise ValueError(f"{name} must be a text that can be part of an address, not {value!r}")
    return quote(value, safe="")


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _leaves_open(failed: Problem | Lost) -> bool:
    """Return whether the server may have done what was asked, though it has not said so."""
    if isinstance(failed, Lost):
        return failed.sent
    return failed.status >= 500 and failed.code != "command_failed"


def _may_pass(failed: Problem | Lost, attempt: int) -> bool:
    """Return whether the same call may pass later."""
    if isinstance(failed, Lost):
        return True
    if failed.status == 500:
        return failed.code != "command_failed" and attempt < ATTEMPTS_AT_500_MAX
    return failed.status > 500 or failed.status in (408, 429)


def _decides(failed: Problem | Lost) -> bool:
    """Return whether this answer decides an earlier attempt, too: no when it was given before the key was looked up."""
    if isinstance(failed, Lost) or _leaves_open(failed):
        return False
    return (
        failed.status not in _UNDECIDED and failed.code != "forbidden" and not failed.code.startswith("http_")
    )


def _wait_s(failed: Problem | Lost, attempt: int) -> float:
    """Return how long to wait: longer with each attempt, half of it by chance, on top of what the server asks for."""
    most = min(WAIT_S_MAX, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 10))
    wait_s = most / 2 + random.random() * most / 2  # noqa: S311  (no secret: it spreads callers)
    return wait_s if isinstance(failed, Lost) else wait_s + (failed.retry_after_s or 0.0)


def _failure(
    failed: Problem | Lost, sending: Sending, attempt: int, key: str | None, *, is_open: bool
) -> ClientError:
    """Return what a call that is not repeated any more ends with."""
    tried = f"{sending.method} {sending.url}, {attempt} attempt{'s' if attempt > 1 else ''}"
    said = failed.reason if isinstance(failed, Lost) else str(failed)
    if is_open and not _decides(failed):
        advice = (
            "Look whether it was done before you repeat it."
            if key is None
            else f"Repeat it with the key {key!r}."
        )
        error = UnknownOutcome(f"{tried}: {said}. It may have been done or not. {advice}", key)
        error.__cause__ = None if isinstance(failed, Lost) else failed
        return error
    return Unreachable(f"{tried}: {said}") if isinstance(failed, Lost) else failed
