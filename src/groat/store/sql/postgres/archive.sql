-- Moving closed months out of the way. Each of these runs once for a stretch of batches.

-- name: lock_archive :one
-- Whether nobody else is archiving at present.
SELECT pg_try_advisory_xact_lock(7453010313431182695);

-- name: archived_upto :one
-- The last batch whose transactions are archived.
SELECT coalesce(max(last_batch), 0) FROM groat_archive;

-- name: list_archive :many
SELECT month, transactions, postings FROM groat_archive ORDER BY month;

-- name: page_batches :many
-- The next $2 batches behind $1: when they were committed and what they hold.
SELECT b.id, b.at, (SELECT count(*) FROM groat_txn AS t WHERE t.batch = b.id)
FROM groat_batch AS b WHERE b.id > $1 ORDER BY b.id LIMIT $2;

-- name: make_month :one
-- The place for a month's rows.
SELECT groat_archive_month($1);

-- name: copy_postings :exec
-- The postings of the batches behind $1 and up to $2 into the archive of month $3.
INSERT INTO groat_archived_posting (
       month, txn, leg, source, destination, amount, pending, source_balance, source_held, source_version,
       destination_balance, destination_held, destination_version, effective_at)
SELECT $3::integer, p.txn, p.leg, p.source, p.destination, p.amount, p.pending, p.source_balance, p.source_held, p.source_version, p.destination_balance, p.destination_held, p.destination_version, p.effective_at
FROM groat_txn AS t JOIN groat_posting AS p ON p.txn = t.id WHERE t.batch > $1 AND t.batch <= $2;

-- name: copy_allocations :exec
-- What these postings changed of grants.
INSERT INTO groat_archived_allocation (month, txn, leg, place, grant_id, account, amount, held)
SELECT $3::integer, p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held
FROM groat_txn AS t JOIN groat_allocation AS p ON p.txn = t.id WHERE t.batch > $1 AND t.batch <= $2;

-- name: copy_transactions :exec
INSERT INTO groat_archived_txn (
       month, id, batch, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
       reverses, hold, hold_after, positions, cause)
SELECT $3::integer, id, batch, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
       reverses, hold, hold_after, positions, cause
FROM groat_txn WHERE batch > $1 AND batch <= $2;

-- name: count_copied :one
-- Count the (transactions, postings) that month $3 of the archive has of the batches behind $1 and up to $2.
SELECT count(DISTINCT t.id), count(p.leg)
FROM groat_archived_txn AS t LEFT JOIN groat_archived_posting AS p ON p.month = t.month AND p.txn = t.id
WHERE t.month = $3 AND t.batch > $1 AND t.batch <= $2;

-- name: drop_postings :exec
-- Their place among those that batches write to.
DELETE FROM groat_posting WHERE txn IN (SELECT id FROM groat_txn WHERE batch > $1 AND batch <= $2);

-- name: drop_allocations :exec
DELETE FROM groat_allocation WHERE txn IN (SELECT id FROM groat_txn WHERE batch > $1 AND batch <= $2);

-- name: drop_transactions :exec
DELETE FROM groat_txn WHERE batch > $1 AND batch <= $2;

-- name: note_archive :exec
INSERT INTO groat_archive (month, last_batch, transactions, postings) VALUES ($1, $2, $3, $4)
ON CONFLICT (month) DO UPDATE
SET last_batch = excluded.last_batch, transactions = groat_archive.transactions + excluded.transactions,
    postings = groat_archive.postings + excluded.postings;

-- name: find_archived_transactions :bulk
SELECT t.id::text, t.kind, t.principal, t.key, t.actor, t.reason, t.metadata, t.effective_at, t.recorded_at,
       t.reverses::text, t.hold::text, t.hold_after, t.positions, t.cause
FROM groat_archived_txn AS t WHERE t.id = ANY ($1::uuid[]);

-- name: find_archived_legs :bulk
SELECT p.txn::text, p.leg, p.amount, p.pending,
       p.source_balance, p.source_held, p.source_version,
       p.destination_balance, p.destination_held, p.destination_version,
       s.id, s.path, s.asset, s.floor, s.ceiling, s.extras, d.id, d.path, d.asset, d.floor, d.ceiling, d.extras
FROM groat_archived_posting AS p JOIN groat_account AS s ON s.id = p.source JOIN groat_account AS d ON d.id = p.destination
WHERE p.txn = ANY ($1::uuid[]);

-- name: page_archived_entries :many
-- As page_entries.
WITH me AS (SELECT id FROM groat_account WHERE path = $1 AND asset = $2),
changes AS (
    SELECT * FROM (
        SELECT month, txn, -amount AS delta, source_balance AS balance, pending AS held_delta, source_held AS held,
               source_version AS version, destination AS other
        FROM groat_archived_posting WHERE source = (SELECT id FROM me) AND source_version < $3
        ORDER BY source_version DESC LIMIT $4) AS gave
    UNION ALL
    SELECT * FROM (
        SELECT month, txn, amount, destination_balance, 0, destination_held, destination_version, source
        FROM groat_archived_posting WHERE destination = (SELECT id FROM me) AND destination_version < $3
        ORDER BY destination_version DESC LIMIT $4) AS took
)
SELECT t.id::text, t.kind, c.delta, c.balance, c.held_delta, c.held, c.version, o.path,
       t.reason, t.actor, t.metadata, t.effective_at, t.recorded_at, t.hold::text, t.reverses::text
FROM changes AS c JOIN groat_archived_txn AS t ON t.month = c.month AND t.id = c.txn JOIN groat_account AS o ON o.id = c.other
ORDER BY c.version DESC LIMIT $4;
