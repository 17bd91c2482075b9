"""A class for each stable code of the server's problems: its name is the code's.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from groat.client.errors import Problem


class AccountClosed(Problem):
    """``account_closed`` (409): The account is closed."""

    code = "account_closed"


class AccountClosing(Problem):
    """``account_closing`` (409): The account is being closed: it takes no new movements and holds, only
    ends of holds and reversals.
    """

    code = "account_closing"


class AccountFrozen(Problem):
    """``account_frozen`` (409): The account is frozen: nobody moves anything on it."""

    code = "account_frozen"


class AccountNotFound(Problem):
    """``account_not_found`` (404): Nothing has been posted or opened under this path."""

    code = "account_not_found"


class AccountOfNobody(Problem):
    """``account_of_nobody`` (422): Only accounts of people have alerts, such as user:42."""

    code = "account_of_nobody"


class ActionLimit(Problem):
    """``action_limit`` (422): The amount exceeds what one call of this action may move."""

    code = "action_limit"


class ActionNotDeclared(Problem):
    """``action_not_declared`` (403): This server declares no such action. People may do only what is
    declared.
    """

    code = "action_not_declared"


class AddressWrong(Problem):
    """``address_wrong`` (422): The address is not a bitcoin address."""

    code = "address_wrong"


class AlreadyDecided(Problem):
    """``already_decided`` (409): Somebody else decided it first; decided_by says who."""

    code = "already_decided"


class AmountNotPositive(Problem):
    """``amount_not_positive`` (400): An amount must be above zero. To move money back, swap the accounts."""

    code = "amount_not_positive"


class AmountOverflow(Problem):
    """``amount_overflow`` (400): The amount does not fit into a signed 64-bit integer of the smallest unit."""

    code = "amount_overflow"


class AmountWrong(Problem):
    """``amount_wrong`` (422): Not an amount, or an asset that does not exist; detail says which."""

    code = "amount_wrong"


class ApiKeyInvalid(Problem):
    """``api_key_invalid`` (401): The API key is unknown or was withdrawn."""

    code = "api_key_invalid"


class ApiKeyNotFound(Problem):
    """``api_key_not_found`` (404): There is no such API key."""

    code = "api_key_not_found"


class ApprovalDiffers(Problem):
    """``approval_differs`` (409): Somebody approved it with other terms. Approve the same ones, or reject
    it.
    """

    code = "approval_differs"


class AssetExists(Problem):
    """``asset_exists`` (409): The asset exists with another scale; a scale never changes."""

    code = "asset_exists"


class AssetNotAllowed(Problem):
    """``asset_not_allowed`` (422): The action is not declared for this asset; name one of its assets."""

    code = "asset_not_allowed"


class BalanceOverflow(Problem):
    """``balance_overflow`` (422): A counter of the account would exceed a signed 64-bit integer."""

    code = "balance_overflow"


class BeforeOriginal(Problem):
    """``before_original`` (422): A reversal cannot be effective before its transaction. Give its moment or
    a later one, or none for now.
    """

    code = "before_original"


class BelongsToRequest(Problem):
    """``belongs_to_request`` (409): This belongs to a request (request, kind). Undo it through that
    request.
    """

    code = "belongs_to_request"


class BelongsToVoucher(Problem):
    """``belongs_to_voucher`` (409): A voucher paid this (voucher). Undo it through the redemption."""

    code = "belongs_to_voucher"


class BitcoinOnly(Problem):
    """``bitcoin_only`` (422): Bitcoin transactions are in BTC."""

    code = "bitcoin_only"


class BoardNotFound(Problem):
    """``board_not_found`` (404): There is no board of this name, or nothing to show on it (stream)."""

    code = "board_not_found"


class BodyTooLarge(Problem):
    """``body_too_large`` (413): The body is larger than this call takes; detail says how large it may be."""

    code = "body_too_large"


class BudgetExceeded(Problem):
    """``budget_exceeded`` (422): More is to be spent than a budget has left (left). More is left at
    resets_at, or once it is raised.
    """

    code = "budget_exceeded"


class BudgetNotFound(Problem):
    """``budget_not_found`` (404): There is no budget with this id, or it was removed, or it is not yours."""

    code = "budget_not_found"


class BudgetOfStaff(Problem):
    """``budget_of_staff`` (403): Staff set this budget, so only staff may change it."""

    code = "budget_of_staff"


class Busy(Problem):
    """``busy`` (503): Another transaction held the rows for too long. Try again with the same key."""

    code = "busy"


class CampaignChanged(Problem):
    """``campaign_changed`` (409): Somebody changed the campaign meanwhile (changed_by). Read it again."""

    code = "campaign_changed"


class CampaignNameWrong(Problem):
    """``campaign_name_wrong`` (422): A campaign has a name of 1 to 200 characters, and a note of at most
    1,000.
    """

    code = "campaign_name_wrong"


class CampaignNotFound(Problem):
    """``campaign_not_found`` (404): There is no campaign with this id."""

    code = "campaign_not_found"


class CancelReasonMissing(Problem):
    """``cancel_reason_missing`` (422): Say why you cancel somebody's order: they read the reason."""

    code = "cancel_reason_missing"


class CandidateNotFound(Problem):
    """``candidate_not_found`` (404): There is no candidate with this id."""

    code = "candidate_not_found"


class CandidateWrong(Problem):
    """``candidate_wrong`` (422): A candidate has a name of at most 200 characters, and an e-mail address of
    at most 254.
    """

    code = "candidate_wrong"


class CandidatesAmbiguous(Problem):
    """``candidates_ambiguous`` (422): Several candidates have the same e-mail address (emails). Name them
    by id, or give leave_out.
    """

    code = "candidates_ambiguous"


