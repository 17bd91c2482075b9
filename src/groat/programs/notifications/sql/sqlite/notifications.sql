-- name: read_notifications :bulk
-- They never change, so nothing is locked.
SELECT json_group_array(json_array(
           n.id, n.stream, n.number, n.level, n.title, n.body, n.category, n.thread, n.subject, n.at))
FROM json_each(?1) AS j JOIN notification AS n ON n.id = j.value;

-- name: insert_notifications :rows
INSERT INTO notification (id, stream, number, level, title, body, category, thread, subject, at) VALUES :rows;

-- name: lock_notification_boxes :bulk
SELECT json_group_array(json_array(b.stream, b.total, b.upto, b.spans, b.email, b.ways))
FROM json_each(?1) AS j JOIN notification_box AS b ON b.stream = j.value;

-- name: write_notification_boxes :rows
INSERT INTO notification_box (stream, total, upto, spans, email, ways) VALUES :rows
ON CONFLICT (stream) DO UPDATE
SET total = excluded.total, upto = excluded.upto, spans = excluded.spans, email = excluded.email, ways = excluded.ways;

-- name: read_notification_mail :bulk
-- Mail is only put into the outbox here; what becomes of it is the sender's.
SELECT json_group_array(json_array(m.id, m.notification, m.stream, m.at))
FROM json_each(?1) AS j JOIN notification_mail AS m ON m.id = j.value;

-- name: insert_notification_mail :rows
INSERT INTO notification_mail (id, notification, stream, at, due_at) VALUES :rows;
