"""``groat user``: people of the built-in login, from the machine itself."""

from __future__ import annotations

import asyncio
import difflib
import sys
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table

from groat import Groat
from groat.cli.options import open_ledger, require_database, with_settings
from groat.cli.output import result
from groat.identity import STAFF_ROLES, Change, IdentityError, Person
from groat.identity.identities import Identities
from groat.programs import find_programs
from groat.settings import Settings

app = typer.Typer(no_args_is_help=True, help="People of the built-in login.")

T = TypeVar("T")

LISTED_MAX = 500

User = Annotated[str, typer.Argument(help="The person's id, such as 42; their money is in user:42")]
Why = Annotated[str, typer.Option(help="Why, for the audit log")]
Roles = Annotated[
    list[str] | None, typer.Option("--role", help="A role: admin, support or a program's; may be repeated")
]
NewRoles = Annotated[
    bool, typer.Option("--new-roles", help="Take roles that nobody has and no program names: your app's own")
]


@app.callback()
def group() -> None:
    """People of the built-in login."""


@app.command("add", no_args_is_help=True)
@with_settings("database", "programs")
def add(
    user: User,
    *,
    name: Annotated[str, typer.Option(help="The name that others see")] = "",
    email: Annotated[str | None, typer.Option(help="E-mail address, which may be used to sign in")] = None,
    role: Roles = None,
    new_roles: NewRoles = False,
    password: Annotated[
        str | None,
        typer.Option(
            envvar="GROAT_PASSWORD",
            help="Asked for if not given; the variable keeps it out of the list of processes",
        ),
    ] = None,
    settings: Settings,
) -> None:
    """Add a person who can sign in with a password."""
    chosen = _password(password)

    async def run(groat: Groat, identities: Identities) -> None:
        await _check_roles(identities, settings, role or (), new_roles)
        person = await identities.add_user(
            user, name=name, email=email, password=chosen, roles=tuple(role or ())
        )
        after = {"name": person.name, "email": person.email, "roles": list(role or ())}
        await _keep(groat, "user_added", user, "groat user add", after=after)
        result.print(f"user:{user} can sign in")

    _with_people(settings, run)


@app.command("list")
@with_settings("database")
def list_(
    search: Annotated[str, typer.Argument(help="Only whose id, name or e-mail contains this")] = "",
    *,
    settings: Settings,
) -> None:
    """List people: id, name, e-mail, roles, and who is disabled or has no password."""
    require_database(settings)

    async def run(_: Groat, identities: Identities) -> None:
        table = Table("id", "name", "e-mail", "roles", "state", box=None, pad_edge=False)
        after = ""
        while users := await identities.list_users(search, after, LISTED_MAX):
            known = await identities.people(users)
            for user in users:
                table.add_row(*_row(known.get(user) or Person(user, "", None, None, disabled=False)))
            after = users[-1]
        result.print(table)

    _with_people(settings, run)


@app.command("password", no_args_is_help=True)
@with_settings("database")
def password(
    user: User,
    *,
    password: Annotated[
        str | None, typer.Option(envvar="GROAT_PASSWORD", help="Asked for if not given")
    ] = None,
    settings: Settings,
) -> None:
    """Give a person a new password and sign them out everywhere; the way back for an admin who is locked out."""
    require_database(settings)
    chosen = _password(password)

    async def run(groat: Groat, identities: Identities) -> None:
        await _find(identities, user)
        await identities.set_password(user, chosen)
        await _keep(groat, "change_user", user, "groat user password")
        result.print(f"user:{user} has a new password and is signed out everywhere")

    _with_people(settings, run)