class CardAsset(Problem):
    """``card_asset`` (422): The card pays in another asset."""

    code = "card_asset"


class CardFrozen(Problem):
    """``card_frozen`` (409): The card is frozen."""

    code = "card_frozen"


class CardInactive(Problem):
    """``card_inactive`` (409): The card has not been issued yet, or is closed."""

    code = "card_inactive"


class CardLimit(Problem):
    """``card_limit`` (422): The payment exceeds what is left of the card's limit for this month."""

    code = "card_limit"


class CatalogueFull(Problem):
    """``catalogue_full`` (422): The catalogue has as many packages as it may have (max)."""

    code = "catalogue_full"


class CauseNotYours(Problem):
    """``cause_not_yours`` (403): People file their orders without a cause; only what files them for people
    has one.
    """

    code = "cause_not_yours"


class CeilingExceeded(Problem):
    """``ceiling_exceeded`` (422): The balance and incoming holds of an account would exceed its ceiling."""

    code = "ceiling_exceeded"


class ClockGoesForward(Problem):
    """``clock_goes_forward`` (422): The clock of a sandbox goes forward only. Give a moment after now."""

    code = "clock_goes_forward"


class ClockSteady(Problem):
    """``clock_steady`` (409): No leap of the clock waits for a confirmation."""

    code = "clock_steady"


class Closed(Problem):
    """``closed`` (503): The server is shutting down. Try again with the same key."""

    code = "closed"


class CommandFailed(Problem):
    """``command_failed`` (500): A program's command failed. It changed nothing."""

    code = "command_failed"


class CorrectionWrong(Problem):
    """``correction_wrong`` (422): The amount is malformed or exceeds what is left to give back (left).
    Leave it empty to give back all.
    """

    code = "correction_wrong"


class CreditsRowsBad(Problem):
    """``credits_rows_bad`` (422): Rows cannot be posted (bad of them; dry_run says which). Mend them, or
    give leave_out. Nothing was filed.
    """

    code = "credits_rows_bad"


class CurrencyNeeded(Problem):
    """``currency_needed`` (422): Name one of the currencies in which the package has a price (currencies)."""

    code = "currency_needed"


class DayWrong(Problem):
    """``day_wrong`` (422): Not a date, in the past, or more than two years ahead."""

    code = "day_wrong"


class DepositNotFiled(Problem):
    """``deposit_not_filed`` (403): Nobody files a deposit. Send bitcoin to an address of yours, and the
    bank notices it.
    """

    code = "deposit_not_filed"


class DraftAttached(Problem):
    """``draft_attached`` (409): The draft is a file of a placement already (placement)."""

    code = "draft_attached"


class DraftChanged(Problem):
    """``draft_changed`` (409): The draft has changed meanwhile (version). Read it again."""

    code = "draft_changed"


class DraftClosed(Problem):
    """``draft_closed`` (409): The rows of the draft were given by another run. Make another one for another
    run.
    """

    code = "draft_closed"


class DraftEmpty(Problem):
    """``draft_empty`` (422): No row of the draft is selected, so there is nothing to post."""

    code = "draft_empty"


class DraftFiled(Problem):
    """``draft_filed`` (409): The draft was filed (run). Make another one for another run."""

    code = "draft_filed"


class DraftKept(Problem):
    """``draft_kept`` (409): The rows are kept as a file, so they stay as long as that does."""

    code = "draft_kept"


class DraftNotFile(Problem):
    """``draft_not_file`` (422): Attach the draft of a file or list that adds credits of this placement's
    asset, and is not filed yet.
    """

    code = "draft_not_file"


class DraftNotFound(Problem):
    """``draft_not_found`` (404): There is no such draft. One that nobody files is kept for 7 days."""

    code = "draft_not_found"


class DuplicateField(Problem):
    """``duplicate_field`` (400): A JSON object names a field twice, so that readers could differ on its
    meaning.
    """

    code = "duplicate_field"


class ExceedsHold(Problem):
    """``exceeds_hold`` (422): The amount exceeds what is left of the hold. Capture at most that."""

    code = "exceeds_hold"


class ExceedsLoan(Problem):
    """``exceeds_loan`` (422): The amount exceeds what is owed."""

    code = "exceeds_loan"


class ExceedsPayment(Problem):
    """``exceeds_payment`` (422): The amount exceeds what is left of the payment."""

    code = "exceeds_payment"


class ExceedsTransaction(Problem):
    """``exceeds_transaction`` (422): The amount exceeds what is left to reverse of this transaction."""

    code = "exceeds_transaction"


class ExpiresInPast(Problem):
    """``expires_in_past`` (422): The expiry is not in the future. Give a later moment, or none."""

    code = "expires_in_past"


class FileExpired(Problem):
    """``file_expired`` (409): The rows of the file are forgotten, because its placement was in the archive
    for long. Upload it again.
    """

    code = "file_expired"


class FileNotFound(Problem):
    """``file_not_found`` (404): The placement has no file with this id."""

    code = "file_not_found"


class FileProcessed(Problem):
    """``file_processed`` (409): The file was processed before (run)."""

    code = "file_processed"


class FilesOverloaded(Problem):
    """``files_overloaded`` (503): Too many files and statements are waiting, or the process that works on
    them failed. Try again.
    """

    code = "files_overloaded"


class Forbidden(Problem):
    """``forbidden`` (403): The caller has no right to do this."""

    code = "forbidden"


class FulfilledByDiffers(Problem):
    """``fulfilled_by_differs`` (403): An order is fulfilled by whoever calls (fulfilled_by). Leave the
    field out, or send yourself.
    """

    code = "fulfilled_by_differs"


class FutureEffectiveDate(Problem):
    """``future_effective_date`` (422): The effective date lies in the future. Give a past moment, or none
    for now.
    """

    code = "future_effective_date"


