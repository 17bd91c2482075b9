"""Find another person: a sender sees the recipient's name before sending."""

from __future__ import annotations

import msgspec

from groat.api.answer import Answer
from groat.api.call import Call
from groat.api.operations import Operations, Parameter
from groat.api.people import Directory
from groat.api.rights import Right, sees_everything
from groat.identity import IdentityError
from groat.ledger.text import check_text

operations = Operations()


class RecipientView(msgspec.Struct):
    """Another person as anybody signed in may see them."""

    user: str
    name: str


@operations.declare(
    "findPerson",
    "GET /v1/people/{who}",
    Right.SIGNED_IN,
    "people",
    "Find a recipient",
    answer=RecipientView,
    params=(
        Parameter(
            "who", {"type": "string", "minLength": 1, "maxLength": 254}, "A person's id or e-mail address."
        ),
    ),
    codes=("user_not_found", "invalid_text", "text_too_long"),
    answer_example={"user": "7", "name": "Mei Tanaka"},
)
async def find_person(call: Call) -> Answer:
    """The person with this id or e-mail address, so that a sender sees the name first. People may ask 60 times an hour,
    and find only whom the setting `people_found_by` lets them find.
    """
    who = check_text(call.params["who"], 254)
    user = (
        await Directory(call).user_of(who)
        if call.settings.people_found_by or sees_everything(call.identity)
        else None
    )
    if user is None:
        raise IdentityError("user_not_found")
    person = await call.identities.find_user(user)
    return Answer.of(RecipientView(user, person.name if person is not None else ""))
