-- name: read_notifications :bulk
-- They never change, so nothing is locked.
SELECT n.id::text, n.stream, n.number, n.level, n.title, n.body, n.category, n.thread, n.subject, n.at
FROM groat_notification AS n WHERE n.id = ANY ($1::uuid[]);

-- name: insert_notifications :rows
INSERT INTO groat_notification (id, stream, number, level, title, body, category, thread, subject, at)
SELECT unnest($1::text::uuid[]), unnest($2::text::text[]), unnest($3::text::bigint[]), unnest($4::text::text[]),
       unnest($5::text::text[]), unnest($6::text::text[]), unnest($7::text::text[]), unnest($8::text::text[]),
       unnest($9::text::text[]), unnest($10::text::bigint[]);

-- name: lock_notification_boxes :bulk
SELECT b.stream, b.total, b.upto, b.spans, b.email, b.ways FROM groat_lock_boxes($1::text[]) AS b;

-- name: write_notification_boxes :rows
INSERT INTO groat_notification_box (stream, total, upto, spans, email, ways)
SELECT unnest($1::text::text[]), unnest($2::text::bigint[]), unnest($3::text::bigint[]), unnest($4::text::text[]),
       unnest($5::text::text[]), unnest($6::text::text[])
ON CONFLICT (stream) DO UPDATE
SET total = excluded.total, upto = excluded.upto, spans = excluded.spans, email = excluded.email, ways = excluded.ways;

-- name: read_notification_marks :bulk
-- A command that changes a reader's marks holds the lock on the reader's box.
SELECT m.id, m.reader, m.room, m.upto, m.spans FROM groat_notification_mark AS m WHERE m.id = ANY ($1::text[]);

-- name: write_notification_marks :rows
INSERT INTO groat_notification_mark (id, reader, room, upto, spans)
SELECT unnest($1::text[]), unnest($2::text[]), unnest($3::text[]), unnest($4::bigint[]), unnest($5::text[])
ON CONFLICT (id) DO UPDATE SET upto = excluded.upto, spans = excluded.spans;

-- name: read_notification_boxes :bulk
SELECT b.stream, b.total, b.upto, b.spans, b.email, b.ways
FROM groat_notification_box AS b WHERE b.stream = ANY ($1::text[]);

-- name: list_notification_marks :bulk
-- All marks that these readers have in rooms.
SELECT m.id, m.reader, m.room, m.upto, m.spans FROM groat_notification_mark AS m WHERE m.reader = ANY ($1::text[]);

-- name: find_notifications :bulk
-- By (stream, number).
SELECT n.id::text, n.stream, n.number, n.level, n.title, n.body, n.category, n.thread, n.subject, n.at
FROM unnest($1::text[], $2::bigint[]) AS j (stream, number)
JOIN groat_notification AS n ON n.stream = j.stream AND n.number = j.number;

-- name: reach_notifications :bulk
-- The number of each stream's latest notification up to the moment $2.
SELECT j.stream, n.number
FROM unnest($1::text[]) AS j (stream)
CROSS JOIN LATERAL (
    SELECT o.number FROM groat_notification AS o
    WHERE o.stream = j.stream AND o.at <= $2 ORDER BY o.number DESC LIMIT 1) AS n;

-- name: thread_notifications :bulk
-- For each (stream, number) the latest $4 notifications of thread $3 behind it.
SELECT n.stream, n.number
FROM unnest($1::text[], $2::bigint[]) AS j (stream, number)
JOIN groat_notification AS n ON n.stream = j.stream AND n.number > j.number AND n.thread = $3
ORDER BY n.number DESC LIMIT $4;

-- name: find_mail_addresses :bulk
-- Where mail to these people goes: what their record here says, else what an app said. None to those who are disabled.
SELECT j.stream, coalesce(p.email, nullif(b.email, ''))
FROM unnest($1::text[]) AS j (stream)
LEFT JOIN groat_principal AS p ON p.id = j.stream
LEFT JOIN groat_notification_box AS b ON b.stream = j.stream
WHERE coalesce(p.disabled, 0) = 0;

-- name: any_mail_due :one
-- Of the table in which nodes of an earlier version keep their mail.
SELECT 1 FROM groat_notification_mail WHERE due_at <= groat_now() LIMIT 1;

-- name: take_over_mail :many
-- Up to $2 of these mails that are due at $1 are nobody's there any more.
UPDATE groat_notification_mail SET state = 'moved', due_at = NULL, claim = ''
WHERE id IN (SELECT id FROM groat_notification_mail WHERE due_at <= $1 ORDER BY due_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)
RETURNING id::text, notification::text, stream, at, reached;

