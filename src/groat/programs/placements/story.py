"""Placements for ``groat demo``: an intake that was processed, a file that waits, and a placement in the archive."""

from __future__ import annotations

from groat.facade import Groat
from groat.ledger.keys import Key, derive
from groat.programs import find_programs
from groat.programs.placements.words import Placements
from groat.programs.runs.words import DraftRow
from groat.settings import Settings

PRINCIPAL = "service:demo"
SPRING, WINTER = "spring-intake", "winter-workshop"
KNOWN = (("42", "Ursula Lang", "ursula@example.com"), ("7", "Kofi Mensah", "kofi@example.com"))
INTAKE = (
    DraftRow("25", "42", reason="Spring intake"),
    DraftRow("25", "7", reason="Spring intake"),
    DraftRow("40", "nia@example.com", name="Nia Obi", reason="Spring intake"),
)
WAITING = (DraftRow("15", "11"), DraftRow("15", "kofi@example.com"), DraftRow("many", "member-2"))


async def tell_placements_story(settings: Settings) -> None:
    """Give the demo's people two placements and some credits. Told again, it changes nothing."""
    async with Groat.open(settings.database, programs=find_programs(["placements"])) as groat:
        await groat.add_asset("CREDIT", 0)
        words = groat.program(Placements)
        await words.keep(
            "old-7", email="lena@example.com", name="Lena Horn", origin="legacy", key=_key("legacy")
        )
        await words.create(
            "Spring intake", id=SPRING, note="Forty places", key=_key("spring"), principal=PRINCIPAL
        )
        await words.place(SPRING, "11", name="Mei Tanaka", key=_key("mei"), principal=PRINCIPAL)
        intake = await words.attach(SPRING, "april.csv", INTAKE, key=_key("april"), principal=PRINCIPAL)
        # A server posts the run; it is the first that the demo's server does.
        await words.process_file(SPRING, intake, key=_key("process"), principal=PRINCIPAL)
        await words.attach(SPRING, "may.csv", WAITING, key=_key("may"), principal=PRINCIPAL)
        await words.create("Winter workshop", id=WINTER, key=_key("winter"), principal=PRINCIPAL)
        await words.place(WINTER, "42", key=_key("ursula"), principal=PRINCIPAL)
        await words.archive(WINTER, key=_key("archive"), principal=PRINCIPAL)


def _key(name: str) -> Key:
    return derive("demo", "placements", name)
