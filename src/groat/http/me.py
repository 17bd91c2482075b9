"""The caller, and what is theirs."""

from __future__ import annotations

from typing import Any

import msgspec

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.examples import BALANCE
from groat.api.operations import Operations, Parameter
from groat.api.rights import Right
from groat.ledger.views import BalanceView, ShareView

operations = Operations()


class Me(msgspec.Struct):
    """The caller, their balances, and the position up to which these are right.

    ``ahead_s`` comes from a sandbox alone: how many seconds its clock was set forward. ``shared`` are the accounts that
    the caller is a member of, left out where there are none; their balances are among the others.
    """

    user: str | None
    principal: str
    name: str
    roles: list[str]
    balances: list[BalanceView]
    positions: dict[str, str]
    ahead_s: float | msgspec.UnsetType = msgspec.UNSET
    shared: list[ShareView] | msgspec.UnsetType = msgspec.UNSET


class _SnapshotBalances(msgspec.Struct):
    """The part of a stream's snapshot that is needed here."""

    balances: list[BalanceView]
    ahead_s: float | msgspec.UnsetType = msgspec.UNSET
    shared: list[ShareView] | msgspec.UnsetType = msgspec.UNSET


_read_snapshot = msgspec.json.Decoder(_SnapshotBalances).decode


@operations.declare(
    "getMe",
    "GET /v1/me",
    Right.SIGNED_IN,
    "people",
    "Read who calls",
    answer=Me,
    statuses={304: "Nothing happened since the position in If-None-Match."},
    headers=(Parameter("If-None-Match", {"type": "string"}, "The ETag of an earlier answer."),),
    answer_example={
        "user": "42",
        "principal": "user:42",
        "name": "Ada",
        "roles": [],
        "balances": [BALANCE],
        "positions": {"user:42": "3f9c01aa:7"},
    },
)
async def get_me(call: Call) -> Answer:
    """Answers the caller's balances and the position up to which they are right. The ETag is that position: to poll,
    pass it as If-None-Match.
    """
    identity = call.identity
    streams = identity.rooms
    positions: dict[str, str] = {}
    balances: list[BalanceView] = []
    headers: tuple[tuple[bytes, bytes], ...] = ()
    name = ""
    ahead_s: float | msgspec.UnsetType = msgspec.UNSET
    shared: list[ShareView] | msgspec.UnsetType = msgspec.UNSET
    if identity.user is not None:
        wanted = call.headers.get(b"if-none-match")
        if wanted is not None:
            head: Any = (await call.groat.streams.heads([identity.principal]))[identity.principal]
            tag = f'"{head.epoch}:{head.offset}"'.encode()
            if tag in [part.strip().removeprefix(b"W/") for part in wanted.split(b",")]:
                return Answer(b"", 304, ((b"etag", tag),))
        snapshot = await call.groat.streams.snapshot(identity.principal)
        position = f"{snapshot.epoch}:{snapshot.offset}"
        positions[identity.principal] = position
        read = _read_snapshot(snapshot.data)
        balances, ahead_s, shared = read.balances, read.ahead_s, read.shared
        headers = ((b"etag", f'"{position}"'.encode()),)
        person = await call.identities.find_user(identity.user)
        name = person.name if person else ""
    if streams:
        heads = await call.groat.streams.heads(streams)
        positions |= {stream: f"{head.epoch}:{head.offset}" for stream, head in heads.items()}
    me = Me(
        identity.user, identity.principal, name, sorted(identity.roles), balances, positions, ahead_s, shared
    )
    return Answer.of(me, headers=headers)
