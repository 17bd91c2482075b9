"""The commands of placements: make one, change it, archive it, attach files, place candidates, note who got credits."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import msgspec

from groat.identity.model import check_user
from groat.ledger.amounts import Asset, format_amount
from groat.ledger.book import AuditEntry, Book, Refs, refuse
from groat.ledger.commands import Command, Effect, check_known
from groat.ledger.errors import Refusal
from groat.ledger.rows import TransactionRow
from groat.ledger.text import check_text, format_time
from groat.programs.placements.errors import PlacementError
from groat.programs.placements.rows import (
    ACT,
    CANDIDATE,
    FILE,
    MEMBER,
    NAME,
    PLACEMENT,
    ActRow,
    CandidateRow,
    MemberRow,
    PlacementFile,
    PlacementRow,
    call_of,
    member_id,
    placement_of,
)
from groat.programs.runs.errors import RunError
from groat.programs.runs.rows import DRAFT, draft_of

TITLE_MAX, NOTE_MAX, NAME_MAX, EMAIL_MAX = 200, 1_000, 200, 254
FILE_NAME_MAX = 200
TOLD = "placement_updated"
"""Tells candidates of a placement of theirs."""
NEWS = "placements_updated"
"""Tells staff which placements changed."""
STAFF = ("role:admin", "role:support")
PROCESS = "processPlacementFile"


class Placing(NamedTuple):
    """Somebody to be placed: a user's id, with what is known of them, and the line and amount of a file."""

    user: str
    email: str
    name: str
    line: int = 0
    amount: int = 0
    fresh: bool = False
    origin: str = "file"


class _OfPlacement(Command, kw_only=True):
    """Base of the commands of one placement, which they lock: they tell staff, and stand in the audit log."""

    placement: str

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the placement, and the rooms of staff."""
        refs.streams.update(STAFF)
        refs.rows.setdefault(PLACEMENT, set()).add(self.placement)

    def find(self, book: Book) -> PlacementRow:
        """Return the placement. Raises PlacementError ``placement_not_found``."""
        row = placement_of(book, self.placement)
        if row is None:
            raise PlacementError("placement_not_found", placement=self.placement)
        return row

    def open(self, book: Book) -> Refusal | None:
        """Refuse what only a placement outside the archive takes. Raises as :meth:`find` does."""
        row = self.find(book)
        if row.archived_at is None:
            return None
        return refuse("placement_archived", placement=row.id, archived_at=format_time(row.archived_at))

    def by(self) -> str:
        """Return who does it."""
        return self.actor or self.principal

    def note(
        self, book: Book, before: Any, after: Any, *, kind: str = "", target: str = ""
    ) -> TransactionRow:
        """Make the transaction, write the audit entry, and tell staff that the placement changed."""
        made = self.record(book, [])
        book.audit.append(
            AuditEntry(
                kind or self.kind, self.principal, self.by(), target or f"placement/{self.placement}", self.reason,
                self.key, *(msgspec.json.encode(each).decode() for each in (before, after)),
            )
        )  # fmt: skip
        for room in STAFF:
            book.sum_up(made.id, room, NEWS, {"placement": self.placement})
        return made


class CreatePlacement(_OfPlacement, kw_only=True):
    """Make a placement of this id, which must be new. Credits there are of ``asset``.

    ``named`` says whether the caller chose the id.
    """

    kind: ClassVar[str] = "placement_create"
    named: bool
    title: str
    note_text: str
    asset: str

    def target(self) -> Any:
        """Cover all that the placement is; not an id that nobody chose, which is another one each time."""
        return (self.placement if self.named else "", self.title, self.note_text, self.asset)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises PlacementError, too."""
        Command.check(self, assets)
        check_known(self.asset, assets)
        _check_title(self.title, self.note_text)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need whatever has the id already, and that nobody else takes it meanwhile."""
        _OfPlacement.needs(self, refs, book)
        refs.rows.setdefault(NAME, set()).add(self.placement)

    def decide(self, book: Book) -> Effect | Refusal:
        """Make it."""
        if book.row(PLACEMENT, self.placement) is not None:
            return refuse("placement_exists", placement=self.placement)
        row = PlacementRow(self.placement, self.title, self.note_text, self.asset, 1, self.by(), book.now)
        book.put(PLACEMENT, row.id, row.values())
        return Effect([self.note(book, None, _said(row))], extra={"placement": row.id})


class ChangePlacement(_OfPlacement, kw_only=True):
    """Give a placement another title and note, and put it into the archive or take it out.

    ``version`` is the one that was read, None for any.
    """

    kind: ClassVar[str] = "placement_change"
    title: str | None = None
    note_text: str | None = None
    archived: bool | None = None
    version: int | None = None

    def target(self) -> Any:
        """Cover the placement and what changes."""
        return (self.placement, self.title, self.note_text, self.archived, self.version)

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises PlacementError, too."""
        Command.check(self, assets)
        _check_title("-" if self.title is None else self.title, self.note_text or "")

    def decide(self, book: Book) -> Effect | Refusal:
        """Change it, unless somebody changed it meanwhile."""
        row = self.find(book)
        if self.version is not None and self.version != row.version:
            return refuse("placement_changed", placement=row.id, version=str(row.version))
        before = PlacementRow(*row.values())
        if self.title is not None:
            row.title = self.title
        if self.note_text is not None:
            row.note = self.note_text
        if self.archived is not None and self.archived != (row.archived_at is not None):
            row.archived_at = book.now if self.archived else None
            row.archived_by = self.by() if self.archived else None
        if row == before:
            return Effect(extra={"placement": row.id, "changed": False})
        row.version += 1
        book.put(PLACEMENT, row.id, row.values())
        return Effect(
            [self.note(book, _said(before), _said(row))], extra={"placement": row.id, "changed": True}
        )