@app.command("roles", no_args_is_help=True)
@with_settings("database", "programs")
def roles(
    user: User,
    *,
    role: Roles = None,
    none: Annotated[bool, typer.Option("--none", help="Take all roles away")] = False,
    new_roles: NewRoles = False,
    reason: Why = "groat user roles",
    settings: Settings,
) -> None:
    """Set a person's roles: those that are named, and no others."""
    require_database(settings)
    if none == bool(role):
        raise typer.BadParameter("name roles with --role, or take them all away with --none")

    async def run(groat: Groat, identities: Identities) -> None:
        await _check_roles(identities, settings, role or (), new_roles)
        await _change(groat, identities, user, Change(roles=tuple(role or ())), reason)
        result.print(f"user:{user} has the roles: {', '.join(role or ()) or 'none'}")

    _with_people(settings, run)


@app.command("disable", no_args_is_help=True)
@with_settings("database")
def disable(user: User, *, reason: Why = "groat user disable", settings: Settings) -> None:
    """Let a person in no more: sessions end, tokens are refused, connections close within 5 s."""
    _switch(settings, user, Change(disabled=True), reason, "is disabled")


@app.command("enable", no_args_is_help=True)
@with_settings("database")
def enable(user: User, *, reason: Why = "groat user enable", settings: Settings) -> None:
    """Let a disabled person in again."""
    _switch(settings, user, Change(disabled=False), reason, "may sign in again")


@app.command("revoke", no_args_is_help=True)
@with_settings("database")
def revoke(user: User, *, reason: Why = "groat user revoke", settings: Settings) -> None:
    """Sign a person out everywhere: sessions end, and tokens issued until now are refused."""
    require_database(settings)

    async def run(groat: Groat, identities: Identities) -> None:
        await _find(identities, user)
        await identities.revoke(user)
        await _keep(groat, "revoke_user", user, reason)
        result.print(f"user:{user} is signed out everywhere")

    _with_people(settings, run)


def _switch(settings: Settings, user: str, wanted: Change, reason: str, done: str) -> None:
    require_database(settings)

    async def run(groat: Groat, identities: Identities) -> None:
        await _change(groat, identities, user, wanted, reason)
        result.print(f"user:{user} {done}")

    _with_people(settings, run)


def _with_people(settings: Settings, run: Callable[[Groat, Identities], Awaitable[T]]) -> T:
    async def main() -> T:
        async with open_ledger(settings) as groat:
            identities = Identities(groat, settings)
            try:
                return await run(groat, identities)
            finally:
                identities.close()

    return asyncio.run(main())


async def _change(groat: Groat, identities: Identities, user: str, wanted: Change, reason: str) -> None:
    await _find(identities, user)
    before, after = await identities.change_user(user, wanted)
    await _keep(groat, "change_user", user, reason, before=before.facts(), after=after.facts())


async def _find(identities: Identities, user: str) -> None:
    if await identities.find_user(user) is None and not await identities.knows(user):
        raise IdentityError("user_not_found", f"There is no user {user}; groat user list shows who there is.")


async def _check_roles(
    identities: Identities, settings: Settings, wanted: Iterable[str], new_roles: bool
) -> None:
    """Refuse a role that nobody knows, for it may be a misspelt one. Raises IdentityError ``unknown_role``."""
    known = set(STAFF_ROLES)
    for program in find_programs(settings.programs):
        known |= program.roles
    known |= await identities.roles_in_use()
    for role in wanted:
        if role not in known and not new_roles:
            near = difflib.get_close_matches(role, sorted(known), 1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise IdentityError(
                "unknown_role",
                f"Nobody has the role {role}, and no program names it.{hint} --new-roles takes it all the same.",
            )


async def _keep(groat: Groat, kind: str, user: str, reason: str, **facts: Any) -> None:
    await groat.act(kind, actor="service:cli", target=f"user:{user}", reason=reason, **facts)


def _password(given: str | None) -> str:
    """Return the given password, or ask for it twice."""
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise typer.BadParameter(
            "there is no terminal to ask for it; give it in the variable GROAT_PASSWORD",
            param_hint="--password",
        )
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed


def _row(person: Person) -> tuple[str, str, str, str, str]:
    roles = "as in tokens" if person.roles is None else ", ".join(person.roles)
    state = "disabled" if person.disabled else "" if person.has_password else "no password"
    return person.user, person.name, person.email or "", roles, state
