-- Lines of accounts, and what crossed them.

-- name: read_lines :bulk
-- The lines of accounts. Asked when the accounts are locked.
SELECT l.account, l.kind, l.ref, l.threshold FROM groat_line AS l WHERE l.account = ANY ($1::text::bigint[]);

-- name: write_lines :rows
INSERT INTO groat_line (account, kind, ref, threshold)
SELECT unnest($1::text::bigint[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::bigint[])
ON CONFLICT (account, kind, ref) DO UPDATE SET threshold = excluded.threshold;

-- name: drop_lines :rows
DELETE FROM groat_line AS l
USING unnest($1::text::bigint[], $2::text::text[], $3::text::text[]) AS v (account, kind, ref)
WHERE l.account = v.account AND l.kind = v.kind AND l.ref = v.ref;

-- name: insert_crossings :add
INSERT INTO groat_crossing (id, kind, ref, account, version, direction, threshold, available, at, due_at)
SELECT unnest($1::text::uuid[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]), unnest($6::text::text[]), unnest($7::text::bigint[]), unnest($8::text::bigint[]),
       unnest($9::text::bigint[]), unnest($10::text::bigint[]);

-- name: due_crossings :many
-- At most $2 crossings of the kind $1 that are due, the oldest first.
SELECT c.id::text, c.kind, c.ref, a.path, a.asset, c.version, c.direction, c.threshold, c.available, c.at, c.attempts
FROM groat_crossing AS c JOIN groat_account AS a ON a.id = c.account
WHERE c.kind = $1 AND c.due_at <= (SELECT groat_now())
ORDER BY c.due_at, c.id LIMIT $2;

-- name: end_crossings :rows
-- Somebody acted on these.
UPDATE groat_crossing SET due_at = NULL WHERE id = ANY ($1::text::uuid[]) AND due_at IS NOT NULL;

-- name: put_off_crossings :rows
-- To act on these failed, and is tried again.
UPDATE groat_crossing AS c SET due_at = v.due_at, attempts = c.attempts + 1
FROM unnest($1::text::uuid[], $2::text::bigint[]) AS v (id, due_at)
WHERE c.id = v.id AND c.due_at IS NOT NULL;

-- name: forget_crossings :many
DELETE FROM groat_crossing WHERE id IN (SELECT id FROM groat_crossing WHERE at < $1 LIMIT $2) RETURNING id;