class AttachFile(_OfPlacement, kw_only=True):
    """Attach a file, whose rows a draft has, to a placement."""

    kind: ClassVar[str] = "placement_file"
    name: str
    digest: str
    draft: str

    def target(self) -> Any:
        """Cover the placement and the draft."""
        return (self.placement, self.draft)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the placement and the draft."""
        _OfPlacement.needs(self, refs, book)
        refs.rows.setdefault(DRAFT, set()).add(self.draft)

    def decide(self, book: Book) -> Effect | Refusal:
        """Attach it, and keep its rows. Raises PlacementError ``draft_not_file``."""
        refusal = self.open(book)
        if refusal is not None:
            return refusal
        draft = draft_of(book, self.draft)
        if draft is None or draft.run is not None or draft.closed:
            raise PlacementError("draft_not_file", draft=self.draft)
        draft.kept = 1
        book.put(DRAFT, draft.id, draft.values())
        id = self.ids[0]
        row = PlacementFile(id, self.placement, self.name, self.digest, self.draft, self.by(), book.now)
        book.put(FILE, id, row.values())
        made = self.note(book, None, {"name": self.name, "draft": self.draft}, target=f"placement-file/{id}")
        return Effect([made], extra={"file": id})


class _OfFile(_OfPlacement, kw_only=True):
    """Base of the acts that a file may be named for; "" for several."""

    file: str = ""

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the placement and the file."""
        _OfPlacement.needs(self, refs, book)
        if self.file:
            refs.rows.setdefault(FILE, set()).add(self.file)

    def find_file(self, book: Book) -> PlacementFile | None:
        """Return the file, None where none is named. Raises PlacementError ``file_not_found``."""
        if not self.file:
            return None
        values = book.row(FILE, self.file)
        row = None if values is None else PlacementFile(*values)
        if row is None or row.placement != self.placement:
            raise PlacementError("file_not_found", file=self.file)
        return row


