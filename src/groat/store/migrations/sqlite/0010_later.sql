-- News for rooms of roles from transactions of apps: a server gives them their places in the streams once they are
-- committed, oldest first. `event` is JSON; `line` is its line of the summary in which the room gets it, and `notification` what
-- notifications add to it: NULL for nothing, else JSON.
CREATE TABLE groat_later (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    at           INTEGER NOT NULL,
    txn          TEXT    NOT NULL,
    stream       TEXT    NOT NULL,
    event        TEXT    NOT NULL,
    line         TEXT,
    notification TEXT
) STRICT;