class GrantNotFound(Problem):
    """``grant_not_found`` (404): There is no grant with this id, or it is not yours."""

    code = "grant_not_found"


class GrantSpent(Problem):
    """``grant_spent`` (422): Less is left of the grant (left) than is to be taken back: the rest is spent,
    held, expired or voided.
    """

    code = "grant_spent"


class GroupEmpty(Problem):
    """``group_empty`` (422): The group has nobody. Only people with a record here have a role."""

    code = "group_empty"


class GroupTooLarge(Problem):
    """``group_too_large`` (422): A group has at most 10,000 people. Split it, with a key for each part."""

    code = "group_too_large"


class GroupWrong(Problem):
    """``group_wrong`` (422): Name either users or a role."""

    code = "group_wrong"


class HeadTooLarge(Problem):
    """``head_too_large`` (431): The headers are larger, or more, than this server accepts (settings
    head_max and headers_max).
    """

    code = "head_too_large"


class HoldExpired(Problem):
    """``hold_expired`` (409): The hold expired and its amount is available again. Make a new hold."""

    code = "hold_expired"


class HoldNotFound(Problem):
    """``hold_not_found`` (404): There is no hold with this id."""

    code = "hold_not_found"


class HoldResolved(Problem):
    """``hold_resolved`` (409): The hold was captured or released before. Nothing is left to resolve."""

    code = "hold_resolved"


class HostRefused(Problem):
    """``host_refused`` (421): The demo answers only under localhost and addresses of a private network."""

    code = "host_refused"


class InsufficientFunds(Problem):
    """``insufficient_funds`` (422): The available amount of an account would fall below its floor."""

    code = "insufficient_funds"


class InternalError(Problem):
    """``internal_error`` (500): The server failed, and its log has the reason. Repeat a write with the same
    key.
    """

    code = "internal_error"


class Interrupted(Problem):
    """``interrupted`` (503): The transaction was rolled back for the sake of another one. Try again with
    the same key.
    """

    code = "interrupted"


class InvalidAccount(Problem):
    """``invalid_account`` (400): An account is 1 to 8 segments of [A-Za-z0-9._@|-]{1,64} joined by ':', at
    most 255 in all.
    """

    code = "invalid_account"


class InvalidAmount(Problem):
    """``invalid_amount`` (400): Give the amount as a decimal string such as "12.50": digits, at most one
    point.
    """

    code = "invalid_amount"


class InvalidAsset(Problem):
    """``invalid_asset`` (400): An asset code is 1 to 16 of A-Z, 0-9, _ beginning with a letter; scale is 0
    to 18.
    """

    code = "invalid_asset"


class InvalidAudience(Problem):
    """``invalid_audience`` (400): to is a person (user:42), a role (role:partner), or all."""

    code = "invalid_audience"


class InvalidBody(Problem):
    """``invalid_body`` (400): A field is missing, unknown, or of the wrong type; detail says which."""

    code = "invalid_body"


class InvalidBudget(Problem):
    """``invalid_budget`` (400): A budget has an account or a principal (of) or both, an asset, a window
    (hour, day, month), a time zone unless it is rolling, a limit of 0 or more, and up to 10 alerts from
    1 to 100 percent.
    """

    code = "invalid_budget"


class InvalidCursor(Problem):
    """``invalid_cursor`` (400): Pass a cursor back unchanged, to the same list."""

    code = "invalid_cursor"


class InvalidData(Problem):
    """``invalid_data`` (400): The data or input does not fit what the kind declares; detail says which
    field.
    """

    code = "invalid_data"


class InvalidEmail(Problem):
    """``invalid_email`` (400): An e-mail address is name@domain: no spaces, quotes or brackets, and at most
    254 characters.
    """

    code = "invalid_email"


class InvalidExcess(Problem):
    """``invalid_excess`` (400): What goes beyond a hold is to refuse, available or overdraft. With
    overdraft, and only then, an amount above zero (overdraft) says by how much the account may fall
    below its floor.
    """

    code = "invalid_excess"


class InvalidFile(Problem):
    """``invalid_file`` (400): The form must have exactly the fields that the documentation names; detail
    says which.
    """

    code = "invalid_file"


class InvalidGrant(Problem):
    """``invalid_grant`` (400): A grant has a class (paid or promotional), an expiry or duration or neither,
    a priority, a cause, a note.
    """

    code = "invalid_grant"


class InvalidId(Problem):
    """``invalid_id`` (400): An id is a UUID as groat returned it."""

    code = "invalid_id"


class InvalidItem(Problem):
    """``invalid_item`` (400): An item of a bulk does one thing: postings, hold, capture, settle, release,
    extend or reverse. Only an atomic bulk may name the hold of an earlier item by its place.
    """

    code = "invalid_item"


class InvalidJson(Problem):
    """``invalid_json`` (400): The body must be JSON (RFC 8259) in UTF-8, without NaN or Infinity."""

    code = "invalid_json"


class InvalidKey(Problem):
    """``invalid_key`` (400): A key is 1 to 255 printable ASCII characters."""

    code = "invalid_key"


class InvalidLimit(Problem):
    """``invalid_limit`` (400): A limit is a whole number from 1 to 100,000."""

    code = "invalid_limit"


class InvalidLimits(Problem):
    """``invalid_limits`` (422): A floor must not be above the ceiling."""

    code = "invalid_limits"


class InvalidMember(Problem):
    """``invalid_member`` (400): A member is a person, and may read, spend and manage: give some of these
    rights, or none to remove them.
    """

    code = "invalid_member"


class InvalidMetadata(Problem):
    """``invalid_metadata`` (400): Metadata is a JSON object with finite numbers, at most 16 levels deep."""

    code = "invalid_metadata"


