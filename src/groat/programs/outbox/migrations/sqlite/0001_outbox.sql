-- What a commit wants delivered to the outside. A row is claimed by one sender at a time and kept until it is pruned.
CREATE TABLE groat_outbox (
    number   INTEGER PRIMARY KEY AUTOINCREMENT,  -- the order of delivery to one target
    id       TEXT    NOT NULL UNIQUE,
    channel  TEXT    NOT NULL,
    target   TEXT    NOT NULL,
    body     TEXT    NOT NULL,                -- JSON
    at       INTEGER NOT NULL,                -- microseconds since 1970
    since    INTEGER NOT NULL,                -- when it was first due, or due anew because staff said so
    due_at   INTEGER,                         -- NULL: nothing is left to do
    attempts INTEGER NOT NULL DEFAULT 0,
    claim    TEXT    NOT NULL DEFAULT '',
    reached  TEXT    NOT NULL DEFAULT '',     -- how far a delivery of several steps got
    state    TEXT    NOT NULL DEFAULT 'waiting',
    note     TEXT    NOT NULL DEFAULT ''      -- why it was not delivered, the last time
) STRICT;

CREATE INDEX groat_outbox_due ON groat_outbox (channel, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX groat_outbox_target ON groat_outbox (channel, target, number) WHERE due_at IS NOT NULL;
CREATE INDEX groat_outbox_failed ON groat_outbox (number) WHERE state = 'failed';
CREATE INDEX groat_outbox_done ON groat_outbox (at) WHERE due_at IS NULL;
