"""Requests and kinds in the form in which callers and screens get them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from groat.ledger.amounts import Asset, format_amount
from groat.ledger.text import format_time
from groat.ledger.views import BalanceView
from groat.programs.notifications.notices import is_person
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.rows import OF_PARENT, RequestRow, StepRow
from groat.programs.workflow.states import CORRECT, DROP, FILE, OWNER, SYSTEM, Transition
from groat.programs.workflow.steps import Approval, person_of, user_of


class ApprovalView(msgspec.Struct):
    """An approval: by whom, when, and of which input, which the next one must repeat."""

    by: str
    at: str
    input: dict[str, Any]


class ApprovalsView(msgspec.Struct):
    """The number of different people who must approve, and those who did."""

    needed: int
    given: list[ApprovalView]


class LookView(msgspec.Struct):
    """A person who looks at a request, and until when this is known."""

    by: str
    until: str


class StepView(msgspec.Struct):
    """One step of a request's history; ``transaction`` is the one that made it.

    A step of a request that belongs to it is named by its kind, too (``card_payment.file``), its id is the input.
    """

    version: int
    transition: str
    source: str = msgspec.field(name="from")
    target: str = msgspec.field(name="to")
    by: str
    at: str
    reason: str
    input: dict[str, Any]
    transaction: str


class FiledView(msgspec.Struct):
    """A request that a step filed, and the stream of its owner."""

    kind: str
    id: str
    owner: str


class RequestView(msgspec.Struct, omit_defaults=True):
    """A request. ``amount`` is a decimal string; ``may`` are the transitions that the reader may take now.

    ``owner`` is the stream of whose request it is, ``user`` that person's id, "" where it is no person's.
    ``changed_parent`` comes with an event and a write: the request that this one belongs to, where it was changed with
    it; and so does ``filed``: the requests that the step filed, of those that are the reader's to know. ``correction``
    is what somebody proposes to give back, ``corrected`` what was given back, by asset; neither is there where there is
    none. ``viewers`` and ``history`` come with a single request, ``transaction`` and what follows
    with a write. The history is the newest part, the oldest step first; ``history_more`` says that there are steps
    before these.
    """

    id: str
    kind: str
    state: str
    version: int
    user: str
    data: dict[str, Any]
    amount: str | None
    asset: str | None
    owner: str
    filed_by: str
    filed_at: str
    changed_at: str
    due_at: str | None
    approvals: ApprovalsView
    decided_by: str | None
    decided_at: str | None
    reason: str
    parent: str | None
    hold: str | None
    open: bool
    waits: bool
    correction: ApprovalView | msgspec.UnsetType = msgspec.UNSET
    corrected: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    may: list[str] | msgspec.UnsetType = msgspec.UNSET
    changed_parent: RequestView | msgspec.UnsetType = msgspec.UNSET
    filed: list[FiledView] | msgspec.UnsetType = msgspec.UNSET
    viewers: list[LookView] | msgspec.UnsetType = msgspec.UNSET
    history: list[StepView] | msgspec.UnsetType = msgspec.UNSET
    history_more: bool | msgspec.UnsetType = msgspec.UNSET
    transaction: str | msgspec.UnsetType = msgspec.UNSET
    balances: list[BalanceView] | msgspec.UnsetType = msgspec.UNSET
    positions: dict[str, str] | msgspec.UnsetType = msgspec.UNSET
    replayed: bool | msgspec.UnsetType = msgspec.UNSET
    dry_run: bool | msgspec.UnsetType = msgspec.UNSET


class RequestTold(msgspec.Struct):
    """The part of a request's view that Socket.IO clients are told of."""

    id: str
    kind: str
    state: str
    version: int
    amount: str | None
    asset: str | None
    reason: str
    changed_parent: RequestTold | msgspec.UnsetType = msgspec.UNSET


class RequestPacket(msgspec.Struct, omit_defaults=True):
    """A request as Socket.IO clients get it: how it stands, whom ``id`` names, and how often it has changed.

    ``status`` is its state, ``currency`` its asset; both ``amount`` and ``currency`` are null where it moves no money.
    ``id`` and ``version`` together name what is told. ``snapshot`` says that nothing has happened to it now.
    """

    id: str
    status: str
    amount: str | None
    currency: str | None
    reason: str
    version: int
    snapshot: bool = False