class InvalidNotice(Problem):
    """``invalid_notice`` (400): level is success, error, info or warning; title has 1 to 200 characters,
    body at most 2,000; category is 1 to 32 of [a-z0-9_.-], thread at most 128 printable ASCII characters
    without spaces; kind and id of the subject have 1 to 128 characters.
    """

    code = "invalid_notice"


class InvalidPosition(Problem):
    """``invalid_position`` (400): A position is "epoch:offset" as groat returned it."""

    code = "invalid_position"


class InvalidPosting(Problem):
    """``invalid_posting`` (400): A posting is four values: source, destination, amount and asset."""

    code = "invalid_posting"


class InvalidPreferences(Problem):
    """``invalid_preferences`` (400): Give for each of at most 64 categories, or for "*" (all others), a
    list of channels: toast, email, or none.
    """

    code = "invalid_preferences"


class InvalidPrincipal(Problem):
    """``invalid_principal`` (400): A principal is a kind and a name, such as user:42 or service:shop."""

    code = "invalid_principal"


class InvalidQuery(Problem):
    """``invalid_query`` (400): A query parameter is unknown, repeated, or of the wrong form; detail says
    which.
    """

    code = "invalid_query"


class InvalidRequest(Problem):
    """``invalid_request`` (400): The request is not well-formed HTTP."""

    code = "invalid_request"


class InvalidRole(Problem):
    """``invalid_role`` (400): A role is 1 to 64 of [A-Za-z0-9._@|-]; at most 16 of them."""

    code = "invalid_role"


class InvalidService(Problem):
    """``invalid_service`` (400): A service name is 1 to 64 of [A-Za-z0-9._@|-]."""

    code = "invalid_service"


class InvalidStream(Problem):
    """``invalid_stream`` (400): A stream is user:<id>, role:<name> or house:<name>."""

    code = "invalid_stream"


class InvalidText(Problem):
    """``invalid_text`` (400): Text must be valid Unicode without U+0000 and without lone surrogates."""

    code = "invalid_text"


class InvalidTime(Problem):
    """``invalid_time`` (400): A time is RFC 3339 with an offset, such as "2026-01-31T12:00:00Z", from 1970
    to 9999.
    """

    code = "invalid_time"


class InvalidUser(Problem):
    """``invalid_user`` (400): A user id is 1 to 64 of [A-Za-z0-9._@|-]."""

    code = "invalid_user"


class KeyRequired(Problem):
    """``key_required`` (400): Every write of money needs an Idempotency-Key, so that a retry cannot pay
    twice.
    """

    code = "key_required"


class KeyReused(Problem):
    """``key_reused`` (409): The key was used before for something else. Make a new key for a new request."""

    code = "key_reused"


class KeysUnavailable(Problem):
    """``keys_unavailable`` (503): The issuer's public keys (JWKS) cannot be read at present. Try again."""

    code = "keys_unavailable"


class KindNotFound(Problem):
    """``kind_not_found`` (404): This server knows no such kind of request (setting programs)."""

    code = "kind_not_found"


class LimitNotLower(Problem):
    """``limit_not_lower`` (422): The holder may only lower the limit; staff can raise it."""

    code = "limit_not_lower"


class LineTooLong(Problem):
    """``line_too_long`` (414): The address is longer than this server accepts (setting line_max)."""

    code = "line_too_long"


class LineWrong(Problem):
    """``line_wrong`` (422): Not an amount of the asset, above zero."""

    code = "line_wrong"


class LoginFailed(Problem):
    """``login_failed`` (401): Unknown user or wrong password."""

    code = "login_failed"


class LoginThrottled(Problem):
    """``login_throttled`` (429): Too many failed sign-ins. Try again after the time in Retry-After."""

    code = "login_throttled"


class MemberNotFound(Problem):
    """``member_not_found`` (404): The person is no member of this account."""

    code = "member_not_found"


class MessageDiffers(Problem):
    """``message_differs`` (409): A message with this webhook-id came before, and said something else. Give
    each message its own id.
    """

    code = "message_differs"


class MetadataTooLarge(Problem):
    """``metadata_too_large`` (400): Metadata has at most 16 KiB as JSON."""

    code = "metadata_too_large"


class MethodNotAllowed(Problem):
    """``method_not_allowed`` (405): This address takes other methods only. The header Allow lists them."""

    code = "method_not_allowed"


class MonthAmountWrong(Problem):
    """``month_amount_wrong`` (422): Not an amount of the rule's currency, which must be named. Leave it
    empty for no limit.
    """

    code = "month_amount_wrong"


class NamedNotFound(Problem):
    """``named_not_found`` (404): The request that a field names (field) does not exist, is of another kind,
    or is somebody else's.
    """

    code = "named_not_found"


class NewerDatabase(Problem):
    """``newer_database`` (503): The database was migrated by a newer groat. Run that version or a later
    one.
    """

    code = "newer_database"


class NoItems(Problem):
    """``no_items`` (400): A bulk needs at least one item."""

    code = "no_items"


class NoPostings(Problem):
    """``no_postings`` (400): A transaction needs at least one posting."""

    code = "no_postings"


class NoSandbox(Problem):
    """``no_sandbox`` (409): This is no sandbox: the clock of a real ledger is never set."""

    code = "no_sandbox"


class NobodyReached(Problem):
    """``nobody_reached`` (422): No row can be posted, so nobody would get anything."""

    code = "nobody_reached"


class NotAManager(Problem):
    """``not_a_manager`` (403): Only members who manage a shared account, admins and services change its
    members.
    """

    code = "not_a_manager"


class NotAllowed(Problem):
    """``not_allowed`` (403): The caller may not take this transition."""

    code = "not_allowed"


