-- What a commit wants delivered to the outside. A row is claimed by one sender at a time and kept until it is pruned.
CREATE TABLE groat_outbox (
    number   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,  -- the order of delivery to one target
    id       uuid   NOT NULL UNIQUE,
    channel  text   COLLATE "C" NOT NULL,
    target   text   COLLATE "C" NOT NULL,
    body     text   NOT NULL,                 -- JSON
    at       bigint NOT NULL,                 -- microseconds since 1970
    since    bigint NOT NULL,                 -- when it was first due, or due anew because staff said so
    due_at   bigint,                          -- NULL: nothing is left to do
    attempts integer NOT NULL DEFAULT 0,
    claim    text   NOT NULL DEFAULT '',
    reached  text   NOT NULL DEFAULT '',      -- how far a delivery of several steps got
    state    text   NOT NULL DEFAULT 'waiting',
    note     text   NOT NULL DEFAULT ''       -- why it was not delivered, the last time
);

CREATE INDEX groat_outbox_due ON groat_outbox (channel, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX groat_outbox_target ON groat_outbox (channel, target, number) WHERE due_at IS NOT NULL;
CREATE INDEX groat_outbox_failed ON groat_outbox (number) WHERE state = 'failed';
CREATE INDEX groat_outbox_done ON groat_outbox (at) WHERE due_at IS NULL;
