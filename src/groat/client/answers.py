"""The shapes of answers. Amounts are decimal strings, times are RFC 3339 in UTC, ids are UUIDs.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from typing import Any

import msgspec

from groat.client.errors import Problem
from groat.client.reading import Literal

# ruff does not know this Literal.
# ruff: noqa: F821, UP037


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of accounts; ``cursor`` leads to the next one, null on the last."""

    items: list[AccountView]
    cursor: str | None


class AccountStateView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an account. ``rest_to`` is the account that gets the rest of one that is closed, "" for
    the others.

    ``transaction`` is null for a dry run.
    """

    account: str
    state: Literal["open", "frozen", "closing", "closed"]
    rest_to: str
    transaction: str | None
    replayed: bool
    dry_run: bool | None = None


class AccountUpdated(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an event ``account_updated``: an account of the stream's owner was frozen, closed or
    opened again.
    """

    account: str
    state: Literal["open", "frozen", "closing", "closed"]


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """All balances of one account, by asset. ``state`` is left out while it is open."""

    account: str
    balances: list[BalanceView]
    state: Literal["open", "frozen", "closing", "closed"] | None = None


class ActionView(msgspec.Struct, frozen=True, kw_only=True):
    """An action of people: its assets (none named: any), its largest amount, and whether it names another
    person.
    """

    assets: list[str]
    max: str | None
    takes_to: bool


class AlertList(msgspec.Struct, frozen=True, kw_only=True):
    """The alerts of an account, one for each asset that has one, or would have one by the setting
    ``low_balance``.
    """

    items: list[AlertView]


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """An alert of an account: its owner is told when less than ``below`` is available, null for never.

    ``own`` says that somebody chose it for this account; otherwise the setting ``low_balance`` did.
    ``low`` is whether the owner was told that the account is below. ``changed_at`` is null while nobody
    changed anything.
    """

    account: str
    asset: str
    below: str | None
    own: bool
    low: bool
    changed_at: str | None


class AllocationView(msgspec.Struct, frozen=True, kw_only=True):
    """By how much a posting (its number from 0) changed what remains of a grant, and what is held of it.

    ``account`` is whose grant it is; ``class`` is paid or promotional; ``expires_at`` is None for never.
    """

    grant: str
    posting: int
    account: str
    amount: str
    held: str
    class_: Literal["paid", "promotional"] = msgspec.field(name="class")
    expires_at: str | None


class ApiKeyList(msgspec.Struct, frozen=True, kw_only=True):
    """The newest 1,000 keys, newest first."""

    items: list[ApiKeyView]


class ApiKeyView(msgspec.Struct, frozen=True, kw_only=True):
    """An API key; ``key`` itself is shown once, when it is made."""

    id: str
    service: str
    label: str
    created_at: str
    created_by: str
    revoked_at: str | None
    key: str | None = None


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """An approval: by whom, when, and of which input, which the next one must repeat."""

    by: str
    at: str
    input: dict[str, Any]


class ApprovalsView(msgspec.Struct, frozen=True, kw_only=True):
    """The number of different people who must approve, and those who did."""

    needed: int
    given: list[ApprovalView]


class AssetList(msgspec.Struct, frozen=True, kw_only=True):
    """All assets by code."""

    items: list[AssetView]


class AssetView(msgspec.Struct, frozen=True, kw_only=True):
    """An asset: its code and its number of fraction digits."""

    code: str
    scale: int


class AuditPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the audit log, newest first."""

    items: list[AuditView]
    cursor: str | None


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """One audit entry, of a transaction or of an act that moved no money; ``before`` and ``after`` are JSON
    values.
    """

    id: str
    at: str
    actor: str
    principal: str
    kind: str
    target: str
    reason: str
    key: str
    before: Any
    after: Any
    details: Any


class BalanceChange(msgspec.Struct, frozen=True, kw_only=True):
    """One balance in an event: its change and the absolute values after it, as decimal strings.

    ``expiring`` is what expires next, left out where nothing does.
    """

    account: str
    asset: str
    delta: str
    balance: str
    available: str
    held: str
    version: int
    expiring: ExpiringView | None = None


class BalanceView(msgspec.Struct, frozen=True, kw_only=True):
    """A balance on the wire; ``floor`` and ``ceiling`` are None where there is no limit.

    Both are left out of a transaction's balances: its answer tells for ever what it did, and limits have
    no history. ``expiring`` is what expires next, left out where nothing does and of a transaction's
    balances. What has expired is not available, also before it is booked, so two answers of one
    ``version`` may differ: the one with the later ``as_of``, the moment of reading, counts. A
    transaction's balances are as of its ``recorded_at``. ``dry_run`` comes with the answer to a dry run
    of new limits.
    """

    account: str
    asset: str
    balance: str
    available: str
    held: str
    version: int
    floor: str | None = None
    ceiling: str | None = None
    expiring: ExpiringView | None = None
    as_of: str | None = None
    dry_run: bool | None = None


class BudgetAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A budget after a change."""

    id: str
    account: str | None
    asset: str
    of: str | None
    window: Literal["hour", "day", "month"]
    rolling: bool
    zone: str
    limit: str
    used: str
    left: str
    begins_at: str
    resets_at: str | None
    stopped: bool
    alerts: list[int]
    set_by: Literal["owner", "staff"]
    created_at: str
    removed: bool | None = None
    replayed: bool
    dry_run: bool | None = None


class BudgetPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of budgets in the order in which they were set; ``cursor`` leads to the next one, null on the
    last.
    """

    items: list[BudgetView]
    cursor: str | None


class BudgetView(msgspec.Struct, frozen=True, kw_only=True):
    """A budget as it stands: amounts as decimal strings. ``left`` is what may still be spent in the current
    window.

    ``account`` is null for one across accounts, ``of`` (the principal) for one on whoever spends. The
    window began at ``begins_at``; more is left by itself at ``resets_at``, which is null for a rolling
    window of which nothing is used. ``alerts`` are percentages. ``removed`` comes with one that was just
    removed.
    """

    id: str
    account: str | None
    asset: str
    of: str | None
    window: Literal["hour", "day", "month"]
    rolling: bool
    zone: str
    limit: str
    used: str
    left: str
    begins_at: str
    resets_at: str | None
    stopped: bool
    alerts: list[int]
    set_by: Literal["owner", "staff"]
    created_at: str
    removed: bool | None = None


class BulkResult(msgspec.Struct, frozen=True, kw_only=True):
    """One item's verdict: ``status`` is what it would have been answered alone (201, 200 replayed, 4xx)."""

    index: int
    status: int
    transaction: TransactionView | None = None
    problem: Problem | None = None


class BulkSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of items committed and refused."""

    committed: int
    refused: int


class BulkView(msgspec.Struct, frozen=True, kw_only=True):
    """The verdicts of a bulk in the order of its items."""

    mode: Literal["atomic", "independent"]
    replayed: bool
    results: list[BulkResult]
    summary: BulkSummary
    dry_run: bool | None = None


class CampaignChart(msgspec.Struct, frozen=True, kw_only=True):
    """Redemptions over time, the oldest first, without hours or days in which there were none."""

    step: Literal["day", "hour"]
    points: list[ChartPoint]


class CampaignPage(msgspec.Struct, frozen=True, kw_only=True):
    """Campaigns, the newest first."""

    items: list[CampaignView]
    cursor: str | None


class CampaignView(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign: what each code gives, to whom and how often, and what came of it.

    ``code`` is its shared code; None where it has single-use codes, of which ``codes`` were made.
    ``uses`` redemptions were not undone and gave ``spent``. ``uses_max`` and ``budget`` bound these,
    ``uses_each`` those of one person; None is no bound. ``state`` is what a redemption now would meet.
    """

    id: str
    name: str
    note: str
    state: Literal["not_yet", "over", "running", "stopped", "used_up"]
    code: str | None
    amount: str
    asset: str
    source: str
    grant: VoucherTerms | None
    starts_at: str | None
    ends_at: str | None
    uses_max: int | None
    uses_each: int | None
    budget: str | None
    first_purchase: bool
    active: bool
    codes: int
    uses: int
    spent: str
    version: int
    created_by: str
    created_at: str
    changed_by: str
    changed_at: str


class CandidateDashboard(msgspec.Struct, frozen=True, kw_only=True):
    """All that a candidate's dashboard shows. Amounts are of ``asset``, ``month`` is this one (UTC).

    ``credits`` can be spent, ``held`` is reserved. ``granted`` arrived this month, less what was taken
    back of it; ``spent`` left this month, less what came back; ``updates`` counts the month's changes.
    ``last_update`` is None where nothing ever happened.
    """

    user: str
    email: str
    name: str
    asset: str
    credits: str
    held: str
    month: str
    granted: str
    spent: str
    updates: int
    last_update: UpdateView | None
    placements: list[PlaceView]


