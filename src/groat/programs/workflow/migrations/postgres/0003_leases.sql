-- Which node works on a request in a state that a worker looks after, and when a failed work is tried again.
CREATE TABLE groat_request_lease (
    request  text    COLLATE "C" PRIMARY KEY,
    version  integer NOT NULL,              -- the request's, when it was claimed; a later one is free at once
    claim    text    NOT NULL,
    until    bigint  NOT NULL,              -- microseconds since 1970
    attempts integer NOT NULL
);

CREATE INDEX groat_request_lease_claim ON groat_request_lease (claim);
