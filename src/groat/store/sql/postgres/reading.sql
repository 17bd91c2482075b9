-- Statements by which people and staff look things up. Nothing here decides anything. A hold that is over reserves nothing, whether or not it was
-- expired in the books yet.

-- name: page_accounts :many
-- The balances of the next $5 paths behind $4: all, or a path ($1) with all below it (from $2 up to, not including, $3).
SELECT id, path, asset, floor, ceiling, debits, credits,
       debits_pending - coalesce(
           (SELECT sum(h.amount - h.captured - h.released) FROM groat_hold AS h
            WHERE h.source = groat_account.id AND h.status = 'open' AND h.expires_at <= (SELECT groat_now()) AND h.cause IS NULL),
           0)::bigint,
       credits_pending, version, extras, greatest(as_of, (SELECT groat_now()))
FROM groat_account
WHERE path IN (
    SELECT DISTINCT path FROM groat_account
    WHERE path > $4 AND ($1::text = '' OR path = $1 OR (path >= $2 AND path < $3)) AND ($6::text = '' OR asset = $6)
    ORDER BY path LIMIT $5)
  AND ($6::text = '' OR asset = $6)
ORDER BY path, asset;

-- name: read_account :many
SELECT id, path, asset, floor, ceiling, debits, credits,
       debits_pending - coalesce(
           (SELECT sum(h.amount - h.captured - h.released) FROM groat_hold AS h
            WHERE h.source = groat_account.id AND h.status = 'open' AND h.expires_at <= (SELECT groat_now()) AND h.cause IS NULL),
           0)::bigint,
       credits_pending, version, extras, greatest(as_of, (SELECT groat_now()))
FROM groat_account WHERE path = $1 ORDER BY asset;

-- name: read_account_at :many long
-- The counters folded from what was effective by $2.
SELECT a.id, a.path, a.asset, a.floor, a.ceiling,
       coalesce(sum(p.amount) FILTER (WHERE p.side = 's'), 0)::bigint,
       coalesce(sum(p.amount) FILTER (WHERE p.side = 'd'), 0)::bigint,
       coalesce(sum(p.pending) FILTER (WHERE p.side = 's'), 0)::bigint,
       coalesce(sum(p.pending) FILTER (WHERE p.side = 'd'), 0)::bigint,
       coalesce(max(p.version), 0)
FROM groat_account AS a
LEFT JOIN (
    SELECT 's' AS side, source AS account, amount, pending, source_version AS version, effective_at
    FROM groat_posting WHERE source IN (SELECT id FROM groat_account WHERE path = $1)
    UNION ALL
    SELECT 'd', destination, amount, pending, destination_version, effective_at
    FROM groat_posting WHERE destination IN (SELECT id FROM groat_account WHERE path = $1)
    UNION ALL
    SELECT 's' AS side, source AS account, amount, pending, source_version AS version, effective_at
    FROM groat_archived_posting WHERE source IN (SELECT id FROM groat_account WHERE path = $1)
    UNION ALL
    SELECT 'd', destination, amount, pending, destination_version, effective_at
    FROM groat_archived_posting WHERE destination IN (SELECT id FROM groat_account WHERE path = $1)
) AS p ON p.account = a.id AND p.effective_at <= $2
WHERE a.path = $1
GROUP BY a.id ORDER BY a.asset;

-- name: page_entries :many
-- The next $4 changes of an account below version $3, newest first.
WITH me AS (SELECT id FROM groat_account WHERE path = $1 AND asset = $2),
changes AS (
    SELECT * FROM (
        SELECT txn, -amount AS delta, source_balance AS balance, pending AS held_delta, source_held AS held,
               source_version AS version, destination AS other
        FROM groat_posting WHERE source = (SELECT id FROM me) AND source_version < $3
        ORDER BY source_version DESC LIMIT $4) AS gave
    UNION ALL
    SELECT * FROM (
        SELECT txn, amount, destination_balance, 0, destination_held, destination_version, source
        FROM groat_posting WHERE destination = (SELECT id FROM me) AND destination_version < $3
        ORDER BY destination_version DESC LIMIT $4) AS took
)
SELECT t.id::text, t.kind, c.delta, c.balance, c.held_delta, c.held, c.version, o.path,
       t.reason, t.actor, t.metadata, t.effective_at, t.recorded_at, t.hold::text, t.reverses::text
