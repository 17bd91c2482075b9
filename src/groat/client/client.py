"""The client and its asynchronous twin: they send what :func:`groat.client.calling.attempts` asks for."""

from __future__ import annotations

import asyncio
import inspect
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx

from groat.client import answers, table
from groat.client import (
    problems as problems,
)  # Its classes are raised from the moment on that it is imported.
from groat.client.async_calls import AsyncCalls
from groat.client.calling import Attempts, Lost, Patience, Received, Route, Sending, attempts
from groat.client.calls import Calls
from groat.client.errors import Problem, UnknownOutcome, Unreachable
from groat.client.paging import AsyncPaged, Paged
from groat.metering import Amount, AsyncMetered, JobCall, JobDoor, Metered, plan_of

T = TypeVar("T")
P = TypeVar("P")

Token = str | Callable[[], str]
Mode = Literal["add", "set"]
AsyncToken = str | Callable[[], str | Awaitable[str]]

# Servers close connections that are idle, uvicorn after 5 s. A call on one that closes at this moment would be lost.
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=4.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_SENDABLE = re.compile(r"[\x21-\x7e]+")


def _checked_address(url: str) -> str:
    address = httpx.URL(url)
    if address.scheme not in ("http", "https") or not address.host:
        raise ValueError(f'url is the server\'s address, such as "http://127.0.0.1:8000", not {url!r}')
    return url.rstrip("/")


def _checked_token(token: str) -> str:
    if not isinstance(token, str) or not _SENDABLE.fullmatch(token):
        raise ValueError("token must be an API key (groat_...) or a JSON Web Token, without spaces around it")
    return token


