"""``groat user add``: people of the built-in login."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from groat.cli.options import open_ledger, with_settings
from groat.cli.output import result
from groat.identity.identities import Identities
from groat.settings import Settings

app = typer.Typer(no_args_is_help=True, help="People of the built-in login.")


@app.callback()
def group() -> None:
    """People of the built-in login."""


@app.command("add", no_args_is_help=True)
@with_settings("database")
def add(
    user: Annotated[str, typer.Argument(help="The person's id, such as 42; their money is in user:42")],
    *,
    name: Annotated[str, typer.Option(help="The name that others see")] = "",
    email: Annotated[str | None, typer.Option(help="E-mail address, which may be used to sign in")] = None,
    role: Annotated[list[str] | None, typer.Option(help="A role: admin or support; may be repeated")] = None,
    password: Annotated[
        str,
        typer.Option(
            prompt=True,
            confirmation_prompt=True,
            hide_input=True,
            envvar="GROAT_PASSWORD",
            help="Asked for if not given; the variable keeps it out of the list of processes",
        ),
    ],
    settings: Settings,
) -> None:
    """Add a person who can sign in with a password."""

    async def run() -> None:
        async with open_ledger(settings) as groat:
            identities = Identities(groat, settings)
            try:
                person = await identities.add_user(
                    user, name=name, email=email, password=password, roles=tuple(role or ())
                )
            finally:
                identities.close()
            after = {"name": person.name, "email": person.email, "roles": list(role or ())}
            await groat.act(
                "user_added", actor="service:cli", target=f"user:{user}", reason="groat user add", after=after
            )
        result.print(f"user:{user} can sign in")

    asyncio.run(run())
