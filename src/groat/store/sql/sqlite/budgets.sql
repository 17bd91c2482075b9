-- Budgets, and what was counted on them.

-- name: find_budgets :bulk
-- The account of a budget, or no path, and its principal; these never change.
SELECT json_group_array(json_array(b.id, a.path, b.asset, b.principal))
FROM json_each(?1) AS j
JOIN groat_budget AS b ON b.id = j.value AND b.removed_at IS NULL
LEFT JOIN groat_account AS a ON a.id = b.account;

-- name: find_budgets_across :bulk
-- The budgets of principals across accounts.
SELECT json_group_array(json_array(b.id, b.principal))
FROM json_each(?1) AS j
JOIN groat_budget AS b ON b.principal = j.value AND b.account IS NULL AND b.removed_at IS NULL;

-- name: find_budget_uses :bulk
-- Read the amounts that transactions counted on budgets, and whether a budget is across accounts; they never change.
SELECT json_group_array(json_array(
           u.txn, u.leg, u.budget, u.begin_at, u.amount, b.account IS NULL AND b.removed_at IS NULL))
FROM json_each(?1) AS j
JOIN groat_budget_use AS u ON u.txn = j.value
JOIN groat_budget AS b ON b.id = u.budget;

-- name: lock_budgets :bulk
SELECT json_group_array(json_array(
           b.id, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
           b.set_by, b.created_at))
FROM json_each(?1) AS j JOIN groat_budget AS b ON b.id = j.value AND b.removed_at IS NULL;

-- name: find_budgets_as_they_are :bulk
-- As lock_budgets, for which SQLite needs no lock either.
SELECT json_group_array(json_array(
           b.id, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
           b.set_by, b.created_at))
FROM json_each(?1) AS j JOIN groat_budget AS b ON b.id = j.value AND b.removed_at IS NULL;

-- name: read_budgets :bulk
-- The budgets of accounts. Asked when the accounts are locked.
SELECT json_group_array(json_array(
           b.id, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
           b.set_by, b.created_at))
FROM json_each(?1) AS j JOIN groat_budget AS b ON b.account = j.value AND b.removed_at IS NULL;

-- name: write_budgets :add
INSERT INTO groat_budget (id, account, asset, principal, period, rolling, zone, most, stopped, alerts, spent, set_by, created_at,
                    removed_at)
VALUES :rows
ON CONFLICT (id) DO UPDATE
SET most = excluded.most, stopped = excluded.stopped, alerts = excluded.alerts, spent = excluded.spent,
    removed_at = excluded.removed_at;

-- name: insert_budget_uses :add
INSERT INTO groat_budget_use (txn, leg, budget, begin_at, amount) VALUES :rows;

-- name: page_budgets :many
-- The next ?5 budgets behind an id, on an account (?2) or of a principal (?3) if given, in an asset (?4).
SELECT b.id, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at, b.removed_at, a.path, groat_now()
FROM groat_budget AS b LEFT JOIN groat_account AS a ON a.id = b.account
WHERE b.removed_at IS NULL AND b.id > ?1 AND (?2 = '' OR a.path = ?2) AND (?3 = '' OR b.principal = ?3)
  AND (?4 = '' OR b.asset = ?4)
ORDER BY b.id LIMIT ?5;

-- name: read_budget :one
-- Also one that was removed.
SELECT b.id, b.account, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent,
       b.set_by, b.created_at, b.removed_at, a.path, groat_now()
FROM groat_budget AS b LEFT JOIN groat_account AS a ON a.id = b.account
WHERE b.id = ?1;

-- name: forget_budget_uses :many
-- Forget uses that count in no window any more.
DELETE FROM groat_budget_use
WHERE (txn, leg, budget) IN (SELECT txn, leg, budget FROM groat_budget_use WHERE begin_at < ?1 LIMIT ?2) RETURNING txn;

-- name: due_budget_uses :bulk
-- Read the budget uses of holds that are over by ?2 and not ended yet, for accounts that give.
SELECT json_group_array(json_array(d.budget, d.begin_at, d.amount))
FROM (SELECT u.budget, u.begin_at, sum(h.amount - h.captured - h.released) AS amount
      FROM json_each(?1) AS j
      JOIN groat_hold AS h ON h.source = j.value AND h.status = 'open' AND h.expires_at <= ?2 AND h.cause IS NULL
      JOIN groat_budget_use AS u ON u.txn = h.id AND u.amount > 0
      GROUP BY u.budget, u.begin_at) AS d;

-- name: read_pace :many
-- The newest ?2 amounts that an account has spent, and when. What was taken back, set or expired was not spent.
SELECT p.amount, t.recorded_at
FROM groat_account AS a
JOIN groat_posting AS p ON p.source = a.id AND p.amount > 0
JOIN groat_txn AS t ON t.id = p.txn
WHERE a.path = ?1 AND a.asset = ?3
  AND t.kind NOT IN ('reverse', 'set_balance', 'void_grant', 'expire_grant', 'return_grant')
ORDER BY p.source_version DESC LIMIT ?2;
