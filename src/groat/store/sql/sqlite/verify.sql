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
    FROM groat_account GROUP BY asset),
differences (asset, posted, pending) AS (
    SELECT asset, posted_high * 4294967296 + posted_low, pending_high * 4294967296 + pending_low FROM halves)
SELECT asset, 'debits less credits 0, pending 0', posted || ', pending ' || pending
FROM differences WHERE posted <> 0 OR pending <> 0 LIMIT 100;

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
SELECT h.id,
       coalesce(f.captured, 0) || ' captured, ' || coalesce(f.remaining, 0) || ' left',
       h.captured || ' captured, ' || (h.amount - h.captured - h.released) || ' left, ' || h.status
FROM groat_hold AS h LEFT JOIN fold AS f ON f.hold = h.id
WHERE h.captured <> coalesce(f.captured, 0) OR h.amount - h.captured - h.released <> coalesce(f.remaining, -1)
   OR (h.status = 'open') <> (h.amount > h.captured + h.released)
UNION ALL
SELECT h.id, coalesce(t.cause, a.cause, 'no cause'), coalesce(h.cause, 'no cause')
FROM groat_hold AS h LEFT JOIN groat_txn AS t ON t.id = h.id LEFT JOIN groat_archived_txn AS a ON a.id = h.id
WHERE h.cause IS NOT coalesce(t.cause, a.cause)
UNION ALL
-- An extended hold ends when its last extension says, for each one is later than the one before. Of imported extensions only
-- the last end is known.
SELECT h.id, coalesce('extended to ' || e.ends, 'not extended'),
       coalesce('first to end at ' || h.first_expires_at, 'not extended') || ', ends at ' || coalesce(h.expires_at, 0)
FROM groat_hold AS h
LEFT JOIN (SELECT hold, max(ends) AS ends
           FROM (SELECT t.hold, json_extract(t.hold_after, '$[3]') AS ends FROM groat_txn AS t WHERE t.kind = 'extend' AND t.hold IS NOT NULL
                 UNION ALL
                 SELECT t.hold, json_extract(t.hold_after, '$[3]') FROM groat_archived_txn AS t
                 WHERE t.kind = 'extend' AND t.hold IS NOT NULL) AS extension
           WHERE ends IS NOT NULL GROUP BY hold) AS e ON e.hold = h.id
WHERE (h.first_expires_at IS NOT NULL OR e.hold IS NOT NULL)
  AND (e.hold IS NULL OR h.first_expires_at IS NULL OR h.expires_at IS NOT e.ends OR h.first_expires_at >= e.ends)
LIMIT 100;

-- name: verify_pending :many long
-- Rule 5: an account's pending is the sum of its open holds.
WITH open (account, debits, credits) AS (
    SELECT account, sum(d), sum(c)
    FROM (SELECT source AS account, amount - captured - released AS d, 0 AS c FROM groat_hold WHERE status = 'open'
          UNION ALL
          SELECT destination, 0, amount - captured - released FROM groat_hold WHERE status = 'open')
    GROUP BY account)
SELECT a.path || '/' || a.asset,
       coalesce(o.debits, 0) || ' ' || coalesce(o.credits, 0), a.debits_pending || ' ' || a.credits_pending
FROM groat_account AS a LEFT JOIN open AS o ON o.account = a.id
WHERE a.debits_pending <> coalesce(o.debits, 0) OR a.credits_pending <> coalesce(o.credits, 0) LIMIT 100;

-- name: verify_reversals :many long
-- Rule 9: the reversals of a posting never exceed it.
SELECT r.reverses || ' leg ' || r.leg, 'at most ' || coalesce(o.amount, a.amount), r.back || ''
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
SELECT s.name, 'events up to ' || s.head || ' without a hole', count(e.offset) || ' events, ' || coalesce(min(e.offset), 0)
       || ' to ' || coalesce(max(e.offset), 0)
