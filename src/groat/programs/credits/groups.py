"""One grant for each person of a group: a list of people, or everybody who has a role here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

import msgspec
from msgspec import Meta

from groat.api.answer import Answer
from groat.api.bodies import AccountPath, Amount, AssetCode, Body, Name, Reason, Time
from groat.api.call import Call
from groat.api.money import optional_time
from groat.api.operations import Operations
from groat.api.problems import problem
from groat.api.rights import Right
from groat.identity.model import check_roles, check_user
from groat.ledger.amounts import format_amount
from groat.ledger.bulks import ITEMS_MAX, Bulk
from groat.ledger.commands import GrantPosting, Post
from groat.ledger.errors import Refusal
from groat.ledger.grants import Terms
from groat.programs.credits.errors import CreditError
from groat.store.flow import Flow, Query

SHOWN_MAX = 100
PAGE = 1_000

operations = Operations()


class GroupInput(Body):
    """A grant for each of these people (``users``) or for everybody whose record has a ``role``; name one of the two.

    It ends at ``expires_at``, or ``lasts_s`` seconds after the commit, or never.
    """

    amount: Amount
    asset: AssetCode
    users: list[Name] | None = None
    role: Name | None = None
    class_: Literal["paid", "promotional"] = msgspec.field(default="promotional", name="class")
    expires_at: Time | None = None
    lasts_s: Annotated[int, Meta(ge=1, le=3_153_600_000, description="Seconds from the commit.")] | None = (
        None
    )
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 100
    source: AccountPath = "house:promotions"
    note: Annotated[str, Meta(extra_json_schema={"maxLength": 200})] = ""
    reason: Reason = ""

    def terms(self) -> Terms:
        """Return the terms as the ledger has them. Raises InvalidInput."""
        lasts = None if self.lasts_s is None else self.lasts_s * 1_000_000
        terms = Terms(self.class_, optional_time(self.expires_at), lasts, self.priority, "group", self.note)
        terms.check()
        return terms


class GroupPerson(msgspec.Struct):
    """Somebody who would get a grant; ``known`` is false if the server has never seen anybody of this id."""

    user: str
    name: str
    known: bool


class GroupPreview(msgspec.Struct):
    """The people who would get a grant: how many they are, what it comes to (``total``), and the first hundred.

    ``unknown`` is how many of all the server has never seen, ``repeated`` how many were named more than once.
    """

    people: int
    total: str
    asset: str
    unknown: int
    repeated: int
    items: list[GroupPerson]


class GroupView(msgspec.Struct):
    """The grants that were given: to how many ``people``, and what they came to."""

    people: int
    total: str
    asset: str
    replayed: bool


class GrantGroup(Bulk, kw_only=True):
    """Grant to each person of a group, to all or to none. ``wish`` is what was asked for, which the digest covers.

    A role has other people another day, but a key that was used brings its first answer again.
    """

    kind: ClassVar[str] = "grant_group"
    wish: tuple[Any, ...]

    def target(self) -> Any:
        """Cover the wish."""
        return self.wish


_GROUP = {
    "amount": "50", "asset": "CREDIT", "role": "partner", "lasts_s": 2_592_000, "note": "Autumn gift",
    "reason": "Thanks for a good year",
}  # fmt: skip
_CODES = (
    "group_wrong", "group_empty", "group_too_large", "invalid_user", "invalid_role", "unknown_asset", "invalid_amount",
    "too_many_digits", "amount_not_positive", "amount_overflow", "invalid_grant", "invalid_time", "expires_in_past",
    "invalid_account",
)  # fmt: skip


@operations.declare(
    "previewGroupGrant",
    "POST /v1/grants/group/preview",
    Right.POST,
    "grants",
    "Preview a grant for a group",
    body=GroupInput,
    body_max=1 << 20,
    values_max=20_000,
    answer=GroupPreview,
    codes=_CODES,
    example=_GROUP,
    answer_example={
        "people": 2, "total": "100", "asset": "CREDIT", "unknown": 0, "repeated": 0,
        "items": [{"user": "42", "name": "Ursula Lang", "known": True}],
    },
)  # fmt: skip
async def preview_group_grant(call: Call) -> Answer:
    """Tells who would get the grant, and what it would come to. Nothing is written."""
    body = await call.body(GroupInput)
    body.terms()
    users, repeated = await _people(call, body)
    units = await call.groat.amount(body.amount, body.asset)
    known: set[str] = set()
    for start in range(0, len(users), PAGE):
        known |= await call.groat.read(_known, users[start : start + PAGE])
    shown = users[:SHOWN_MAX]
    records = await call.identities.people(shown)
    scale = (await call.groat.asset(body.asset)).scale
    return Answer.of(
        GroupPreview(
            len(users),
            format_amount(units * len(users), scale),
            body.asset,
            len(users) - len(known),
            repeated,
            [GroupPerson(u, records[u].name if u in records else "", u in known) for u in shown],
        )
    )


@operations.declare(
    "grantToGroup",
    "POST /v1/grants/group",
    Right.POST,
    "grants",
    "Grant to a group",
    body=GroupInput,
    body_max=1 << 20,
    values_max=20_000,
    answer=GroupView,
    status=201,
    statuses={200: "The key was used before for this very act: its first answer again."},
    keyed=True,
    codes=(
        *_CODES, "key_reused", "insufficient_funds", "ceiling_exceeded", "budget_exceeded",
        "balance_overflow", "too_many_grants",
        "older_nodes", "text_too_long", "same_account",
    ),
    example=_GROUP,
    answer_example={"people": 2, "total": "100", "asset": "CREDIT", "replayed": False},
)  # fmt: skip
async def grant_to_group(call: Call) -> Answer:
    """Grants to all people of the group in one commit, or to nobody. The same key again brings the first answer again,
    whoever has the role by then.
    """
    key = call.key()
    body = await call.body(GroupInput)
    users, _ = await _people(call, body)
    units, terms = await call.groat.amount(body.amount, body.asset), body.terms()
    principal = call.identity.principal
    posts = [
        Post(
            principal=principal,
            key=key,
            reason=body.reason,
            postings=(GrantPosting(body.source, f"user:{user}", units, body.asset, terms),),
        )
        for user in users
    ]
    whom = ("role", body.role) if body.users is None else ("users", *sorted(set(body.users)))
    command = GrantGroup(
        principal=principal,
        key=key,
        reason=body.reason,
        items=tuple(posts),
        wish=(whom, body.source, units, body.asset, *msgspec.structs.astuple(terms)),
    )
    verdict = await call.groat.execute(command)
    if isinstance(verdict, Refusal):
        return problem(verdict)
    scale = (await call.groat.asset(body.asset)).scale
    # A first answer that is told again may be of other people than the role has now.
    count = len(verdict.transactions)
    made = GroupView(count, format_amount(units * count, scale), body.asset, verdict.replayed)
    return Answer.of(made, 200 if verdict.replayed else 201)


async def _people(call: Call, body: GroupInput) -> tuple[list[str], int]:
    """Return the people of the group, each once, and how many were named again. Raises CreditError."""
    if (body.users is None) == (body.role is None):
        raise CreditError("group_wrong")
    if body.users is not None:
        if len(body.users) > ITEMS_MAX:
            raise CreditError("group_too_large", max=ITEMS_MAX)
        users = list(dict.fromkeys(check_user(user) for user in body.users))
        repeated = len(body.users) - len(users)
    else:
        (role,) = check_roles((body.role or "",))
        users, repeated = await _of_role(call, role), 0
    if not users:
        raise CreditError("group_empty")
    return users, repeated


async def _of_role(call: Call, role: str) -> list[str]:
    users: list[str] = []
    while True:
        after = f"user:{users[-1]}" if users else ""
        found = await call.groat.read(_page_of_role, role, after)
        users += found
        if len(users) > ITEMS_MAX:
            raise CreditError("group_too_large", max=ITEMS_MAX)
        if len(found) < PAGE:
            return users


def _page_of_role(role: str, after: str) -> Flow[list[str]]:
    rows = yield Query("credits_of_role", (f'"{role}"', after, PAGE))
    return [id.removeprefix("user:") for (id,) in rows]


def _known(users: Sequence[str]) -> Flow[set[str]]:
    rows = yield Query("credits_known_people", ([f"user:{user}" for user in users],))
    return {person.removeprefix("user:") for (person,) in rows}