class NotFound(Problem):
    """``not_found`` (404): There is nothing at this address."""

    code = "not_found"


class NotMigrated(Problem):
    """``not_migrated`` (503): The database lacks steps of this version. Run groat migrate; in a Django
    project, manage.py migrate.
    """

    code = "not_migrated"


class NotReversible(Problem):
    """``not_reversible`` (409): Only a transaction that posted money can be reversed. A reversal cannot,
    nor what ended a grant: grant anew.
    """

    code = "not_reversible"


class NothingDue(Problem):
    """``nothing_due`` (409): No instalment is due now."""

    code = "nothing_due"


class NothingToChange(Problem):
    """``nothing_to_change`` (422): Name at least one thing to change."""

    code = "nothing_to_change"


class NothingToCorrect(Problem):
    """``nothing_to_correct`` (409): Nothing of what this request moved can be given back; detail says why."""

    code = "nothing_to_correct"


class NotificationNotFound(Problem):
    """``notification_not_found`` (404): The caller has no notification with this id."""

    code = "notification_not_found"


class NumberTooLarge(Problem):
    """``number_too_large`` (400): A JSON number does not fit: integers have 64 bits, other numbers are
    finite.
    """

    code = "number_too_large"


class OlderNodes(Problem):
    """``older_nodes`` (503): Servers of an older version still run here. Update them all, then try again
    with the same key.
    """

    code = "older_nodes"


class OriginRefused(Problem):
    """``origin_refused`` (403): This call uses the session cookie, so only the server's own pages may make
    it.
    """

    code = "origin_refused"


class OutboxEntryDone(Problem):
    """``outbox_entry_done`` (409): The entry was delivered or dropped before, or is being delivered now."""

    code = "outbox_entry_done"


class OutboxEntryNotFound(Problem):
    """``outbox_entry_not_found`` (404): The outbox has no entry with this id, or has it no longer."""

    code = "outbox_entry_not_found"


class Overloaded(Problem):
    """``overloaded`` (503): Too many commands are waiting. Try again after the time in Retry-After, with
    the same key.
    """

    code = "overloaded"


class OwnRequest(Problem):
    """``own_request`` (403): Nobody decides a request that they filed, that is their own, or that pays
    them.
    """

    code = "own_request"


class OwnRights(Problem):
    """``own_rights`` (422): Nobody changes their own roles or disables themselves; ask another admin."""

    code = "own_rights"


class OwnerNotTaken(Problem):
    """``owner_not_taken`` (400): The kind takes no requests of this owner; GET /v1/kinds lists whose it
    takes.
    """

    code = "owner_not_taken"


class PackageChanged(Problem):
    """``package_changed`` (409): Somebody changed the package meanwhile: it is at another version
    (version). Read it again.
    """

    code = "package_changed"


class PackageNotFound(Problem):
    """``package_not_found`` (404): The catalogue has no package with this id; GET /v1/credits/packages."""

    code = "package_not_found"


class PackageNotSold(Problem):
    """``package_not_sold`` (409): The package is not sold at present, or has no price yet."""

    code = "package_not_sold"


class PackageWrong(Problem):
    """``package_wrong`` (422): A part of the package cannot be; detail says which."""

    code = "package_wrong"


class PaidBefore(Problem):
    """``paid_before`` (409): Another payment has paid the order before (payment). Pay this one back."""

    code = "paid_before"


class ParentNotFound(Problem):
    """``parent_not_found`` (404): The request that this one belongs to does not exist, or is somebody
    else's.
    """

    code = "parent_not_found"


class ParentNotTaking(Problem):
    """``parent_not_taking`` (409): The request that this one belongs to takes no others in its present
    state.
    """

    code = "parent_not_taking"


class PastFloor(Problem):
    """``past_floor`` (422): The available amount of an account would have been below its floor at an
    earlier moment (moment).
    """

    code = "past_floor"


class PaymentOfCancelled(Problem):
    """``payment_of_cancelled`` (409): The order was cancelled before the payment came. Reopen it, or pay it
    back.
    """

    code = "payment_of_cancelled"


class PaymentRepeated(Problem):
    """``payment_repeated`` (409): This payment has paid the order before."""

    code = "payment_repeated"


class PaymentWrongAmount(Problem):
    """``payment_wrong_amount`` (422): The payment is not of the order's price (expected)."""

    code = "payment_wrong_amount"


class PaymentWrongCurrency(Problem):
    """``payment_wrong_currency`` (422): The payment is in another currency than the order (expected)."""

    code = "payment_wrong_currency"


class PlacementArchived(Problem):
    """``placement_archived`` (409): The placement is archived (archived_at). Take it out of the archive
    first.
    """

    code = "placement_archived"


class PlacementChanged(Problem):
    """``placement_changed`` (409): Somebody changed the placement meanwhile (version). Read it again."""

    code = "placement_changed"


class PlacementExists(Problem):
    """``placement_exists`` (409): There is a placement with this id already. Give another id, or none."""

    code = "placement_exists"


class PlacementNotFound(Problem):
    """``placement_not_found`` (404): There is no placement with this id."""

    code = "placement_not_found"


class PlacementTitleWrong(Problem):
    """``placement_title_wrong`` (422): A placement has a title of 1 to 200 characters, and a note of at
    most 1,000.
    """

    code = "placement_title_wrong"


class PlanDayWrong(Problem):
    """``plan_day_wrong`` (422): Not a date, in the past, more than two years ahead, or an end before the
    start.
    """

    code = "plan_day_wrong"


class PriceChanged(Problem):
    """``price_changed`` (409): The price is another one by now (price). Show it, and order again."""

    code = "price_changed"


