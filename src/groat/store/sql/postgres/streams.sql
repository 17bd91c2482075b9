-- name: read_epoch :one
SELECT value FROM groat_meta WHERE name = 'epoch';

-- name: set_epoch :exec
UPDATE groat_meta SET value = $1 WHERE name = 'epoch';

-- name: read_now :one
SELECT groat_now();

-- name: read_heads :bulk
-- With the oldest offset that is kept (null: none).
SELECT s.name, s.generation, s.head,
       (SELECT e."offset" FROM groat_event AS e WHERE e.stream = s.id ORDER BY e."offset" LIMIT 1)
FROM groat_stream AS s WHERE s.name = ANY ($1::text[]);

-- name: read_events :many
SELECT e."offset", e.data
FROM groat_stream AS s JOIN groat_event AS e ON e.stream = s.id
WHERE s.name = $1 AND e."offset" > $2 ORDER BY e."offset" LIMIT $3;

-- name: read_ranges :bulk
-- For each (stream, after, upto) the events behind `after` up to `upto`.
SELECT s.name, e."offset", e.data
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS j (name, after, upto)
JOIN groat_stream AS s ON s.name = j.name
JOIN groat_event AS e ON e.stream = s.id AND e."offset" > j.after AND e."offset" <= j.upto;

-- name: read_balances :many
-- A path ($1) and all below it: those from $2 up to, not including, $3 (':' sorts just before ';').
SELECT id, path, asset, floor, ceiling, debits, credits, debits_pending, credits_pending, version, extras, greatest(as_of, (SELECT groat_now()))
FROM groat_account WHERE path = $1 OR (path >= $2 AND path < $3) ORDER BY path, asset;

-- name: renew_stream :one
-- A stream that was lost whole has no row yet; of several that find it behind the same readers, one begins it anew.
INSERT INTO groat_stream (name, generation, head) VALUES ($1, 1, 0)
ON CONFLICT (name) DO UPDATE SET generation = groat_stream.generation + 1 WHERE groat_stream.generation = $2
RETURNING generation;

-- name: write_receipts :rows
INSERT INTO groat_receipt (stream, device, "offset", at)
SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::bigint[]), unnest($4::bigint[])
ON CONFLICT (stream, device) DO UPDATE
SET at = CASE WHEN excluded."offset" > groat_receipt."offset" THEN excluded.at ELSE groat_receipt.at END,
    "offset" = greatest(groat_receipt."offset", excluded."offset");

-- name: read_ages :bulk
-- Microseconds since the commits of these (stream, offset).
SELECT s.name, e."offset", groat_now() - e.at
FROM unnest($1::text[], $2::bigint[]) AS j (name, "offset")
JOIN groat_stream AS s ON s.name = j.name
JOIN groat_event AS e ON e.stream = s.id AND e."offset" = j."offset";

-- name: read_receipts :many
SELECT device, "offset", at FROM groat_receipt WHERE stream = $1 ORDER BY at DESC;

-- name: write_deliveries :rows
INSERT INTO groat_delivery (stream, device, seen, "offset", at)
SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::smallint[]), unnest($4::bigint[]), unnest($5::bigint[])
ON CONFLICT DO NOTHING;

-- name: read_deliveries :bulk
-- For each (stream, offset) the devices that were sent that event, or have shown it, each with both moments (null: not so): those that
-- followed the stream before, and those that have shown it since.
WITH RECURSIVE wanted (stream, "offset") AS (SELECT * FROM unnest($1::text[], $2::bigint[])),
known (stream, device) AS (
    SELECT w.stream, (SELECT min(d.device) FROM groat_delivery AS d WHERE d.stream = w.stream)
    FROM (SELECT DISTINCT stream FROM wanted) AS w
    UNION ALL
    SELECT k.stream, (SELECT min(d.device) FROM groat_delivery AS d WHERE d.stream = k.stream AND d.device > k.device)
    FROM known AS k WHERE k.device IS NOT NULL
),
told AS (
    SELECT w.stream, w."offset", k.device,
           CASE WHEN EXISTS (SELECT FROM groat_delivery AS d
                             WHERE d.stream = w.stream AND d.device = k.device AND d.seen = 0 AND d."offset" < w."offset")
                THEN (SELECT d.at FROM groat_delivery AS d
                      WHERE d.stream = w.stream AND d.device = k.device AND d.seen = 0 AND d."offset" >= w."offset"
                      ORDER BY d."offset" LIMIT 1) END AS sent,
           (SELECT d.at FROM groat_delivery AS d
            WHERE d.stream = w.stream AND d.device = k.device AND d.seen = 1 AND d."offset" >= w."offset"
            ORDER BY d."offset" LIMIT 1) AS seen
    FROM wanted AS w JOIN known AS k ON k.stream = w.stream AND k.device IS NOT NULL
)
SELECT stream, "offset", device, sent, seen FROM told WHERE sent IS NOT NULL OR seen IS NOT NULL;

-- name: count_old_deliveries :one
SELECT count(*) FROM (SELECT 1 FROM groat_delivery WHERE at < $1 LIMIT $2) AS old;

-- name: prune_deliveries :exec
DELETE FROM groat_delivery WHERE (stream, device, seen, "offset") IN
    (SELECT stream, device, seen, "offset" FROM groat_delivery WHERE at < $1 LIMIT $2);

-- name: count_old_events :one
SELECT count(*) FROM (SELECT 1 FROM groat_event WHERE at < $1 LIMIT $2) AS old;

-- name: prune_events :exec
DELETE FROM groat_event WHERE (stream, "offset") IN (SELECT stream, "offset" FROM groat_event WHERE at < $1 LIMIT $2);

-- name: read_batches :many
-- The batches of other workers than $2 behind batch $1; a worker knows its own.
SELECT id, streams FROM groat_batch WHERE id > $1 AND worker <> $2 ORDER BY id LIMIT $3;

-- name: last_batch :one
SELECT coalesce(max(id), 0) FROM groat_batch;

-- name: any_due :one
SELECT 1 WHERE EXISTS (SELECT FROM groat_hold
                      WHERE status = 'open' AND expires_at <= (SELECT groat_now()) AND cause IS NULL)
              OR EXISTS (SELECT FROM groat_grant WHERE due_at <= (SELECT groat_now()));

-- name: insert_later :add
INSERT INTO groat_later (at, txn, stream, event, line, notification)
SELECT unnest($1::text::bigint[]), unnest($2::text::uuid[]), unnest($3::text::text[]), unnest($4::text[]),
       unnest($5::text[]), unnest($6::text[]);

-- name: any_later :one
SELECT 1 FROM groat_later LIMIT 1;

-- name: take_later :many
-- The oldest $1 things that rooms are still to be told; none while another node has some.
SELECT id, stream, event, line, notification FROM groat_later
WHERE (SELECT pg_try_advisory_xact_lock(hashtextextended('groat_later'::regclass::oid::text, 0)))
ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED;

-- name: drop_later :add
DELETE FROM groat_later WHERE id = ANY ($1::text::bigint[]);
