"""Errors that keep a caller out: one table of codes. They precede the ledger, so none is frozen under a key."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule

IDENTITY_ERRORS: dict[str, Rule] = {
    "unauthenticated": Rule(401, "Send Authorization: Bearer with a token or an API key."),
    "token_invalid": Rule(
        401, "The server does not trust the token: its form, algorithm, key, issuer or audience is wrong."
    ),
    "token_expired": Rule(401, "The token expired. Get a new one."),
    "token_not_yet_valid": Rule(401, "The token's nbf or iat lies in the future. Check the issuer's clock."),
    "token_type_refused": Rule(401, "This is no access token: a refresh or ID token opens nothing here."),
    "token_revoked": Rule(
        401,
        "The token was revoked: its owner was signed out or disabled, or its session ended.",
    ),
    "api_key_invalid": Rule(401, "The API key is unknown or was withdrawn."),
    "session_invalid": Rule(401, "There is no session, or it ended. Sign in again."),
    "login_failed": Rule(401, "Unknown user or wrong password."),
    "login_throttled": Rule(429, "Too many failed sign-ins. Try again after the time in Retry-After."),
    "keys_unavailable": Rule(503, "The issuer's public keys (JWKS) cannot be read at present. Try again."),
    "too_new_to_decide": Rule(
        403,
        "Somebody else gave you your roles or password a short while ago. You may decide on requests from decides_after"
        " on (setting new_staff_wait_s).",
    ),
    "user_not_found": Rule(404, "There is no such user."),
    "user_exists": Rule(409, "The user id or the e-mail address is taken."),
    "api_key_not_found": Rule(404, "There is no such API key."),
    "invalid_user": Rule(400, "A user id is 1 to 64 of [A-Za-z0-9._@|-]."),
    "invalid_service": Rule(400, "A service name is 1 to 64 of [A-Za-z0-9._@|-]."),
    "invalid_role": Rule(400, "A role is 1 to 64 of [A-Za-z0-9._@|-]; at most 16 of them."),
    "unknown_role": Rule(400, "Nobody has this role, and no program names it. Check the spelling."),
    "invalid_email": Rule(
        400, "An e-mail address is name@domain: no spaces, quotes or brackets, and at most 254 characters."
    ),
    "weak_password": Rule(400, "A password has 8 to 256 characters."),
}


class IdentityError(GroatError):
    """A caller or a person's record is invalid; codes of :data:`IDENTITY_ERRORS`."""

    rules = IDENTITY_ERRORS


class Unauthorized(IdentityError):
    """The credentials are not accepted (401)."""


class Throttled(IdentityError):
    """Too many failed sign-ins; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("login_throttled")
        self.retry_after = retry_after
