-- Lines of accounts, and what crossed them.

-- name: read_lines :bulk
-- The lines of accounts. Asked when the accounts are locked.
SELECT json_group_array(json_array(l.account, l.kind, l.ref, l.threshold))
FROM json_each(?1) AS j JOIN groat_line AS l ON l.account = j.value;

-- name: write_lines :rows
INSERT INTO groat_line (account, kind, ref, threshold) VALUES :rows
ON CONFLICT (account, kind, ref) DO UPDATE SET threshold = excluded.threshold;

-- name: drop_lines :rows
WITH v (account, kind, ref) AS (VALUES :rows)
DELETE FROM groat_line WHERE (account, kind, ref) IN (SELECT v.account, v.kind, v.ref FROM v);

-- name: insert_crossings :add
INSERT INTO groat_crossing (id, kind, ref, account, version, direction, threshold, available, at, due_at) VALUES :rows;

-- name: due_crossings :many
-- At most ?2 crossings of the kind ?1 that are due, the oldest first.
SELECT c.id, c.kind, c.ref, a.path, a.asset, c.version, c.direction, c.threshold, c.available, c.at, c.attempts
FROM groat_crossing AS c JOIN groat_account AS a ON a.id = c.account
WHERE c.kind = ?1 AND c.due_at <= groat_now()
ORDER BY c.due_at, c.id LIMIT ?2;

-- name: end_crossings :rows
-- Somebody acted on these.
WITH v (id) AS (VALUES :rows)
UPDATE groat_crossing SET due_at = NULL WHERE id IN (SELECT v.id FROM v) AND due_at IS NOT NULL;

-- name: put_off_crossings :rows
-- To act on these failed, and is tried again.
WITH v (id, due_at) AS (VALUES :rows)
UPDATE groat_crossing SET due_at = v.due_at, attempts = attempts + 1
FROM v WHERE groat_crossing.id = v.id AND groat_crossing.due_at IS NOT NULL;

-- name: forget_crossings :many
DELETE FROM groat_crossing WHERE id IN (SELECT id FROM groat_crossing WHERE at < ?1 LIMIT ?2) RETURNING id;