-- name: list_mail_readers :many
-- The next $2 people behind $1 who want mail of anything, with what of and the roles of those who have an account here.
SELECT b.stream, b.ways, p.roles
FROM groat_notification_box AS b LEFT JOIN groat_principal AS p ON p.id = b.stream
WHERE b.ways LIKE '%"email"%' AND b.stream > $1 ORDER BY b.stream LIMIT $2;

-- name: prune_mail :many
-- At most $2 mails that are done and were written before $1, or that wait since then, for nobody sends any.
DELETE FROM groat_notification_mail
WHERE id IN (
    SELECT m.id
    FROM (SELECT d.id FROM groat_notification_mail AS d WHERE d.due_at IS NULL AND d.at < $1
          UNION ALL
          SELECT w.id FROM groat_notification_mail AS w WHERE w.due_at < $1) AS m
    LIMIT $2)
RETURNING id::text;

-- name: find_old_streams :many
-- At most $3 streams whose first notification was told before $1. Of a room it is old only when the next one was told
-- before $2, so that one is left that says how far the room is no news any more.
SELECT n.stream
FROM groat_notification AS n LEFT JOIN groat_notification_gone AS g ON g.stream = n.stream
WHERE n.number = coalesce(g.gone, 0) + 1 AND n.at < $1 AND (n.stream LIKE 'user:%' OR EXISTS (
    SELECT 1 FROM groat_notification AS m WHERE m.stream = n.stream AND m.number = n.number + 1 AND m.at < $2))
ORDER BY n.at LIMIT $3;

-- name: read_gone_notifications :bulk
-- A command that changes it holds the lock on the stream's box.
SELECT g.stream, g.gone FROM groat_notification_gone AS g WHERE g.stream = ANY ($1::text[]);

-- name: write_gone_notifications :rows
INSERT INTO groat_notification_gone (stream, gone) SELECT unnest($1::text[]), unnest($2::bigint[])
ON CONFLICT (stream) DO UPDATE SET gone = excluded.gone;

-- name: list_old_notifications :bulk
-- Those of (stream, after, upto) that are old in the same sense.
SELECT n.id::text, n.stream, n.number
FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS j (stream, after, upto)
JOIN groat_notification AS n ON n.stream = j.stream AND n.number > j.after AND n.number <= j.upto
WHERE n.at < $4 AND (n.stream LIKE 'user:%' OR EXISTS (
    SELECT 1 FROM groat_notification AS m WHERE m.stream = n.stream AND m.number = n.number + 1 AND m.at < $5));

-- name: delete_notifications :rows
DELETE FROM groat_notification WHERE id IN (SELECT unnest($1::uuid[]));

-- name: verify_notifications :many long
-- Lists at most 100 contradictions: what, expected, found.
WITH kept (stream, many, first, last) AS (
    SELECT stream, count(*), min(number), max(number) FROM groat_notification GROUP BY stream),
stood (stream, total, upto, gone) AS (
    SELECT b.stream, b.total, b.upto, coalesce(g.gone, 0)
    FROM groat_notification_box AS b LEFT JOIN groat_notification_gone AS g ON g.stream = b.stream)
SELECT b.stream, (b.total - b.gone) || ' from ' || (b.gone + 1) || ' to ' || b.total,
       coalesce(k.many, 0) || ' from ' || coalesce(k.first, b.gone + 1) || ' to ' || coalesce(k.last, b.gone)
FROM stood AS b LEFT JOIN kept AS k ON k.stream = b.stream
WHERE b.total - b.gone <> coalesce(k.many, 0) OR b.total <> coalesce(k.last, b.gone)
    OR b.gone + 1 <> coalesce(k.first, b.gone + 1)
UNION ALL
SELECT b.stream, 'read up to ' || b.gone || ', which are gone', 'read up to ' || b.upto
FROM stood AS b WHERE b.upto < b.gone AND b.stream LIKE 'user:%'
UNION ALL
SELECT k.stream, 'a box', 'none' FROM kept AS k
WHERE NOT EXISTS (SELECT 1 FROM groat_notification_box AS b WHERE b.stream = k.stream)
UNION ALL
SELECT g.stream, 'a box', 'none' FROM groat_notification_gone AS g
WHERE NOT EXISTS (SELECT 1 FROM groat_notification_box AS b WHERE b.stream = g.stream)
LIMIT 100;
