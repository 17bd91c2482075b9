-- Whole tables in pages, for `groat export`; all pages are read in one snapshot.

-- name: export_balances :many
-- Balances after (path, asset), in the order of paths.
SELECT path, asset, credits - debits, debits_pending, version, floor, ceiling
FROM groat_account
WHERE (path, asset) > ($1, $2)
ORDER BY path, asset
LIMIT $3;

-- name: export_transactions :many
-- Postings after (transaction, leg), in the order of ids, each with its transaction.
SELECT p.txn::text, p.leg, t.kind, t.effective_at, t.recorded_at, s.path, d.path, s.asset, p.amount, p.pending,
       t.reason, t.principal, t.key, t.actor, t.reverses::text, t.hold::text, t.cause, t.metadata, t.hold_after, h.expires_at
FROM groat_posting AS p
JOIN groat_txn AS t ON t.id = p.txn
JOIN groat_account AS s ON s.id = p.source
JOIN groat_account AS d ON d.id = p.destination
LEFT JOIN groat_hold AS h ON h.id = t.hold
WHERE (p.txn, p.leg) > (coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid, $2)
ORDER BY p.txn, p.leg
LIMIT $3;

-- name: export_accounts :many
-- The accounts to list entries of, after (path, asset).
SELECT path, asset, id FROM groat_account WHERE (path, asset) > ($1, $2) ORDER BY path, asset LIMIT $3;

-- name: export_entries :many
-- An account's changes after a version, oldest first: what changed and how it stood then.
SELECT c.version, c.txn::text, c.delta, c.balance, c.held_delta, c.held, o.path, c.effective_at
FROM (
    SELECT * FROM (
        SELECT source_version AS version, txn, -amount AS delta, source_balance AS balance, pending AS held_delta,
               source_held AS held, destination AS other, effective_at
        FROM groat_posting WHERE source = $1 AND source_version > $2 ORDER BY source_version LIMIT $3) AS gave
    UNION ALL
    SELECT * FROM (
        SELECT destination_version, txn, amount, destination_balance, 0, destination_held, source, effective_at
        FROM groat_posting WHERE destination = $1 AND destination_version > $2
        ORDER BY destination_version LIMIT $3) AS took
) AS c JOIN groat_account AS o ON o.id = c.other
ORDER BY c.version LIMIT $3;

-- name: export_archived_transactions :many
-- As export_transactions, of a month ($4) of the archive.
SELECT p.txn::text, p.leg, t.kind, t.effective_at, t.recorded_at, s.path, d.path, s.asset, p.amount, p.pending,
       t.reason, t.principal, t.key, t.actor, t.reverses::text, t.hold::text, t.cause, t.metadata, t.hold_after, h.expires_at
FROM groat_archived_posting AS p
JOIN groat_archived_txn AS t ON t.month = p.month AND t.id = p.txn
JOIN groat_account AS s ON s.id = p.source
JOIN groat_account AS d ON d.id = p.destination
LEFT JOIN groat_hold AS h ON h.id = t.hold
WHERE (p.txn, p.leg) > (coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid, $2) AND p.month = $4
ORDER BY p.txn, p.leg
LIMIT $3;

-- name: export_archived_entries :many
-- As export_entries, of the archive.
SELECT c.version, c.txn::text, c.delta, c.balance, c.held_delta, c.held, o.path, c.effective_at
FROM (
    SELECT * FROM (
        SELECT source_version AS version, txn, -amount AS delta, source_balance AS balance, pending AS held_delta,
               source_held AS held, destination AS other, effective_at
        FROM groat_archived_posting WHERE source = $1 AND source_version > $2 ORDER BY source_version LIMIT $3) AS gave
    UNION ALL
    SELECT * FROM (
        SELECT destination_version, txn, amount, destination_balance, 0, destination_held, source, effective_at
        FROM groat_archived_posting WHERE destination = $1 AND destination_version > $2
        ORDER BY destination_version LIMIT $3) AS took
) AS c JOIN groat_account AS o ON o.id = c.other
ORDER BY c.version LIMIT $3;

-- name: export_allocations :bulk
-- What these transactions changed of grants, each with the terms of its grant.
SELECT p.txn::text, p.leg, p.place, p.grant_id::text, a.path, p.amount, p.held, g.class, g.expires_at, g.voided_at, g.due_at, g.priority,
       g.cause, g.note, g.parent::text, o.path, g.version, g.created_at
FROM (SELECT txn, leg, place, grant_id, amount, held FROM groat_allocation WHERE txn = ANY ($1::uuid[])
      UNION ALL
      SELECT txn, leg, place, grant_id, amount, held FROM groat_archived_allocation WHERE txn = ANY ($1::uuid[])) AS p
JOIN groat_grant AS g ON g.id = p.grant_id
JOIN groat_account AS a ON a.id = g.account
JOIN groat_account AS o ON o.id = g.origin;

-- name: export_state_changes :many
-- The next $3 changes of accounts' states behind one of a batch, in the order in which they were made.
SELECT batch, id::text, at, kind, target, after, principal, key, actor, reason
FROM groat_act
WHERE (batch, id) > ($1, $2::uuid)
  AND kind IN ('freeze_account', 'unfreeze_account', 'close_account', 'reopen_account', 'finish_account')
ORDER BY batch, id LIMIT $3;

-- name: export_members :many
-- The members after the id $1, each with the change that gave the rights, as its caller asked for it.
SELECT m.id, m.account, m.member, m.rights, c.principal, c.key, c.actor, c.reason, c.at
FROM groat_member AS m
JOIN (SELECT target, principal, key, actor, reason, at,
             row_number() OVER (PARTITION BY target ORDER BY batch DESC, id DESC) AS back
      FROM groat_act WHERE kind = 'set_member') AS c
     ON c.target = m.id AND c.back = 1
WHERE m.rights <> '' AND m.id > $1::text
ORDER BY m.id
LIMIT $2;

-- name: export_budgets :many
-- The next $2 budgets behind an id, also those that were removed.
SELECT b.id::text, a.path, b.asset, b.principal, b.period, b.rolling, b.zone, b.most, b.stopped, b.alerts, b.spent, b.set_by,
       b.created_at, b.removed_at
FROM groat_budget AS b LEFT JOIN groat_account AS a ON a.id = b.account
WHERE b.id > $1::text::uuid ORDER BY b.id LIMIT $2;
