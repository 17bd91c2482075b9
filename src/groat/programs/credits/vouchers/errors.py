"""The refusals of vouchers, those of a redemption in the order in which they are checked, and other errors."""

from __future__ import annotations

from groat.ledger.errors import GroatError, Rule, declare_refusals

BELONGS_TO_VOUCHER = Rule(409, "A voucher paid this (voucher). Undo it through the redemption.")

VOUCHER_REFUSALS: dict[str, Rule] = {
    "belongs_to_voucher": BELONGS_TO_VOUCHER,
    "voucher_stopped": Rule(
        409, "The campaign was stopped. Its codes can be redeemed once it goes on.", True
    ),
    "voucher_not_yet": Rule(409, "The code cannot be redeemed yet; starts_at says from when on.", True),
    "voucher_over": Rule(409, "The code could be redeemed until ends_at.", True),
    "voucher_void": Rule(409, "The code was withdrawn."),
    "voucher_redeemed": Rule(409, "You have redeemed this code already."),
    "voucher_used_up": Rule(409, "The code was used as often as it may be, by you and others.", True),
    "voucher_yours_used_up": Rule(
        409, "You have redeemed as many codes of this campaign as one person may (max).", True
    ),
    "voucher_first_purchase": Rule(409, "The code is for people who have not bought anything yet."),
    "voucher_budget_used_up": Rule(409, "The campaign has given away all that it had.", True),
    "voucher_code_taken": Rule(409, "Another campaign has this code, or one that reads the same."),
    "voucher_below_past": Rule(
        422, "More was redeemed already: give no less than uses and spent of the campaign, or stop it."
    ),
    "campaign_changed": Rule(
        409, "Somebody changed the campaign meanwhile (changed_by). Read it again.", True
    ),
    "voucher_not_unused": Rule(409, "Only a code that nobody has redeemed can be withdrawn (state)."),
    "redemption_undone": Rule(409, "The redemption was undone before (undone_at)."),
    "voucher_codes_shared": Rule(409, "The campaign has one shared code, and takes no others."),
    "voucher_codes_many": Rule(422, "A campaign has at most 1,000,000 single-use codes."),
}
"""The refusals of vouchers, those of a redemption first; those of the ledger follow."""

declare_refusals(VOUCHER_REFUSALS)

VOUCHER_ERRORS: dict[str, Rule] = {
    "voucher_not_found": Rule(
        404, "There is no such code. Look at it again; upper and lower case are the same."
    ),
    "voucher_mistyped": Rule(422, "The code has a typing mistake: its symbols do not fit together."),
    "voucher_throttled": Rule(
        429, "Too many wrong codes. Try again after the time in Retry-After; the code stays as good as it is."
    ),
    "voucher_code_wrong": Rule(
        422, "A shared code has 4 to 16 letters and digits (A to Z, 0 to 9); spaces and dashes do not count."
    ),
    "campaign_name_wrong": Rule(
        422, "A campaign has a name of 1 to 200 characters, and a note of at most 1,000."
    ),
    "voucher_times_wrong": Rule(422, "A campaign ends after it starts."),
    "voucher_source_wrong": Rule(
        422, "A campaign pays from an account that is no person's, such as house:promotions."
    ),
    "campaign_not_found": Rule(404, "There is no campaign with this id."),
    "redemption_not_found": Rule(404, "There is no redemption with this id."),
    "voucher_codes_unreadable": Rule(
        409,
        "The secret of which these codes were made has changed. They can still be redeemed. To export them, give the"
        " former one as voucher_secret.",
    ),
}


class VoucherError(GroatError):
    """A call that vouchers cannot take; codes of :data:`VOUCHER_ERRORS`. Nothing was frozen under the key."""

    rules = VOUCHER_ERRORS


class GuessedTooOften(VoucherError):
    """Too many wrong codes; ``retry_after`` is in seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("voucher_throttled")
        self.retry_after = retry_after
