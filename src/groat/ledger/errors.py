"""All refusals and errors of groat, each with a stable code.

There are two families. A *refusal* is a business answer from ``decide()``: a value, frozen under its key, listed in
:data:`REFUSALS` in the fixed order of the checks. An *error* is an exception: the caller's input could not become a
command (:data:`INPUT_ERRORS`), or the server cannot take it at present (:data:`SERVER_ERRORS`); nothing is frozen.

Each code is stable, belongs to one HTTP status, and says in ``meaning`` what to do about it.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

import msgspec


class Rule(NamedTuple):
    """One stable code: its HTTP status (int) and what it means to the caller.

    ``retryable`` says that time or others may mend it, so that the same wish under a new key may yet succeed.
    """

    status: int
    meaning: str
    retryable: bool = False


# The order of this table is the order of the checks: the caller is told the first of several reasons.
REFUSALS: dict[str, Rule] = {
    "key_reused": Rule(409, "The key was used before for something else. Make a new key for a new request."),
    "transaction_not_found": Rule(404, "There is no transaction with this id."),
    "hold_not_found": Rule(404, "There is no hold with this id."),
    "grant_not_found": Rule(404, "There is no grant with this id, or it is not yours."),
    "belongs_to_request": Rule(
        409, "This belongs to a request (request, kind). Undo it through that request."
    ),
    "hold_expired": Rule(409, "The hold expired and its amount is available again. Make a new hold."),
    "hold_resolved": Rule(409, "The hold was captured or released before. Nothing is left to resolve."),
    "not_reversible": Rule(
        409,
        "Only a transaction that posted money can be reversed. A reversal cannot, nor what ended a grant: grant anew.",
    ),
    "wrong_legs": Rule(422, "Give one amount (or null) for each posting of the transaction, in its order."),
    "exceeds_hold": Rule(422, "The amount exceeds what is left of the hold. Capture at most that."),
    "exceeds_transaction": Rule(422, "The amount exceeds what is left to reverse of this transaction."),
    "future_effective_date": Rule(
        422, "The effective date lies in the future. Give a past moment, or none for now.", True
    ),
    "before_original": Rule(
        422,
        "A reversal cannot be effective before its transaction. Give its moment or a later one, or none for now.",
    ),
    "expires_in_past": Rule(422, "The expiry is not in the future. Give a later moment, or none."),
    "grant_spent": Rule(
        422,
        "Less is left of the grant (left) than is to be taken back: the rest is spent, held, expired or voided.",
    ),
    "balance_overflow": Rule(422, "A counter of the account would exceed a signed 64-bit integer."),
    "insufficient_funds": Rule(422, "The available amount of an account would fall below its floor.", True),
    "past_floor": Rule(
        422,
        "The available amount of an account would have been below its floor at an earlier moment (moment).",
    ),
    "ceiling_exceeded": Rule(
        422, "The balance and incoming holds of an account would exceed its ceiling.", True
    ),
    "too_many_grants": Rule(422, "An account has at most 200 grants of which something remains.", True),
    "invalid_limits": Rule(422, "A floor must not be above the ceiling."),
}

INPUT_ERRORS: dict[str, Rule] = {
    "invalid_amount": Rule(
        400, 'Give the amount as a decimal string such as "12.50": digits, at most one point.'
    ),
    "too_many_digits": Rule(
        400, "The amount has more decimals than the asset. Round it to the asset's scale."
    ),
    "amount_not_positive": Rule(400, "An amount must be above zero. To move money back, swap the accounts."),
    "amount_overflow": Rule(
        400, "The amount does not fit into a signed 64-bit integer of the smallest unit."
    ),
    "unknown_asset": Rule(400, "This asset does not exist. Create it first, with its scale."),
    "invalid_asset": Rule(
        400, "An asset code is 1 to 16 of A-Z, 0-9, _ beginning with a letter; scale is 0 to 18."
    ),
    "asset_exists": Rule(409, "The asset exists with another scale; a scale never changes."),
    "invalid_account": Rule(
        400, "An account is 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':', at most 255 in all."
    ),
    "same_account": Rule(400, "Source and destination of a posting must differ."),
    "invalid_posting": Rule(400, "A posting is four values: source, destination, amount and asset."),
    "no_postings": Rule(400, "A transaction needs at least one posting."),
    "too_many_postings": Rule(400, "A transaction has at most 1,000 postings."),
    "no_items": Rule(400, "A bulk needs at least one item."),
    "invalid_item": Rule(
        400,
        "An item of a bulk does one thing: postings, hold, capture, settle, release, extend or reverse. Only an atomic"
        " bulk may name the hold of an earlier item by its place.",
    ),
    "too_many_items": Rule(400, "A bulk has at most 10,000 items and 20,000 postings."),
    "key_required": Rule(
        400, "Every write of money needs an Idempotency-Key, so that a retry cannot pay twice."
    ),
    "invalid_key": Rule(400, "A key is 1 to 255 printable ASCII characters."),
    "invalid_principal": Rule(400, "A principal is a kind and a name, such as user:42 or service:shop."),
    "invalid_text": Rule(400, "Text must be valid Unicode without U+0000 and without lone surrogates."),
    "reason_required": Rule(400, "Say why: give a reason of 1 to 1,000 characters."),
    "text_too_long": Rule(400, "The reason has at most 1,000 characters."),
    "invalid_metadata": Rule(400, "Metadata is a JSON object with finite numbers, at most 16 levels deep."),
    "metadata_too_large": Rule(400, "Metadata has at most 16 KiB as JSON."),
    "invalid_excess": Rule(
        400,
        "What goes beyond a hold is to refuse, available or overdraft. With overdraft, and only then, an amount above"
        " zero (overdraft) says by how much the account may fall below its floor.",
    ),
    "invalid_grant": Rule(
        400,
        "A grant has a class (paid or promotional), an expiry or duration or neither, a priority, a cause, a note.",
    ),
    "invalid_budget": Rule(
        400,
        "A budget has an account or a principal (of) or both, an asset, a window (hour, day, month), a time zone unless"
        " it is rolling, a limit of 0 or more, and up to 10 alerts from 1 to 100 percent.",
    ),
    "invalid_member": Rule(
        400,
        "A member is a person, and may read, spend and manage: give some of these rights, or none to remove them.",
    ),
    "invalid_id": Rule(400, "An id is a UUID as groat returned it."),
    "invalid_time": Rule(
        400, 'A time is RFC 3339 with an offset, such as "2026-01-31T12:00:00Z", from 1970 to 9999.'
    ),
    "invalid_position": Rule(400, 'A position is "epoch:offset" as groat returned it.'),
    "invalid_stream": Rule(400, "A stream is user:<id>, role:<name> or house:<name>."),
    "invalid_limit": Rule(400, "A limit is a whole number from 1 to 100,000."),
}

SERVER_ERRORS: dict[str, Rule] = {
    "overloaded": Rule(
        503, "Too many commands are waiting. Try again after the time in Retry-After, with the same key."
    ),
    "busy": Rule(503, "Another transaction held the rows for too long. Try again with the same key."),
    "store_unavailable": Rule(
        503, "The database cannot write or cannot be reached. Try again with the same key."
    ),
    "interrupted": Rule(
        503, "The transaction was rolled back for the sake of another one. Try again with the same key."
    ),
    "closed": Rule(503, "The server is shutting down. Try again with the same key."),
    "newer_database": Rule(
        503, "The database was migrated by a newer groat. Run that version or a later one."
    ),
    "not_migrated": Rule(
        503,
        "The database lacks steps of this version. Run groat migrate; in a Django project, manage.py migrate.",
    ),
    "older_nodes": Rule(
        503,
        "Servers of an older version still run here. Update them all, then try again with the same key.",
    ),
    "command_failed": Rule(500, "A program's command failed. It changed nothing."),
    "wrong_scheme": Rule(400, "The database address must begin with sqlite:/// or postgresql://."),
}


STATE_REFUSALS: dict[str, Rule] = {
    "account_frozen": Rule(409, "The account is frozen: nobody moves anything on it.", True),
    "account_closing": Rule(
        409,
        "The account is being closed: it takes no new movements and holds, only ends of holds and reversals.",
        True,
    ),
    "account_closed": Rule(409, "The account is closed.", True),
    "wrong_account_state": Rule(
        409, "The account is not in a state from which this starts; state says which."
    ),
}
"""The refusals because of the state of an account, told before those for limits."""

CLOCK_REFUSALS: dict[str, Rule] = {
    "no_sandbox": Rule(409, "This is no sandbox: the clock of a real ledger is never set."),
    "clock_goes_forward": Rule(422, "The clock of a sandbox goes forward only. Give a moment after now."),
    "clock_steady": Rule(409, "No leap of the clock waits for a confirmation."),
    "too_far_forward": Rule(422, "Set the clock forward by at most 3,660 days at once, and not beyond 9999."),
}
"""The refusals of setting a sandbox's clock, and of confirming one that leapt."""