class Give(_OfFile, kw_only=True):
    """Note that the run of a ``draft`` gives credits to a file's or the placement's candidates (``act``).

    The call under the same key has the same effect, whoever the candidates are by then: the first draft stands.
    ``uploaded`` is the draft of the file that is processed, whose rows nobody gives again then.
    """

    kind: ClassVar[str] = "placement_credits"
    act: str
    draft: str
    amount: int | None
    mode: str
    people: int
    total: int
    scale: int
    uploaded: str = ""

    def target(self) -> Any:
        """Cover what is wished: not the draft, which is another one each time."""
        return (self.placement, self.file, self.act, self.amount, self.mode)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the placement, the file and the drafts."""
        _OfFile.needs(self, refs, book)
        refs.rows.setdefault(DRAFT, set()).update({self.draft, self.uploaded} - {""})

    def decide(self, book: Book) -> Effect | Refusal:
        """Write the act, and the audit entry under its name. Raises RunError ``draft_changed``."""
        refusal = self.open(book)
        if refusal is not None:
            return refusal
        file = self.find_file(book)
        if self.act == PROCESS:
            assert file is not None
            if file.processed_at is not None:
                # Whoever asks again goes on where the first one ended.
                return Effect(extra={"draft": file.given, "again": True})
            file.processed_at, file.processed_by, file.given = book.now, self.by(), self.draft
            book.put(FILE, file.id, file.values())
        self._keep(book)
        id = self.ids[0]
        act = ActRow(
            id, self.placement, self.file, self.act, self.draft, self.amount, self.mode, self.people, self.total,
            self.reason, self.by(), book.now, call_of(self.principal, self.key),
        )  # fmt: skip
        book.put(ACT, id, act.values())
        target = f"placement-file/{self.file}" if self.file else ""
        said = {
            "credits": None if self.amount is None else format_amount(self.amount, self.scale), "mode": self.mode,
            "people": self.people, "total": format_amount(self.total, self.scale), "draft": self.draft,
        }  # fmt: skip
        made = self.note(book, None, said, kind=self.act, target=target)
        return Effect([made], extra={"draft": self.draft, "again": False})

    def _keep(self, book: Book) -> None:
        """Keep the rows of the act until its run is filed, and close those of the file, which it gives."""
        draft = draft_of(book, self.draft)
        uploaded = draft_of(book, self.uploaded) if self.uploaded not in ("", self.draft) else None
        if draft is None or (uploaded is not None and uploaded.run is not None):
            # Somebody filed the rows as they were uploaded, so the next try finds that run.
            raise RunError("draft_changed")
        draft.kept = 1
        book.put(DRAFT, draft.id, draft.values())
        if uploaded is not None:
            uploaded.closed = 1
            book.put(DRAFT, uploaded.id, uploaded.values())


class PlaceCandidates(_OfFile, kw_only=True):
    """Place candidates, and make those that are new; up to a thousand at once. Those who get a new place are told."""

    kind: ClassVar[str] = "placement_place"
    people: tuple[Placing, ...]

    def target(self) -> Any:
        """Cover the file and the people; not what is known of them, which the first call may have changed."""
        return (self.placement, self.file, tuple(person.user for person in self.people))

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises IdentityError and PlacementError, too."""
        Command.check(self, assets)
        for person in self.people:
            check_user(person.user)
            _check_candidate(person.email, person.name)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the candidates, and their places."""
        _OfFile.needs(self, refs, book)
        for person in self.people:
            refs.rows.setdefault(CANDIDATE, set()).add(person.user)
            refs.rows.setdefault(MEMBER, set()).add(self._place_of(person))
            refs.streams.add(f"user:{person.user}")

    def decide(self, book: Book) -> Effect | Refusal:
        """Place them."""
        # A file is processed by an act that was taken while the placement was open.
        refusal = None if self.file else self.open(book)
        if refusal is not None:
            return refusal
        self.find_file(book)
        placed: list[str] = []
        for person in self.people:
            put_candidate(book, person)
            id = self._place_of(person)
            if book.row(MEMBER, id) is None:
                member = MemberRow(
                    id, self.placement, self.file, person.user, person.line, person.amount, int(person.fresh), book.now
                )  # fmt: skip
                book.put(MEMBER, id, member.values())
                placed.append(person.user)
        if not placed:
            return Effect(extra={"placed": 0})
        row = self.find(book)
        made = self.note(book, None, {"file": self.file or None, "candidates": len(placed)})
        tell(book, made, row, placed)
        return Effect([made], extra={"placed": len(placed)})

    def _place_of(self, person: Placing) -> str:
        return member_id(self.placement, self.file, person.user)


class KeepCandidate(Command, kw_only=True):
    """Keep what is known of a candidate who needs no placement: a regular one, or one of an older app (legacy)."""

    kind: ClassVar[str] = "placement_candidate"
    person: Placing

    def target(self) -> Any:
        """Cover the person."""
        return self.person

    def check(self, assets: dict[str, Asset]) -> None:
        """See :meth:`Command.check`; raises IdentityError and PlacementError, too."""
        Command.check(self, assets)
        check_user(self.person.user)
        _check_candidate(self.person.email, self.person.name)

    def needs(self, refs: Refs, book: Book) -> None:
        """Need the candidate."""
        refs.streams.update((*STAFF, f"user:{self.person.user}"))
        refs.rows.setdefault(CANDIDATE, set()).add(self.person.user)

    def decide(self, book: Book) -> Effect | Refusal:
        """Keep it, and tell the candidate's screens."""
        before = book.row(CANDIDATE, self.person.user)
        after = put_candidate(book, self.person, origin=self.person.origin)
        if before == after:
            return Effect(extra={"candidate": self.person.user})
        made = self.record(book, [])
        book.audit.append(
            AuditEntry(
                self.kind, self.principal, self.actor or self.principal, f"candidate/{self.person.user}", self.reason,
                self.key, *(msgspec.json.encode(each).decode() for each in (before, after)),
            )
        )  # fmt: skip
        for room in STAFF:
            book.sum_up(made.id, room, NEWS, {"placement": ""})
        book.tell(
            made.id, f"user:{self.person.user}", TOLD, {"placement": "", "title": "", "archived": False}
        )
        return Effect([made], extra={"candidate": self.person.user})


