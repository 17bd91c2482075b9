"""Flows that look requests up, and those that keep who views them at present."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from groat.ledger.amounts import Asset
from groat.programs.workflow.rows import RequestRow, StepRow
from groat.programs.workflow.views import request_view
from groat.store.assets import learn_assets
from groat.store.flow import Flow, Query

OPEN_MAX = 50
"""A person's snapshot holds at most this many open requests (rule S4)."""

STEPS_MAX = 50
"""A single request comes with at most this many steps, the newest ones."""

LATEST = 2**31
"""A number above all versions: read from the newest step on."""


class DueRequest(NamedTuple):
    """A request that is due, as it stands: ``due_at`` and how much later it is now (``late``) are in microseconds."""

    id: str
    kind: str
    state: str
    version: int
    due_at: int
    late: int


class Page(NamedTuple):
    """A page of requests. The next page begins behind ``last``, an id and an amount; None: there is none."""

    rows: list[RequestRow]
    last: tuple[str, int] | None


def find(id: str) -> Flow[RequestRow | None]:
    """Find a request by its id."""
    found = yield Query("find_requests", ([id],))
    return RequestRow(*found[0]) if found else None


def find_many(ids: Sequence[str]) -> Flow[dict[str, RequestRow | None]]:
    """Find the requests of these ids; None for those that do not exist."""
    found = {values[0]: RequestRow(*values) for values in (yield Query("find_requests", (list(ids),)))}
    return dict.fromkeys(ids) | found


def find_whole(id: str, before: int, limit: int) -> Flow[tuple[RequestRow, list[StepRow]] | None]:
    """Find a request with up to ``limit`` steps below the version ``before``, the newest first."""
    row = yield from find(id)
    if row is None:
        return None
    return row, [StepRow(*values) for values in (yield Query("page_steps", (id, before, limit)))]


def page_of(sort: str, owner: str, kind: str, state: str, after: str, limit: int) -> Flow[Page]:
    """An owner's requests, ``sort`` newest or oldest first, behind an id."""
    rows = yield Query(f"page_requests_of_{sort}", (owner, after, kind, state, limit))
    return (yield from _page([id for (id,) in rows], limit))


def page(sort: str, kind: str, state: str, after: str, limit: int) -> Flow[Page]:
    """Everybody's requests, ``sort`` newest or oldest first, behind an id."""
    rows = yield Query(f"page_requests_{sort}", (after, kind, state, limit))
    return (yield from _page([id for (id,) in rows], limit))


def page_children(
    sort: str, parent: str, owner: str, kind: str, state: str, after: str, limit: int
) -> Flow[Page]:
    """The requests that belong to another, ``sort`` newest or oldest first, behind an id."""
    rows = yield Query(f"page_children_{sort}", (parent, after, kind, state, owner, limit))
    return (yield from _page([id for (id,) in rows], limit))


def in_state(kind: str, state: str, after: str, limit: int) -> Flow[list[RequestRow]]:
    """A kind's requests in a state behind an id, the oldest first."""
    rows = yield Query("requests_in_state", (kind, state, after, limit))
    return (yield from _page([id for (id,) in rows], limit)).rows


def page_waiting(
    sort: str, owner: str, kind: str, state: str, after: tuple[str, int], limit: int
) -> Flow[Page]:
    """Requests that wait for a decision, ``sort`` newest, oldest or largest first, behind (id, amount)."""
    rows = yield Query(f"page_waiting_{sort}", (*after, kind, state, owner, limit))
    return (yield from _page([id for id, _ in rows], limit))


def _page(ids: list[str], limit: int) -> Flow[Page]:
    found = (
        {values[0]: RequestRow(*values) for values in (yield Query("find_requests", (ids,)))} if ids else {}
    )
    rows = [found[id] for id in ids]
    last = (rows[-1].id, rows[-1].amount or 0) if len(rows) == limit else None
    return Page(rows, last)


def count_waiting() -> Flow[dict[str, int]]:
    """Count the requests of each kind that wait for a decision."""
    return dict((yield Query("count_waiting")))


def open_requests(owner: str) -> Flow[list[RequestRow]]:
    """The newest open requests of an owner."""
    ids = [id for (id,) in (yield Query("open_requests_of", (owner, OPEN_MAX)))]
    return (yield from _page(ids, OPEN_MAX)).rows


def due(kinds: list[str], after: tuple[int, str], limit: int) -> Flow[list[DueRequest]]:
    """Requests of these kinds whose time has come, the longest due first, behind (due_at, id)."""
    return [DueRequest(*values) for values in (yield Query("due_requests", (kinds, *after, limit)))]


def mark_present(request: str, viewer: str, lasts: int) -> Flow[dict[str, list[tuple[str, int]]]]:
    """Note that somebody views a request for ``lasts`` microseconds from now; returns the same as :func:`presence`."""
    yield Query("forget_presence")
    yield Query("mark_present", (request, viewer, lasts))
    return (yield from presence())


def presence() -> Flow[dict[str, list[tuple[str, int]]]]:
    """Read the present viewers of each request: (viewer, until) pairs, ``until`` in microseconds."""
    found: dict[str, list[Any]] = {}
    for request, viewer, until in (yield Query("find_presence")):
        found.setdefault(request, []).append((viewer, until))
    return found


def contribute(streams: Sequence[str]) -> Flow[dict[str, dict[str, Any]]]:
    """Add a stream's open requests to its snapshot, the newest first; rooms of roles have none."""
    fields: dict[str, dict[str, Any]] = {}
    assets: dict[str, Asset] = {}
    for stream in streams:
        if not stream.startswith("role:"):
            rows = yield from open_requests(stream)
            yield from learn_assets(assets, (asset for row in rows for asset in row.assets()))
            fields[stream] = {"requests": [request_view(row, assets) for row in rows]}
    return fields