BUDGET_REFUSALS: dict[str, Rule] = {
    "budget_not_found": Rule(404, "There is no budget with this id, or it was removed, or it is not yours."),
    "budget_of_staff": Rule(403, "Staff set this budget, so only staff may change it."),
    "budget_exceeded": Rule(
        422,
        "More is to be spent than a budget has left (left). More is left at resets_at, or once it is raised.",
        True,
    ),
    "too_many_budgets": Rule(
        422, "An account has at most 20 budgets in an asset, and a principal 20 across accounts."
    ),
}
"""The refusals because of budgets. That one is exceeded is told after the limits of accounts."""

MEMBER_REFUSALS: dict[str, Rule] = {
    "not_a_manager": Rule(
        403, "Only members who manage a shared account, admins and services change its members."
    ),
    "member_not_found": Rule(404, "The person is no member of this account."),
    "too_many_members": Rule(409, "A shared account has at most 50 members. Remove one first.", True),
}
"""The refusals of changes of who shares an account."""

DECLARED: dict[str, Rule] = STATE_REFUSALS | CLOCK_REFUSALS | BUDGET_REFUSALS | MEMBER_REFUSALS
"""The refusals of states, the clock, budgets and members, and those of programs, which :func:`declare_refusals`
adds."""


def declare_refusals(rules: dict[str, Rule]) -> None:
    """Add a program's own reasons to refuse, checked after the ledger's; raises ValueError on a code in use."""
    for code, rule in rules.items():
        if DECLARED.setdefault(code, rule) != rule or code in REFUSALS | INPUT_ERRORS | SERVER_ERRORS:
            raise ValueError(f"the code {code} has another meaning already")


