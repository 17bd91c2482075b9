-- Requests that somebody decides, and how each came to be what it is. Times are microseconds since 1970 (UTC).

-- `data` and `approvals` are JSON; `amount` is in smallest units; `needed` is how many must approve. A request's id is the
-- id of the transaction that filed it.
CREATE TABLE groat_request (
    id         text COLLATE "C" PRIMARY KEY,
    kind       text COLLATE "C" NOT NULL,
    owner      text COLLATE "C" NOT NULL,
    state      text    NOT NULL,
    version    integer NOT NULL,
    data       text    NOT NULL,
    hold       text,
    amount     bigint,
    asset      text,
    needed     integer NOT NULL,
    approvals  text    NOT NULL,
    filed_by   text    NOT NULL,
    filed_at   bigint  NOT NULL,
    changed_at bigint  NOT NULL,
    decided_by text,
    decided_at bigint,
    reason     text    NOT NULL,
    parent     text COLLATE "C",
    due_at     bigint,
    waits      smallint NOT NULL CHECK (waits IN (0, 1)),
    open       smallint NOT NULL CHECK (open IN (0, 1))
) WITH (fillfactor = 80);

CREATE INDEX groat_request_owner ON groat_request (owner, id);
CREATE INDEX groat_request_state ON groat_request (kind, state, id);
CREATE INDEX groat_request_parent ON groat_request (parent, id) WHERE parent IS NOT NULL;
CREATE INDEX groat_request_open ON groat_request (owner, id) WHERE open = 1;
CREATE INDEX groat_request_waits ON groat_request (id) WHERE waits = 1;
CREATE INDEX groat_request_waits_amount ON groat_request (amount, id) WHERE waits = 1;
CREATE INDEX groat_request_due ON groat_request (due_at) WHERE due_at IS NOT NULL;

-- Each step of a request: `id` is the transaction that made it.
CREATE TABLE groat_request_step (
    id         text COLLATE "C" PRIMARY KEY,
    request    text COLLATE "C" NOT NULL,
    version    integer NOT NULL,
    transition text    NOT NULL,
    source     text    NOT NULL,
    target     text    NOT NULL,
    actor      text    NOT NULL,
    at         bigint  NOT NULL,
    reason     text    NOT NULL,
    input      text    NOT NULL,
    UNIQUE (request, version)
);

-- Who is looking at a request at present.
CREATE TABLE groat_request_look (
    request text COLLATE "C" NOT NULL,
    viewer  text COLLATE "C" NOT NULL,
    until   bigint  NOT NULL,
    PRIMARY KEY (request, viewer)
);
