"""Give credits to the candidates of a file, of all files, or of a placement: each act is a run.

Whoever a file names is reached by id, then by e-mail address, whether or not they are placed anywhere. The run checks
every row before anything is posted (:mod:`groat.programs.runs`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Literal, NamedTuple

from groat.facade import Groat
from groat.ledger.amounts import Asset, parse_amount
from groat.ledger.book import refuse
from groat.ledger.errors import InvalidInput, Refusal, Refused
from groat.ledger.keys import Key, as_key, derive
from groat.programs.notifications.notices import is_person
from groat.programs.placements import reading
from groat.programs.placements.commands import PROCESS, Give, PlaceCandidates, Placing
from groat.programs.placements.errors import PlacementError
from groat.programs.placements.rows import ActRow, PlacementFile, caller_of
from groat.programs.placements.views import CreditsGiven, PlacementView
from groat.programs.runs.errors import RunError
from groat.programs.runs.kind import STAFF
from groat.programs.runs.views import RunDraft, RunRowView, RunView
from groat.programs.runs.words import DraftRow, Runs
from groat.programs.workflow import ADMIN, SERVICE
from groat.store.reading import LAST_ID

ROWS_AT_ONCE = 500
FILES_AT_ONCE = 100
SHOWN_MAX = 20

OF_AMOUNTS = frozenset(
    {
        "duplicate",
        "too_many_digits",
        "invalid_amount",
        "balance_overflow",
        "ceiling_exceeded",
        "account_frozen",
    }
)
"""The problems of rows that are those of their own amounts, beside the codes that begin with amount."""

BY_FILE = "updateFileCredits"
BY_FILES = "assignBulkFileCredits"
BY_PLACEMENT = "assignPlacementCredits"


class Wish(NamedTuple):
    """The credits that somebody wants to give: by the operation ``act``, of one file or ("") of several.

    ``credits`` is what each candidate gets, None for what the file says. With ``leave_out`` rows that cannot be posted
    are left out, otherwise they refuse all.
    """

    act: str
    placement: str
    file: str
    credits: str | None
    mode: Literal["add", "set"]
    reason: str
    leave_out: bool = False


class Reaching(NamedTuple):
    """Everybody whom a wish reaches: rows of the run, whom to place, e-mail addresses that several candidates have.

    ``bad`` rows of the files do not say whom they mean, or how much.
    """

    rows: list[DraftRow]
    people: list[Placing]
    ambiguous: list[str]
    bad: int


class Giver(NamedTuple):
    """The caller who gives: a principal with its roles, and its key for this act."""

    principal: str
    roles: frozenset[str]
    key: Key


async def preview(groat: Groat, wish: Wish, giver: Giver) -> CreditsGiven:
    """Tell who would get what, and what cannot be posted: as a draft, which nobody has filed.

    Raises PlacementError, and Refused where the placement is archived.
    """
    placement, file = await _look(groat, wish)
    _check_open(placement)
    asset = await groat.asset(placement.asset)
    _units(wish, asset)
    reached = await _reach(groat, wish, file, asset)
    draft = await _draft(groat, wish, giver, placement, file, reached)
    return _given(wish, reached, draft, dry_run=True)


async def give(groat: Groat, wish: Wish, giver: Giver) -> CreditsGiven:
    """Give the credits by a run, or file the run where it needs approval. The same key has the same effect.

    Raises PlacementError ``nobody_reached``, ``credits_rows_bad``, ``candidates_ambiguous``, ``file_processed``, and
    what the preview raises.
    """
    if giver.roles.isdisjoint(STAFF):
        raise Refused(refuse("not_allowed"))
    runs = groat.program(Runs)
    placement, file = await _look(groat, wish)
    asset = await groat.asset(placement.asset)
    units = _units(wish, asset)
    before = await groat.read(reading.find_act, giver.principal, giver.key)
    reached = await _reach(groat, wish, file, asset)
    if before is None:
        _check_open(placement)
        draft = await _new_draft(groat, wish, giver, placement, file, reached)
    else:
        draft = await runs.read(before.draft)
    verdict = await groat.execute(
        Give(
            principal=giver.principal,
            key=giver.key,
            reason=wish.reason,
            placement=placement.id,
            file=wish.file,
            act=wish.act,
            draft=draft.id,
            amount=units,
            mode=wish.mode,
            people=draft.summary.people,
            total=parse_amount(draft.summary.total, asset, signed=True),
            scale=asset.scale,
            uploaded=file.draft if file is not None and wish.act == PROCESS else "",
        )
    )
    if isinstance(verdict, Refusal):
        raise Refused(verdict)
    if verdict.extra["draft"] != draft.id:
        # Somebody was here before: under the same key, or (processing goes on) under another one.
        draft = await runs.read(verdict.extra["draft"])
    if verdict.extra["again"] and draft.run is not None:
        raise PlacementError("file_processed", file=wish.file, run=draft.run)
    given = _given(wish, reached, draft, dry_run=False)
    given.run = await _finish(groat, wish, giver, reached.people, draft)
    return given


async def complete(groat: Groat, act: ActRow) -> None:
    """Do what is left of an act whose server died. Raises PlacementError, RunError, Refused, StoreError."""
    principal, key = caller_of(act.call)
    roles = frozenset({ADMIN if is_person(principal) else SERVICE})
    wish = Wish(act.act, act.placement, act.file, None, "add", act.reason)
    people: list[Placing] = []
    if act.act == PROCESS:
        placement, file = await _look(groat, wish)
        assert file is not None
        people = (await _of_file(groat, wish, file, await groat.asset(placement.asset))).people
    draft = await groat.program(Runs).read(act.draft)
    await _finish(groat, wish, Giver(principal, roles, as_key(key)), people, draft)


async def _finish(groat: Groat, wish: Wish, giver: Giver, people: list[Placing], draft: RunDraft) -> RunView:
    """Place the people of an act that was taken, and file its run: each has its key, so nothing is done twice."""
    if wish.act == PROCESS:
        await _place(groat, wish, giver, people)
    run = await _run(groat, giver, draft)
    await groat.write(reading.end_act, giver.principal, giver.key)
    return run


async def _new_draft(
    groat: Groat,
    wish: Wish,
    giver: Giver,
    placement: PlacementView,
    file: PlacementFile | None,
    reached: Reaching,
) -> RunDraft:
    """Make the draft of the run. Raises PlacementError unless it can be filed as it was wished."""
    runs = groat.program(Runs)
    if wish.act == PROCESS and file is not None:
        uploaded = await runs.read(file.draft)
        if uploaded.run is not None:
            # Somebody has filed the rows as they were uploaded, so that only the candidates are missing.
            return uploaded
    draft = await _draft(groat, wish, giver, placement, file, reached)
    try:
        _check(wish, reached, draft)
    except PlacementError:
        await runs.discard(draft.id)
        raise
    return draft


async def _run(groat: Groat, giver: Giver, draft: RunDraft) -> RunView:
    """File a draft, or find the run that it became by another call."""
    runs = groat.program(Runs)
    key = derive(giver.key, "run")
    try:
        return await runs.file(draft.id, draft.version, by=giver.principal, roles=giver.roles, key=key)
    except Refused as refused:
        run = (await runs.read(draft.id)).run
        if refused.code != "draft_filed" or run is None:
            raise
    found = await runs.get(run)
    assert found is not None
    return found


async def _look(groat: Groat, wish: Wish) -> tuple[PlacementView, PlacementFile | None]:
    placement = await groat.read(reading.find_placement, wish.placement)
    if placement is None:
        raise PlacementError("placement_not_found", placement=wish.placement)
    if not wish.file:
        return placement, None
    file = await groat.read(reading.find_file, wish.file)
    if file is None or file.placement != placement.id:
        raise PlacementError("file_not_found", file=wish.file)
    return placement, file


async def _reach(groat: Groat, wish: Wish, file: PlacementFile | None, asset: Asset) -> Reaching:
    """Find everybody whom the wish reaches, each once."""
    if file is not None:
        return await _of_file(groat, wish, file, asset)
    rows: dict[str, DraftRow] = {}
    ambiguous: list[str] = []
    bad = 0
    async for each in _files(groat, wish.placement):
        found = await _of_file(groat, wish, each, asset)
        ambiguous += found.ambiguous
        bad += found.bad
        for row in found.rows:
            rows.setdefault(row.user or row.email or row.name, row)
    if wish.act == BY_PLACEMENT:
        for user in await _members(groat, wish.placement, ""):
            rows.setdefault(user, DraftRow(user=user))
    return Reaching(list(rows.values()), [], ambiguous, bad)


async def _files(groat: Groat, placement: str) -> AsyncIterator[PlacementFile]:
    before = LAST_ID
    while page := await groat.read(reading.page_files, placement, before, FILES_AT_ONCE):
        for file, _, _ in page:
            yield file
        before = page[-1][0].id


async def _of_file(groat: Groat, wish: Wish, file: PlacementFile, asset: Asset) -> Reaching:
    """Find everybody whom a file names: its candidates once it was processed, before that whoever its rows mean."""
    if file.processed_at is not None and wish.credits is not None:
        users = await _members(groat, file.placement, file.id)
        return Reaching([DraftRow(user=user) for user in users], [], [], 0)
    reached = Reaching([], [], [], 0)
    runs, start, seen = groat.program(Runs), 0, set[str]()
    while True:
        try:
            page = await runs.rows(file.draft, start=start, limit=ROWS_AT_ONCE)
        except RunError as error:
            if error.code != "draft_not_found":
                raise
            raise PlacementError("file_expired", file=file.id) from None
        reached = reached._replace(
            bad=reached.bad + sum(not _counts(wish, row) for row in page.items if row.problem)
        )
        await _match(groat, wish, [row for row in page.items if _counts(wish, row)], asset, reached, seen)
        start += len(page.items)
        if not page.items or start >= page.total:
            return reached


def _counts(wish: Wish, row: RunRowView) -> bool:
    """Return whether a row says whom the wish reaches: it is chosen, or only its own amount keeps it from being so."""
    if row.problem is None:
        return row.selected
    code = row.problem.code
    return wish.credits is not None and (code.startswith("amount_") or code in OF_AMOUNTS)


async def _match(
    groat: Groat, wish: Wish, rows: Sequence[RunRowView], asset: Asset, reached: Reaching, seen: set[str]
) -> None:
    """Match rows with candidates: by id, then by e-mail address. Candidates may have no account here yet."""
    emails = {_email(row) for row in rows} - {""}
    known, by_email = await groat.read(reading.match, [row.user for row in rows], sorted(emails))
    for row in rows:
        user, email, new = row.user, _email(row), not row.known
        if new and user in known:
            new = False
        elif new and email in by_email:
            if len(by_email[email]) > 1:
                reached.ambiguous.append(email)
                continue
            user, new = by_email[email][0], False
        if wish.credits is not None and user:
            if user in seen:
                continue
            seen.add(user)
        named = {"user": user} if user else {"email": row.email, "name": row.name}
        amount = row.amount if wish.credits is None else ""
        reached.rows.append(DraftRow(amount=amount, reason=row.reason, line=row.line, raw=row.raw, **named))
        if wish.credits is None:
            units = parse_amount(row.amount, asset)
            reached.people.append(Placing(user, email, row.name, row.line, units, new))


async def _members(groat: Groat, placement: str, file: str) -> list[str]:
    users: list[str] = []
    while True:
        found = await groat.read(reading.page_member_ids, placement, file, users[-1] if users else "")
        users += found
        if len(found) < reading.PEOPLE_AT_ONCE:
            return users


async def _draft(
    groat: Groat,
    wish: Wish,
    giver: Giver,
    placement: PlacementView,
    file: PlacementFile | None,
    reached: Reaching,
) -> RunDraft:
    return await groat.program(Runs).draft(
        reached.rows,
        by=giver.principal,
        asset=placement.asset,
        mode=wish.mode,
        reason=wish.reason,
        name=placement.title if file is None else file.name,
        # A person named twice gets both amounts of a file that was processed, but an amount for all only once.
        duplicates="sum" if wish.credits is None else "first",
        operation=wish.act,
        amount=wish.credits,
        digest=file.digest if file is not None and wish.act == PROCESS else None,
    )


def _check(wish: Wish, reached: Reaching, draft: RunDraft) -> None:
    """Raise PlacementError unless the run can be filed as it was wished."""
    summary = draft.summary
    if reached.ambiguous and not wish.leave_out:
        raise PlacementError("candidates_ambiguous", emails=reached.ambiguous[:SHOWN_MAX])
    if (summary.bad or reached.bad) and not wish.leave_out:
        raise PlacementError("credits_rows_bad", bad=summary.bad + reached.bad)
    if not summary.selected:
        raise PlacementError("nobody_reached")


async def _place(groat: Groat, wish: Wish, giver: Giver, people: list[Placing]) -> None:
    """Place the file's candidates, a thousand at once. Those who have their places are let be."""
    for start in range(0, len(people), reading.PEOPLE_AT_ONCE):
        verdict = await groat.execute(
            PlaceCandidates(
                principal=giver.principal,
                key=derive(giver.key, "place", start),
                reason=wish.reason,
                placement=wish.placement,
                file=wish.file,
                people=tuple(people[start : start + reading.PEOPLE_AT_ONCE]),
            )
        )
        if isinstance(verdict, Refusal):
            raise Refused(verdict)