def refusal_rule(code: str) -> Rule:
    """Return the status and meaning of a refusal's code. Raises KeyError for a code that nobody declared."""
    return REFUSALS[code] if code in REFUSALS else DECLARED[code]


# The texts of refusals whose fields say more than the meaning of the code.
_SAID: dict[str, str] = {
    "insufficient_funds": "{account} has {available} {asset} available, {needed} were needed",
    "ceiling_exceeded": "{account} would reach {would_be} {asset}, its ceiling is {ceiling}",
    "budget_exceeded": "{left} {asset} is left of the budget {budget}, more was wanted",
    "exceeds_hold": "{remaining} is left of the hold {hold}, more was wanted",
    "exceeds_transaction": "{remaining} is left to reverse of posting {posting} of {transaction}, more was wanted",
}


class Refusal(msgspec.Struct, frozen=True):
    """A business "no": ``code`` of :data:`REFUSALS`, ``detail`` for people, ``fields`` for programs (all strings).

    ``replayed`` says that this is the first verdict under the key, told again. As a text it says which account it is
    about and what was needed.
    """

    code: str
    detail: str
    fields: dict[str, str] = {}
    replayed: bool = False

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return refusal_rule(self.code).status

    @property
    def retryable_with_new_key(self) -> bool:
        """Return whether another try may succeed, under a new key, once something else has changed."""
        return refusal_rule(self.code).retryable

    def __str__(self) -> str:
        """The code and what was wrong: "insufficient_funds: user:1 has 5 CREDIT available, 10 were needed"."""
        fields = dict(self.fields)
        index, floor = fields.pop("index", ""), fields.get("floor", "0")
        try:
            said = _SAID[self.code].format_map(fields)
        except KeyError:
            named = ", ".join(f"{name} {value}" for name, value in fields.items())
            said = f"{self.detail} ({named})" if named else self.detail
        else:
            if floor.strip("-0."):
                said += f" above its floor of {floor}"
        return f"{self.code}: {said}" + (f" (item {index})" if index else "")