def _no_cookies() -> CookieJar:
    """Return a jar that takes nothing: the session of one person must not go along with the next one's call."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _arguments(base: str, sending: Sending, token: str | None) -> dict[str, Any]:
    """Return a request as httpx takes it."""
    headers = dict(sending.headers)
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    said: dict[str, Any] = {
        "method": sending.method,
        "url": base + sending.url,
        "headers": headers,
        "timeout": sending.timeout_s,
    }
    if sending.form is not None:
        said["files"] = {name: value for name, value in sending.form.items() if isinstance(value, bytes)}
        said["data"] = {name: value for name, value in sending.form.items() if not isinstance(value, bytes)}
    else:
        said["content"] = sending.body
    return said


def _lost(error: httpx.RequestError) -> Lost:
    sent = not isinstance(error, _NEVER_SENT)
    return Lost(f"no answer ({type(error).__name__}: {error})", sent)


def _late(sending: Sending) -> Lost:
    # httpx counts the time between two pieces; an answer that trickles would never end.
    return Lost(f"no whole answer within {sending.timeout_s:g} s", sent=True)


def _free_route(method: str, path: str) -> Route[Any]:
    if not path.startswith("/"):
        raise ValueError(f"path begins with a slash, as in /v1/me, not {path!r}")
    return Route(method.upper(), path, Any)


def people_of(candidate_ids: Iterable[int | str]) -> list[str]:
    """Return the ids of people as texts. Raises TypeError for a single text, which is no list of ids."""
    if isinstance(candidate_ids, str | bytes):
        raise TypeError(f"candidate_ids is a list of ids, such as [{candidate_ids!r}], not {candidate_ids!r}")
    return [str(each) for each in candidate_ids]


_METHODS = {
    "hold": "create_hold",
    "extend": "extend_hold",
    "settle": "settle_hold",
    "release": "release_hold",
}


def _door(client: Any) -> JobDoor:
    """Return the way of metered work to a server."""

    def call(what: JobCall) -> Any:
        given = {name: value for name, value in what.given.items() if value is not None}
        if "overdraft" in given:
            given["overdraft"] = str(given["overdraft"])
        of_hold = (given.pop("hold"),) if "hold" in given else ()
        return getattr(client, _METHODS[what.word])(*of_hold, **given)

    return JobDoor(call, _passes)


def _passes(error: Exception) -> bool:
    if isinstance(error, Problem):
        return error.status >= 500 or error.status == 429
    return isinstance(error, Unreachable | UnknownOutcome)


class Client(Calls):
    """A groat server, for programs that wait: ``Client("http://127.0.0.1:8000", token="groat_...")``.

    ``url`` is the server's address; with the prefix where groat is mounted in another app. ``token`` is a service's
    API key or a person's JSON Web Token, or a function that gives one and is called before each attempt. ``timeout_s``
    is how many seconds one attempt may take (bulks and files: at least 120), ``retry_for_s`` in how many seconds after
    its first failure a call is repeated, 0 for one attempt only. ``http`` sends the requests,
    where an app has a client of its own for them; the app closes it.

    It may be used from many threads. Close it at the end, or use it in a ``with`` block. Raises ValueError for an
    address or a token that cannot be one.
    """

    def __init__(
        self,
        url: str,
        token: Token | None = None,
        *,
        timeout_s: float = 15.0,
        retry_for_s: float = 30.0,
        http: httpx.Client | None = None,
    ) -> None:
        self._base = _checked_address(url)
        self._token = token if token is None or callable(token) else _checked_token(token)
        self._patience = Patience(timeout_s, retry_for_s)
        self._owns = http is None
        self._http = http or httpx.Client(cookies=_no_cookies(), limits=_LIMITS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        if self._owns:
            self._http.close()

    def with_token(self, token: Token) -> Client:
        """Return a client for another caller, such as a person, over the connections of this one."""
        patience = self._patience
        return Client(
            self._base,
            token,
            timeout_s=patience.timeout_s,
            retry_for_s=patience.retry_for_s,
            http=self._http,
        )

    def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """Call an operation that is not among the methods, such as one of an app's own program; the answer's JSON.

        Errors and repetitions are those of every call; a POST or PATCH is repeated only with a ``key``.
        """
        return self._call(_free_route(method, path), body=body, query=query, key=key, timeout_s=timeout_s)

    def update_user_credits(
        self,
        user: str,
        new_credits: int | str,
        *,
        asset: str = "CREDIT",
        reason: str = "Admin update",
        key: str | None = None,
    ) -> answers.TransactionView:
        """Set a user's balance: the difference is posted, and all screens of the user follow.

        The person and the audit log read ``reason``. For admins and services.
        """
        return self.set_balance(f"user:{user}", asset, balance=str(new_credits), reason=reason, key=key)

    def fulfill_credit_order(
        self, order: str, *, fulfilled_by: str = "", reason: str = "", key: str | None = None
    ) -> answers.RequestView:
        """Give the buyer the credits of an order; ``fulfilled_by`` may only be the caller.

        The server needs the program credits. For admins and services.
        """
        body = {"fulfilled_by": fulfilled_by, "reason": reason}
        return self._call(table.FULFILL_CREDIT_ORDER, path={"id": order}, body=body, key=key)

    def emitBulkCreditUpdate(  # noqa: N802 - apps know it by this name.
        self,
        candidate_ids: Iterable[int | str],
        credits: int | str,
        *,
        reason: str = "Admin update",
        key: str | None = None,
        asset: str = "CREDIT",
        mode: Mode = "add",
    ) -> answers.RunView:
        """Give each of these people so many credits as one run, or with ``mode="set"`` set what they have.

        All their screens follow, and each reads ``reason``. The answer is the run as it is filed: people get their
        credits a moment later, or once somebody has approved it. A call with the same ``key`` does nothing twice. For
        admins and services. Raises TypeError for ids that are no list, and Problem ``run_rows_bad`` when one of them
        can get nothing; then nobody gets anything.
        """
        people, amount = people_of(candidate_ids), str(credits)
        return self.post_run(people=people, amount=amount, asset=asset, mode=mode, reason=reason, key=key)

    def metered(
        self, account: str, estimate: Amount, asset: str, *, destination: str, key: str, **options: Any
    ) -> Metered:
        """Pay for work by what it uses: ``with groat.metered(...) as job``, and in the block ``job.use(amount)``.

        The block begins with a hold of the ``estimate``, which is extended while it runs, and ends with its settlement,
        ``job.settled``. ``options`` are ``lasts`` (seconds), ``excess`` and ``overdraft`` (as of :meth:`settle_hold`),
        ``on_error`` (``"release"`` or ``"settle"``), ``reason``, ``metadata`` and ``patience_s``.
        """
        return Metered(
            _door(self), plan_of(account, estimate, asset, destination=destination, key=key, **options)
        )

    def _call(self, route: Route[T], **given: Any) -> T:
        flow: Attempts[T] = attempts(route, self._patience, time.monotonic, **given)
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sending):
                    step = flow.send(self._exchange(step))
                else:
                    time.sleep(step)
                    step = flow.send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def _list(self, route: Route[P], **given: Any) -> Paged[Any, P]:
        query = given.pop("query")

        def page(cursor: str | None) -> P:
            return self._call(route, query={**query, "cursor": cursor}, **given)

        return Paged(page, query["cursor"])

    def _exchange(self, sending: Sending) -> Received | Lost:
        token = self._token if sending.bearer else None
        if callable(token):
            token = _checked_token(token())
        until = time.monotonic() + sending.timeout_s
        body = bytearray()
        try:
            with self._http.stream(**_arguments(self._base, sending, token)) as answer:
                for piece in answer.iter_bytes():
                    body += piece
                    if time.monotonic() > until:
                        return _late(sending)
        except httpx.RequestError as error:
            return _lost(error)
        return Received(answer.status_code, answer.headers, bytes(body))


class MoreCalls:
    """The base of classes of further operations, which a client calls."""

    def __init__(self, client: Client) -> None:
        self._call = client._call
        self._list = client._list


class AsyncClient(AsyncCalls):
    """A groat server, for programs on an event loop: the methods of :class:`Client`, awaited.

    ``token`` may be a coroutine function, too. Close it with :meth:`aclose`, or use it in an ``async with`` block.
    """

    def __init__(
        self,
        url: str,
        token: AsyncToken | None = None,
        *,
        timeout_s: float = 15.0,
        retry_for_s: float = 30.0,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._base = _checked_address(url)
        self._token = token if token is None or callable(token) else _checked_token(token)
        self._patience = Patience(timeout_s, retry_for_s)
        self._owns = http is None
        self._http = http or httpx.AsyncClient(cookies=_no_cookies(), limits=_LIMITS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the connections."""
        if self._owns:
            await self._http.aclose()

    def with_token(self, token: AsyncToken) -> AsyncClient:
        """Return a client for another caller, such as a person, over the connections of this one."""
        patience = self._patience
        return AsyncClient(
            self._base,
            token,
            timeout_s=patience.timeout_s,
            retry_for_s=patience.retry_for_s,
            http=self._http,
        )

    async def request(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
        key: str | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """Call an operation that is not among the methods, such as one of an app's own program; the answer's JSON.

        Errors and repetitions are those of every call; a POST or PATCH is repeated only with a ``key``.
        """
        route = _free_route(method, path)
        return await self._call(route, body=body, query=query, key=key, timeout_s=timeout_s)

    async def update_user_credits(
        self,
        user: str,
        new_credits: int | str,
        *,
        asset: str = "CREDIT",
        reason: str = "Admin update",
        key: str | None = None,
    ) -> answers.TransactionView:
        """Set a user's balance: the difference is posted, and all screens of the user follow.

        The person and the audit log read ``reason``. For admins and services.
        """
        return await self.set_balance(f"user:{user}", asset, balance=str(new_credits), reason=reason, key=key)

    async def fulfill_credit_order(
        self, order: str, *, fulfilled_by: str = "", reason: str = "", key: str | None = None
    ) -> answers.RequestView:
        """Give the buyer the credits of an order; ``fulfilled_by`` may only be the caller.

        The server needs the program credits. For admins and services.
        """
        body = {"fulfilled_by": fulfilled_by, "reason": reason}
        return await self._call(table.FULFILL_CREDIT_ORDER, path={"id": order}, body=body, key=key)

    async def emitBulkCreditUpdate(  # noqa: N802 - apps know it by this name.
        self,
        candidate_ids: Iterable[int | str],
        credits: int | str,
        *,
        reason: str = "Admin update",
        key: str | None = None,
        asset: str = "CREDIT",
        mode: Mode = "add",
    ) -> answers.RunView:
        """Give each of these people so many credits as one run; see :meth:`Client.emitBulkCreditUpdate`."""
        people, amount = people_of(candidate_ids), str(credits)
        return await self.post_run(
            people=people, amount=amount, asset=asset, mode=mode, reason=reason, key=key
        )

    def metered(
        self, account: str, estimate: Amount, asset: str, *, destination: str, key: str, **options: Any
    ) -> AsyncMetered:
        """Pay for work by what it uses: ``async with groat.metered(...) as job``; see :meth:`Client.metered`."""
        plan = plan_of(account, estimate, asset, destination=destination, key=key, **options)
        return AsyncMetered(_door(self), plan)

    async def _call(self, route: Route[T], **given: Any) -> T:
        flow: Attempts[T] = attempts(route, self._patience, time.monotonic, **given)
        try:
            step = next(flow)
            while True:
                if isinstance(step, Sending):
                    step = flow.send(await self._exchange(step))
                else:
                    await asyncio.sleep(step)
                    step = flow.send(None)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]

    def _list(self, route: Route[P], **given: Any) -> AsyncPaged[Any, P]:
        query = given.pop("query")

        async def page(cursor: str | None) -> P:
            return await self._call(route, query={**query, "cursor": cursor}, **given)

        return AsyncPaged(page, query["cursor"])

    async def _exchange(self, sending: Sending) -> Received | Lost:
        token = self._token if sending.bearer else None
        if callable(token):
            given = token()
            token = _checked_token(await given if inspect.isawaitable(given) else given)
        until = time.monotonic() + sending.timeout_s
        body = bytearray()
        try:
            async with self._http.stream(**_arguments(self._base, sending, token)) as answer:
                async for piece in answer.aiter_bytes():
                    body += piece
                    if time.monotonic() > until:
                        return _late(sending)
        except httpx.RequestError as error:
            return _lost(error)
        return Received(answer.status_code, answer.headers, bytes(body))


class AsyncMoreCalls:
    """The base of classes of further operations, which an asynchronous client calls."""

    def __init__(self, client: AsyncClient) -> None:
        self._call = client._call
        self._list = client._list
