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
