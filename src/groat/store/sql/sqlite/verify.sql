-- Each statement lists at most 100 contradictions: what, expected, found.

-- name: verify_sums :many long
-- Rule 1: debits equal credits per asset, posted and pending. Each fits into 64 bits, but their sums need not: so the
-- upper and lower halves are summed apart, and what is told is the difference.
WITH halves AS (
    SELECT asset,
           sum(debits >> 32) - sum(credits >> 32) AS posted_high,
           sum(debits & 4294967295) - sum(credits & 4294967295) AS posted_low,
           sum(debits_pending >> 32) - sum(credits_pending >> 32) AS pending_high,
           sum(debits_pending & 4294967295) - sum(credits_pending & 4294967295) AS pending_low
    FROM account GROUP BY asset),
differences (asset, posted, pending) AS (
    SELECT asset, posted_high * 4294967296 + posted_low, pending_high * 4294967296 + pending_low FROM halves)
SELECT asset, 'debits less credits 0, pending 0', posted || ', pending ' || pending
FROM differences WHERE posted <> 0 OR pending <> 0 LIMIT 100;

-- name: verify_counters :many long
-- Rules 2 and 3: the counters are the fold of the postings, and the versions have no gap.
WITH fold (account, debits, credits, debits_pending, credits_pending, changes, last) AS (
    SELECT account, sum(d), sum(c), sum(dp), sum(cp), count(*), max(version)
    FROM (SELECT source AS account, amount AS d, 0 AS c, pending AS dp, 0 AS cp, source_version AS version FROM posting
          UNION ALL
          SELECT destination, 0, amount, 0, pending, destination_version FROM posting)
    GROUP BY account),
compared (what, expected, last, found) AS (
    SELECT a.path || '/' || a.asset,
           coalesce(f.debits, 0) || ' ' || coalesce(f.credits, 0) || ' ' || coalesce(f.debits_pending, 0) || ' '
           || coalesce(f.credits_pending, 0) || ' v' || coalesce(f.changes, 0),
           coalesce(f.last, 0) = a.version,
           a.debits || ' ' || a.credits || ' ' || a.debits_pending || ' ' || a.credits_pending || ' v' || a.version
    FROM account AS a LEFT JOIN fold AS f ON f.account = a.id)
SELECT what, expected, found FROM compared WHERE expected <> found OR NOT last LIMIT 100;

-- name: verify_running :many long
-- Rule 3: each posting's after-balances are the running fold of its account.
SELECT what, expected, found FROM (
    SELECT txn || ' v' || version AS what,
           sum(delta) OVER w || ' held ' || sum(held_delta) OVER w AS expected,
           balance || ' held ' || held AS found
    FROM (SELECT txn, source AS account, source_version AS version, -amount AS delta, source_balance AS balance,
                 pending AS held_delta, source_held AS held FROM posting
          UNION ALL
          SELECT txn, destination, destination_version, amount, destination_balance, 0, destination_held FROM posting)
    WINDOW w AS (PARTITION BY account ORDER BY version ROWS UNBOUNDED PRECEDING))
WHERE expected <> found LIMIT 100;

-- name: verify_holds :many long
-- Rule 5: a hold's counters are the fold of its transactions' first postings, and it is open exactly while something is
-- left.
WITH fold (hold, captured, remaining) AS (
    SELECT t.hold, sum(p.amount), sum(p.pending) FROM txn AS t JOIN posting AS p ON p.txn = t.id AND p.leg = 0
    WHERE t.hold IS NOT NULL GROUP BY t.hold)
SELECT h.id,
       coalesce(f.captured, 0) || ' captured, ' || coalesce(f.remaining, 0) || ' left',
       h.captured || ' captured, ' || (h.amount - h.captured - h.released) || ' left, ' || h.status
FROM hold AS h LEFT JOIN fold AS f ON f.hold = h.id
WHERE h.captured <> coalesce(f.captured, 0) OR h.amount - h.captured - h.released <> coalesce(f.remaining, -1)
   OR (h.status = 'open') <> (h.amount > h.captured + h.released)
