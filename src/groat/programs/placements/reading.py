"""Read placements and candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from groat.ledger.amounts import AMOUNT_MAX, Asset, format_amount
from groat.ledger.text import format_time
from groat.programs.days import day_of, moment_of, month_of
from groat.programs.placements.rows import ActRow, PlacementFile, call_of
from groat.programs.placements.views import (
    CandidateDashboard,
    CandidateView,
    FileCandidate,
    PlacementActView,
    PlacementMember,
    PlacementView,
    PlaceView,
    act_view,
    amount_of,
    placement_view,
)
from groat.store.flow import Flow, Query

PEOPLE_AT_ONCE = 1_000
PLACES_MAX = 200
ACTS_AT_ONCE = 20


class Spot(NamedTuple):
    """A place in the list of placements: the next ones are older."""

    at: int = AMOUNT_MAX
    id: str = ""


def find_placement(id: str) -> Flow[PlacementView | None]:
    """Find a placement with its counts."""
    rows = yield Query("find_placements", ([id],))
    return placement_view(list(rows[0])) if rows else None


def page_placements(
    before: Spot, archived: bool, limit: int
) -> Flow[tuple[list[PlacementView], Spot | None]]:
    """Read the next placements, the newest first, with the spot to go on from."""
    spots = yield Query("page_placements", (*before, int(archived), limit))
    ids = [id for id, _ in spots]
    found = {values[0]: list(values) for values in (yield Query("find_placements", (ids,)))} if ids else {}
    last = Spot(spots[-1][1], spots[-1][0]) if len(spots) == limit else None
    return [placement_view(found[id]) for id in ids if id in found], last


def find_file(id: str) -> Flow[PlacementFile | None]:
    """Find a file."""
    values = yield Query("find_placement_file", (id,))
    return None if values is None else PlacementFile(*values)


def find_file_of_draft(draft: str) -> Flow[PlacementFile | None]:
    """Find the file whose rows a draft has."""
    values = yield Query("find_file_of_draft", (draft,))
    return None if values is None else PlacementFile(*values)


def page_files(placement: str, before: str, limit: int) -> Flow[list[tuple[PlacementFile, int, int]]]:
    """Read the next files of a placement before an id, the newest first, with how many people each places and made."""
    rows = yield Query("list_placement_files", (placement, before, limit))
    return [(PlacementFile(*values), placed, fresh) for *values, placed, fresh in rows]


def page_acts(placement: str, before: str, limit: int, asset: Asset) -> Flow[list[PlacementActView]]:
    """Read the next acts that gave credits before an id, the newest first."""
    rows = yield Query("list_placement_acts", (placement, before, limit))
    return [act_view(list(values), asset) for values in rows]


def find_act(principal: str, key: str) -> Flow[ActRow | None]:
    """Find the act of a call, by whose it was and its key."""
    values = yield Query("find_placement_act", (call_of(principal, key),))
    return None if values is None else ActRow(*values)


def pending_acts(age: int) -> Flow[list[ActRow]]:
    """Read the oldest acts that are not done, so many microseconds after they were taken."""
    (now,) = yield Query("read_now")
    rows = yield Query("pending_placement_acts", (now - age, ACTS_AT_ONCE))
    return [ActRow(*values) for values in rows]


def end_act(principal: str, key: str) -> Flow[None]:
    """Note that the act of a call is done."""
    yield Query("end_placement_act", (call_of(principal, key),))


def let_rows_go(age: int) -> Flow[None]:
    """Keep the rows of files no longer whose placements went into the archive so many microseconds ago."""
    (now,) = yield Query("read_now")
    yield Query("let_placement_rows_go", (now - age,))


def page_file_candidates(file: str, after: int, limit: int, asset: Asset) -> Flow[list[FileCandidate]]:
    """Read the next candidates of a file behind a line."""
    rows = yield Query("page_file_members", (file, after, limit))
    had = yield from _balances((row[0] for row in rows), asset)
    return [
        FileCandidate(
            user=user,
            email=email,
            name=name,
            origin=origin,
            line=line,
            amount=format_amount(amount, asset.scale),
            balance=amount_of(had, f"user:{user}", asset),
            fresh=bool(fresh),
        )
        for user, email, name, origin, _, fresh, line, amount in rows
    ]


def page_members(
    placement: str, after: str, limit: int, sought: str, asset: Asset
) -> Flow[list[PlacementMember]]:
    """Read the next candidates of a placement behind an id, with a text in id, name or e-mail address."""
    rows = yield Query("page_placement_members", (placement, after, limit, sought.lower()))
    had = yield from _balances((row[0] for row in rows), asset)
    return [
        PlacementMember(
            user,
            email,
            name,
            origin,
            format_time(at),
            amount_of(had, f"user:{user}", asset),
            files,
            bool(fresh),
        )
        for user, email, name, origin, at, fresh, files in rows
    ]


def page_candidates(
    after: str, limit: int, sought: str, which: str, asset: Asset
) -> Flow[list[CandidateView]]:
    """Read the next candidates behind an id: ``which`` of them, with a text in id, name or e-mail address."""
    rows = yield Query("page_placement_candidates", (after, limit, sought.lower(), which))
    had = yield from _balances((row[0] for row in rows), asset)
    return [_candidate(row, had, asset) for row in rows]


def find_candidate(user: str, asset: Asset) -> Flow[CandidateView | None]:
    """Find a candidate."""
    row = yield Query("find_placement_candidate", (user,))
    if row is None:
        return None
    had = yield from _balances([user], asset)
    return _candidate(row, had, asset)


def read_dashboard(user: str, asset: Asset) -> Flow[CandidateDashboard]:
    """Read all of a candidate's dashboard but the latest change and what their record says."""
    (now,) = yield Query("read_now")
    start = moment_of(day_of(now).replace(day=1))
    figures = yield Query("figures_of_candidate", (f"user:{user}", asset.code, start))
    balance, held, _, arrived, taken, left, back, updates = figures or (0,) * 8
    row = yield Query("find_placement_candidate", (user,))
    places = yield Query("placements_of_candidate", (user, PLACES_MAX))

    def text(units: int) -> str:
        return format_amount(units, asset.scale)

    return CandidateDashboard(
        user=user,
        email="" if row is None else row[1],
        name="" if row is None else row[2],
        asset=asset.code,
        credits=text(balance - held),
        held=text(held),
        month=month_of(now),
        granted=text(arrived - taken),
        spent=text(left - back),
        updates=updates,
        last_update=None,
        placements=[
            PlaceView(id, title, archived is not None, format_time(at), files)
            for id, title, _, archived, at, files in places
        ],
    )


