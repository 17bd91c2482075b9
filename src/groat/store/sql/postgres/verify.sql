-- Each statement lists at most 100 contradictions: what, expected, found.

-- name: verify_sums :many long
-- Rule 1: debits equal credits per asset, posted and pending.
SELECT asset, sum(debits) || ' / ' || sum(debits_pending), sum(credits) || ' / ' || sum(credits_pending)
FROM groat_account GROUP BY asset
HAVING sum(debits) <> sum(credits) OR sum(debits_pending) <> sum(credits_pending) LIMIT 100;

-- name: verify_holds :many long
-- Rule 5: a hold's counters are the fold of its transactions' first postings, and it is open exactly while something is
-- left. Rule 13: it has the cause of the transaction that made it.
WITH fold (hold, captured, remaining) AS (
    SELECT hold, sum(amount), sum(pending)
    FROM (SELECT t.hold, p.amount, p.pending FROM groat_txn AS t JOIN groat_posting AS p ON p.txn = t.id AND p.leg = 0
          WHERE t.hold IS NOT NULL
          UNION ALL
          SELECT t.hold, p.amount, p.pending
          FROM groat_archived_txn AS t JOIN groat_archived_posting AS p ON p.month = t.month AND p.txn = t.id AND p.leg = 0
          WHERE t.hold IS NOT NULL) AS step
    GROUP BY hold)
SELECT h.id::text,
       coalesce(f.captured, 0) || ' captured, ' || coalesce(f.remaining, 0) || ' left',
       h.captured || ' captured, ' || (h.amount - h.captured - h.released) || ' left, ' || h.status
FROM groat_hold AS h LEFT JOIN fold AS f ON f.hold = h.id
WHERE h.captured <> coalesce(f.captured, 0) OR h.amount - h.captured - h.released <> coalesce(f.remaining, -1)
   OR (h.status = 'open') <> (h.amount > h.captured + h.released)
UNION ALL
SELECT h.id::text, coalesce(t.cause, a.cause, 'no cause'), coalesce(h.cause, 'no cause')
FROM groat_hold AS h LEFT JOIN groat_txn AS t ON t.id = h.id LEFT JOIN groat_archived_txn AS a ON a.id = h.id
WHERE h.cause IS DISTINCT FROM coalesce(t.cause, a.cause)
UNION ALL
-- An extended hold ends when its last extension says, for each one is later than the one before. Of imported extensions only
-- the last end is known.
SELECT h.id::text, coalesce('extended to ' || e.ends, 'not extended'),
       coalesce('first to end at ' || h.first_expires_at, 'not extended') || ', ends at ' || coalesce(h.expires_at, 0)
FROM groat_hold AS h
LEFT JOIN (SELECT hold, max(ends) AS ends
           FROM (SELECT t.hold, (t.hold_after::json ->> 3)::bigint AS ends FROM groat_txn AS t WHERE t.kind = 'extend' AND t.hold IS NOT NULL
                 UNION ALL
                 SELECT t.hold, (t.hold_after::json ->> 3)::bigint FROM groat_archived_txn AS t
                 WHERE t.kind = 'extend' AND t.hold IS NOT NULL) AS extension
           WHERE ends IS NOT NULL GROUP BY hold) AS e ON e.hold = h.id
WHERE (h.first_expires_at IS NOT NULL OR e.hold IS NOT NULL)
  AND (e.hold IS NULL OR h.first_expires_at IS NULL OR h.expires_at IS DISTINCT FROM e.ends OR h.first_expires_at >= e.ends)
LIMIT 100;

-- name: verify_pending :many long
-- Rule 5: an account's pending is the sum of its open holds.
WITH open (account, debits, credits) AS (
    SELECT account, sum(d), sum(c)
    FROM (SELECT source AS account, amount - captured - released AS d, 0 AS c FROM groat_hold WHERE status = 'open'
          UNION ALL
          SELECT destination, 0, amount - captured - released FROM groat_hold WHERE status = 'open') AS side
    GROUP BY account)
SELECT a.path || '/' || a.asset,
       coalesce(o.debits, 0) || ' ' || coalesce(o.credits, 0), a.debits_pending || ' ' || a.credits_pending
FROM groat_account AS a LEFT JOIN open AS o ON o.account = a.id
WHERE a.debits_pending <> coalesce(o.debits, 0) OR a.credits_pending <> coalesce(o.credits, 0) LIMIT 100;

-- name: verify_reversals :many long
-- Rule 9: the reversals of a posting never exceed it.
SELECT r.reverses::text || ' leg ' || r.leg, 'at most ' || coalesce(o.amount, a.amount), r.back::text
FROM (SELECT reverses, leg, sum(amount) AS back
      FROM (SELECT t.reverses, p.leg, p.amount FROM groat_txn AS t JOIN groat_posting AS p ON p.txn = t.id
            WHERE t.reverses IS NOT NULL
            UNION ALL
            SELECT t.reverses, p.leg, p.amount
            FROM groat_archived_txn AS t JOIN groat_archived_posting AS p ON p.month = t.month AND p.txn = t.id
            WHERE t.reverses IS NOT NULL) AS step
      GROUP BY reverses, leg) AS r
