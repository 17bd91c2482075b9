-- Requests that somebody decides, and how each came to be what it is. Times are microseconds since 1970 (UTC).

-- `data` and `approvals` are JSON; `amount` is in smallest units; `needed` is how many must approve. A request's id is the
-- id of the transaction that filed it.
CREATE TABLE groat_request (
    id         TEXT    PRIMARY KEY,
    kind       TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    data       TEXT    NOT NULL,
    hold       TEXT,
    amount     INTEGER,
    asset      TEXT,
    needed     INTEGER NOT NULL,
    approvals  TEXT    NOT NULL,
    filed_by   TEXT    NOT NULL,
    filed_at   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    reason     TEXT    NOT NULL,
    parent     TEXT,
    due_at     INTEGER,
    waits      INTEGER NOT NULL CHECK (waits IN (0, 1)),
    open       INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_request_owner ON groat_request (owner, id);
CREATE INDEX groat_request_state ON groat_request (kind, state, id);
CREATE INDEX groat_request_parent ON groat_request (parent, id) WHERE parent IS NOT NULL;
-- Though all its rows have the same `open`, only what is in an index is counted without reading the table.
CREATE INDEX groat_request_open ON groat_request (owner, id, open) WHERE open = 1;
CREATE INDEX groat_request_waits ON groat_request (id) WHERE waits = 1;
CREATE INDEX groat_request_waits_amount ON groat_request (amount, id) WHERE waits = 1;
CREATE INDEX groat_request_due ON groat_request (due_at) WHERE due_at IS NOT NULL;

-- Each step of a request: `id` is the transaction that made it.
CREATE TABLE groat_request_step (
    id         TEXT    PRIMARY KEY,
    request    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    transition TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    input      TEXT    NOT NULL,
    UNIQUE (request, version)
) STRICT, WITHOUT ROWID;

-- Who is looking at a request at present.
CREATE TABLE groat_request_look (
    request TEXT    NOT NULL,
    viewer  TEXT    NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (request, viewer)
) STRICT, WITHOUT ROWID;