class TellCandidates(_OfPlacement, kw_only=True):
    """Tell candidates that a placement of theirs changed; up to a thousand at once."""

    kind: ClassVar[str] = "placement_tell"
    users: tuple[str, ...]

    def target(self) -> Any:
        """Cover the placement. A repeated call tells those whom the first one told."""
        return self.placement

    def needs(self, refs: Refs, book: Book) -> None:
        """Need their streams."""
        refs.rows.setdefault(PLACEMENT, set()).add(self.placement)
        refs.streams.update(f"user:{user}" for user in self.users)

    def decide(self, book: Book) -> Effect | Refusal:
        """Tell them."""
        row = self.find(book)
        made = self.record(book, [])
        tell(book, made, row, self.users)
        return Effect([made])


def tell(book: Book, made: TransactionRow, row: PlacementRow, users: Any) -> None:
    """Tell candidates of a placement as it is now."""
    data = {"placement": row.id, "title": row.title, "archived": row.archived_at is not None}
    for user in users:
        book.tell(made.id, f"user:{user}", TOLD, data)


def put_candidate(book: Book, person: Placing, origin: str = "") -> list[Any]:
    """Write what is new of a locked candidate, and return the row. What is not known of them now stays as it was."""
    values = book.row(CANDIDATE, person.user)
    row = (
        CandidateRow(person.user, "", "", person.origin, book.now)
        if values is None
        else CandidateRow(*values)
    )
    row.email = person.email.lower() or row.email
    row.name = person.name or row.name
    row.origin = origin or row.origin
    if row.values() != values:
        book.put(CANDIDATE, row.id, row.values())
    return row.values()


def _said(row: PlacementRow) -> dict[str, Any]:
    return {"title": row.title, "note": row.note, "asset": row.asset, "archived": row.archived_at is not None}


def _check_title(title: str, note: str) -> None:
    if not title.strip() or len(title) > TITLE_MAX or len(note) > NOTE_MAX:
        raise PlacementError("placement_title_wrong")
    check_text(title)
    check_text(note)


def _check_candidate(email: str, name: str) -> None:
    if len(email) > EMAIL_MAX or len(name) > NAME_MAX:
        raise PlacementError("candidate_wrong")
    check_text(email)
    check_text(name)
