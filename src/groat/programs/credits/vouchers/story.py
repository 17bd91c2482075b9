"""Vouchers for ``groat demo``: a code that everybody may redeem, and a letter with single-use codes."""

from __future__ import annotations

from contextlib import suppress

from groat import Groat
from groat.ledger.grants import Terms
from groat.ledger.keys import Key, derive
from groat.programs.credits.vouchers import codes
from groat.programs.credits.vouchers.campaigns import CAUSE, BeginCampaign, MakeCodes, Rules
from groat.programs.credits.vouchers.errors import VoucherError
from groat.programs.credits.vouchers.redeeming import Redeem
from groat.settings import Settings
from groat.store.batch import Done

PRINCIPAL = "service:demo"
ADMIN = "user:admin"
CODE = "WELCOME-BACK"
LETTERS = 40
MONTH_US = 30 * 86_400_000_000


async def tell_voucher_story(groat: Groat, settings: Settings) -> None:
    """Begin two campaigns, and let people redeem some of their codes. Told again, it changes nothing."""
    grant = Terms(lasts=MONTH_US, cause=CAUSE, note="Welcome back")
    rules = Rules("Welcome back", 25, "For everybody who has not been here for long", grant, budget=2_000)
    await _begin(groat, rules, CODE)
    for user in ("7", "11"):
        await _redeem(groat, codes.digest_of(codes.normalise(CODE) or ""), user)
    letter = await _begin(groat, Rules("Spring letter", 100, grant=Terms(lasts=3 * MONTH_US, cause=CAUSE)))
    secret = settings.options.get("credits", {}).get("voucher_secret") or settings.secret
    # The seed is the same each time the story is told, so that the codes are.
    digests = codes.Mint(secret).digests("00" * 32, LETTERS)
    made = await groat.execute(
        MakeCodes(
            principal=PRINCIPAL, key=_key("codes"), actor=ADMIN, campaign=letter, seed="00" * 32, digests=digests,
            wanted=LETTERS,
        )
    )  # fmt: skip
    assert isinstance(made, Done), made
    for user, digest in zip(("7", "11", "member-2", "member-3"), digests, strict=False):
        await _redeem(groat, digest, user)


async def _begin(groat: Groat, rules: Rules, code: str = "") -> str:
    made = await groat.execute(
        BeginCampaign(
            principal=PRINCIPAL, key=_key(rules.name), actor=ADMIN, rules=rules, asset="CREDIT",
            source="house:promotions", code=code,
        )
    )  # fmt: skip
    assert isinstance(made, Done), made
    return str(made.extra["campaign"])


async def _redeem(groat: Groat, digest: str, user: str) -> None:
    command = Redeem(
        principal=PRINCIPAL,
        key=_key(f"{digest}/{user}"),
        actor=f"user:{user}",
        code=digest,
        person=f"user:{user}",
    )
    # Told again with another secret, the story has other codes than those that were made.
    with suppress(VoucherError):
        await groat.execute(command)


def _key(name: str) -> Key:
    return derive("demo", "vouchers", name)
