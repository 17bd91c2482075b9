-- name: read_notifications :bulk
-- They never change, so nothing is locked.
SELECT n.id::text, n.stream, n.number, n.level, n.title, n.body, n.category, n.thread, n.subject, n.at
FROM notification AS n WHERE n.id = ANY ($1::uuid[]);

-- name: insert_notifications :rows
INSERT INTO notification (id, stream, number, level, title, body, category, thread, subject, at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                     $9::text[], $10::bigint[]);

-- name: lock_notification_boxes :bulk
SELECT b.stream, b.total, b.upto, b.spans, b.email, b.ways FROM groat_lock_boxes($1::text[]) AS b;

-- name: write_notification_boxes :rows
INSERT INTO notification_box (stream, total, upto, spans, email, ways)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[])
ON CONFLICT (stream) DO UPDATE
SET total = excluded.total, upto = excluded.upto, spans = excluded.spans, email = excluded.email, ways = excluded.ways;

-- name: read_notification_mail :bulk
-- Mail is only put into the outbox here; what becomes of it is the sender's.
SELECT m.id::text, m.notification::text, m.stream, m.at
FROM notification_mail AS m WHERE m.id = ANY ($1::uuid[]);

-- name: insert_notification_mail :rows
INSERT INTO notification_mail (id, notification, stream, at, due_at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[]);

-- name: read_notification_marks :bulk
-- Whoever changes a reader's marks holds the lock on the reader's box.
SELECT m.id, m.reader, m.room, m.upto, m.spans FROM notification_mark AS m WHERE m.id = ANY ($1::text[]);

-- name: write_notification_marks :rows
INSERT INTO notification_mark (id, reader, room, upto, spans)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[])
ON CONFLICT (id) DO UPDATE SET upto = excluded.upto, spans = excluded.spans;

-- name: read_notification_boxes :bulk
SELECT b.stream, b.total, b.upto, b.spans, b.email, b.ways
FROM notification_box AS b WHERE b.stream = ANY ($1::text[]);

-- name: list_notification_marks :bulk
-- All marks that these readers have in rooms.
SELECT m.id, m.reader, m.room, m.upto, m.spans FROM notification_mark AS m WHERE m.reader = ANY ($1::text[]);

-- name: find_notifications :bulk
-- By (stream, number).
SELECT n.id::text, n.stream, n.number, n.level, n.title, n.body, n.category, n.thread, n.subject, n.at
FROM unnest($1::text[], $2::bigint[]) AS j (stream, number)
JOIN notification AS n ON n.stream = j.stream AND n.number = j.number;

-- name: reach_notifications :bulk
-- The number of each stream's latest notification up to the moment $2.
SELECT j.stream, n.number
FROM unnest($1::text[]) AS j (stream)
CROSS JOIN LATERAL (
    SELECT o.number FROM notification AS o
    WHERE o.stream = j.stream AND o.at <= $2 ORDER BY o.number DESC LIMIT 1) AS n;

-- name: thread_notifications :bulk
-- For each (stream, number) the latest $4 notifications of thread $3 behind it.
SELECT n.stream, n.number
FROM unnest($1::text[], $2::bigint[]) AS j (stream, number)
JOIN notification AS n ON n.stream = j.stream AND n.number > j.number AND n.thread = $3
ORDER BY n.number DESC LIMIT $4;