def printable(value: Any, length_max: int = 64) -> str:
    """The beginning of a caller's text for an error's fields: lone surrogates and the like are escaped."""
    return str(value)[:length_max].encode("ascii", "backslashreplace").decode()


class GroatError(Exception):
    """Base of all exceptions: a stable ``code``, an HTTP ``status``, ``detail`` for people, ``fields`` for programs."""

    rules = SERVER_ERRORS

    def __init__(self, code: str, detail: str = "", **fields: Any) -> None:
        self.code = code
        self.detail = detail or self.rules[code].meaning
        self.fields = fields
        super().__init__(f"{code}: {self.detail}")

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return self.rules[self.code].status


class InvalidInput(GroatError):
    """The input cannot become a command; codes of :data:`INPUT_ERRORS`. Nothing was frozen under the key."""

    rules = INPUT_ERRORS


class Refused(GroatError):
    """Raised by methods of the facade when ``decide()`` refused; carries the ``refusal``."""

    rules = REFUSALS

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code, refusal.detail, **refusal.fields)
        self.args = (str(refusal),)
        self.refusal = refusal

    @property
    def status(self) -> int:
        """The HTTP status of the code, which may be a program's."""
        return self.refusal.status


class Overloaded(GroatError):
    """The queue is full; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int = 1) -> None:
        super().__init__("overloaded")
        self.retry_after = retry_after


class StoreError(GroatError):
    """Base of the errors of the database. Each kind is a class of its own, with one stable code.

    ``passing`` says that the same may succeed when it is run again under the same keys.
    """

    code: str
    passing: ClassVar[bool] = False

    def __init__(self, detail: str = "") -> None:
        super().__init__(self.code, detail)


class Busy(StoreError):
    """Another transaction held the rows, or the whole file, for too long."""

    code = "busy"
    passing = True


class Unavailable(StoreError):
    """The database cannot write or cannot be reached. A COMMIT that was under way may yet stand."""

    code = "store_unavailable"
    passing = True


class Interrupted(StoreError):
    """The transaction met another one and was undone, or its COMMIT was not confirmed. It may run again at once."""

    code = "interrupted"
    passing = True


class Replaced(Interrupted):
    """The database is not the one whose accounts the process knew. These are forgotten by now."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or "Another database has taken the place of the one that was known.")


class OlderNodes(StoreError):
    """An account would get what nodes of an older version that are still alive do not know."""

    code = "older_nodes"


class CommandFailed(StoreError):
    """A statement did not fit its data, or a program's code raised. Only the command that did it is at fault."""

    code = "command_failed"


class NewerDatabase(StoreError):
    """A newer version of groat, or of a program, migrated the database."""

    code = "newer_database"


class NotMigrated(StoreError):
    """The database lacks steps of this version, and the process was told to apply none."""

    code = "not_migrated"


class WrongScheme(StoreError):
    """The address is not one of a database that groat can use."""

    code = "wrong_scheme"


class Closed(GroatError):
    """The engine is closed or closing."""

    def __init__(self, detail: str = "") -> None:
        super().__init__("closed", detail)
