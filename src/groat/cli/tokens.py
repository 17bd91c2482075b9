"""``groat token``: a token for a person, made with the server's own secret."""

from __future__ import annotations

import time
from typing import Annotated

import typer

from groat.cli.options import with_settings
from groat.cli.output import aside, result
from groat.identity.tokens import Tokens
from groat.settings import Settings, require_secret


@with_settings(
    "demo", "secret", "jwt_secret", "jwt_algorithm", "jwt_jwks", "jwt_issuer", "jwt_audience", "jwt_user_claims",
    "jwt_roles_claim", "token_ttl_s",
)  # fmt: skip
def token(
    *,
    user: Annotated[str, typer.Option(help="The person's id, such as 42")],
    role: Annotated[list[str] | None, typer.Option(help="A role, such as admin; may be repeated")] = None,
    settings: Settings,
) -> None:
    """Print a token for a person; the last line of the output is the token alone.

    The server that is to accept it must have the same GROAT_JWT_SECRET. `--demo true` makes one for `groat demo`.
    """
    require_secret(settings, "secret" if settings.jwt_jwks and not settings.jwt_secret else "jwt_secret")
    made = Tokens(settings).issue(user, tuple(role or ()), settings.token_ttl_s, int(time.time()))
    aside.print(f"for user:{user}, roles: {', '.join(role or ()) or 'none'}, valid {settings.token_ttl_s} s")
    result.print(made)