def request_packets(told: RequestTold) -> Iterator[tuple[str, RequestPacket]]:
    """Make the packets of an event about a request: one of it, and one of the parent that was changed with it."""
    yield (
        f"{told.kind}_updated",
        RequestPacket(told.id, told.state, told.amount, told.asset, told.reason, told.version),
    )
    if told.changed_parent is not msgspec.UNSET:
        yield from request_packets(told.changed_parent)


class RequestLine(msgspec.Struct):
    """A request that ``by`` changed, as staff are told of it.

    ``approvals`` says how many people approved and ``needed`` how many must; ``parent`` is the request that it belongs
    to. ``owner`` is a stream, ``user`` that person's id, "" where it is no person's. ``untold`` is there where the step
    concerns more people than one step tells: how many were not.
    """

    id: str
    kind: str
    state: str
    version: int
    user: str
    amount: str | None
    asset: str | None
    waits: bool
    parent: str | None
    approvals: int
    needed: int
    owner: str
    by: str
    filed_at: str
    changed_at: str
    untold: int | msgspec.UnsetType = msgspec.UNSET


class RequestNews(msgspec.Struct):
    """The newest changes of one batch, and how many ``more`` of them are left out."""

    items: list[RequestLine]
    more: int


class RequestsSnapshot(msgspec.Struct):
    """The field that requests add to a person's snapshot: the newest open ones."""

    requests: list[RequestView] | msgspec.UnsetType = msgspec.UNSET


class StateView(msgspec.Struct):
    """A state of a kind and how it looks (``tone``). In one that ``waits``, staff are to decide.

    While it is ``open``, something can still happen. ``due`` is the transition that the system takes once a request's
    ``due_at`` has come, "" for none.
    """

    name: str
    title: str
    open: bool
    waits: bool
    tone: Annotated[str, msgspec.Meta(extra_json_schema={"enum": ["neutral", "wait", "good", "bad"]})]
    due: str


class TransitionView(msgspec.Struct):
    """A transition of a kind; ``schema`` is the JSON schema of its input."""

    name: str
    title: str
    sources: list[str] = msgspec.field(name="from")
    to: list[str]
    by: list[str]
    decides: bool
    approves: bool
    confirms: bool
    schema: dict[str, Any]


class KindView(msgspec.Struct):
    """A kind of request; ``schema`` is the JSON schema of its data.

    ``owners`` are the streams whose requests these may be, with ``*`` for any one segment. ``parent`` is the kind that
    it belongs to, the first of ``parents`` where it may be one of several.
    """

    name: str
    title: str
    description: str
    states: list[StateView]
    transitions: list[TransitionView]
    schema: dict[str, Any]
    thresholds: dict[str, str]
    parent: str | None
    parents: list[str]
    owners: list[str]


