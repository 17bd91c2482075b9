"""Checks of all that groat's own programs do in these tests."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groat.programs.notifications.notices import Notice

SAID = Path(__file__).parents[2] / "web" / "console" / "tests" / "notices.json"
# An app's own texts, which the console shows as they are.
OF_APPS = "groat.programs.notifications"


@pytest.fixture(scope="session", autouse=True)
def titles_of_notices_are_said() -> Iterator[None]:
    """Fail whatever makes a notice with a title that ``say`` does not say: the console has it in no other language."""
    programs = json.loads(SAID.read_text(encoding="utf-8")).values()
    templates = [re.split(r"\{\w+\}", text) for program in programs for text in program["texts"]]
    titles = re.compile("|".join(".+".join(map(re.escape, parts)) for parts in templates))
    make = Notice.__new__

    def check(cls: type[Notice], level: str, title: str, *more: Any, **options: Any) -> Notice:
        maker = sys._getframe(1).f_globals["__name__"]
        if maker.startswith("groat.programs.") and not maker.startswith(OF_APPS):
            assert titles.fullmatch(title), f"{maker}: the title {title!r} is not said"
        return make(cls, level, title, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Notice, "__new__", check)
        yield