FROM groat_stream AS s LEFT JOIN groat_event AS e ON e.stream = s.id
GROUP BY s.id
HAVING (count(e.offset) > 0 AND (max(e.offset) <> s.head OR count(e.offset) <> s.head - min(e.offset) + 1)) LIMIT 100;

-- name: verify_batches :many long
SELECT id, '' AS chain, previous, hash FROM groat_batch WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: verify_counts :one long
SELECT (SELECT count(*) FROM groat_txn) + (SELECT count(*) FROM groat_archived_txn),
       (SELECT count(*) FROM groat_posting) + (SELECT count(*) FROM groat_archived_posting),
       (SELECT count(*) FROM groat_account),
       (SELECT count(*) FROM groat_batch),
       EXISTS (SELECT 1 FROM groat_grant);

-- name: verify_accounts :many long
-- The next ?2 accounts behind id ?1, with what is stored of them.
SELECT id, path, asset, debits, credits, debits_pending, credits_pending, version
FROM groat_account WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: verify_transactions :many long
-- The next ?4 transactions behind (batch ?1, id ?2) in batches up to ?3.
SELECT batch, id, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
       reverses, hold, hold_after, positions, cause
FROM groat_txn WHERE (batch, id) > (?1, ?2) AND batch <= ?3 ORDER BY batch, id LIMIT ?4;

-- name: verify_postings :bulk long
-- The postings of these transactions.
SELECT json_group_array(json_array(
           p.txn, p.leg, p.source, p.destination, p.amount, p.pending, p.source_balance, p.source_held, p.source_version,
           p.destination_balance, p.destination_held, p.destination_version, p.effective_at))
FROM json_each(?1) AS j JOIN groat_posting AS p ON p.txn = j.value;

-- name: verify_acts :many long
-- The audit entries of the batches behind ?1 and up to ?2.
SELECT batch, id, at, kind, principal, actor, target, reason, key, before, after
FROM groat_act WHERE batch > ?1 AND batch <= ?2 ORDER BY batch, id;

-- name: verify_keys :bulk long
-- The entries of these keys.
SELECT json_group_array(json_array(k.txn, k.outcome)) FROM json_each(?1) AS j JOIN groat_key AS k ON k.digest = j.value;

-- name: verify_names :one long
-- Count the transactions that all keys name, except keys for older nodes (form 3).
SELECT count(txn) + coalesce(sum(json_array_length(outcome, '$.transactions')), 0) FROM groat_key WHERE form <> 3;

-- name: verify_missing :many long
-- Transactions that keys name and that do not exist, with the keys.
SELECT n.txn, n.digest
FROM (SELECT txn, digest FROM groat_key WHERE txn IS NOT NULL
      UNION ALL
      SELECT j.value, k.digest FROM groat_key AS k, json_each(k.outcome, '$.transactions') AS j WHERE k.outcome IS NOT NULL) AS n
WHERE NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id = n.txn)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id = n.txn) LIMIT 100;

-- name: verify_archived_transactions :many long
SELECT batch, id, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
       reverses, hold, hold_after, positions, cause
FROM groat_archived_txn WHERE (batch, id) > (?1, ?2) AND batch <= ?3 ORDER BY batch, id LIMIT ?4;

-- name: verify_archived_postings :bulk long
SELECT json_group_array(json_array(
           p.txn, p.leg, p.source, p.destination, p.amount, p.pending, p.source_balance, p.source_held, p.source_version,
           p.destination_balance, p.destination_held, p.destination_version, p.effective_at))
FROM json_each(?1) AS j JOIN groat_archived_posting AS p ON p.txn = j.value;

-- name: verify_later :many long
-- News that are left for rooms are of transactions that exist.
SELECT 'news ' || l.id || ' for ' || l.stream, 'a transaction ' || l.txn, 'none'
FROM groat_later AS l
WHERE NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id = l.txn)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id = l.txn) LIMIT 100;

