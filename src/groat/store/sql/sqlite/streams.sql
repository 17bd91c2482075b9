-- name: read_epoch :one
SELECT value FROM groat_meta WHERE name = 'epoch';

-- name: set_epoch :exec
UPDATE groat_meta SET value = ?1 WHERE name = 'epoch';

-- name: read_now :one
SELECT groat_now();

-- name: read_heads :bulk
-- With the oldest offset that is kept (null: none).
SELECT json_group_array(json_array(
           s.name, s.generation, s.head, (SELECT min(e.offset) FROM groat_event AS e WHERE e.stream = s.id)))
FROM json_each(?1) AS j JOIN groat_stream AS s ON s.name = j.value;

-- name: read_events :many
SELECT e.offset, e.data
FROM groat_stream AS s JOIN groat_event AS e ON e.stream = s.id
WHERE s.name = ?1 AND e.offset > ?2 ORDER BY e.offset LIMIT ?3;

-- name: read_ranges :bulk
-- For each [stream, after, upto] the events behind `after` up to `upto`.
SELECT json_group_array(json_array(s.name, e.offset, e.data))
FROM json_each(?1) AS j
JOIN groat_stream AS s ON s.name = j.value ->> 0
JOIN groat_event AS e ON e.stream = s.id AND e.offset > j.value ->> 1 AND e.offset <= j.value ->> 2;

-- name: read_balances :many
-- A path (?1) and all below it: those from ?2 up to, not including, ?3 (':' sorts just before ';').
SELECT id, path, asset, floor, ceiling, debits, credits, debits_pending, credits_pending, version, extras, max(as_of, (SELECT groat_now()))
FROM groat_account WHERE path = ?1 OR (path >= ?2 AND path < ?3) ORDER BY path, asset;

-- name: renew_stream :one
-- A stream that was lost whole has no row yet; of several that find it behind the same readers, one begins it anew.
INSERT INTO groat_stream (name, generation, head) VALUES (?1, 1, 0)
ON CONFLICT (name) DO UPDATE SET generation = groat_stream.generation + 1 WHERE groat_stream.generation = ?2
RETURNING generation;

-- name: write_receipts :rows
INSERT INTO groat_receipt (stream, device, offset, at) VALUES :rows
ON CONFLICT (stream, device) DO UPDATE
SET at = CASE WHEN excluded.offset > offset THEN excluded.at ELSE at END, offset = max(offset, excluded.offset);

-- name: read_ages :bulk
-- Microseconds since the commits of these [stream, offset].
SELECT json_group_array(json_array(s.name, e.offset, groat_now() - e.at))
FROM json_each(?1) AS j
JOIN groat_stream AS s ON s.name = j.value ->> 0
JOIN groat_event AS e ON e.stream = s.id AND e.offset = j.value ->> 1;

-- name: read_receipts :many
SELECT device, offset, at FROM groat_receipt WHERE stream = ?1 ORDER BY at DESC;

-- name: write_deliveries :rows
INSERT INTO groat_delivery (stream, device, seen, offset, at) VALUES :rows ON CONFLICT DO NOTHING;

-- name: read_deliveries :bulk
-- For each [stream, offset] the devices that were sent that event, or have shown it, each with both moments (null: not so): those that
-- followed the stream before, and those that have shown it since.
WITH RECURSIVE wanted (stream, offset) AS (SELECT j.value ->> 0, j.value ->> 1 FROM json_each(?1) AS j),
known (stream, device) AS (
    SELECT w.stream, (SELECT min(d.device) FROM groat_delivery AS d WHERE d.stream = w.stream)
    FROM (SELECT DISTINCT stream FROM wanted) AS w
    UNION ALL
    SELECT k.stream, (SELECT min(d.device) FROM groat_delivery AS d WHERE d.stream = k.stream AND d.device > k.device)
    FROM known AS k WHERE k.device IS NOT NULL
),
told (stream, offset, device, sent, seen) AS (
    SELECT w.stream, w.offset, k.device,
           CASE WHEN EXISTS (SELECT 1 FROM groat_delivery AS d
                             WHERE d.stream = w.stream AND d.device = k.device AND d.seen = 0 AND d.offset < w.offset)
                THEN (SELECT d.at FROM groat_delivery AS d
                      WHERE d.stream = w.stream AND d.device = k.device AND d.seen = 0 AND d.offset >= w.offset
                      ORDER BY d.offset LIMIT 1) END,
           (SELECT d.at FROM groat_delivery AS d
            WHERE d.stream = w.stream AND d.device = k.device AND d.seen = 1 AND d.offset >= w.offset
            ORDER BY d.offset LIMIT 1)
    FROM wanted AS w JOIN known AS k ON k.stream = w.stream AND k.device IS NOT NULL
)
SELECT json_group_array(json_array(stream, offset, device, sent, seen))
FROM told WHERE sent IS NOT NULL OR seen IS NOT NULL;

-- name: count_old_deliveries :one
SELECT count(*) FROM (SELECT 1 FROM groat_delivery WHERE at < ?1 LIMIT ?2);

-- name: prune_deliveries :exec
DELETE FROM groat_delivery WHERE (stream, device, seen, offset) IN
    (SELECT stream, device, seen, offset FROM groat_delivery WHERE at < ?1 ORDER BY at LIMIT ?2);

-- name: count_old_events :one
SELECT count(*) FROM (SELECT 1 FROM groat_event WHERE at < ?1 LIMIT ?2);

-- name: prune_events :exec
DELETE FROM groat_event WHERE (stream, offset) IN (SELECT stream, offset FROM groat_event WHERE at < ?1 ORDER BY at LIMIT ?2);

-- name: read_batches :many
-- The batches behind batch ?1. Worker ?2 knows its own: they only tell it how far it has read.
SELECT id, CASE worker WHEN ?2 THEN '[]' ELSE streams END FROM groat_batch WHERE id > ?1 ORDER BY id LIMIT ?3;

-- name: last_batch :one
SELECT coalesce(max(id), 0) FROM groat_batch;

-- name: any_due :one
SELECT 1 WHERE EXISTS (SELECT 1 FROM groat_hold WHERE status = 'open' AND expires_at <= groat_now() AND cause IS NULL)
              OR EXISTS (SELECT 1 FROM groat_grant WHERE due_at <= groat_now());

-- name: insert_later :add
INSERT INTO groat_later (at, txn, stream, event, line, notification) VALUES :rows;

-- name: any_later :one
SELECT 1 FROM groat_later LIMIT 1;

-- name: take_later :many
-- The oldest ?1 things that rooms are still to be told.
SELECT id, stream, event, line, notification FROM groat_later ORDER BY id LIMIT ?1;

-- name: drop_later :add
DELETE FROM groat_later WHERE id IN (VALUES :rows);