LEFT JOIN groat_posting AS o ON o.txn = r.reverses AND o.leg = r.leg
LEFT JOIN groat_archived_posting AS a ON a.txn = r.reverses AND a.leg = r.leg
WHERE r.back > coalesce(o.amount, a.amount) LIMIT 100;

-- name: verify_streams :many long
-- The kept events of a stream end at its head and have no hole.
SELECT s.name, 'events up to ' || s.head || ' without a hole', count(e."offset") || ' events, ' || coalesce(min(e."offset"), 0)
       || ' to ' || coalesce(max(e."offset"), 0)
FROM groat_stream AS s LEFT JOIN groat_event AS e ON e.stream = s.id
GROUP BY s.id, s.name, s.head
HAVING (count(e."offset") > 0 AND (max(e."offset") <> s.head OR count(e."offset") <> s.head - min(e."offset") + 1)) LIMIT 100;

-- name: verify_batches :many long
SELECT id, worker AS chain, previous, hash FROM groat_batch WHERE id > $1 ORDER BY id LIMIT $2;

-- name: verify_counts :one long
SELECT (SELECT count(*) FROM groat_txn) + (SELECT count(*) FROM groat_archived_txn),
       (SELECT count(*) FROM groat_posting) + (SELECT count(*) FROM groat_archived_posting),
       (SELECT count(*) FROM groat_account),
       (SELECT count(*) FROM groat_batch);

-- name: verify_accounts :many long
-- The next $2 accounts behind id $1, with what is stored of them.
SELECT id, path, asset, debits, credits, debits_pending, credits_pending, version
FROM groat_account WHERE id > $1 ORDER BY id LIMIT $2;

-- name: verify_transactions :many long
-- The next $4 transactions behind (batch $1, id $2) in batches up to $3.
SELECT batch, id::text, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
       reverses::text, hold::text, hold_after, positions, cause
FROM groat_txn WHERE (batch, id) > ($1, $2::uuid) AND batch <= $3 ORDER BY batch, id LIMIT $4;

-- name: verify_postings :bulk long
-- The postings of these transactions.
SELECT p.txn::text, p.leg, p.source, p.destination, p.amount, p.pending, p.source_balance, p.source_held, p.source_version,
       p.destination_balance, p.destination_held, p.destination_version, p.effective_at
FROM unnest($1::uuid[]) AS j (txn) JOIN groat_posting AS p ON p.txn = j.txn;

-- name: verify_acts :many long
-- The audit entries of the batches behind $1 and up to $2.
SELECT batch, id::text, at, kind, principal, actor, target, reason, key, before, after
FROM groat_act WHERE batch > $1 AND batch <= $2 ORDER BY batch, id;

-- name: verify_keys :bulk long
-- The entries of these keys. Joined, for a generic plan would look through all the array for each row.
SELECT k.txn::text, k.outcome FROM unnest($1::uuid[]) AS j (digest) JOIN groat_key AS k ON k.digest = j.digest;

-- name: verify_names :one long
-- Count the transactions that all keys name, except keys for older nodes (form 3).
SELECT count(txn) + coalesce(sum(jsonb_array_length(outcome::jsonb -> 'transactions'))
                         FILTER (WHERE outcome LIKE '%"transactions"%'), 0)::bigint
FROM groat_key WHERE form <> 3;

-- name: verify_missing :many long
-- Transactions that keys name and that do not exist, with the keys.
SELECT n.txn::text, n.digest::text
FROM (SELECT txn, digest FROM groat_key WHERE txn IS NOT NULL
      UNION ALL
      SELECT value::uuid, digest FROM groat_key, jsonb_array_elements_text(outcome::jsonb -> 'transactions')
      WHERE outcome LIKE '%"transactions"%') AS n
WHERE NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id = n.txn)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id = n.txn) LIMIT 100;

-- name: verify_archived_transactions :many long
SELECT batch, id::text, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
       reverses::text, hold::text, hold_after, positions, cause
FROM groat_archived_txn WHERE (batch, id) > ($1, $2::uuid) AND batch <= $3 ORDER BY batch, id LIMIT $4;

-- name: verify_archived_postings :bulk long
SELECT p.txn::text, p.leg, p.source, p.destination, p.amount, p.pending, p.source_balance, p.source_held, p.source_version,
       p.destination_balance, p.destination_held, p.destination_version, p.effective_at
FROM unnest($1::uuid[]) AS j (txn) JOIN groat_archived_posting AS p ON p.txn = j.txn;

-- name: verify_later :many long
-- News that are left for rooms are of transactions that exist.
SELECT 'news ' || l.id || ' for ' || l.stream, 'a transaction ' || l.txn, 'none'
FROM groat_later AS l
WHERE NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id = l.txn)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id = l.txn) LIMIT 100;
