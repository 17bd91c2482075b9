-- name: read_outbox :bulk
-- Commands only put entries here; what becomes of them is the senders'.
SELECT o.id::text, o.channel, o.target, o.body, o.at, o.since, o.due_at, o.reached
FROM groat_outbox AS o WHERE o.id = ANY ($1::uuid[]);

-- name: insert_outbox :rows
INSERT INTO groat_outbox (id, channel, target, body, at, since, due_at, reached)
SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bigint[]),
       unnest($6::bigint[]), unnest($7::bigint[]), unnest($8::text[])
ON CONFLICT (id) DO NOTHING;

-- name: any_outbox_due :one
SELECT 1 FROM groat_outbox WHERE channel = $1 AND due_at <= groat_now() LIMIT 1;

-- name: claim_outbox :many
-- For claimant $1 until $2: up to $4 entries of channel $5 that are due at $3, each the first of its target.
UPDATE groat_outbox SET claim = $1, due_at = $2, attempts = attempts + 1
WHERE number IN (
    SELECT o.number FROM groat_outbox AS o
    WHERE o.channel = $5 AND o.due_at <= $3 AND NOT EXISTS (
        SELECT 1 FROM groat_outbox AS b
        WHERE b.channel = o.channel AND b.target = o.target AND b.number < o.number AND b.due_at IS NOT NULL)
    ORDER BY o.due_at, o.number LIMIT $4 FOR UPDATE OF o SKIP LOCKED)
RETURNING number, id::text, target, body, at, since, attempts, reached;

-- name: settle_outbox :rows
-- Only whoever still holds the claim says what became of an entry.
UPDATE groat_outbox SET state = v.state, note = v.note, due_at = v.due_at, claim = ''
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[]) AS v (id, claim, state, note, due_at)
WHERE groat_outbox.id = v.id AND groat_outbox.claim = v.claim;

-- name: reach_outbox :one
UPDATE groat_outbox SET reached = $3 WHERE id = $1::uuid AND claim = $2 RETURNING reached;

-- name: find_outbox :one
SELECT number, id::text, channel, target, state, at, due_at, attempts, note, claim FROM groat_outbox WHERE id = $1::uuid;

-- name: page_outbox_waiting :many
-- Entries behind number $1 of channel $2, '' for every channel, that are neither delivered nor given up.
SELECT number, id::text, channel, target, state, at, due_at, attempts, note, claim FROM groat_outbox
WHERE number > $1 AND ($2 = '' OR channel = $2) AND due_at IS NOT NULL ORDER BY number LIMIT $3;

-- name: page_outbox_failed :many
SELECT number, id::text, channel, target, state, at, due_at, attempts, note, claim FROM groat_outbox
WHERE number > $1 AND ($2 = '' OR channel = $2) AND state = 'failed' ORDER BY number LIMIT $3;

-- name: replay_outbox :one
-- Makes an entry due at $2 that was given up, or waits and is not being delivered now.
UPDATE groat_outbox SET state = 'waiting', due_at = $2, since = $2, attempts = 0
WHERE id = $1::uuid AND (state = 'failed' OR due_at IS NOT NULL AND (claim = '' OR due_at <= $2)) RETURNING number;

-- name: measure_outbox :many
SELECT channel, count(*), min(at) FROM groat_outbox WHERE due_at IS NOT NULL GROUP BY channel;

-- name: count_failed_outbox :many
SELECT channel, count(*) FROM groat_outbox WHERE state = 'failed' GROUP BY channel;

-- name: prune_outbox :many
-- At most $2 entries that are done and were written before $1, or that wait since then, for nobody delivers any.
DELETE FROM groat_outbox
WHERE number IN (
    SELECT m.number
    FROM (SELECT d.number FROM groat_outbox AS d WHERE d.due_at IS NULL AND d.at < $1
          UNION ALL
          SELECT w.number FROM groat_outbox AS w WHERE w.due_at < $1) AS m
    LIMIT $2)
RETURNING number;
