"""Words for the requests of one kind: an app files one, takes a transition, and reads them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Literal, TypeVar

import msgspec

from groat.ledger.errors import Refusal, Refused
from groat.programs.words import Ledger, Words, word
from groat.programs.workflow.kinds import Kind
from groat.programs.workflow.views import RequestView
from groat.programs.workflow.workflow import NOTHING, Workflow

if TYPE_CHECKING:
    from groat.facade import Groat

Data = TypeVar("Data", bound=msgspec.Struct)


def workflow_of(groat: Groat) -> Workflow:
    """The workflow of a ledger's programs, with the settings that it was opened with; one for each ledger."""
    return groat.once(_make_workflow)


def _make_workflow(groat: Groat) -> Workflow:
    kinds = [*groat.standing_kinds, *(kind for program in groat.programs for kind in program.kinds)]
    return Workflow(groat, kinds, groat.settings.thresholds, groat.settings.open_requests)


class Requests(Words[Ledger], Generic[Ledger, Data]):
    """The words of one kind of requests. A subclass names its ``kind`` and the type of what is filed.

    The nodes that serve the database take what falls due. All words raise InvalidInput, Overloaded, Closed,
    StoreError; those that write also RequestError ``invalid_data``.
    """

    kind: ClassVar[Kind[Any]]

    @word
    async def file(
        self,
        data: Data,
        *,
        user: str = "",
        owner: str = "",
        key: str,
        by: str = "",
        roles: Iterable[str] = (),
    ) -> RequestView:
        """File a request for a user (id), or for another ``owner`` (a stream, ``house:promo``).

        ``by`` is the principal who files it, the owner unless given. The same key and data again bring the first answer
        again. Raises Refused.
        """
        flow = workflow_of(self.groat)
        answer = await flow.file(self.kind.name, data, user=user, owner=owner, key=key, by=by, roles=roles)
        return _sure(answer)

    @word
    async def take(
        self,
        id: str,
        transition: str,
        given: msgspec.Struct | Mapping[str, Any] = NOTHING,
        *,
        by: str,
        key: str,
        roles: Iterable[str] = (),
        version: int | None = None,
    ) -> RequestView:
        """Take a transition as the principal ``by`` (``user:ada``) with these ``roles``; ``given`` is its input.

        With a ``version`` it is taken only while the request is at that version. Raises Refused, and ValueError for a
        transition that the kind does not have.
        """
        if transition not in self.kind.transitions:
            raise ValueError(
                f"{self.kind.name} has no transition {transition!r}: {list(self.kind.transitions)}"
            )
        flow = workflow_of(self.groat)
        answer = await flow.take(
            self.kind.name,
            id,
            transition,
            given,
            by=by,
            key=key,
            roles=roles,
            version=version,
            aliases=await flow.aliases_of(by, self.kind.name, transition),
        )
        return _sure(answer)

    @word
    async def get(self, id: str) -> RequestView | None:
        """A request with its history; None where this kind has none of the id."""
        return await workflow_of(self.groat).find(self.kind.name, id)

    @word
    async def page(
        self,
        *,
        user: str = "",
        owner: str = "",
        parent: str = "",
        state: str = "",
        sort: Literal["newest", "oldest"] = "newest",
        after: str = "",
        limit: int = 50,
    ) -> list[RequestView]:
        """Requests of everybody, of one user or ``owner``, or that belong to the request ``parent``, behind the id
        ``after``, ``sort`` newest or oldest first.
        """
        flow = workflow_of(self.groat)
        page = await flow.page(
            sort=sort,
            user=user,
            owner=owner,
            parent=parent,
            kind=self.kind.name,
            state=state,
            after=after,
            limit=limit,
        )
        return [await flow.view(row) for row in page.rows]


def _sure(answer: RequestView | Refusal) -> RequestView:
    if isinstance(answer, Refusal):
        raise Refused(answer)
    return answer