def page_member_ids(placement: str, file: str, after: str) -> Flow[list[str]]:
    """Read the next candidates' ids: of a file, of all files (``*``), of everybody (``""``)."""
    rows = yield Query("page_member_ids", (placement, file, after, PEOPLE_AT_ONCE))
    return [user for (user,) in rows]


def match(users: Sequence[str], emails: Sequence[str]) -> Flow[tuple[set[str], dict[str, list[str]]]]:
    """Find candidates by ids and by e-mail addresses (lower case); of one address there may be several."""
    known = {row[0] for row in (yield Query("candidates_by_ids", (list(users),)))}
    by_email: dict[str, list[str]] = {}
    for email, user in (yield Query("candidates_by_emails", (list(emails),))):
        by_email.setdefault(email, []).append(user)
    return known, by_email


def _balances(users: Iterable[str], asset: Asset) -> Flow[dict[str, int]]:
    paths = [f"user:{user}" for user in users]
    return dict((yield Query("balances_of_candidates", (paths, asset.code)))) if paths else {}


def _candidate(row: Any, had: dict[str, int], asset: Asset) -> CandidateView:
    user, email, name, origin, made_at, placements = row
    balance = amount_of(had, f"user:{user}", asset)
    return CandidateView(user, email, name, origin, format_time(made_at), balance, placements)