class PriceInForce(Problem):
    """``price_in_force`` (422): A price that holds, or held, cannot be changed or left out, and a new one
    cannot begin in the past. Send it as it is, with another one from a later moment.
    """

    code = "price_in_force"


class RateLimited(Problem):
    """``rate_limited`` (429): Too many calls. Try again after the time in Retry-After."""

    code = "rate_limited"


class ReasonRequired(Problem):
    """``reason_required`` (400): Say why: give a reason of 1 to 1,000 characters."""

    code = "reason_required"


class RecipientMissing(Problem):
    """``recipient_missing`` (422): Name one recipient: a saved one, a user, or an external account with the
    holder's name.
    """

    code = "recipient_missing"


class RecipientRemoved(Problem):
    """``recipient_removed`` (409): The saved recipient was removed."""

    code = "recipient_removed"


class RecipientUnknown(Problem):
    """``recipient_unknown`` (422): The server knows nobody with this id or e-mail address."""

    code = "recipient_unknown"


class RecipientWrong(Problem):
    """``recipient_wrong`` (422): The number of the external account is invalid, or the recipient is the
    payer.
    """

    code = "recipient_wrong"


class RedemptionNotFound(Problem):
    """``redemption_not_found`` (404): There is no redemption with this id."""

    code = "redemption_not_found"


class RedemptionUndone(Problem):
    """``redemption_undone`` (409): The redemption was undone before (undone_at)."""

    code = "redemption_undone"


class RefundWrong(Problem):
    """``refund_wrong`` (422): Not an amount of the order's credits. Leave it empty for all that is left."""

    code = "refund_wrong"


class ReportTooLong(Problem):
    """``report_too_long`` (422): A report covers at most 120 months. Ask for a shorter period."""

    code = "report_too_long"


class RequestNotFound(Problem):
    """``request_not_found`` (404): There is no such request."""

    code = "request_not_found"


class RequestTimeout(Problem):
    """``request_timeout`` (408): The request did not arrive in time (settings head_s and body_s)."""

    code = "request_timeout"


class RolloverWrong(Problem):
    """``rollover_wrong`` (422): Not an amount of the plan's asset. Leave it empty to carry everything over."""

    code = "rollover_wrong"


class RunChangesNothing(Problem):
    """``run_changes_nothing`` (422): Everybody has this balance already, so there is nothing to post."""

    code = "run_changes_nothing"


class RunChoiceWrong(Problem):
    """``run_choice_wrong`` (422): Only the draft of a file has a reading to correct; only an undo has
    short.
    """

    code = "run_choice_wrong"


class RunIsUndo(Problem):
    """``run_is_undo`` (409): The run took another one back. File that one's rows again, in a draft of their
    own.
    """

    code = "run_is_undo"


class RunModeWrong(Problem):
    """``run_mode_wrong`` (422): A run that sets balances takes no source, and no two rows of one person;
    duplicates may be ask or first.
    """

    code = "run_mode_wrong"


class RunNotFound(Problem):
    """``run_not_found`` (404): There is no such run."""

    code = "run_not_found"


class RunNothingToUndo(Problem):
    """``run_nothing_to_undo`` (409): Nothing that the run posted is left to undo."""

    code = "run_nothing_to_undo"


class RunPosted(Problem):
    """``run_posted`` (409): All rows of the run are posted. Undo it instead."""

    code = "run_posted"


class RunRowsBad(Problem):
    """``run_rows_bad`` (422): Rows cannot be posted (bad of them, the first in rows). Nothing was filed."""

    code = "run_rows_bad"


class RunRowsWrong(Problem):
    """``run_rows_wrong`` (422): Give rows, or people with an amount, or a selection with an amount: one of
    these, and at most 100,000 people.
    """

    code = "run_rows_wrong"


class SameAccount(Problem):
    """``same_account`` (400): Source and destination of a posting must differ."""

    code = "same_account"


class SecondApprover(Problem):
    """``second_approver`` (409): You approved it already; somebody else must approve it as well."""

    code = "second_approver"


class ServerFull(Problem):
    """``server_full`` (503): The server has as many connections as it can hold (setting connections_max).
    Try again.
    """

    code = "server_full"


class SessionInvalid(Problem):
    """``session_invalid`` (401): There is no session, or it ended. Sign in again."""

    code = "session_invalid"


class SheetColumnNotFound(Problem):
    """``sheet_column_not_found`` (400): The file has no such column. Name one by the words or the number of
    its header.
    """

    code = "sheet_column_not_found"


class SheetColumnsUnclear(Problem):
    """``sheet_columns_unclear`` (400): Several columns could be meant, or the meaning of one is unclear.
    Choose the column that detail asks for.
    """

    code = "sheet_columns_unclear"


class SheetEmpty(Problem):
    """``sheet_empty`` (400): The file holds nothing. Choose the file again."""

    code = "sheet_empty"


class SheetEncodingUnclear(Problem):
    """``sheet_encoding_unclear`` (400): The encoding of the text is unclear. Choose it, or save the file as
    UTF-8.
    """

    code = "sheet_encoding_unclear"


class SheetNoHeader(Problem):
    """``sheet_no_header`` (400): No header names the person and the amount, such as: user, amount, reason."""

    code = "sheet_no_header"


class SheetNotFound(Problem):
    """``sheet_not_found`` (400): The workbook has no sheet of this name. Choose one of sheets."""

    code = "sheet_not_found"


class SheetProtected(Problem):
    """``sheet_protected`` (400): The file is protected by a password. Save it without one, and choose that."""

    code = "sheet_protected"


class SheetTooCostly(Problem):
    """``sheet_too_costly`` (413): Reading the file takes too much time or memory. Keep only the rows you
    need, and save it as CSV.
    """

    code = "sheet_too_costly"