-- name: verify_grants :many long
-- A grant's numbers are the fold of its allocations: it was granted what came in, but for what reversals put back.
WITH step AS (
    SELECT p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held, t.kind, t.hold
    FROM groat_allocation AS p JOIN groat_txn AS t ON t.id = p.txn
    UNION ALL
    SELECT p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held, t.kind, t.hold
    FROM groat_archived_allocation AS p JOIN groat_archived_txn AS t ON t.id = p.txn),
fold AS (
    SELECT s.grant_id, sum(s.amount) AS remaining, sum(s.held) AS held,
           -sum(CASE WHEN s.kind = 'expire_grant' THEN s.amount ELSE 0 END) AS expired,
           -sum(CASE WHEN s.kind IN ('void_grant', 'return_grant') THEN s.amount ELSE 0 END) AS voided,
           sum(CASE WHEN s.amount > 0 AND (s.kind <> 'reverse' OR s.txn = g.txn) THEN s.amount ELSE 0 END) AS amount
    FROM step AS s JOIN groat_grant AS g ON g.id = s.grant_id GROUP BY s.grant_id)
SELECT g.id,
       coalesce(f.amount, 0) || ' granted, ' || coalesce(f.remaining, 0) || ' left, ' || coalesce(f.held, 0) || ' held, '
       || coalesce(f.expired, 0) || ' expired, ' || coalesce(f.voided, 0) || ' voided',
       g.amount || ' granted, ' || g.remaining || ' left, ' || g.held || ' held, ' || g.expired || ' expired, ' || g.voided
       || ' voided'
FROM groat_grant AS g LEFT JOIN fold AS f ON f.grant_id = g.id
WHERE g.amount <> coalesce(f.amount, 0) OR g.remaining <> coalesce(f.remaining, 0) OR g.held <> coalesce(f.held, 0)
   OR g.expired <> coalesce(f.expired, 0) OR g.voided <> coalesce(f.voided, 0)
UNION ALL
SELECT g.id, 'live while something remains, due once it ends and something is free',
       CASE WHEN g.live THEN 'live' ELSE 'not live' END || ', ' || g.remaining || ' left, ' || g.held || ' held, due '
       || coalesce(g.due_at, 'never')
FROM groat_grant AS g
WHERE (g.remaining > 0) <> g.live
   OR (g.due_at IS NOT NULL) <> (g.remaining > g.held AND coalesce(g.voided_at, g.expires_at) IS NOT NULL)
   OR g.due_at < coalesce(g.voided_at, g.expires_at)
   OR g.amount - g.remaining - g.expired - g.voided < 0
LIMIT 100;

-- name: verify_hold_parts :many long
WITH step AS (
    SELECT t.hold, p.grant_id, p.amount, p.held
    FROM groat_allocation AS p JOIN groat_txn AS t ON t.id = p.txn WHERE t.hold IS NOT NULL AND p.held <> 0
    UNION ALL
    SELECT t.hold, p.grant_id, p.amount, p.held
    FROM groat_archived_allocation AS p JOIN groat_archived_txn AS t ON t.id = p.txn
    WHERE t.hold IS NOT NULL AND p.held <> 0),
fold AS (
    SELECT hold, grant_id, sum(CASE WHEN held > 0 THEN held ELSE 0 END) AS amount,
           -sum(CASE WHEN held < 0 AND amount < 0 THEN held ELSE 0 END) AS captured,
           -sum(CASE WHEN held < 0 AND amount = 0 THEN held ELSE 0 END) AS released
    FROM step GROUP BY hold, grant_id)
SELECT coalesce(f.hold, p.hold) || ' of ' || coalesce(f.grant_id, p.grant_id),
       coalesce(f.amount, 0) || ' taken, ' || coalesce(f.captured, 0) || ' captured, ' || coalesce(f.released, 0) || ' released',
       coalesce(p.amount, 0) || ' taken, ' || coalesce(p.captured, 0) || ' captured, ' || coalesce(p.released, 0) || ' released'
