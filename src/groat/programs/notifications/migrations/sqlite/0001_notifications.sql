-- Notifications, which of them are read, how people want to hear of them, and the mail that is to be sent.

-- What a stream was notified of; a row never changes. `number` counts those of its stream: 1, 2, 3, no gaps.
CREATE TABLE groat_notification (
    id       TEXT    PRIMARY KEY,
    stream   TEXT    NOT NULL,
    number   INTEGER NOT NULL,
    level    TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    category TEXT    NOT NULL,
    thread   TEXT    NOT NULL,
    subject  TEXT,                         -- JSON: what it is about
    at       INTEGER NOT NULL              -- microseconds since 1970
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX groat_notification_stream ON groat_notification (stream, number);

-- One row for each stream. A person has read the numbers up to `upto` and those of `spans`, JSON [[first, last], ...].
CREATE TABLE groat_notification_box (
    stream   TEXT    PRIMARY KEY,
    total    INTEGER NOT NULL,
    upto     INTEGER NOT NULL,
    spans    TEXT    NOT NULL,
    email    TEXT    NOT NULL,             -- an address that an app gave, '' for none
    ways     TEXT    NOT NULL              -- JSON {category: ["toast", "email"]}; "*" stands for the others
) STRICT, WITHOUT ROWID;

-- Who wants mail of anything.
CREATE INDEX groat_notification_box_email ON groat_notification_box (stream) WHERE ways LIKE '%"email"%';

-- The same for what a person (`reader`) has read of a room that they share with others; `id` is "reader room".
CREATE TABLE groat_notification_mark (
    id       TEXT    PRIMARY KEY,
    reader   TEXT    NOT NULL,
    room     TEXT    NOT NULL,
    upto     INTEGER NOT NULL,
    spans    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_notification_mark_reader ON groat_notification_mark (reader);

-- The outbox: a mail to one person, or to all who want it of a room (`stream`), read on in the order of `reached`.
CREATE TABLE groat_notification_mail (
    id           TEXT    PRIMARY KEY,
    notification TEXT    NOT NULL,
    stream       TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    due_at       INTEGER,                  -- NULL: nothing is left to do
    attempts     INTEGER NOT NULL DEFAULT 0,
    claim        TEXT    NOT NULL DEFAULT '',
    reached      TEXT    NOT NULL DEFAULT '',
    state        TEXT    NOT NULL DEFAULT 'waiting'
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_notification_mail_due ON groat_notification_mail (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX groat_notification_mail_done ON groat_notification_mail (at) WHERE due_at IS NULL;
