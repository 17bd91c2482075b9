"""A route for each operation.

Made by `make types` from the server's OpenAPI document: do not edit.
"""

from __future__ import annotations

from typing import Any, Final

from groat.client import answers
from groat.client.calling import Route

POST_TRANSACTION: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/transactions", answers.TransactionView, keyed=True
)
POST_TRANSACTIONS: Final[Route[answers.BulkView]] = Route(
    "POST", "/v1/transactions/bulk", answers.BulkView, keyed=True, slow=True
)
GET_TRANSACTION: Final[Route[answers.TransactionView]] = Route(
    "GET", "/v1/transactions/{id}", answers.TransactionView
)
REVERSE_TRANSACTION: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/transactions/{id}/reverse", answers.TransactionView, keyed=True
)
CREATE_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds", answers.TransactionView, keyed=True
)
GET_HOLD: Final[Route[answers.HoldView]] = Route("GET", "/v1/holds/{id}", answers.HoldView)
CAPTURE_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds/{id}/capture", answers.TransactionView, keyed=True
)
SETTLE_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds/{id}/settle", answers.TransactionView, keyed=True
)
EXTEND_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds/{id}/extend", answers.TransactionView, keyed=True
)
RELEASE_HOLD: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/holds/{id}/release", answers.TransactionView, keyed=True
)
VOID_GRANT: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/grants/{grant}/void", answers.TransactionView, keyed=True
)
LIST_ACCOUNTS: Final[Route[answers.AccountPage]] = Route("GET", "/v1/accounts", answers.AccountPage)
GET_ACCOUNT: Final[Route[answers.AccountView]] = Route("GET", "/v1/accounts/{account}", answers.AccountView)
LIST_ENTRIES: Final[Route[answers.EntryPage]] = Route(
    "GET", "/v1/accounts/{account}/entries", answers.EntryPage
)
SET_BALANCE: Final[Route[answers.TransactionView]] = Route(
    "PUT", "/v1/accounts/{account}/balances/{asset}", answers.TransactionView, keyed=True
)
SET_LIMITS: Final[Route[answers.BalanceView]] = Route(
    "PATCH", "/v1/accounts/{account}/balances/{asset}", answers.BalanceView, keyed=True
)
LIST_ASSETS: Final[Route[answers.AssetList]] = Route("GET", "/v1/assets", answers.AssetList)
ADD_ASSET: Final[Route[answers.AssetView]] = Route("POST", "/v1/assets", answers.AssetView)
FREEZE_ACCOUNT: Final[Route[answers.AccountStateView]] = Route(
    "POST", "/v1/accounts/{account}/freeze", answers.AccountStateView, keyed=True
)
UNFREEZE_ACCOUNT: Final[Route[answers.AccountStateView]] = Route(
    "POST", "/v1/accounts/{account}/unfreeze", answers.AccountStateView, keyed=True
)
CLOSE_ACCOUNT: Final[Route[answers.AccountStateView]] = Route(
    "POST", "/v1/accounts/{account}/close", answers.AccountStateView, keyed=True
)
REOPEN_ACCOUNT: Final[Route[answers.AccountStateView]] = Route(
    "POST", "/v1/accounts/{account}/reopen", answers.AccountStateView, keyed=True
)
LIST_MEMBERS: Final[Route[answers.MemberList]] = Route(
    "GET", "/v1/accounts/{account}/members", answers.MemberList
)
SET_MEMBER: Final[Route[answers.MemberChanged]] = Route(
    "PUT", "/v1/accounts/{account}/members/{user}", answers.MemberChanged, keyed=True
)
GET_CLOCK: Final[Route[answers.ClockView]] = Route("GET", "/v1/clock", answers.ClockView)
FORWARD_CLOCK: Final[Route[answers.ForwardedView]] = Route(
    "POST", "/v1/sandbox/clock", answers.ForwardedView, keyed=True
)
CONFIRM_CLOCK: Final[Route[answers.ConfirmedView]] = Route(
    "POST", "/v1/clock/confirm", answers.ConfirmedView, keyed=True
)
SET_BUDGET: Final[Route[answers.BudgetAnswer]] = Route(
    "POST", "/v1/budgets", answers.BudgetAnswer, keyed=True
)
LIST_BUDGETS: Final[Route[answers.BudgetPage]] = Route("GET", "/v1/budgets", answers.BudgetPage)
CHANGE_BUDGET: Final[Route[answers.BudgetAnswer]] = Route(
    "PATCH", "/v1/budgets/{budget}", answers.BudgetAnswer, keyed=True
)
GET_BUDGET: Final[Route[answers.BudgetView]] = Route("GET", "/v1/budgets/{budget}", answers.BudgetView)
REMOVE_BUDGET: Final[Route[answers.BudgetAnswer]] = Route(
    "POST", "/v1/budgets/{budget}/remove", answers.BudgetAnswer, keyed=True
)
CHECK_SPEND: Final[Route[answers.CheckView]] = Route("GET", "/v1/accounts/{account}/check", answers.CheckView)
GET_ME: Final[Route[answers.Me | None]] = Route("GET", "/v1/me", answers.Me | None)
READ_STREAM: Final[Route[answers.StreamPage]] = Route(
    "GET", "/v1/streams/{stream}/events", answers.StreamPage
)
READ_STREAMS: Final[Route[answers.StreamPages]] = Route("GET", "/v1/streams/events", answers.StreamPages)
CALL_ACTION: Final[Route[answers.TransactionView]] = Route(
    "POST", "/v1/actions/{name}", answers.TransactionView, keyed=True
)
FIND_PERSON: Final[Route[answers.RecipientView]] = Route("GET", "/v1/people/{who}", answers.RecipientView)
LIST_USERS: Final[Route[answers.UserPage]] = Route("GET", "/v1/users", answers.UserPage)
ADD_USER: Final[Route[answers.UserView]] = Route("POST", "/v1/users", answers.UserView)
GET_USER: Final[Route[answers.UserView]] = Route("GET", "/v1/users/{user}", answers.UserView)
CHANGE_USER: Final[Route[answers.UserView]] = Route("PATCH", "/v1/users/{user}", answers.UserView)
REVOKE_USER: Final[Route[None]] = Route("POST", "/v1/users/{user}/revoke", None)
LIST_AUDIT: Final[Route[answers.AuditPage]] = Route("GET", "/v1/audit", answers.AuditPage)
LOGIN: Final[Route[answers.Session]] = Route("POST", "/v1/auth/login", answers.Session, sets_cookie=True)
REFRESH_TOKEN: Final[Route[answers.Session]] = Route(
    "POST", "/v1/auth/token", answers.Session, sets_cookie=True, for_cookie=True
)
LOGOUT: Final[Route[None]] = Route("POST", "/v1/auth/logout", None, for_cookie=True)
ADD_API_KEY: Final[Route[answers.ApiKeyView]] = Route("POST", "/v1/api-keys", answers.ApiKeyView)
LIST_API_KEYS: Final[Route[answers.ApiKeyList]] = Route("GET", "/v1/api-keys", answers.ApiKeyList)
REVOKE_API_KEY: Final[Route[None]] = Route("DELETE", "/v1/api-keys/{id}", None)
PREVIEW_SHEET: Final[Route[answers.SheetPreview]] = Route(
    "POST", "/v1/sheets/preview", answers.SheetPreview, slow=True, form=True
)
IS_LIVE: Final[Route[answers.Health]] = Route("GET", "/health/live", answers.Health)
IS_READY: Final[Route[answers.Health]] = Route("GET", "/health/ready", answers.Health)
GET_METRICS: Final[Route[str]] = Route("GET", "/metrics", str)
GET_CONFIG: Final[Route[answers.ConfigView]] = Route("GET", "/v1/config", answers.ConfigView)
LIST_DEMO_PEOPLE: Final[Route[list[answers.DemoPerson]]] = Route(
    "GET", "/v1/demo/people", list[answers.DemoPerson]
)
GET_OPENAPI: Final[Route[dict[str, Any]]] = Route("GET", "/v1/openapi.json", dict[str, Any])
GET_DOCS: Final[Route[str]] = Route("GET", "/v1/docs", str)
LIST_NOTIFICATIONS: Final[Route[answers.NotificationPage]] = Route(
    "GET", "/v1/notifications", answers.NotificationPage
)
SEND_NOTIFICATION: Final[Route[answers.SentView]] = Route(
    "POST", "/v1/notifications", answers.SentView, keyed=True
)
READ_NOTIFICATIONS: Final[Route[answers.ReadView]] = Route("POST", "/v1/notifications/read", answers.ReadView)
GET_PREFERENCES: Final[Route[answers.PreferencesView]] = Route(
    "GET", "/v1/notifications/preferences", answers.PreferencesView
)
SET_PREFERENCES: Final[Route[answers.PreferencesView]] = Route(
    "PUT", "/v1/notifications/preferences", answers.PreferencesView
)
LIST_KINDS: Final[Route[answers.KindList]] = Route("GET", "/v1/kinds", answers.KindList)
LIST_REQUESTS: Final[Route[answers.RequestPage]] = Route("GET", "/v1/requests", answers.RequestPage)
FILE_REQUEST: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/{kind}", answers.RequestView, keyed=True
)
GET_REQUEST: Final[Route[answers.RequestView]] = Route("GET", "/v1/requests/{kind}/{id}", answers.RequestView)
LIST_STEPS: Final[Route[answers.StepPage]] = Route(
    "GET", "/v1/requests/{kind}/{id}/history", answers.StepPage
)
TAKE_TRANSITION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/{kind}/{id}/{transition}", answers.RequestView, keyed=True
)
LOOK_AT_REQUEST: Final[Route[answers.LookAnswer]] = Route("PUT", "/v1/looks/{id}", answers.LookAnswer)
LIST_LOOKS: Final[Route[answers.LookList]] = Route("GET", "/v1/looks", answers.LookList)
GET_STATEMENT: Final[Route[bytes]] = Route("GET", "/v1/accounts/{account}/statement", bytes, slow=True)
LIST_OUTBOX: Final[Route[answers.OutboxPage]] = Route("GET", "/v1/outbox", answers.OutboxPage)
REPLAY_OUTBOX_ENTRY: Final[Route[answers.OutboxEntryView]] = Route(
    "POST", "/v1/outbox/{id}/replay", answers.OutboxEntryView
)
CREATE_RUN_DRAFT: Final[Route[answers.RunDraft]] = Route("POST", "/v1/runs/drafts", answers.RunDraft)
LIST_RUN_DRAFTS: Final[Route[answers.RunDraftPage]] = Route("GET", "/v1/runs/drafts", answers.RunDraftPage)
GET_RUN_DRAFT: Final[Route[answers.RunDraft]] = Route("GET", "/v1/runs/drafts/{id}", answers.RunDraft)
CHANGE_RUN_DRAFT: Final[Route[answers.RunDraft]] = Route("PATCH", "/v1/runs/drafts/{id}", answers.RunDraft)
DELETE_RUN_DRAFT: Final[Route[None]] = Route("DELETE", "/v1/runs/drafts/{id}", None)
LIST_DRAFT_ROWS: Final[Route[answers.RunRowPage]] = Route(
    "GET", "/v1/runs/drafts/{id}/rows", answers.RunRowPage
)
POST_RUN: Final[Route[answers.RunView]] = Route("POST", "/v1/runs", answers.RunView, keyed=True)
LIST_RUNS: Final[Route[answers.RunPage]] = Route("GET", "/v1/runs", answers.RunPage)
GET_RUN: Final[Route[answers.RunView]] = Route("GET", "/v1/runs/{id}", answers.RunView)
LIST_RUN_ROWS: Final[Route[answers.RunRowPage]] = Route("GET", "/v1/runs/{id}/rows", answers.RunRowPage)
UNDO_RUN: Final[Route[answers.RunDraft]] = Route("POST", "/v1/runs/{id}/undo", answers.RunDraft)
EXPORT_DRAFT_ROWS: Final[Route[str]] = Route("GET", "/v1/runs/drafts/{id}/rows.csv", str)
EXPORT_RUN: Final[Route[str]] = Route("GET", "/v1/runs/{id}/rows.csv", str)
LIST_RECEIPTS: Final[Route[answers.RunReceiptPage]] = Route(
    "GET", "/v1/runs/{id}/receipts", answers.RunReceiptPage
)
EXPORT_RECEIPTS: Final[Route[str]] = Route("GET", "/v1/runs/{id}/receipts.csv", str)
LIST_GRANTS: Final[Route[answers.GrantPage]] = Route(
    "GET", "/v1/accounts/{account}/grants", answers.GrantPage
)
GET_GRANT: Final[Route[answers.GrantDetail]] = Route("GET", "/v1/grants/{grant}", answers.GrantDetail)
LIST_GRANT_MOVES: Final[Route[answers.GrantMovePage]] = Route(
    "GET", "/v1/grants/{grant}/moves", answers.GrantMovePage
)
FORECAST_GRANTS: Final[Route[answers.ForecastView]] = Route(
    "GET", "/v1/accounts/{account}/grants/forecast", answers.ForecastView
)
REPORT_LIABILITY: Final[Route[answers.LiabilityReport]] = Route(
    "GET", "/v1/credits/liability", answers.LiabilityReport
)
REPORT_EXPIRING: Final[Route[answers.MonthReport]] = Route("GET", "/v1/credits/expiring", answers.MonthReport)
REPORT_BREAKAGE: Final[Route[answers.MonthReport]] = Route("GET", "/v1/credits/breakage", answers.MonthReport)
REPORT_SPENT: Final[Route[answers.MonthReport]] = Route("GET", "/v1/credits/spent", answers.MonthReport)
PREVIEW_GROUP_GRANT: Final[Route[answers.GroupPreview]] = Route(
    "POST", "/v1/grants/group/preview", answers.GroupPreview
)
GRANT_TO_GROUP: Final[Route[answers.GroupView]] = Route(
    "POST", "/v1/grants/group", answers.GroupView, keyed=True
)
LIST_ALERTS: Final[Route[answers.AlertList]] = Route(
    "GET", "/v1/accounts/{account}/alerts", answers.AlertList
)
SET_ALERT: Final[Route[answers.AlertView]] = Route(
    "PUT", "/v1/accounts/{account}/alerts/{asset}", answers.AlertView, keyed=True
)
LIST_CREDIT_PACKAGES: Final[Route[answers.PackageList]] = Route(
    "GET", "/v1/credits/packages", answers.PackageList
)
PUT_CREDIT_PACKAGE: Final[Route[answers.PackageView]] = Route(
    "PUT", "/v1/credits/packages/{package}", answers.PackageView, keyed=True
)
FULFILL_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/credits/orders/{id}/fulfill", answers.RequestView, keyed=True
)
LIST_CREDIT_PAYMENTS: Final[Route[answers.PaymentPage]] = Route(
    "GET", "/v1/credits/payments", answers.PaymentPage
)
REDEEM_VOUCHER: Final[Route[answers.RedeemedView]] = Route(
    "POST", "/v1/vouchers/redeem", answers.RedeemedView, keyed=True
)
PREVIEW_VOUCHER: Final[Route[answers.VoucherPreview]] = Route(
    "POST", "/v1/vouchers/preview", answers.VoucherPreview
)
LIST_REDEMPTIONS: Final[Route[answers.RedemptionPage]] = Route(
    "GET", "/v1/vouchers/redemptions", answers.RedemptionPage
)
UNDO_REDEMPTION: Final[Route[answers.RedeemedView]] = Route(
    "POST", "/v1/vouchers/redemptions/{id}/undo", answers.RedeemedView, keyed=True
)
BEGIN_CAMPAIGN: Final[Route[answers.CampaignView]] = Route(
    "POST", "/v1/vouchers/campaigns", answers.CampaignView, keyed=True
)
LIST_CAMPAIGNS: Final[Route[answers.CampaignPage]] = Route(
    "GET", "/v1/vouchers/campaigns", answers.CampaignPage
)
GET_CAMPAIGN: Final[Route[answers.CampaignView]] = Route(
    "GET", "/v1/vouchers/campaigns/{campaign}", answers.CampaignView
)
CHANGE_CAMPAIGN: Final[Route[answers.CampaignView]] = Route(
    "PUT", "/v1/vouchers/campaigns/{campaign}", answers.CampaignView, keyed=True
)
CHART_CAMPAIGN: Final[Route[answers.CampaignChart]] = Route(
    "GET", "/v1/vouchers/campaigns/{campaign}/chart", answers.CampaignChart
)
MAKE_VOUCHER_CODES: Final[Route[answers.MadeCodes]] = Route(
    "POST", "/v1/vouchers/campaigns/{campaign}/codes", answers.MadeCodes, keyed=True
)
LIST_VOUCHER_CODES: Final[Route[answers.CodePage]] = Route(
    "GET", "/v1/vouchers/campaigns/{campaign}/codes", answers.CodePage
)
EXPORT_VOUCHER_CODES: Final[Route[str]] = Route("GET", "/v1/vouchers/campaigns/{campaign}/codes/export", str)
PRINT_VOUCHER_CODES: Final[Route[answers.PrintedCodes]] = Route(
    "GET", "/v1/vouchers/campaigns/{campaign}/print", answers.PrintedCodes
)
VOID_VOUCHER_CODE: Final[Route[answers.CampaignView]] = Route(
    "POST", "/v1/vouchers/campaigns/{campaign}/codes/{number}/void", answers.CampaignView, keyed=True
)
LIST_CREDIT_UPDATES: Final[Route[answers.CreditUpdatePage]] = Route(
    "GET", "/v1/credits/updates", answers.CreditUpdatePage
)
LIST_UPDATE_DEVICES: Final[Route[answers.DevicePage]] = Route(
    "GET", "/v1/credits/updates/{transaction}/devices", answers.DevicePage
)
CREATE_PLACEMENT: Final[Route[answers.PlacementView]] = Route(
    "POST", "/v1/placements", answers.PlacementView, keyed=True
)
LIST_PLACEMENTS: Final[Route[answers.PlacementPage]] = Route("GET", "/v1/placements", answers.PlacementPage)
GET_PLACEMENT: Final[Route[answers.PlacementView]] = Route(
    "GET", "/v1/placements/{placement}", answers.PlacementView
)
CHANGE_PLACEMENT: Final[Route[answers.PlacementView]] = Route(
    "PATCH", "/v1/placements/{placement}", answers.PlacementView, keyed=True
)
LIST_PLACEMENT_CANDIDATES: Final[Route[answers.PlacementMemberPage]] = Route(
    "GET", "/v1/placements/{placement}/candidates", answers.PlacementMemberPage
)
PLACE_CANDIDATE: Final[Route[answers.CandidateView]] = Route(
    "PUT", "/v1/placements/{placement}/candidates/{user}", answers.CandidateView, keyed=True
)
LIST_CANDIDATES: Final[Route[answers.CandidatePage]] = Route("GET", "/v1/candidates", answers.CandidatePage)
GET_CANDIDATE: Final[Route[answers.CandidateView]] = Route(
    "GET", "/v1/candidates/{user}", answers.CandidateView
)
KEEP_CANDIDATE: Final[Route[answers.CandidateView]] = Route(
    "PUT", "/v1/candidates/{user}", answers.CandidateView, keyed=True
)
GET_CANDIDATE_DASHBOARD: Final[Route[answers.CandidateDashboard]] = Route(
    "GET", "/v1/candidates/{user}/dashboard", answers.CandidateDashboard
)
ATTACH_PLACEMENT_FILE: Final[Route[answers.PlacementFileView]] = Route(
    "POST", "/v1/placements/{placement}/files", answers.PlacementFileView, keyed=True
)
LIST_PLACEMENT_FILES: Final[Route[answers.PlacementFilePage]] = Route(
    "GET", "/v1/placements/{placement}/files", answers.PlacementFilePage
)
LIST_FILE_CANDIDATES: Final[Route[answers.FileCandidatePage]] = Route(
    "GET", "/v1/placements/{placement}/files/{file}/candidates", answers.FileCandidatePage
)
LIST_PLACEMENT_ACTS: Final[Route[answers.PlacementActPage]] = Route(
    "GET", "/v1/placements/{placement}/acts", answers.PlacementActPage
)
PROCESS_PLACEMENT_FILE: Final[Route[answers.CreditsGiven]] = Route(
    "POST", "/v1/placements/{placement}/files/{file}/process", answers.CreditsGiven, keyed=True
)
UPDATE_FILE_CREDITS: Final[Route[answers.CreditsGiven]] = Route(
    "POST", "/v1/placements/{placement}/files/{file}/credits", answers.CreditsGiven, keyed=True
)
ASSIGN_BULK_FILE_CREDITS: Final[Route[answers.CreditsGiven]] = Route(
    "POST", "/v1/placements/{placement}/files/credits", answers.CreditsGiven, keyed=True
)
ASSIGN_PLACEMENT_CREDITS: Final[Route[answers.CreditsGiven]] = Route(
    "POST", "/v1/placements/{placement}/credits", answers.CreditsGiven, keyed=True
)
FILE_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run", answers.RequestView, keyed=True
)
APPROVE_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/approve", answers.RequestView, keyed=True
)
REJECT_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/reject", answers.RequestView, keyed=True
)
PAUSE_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/pause", answers.RequestView, keyed=True
)
RESUME_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/resume", answers.RequestView, keyed=True
)
SKIP_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/skip", answers.RequestView, keyed=True
)
CANCEL_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/cancel", answers.RequestView, keyed=True
)
CORRECT_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_RUN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/run/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_TRANSFER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/transfer", answers.RequestView, keyed=True
)
APPROVE_TRANSFER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/transfer/{id}/approve", answers.RequestView, keyed=True
)
REJECT_TRANSFER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/transfer/{id}/reject", answers.RequestView, keyed=True
)
CANCEL_TRANSFER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/transfer/{id}/cancel", answers.RequestView, keyed=True
)
CORRECT_TRANSFER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/transfer/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_TRANSFER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/transfer/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_BENEFICIARY: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/beneficiary", answers.RequestView, keyed=True
)
RENAME_BENEFICIARY: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/beneficiary/{id}/rename", answers.RequestView, keyed=True
)
REMOVE_BENEFICIARY: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/beneficiary/{id}/remove", answers.RequestView, keyed=True
)
CORRECT_BENEFICIARY: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/beneficiary/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_BENEFICIARY: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/beneficiary/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_STANDING_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/standing_order", answers.RequestView, keyed=True
)
END_STANDING_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/standing_order/{id}/end", answers.RequestView, keyed=True
)
CORRECT_STANDING_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/standing_order/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_STANDING_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/standing_order/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card", answers.RequestView, keyed=True
)
APPROVE_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/approve", answers.RequestView, keyed=True
)
REJECT_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/reject", answers.RequestView, keyed=True
)
CANCEL_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/cancel", answers.RequestView, keyed=True
)
CREATE_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/create", answers.RequestView, keyed=True
)
FREEZE_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/freeze", answers.RequestView, keyed=True
)
UNFREEZE_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/unfreeze", answers.RequestView, keyed=True
)
SET_LIMIT_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/set_limit", answers.RequestView, keyed=True
)
CLOSE_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/close", answers.RequestView, keyed=True
)
CORRECT_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_CARD: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_CARD_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card_payment", answers.RequestView, keyed=True
)
CAPTURE_CARD_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card_payment/{id}/capture", answers.RequestView, keyed=True
)
VOID_CARD_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card_payment/{id}/void", answers.RequestView, keyed=True
)
REFUND_CARD_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card_payment/{id}/refund", answers.RequestView, keyed=True
)
CORRECT_CARD_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card_payment/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_CARD_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/card_payment/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_LOAN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/loan", answers.RequestView, keyed=True
)
APPROVE_LOAN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/loan/{id}/approve", answers.RequestView, keyed=True
)
REJECT_LOAN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/loan/{id}/reject", answers.RequestView, keyed=True
)
CANCEL_LOAN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/loan/{id}/cancel", answers.RequestView, keyed=True
)
REPAY_LOAN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/loan/{id}/repay", answers.RequestView, keyed=True
)
CORRECT_LOAN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/loan/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_LOAN: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/loan/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_BITCOIN_TRANSACTION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_transaction", answers.RequestView, keyed=True
)
APPROVE_BITCOIN_TRANSACTION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_transaction/{id}/approve", answers.RequestView, keyed=True
)
REJECT_BITCOIN_TRANSACTION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_transaction/{id}/reject", answers.RequestView, keyed=True
)
CANCEL_BITCOIN_TRANSACTION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_transaction/{id}/cancel", answers.RequestView, keyed=True
)
CORRECT_BITCOIN_TRANSACTION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_transaction/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_BITCOIN_TRANSACTION: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_transaction/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_BITCOIN_ADDRESS: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_address", answers.RequestView, keyed=True
)
RETIRE_BITCOIN_ADDRESS: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_address/{id}/retire", answers.RequestView, keyed=True
)
CORRECT_BITCOIN_ADDRESS: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_address/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_BITCOIN_ADDRESS: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/bitcoin_address/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_RECURRING_GRANT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/recurring_grant", answers.RequestView, keyed=True
)
PAUSE_RECURRING_GRANT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/recurring_grant/{id}/pause", answers.RequestView, keyed=True
)
RESUME_RECURRING_GRANT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/recurring_grant/{id}/resume", answers.RequestView, keyed=True
)
END_RECURRING_GRANT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/recurring_grant/{id}/end", answers.RequestView, keyed=True
)
CORRECT_RECURRING_GRANT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/recurring_grant/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_RECURRING_GRANT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/recurring_grant/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order", answers.RequestView, keyed=True
)
FULFIL_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/fulfil", answers.RequestView, keyed=True
)
PAY_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/pay", answers.RequestView, keyed=True
)
PAYMENT_FAILED_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/payment_failed", answers.RequestView, keyed=True
)
CANCEL_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/cancel", answers.RequestView, keyed=True
)
REOPEN_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/reopen", answers.RequestView, keyed=True
)
REFUND_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/refund", answers.RequestView, keyed=True
)
CORRECT_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_CREDIT_ORDER: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_order/{id}/drop_correction", answers.RequestView, keyed=True
)
RESOLVE_CREDIT_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_payment/{id}/resolve", answers.RequestView, keyed=True
)
CORRECT_CREDIT_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_payment/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_CREDIT_PAYMENT: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/credit_payment/{id}/drop_correction", answers.RequestView, keyed=True
)
FILE_AUTO_TOP_UP: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/auto_top_up", answers.RequestView, keyed=True
)
CHANGE_AUTO_TOP_UP: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/auto_top_up/{id}/change", answers.RequestView, keyed=True
)
PAUSE_AUTO_TOP_UP: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/auto_top_up/{id}/pause", answers.RequestView, keyed=True
)
RESUME_AUTO_TOP_UP: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/auto_top_up/{id}/resume", answers.RequestView, keyed=True
)
END_AUTO_TOP_UP: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/auto_top_up/{id}/end", answers.RequestView, keyed=True
)
CORRECT_AUTO_TOP_UP: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/auto_top_up/{id}/correct", answers.RequestView, keyed=True
)
DROP_CORRECTION_AUTO_TOP_UP: Final[Route[answers.RequestView]] = Route(
    "POST", "/v1/requests/auto_top_up/{id}/drop_correction", answers.RequestView, keyed=True
)
