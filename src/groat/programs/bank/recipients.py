"""Recipients of money: a user of the system, or an account at another bank."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta

from groat.ledger.errors import Refusal, Refused, Rule
from groat.programs.bank.accounts import outside
from groat.programs.workflow import People

RULES = {
    "recipient_missing": Rule(
        422, "Name one recipient: a saved one, a user, or an external account with the holder's name."
    ),
    "recipient_wrong": Rule(
        422, "The number of the external account is invalid, or the recipient is the payer."
    ),
    "recipient_unknown": Rule(422, "The server knows nobody with this id or e-mail address."),
    "recipient_removed": Rule(409, "The saved recipient was removed."),
}

Name = Annotated[str, Meta(max_length=100)]

_USER = re.compile(r"[A-Za-z0-9._@|-]{1,64}", re.ASCII)
_NUMBER = re.compile(r"[A-Z0-9]{5,34}", re.ASCII)
_IBAN = re.compile(r"([A-Z]{2})([0-9]{2})[A-Z0-9]*", re.ASCII)
_IBAN_LENGTHS = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 "
    "DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 "
    "GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 "
    "LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 "
    "PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 "
    "SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
"""The lengths of each country's IBANs (ISO 13616); the console's ``transfer.ts`` has the same."""

_LENGTHS = {each[:2]: int(each[2:]) for each in _IBAN_LENGTHS.split()}
_LENGTH_MIN = 15


class To(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A recipient: ``user`` (an id; when filed also an e-mail address), or ``external`` with the holder's ``name``."""

    user: Annotated[str, Meta(max_length=254)] = ""
    external: Annotated[str, Meta(max_length=64, description="An IBAN, or 5 to 34 letters and digits")] = ""
    name: Name = ""

    @property
    def account(self) -> str:
        """Return the account that the money goes to."""
        return outside(self.external) if self.external else f"user:{self.user}"

    @property
    def shown(self) -> str:
        """Return the recipient as text. The payer chose the name, so a person's id stands beside it."""
        if self.user and self.name:
            return f"{self.name} ({self.user})"
        return self.name or self.external or self.user


T = TypeVar("T", bound=To)


def read_number(text: str) -> str | None:
    """Return an external account's number without spaces and in capitals; None if it is none.

    A number that begins as an IBAN does must have its country's length and an IBAN's check digits (ISO 13616).
    """
    number = "".join(text.split()).upper()
    if not _NUMBER.fullmatch(number):
        return None
    begins = _IBAN.fullmatch(number)
    if begins is None:
        return number
    length = _LENGTHS.get(begins[1])
    if length is None and len(number) < _LENGTH_MIN:
        # This is a number of another form, for no country with IBANs has this code.
        return number
    digits = "".join(str(int(char, 36)) for char in number[4:] + number[:4])
    checked = int(digits) % 97 == 1 and "02" <= begins[2] <= "98"
    return number if checked and length in (None, len(number)) else None


def recipient_refusal(payer: str, to: To) -> Refusal | None:
    """Return the refusal of a recipient whom ``payer`` (a user id) cannot pay; None for one whom they can."""
    if bool(to.user) == bool(to.external) or (to.external and not to.name.strip()):
        return Refusal("recipient_missing", RULES["recipient_missing"].meaning)
    if to.external and read_number(to.external) != to.external:
        return Refusal(
            "recipient_wrong", "This is no account number, or an IBAN of wrong length or check digits."
        )
    if to.user and (to.user == payer or not _USER.fullmatch(to.user)):
        return Refusal("recipient_wrong", "Name somebody else's account.")
    return None


async def know(people: People, to: T) -> T:
    """Return the recipient with the user's id for their e-mail address, and the number without spaces.

    Raises Refused ``recipient_unknown`` for somebody who is not known here.
    """
    if to.user:
        user = await people.user_of(to.user.strip())
        if user is None:
            raise Refused(Refusal("recipient_unknown", RULES["recipient_unknown"].meaning, {"user": to.user}))
        return msgspec.structs.replace(to, user=user)
    return msgspec.structs.replace(to, external=read_number(to.external) or to.external)
