"""Find another person: to whom money is sent is named before it is sent."""

from __future__ import annotations

import msgspec

from groat.http.answer import Answer
from groat.http.call import Call
from groat.http.operations import operation
from groat.http.rights import sees_everything
from groat.identity import IdentityError
from groat.ledger.text import check_text


class RecipientView(msgspec.Struct):
    """Another person as anybody signed in may see them."""

    user: str
    name: str


@operation(
    "findPerson",
    "GET /v1/people/{who}",
    "people",
    "Find a recipient",
    answer=RecipientView,
    codes=("user_not_found", "invalid_text", "text_too_long"),
    answer_example={"user": "7", "name": "Mei Tanaka"},
)
async def find_person(call: Call) -> Answer:
    """Who has this id or e-mail address, so that a sender sees the name first. People may ask 60 times an hour, and
    find only whom the setting `people_found_by` lets them find.
    """
    who = check_text(call.params["who"], 254)
    user = (
        await Known(call).user_of(who)
        if call.settings.people_found_by or sees_everything(call.identity)
        else None
    )
    if user is None:
        raise IdentityError("user_not_found")
    person = await call.identities.find_user(user)
    return Answer.of(RecipientView(user, person.name if person is not None else ""))


class Known:
    """Who the server knows by id or e-mail address: people with an account here, or with a balance.

    A person's look-ups are counted, so that nobody finds out whose addresses are known here by trying many.
    """

    def __init__(self, call: Call) -> None:
        self._call = call

    async def user_of(self, text: str) -> str | None:
        """See :class:`groat.programs.workflow.People`. Raises HttpError ``rate_limited``."""
        call = self._call
        by_email = True
        if not sees_everything(call.identity):
            call.services.lookups.check(call.identity.principal)
            by_email = call.settings.people_found_by == "email"
        return await call.identities.user_of(text, by_email=by_email)
