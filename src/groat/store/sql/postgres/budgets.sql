-- Budgets, and what was counted on them.

-- name: find_budgets :bulk
-- The account of a budget, or no path, and its principal; these never change.
SELECT b.id::text, a.path, b.asset, b.principal
FROM groat_budget AS b LEFT JOIN groat_account AS a ON a.id = b.account
WHERE b.id = ANY ($1::uuid[]) AND b.removed_at IS NULL;

-- name: find_budgets_across :bulk
-- The budgets of principals across accounts.
SELECT b.id::text, b.principal
FROM groat_budget AS b WHERE b.principal = ANY ($1::text[]) AND b.account IS NULL AND b.removed_at IS NULL;

-- name: find_budget_uses :bulk
-- Read the amounts that transactions counted on budgets, and whether a budget is across accounts; they never change.
SELECT u.txn::text, u.leg, u.budget::text, u.begin_at, u.amount, b.account IS NULL AND b.removed_at IS NULL
FROM groat_budget_use AS u JOIN groat_budget AS b ON b.id = u.budget WHERE u.txn = ANY ($1::uuid[]);

-- name: lock_budgets :bulk
SELECT b.id::text, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at
FROM groat_budget AS b WHERE b.id = ANY ($1::uuid[]) AND b.removed_at IS NULL ORDER BY b.id FOR UPDATE;

-- name: find_budgets_as_they_are :bulk
-- As lock_budgets, without a lock.
SELECT b.id::text, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at
FROM groat_budget AS b WHERE b.id = ANY ($1::uuid[]) AND b.removed_at IS NULL;

-- name: lock_free_budgets :bulk
SELECT b.id::text, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at
FROM groat_budget AS b WHERE b.id = ANY ($1::uuid[]) AND b.removed_at IS NULL ORDER BY b.id FOR UPDATE SKIP LOCKED;

-- name: read_budgets :bulk
-- The budgets of accounts. Asked when the accounts are locked.
SELECT b.id::text, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at
FROM groat_budget AS b WHERE b.account = ANY ($1::text::bigint[]) AND b.removed_at IS NULL;

-- name: write_budgets :add
INSERT INTO groat_budget (id, account, asset, principal, period, rolling, zone, most, stopped, alerts, spent, set_by, created_at,
                    removed_at)
SELECT unnest($1::text::uuid[]), unnest($2::text::bigint[]), unnest($3::text::text[]), unnest($4::text::text[]),
       unnest($5::text::text[]), unnest($6::text::boolean[]), unnest($7::text::text[]), unnest($8::text::bigint[]),
       unnest($9::text::boolean[]), unnest($10::text::text[]), unnest($11::text::text[]), unnest($12::text::text[]),
       unnest($13::text::bigint[]), unnest($14::text::bigint[])
ON CONFLICT (id) DO UPDATE
SET most = excluded.most, stopped = excluded.stopped, alerts = excluded.alerts, spent = excluded.spent,
    removed_at = excluded.removed_at;

-- name: insert_budget_uses :add
INSERT INTO groat_budget_use (txn, leg, budget, begin_at, amount)
SELECT unnest($1::text::uuid[]), unnest($2::text::integer[]), unnest($3::text::uuid[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]);

-- name: page_budgets :many
-- The next $5 budgets behind an id, on an account ($2) or of a principal ($3) if given, in an asset ($4).
SELECT b.id::text, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at, b.removed_at, a.path, groat_now()
FROM groat_budget AS b LEFT JOIN groat_account AS a ON a.id = b.account
WHERE b.removed_at IS NULL AND b.id > $1::text::uuid AND ($2 = '' OR a.path = $2) AND ($3 = '' OR b.principal = $3)
  AND ($4 = '' OR b.asset = $4)
ORDER BY b.id LIMIT $5;

-- name: read_budget :one
-- Also one that was removed.
SELECT b.id::text, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at, b.removed_at, a.path, groat_now()
FROM groat_budget AS b LEFT JOIN groat_account AS a ON a.id = b.account
WHERE b.id = $1::text::uuid;

-- name: forget_budget_uses :many
-- Forget uses that count in no window any more.
DELETE FROM groat_budget_use
WHERE (txn, leg, budget) IN (SELECT txn, leg, budget FROM groat_budget_use WHERE begin_at < $1 LIMIT $2) RETURNING txn;

-- name: due_budget_uses :bulk
-- Read the budget uses of holds that are over by $2 and not ended yet, for accounts that give.
SELECT u.budget::text, u.begin_at, sum(h.amount - h.captured - h.released)::bigint
FROM groat_hold AS h JOIN groat_budget_use AS u ON u.txn = h.id AND u.amount > 0
WHERE h.source = ANY ($1::bigint[]) AND h.status = 'open' AND h.expires_at <= $2 AND h.cause IS NULL
GROUP BY u.budget, u.begin_at;

-- name: read_pace :many
-- The newest $2 amounts that an account has spent, and when. What was taken back, set or expired was not spent.
SELECT p.amount, t.recorded_at
FROM groat_account AS a
JOIN groat_posting AS p ON p.source = a.id AND p.amount > 0
JOIN groat_txn AS t ON t.id = p.txn
WHERE a.path = $1 AND a.asset = $3
  AND t.kind NOT IN ('reverse', 'set_balance', 'void_grant', 'expire_grant', 'return_grant')
ORDER BY p.source_version DESC LIMIT $2;
