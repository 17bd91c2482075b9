-- Whole tables in pages, for `groat export`; all pages are read in one snapshot.

-- name: export_balances :many
-- Balances after (path, asset), in the order of paths.
SELECT path, asset, credits - debits, debits_pending, version, floor, ceiling
FROM account
WHERE (path, asset) > ($1, $2)
ORDER BY path, asset
LIMIT $3;

-- name: export_transactions :many
-- Postings after (transaction, leg), in the order of ids, each with its transaction.
SELECT p.txn::text, p.leg, t.kind, t.effective_at, t.recorded_at, s.path, d.path, s.asset, p.amount, p.pending,
       t.reason, t.principal, t.key, t.actor, t.reverses::text, t.hold::text, t.metadata
FROM posting AS p
JOIN txn AS t ON t.id = p.txn
JOIN account AS s ON s.id = p.source
JOIN account AS d ON d.id = p.destination
WHERE (p.txn, p.leg) > (coalesce(nullif($1, ''), '00000000-0000-0000-0000-000000000000')::uuid, $2)
ORDER BY p.txn, p.leg
LIMIT $3;

-- name: export_accounts :many
-- The accounts to list entries of, after (path, asset).
SELECT path, asset, id FROM account WHERE (path, asset) > ($1, $2) ORDER BY path, asset LIMIT $3;

-- name: export_entries :many
-- An account's changes after a version, oldest first: what changed and how it stood then.
SELECT version, txn::text, delta, balance, held_delta, held, other, effective_at
FROM (
    SELECT p.source_version AS version, p.txn, -p.amount AS delta, p.source_balance AS balance,
           p.pending AS held_delta, p.source_held AS held, o.path AS other, p.effective_at
    FROM posting AS p JOIN account AS o ON o.id = p.destination
    WHERE p.source = $1 AND p.source_version > $2
    UNION ALL
    SELECT p.destination_version, p.txn, p.amount, p.destination_balance, 0, p.destination_held, o.path, p.effective_at
    FROM posting AS p JOIN account AS o ON o.id = p.source
    WHERE p.destination = $1 AND p.destination_version > $2
) AS changes
ORDER BY version
LIMIT $3;