def shown(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of data or an input without those that are the server's own: their names begin with an underscore."""
    return {name: value for name, value in fields.items() if not name.startswith("_")}


def request_view(row: RequestRow, assets: dict[str, Asset], whole: bool = False) -> RequestView:
    """A request as everybody who may read it sees it; with the server's own fields too if it is to be ``whole``."""
    data = msgspec.json.decode(row.data)
    money = row.amount is not None and row.asset is not None
    corrections = row.corrected()
    view = RequestView(
        row.id,
        row.kind,
        row.state,
        row.version,
        user_of(row.owner),
        data if whole else shown(data),
        format_amount(row.amount, assets[row.asset].scale) if money else None,  # type: ignore[arg-type, index]
        row.asset if money else None,
        row.owner,
        row.filed_by,
        format_time(row.filed_at),
        format_time(row.changed_at),
        None if row.due_at is None else format_time(row.due_at),
        ApprovalsView(row.needed, [_approval_view(a) for a in row.given()]),
        row.decided_by,
        None if row.decided_at is None else format_time(row.decided_at),
        row.reason,
        row.parent,
        row.hold,
        bool(row.open),
        bool(row.waits),
    )
    if corrections.proposed is not None:
        view.correction = _approval_view(corrections.proposed)
    if corrections.given:
        view.corrected = {
            asset: format_amount(units, assets[asset].scale) for asset, units in corrections.given.items()
        }
    return view


def _approval_view(approval: Approval) -> ApprovalView:
    return ApprovalView(approval.by, format_time(approval.at), shown(approval.input))


def line_of(view: RequestView, by: str, untold: int = 0) -> dict[str, Any]:
    """Write the staff's line about a request that ``by`` just changed: the fields of a :class:`RequestLine`."""
    line: dict[str, Any] = msgspec.to_builtins(
        RequestLine(
            view.id,
            view.kind,
            view.state,
            view.version,
            view.user,
            view.amount,
            view.asset,
            view.waits,
            view.parent,
            len(view.approvals.given),
            view.approvals.needed,
            view.owner,
            by,
            view.filed_at,
            view.changed_at,
            untold or msgspec.UNSET,
        )
    )
    return line


def step_view(row: StepRow) -> StepView:
    """One step of the history."""
    return StepView(
        row.version,
        row.transition,
        row.source,
        row.target,
        row.actor,
        format_time(row.at),
        row.reason,
        shown(msgspec.json.decode(row.input)),
        row.id.removesuffix(OF_PARENT),
    )


def kind_view(kind: Kind[Any]) -> KindView:
    """A kind as it was declared."""
    return KindView(
        kind.name,
        kind.title,
        kind.description,
        [StateView(s.name, s.title, s.open, s.waits, s.tone, s.on_due) for s in kind.states.values()],
        [
            TransitionView(
                t.name,
                t.title,
                list(t.sources),
                list(t.to),
                list(t.by),
                t.decides,
                t.approves,
                t.confirms,
                input_schema(kind, t),
            )
            for t in kind.transitions.values()
        ],
        _schema(kind.data),
        kind.thresholds,
        kind.parent.kinds[0] if kind.parent else None,
        list(kind.parent.kinds) if kind.parent else [],
        list(kind.owners),
    )


def input_schema(kind: Kind[Any], transition: Transition) -> dict[str, Any]:
    """Make the JSON schema of a transition's input; of a filing, that of the form."""
    return _schema(kind.form if transition.name == FILE else transition.input)


def _schema(type_: type[msgspec.Struct]) -> dict[str, Any]:
    schema = msgspec.json.schema(type_)
    definitions = schema.pop("$defs")
    own = definitions.pop(schema.pop("$ref").rpartition("/")[2])
    own["properties"] = shown(own["properties"])
    if "required" in own:
        own["required"] = [name for name in own["required"] if name in own["properties"]]
    return {**own, "$defs": definitions} if definitions else dict(own)


def is_role_of(transition: Transition, roles: frozenset[str]) -> bool:
    """Return whether one of the caller's roles takes this transition."""
    return not roles.isdisjoint(set(transition.by) - {OWNER})


def may_take(kind: Kind[Any], view: RequestView, actor: str, roles: frozenset[str]) -> list[str]:
    """List the transitions that :class:`Take` would let this caller take now, as far as the request alone tells."""
    mine, me = actor == view.owner and is_person(actor), person_of(actor)
    parties = {person_of(view.owner)}
    if kind.recipient:
        parties.add(person_of(f"user:{view.data[kind.recipient]}"))
    concerned = {*parties, person_of(view.filed_by)}
    given = {person_of(approval.by) for approval in view.approvals.given}
    may = []
    for t in kind.transitions.values():
        if view.state not in t.sources or t.by == (SYSTEM,):
            continue
        by_role = is_role_of(t, roles)
        if not by_role and not (mine and OWNER in t.by):
            continue
        if t.decides and me in (parties if t.by_filer else concerned):
            continue
        if t.approves and me in given:
            continue
        if t.name == CORRECT and (kind.uncorrectable or me in parties):
            continue
        if t.name == DROP and (mine or not isinstance(view.correction, ApprovalView)):
            continue
        may.append(t.name)
    return may