class SheetTooLarge(Problem):
    """``sheet_too_large`` (413): The file is larger than 16 MiB, or unpacks to more than 128 MiB. Split it."""

    code = "sheet_too_large"


class SheetTooManyColumns(Problem):
    """``sheet_too_many_columns`` (400): The file has more than 200 columns. Keep only person, amount and
    reason.
    """

    code = "sheet_too_many_columns"


class SheetTooManyRows(Problem):
    """``sheet_too_many_rows`` (413): The file has more than 100,000 rows. Split it."""

    code = "sheet_too_many_rows"


class SheetUnreadable(Problem):
    """``sheet_unreadable`` (400): The file is damaged. Open it, save it as XLSX or CSV, and choose that."""

    code = "sheet_unreadable"


class SheetWrongKind(Problem):
    """``sheet_wrong_kind`` (400): Only CSV, TSV, XLSX, XLS and ODS files can be read. Save it as one of
    these.
    """

    code = "sheet_wrong_kind"


class SignatureInvalid(Problem):
    """``signature_invalid`` (401): The signature of the body is missing, wrong, or too old."""

    code = "signature_invalid"


class StatementTooLong(Problem):
    """``statement_too_long`` (422): The period has more lines than a PDF takes. Ask for a shorter period,
    or for CSV.
    """

    code = "statement_too_long"


class StoreUnavailable(Problem):
    """``store_unavailable`` (503): The database cannot write or cannot be reached. Try again with the same
    key.
    """

    code = "store_unavailable"


class TermsWrong(Problem):
    """``terms_wrong`` (422): Lend at most the amount asked for, at no more than 100 percent a year."""

    code = "terms_wrong"


class TextTooLong(Problem):
    """``text_too_long`` (400): The reason has at most 1,000 characters."""

    code = "text_too_long"


class TokenExpired(Problem):
    """``token_expired`` (401): The token expired. Get a new one."""

    code = "token_expired"


class TokenInvalid(Problem):
    """``token_invalid`` (401): The server does not trust the token: its form, algorithm, key, issuer or
    audience is wrong.
    """

    code = "token_invalid"


class TokenNotYetValid(Problem):
    """``token_not_yet_valid`` (401): The token's nbf or iat lies in the future. Check the issuer's clock."""

    code = "token_not_yet_valid"


class TokenRevoked(Problem):
    """``token_revoked`` (401): The token was revoked: its owner was signed out or disabled, or its session
    ended.
    """

    code = "token_revoked"


class TokenTypeRefused(Problem):
    """``token_type_refused`` (401): This is no access token: a refresh or ID token opens nothing here."""

    code = "token_type_refused"


class TooDeep(Problem):
    """``too_deep`` (400): The JSON is nested too deeply."""

    code = "too_deep"


class TooFarForward(Problem):
    """``too_far_forward`` (422): Set the clock forward by at most 3,660 days at once, and not beyond 9999."""

    code = "too_far_forward"


class TooManyBoards(Problem):
    """``too_many_boards`` (503): This node shows as many boards as it may. Follow fewer, or try again
    later.
    """

    code = "too_many_boards"


class TooManyBudgets(Problem):
    """``too_many_budgets`` (422): An account has at most 20 budgets in an asset, and a principal 20 across
    accounts.
    """

    code = "too_many_budgets"


class TooManyConnections(Problem):
    """``too_many_connections`` (429): Your address has too many connections open (setting
    connections_per_address). Close some.
    """

    code = "too_many_connections"


class TooManyDigits(Problem):
    """``too_many_digits`` (400): The amount has more decimals than the asset. Round it to the asset's
    scale.
    """

    code = "too_many_digits"


class TooManyFiles(Problem):
    """``too_many_files`` (429): Eight of your files and statements are waiting or being processed. Try
    again when one of them is done.
    """

    code = "too_many_files"


class TooManyGrants(Problem):
    """``too_many_grants`` (422): An account has at most 200 grants of which something remains."""

    code = "too_many_grants"


class TooManyItems(Problem):
    """``too_many_items`` (400): A bulk has at most 10,000 items and 20,000 postings."""

    code = "too_many_items"


class TooManyMembers(Problem):
    """``too_many_members`` (409): A shared account has at most 50 members. Remove one first."""

    code = "too_many_members"


class TooManyOpen(Problem):
    """``too_many_open`` (409): The person has as many open requests (open) as one may have (max). Wait
    until some end.
    """

    code = "too_many_open"


class TooManyPostings(Problem):
    """``too_many_postings`` (400): A transaction has at most 1,000 postings."""

    code = "too_many_postings"


class TooManyReaders(Problem):
    """``too_many_readers`` (429): You have as many readers open as one person may have (setting
    connections_per_user). Close one.
    """

    code = "too_many_readers"


class TooManyValues(Problem):
    """``too_many_values`` (400): The JSON holds more values than this call takes; detail says how many it
    may.
    """

    code = "too_many_values"


class TooNewToDecide(Problem):
    """``too_new_to_decide`` (403): Somebody else gave you your roles or password a short while ago. You may
    decide on requests from decides_after on (setting new_staff_wait_s).
    """

    code = "too_new_to_decide"


class TopUpExists(Problem):
    """``top_up_exists`` (409): The account has an automatic top-up of this asset (request). Change or end
    that one.
    """

    code = "top_up_exists"


class TransactionNotFound(Problem):
    """``transaction_not_found`` (404): There is no transaction with this id."""

    code = "transaction_not_found"


class TransitionNotFound(Problem):
    """``transition_not_found`` (404): The kind has no such transition; GET /v1/kinds lists them."""

    code = "transition_not_found"