FROM fold AS f FULL JOIN groat_hold_part AS p ON p.hold = f.hold AND p.grant_id = f.grant_id
WHERE p.hold IS NULL OR f.hold IS NULL OR p.amount <> f.amount OR p.captured <> f.captured OR p.released <> f.released
LIMIT 100;

-- name: verify_purses :many long
-- Rule 11: what is free of an account's grants is at most what is available; the account says that it has grants.
SELECT a.path || '/' || a.asset, 'at most ' || max(0, a.credits - a.debits - a.debits_pending) || ' free',
       g.free || ' free' || CASE WHEN a.extras & 1 = 0 THEN ', and no mark' ELSE '' END
FROM (SELECT account, sum(remaining - held) AS free FROM groat_grant GROUP BY account) AS g
JOIN groat_account AS a ON a.id = g.account
WHERE g.free > max(0, a.credits - a.debits - a.debits_pending) OR a.extras & 1 = 0 LIMIT 100;

-- name: verify_purse_sums :many long
-- What an account's row says of its grants is what they come to, where it says that it is up to date.
WITH derived AS (
    SELECT a.id, count(g.id) AS live, coalesce(sum(g.remaining - g.held), 0) AS free, min(g.due_at) AS next_at
    FROM groat_account AS a LEFT JOIN groat_grant AS g ON g.account = a.id AND g.live
    WHERE a.purse_version = a.version GROUP BY a.id),
whole AS (
    SELECT d.id, d.live, d.free, d.next_at,
           coalesce((SELECT sum(g.remaining - g.held) FROM groat_grant AS g
                     WHERE g.account = d.id AND g.due_at = d.next_at), 0) AS next
    FROM derived AS d)
SELECT a.path || '/' || a.asset,
       w.live || ' live, ' || w.free || ' free, ' || w.next || ' until ' || coalesce(w.next_at, 'for ever'),
       a.purse_live || ' live, ' || a.purse_free || ' free, ' || a.purse_next || ' until '
       || coalesce(a.purse_next_at, 'for ever')
FROM whole AS w JOIN groat_account AS a ON a.id = w.id
WHERE a.purse_live <> w.live OR a.purse_free <> w.free OR a.purse_next <> w.next OR a.purse_next_at IS NOT w.next_at
LIMIT 100;

-- name: verify_allocations :many long
-- An allocation is of a grant of one of the posting's accounts. What a posting takes from grants of its source, and holds of
-- them, is at most what it moved; more may go only to pay a debt.
WITH step AS (
    SELECT p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held, t.kind, t.hold
    FROM groat_allocation AS p JOIN groat_txn AS t ON t.id = p.txn
    UNION ALL
    SELECT p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held, t.kind, t.hold
    FROM groat_archived_allocation AS p JOIN groat_archived_txn AS t ON t.id = p.txn),
post AS (
    SELECT txn, leg, source, destination, amount, pending FROM groat_posting
    UNION ALL
    SELECT txn, leg, source, destination, amount, pending FROM groat_archived_posting)
SELECT s.txn || ' leg ' || s.leg || ' place ' || s.place, 'a grant of one of its accounts', 'grant ' || s.grant_id
FROM step AS s
LEFT JOIN post AS p ON p.txn = s.txn AND p.leg = s.leg
LEFT JOIN groat_grant AS g ON g.id = s.grant_id
WHERE p.txn IS NULL OR g.id IS NULL OR g.account <> s.account OR s.account NOT IN (p.source, p.destination)
UNION ALL
SELECT o.txn || ' leg ' || o.leg, 'at most ' || o.most || ' held or captured', o.taken
FROM (SELECT p.txn, p.leg, max(p.amount, p.pending) AS most,
             sum(CASE WHEN s.held > 0 THEN s.held WHEN s.held < 0 THEN -s.amount ELSE 0 END) AS taken
      FROM step AS s JOIN post AS p ON p.txn = s.txn AND p.leg = s.leg GROUP BY p.txn, p.leg, p.amount, p.pending) AS o
WHERE o.taken > o.most
LIMIT 100;

