"""The settings of credits: ``[options.credits]``."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from groat.api.signatures import check_secret

_ASSET = re.compile(r"[A-Z][A-Z0-9_]{0,15}", re.ASCII)
_AMOUNT = re.compile(r"\d{1,19}(\.\d{1,18})?", re.ASCII)

SIMULATOR = "simulator"

Days = Annotated[int, Meta(ge=1, le=3_650)]


class SignUp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """The grant that a person gets at first sight: ``amount`` (a decimal string) of ``asset`` out of ``source``.

    It lasts ``lasts_days`` (None: for ever), and is spent by ``priority``, the smallest first.
    """

    amount: str
    asset: str = "CREDIT"
    class_: Literal["paid", "promotional"] = "promotional"
    lasts_days: Days | None = None
    priority: Annotated[int, Meta(ge=-1_000_000, le=1_000_000)] = 100
    source: str = "house:promotions"
    note: Annotated[str, Meta(max_length=200)] = ""


class PaymentDoor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The payment door: charges go to ``url``, signed with ``secret`` (base64, as whsec_...).

    ``test`` says that it moves no real money, such as the test mode of a gateway; a sandbox takes no other door, except
    the simulator. Raises ValueError for an address that is none, SettingsError for a secret that will not do.
    """

    url: Annotated[str, Meta(max_length=2_000)]
    secret: Annotated[str, Meta(max_length=500)]
    test: bool = False

    def __post_init__(self) -> None:
        """Check that there can be a door."""
        parts = urlsplit(self.url)
        if self.url != SIMULATOR and (
            parts.scheme not in ("http", "https") or not parts.hostname or parts.username
        ):
            raise ValueError(
                "payment_door: url is an address such as https://pay.example.com/charges, or simulator"
            )
        check_secret("options.credits.payment_door", self.secret)

    @property
    def charges_money(self) -> bool:
        """Return whether people pay real money through it."""
        return not (self.test or self.url == SIMULATOR)


class CreditsSettings(msgspec.Struct, frozen=True):
    """Say when people are warned of credits that expire, and what they get when they first come."""

    warn_days: Annotated[
        tuple[Days, ...],
        Meta(max_length=10, description="Days ahead of which a person hears that credits will expire"),
    ] = (7, 1)

    sign_up: Annotated[
        SignUp | None,
        Meta(description="What each new person gets, a table; nobody gets anything unless it is given"),
    ] = None

    low_balance: Annotated[
        dict[str, str],
        Meta(
            max_length=100,
            description="Amounts by asset, a table: who has less available of it is told, unless they chose otherwise",
        ),
    ] = {}
    voucher_secret: Annotated[
        str,
        Meta(
            description="Secret of which single-use codes are made, so that they can be exported again; the setting"
            " secret unless it is given. Keep it when that one changes"
        ),
    ] = ""
    voucher_link: Annotated[
        str,
        Meta(
            max_length=500,
            description="Where QR codes lead, with {code} for the code, such as https://app.example/redeem?code={code};"
            " the code alone unless it is given",
        ),
    ] = "{code}"
    voucher_guesses_per_person: Annotated[
        int, Meta(ge=1, le=10_000, description="Wrong codes that a person may try within the window")
    ] = 10
    voucher_guesses_per_address: Annotated[
        int,
        Meta(ge=1, le=1_000_000, description="Wrong codes that may come from one address within the window"),
    ] = 100
    voucher_guess_window_s: Annotated[
        int, Meta(ge=1, le=86_400, description="The window, in seconds from the first wrong code on")
    ] = 900

    payment_secrets: Annotated[
        tuple[str, ...],
        Meta(
            max_length=10,
            description="Secrets (base64, as whsec_...), one of which signs what the payment gateway sends",
        ),
    ] = ()

    payment_door: Annotated[
        PaymentDoor | None,
        Meta(
            description="Where charges are sent (a table with url, secret, and test where no real money moves); without"
            " it nothing is charged by itself"
        ),
    ] = None

    payment_wait_s: Annotated[
        int,
        Meta(
            ge=10,
            le=2_592_000,
            description="An automatic top-up gives an order up that is not paid within so many seconds",
        ),
    ] = 3_600

    def __post_init__(self) -> None:
        """Check that no day is named twice, that each amount is one, and each secret."""
        for asset, amount in self.low_balance.items():
            if not (_ASSET.fullmatch(asset) and _AMOUNT.fullmatch(amount) and amount.strip("0.")):
                raise ValueError(f"low_balance: give an asset and an amount above zero, not {asset[:16]!r}")
        for secret in self.payment_secrets:
            check_secret("options.credits.payment_secrets", secret)
        if len(set(self.warn_days)) < len(self.warn_days):
            raise ValueError("warn_days names a day twice")
        if "{code}" not in self.voucher_link:
            raise ValueError("voucher_link needs {code}, which stands for the code")
