"""The people of ``groat demo`` and what they may do: public on purpose, and never used outside the demo."""

from __future__ import annotations

from typing import Any, NamedTuple

from groat.settings import Action


class DemoLogin(NamedTuple):
    """Somebody to sign in as: id, name, e-mail address, roles and password."""

    user: str
    name: str
    email: str
    roles: tuple[str, ...]
    password: str


PEOPLE = (
    DemoLogin("admin", "Ada Admin", "admin@example.com", ("admin",), "demo-admin"),
    DemoLogin("admin2", "Bela Admin", "bela@example.com", ("admin",), "demo-bela"),
    DemoLogin("support", "Sam Support", "support@example.com", ("support",), "demo-support"),
    DemoLogin("42", "Ursula Lang", "ursula@example.com", (), "demo-ursula"),
    DemoLogin("7", "Kofi Mensah", "kofi@example.com", (), "demo-kofi"),
    DemoLogin("11", "Mei Tanaka", "mei@example.com", (), "demo-mei"),
    DemoLogin("member-2", "Member Two", "member-2@example.com", (), "demo-member"),
)

PROGRAMS = ("bank", "credits", "placements")
"""The programs that the demo turns on."""

OPTIONS: dict[str, dict[str, Any]] = {
    "bank": {"bitcoin": "simulator", "cards": "simulator"},
    "credits": {
        "payment_door": {"url": "simulator", "secret": "whsec_d8eUWnwcgVZIAfqMfpZ+e1j8u00Nb4aLOxHBA/4ikqc="},
        "payment_secrets": ["whsec_d8eUWnwcgVZIAfqMfpZ+e1j8u00Nb4aLOxHBA/4ikqc="],
    },
}
"""The programs' options in the demo: none of their gateways leads outside."""

ACTIONS = {
    "spend": Action("user:{user}", "house:sales", ("CREDIT",), "1000", "Purchase"),
    "transfer": Action("user:{user}", "user:{to}", ("CREDIT", "USD"), "500", "Transfer"),
}