-- name: verify_lineage :many long
-- A grant was made by the transaction that it names. One that came from another has the terms of that, but for the moment
-- of expiry where a reversal gave it anew.
SELECT g.id, 'an allocation of transaction ' || g.txn, 'none' FROM groat_grant AS g
WHERE NOT EXISTS (SELECT 1 FROM groat_allocation AS p WHERE p.txn = g.txn AND p.grant_id = g.id)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_allocation AS p WHERE p.txn = g.txn AND p.grant_id = g.id)
UNION ALL
SELECT g.id, 'terms of grant ' || g.parent, CASE WHEN p.id IS NULL THEN 'no such grant' ELSE 'other terms' END
FROM groat_grant AS g LEFT JOIN groat_grant AS p ON p.id = g.parent
WHERE g.parent IS NOT NULL
  AND (p.id IS NULL OR p.class <> g.class OR p.priority <> g.priority OR p.cause <> g.cause OR p.note <> g.note
       OR p.origin <> g.origin
       OR (g.account <> p.account AND coalesce(g.expires_at, 0) <> coalesce(p.expires_at, 0)))
LIMIT 100;

-- name: verify_lines :many long
-- An account is marked if it has lines, and no other is. What was crossed was crossed by a change of the account, after which
-- so much was available, on that side of the line.
SELECT a.path || '/' || a.asset, CASE WHEN a.extras & 32 = 0 THEN 'no lines' ELSE 'lines' END,
       CASE WHEN a.extras & 32 = 0 THEN 'some' ELSE 'none' END
FROM groat_account AS a
WHERE (a.extras & 32 <> 0) <> EXISTS (SELECT 1 FROM groat_line AS l WHERE l.account = a.id)
UNION ALL
SELECT 'line ' || l.kind || ' ' || l.ref, 'an account', 'none' FROM groat_line AS l
WHERE NOT EXISTS (SELECT 1 FROM groat_account AS a WHERE a.id = l.account)
UNION ALL
SELECT 'crossing ' || f.id, f.expected || ' available', coalesce(f.available, 'no such change')
FROM (SELECT c.id, c.available AS expected, coalesce(
          (SELECT p.source_balance - p.source_held FROM groat_posting AS p
           WHERE p.source = c.account AND p.source_version = c.version),
          (SELECT p.destination_balance - p.destination_held FROM groat_posting AS p
           WHERE p.destination = c.account AND p.destination_version = c.version),
          (SELECT p.source_balance - p.source_held FROM groat_archived_posting AS p
           WHERE p.source = c.account AND p.source_version = c.version),
          (SELECT p.destination_balance - p.destination_held FROM groat_archived_posting AS p
           WHERE p.destination = c.account AND p.destination_version = c.version),
          CASE WHEN c.version = 0 THEN 0 END) AS available
      FROM groat_crossing AS c) AS f
WHERE f.available IS NOT f.expected
UNION ALL
SELECT 'crossing ' || id, direction || ' across ' || threshold, available || ' available' FROM groat_crossing
WHERE (available < threshold) <> (direction = 'down')
LIMIT 100;

-- name: verify_budgets :many long
-- Accounts are marked if they have budgets, and no others are. What is used of a budget is the fold of what was counted on it,
-- for windows that may be current: what is older is forgotten. What was counted is of a posting, of at most its amount.
SELECT a.path || '/' || a.asset, CASE WHEN a.extras & 16 = 0 THEN 'no budgets' ELSE 'budgets' END,
       CASE WHEN a.extras & 16 = 0 THEN 'some' ELSE 'none' END
FROM groat_account AS a
WHERE (a.extras & 16 <> 0)
      <> EXISTS (SELECT 1 FROM groat_budget AS b WHERE b.account = a.id AND b.removed_at IS NULL)
UNION ALL
SELECT 'budget ' || s.id, coalesce(u.amount, 0) || ' at ' || s.begin_at, s.amount
FROM (SELECT b.id, e.value ->> 0 AS begin_at, e.value ->> 1 AS amount
      FROM groat_budget AS b, json_each(b.spent) AS e WHERE b.removed_at IS NULL) AS s