class Unauthenticated(Problem):
    """``unauthenticated`` (401): Send Authorization: Bearer with a token or an API key."""

    code = "unauthenticated"


class UnknownAsset(Problem):
    """``unknown_asset`` (400): This asset does not exist. Create it first, with its scale."""

    code = "unknown_asset"


class UnknownRole(Problem):
    """``unknown_role`` (400): Nobody has this role, and no program names it. Check the spelling."""

    code = "unknown_role"


class UnsupportedMediaType(Problem):
    """``unsupported_media_type`` (415): Send the body with the Content-Type that the documentation names."""

    code = "unsupported_media_type"


class UpdateNotFound(Problem):
    """``update_not_found`` (404): There is no such transaction, or it changed nothing of this person's."""

    code = "update_not_found"


class UserExists(Problem):
    """``user_exists`` (409): The user id or the e-mail address is taken."""

    code = "user_exists"


class UserNotFound(Problem):
    """``user_not_found`` (404): There is no such user."""

    code = "user_not_found"


class VoucherBelowPast(Problem):
    """``voucher_below_past`` (422): More was redeemed already: give no less than uses and spent of the
    campaign, or stop it.
    """

    code = "voucher_below_past"


class VoucherBudgetUsedUp(Problem):
    """``voucher_budget_used_up`` (409): The campaign has given away all that it had."""

    code = "voucher_budget_used_up"


class VoucherCodeTaken(Problem):
    """``voucher_code_taken`` (409): Another campaign has this code, or one that reads the same."""

    code = "voucher_code_taken"


class VoucherCodeWrong(Problem):
    """``voucher_code_wrong`` (422): A shared code has 4 to 16 letters and digits (A to Z, 0 to 9); spaces
    and dashes do not count.
    """

    code = "voucher_code_wrong"


class VoucherCodesMany(Problem):
    """``voucher_codes_many`` (422): A campaign has at most 1,000,000 single-use codes."""

    code = "voucher_codes_many"


class VoucherCodesShared(Problem):
    """``voucher_codes_shared`` (409): The campaign has one shared code, and takes no others."""

    code = "voucher_codes_shared"


class VoucherCodesUnreadable(Problem):
    """``voucher_codes_unreadable`` (409): The secret of which these codes were made has changed. They can
    still be redeemed. To export them, give the former one as voucher_secret.
    """

    code = "voucher_codes_unreadable"


class VoucherFirstPurchase(Problem):
    """``voucher_first_purchase`` (409): The code is for people who have not bought anything yet."""

    code = "voucher_first_purchase"


class VoucherMistyped(Problem):
    """``voucher_mistyped`` (422): The code has a typing mistake: its symbols do not fit together."""

    code = "voucher_mistyped"


class VoucherNotFound(Problem):
    """``voucher_not_found`` (404): There is no such code. Look at it again; upper and lower case are the
    same.
    """

    code = "voucher_not_found"


class VoucherNotUnused(Problem):
    """``voucher_not_unused`` (409): Only a code that nobody has redeemed can be withdrawn (state)."""

    code = "voucher_not_unused"


class VoucherNotYet(Problem):
    """``voucher_not_yet`` (409): The code cannot be redeemed yet; starts_at says from when on."""

    code = "voucher_not_yet"


class VoucherOver(Problem):
    """``voucher_over`` (409): The code could be redeemed until ends_at."""

    code = "voucher_over"


class VoucherRedeemed(Problem):
    """``voucher_redeemed`` (409): You have redeemed this code already."""

    code = "voucher_redeemed"


class VoucherSourceWrong(Problem):
    """``voucher_source_wrong`` (422): A campaign pays from an account that is no person's, such as
    house:promotions.
    """

    code = "voucher_source_wrong"


class VoucherStopped(Problem):
    """``voucher_stopped`` (409): The campaign was stopped. Its codes can be redeemed once it goes on."""

    code = "voucher_stopped"


class VoucherThrottled(Problem):
    """``voucher_throttled`` (429): Too many wrong codes. Try again after the time in Retry-After; the code
    stays as good as it is.
    """

    code = "voucher_throttled"


class VoucherTimesWrong(Problem):
    """``voucher_times_wrong`` (422): A campaign ends after it starts."""

    code = "voucher_times_wrong"


class VoucherUsedUp(Problem):
    """``voucher_used_up`` (409): The code was used as often as it may be, by you and others."""

    code = "voucher_used_up"


class VoucherVoid(Problem):
    """``voucher_void`` (409): The code was withdrawn."""

    code = "voucher_void"


class VoucherYoursUsedUp(Problem):
    """``voucher_yours_used_up`` (409): You have redeemed as many codes of this campaign as one person may
    (max).
    """

    code = "voucher_yours_used_up"


class WasCorrected(Problem):
    """``was_corrected`` (409): Money of this request was given back. Only another correction can move its
    money now.
    """

    code = "was_corrected"


class WeakPassword(Problem):
    """``weak_password`` (400): A password has 8 to 256 characters."""

    code = "weak_password"


class WrongAccountState(Problem):
    """``wrong_account_state`` (409): The account is not in a state from which this starts; state says
    which.
    """

    code = "wrong_account_state"


class WrongLegs(Problem):
    """``wrong_legs`` (422): Give one amount (or null) for each posting of the transaction, in its order."""

    code = "wrong_legs"


class WrongScheme(Problem):
    """``wrong_scheme`` (400): The database address must begin with sqlite:/// or postgresql://."""

    code = "wrong_scheme"


class WrongState(Problem):
    """``wrong_state`` (409): The transition does not start from the state that the request is in."""

    code = "wrong_state"


class ZoneWrong(Problem):
    """``zone_wrong`` (422): There is no time zone of this name. Give one such as Europe/Berlin."""

    code = "zone_wrong"