FROM changes AS c JOIN groat_txn AS t ON t.id = c.txn JOIN groat_account AS o ON o.id = c.other
ORDER BY c.version DESC LIMIT $4;

-- name: page_audit_transactions :many long
-- The next $4 transactions before id $1 that moved money; of an actor ($2) and on an account ($3) where given.
SELECT id, recorded_at, actor, principal, kind, reason, key, reverses, hold FROM (
    SELECT t.id::text COLLATE "C" AS id, t.recorded_at, t.actor, t.principal, t.kind, t.reason, t.key,
           t.reverses::text AS reverses, t.hold::text AS hold
    FROM groat_txn AS t
    WHERE t.id < $1::uuid AND ($2::text = '' OR t.actor = $2)
      AND ($3::text = '' OR EXISTS (
          SELECT 1 FROM groat_posting AS p
          WHERE p.txn = t.id AND (p.source IN (SELECT id FROM groat_account WHERE path = $3)
                                  OR p.destination IN (SELECT id FROM groat_account WHERE path = $3))))
      AND EXISTS (SELECT 1 FROM groat_posting AS p WHERE p.txn = t.id)
    ORDER BY t.id DESC LIMIT $4) AS present
UNION ALL
SELECT id, recorded_at, actor, principal, kind, reason, key, reverses, hold FROM (
    SELECT t.id::text COLLATE "C" AS id, t.recorded_at, t.actor, t.principal, t.kind, t.reason, t.key,
           t.reverses::text AS reverses, t.hold::text AS hold
    FROM groat_archived_txn AS t
    WHERE t.id < $1::uuid AND ($2::text = '' OR t.actor = $2)
      AND ($3::text = '' OR EXISTS (
          SELECT 1 FROM groat_archived_posting AS p
          WHERE p.month = t.month AND p.txn = t.id AND (p.source IN (SELECT id FROM groat_account WHERE path = $3)
                                  OR p.destination IN (SELECT id FROM groat_account WHERE path = $3))))
      AND EXISTS (SELECT 1 FROM groat_archived_posting AS p WHERE p.month = t.month AND p.txn = t.id)
    ORDER BY t.id DESC LIMIT $4) AS archived
ORDER BY id DESC LIMIT $4;

-- name: page_acts :many
SELECT id::text, at, kind, principal, actor, target, reason, key, before, after
FROM groat_act
WHERE id < $1::uuid AND ($2::text = '' OR actor = $2) AND ($3::text = '' OR target = $3 OR starts_with(target, $3 || '/'))
ORDER BY id DESC LIMIT $4;

-- name: find_hold :one
SELECT h.id::text, s.id, s.path, s.asset, d.id, d.path, h.amount, h.captured,
       CASE WHEN o.over THEN h.amount - h.captured ELSE h.released END, h.expires_at,
       CASE WHEN o.over THEN 'expired' ELSE h.status END, h.created_at, h.cause, h.first_expires_at
FROM groat_hold AS h
JOIN groat_account AS s ON s.id = h.source
JOIN groat_account AS d ON d.id = h.destination
JOIN (SELECT id, coalesce(status = 'open' AND expires_at <= (SELECT groat_now()) AND cause IS NULL, false) AS over
      FROM groat_hold WHERE id = $1::uuid) AS o ON o.id = h.id;

-- name: page_transactions :many
-- Ids of the transactions behind $1 in the order of their ids, for exports.
SELECT id::text FROM (SELECT id FROM groat_txn UNION ALL SELECT id FROM groat_archived_txn) AS t
WHERE id > $1::uuid ORDER BY id LIMIT $2;

-- name: find_leg_assets :bulk
-- The asset of each posting of these transactions, at most $2 in all.
SELECT p.txn::text, p.leg, a.asset
FROM (SELECT txn, leg, source FROM groat_posting WHERE txn = ANY ($1::uuid[])
      UNION ALL
      SELECT txn, leg, source FROM groat_archived_posting WHERE txn = ANY ($1::uuid[])) AS p
JOIN groat_account AS a ON a.id = p.source
LIMIT $2;

-- name: read_holds :bulk
SELECT h.id::text, h.source, h.destination, h.amount, h.captured, h.released, h.expires_at, h.status, h.created_at, h.cause, h.first_expires_at
FROM groat_hold AS h WHERE h.id = ANY ($1::uuid[]);