LEFT JOIN (SELECT budget, begin_at, sum(amount) AS amount FROM groat_budget_use GROUP BY budget, begin_at) AS u
       ON u.budget = s.id AND u.begin_at = s.begin_at
WHERE s.amount <> coalesce(u.amount, 0) AND s.begin_at > groat_now() - 5356800000000
UNION ALL
SELECT 'budget ' || u.budget, u.amount || ' at ' || u.begin_at, 'nothing'
FROM (SELECT budget, begin_at, sum(amount) AS amount FROM groat_budget_use GROUP BY budget, begin_at) AS u
JOIN groat_budget AS b ON b.id = u.budget AND b.removed_at IS NULL
WHERE u.amount <> 0 AND u.begin_at > coalesce((SELECT max(e.value ->> 0) FROM json_each(b.spent) AS e), -1)
UNION ALL
SELECT 'use ' || u.txn || '/' || u.leg, 'a posting of at least ' || abs(u.amount), coalesce(p.amount + abs(p.pending), 'none')
FROM groat_budget_use AS u
LEFT JOIN groat_budget AS b ON b.id = u.budget
LEFT JOIN (SELECT txn, leg, amount, pending, source, destination FROM groat_posting
           UNION ALL
           SELECT txn, leg, amount, pending, source, destination FROM groat_archived_posting) AS p
       ON p.txn = u.txn AND p.leg = u.leg
WHERE p.amount IS NULL OR b.id IS NULL OR abs(u.amount) > p.amount + abs(p.pending)
   OR (b.account IS NOT NULL AND b.account NOT IN (p.source, p.destination))
LIMIT 100;

-- name: verify_states :many long
-- Each balance of a path has the mark of the path's state; the state and the number of its changes are those of
-- the audit entries, each of which begins where the one before ended. On a closed account nothing is held, and nothing is
-- left but what came because it was due. A change of another ledger, which an import wrote, has its id of then.
WITH change AS (
    SELECT target AS path, batch, id, json_extract(before, '$.state') AS was, json_extract(after, '$.state') AS state,
           lag(json_extract(after, '$.state'), 1, 'open') OVER turns AS expected,
           count(*) OVER turns AS turn, count(*) OVER (PARTITION BY target) AS changes
    FROM groat_act
    WHERE kind IN ('freeze_account', 'unfreeze_account', 'close_account', 'reopen_account', 'finish_account')
    WINDOW turns AS (PARTITION BY target ORDER BY batch, id)),
latest AS (SELECT path, state, changes, batch, id FROM change WHERE turn = changes)
SELECT coalesce(p.path, l.path), coalesce(l.state, 'open') || ' after ' || coalesce(l.changes, 0) || ' changes',
       coalesce(p.state, 'open') || ' after ' || coalesce(p.turn, 0) || ' changes'
FROM groat_path AS p FULL JOIN latest AS l ON l.path = p.path
WHERE coalesce(p.state, 'open') <> coalesce(l.state, 'open') OR coalesce(p.turn, 0) <> coalesce(l.changes, 0)
UNION ALL
SELECT path || ' change ' || turn, 'from ' || expected, 'from ' || coalesce(was, 'nothing') FROM change
WHERE was IS NOT expected
UNION ALL
SELECT path, 'an account for the rest', 'none' FROM groat_path WHERE state IN ('closing', 'closed') AND rest_to = ''
UNION ALL
SELECT a.path || '/' || a.asset, 'marked ' || CASE coalesce(p.state, 'open') WHEN 'frozen' THEN 2 WHEN 'closing' THEN 4 WHEN 'closed' THEN 8 ELSE 0 END, 'marked ' || (a.extras & 14)
FROM groat_account AS a LEFT JOIN groat_path AS p ON p.path = a.path
WHERE a.extras & 14 <> CASE coalesce(p.state, 'open') WHEN 'frozen' THEN 2 WHEN 'closing' THEN 4 WHEN 'closed' THEN 8 ELSE 0 END
UNION ALL
SELECT a.path || '/' || a.asset, 'closed, with nothing left or held',
       (a.credits - a.debits) || ' left, ' || (a.debits_pending + a.credits_pending) || ' held'
