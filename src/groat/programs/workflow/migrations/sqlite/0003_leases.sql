-- Which node works on a request in a state that a worker looks after, and when a failed work is tried again.
CREATE TABLE groat_request_lease (
    request  TEXT    PRIMARY KEY,
    version  INTEGER NOT NULL,              -- the request's, when it was claimed; a later one is free at once
    claim    TEXT    NOT NULL,
    until    INTEGER NOT NULL,              -- microseconds since 1970
    attempts INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_request_lease_claim ON groat_request_lease (claim);