LIMIT 100;

-- name: verify_pending :many long
-- Rule 5: an account's pending is the sum of its open holds.
WITH open (account, debits, credits) AS (
    SELECT account, sum(d), sum(c)
    FROM (SELECT source AS account, amount - captured - released AS d, 0 AS c FROM hold WHERE status = 'open'
          UNION ALL
          SELECT destination, 0, amount - captured - released FROM hold WHERE status = 'open')
    GROUP BY account)
SELECT a.path || '/' || a.asset,
       coalesce(o.debits, 0) || ' ' || coalesce(o.credits, 0), a.debits_pending || ' ' || a.credits_pending
FROM account AS a LEFT JOIN open AS o ON o.account = a.id
WHERE a.debits_pending <> coalesce(o.debits, 0) OR a.credits_pending <> coalesce(o.credits, 0) LIMIT 100;

-- name: verify_reversals :many long
-- Rule 9: the reversals of a posting never exceed it.
SELECT o.txn || ' leg ' || o.leg, 'at most ' || o.amount, sum(p.amount) || ''
FROM txn AS t JOIN posting AS p ON p.txn = t.id JOIN posting AS o ON o.txn = t.reverses AND o.leg = p.leg
WHERE t.reverses IS NOT NULL
GROUP BY o.txn, o.leg HAVING sum(p.amount) > o.amount LIMIT 100;

-- name: verify_keys :many long
-- Rule 6: a key names only transactions that exist, and each stands under a key, or a retry would make it again.
WITH named (txn) AS (
    SELECT txn FROM key WHERE txn IS NOT NULL
    UNION
    SELECT j.value FROM key AS k, json_each(k.outcome, '$.transactions') AS j WHERE k.outcome IS NOT NULL)
SELECT n.txn, 'a transaction', 'none' FROM named AS n WHERE NOT EXISTS (SELECT 1 FROM txn AS t WHERE t.id = n.txn)
UNION ALL
SELECT t.id, 'a key', 'none' FROM txn AS t WHERE t.kind <> 'expire' AND t.id NOT IN (SELECT txn FROM named)
LIMIT 100;

-- name: verify_streams :many long
-- The kept events of a stream end at its head and have no hole.
SELECT s.name, 'events up to ' || s.head || ' without a hole', count(e.offset) || ' events, ' || coalesce(min(e.offset), 0)
       || ' to ' || coalesce(max(e.offset), 0)
FROM stream AS s LEFT JOIN event AS e ON e.stream = s.id
GROUP BY s.id
HAVING (count(e.offset) > 0 AND (max(e.offset) <> s.head OR count(e.offset) <> s.head - min(e.offset) + 1)) LIMIT 100;

-- name: verify_batches :many long
SELECT id, '' AS chain, previous, hash FROM batch WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: verify_batch_transactions :many long
SELECT id, kind, principal, key, actor, reason, metadata, effective_at, recorded_at, reverses, hold, hold_after, positions
FROM txn WHERE batch = ?1 ORDER BY id;

-- name: verify_batch_postings :many long
SELECT p.txn, p.leg, p.source, p.destination, p.amount, p.pending, p.source_balance, p.source_held, p.source_version,
       p.destination_balance, p.destination_held, p.destination_version, p.effective_at
FROM txn AS t JOIN posting AS p ON p.txn = t.id WHERE t.batch = ?1 ORDER BY p.txn, p.leg;

-- name: verify_batch_acts :many long
SELECT id, at, kind, principal, actor, target, reason, key, before, after FROM act WHERE batch = ?1 ORDER BY id;

-- name: verify_unbatched :many long
-- Every transaction belongs to a batch.
SELECT t.id, 'a batch', 'none' FROM txn AS t WHERE NOT EXISTS (SELECT 1 FROM batch AS b WHERE b.id = t.batch) LIMIT 100;

-- name: verify_counts :one long
SELECT (SELECT count(*) FROM txn), (SELECT count(*) FROM posting), (SELECT count(*) FROM account),
       (SELECT count(*) FROM batch);