FROM groat_path AS p JOIN groat_account AS a ON a.path = p.path LEFT JOIN latest AS l ON l.path = p.path
WHERE p.state = 'closed'
  AND (a.debits_pending <> 0 OR a.credits_pending <> 0
       OR (a.credits <> a.debits AND NOT EXISTS (
           SELECT 1 FROM (SELECT d.source, d.destination, t.kind, t.batch, t.id
                          FROM groat_posting AS d JOIN groat_txn AS t ON t.id = d.txn
                          UNION ALL
                          SELECT d.source, d.destination, t.kind, t.batch, t.id
                          FROM groat_archived_posting AS d JOIN groat_archived_txn AS t ON t.month = d.month AND t.id = d.txn) AS due
           WHERE a.id IN (due.source, due.destination) AND (due.batch > l.batch OR due.id > l.id)
             AND due.kind IN ('expire_grant', 'return_grant', 'void_grant'))))
LIMIT 100;

-- name: verify_members :many long
-- Each member has the rights that the last of their audit entries says, after as many changes as there are; and a balance is
-- marked if its account has members.
WITH change AS (
    SELECT target AS id, (SELECT coalesce(group_concat(value, ','), '') FROM json_each(after, '$.rights')) AS rights,
           row_number() OVER (PARTITION BY target ORDER BY batch DESC, id DESC) AS place,
           count(*) OVER (PARTITION BY target) AS changes
    FROM groat_act WHERE kind = 'set_member'),
latest AS (SELECT id, rights, changes FROM change WHERE place = 1)
SELECT coalesce(m.id, l.id), coalesce(l.rights, '') || ' after ' || coalesce(l.changes, 0) || ' changes',
       coalesce(m.rights, '') || ' after ' || coalesce(m.turn, 0) || ' changes'
FROM groat_member AS m FULL JOIN latest AS l ON l.id = m.id
WHERE coalesce(m.rights, '') <> coalesce(l.rights, '') OR coalesce(m.turn, 0) <> coalesce(l.changes, 0)
UNION ALL
SELECT a.path || '/' || a.asset, 'marked ' || CASE WHEN s.account IS NULL THEN 0 ELSE 64 END, 'marked ' || (a.extras & 64)
FROM groat_account AS a LEFT JOIN (SELECT DISTINCT account FROM groat_member WHERE rights <> '') AS s ON s.account = a.path
WHERE a.extras & 64 <> CASE WHEN s.account IS NULL THEN 0 ELSE 64 END
LIMIT 100;

-- name: verify_allocations_of :bulk long
-- What these transactions changed of grants.
SELECT json_group_array(json_array(p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held))
FROM (SELECT p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held
      FROM json_each(?1) AS j JOIN groat_allocation AS p ON p.txn = j.value
      UNION ALL
      SELECT p.txn, p.leg, p.place, p.grant_id, p.account, p.amount, p.held
      FROM json_each(?1) AS j JOIN groat_archived_allocation AS p ON p.txn = j.value) AS p;

-- name: verify_granted_by :bulk long
-- What never changes of the grants that these transactions made.
SELECT json_group_array(json_array(
           g.id, g.account, g.expires_at, g.priority, g.class, g.cause, g.note, g.parent, g.txn, g.origin, g.version,
           g.created_at))
FROM (SELECT p.txn, p.grant_id FROM json_each(?1) AS j JOIN groat_allocation AS p ON p.txn = j.value
      UNION
      SELECT p.txn, p.grant_id FROM json_each(?1) AS j JOIN groat_archived_allocation AS p ON p.txn = j.value) AS p
JOIN groat_grant AS g ON g.id = p.grant_id AND g.txn = p.txn;