def _units(wish: Wish, asset: Asset) -> int | None:
    """Return what each candidate gets in smallest units, None for what the file says. Raises InvalidInput."""
    if wish.credits is None:
        return None
    units = parse_amount(wish.credits, asset)
    if units < 0 or (units == 0 and wish.mode == "add"):
        raise InvalidInput("amount_not_positive")
    return units


def _check_open(placement: PlacementView) -> None:
    """Raise Refused ``placement_archived`` for a placement in the archive."""
    if placement.archived_at is not None:
        raise Refused(refuse("placement_archived", placement=placement.id, archived_at=placement.archived_at))


def _given(wish: Wish, reached: Reaching, draft: RunDraft, *, dry_run: bool) -> CreditsGiven:
    return CreditsGiven(
        act=wish.act,
        placement=wish.placement,
        file=wish.file or None,
        dry_run=dry_run,
        people=draft.summary.people,
        new_people=sum(person.fresh for person in reached.people),
        total=draft.summary.total,
        left_out=draft.summary.bad + reached.bad,
        ambiguous=reached.ambiguous[:SHOWN_MAX],
        draft=draft,
        run=None,
    )


def _email(row: RunRowView) -> str:
    """Return the e-mail address that a row names, in lower case, "" for none."""
    return (row.email or (row.user if "@" in row.user else "")).lower()
