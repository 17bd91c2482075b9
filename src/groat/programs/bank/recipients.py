"""To whom money goes: a user of the system, or an account at another bank."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Refused, Rule
from groat.programs.bank.places import outside
from groat.programs.workflow import People

RULES = {
    "recipient_missing": Rule(
        422, "Name one recipient: a saved one, a user, or an external account with the holder's name."
    ),
    "recipient_wrong": Rule(422, "The external account is none, or the recipient is the payer."),
    "recipient_unknown": Rule(422, "Nobody with this id or e-mail address is known here."),
    "recipient_removed": Rule(409, "The saved recipient was removed."),
}

Name = Annotated[str, Meta(max_length=100)]

_USER = re.compile(r"[A-Za-z0-9._@|-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9]{5,34}", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", re.ASCII)


class To(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A recipient: ``user`` (an id; when filed also an e-mail address), or ``external`` with the holder's ``name``."""

    user: Annotated[str, Meta(max_length=254)] = ""
    external: Annotated[str, Meta(max_length=64, description="An IBAN, or 5 to 34 letters and digits")] = ""
    name: Name = ""

    @property
    def account(self) -> str:
        """The account that the money goes to."""
        return outside(self.external) if self.external else f"user:{self.user}"

    @property
    def shown(self) -> str:
        """The recipient for people to read. The payer chose the name, so a person's id stands beside it."""
        if self.user and self.name:
            return f"{self.name} ({self.user})"
        return self.name or self.external or self.user


T = TypeVar("T", bound=To)


def read_number(text: str) -> str | None:
    """An external account's number without spaces and in capitals; None where it is none.

    What begins as an IBAN does must have an IBAN's check digits (ISO 13616).
    """
    number = "".join(text.split()).upper()
    if not _NUMBER.fullmatch(number):
        return None
    if _IBAN.fullmatch(number):
        digits = "".join(str(int(char, 36)) for char in number[4:] + number[:4])
        return number if int(digits) % 97 == 1 else None
    return number


def recipient_refusal(payer: str, to: To) -> Refusal | None:
    """Why nobody can be paid there by ``payer`` (a user id); None where somebody can."""
    if bool(to.user) == bool(to.external) or (to.external and not to.name.strip()):
        return Refusal("recipient_missing", RULES["recipient_missing"].meaning)
    if to.external and read_number(to.external) != to.external:
        return Refusal("recipient_wrong", "This is no account number, or its check digits are wrong.")
    if to.user and (to.user == payer or not _USER.fullmatch(to.user)):
        return Refusal("recipient_wrong", "Name somebody else's account.")
    return None


async def know(people: People, to: T) -> T:
    """The recipient with the user's id for their e-mail address, and the number without spaces.

    Raises Refused ``recipient_unknown`` for somebody who is not known here.
    """
    if to.user:
        user = await people.user_of(to.user.strip())
        if user is None:
            raise Refused(Refusal("recipient_unknown", RULES["recipient_unknown"].meaning, {"user": to.user}))
        return msgspec.structs.replace(to, user=user)
    return msgspec.structs.replace(to, external=read_number(to.external) or to.external)