class CandidatePage(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates in order of their ids; balances are of ``asset``."""

    items: list[CandidateView]
    asset: str
    cursor: str | None


class CandidateView(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate: ``user`` is their id, ``balance`` what they have of the asset, a decimal string.

    ``origin`` tells whether a file made them, or the app did: a ``regular`` one, or one of an older app
    (``legacy``). ``placements`` counts where they are placed.
    """

    user: str
    email: str
    name: str
    origin: Literal["file", "legacy", "regular"]
    since: str
    balance: str
    placements: int


class ChartPoint(msgspec.Struct, frozen=True, kw_only=True):
    """An hour or a day from ``at`` on: the redemptions in it that were not undone, and what they gave."""

    at: str
    uses: int
    amount: str


class CheckView(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to "may it be spent": ``allowed`` is the verdict that a posting of the amount would get
    now.

    ``refusal`` is the code of one that would be refused. ``most`` is what may be spent at most, null
    without a limit: what is available above the floor, and left of each budget that counts what ``of``
    (a principal) spends. ``budget`` is the one of which the least is left. Amounts are decimal strings.
    """

    account: str
    asset: str
    of: str
    amount: str | None
    allowed: bool
    refusal: str | None
    detail: str | None
    most: str | None
    available: str
    floor: str | None
    grants: GrantsView
    budget: BudgetView | None
    pace: PaceView


class ClockForwarded(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an event ``clock_forwarded``: the time of the sandbox, and how many seconds it is ahead
    in all.
    """

    now: str
    ahead_s: float


class ClockView(msgspec.Struct, frozen=True, kw_only=True):
    """The time of the ledger on the wire: whether it is a sandbox, its time, and how many seconds it was
    set forward.

    ``leap`` is there while the clock has leapt and staff have not confirmed it.
    """

    sandbox: bool
    now: str
    ahead_s: float
    leap: LeapView | None


class CodePage(msgspec.Struct, frozen=True, kw_only=True):
    """Single-use codes by number."""

    items: list[CodeView]
    cursor: str | None


class CodeView(msgspec.Struct, frozen=True, kw_only=True):
    """A single-use code, named by its number; who redeemed it, and when, where somebody has."""

    number: int
    state: Literal["redeemed", "unused", "void"]
    made_at: str
    made_by: str
    redemption: str | None
    user: str | None
    redeemed_at: str | None


class ConfigView(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that a front end needs before anybody signs in. With no ``people_found_by`` nobody is told
    a name.

    ``programs`` are those that the settings turn on.
    """

    version: str
    demo: bool
    assets: list[AssetView]
    actions: dict[str, ActionView]
    people_found_by: str
    sandbox: bool
    programs: list[str]


class ConfirmedView(msgspec.Struct, frozen=True, kw_only=True):
    """The time of the ledger once the leap is confirmed, and by how many seconds the clock had leapt."""

    now: str
    leapt_s: float
    replayed: bool


class CreditUpdate(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a person's balance, with what it was ``before`` and ``after``, and how far it was told.

    ``sent`` counts the devices of the person that got it, at once or when they came back, and ``seen``
    those that have shown it, also newer ones; ``sent_at`` and ``seen_at`` are the first of these
    moments. ``reverses`` is the transaction that it undid, and ``reversed`` says whether it was undone,
    wholly or in part. ``cause`` is what alone may undo it, such as a request.
    """

    transaction: str
    at: str
    kind: str
    user: str
    account: str
    asset: str
    delta: str
    before: str
    after: str
    actor: str
    principal: str
    reason: str
    cause: str | None
    reverses: str | None
    reversed: bool
    sent: int
    seen: int
    sent_at: str | None
    seen_at: str | None


class CreditUpdatePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of updates, newest first; ``cursor`` leads to the next one, null on the last."""

    items: list[CreditUpdate]
    cursor: str | None


class CreditsGiven(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an operation (``act``) that gives credits, or with ``dry_run`` its preview: a
    ``draft``.

    ``people`` are reached and get ``total`` in all; ``new_people`` of them were not known. ``left_out``
    rows cannot be posted, and the ``ambiguous`` e-mail addresses (the first 20) belong to several
    candidates. The ``run`` posts the rest; it is null in a preview. ``draft`` has the rows: who gets
    what.
    """

    act: str
    placement: str
    file: str | None
    dry_run: bool
    people: int
    new_people: int
    total: str
    left_out: int
    ambiguous: list[str]
    draft: RunDraft
    run: RunView | None


class DemoPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to sign in as, in the demo."""

    user: str
    name: str
    role: str
    password: str


class DevicePage(msgspec.Struct, frozen=True, kw_only=True):
    """The devices of a person that an update reached, in the order in which they got it."""

    items: list[DeviceView]


class DeviceView(msgspec.Struct, frozen=True, kw_only=True):
    """A device that was sent an update, or has shown it: when; null for not."""

    device: str
    sent_at: str | None
    seen_at: str | None


class DraftReading(msgspec.Struct, frozen=True, kw_only=True):
    """The reading of a file: which column means what, how it was written, and what may be chosen instead."""

    columns: dict[str, str]
    places: dict[str, int]
    header_line: int
    sheet: str | None
    sheets: list[ReadSheet]
    found: list[ReadColumn]
    encoding: str | None
    delimiter: str | None
    decimal: str | None
    date_order: str | None
    warnings: list[ReadRemark]
    count: int


class DraftSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of a draft, counted.

    ``good`` rows can be posted, ``bad`` ones cannot, and ``selected`` ones will be. ``duplicates`` name
    a person who is named before, ``new_people`` are selected ones of whom nobody knows, ``over_limit``
    ones against which a limit stands. ``total`` is what is posted in all, ``biggest`` the largest
    amount. ``spent`` is how much an undo cannot take back. ``problems`` counts bad rows by code.
    """

    rows: int
    good: int
    bad: int
    selected: int
    unselected: int
    people: int
    duplicates: int
    new_people: int
    over_limit: int
    total: str
    biggest: str
    spent: str
    problems: dict[str, int]


class EntryPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of an account's history, newest first."""

    items: list[EntryView]
    cursor: str | None


class EntryView(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an account's history: what changed (``delta``, ``held_delta``) and how the account stood
    after it.
    """

    transaction: str
    kind: str
    account: str
    asset: str
    delta: str
    balance: str
    held_delta: str
    held: str
    version: int
    counterparty: str
    reason: str
    actor: str
    metadata: dict[str, Any]
    at: str
    recorded_at: str
    hold: str | None
    reverses: str | None


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is stored and pushed. ``type`` is ``balance_updated`` where no program told more.

    ``changes`` are of the stream's own balances. ``key`` comes only when the stream's own user issued
    the command: it ends that user's pending overlay. ``hold`` is the id of the hold that the transaction
    concerns. ``data`` is what a program told, by the type of the event.
    """

    type: str
    transaction: str
    kind: str
    reason: str
    at: str
    recorded_at: str
    changes: list[BalanceChange] | None = None
    key: str | None = None
    hold: str | None = None
    data: dict[str, Any] | None = None
    notification: NotificationTold | None = None


class ExpiringView(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a balance that expires next: its amount as a decimal string, and when."""

    amount: str
    at: str


class FileCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate whom a file placed: the ``line`` that names them, and what it gives them."""

    user: str
    email: str
    name: str
    origin: Literal["file", "legacy", "regular"]
    line: int
    amount: str
    balance: str
    fresh: bool


class FileCandidatePage(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates of a file in the order of its lines; amounts are of ``asset``."""

    items: list[FileCandidate]
    asset: str
    cursor: str | None


class FiledView(msgspec.Struct, frozen=True, kw_only=True):
    """A request that a step filed, and the stream of its owner."""

    kind: str
    id: str
    owner: str


class ForecastDay(msgspec.Struct, frozen=True, kw_only=True):
    """The rest at the end of a day if nothing is spent, of ``paid`` and ``promotional`` grants; ``expires``
    is what is lost on that day.
    """

    day: str
    paid: str
    promotional: str
    expires: str


class ForecastView(msgspec.Struct, frozen=True, kw_only=True):
    """The worth of an account's grants day by day; ``now`` is what they are worth today before anything
    expires.

    ``other`` is what else is available there, which does not expire.
    """

    account: str
    asset: str
    zone: str
    now: str
    other: str
    days: list[ForecastDay]


class ForwardedView(msgspec.Struct, frozen=True, kw_only=True):
    """The time of the sandbox after its clock was set forward."""

    sandbox: bool
    now: str
    ahead_s: float
    leap: LeapView | None
    replayed: bool
    dry_run: bool | None = None


class GrantDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A grant, the grants that were made of it, and the holds that reserve parts of it."""

    grant: GrantView
    children: list[GrantView]
    holds: list[GrantHold]


class GrantHold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold that reserves ``amount`` of a grant for the account ``destination``."""

    hold: str
    amount: str
    destination: str
    expires_at: str | None
    created_at: str


class GrantMove(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a grant by one posting: ``amount`` of what remains and ``held`` of what is held, with
    their signs.

    ``counterparty`` is the account on the other side of the posting.
    """

    transaction: str
    kind: str
    amount: str
    held: str
    counterparty: str
    reason: str
    actor: str
    at: str
    hold: str | None
    reverses: str | None


class GrantMovePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a grant's changes, newest first."""

    items: list[GrantMove]
    cursor: str | None


class GrantPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of grants; ``cursor`` leads to the next one, null on the last."""

    items: list[GrantView]
    cursor: str | None


class GrantView(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as it is now.

    Of its ``amount``, ``spent`` left the account, ``expired`` was lost, ``voided`` was taken back, and
    ``remaining`` is left; ``held`` of that is reserved by holds, and ``available`` can be spent.
    ``transaction`` granted it out of the account ``source``; ``parent`` is the grant that it was made
    of. ``state`` is live, spent, expired or voided.
    """

    id: str
    account: str
    asset: str
    state: Literal["expired", "live", "spent", "voided"]
    class_: Literal["paid", "promotional"] = msgspec.field(name="class")
    cause: str
    note: str
    amount: str
    remaining: str
    available: str
    held: str
    spent: str
    expired: str
    voided: str
    priority: int
    expires_at: str | None
    source: str
    transaction: str
    parent: str | None
    created_at: str
    voided_at: str | None


class GrantsView(msgspec.Struct, frozen=True, kw_only=True):
    """The available amount by what it is: free parts of grants by class, and ``plain`` money."""

    paid: str
    promotional: str
    plain: str


class GroupPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who would get a grant; ``known`` is false if the server has never seen anybody of this id."""

    user: str
    name: str
    known: bool


class GroupPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The people who would get a grant: how many they are, what it comes to (``total``), and the first
    hundred.

    ``unknown`` is how many of all the server has never seen, ``repeated`` how many were named more than
    once.
    """

    people: int
    total: str
    asset: str
    unknown: int
    repeated: int
    items: list[GroupPerson]


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """The grants that were given: to how many ``people``, and what they came to."""

    people: int
    total: str
    asset: str
    replayed: bool


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The health of the process, or its readiness; ``degraded`` names what is away and slows things down.

    ``sandbox`` comes from a sandbox alone.
    """

    status: str
    degraded: list[str] | None = None
    sandbox: bool | None = None


class HoldView(msgspec.Struct, frozen=True, kw_only=True):
    """A hold on the wire; ``state`` is open, captured, released or expired; ``expires_at`` None for never."""

    id: str
    source: str
    destination: str
    asset: str
    amount: str
    captured: str
    released: str
    remaining: str
    state: Literal["open", "captured", "released", "expired"]
    expires_at: str | None
    created_at: str


class KindList(msgspec.Struct, frozen=True, kw_only=True):
    """The kinds of requests that this server knows."""

    items: list[KindView]


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of request; ``schema`` is the JSON schema of its data.

    ``owners`` are the streams whose requests these may be, with ``*`` for any one segment. ``parent`` is
    the kind that it belongs to, the first of ``parents`` where it may be one of several.
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


class LeapView(msgspec.Struct, frozen=True, kw_only=True):
    """A leap of the database's clock that nobody has confirmed: by how many seconds, and when by the
    ledger's time.
    """

    by_s: float
    at: str


class LiabilityReport(msgspec.Struct, frozen=True, kw_only=True):
    """The worth of people's credits, by asset and class."""

    at: str
    items: list[LiabilityRow]


class LiabilityRow(msgspec.Struct, frozen=True, kw_only=True):
    """The ``amount`` of an asset that is outstanding in one class, at so many ``accounts``; ``held`` of it
    is reserved.

    The class ``other`` is what people have that is no grant.
    """

    asset: str
    class_: Literal["other", "paid", "promotional"] = msgspec.field(name="class")
    grants: int
    accounts: int
    amount: str
    held: str


class LookAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The people who look at a request."""

    viewers: list[LookView]


class LookItem(msgspec.Struct, frozen=True, kw_only=True):
    """A request, and who is looking at it."""

    request: str
    viewers: list[LookView]


class LookList(msgspec.Struct, frozen=True, kw_only=True):
    """The requests that somebody is looking at."""

    items: list[LookItem]


class LookView(msgspec.Struct, frozen=True, kw_only=True):
    """A person who looks at a request, and until when this is known."""

    by: str
    until: str


class MadeCodes(msgspec.Struct, frozen=True, kw_only=True):
    """The codes that were made: how many, and the ``first`` and ``last`` of their numbers."""

    count: int
    first: int
    last: int
    replayed: bool


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's mark in a stream: the numbers up to ``upto``, and those of the ``spans`` (first, last),
    are read.
    """

    upto: int
    spans: list[tuple[int, int]]


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """The caller, their balances, and the position up to which these are right.

    ``ahead_s`` comes from a sandbox alone: how many seconds its clock was set forward. ``shared`` are
    the accounts that the caller is a member of, left out where there are none; their balances are among
    the others.
    """

    user: str | None
    principal: str
    name: str
    roles: list[str]
    balances: list[BalanceView]
    positions: dict[str, str]
    ahead_s: float | None = None
    shared: list[ShareView] | None = None


class MemberChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A member as they are now, without rights if they were removed; ``transaction`` is null for a dry run."""

    account: str
    user: str
    rights: list[str]
    transaction: str | None
    replayed: bool
    dry_run: bool | None = None


class MemberList(msgspec.Struct, frozen=True, kw_only=True):
    """The members of a shared account, by their ids."""

    account: str
    items: list[MemberView]


class MemberUpdated(msgspec.Struct, frozen=True, kw_only=True):
    """The data of an event ``member_updated``: what a person may do on a shared account, nothing if they
    left it.

    It goes to that person, and to the members who manage.
    """

    account: str
    user: str
    rights: list[str]


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """A member of a shared account, with what they may do: ``read``, ``spend``, ``manage``."""

    user: str
    rights: list[str]


class MonthReport(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts by month, asset and class."""

    at: str
    items: list[MonthRow]


class MonthRow(msgspec.Struct, frozen=True, kw_only=True):
    """A month's ``amount`` of an asset in one class, in so many grants or transactions (``count``).

    ``month`` is a month in UTC, such as 2026-12; "" stands for never.
    """

    month: str
    asset: str
    class_: Literal["paid", "promotional"] = msgspec.field(name="class")
    count: int
    amount: str


class NotificationPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of notifications, newest first; ``unread`` counts all that the person has not read."""

    items: list[NotificationView]
    cursor: str | None
    unread: int


class NotificationTold(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as an event tells of it: on a person's own stream with how many are unread now."""

    id: str
    level: Literal["success", "error", "info", "warning"]
    title: str
    body: str
    category: str
    thread: str
    subject: SubjectView | None
    at: str
    read: bool
    stream: str
    number: int
    unread: int | None = None


class NotificationView(msgspec.Struct, frozen=True, kw_only=True):
    """A notification; ``stream`` is whose it is (a person's, or a room's), ``number`` its place there: 1,
    2, 3.

    ``level`` is success, error, info or warning. A toast of the same ``thread`` is replaced by this one.
    """

    id: str
    level: Literal["success", "error", "info", "warning"]
    title: str
    body: str
    category: str
    thread: str
    subject: SubjectView | None
    at: str
    read: bool
    stream: str
    number: int


class NotificationWays(msgspec.Struct, frozen=True, kw_only=True):
    """Tells a person's devices how the person now wants to hear of each category."""

    ways: dict[str, list[Literal["toast", "email"]]]


class NotificationsRead(msgspec.Struct, frozen=True, kw_only=True):
    """Tells a person's devices what was read: how many are unread on their own stream, and the marks that
    moved.
    """

    unread: int
    marks: dict[str, MarkView]


class NotificationsView(msgspec.Struct, frozen=True, kw_only=True):
    """The newest notifications of a stream, and how many there ever were.

    ``unread``, ``marks`` (by stream) and ``ways`` (by category) come with a person's own stream;
    ``stale`` with a room's: the notifications up to this number are no news any more.
    """

    total: int
    items: list[NotificationView]
    unread: int | None = None
    marks: dict[str, MarkView] | None = None
    ways: dict[str, list[Literal["toast", "email"]]] | None = None
    stale: int | None = None


class NumberedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its offset in its stream."""

    offset: int
    type: str
    transaction: str
    kind: str
    reason: str
    at: str
    recorded_at: str
    changes: list[BalanceChange] | None = None
    key: str | None = None
    hold: str | None = None
    data: dict[str, Any] | None = None
    notification: NotificationTold | None = None


class OutboxEntryView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the outbox: what it carries is the channel's, and not shown."""

    id: str
    channel: str
    # To whom or where, in words of the channel's.
    target: str
    # waiting, sent, failed (given up) or dropped (not wanted any more).
    state: str
    # When it was put there.
    at: str
    # When it is tried next, null for never.
    due_at: str | None
    attempts: int
    # Why it was not delivered the last time.
    note: str


class OutboxPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of entries; ``cursor`` leads to the next one, null on the last."""

    items: list[OutboxEntryView]
    cursor: str | None


class PaceView(msgspec.Struct, frozen=True, kw_only=True):
    """The amounts spent in the last hour and the last day, and for how many seconds ``most`` lasts at such
    a pace.

    That is null where nothing was spent, or nothing limits what may be.
    """

    hour: str
    day: str
    lasts_at_hour_s: int | None
    lasts_at_day_s: int | None


class PackageLine(msgspec.Struct, frozen=True, kw_only=True):
    """A package that ``by`` changed, as staff are told of it."""

    package: str
    name: str
    version: int
    by: str


class PackageList(msgspec.Struct, frozen=True, kw_only=True):
    """The packages, in the order of the catalogue."""

    items: list[PackageView]


class PackageNews(msgspec.Struct, frozen=True, kw_only=True):
    """The changed packages of one batch, and how many ``more`` of them are left out."""

    items: list[PackageLine]
    more: int


class PackageView(msgspec.Struct, frozen=True, kw_only=True):
    """A package of credits. ``sold`` says whether it can be ordered now.

    People see the packages that are sold, each with the ``prices`` that hold; staff and services see
    all.
    """

    id: str
    name: str
    description: str
    credits: str
    asset: str
    class_: str = msgspec.field(name="class")
    lasts_s: int | None
    priority: int
    prices: list[PriceView]
    active_from: str | None
    active_to: str | None
    pay_within_s: int
    place: int
    sold: bool
    version: int
    changed_at: str
    changed_by: str | None = None
    replayed: bool | None = None


class PaymentPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of messages, the newest first."""

    items: list[PaymentView]
    cursor: str | None


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """A message about a payment as it came (``body``, its JSON text), and its outcome, "" while there is
    none.
    """

    id: str
    type: str
    payment: str
    order: str | None
    amount: str
    currency: str
    reason: str
    at: str
    outcome: str
    detail: str
    case: str | None
    body: str


class PlaceView(msgspec.Struct, frozen=True, kw_only=True):
    """A placement of a candidate: since when, and how many of its ``files`` name them."""

    id: str
    title: str
    archived: bool
    since: str
    files: int


class PlacementActPage(msgspec.Struct, frozen=True, kw_only=True):
    """Acts that gave credits in a placement, the newest first; amounts are of ``asset``."""

    items: list[PlacementActView]
    asset: str
    cursor: str | None


class PlacementActView(msgspec.Struct, frozen=True, kw_only=True):
    """An operation (``act``) that gave credits by a ``run``, whose ``state`` is None until it is filed.

    ``people`` get ``total`` in all, ``credits`` each; that is None where each person's stands in the
    file. ``file`` and ``file_name`` are None where it is of several.
    """

    id: str
    act: str
    file: str | None
    file_name: str | None
    credits: str | None
    mode: Literal["add", "set"]
    reason: str
    people: int
    total: str
    by: str
    at: str
    draft: str
    run: str | None
    state: str | None


class PlacementFilePage(msgspec.Struct, frozen=True, kw_only=True):
    """Files of a placement, the newest first; amounts are of ``asset``."""

    items: list[PlacementFileView]
    asset: str
    cursor: str | None


class PlacementFileView(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a placement: uploaded, or ``processed`` into candidates, who got the credits in it by the
    ``run``.

    ``draft`` has its rows, ``rows`` of them: ``bad`` ones cannot be posted, ``selected`` ones are to be,
    and come to ``total``. ``candidates`` are placed by it, of whom it made ``new_candidates``.
    ``expired`` says that its rows were forgotten before it was processed, after long in the archive:
    upload it again.
    """

    id: str
    placement: str
    name: str
    state: Literal["processed", "uploaded"]
    draft: str
    uploaded_by: str
    uploaded_at: str
    processed_by: str | None
    processed_at: str | None
    run: str | None
    expired: bool
    rows: int
    bad: int
    selected: int
    total: str
    candidates: int
    new_candidates: int


class PlacementLine(msgspec.Struct, frozen=True, kw_only=True):
    """A placement that changed, "" for a candidate without one."""

    placement: str


class PlacementMember(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate of a placement, placed there by ``files`` files; ``fresh`` says whether one of these made
    them.
    """

    user: str
    email: str
    name: str
    origin: Literal["file", "legacy", "regular"]
    since: str
    balance: str
    files: int
    fresh: bool


class PlacementMemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """Candidates of a placement in order of their ids; balances are of ``asset``."""

    items: list[PlacementMember]
    asset: str
    cursor: str | None


class PlacementNews(msgspec.Struct, frozen=True, kw_only=True):
    """The placements that a batch changed: read them again. ``more`` further lines are left out."""

    items: list[PlacementLine]
    more: int


class PlacementPage(msgspec.Struct, frozen=True, kw_only=True):
    """Placements, the newest first."""

    items: list[PlacementView]
    cursor: str | None


class PlacementTold(msgspec.Struct, frozen=True, kw_only=True):
    """A placement of a candidate's that changed, or to which they came; "" where their own record did."""

    placement: str
    title: str
    archived: bool


class PlacementView(msgspec.Struct, frozen=True, kw_only=True):
    """A placement, with how many ``files`` it has, and how many ``candidates`` are placed there.

    Credits there are of the ``asset``. ``archived_at`` and ``archived_by`` are None as long as it goes
    on.
    """

    id: str
    title: str
    note: str
    asset: str
    version: int
    created_by: str
    created_at: str
    archived_by: str | None
    archived_at: str | None
    files: int
    candidates: int


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a run that is posted: rows, and what these moved in all."""

    rows: int
    amount: str


class PostingView(msgspec.Struct, frozen=True, kw_only=True):
    """A posting on the wire: ``amount`` is a decimal string."""

    source: str
    destination: str
    amount: str
    asset: str


class PreferencesView(msgspec.Struct, frozen=True, kw_only=True):
    """A person's choice for each category: toast, email, both or neither; ``*`` stands for all others.

    ``categories`` are those they were notified of lately, ``email`` is where mail goes (null: nowhere is
    known), and ``mail`` says whether this server sends any.
    """

    ways: dict[str, list[Literal["toast", "email"]]]
    categories: list[str]
    email: str | None
    mail: bool


class PriceView(msgspec.Struct, frozen=True, kw_only=True):
    """A price, and the moment from which it holds."""

    amount: str
    currency: str
    from_: str = msgspec.field(name="from")


class PrintedCode(msgspec.Struct, frozen=True, kw_only=True):
    """A code to print: the ``link`` that its QR code (``svg``) leads to. A shared code has the number 0."""

    number: int
    code: str
    link: str
    svg: str


class PrintedCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Codes to print, by number."""

    items: list[PrintedCode]
    cursor: str | None


class ReadColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a file that may be chosen: its number from 1, its header's words, and the first text
    below.
    """

    number: int
    name: str
    sample: str


class ReadRemark(msgspec.Struct, frozen=True, kw_only=True):
    """Something in a file that a person should look at, with the line that it is about."""

    code: str
    detail: str
    line: int | None


class ReadSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet of a workbook that may be chosen."""

    name: str
    hidden: bool


class ReadView(msgspec.Struct, frozen=True, kw_only=True):
    """The number of unread notifications, the mark in each stream, and the position of the event of it."""

    unread: int
    marks: dict[str, MarkView]
    positions: dict[str, str]


class RecipientView(msgspec.Struct, frozen=True, kw_only=True):
    """Another person as anybody signed in may see them."""

    user: str
    name: str


class RedeemedView(msgspec.Struct, frozen=True, kw_only=True):
    """The result of a redemption or of its undoing: the redemption as it is now, and the transaction."""

    redemption: RedemptionView
    transaction: TransactionView


class RedemptionPage(msgspec.Struct, frozen=True, kw_only=True):
    """Redemptions, the newest first."""

    items: list[RedemptionView]
    cursor: str | None


class RedemptionView(msgspec.Struct, frozen=True, kw_only=True):
    """A redemption; its id is that of the transaction that paid. ``number`` counts the person's in the
    campaign.

    ``code_number`` is the number of a single-use code, 0 for a shared one. ``undone_*`` and
    ``reversal``, the transaction that took the amount back, are None until it is undone.
    """

    id: str
    campaign: str
    name: str
    user: str
    state: Literal["redeemed", "undone"]
    amount: str
    asset: str
    number: int
    code_number: int
    at: str
    undone_at: str | None
    undone_by: str | None
    reversal: str | None
    reason: str


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """A request that ``by`` changed, as staff are told of it.

    ``approvals`` says how many people approved and ``needed`` how many must; ``parent`` is the request
    that it belongs to. ``owner`` is a stream, ``user`` that person's id, "" where it is no person's.
    ``untold`` is there where the step concerns more people than one step tells: how many were not.
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
    untold: int | None = None


class RequestNews(msgspec.Struct, frozen=True, kw_only=True):
    """The newest changes of one batch, and how many ``more`` of them are left out."""

    items: list[RequestLine]
    more: int


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of requests; ``waiting`` counts by kind what waits for a decision."""

    items: list[RequestView]
    cursor: str | None
    waiting: dict[str, int] | None = None


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request. ``amount`` is a decimal string; ``may`` are the transitions that the reader may take now.

    ``owner`` is the stream of whose request it is, ``user`` that person's id, "" where it is no
    person's. ``changed_parent`` comes with an event and a write: the request that this one belongs to,
    where it was changed with it; and so does ``filed``: the requests that the step filed, of those that
    are the reader's to know. ``correction`` is what somebody proposes to give back, ``corrected`` what
    was given back, by asset; neither is there where there is none. ``viewers`` and ``history`` come with
    a single request, ``transaction`` and what follows with a write. The history is the newest part, the
    oldest step first; ``history_more`` says that there are steps before these.
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
    correction: ApprovalView | None = None
    corrected: dict[str, str] | None = None
    may: list[str] | None = None
    changed_parent: RequestView | None = None
    filed: list[FiledView] | None = None
    viewers: list[LookView] | None = None
    history: list[StepView] | None = None
    history_more: bool | None = None
    transaction: str | None = None
    balances: list[BalanceView] | None = None
    positions: dict[str, str] | None = None
    replayed: bool | None = None
    dry_run: bool | None = None


class Reset(msgspec.Struct, frozen=True, kw_only=True):
    """The stream as it stands at the page's position: forget what was known of it."""

    snapshot: SnapshotData


class RowProblem(msgspec.Struct, frozen=True, kw_only=True):
    """The fault of a row that cannot be used: a stable ``code`` and a ``detail`` that says what to do."""

    code: str
    detail: str


class RunChunks(msgspec.Struct, frozen=True, kw_only=True):
    """The chunks of a run: how many are posted, of how many."""

    done: int
    of: int


class RunDraft(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that were read and checked and are not posted yet. Nothing of it is money before it is filed.

    ``expires_at`` is null where it is kept as a file; a ``closed`` one was given by another run. ``run``
    is the request that it became, ``undoes`` the run that it takes back. ``reading`` is null unless it
    is of a file. ``source_problem`` says why the account that pays could not pay all of it now. A run is
    one ``atomic`` commit, or has so many ``chunks``. ``approval`` says why another person must approve
    it, empty where nobody must. ``repeats`` are runs of the same file before. ``short`` says what an
    undo does about people who have spent some.
    """

    id: str
    version: int
    ready: bool
    origin: RunOrigin
    asset: str
    mode: Literal["add", "set", "undo"]
    reason: str
    source: str
    by: str
    made_at: str
    expires_at: str | None
    closed: bool
    duplicates: Literal["ask", "first", "sum"]
    short: Literal["below_floor", "refuse", "take_what_is_left"] | None
    amount: str | None
    run: str | None
    undoes: str | None
    reading: DraftReading | None
    summary: DraftSummary
    source_problem: RunProblem | None
    atomic: bool
    chunks: int
    needs_approval: bool
    approval: str
    repeats: list[RunRepeat]


class RunDraftPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of drafts that nobody has filed, newest first."""

    items: list[RunDraft]
    cursor: str | None


class RunOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """The origin of a draft's rows.

    ``name`` is a file's, or what the caller gave; ``operation`` asked for it, empty for nothing but a
    draft. ``digest`` stands for the file or list, null for a selection.
    """

    what: Literal["file", "list", "selection", "undo"]
    name: str
    operation: str
    digest: str | None


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of runs, newest first."""

    items: list[RunView]
    cursor: str | None


class RunProblem(msgspec.Struct, frozen=True, kw_only=True):
    """The fault of a row: a stable ``code``, and a ``detail`` that says what to do."""

    code: str
    detail: str


class RunReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The receipt of one person's row.

    ``sent`` counts the person's devices that got the change, at once or when they came back, and
    ``seen`` those that have shown it; ``sent_at`` and ``seen_at`` are the first of these moments.
    """

    number: int
    line: int
    user: str
    amount: str
    outcome: Literal["left_out", "nothing", "posted", "skipped", "waiting"]
    before: str | None
    after: str | None
    transaction: str | None
    committed_at: str | None
    sent: int
    sent_at: str | None
    seen: int
    seen_at: str | None


class RunReceiptPage(msgspec.Struct, frozen=True, kw_only=True):
    """Receipts of a run: those behind the first ``from`` of ``total``."""

    items: list[RunReceipt]
    from_: int = msgspec.field(name="from")
    total: int


class RunRepeat(msgspec.Struct, frozen=True, kw_only=True):
    """A run that was filed of the same file or list before."""

    run: str
    filed_at: str
    by: str
    state: Literal["cancelled", "done", "paused", "pending", "rejected", "running", "stopped"]


class RunRowPage(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one sort: those behind the first ``from`` of ``total``."""

    items: list[RunRowView]
    from_: int = msgspec.field(name="from")
    total: int


class RunRowView(msgspec.Struct, frozen=True, kw_only=True):
    """A row: whom it names, and what it gives.

    ``number`` counts the rows from 1, ``line`` is its place in the file. ``matched`` says by what the
    person was found: id, email or name; empty for somebody of whom nobody knows. ``balance`` is the
    present one, and ``after`` what it would be; of a row that was posted these are the ones before and
    after. ``raw`` has the texts as they were sent. ``duplicate_of`` is the number of the first row of
    the same person. ``outcome``, ``transaction`` and ``undone`` come with the rows of a run.
    """

    number: int
    line: int
    user: str
    amount: str
    reason: str
    known: bool
    matched: str
    email: str
    name: str
    balance: str | None
    after: str | None
    raw: dict[str, str]
    problem: RunProblem | None
    duplicate_of: int | None
    selected: bool
    outcome: Literal["left_out", "nothing", "posted", "skipped", "waiting"] | None = None
    transaction: str | None = None
    undone: bool | None = None


class RunView(msgspec.Struct, frozen=True, kw_only=True):
    """A run: a draft that was filed.

    ``rows`` people get or give ``total`` in all; of these ``posted`` are done, ``skipped`` ones were
    left out after they were refused, and ``idle`` ones had nothing to do. ``problem`` is the row at
    which it stopped. ``undone`` says how far other runs (``undone_by``) took it back; ``undoes`` is the
    run that it takes back itself. ``may`` are the transitions that the caller may take: POST
    /v1/requests/run/{id}/{transition}.
    """

    id: str
    version: int
    state: Literal["cancelled", "done", "paused", "pending", "rejected", "running", "stopped"]
    draft: str
    origin: RunOrigin
    asset: str
    mode: Literal["add", "set", "undo"]
    reason: str
    source: str
    by: str
    filed_at: str
    changed_at: str
    decided_by: str | None
    decided_at: str | None
    rows: int
    people: int
    total: str
    posted: Posted
    idle: int
    skipped: int
    atomic: bool
    chunks: RunChunks
    problem: StoppedAt | None
    short: Literal["below_floor", "refuse", "take_what_is_left"] | None
    undoes: str | None
    undone: Literal["no", "part", "whole"]
    undone_by: list[str]
    approval: str
    may: list[str]
    replayed: bool


class SentView(msgspec.Struct, frozen=True, kw_only=True):
    """A notification that was sent: its id, the stream it went ``to``, and the position of its event there."""

    id: str
    to: str
    at: str
    positions: dict[str, str]
    replayed: bool


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A token, its bearer and its end; ``expires_at`` is RFC 3339."""

    token: str
    expires_at: str
    user: str
    name: str
    roles: list[str]
    # The value of the session's cookie: refresh_token and logout take it.
    cookie: str = ""


class SettledView(msgspec.Struct, frozen=True, kw_only=True):
    """The effect of a settlement, as decimal strings.

    It ``captured`` so much of the hold and ``freed`` the rest; ``spent`` was paid beyond the hold, and
    ``shortfall`` was used and not paid. ``refused`` is the code that kept all of the excess out, left
    out where none did.
    """

    captured: str
    spent: str
    freed: str
    shortfall: str
    refused: str | None = None


class ShareView(msgspec.Struct, frozen=True, kw_only=True):
    """A shared account that a person is a member of, and what they may do there."""

    account: str
    rights: list[str]


class SheetColumn(msgspec.Struct, frozen=True, kw_only=True):
    """A column that may be chosen: its number from 1, its header's words, and the first text below."""

    number: int
    name: str
    sample: str


class SheetName(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet of a workbook that may be chosen."""

    name: str
    hidden: bool


class SheetPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a file. ``columns`` maps user, amount and reason to the header's words, ``places`` to
    its numbers.

    ``decimal`` is the sign before the fraction that was chosen or that the amounts show. ``found`` and
    ``sheets`` are the columns and sheets that may be chosen instead, ``warnings`` what a person should
    look at.
    """

    columns: dict[str, str]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    rows: list[SheetRow]
    summary: SheetSummary
    decimal: str | None
    places: dict[str, int]
    header_line: int
    found: list[SheetColumn]
    sheets: list[SheetName]
    warnings: list[SheetRemark]


class SheetRemark(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a person should look at; a code of ``WARNINGS``, and the line that it is about."""

    code: str
    detail: str
    line: int | None = None


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the file: ``user`` is the id (a known e-mail address was looked up), ``amount`` a decimal
    string.

    ``balance`` is the person's present one, ``known`` whether they have an account or a login;
    ``duplicate_of`` is the line of an earlier row with the same person; ``written`` is the amount as the
    file has it, where that differs.
    """

    line: int
    user: str
    amount: str
    reason: str
    known: bool
    balance: str | None = None
    error: RowProblem | None = None
    duplicate_of: int | None = None
    written: str | None = None


class SheetSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Rows in all, good ones, bad ones, good ones that repeat a person; ``total`` is the good ones' amount."""

    rows: int
    good: int
    bad: int
    duplicates: int
    total: str


class SnapshotData(msgspec.Struct, frozen=True, kw_only=True):
    """A stream as it stood at a position; ``user`` only with a person's, ``balances`` empty with a room's.

    ``as_of`` is the time of reading. ``ahead_s`` comes from a sandbox alone: how many seconds its clock
    was set forward. ``shared`` are the accounts that the person is a member of, left out where there are
    none; their balances are among the others. Programs add fields of their own.
    """

    balances: list[BalanceView]
    as_of: str
    user: str | None = None
    ahead_s: float | None = None
    shared: list[ShareView] | None = None
    notifications: NotificationsView | None = None
    requests: list[RequestView] | None = None


class StateView(msgspec.Struct, frozen=True, kw_only=True):
    """A state of a kind and how it looks (``tone``). In one that ``waits``, staff are to decide.

    While it is ``open``, something can still happen. ``due`` is the transition that the system takes
    once a request's ``due_at`` has come, "" for none.
    """

    name: str
    title: str
    open: bool
    waits: bool
    tone: Literal["neutral", "wait", "good", "bad"]
    due: str


class StepPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a request's history, newest first."""

    items: list[StepView]
    cursor: str | None


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a request's history; ``transaction`` is the one that made it.

    A step of a request that belongs to it is named by its kind, too (``card_payment.file``), its id is
    the input.
    """

    version: int
    transition: str
    from_: str = msgspec.field(name="from")
    to: str
    by: str
    at: str
    reason: str
    input: dict[str, Any]
    transaction: str


class StoppedAt(msgspec.Struct, frozen=True, kw_only=True):
    """The row at which a run stopped, and why."""

    number: int
    user: str
    code: str
    detail: str


class StreamPage(msgspec.Struct, frozen=True, kw_only=True):
    """Events after a position, and the position after them. ``reset`` comes instead where going on is
    impossible.
    """

    events: list[NumberedEvent]
    position: str
    reset: Reset | None = None


class StreamPageOf(msgspec.Struct, frozen=True, kw_only=True):
    """A page of one of several streams."""

    events: list[NumberedEvent]
    position: str
    reset: Reset | None = None
    stream: str


class StreamPages(msgspec.Struct, frozen=True, kw_only=True):
    """A page of each stream that has news, and the vector after them."""

    pages: list[StreamPageOf]
    position: str


class SubjectView(msgspec.Struct, frozen=True, kw_only=True):
    """The subject of a notification: a kind of thing, and its id."""

    kind: str
    id: str


class TransactionView(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction on the wire, with the balances right after it and the positions of its events.

    ``at`` is the effective time, ``recorded_at`` the time of the commit. ``id`` is None for a command
    that found nothing to change; ``balances`` and ``positions`` then are the present ones. ``cause`` is
    the request that did it (``request:transfer:<id>``), None for what a caller posted. ``moved`` is what
    moved in all, where an amount was meant as "at most" and all postings are of one asset. ``grants``
    says what it changed of grants, and is left out where it changed none. ``settled`` comes with the
    settlement of a hold. With ``dry_run`` nothing was done, and its ids name nothing.
    """

    id: str | None
    kind: str
    postings: list[PostingView]
    reason: str
    metadata: dict[str, Any]
    actor: str
    principal: str
    key: str
    at: str
    recorded_at: str
    reverses: str | None
    hold: HoldView | None
    balances: list[BalanceView]
    positions: dict[str, str]
    replayed: bool
    cause: str | None
    moved: str | None = None
    dry_run: bool | None = None
    grants: list[AllocationView] | None = None
    settled: SettledView | None = None


class TransitionView(msgspec.Struct, frozen=True, kw_only=True):
    """A transition of a kind; ``schema`` is the JSON schema of its input."""

    name: str
    title: str
    from_: list[str] = msgspec.field(name="from")
    to: list[str]
    by: list[str]
    decides: bool
    approves: bool
    confirms: bool
    schema: dict[str, Any]


class UpdateView(msgspec.Struct, frozen=True, kw_only=True):
    """The latest change of a candidate's credits: when, by how much, what they were after it, and why."""

    at: str
    delta: str
    balance: str
    reason: str
    kind: str


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of people by user id."""

    items: list[UserView]
    cursor: str | None


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A person with their balances; ``roles`` null where their token's roles count."""

    user: str
    name: str
    email: str | None
    roles: list[str] | None
    disabled: bool
    balances: list[BalanceView]


class VoucherLine(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign that changed."""

    campaign: str


class VoucherNews(msgspec.Struct, frozen=True, kw_only=True):
    """The campaigns that a batch changed, each once: read them again. ``more`` further ones are left out."""

    items: list[VoucherLine]
    more: int


class VoucherPreview(msgspec.Struct, frozen=True, kw_only=True):
    """The worth of a code for the person now: it is ``redeemable``, or ``code`` and ``detail`` say why not."""

    name: str
    amount: str
    asset: str
    grant: VoucherTerms | None
    ends_at: str | None
    redeemable: bool
    code: str
    detail: str


class VoucherTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The terms of the grant that a code gives; it ends at ``expires_at``, or ``lasts_s`` seconds later, or
    never.
    """

    class_: Literal["paid", "promotional"] = msgspec.field(name="class")
    expires_at: str | None
    lasts_s: int | None
    priority: int
    note: str


class VoucherTold(msgspec.Struct, frozen=True, kw_only=True):
    """A person's redemption that was made or undone, as their devices hear of it."""

    redemption: RedemptionView
