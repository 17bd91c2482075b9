"""Operations: each declares its route, right and types beside the function that answers it.

The routes, the OpenAPI document, the tables of rights and codes, and the tests are all made from them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

from groat.api.answer import Answer
from groat.api.problems import problem
from groat.api.rights import Right
from groat.ledger.errors import GroatError, Refusal
from groat.store.replica import STALE_S_MAX

if TYPE_CHECKING:
    from groat.api.answer import Download
    from groat.api.call import Call
    from groat.live.plain.streams import EventStream

Function = Callable[["Call"], Awaitable["Answer | Download | EventStream"]]
"""Answers a call: with ready-made bytes, or with a stream that stays open."""


Signature = Callable[["Call", bytes], None]
"""Checks the signature of a body as it arrived. Raises HttpError ``signature_invalid``."""


class Parameter(msgspec.Struct, frozen=True):
    """A query parameter: its name, JSON schema and purpose."""

    name: str
    schema: dict[str, Any]
    description: str
    required: bool = False


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One method of one path.

    ``body`` and ``answer`` are msgspec types, or None. A ``keyed`` operation needs an Idempotency-Key. ``codes`` are
    the stable codes that it may answer beyond those that its other fields imply. ``empty_body`` allows calls without
    a body. ``media_type`` is the answer's, with ``other_media_types`` as alternatives; ``body_type`` is the body's.
    ``statuses`` are further statuses of success. ``params`` describe the names in the path, except those that many
    operations share (id, account, asset, user, stream). A body has at most ``body_max`` bytes (None: the setting's
    limit), its JSON at most ``values_max`` values, nested at most ``depth_max`` deep; a form with a file has at most
    ``form_max``, whatever the setting is. ``signature`` checks the bodies of an operation with the right SIGNED.
    ``problem`` makes the answer for an error.
    """

    id: str
    method: str
    path: str
    tag: str
    summary: str
    description: str
    right: Right
    function: Function
    body: Any = None
    answer: Any = None
    status: int = 200
    statuses: dict[int, str] = {}
    params: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    headers: tuple[Parameter, ...] = ()
    keyed: bool = False
    empty_body: bool = False
    codes: tuple[str, ...] = ()
    media_type: str = "application/json"
    other_media_types: tuple[str, ...] = ()
    body_type: str = "application/json"
    body_max: int | None = 64 * 1024
    form_max: int | None = None
    values_max: int = 10_000
    depth_max: int = 24
    signature: Signature | None = None
    problem: Callable[[GroatError | Refusal], Answer] = problem
    example: Any = None
    answer_example: Any = None


class Operations(list[Operation]):
    """The operations of one module, in the order in which they are declared."""

    def declare(
        self, id: str, route: str, right: Right, tag: str, summary: str, **details: Any
    ) -> Callable[[Function], Function]:
        """Declare the decorated function to answer ``route`` ("POST /v1/transactions") for whoever has the right.

        Its docstring is the operation's description; ``details`` are the other fields of :class:`Operation`. Raises
        ValueError for the right SIGNED without ``signature``, and the reverse.
        """
        if (right is Right.SIGNED) != ("signature" in details):
            raise ValueError(f"{id}: the right SIGNED and the field signature go together")

        def declared(function: Function) -> Function:
            method, _, path = route.partition(" ")
            description = " ".join((function.__doc__ or "").split())
            self.append(
                Operation(
                    id=id,
                    method=method,
                    path=path,
                    tag=tag,
                    summary=summary,
                    description=description,
                    right=right,
                    function=function,
                    **details,
                )
            )
            return function

        return declared


def _integer(name: str, minimum: int, maximum: int, default: int, description: str) -> Parameter:
    schema = {"type": "integer", "minimum": minimum, "maximum": maximum, "default": default}
    return Parameter(name, schema, description)


CURSOR = Parameter(
    "cursor", {"type": "string"}, "Where the last page ended: pass its `cursor` back unchanged."
)
LIMIT = _integer("limit", 1, 500, 50, "How many items a page holds.")
STALE = Parameter(
    "max_stale",
    {"type": "integer", "minimum": 1, "maximum": STALE_S_MAX},
    "The answer may be so many seconds old: a replica may give it. `Groat-Stale` tells how old it is at most.",
)
ASSET = Parameter("asset", {"type": "string", "pattern": "^[A-Z][A-Z0-9_]{0,15}$"}, "Only this asset.")
DRY_RUN = Parameter(
    "dry_run",
    {"type": "boolean", "default": False},
    "Only say what this would do: the verdict of the real thing, with `dry_run` true, and all of it undone. Nothing"
    " stands under the key, and nobody is told.",
)
