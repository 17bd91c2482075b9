-- Notifications, which of them are read, how people want to hear of them, and the mail that is to be sent.

-- What a stream was notified of; a row never changes. `number` counts those of its stream: 1, 2, 3, no gaps.
CREATE TABLE groat_notification (
    id       uuid   PRIMARY KEY,
    stream   text   COLLATE "C" NOT NULL,
    number   bigint NOT NULL,
    level    text   NOT NULL,
    title    text   NOT NULL,
    body     text   NOT NULL,
    category text   NOT NULL,
    thread   text   NOT NULL,
    subject  text,                         -- JSON: what it is about
    at       bigint NOT NULL               -- microseconds since 1970
);

CREATE UNIQUE INDEX groat_notification_stream ON groat_notification (stream, number);

-- One row for each stream. A person has read the numbers up to `upto` and those of `spans`, JSON [[first, last], ...].
-- No index on what changes, and room in each page, so that an update stays on its page (HOT).
CREATE TABLE groat_notification_box (
    stream   text   COLLATE "C" PRIMARY KEY,
    total    bigint NOT NULL DEFAULT 0,
    upto     bigint NOT NULL DEFAULT 0,
    spans    text   NOT NULL DEFAULT '[]',
    email    text   NOT NULL DEFAULT '',   -- an address that an app gave, '' for none
    ways     text   NOT NULL DEFAULT '{}'  -- JSON {category: ["toast", "email"]}; "*" stands for the others
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

-- Who wants mail of anything.
CREATE INDEX groat_notification_box_email ON groat_notification_box (stream) WHERE ways LIKE '%"email"%';

-- Locks the boxes of these streams, which are made where there are none: two batches that are the first for a stream would
-- else both count from nothing. Each statement of the function sees what was committed until it began.
CREATE FUNCTION groat_lock_boxes(streams text[]) RETURNS SETOF groat_notification_box LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO groat_notification_box (stream)
    SELECT s FROM unnest(streams) AS s
    WHERE NOT EXISTS (SELECT 1 FROM groat_notification_box AS b WHERE b.stream = s COLLATE "C")
    ORDER BY s COLLATE "C" ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT b.* FROM groat_notification_box AS b WHERE b.stream = ANY (streams) ORDER BY b.stream FOR UPDATE;
END
$$;

-- The same for what a person (`reader`) has read of a room that they share with others; `id` is "reader room".
CREATE TABLE groat_notification_mark (
    id       text   COLLATE "C" PRIMARY KEY,
    reader   text   COLLATE "C" NOT NULL,
    room     text   COLLATE "C" NOT NULL,
    upto     bigint NOT NULL,
    spans    text   NOT NULL
) WITH (fillfactor = 60);

CREATE INDEX groat_notification_mark_reader ON groat_notification_mark (reader);

-- The outbox: a mail to one person, or to all who want it of a room (`stream`), read on in the order of `reached`.
CREATE TABLE groat_notification_mail (
    id           uuid   PRIMARY KEY,
    notification uuid   NOT NULL,
    stream       text   COLLATE "C" NOT NULL,
    at           bigint NOT NULL,
    due_at       bigint,                   -- NULL: nothing is left to do
    attempts     integer NOT NULL DEFAULT 0,
    claim        text   NOT NULL DEFAULT '',
    reached      text   COLLATE "C" NOT NULL DEFAULT '',
    state        text   NOT NULL DEFAULT 'waiting'
);

CREATE INDEX groat_notification_mail_due ON groat_notification_mail (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX groat_notification_mail_done ON groat_notification_mail (at) WHERE due_at IS NULL;
