-- name: read_outbox :bulk
-- Commands only put entries here; what becomes of them is the senders'.
SELECT json_group_array(json_array(o.id, o.channel, o.target, o.body, o.at, o.since, o.due_at, o.reached))
FROM json_each(?1) AS j JOIN groat_outbox AS o ON o.id = j.value;

-- name: insert_outbox :rows
INSERT INTO groat_outbox (id, channel, target, body, at, since, due_at, reached) VALUES :rows
ON CONFLICT (id) DO NOTHING;

-- name: any_outbox_due :one
SELECT 1 FROM groat_outbox WHERE channel = ?1 AND due_at <= groat_now() LIMIT 1;

-- name: claim_outbox :many
-- For claimant ?1 until ?2: up to ?4 entries of channel ?5 that are due at ?3, each the first of its target.
UPDATE groat_outbox SET claim = ?1, due_at = ?2, attempts = attempts + 1
WHERE number IN (
    SELECT o.number FROM groat_outbox AS o
    WHERE o.channel = ?5 AND o.due_at <= ?3 AND NOT EXISTS (
        SELECT 1 FROM groat_outbox AS b
        WHERE b.channel = o.channel AND b.target = o.target AND b.number < o.number AND b.due_at IS NOT NULL)
    ORDER BY o.due_at, o.number LIMIT ?4)
RETURNING number, id, target, body, at, since, attempts, reached;

-- name: settle_outbox :rows
-- Only whoever still holds the claim says what became of an entry.
WITH v (id, claim, state, note, due_at) AS (VALUES :rows)
UPDATE groat_outbox SET state = v.state, note = v.note, due_at = v.due_at, claim = ''
FROM v WHERE groat_outbox.id = v.id AND groat_outbox.claim = v.claim;

-- name: reach_outbox :one
UPDATE groat_outbox SET reached = ?3 WHERE id = ?1 AND claim = ?2 RETURNING reached;

-- name: find_outbox :one
SELECT number, id, channel, target, state, at, due_at, attempts, note, claim FROM groat_outbox WHERE id = ?1;

-- name: page_outbox_waiting :many
-- Entries behind number ?1 of channel ?2, '' for every channel, that are neither delivered nor given up.
SELECT number, id, channel, target, state, at, due_at, attempts, note, claim FROM groat_outbox
WHERE number > ?1 AND (?2 = '' OR channel = ?2) AND due_at IS NOT NULL ORDER BY number LIMIT ?3;

-- name: page_outbox_failed :many
SELECT number, id, channel, target, state, at, due_at, attempts, note, claim FROM groat_outbox
WHERE number > ?1 AND (?2 = '' OR channel = ?2) AND state = 'failed' ORDER BY number LIMIT ?3;

-- name: replay_outbox :one
-- Makes an entry due at ?2 that was given up, or waits and is not being delivered now.
UPDATE groat_outbox SET state = 'waiting', due_at = ?2, since = ?2, attempts = 0
WHERE id = ?1 AND (state = 'failed' OR due_at IS NOT NULL AND (claim = '' OR due_at <= ?2)) RETURNING number;

-- name: measure_outbox :many
SELECT channel, count(*), min(at) FROM groat_outbox WHERE due_at IS NOT NULL GROUP BY channel;

-- name: count_failed_outbox :many
SELECT channel, count(*) FROM groat_outbox WHERE state = 'failed' GROUP BY channel;

-- name: prune_outbox :many
-- At most ?2 entries that are done and were written before ?1, or that wait since then, for nobody delivers any.
DELETE FROM groat_outbox
WHERE number IN (
    SELECT m.number
    FROM (SELECT d.number FROM groat_outbox AS d WHERE d.due_at IS NULL AND d.at < ?1
          UNION ALL
          SELECT w.number FROM groat_outbox AS w WHERE w.due_at < ?1) AS m
    LIMIT ?2)
RETURNING number;
