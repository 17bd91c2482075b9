-- Lines of accounts (extras 32), and what crossed them. docs/concepts.md has the rules.

-- Who reads these tables for long must not make everybody who writes wait behind this step.
SET LOCAL lock_timeout = '5s';

-- An amount of an account that somebody listens to: `kind` says who, `ref` which of its lines.
CREATE TABLE groat_line (
    account   bigint NOT NULL,
    kind      text   NOT NULL,
    ref       text   NOT NULL,
    threshold bigint NOT NULL,
    PRIMARY KEY (account, kind, ref)
);

-- What an accepted command crossed; it went below a line (`down`) or came back to it (`up`). `version` and `available` are
-- those of the account after the command. `due_at` is when somebody acts on it, NULL once that is done.
CREATE TABLE groat_crossing (
    id        uuid    PRIMARY KEY,
    kind      text    NOT NULL,
    ref       text    NOT NULL,
    account   bigint  NOT NULL,
    version   bigint  NOT NULL,
    direction text    NOT NULL CHECK (direction IN ('down', 'up')),
    threshold bigint,
    available bigint  NOT NULL,
    at        bigint  NOT NULL,
    due_at    bigint,
    attempts  integer NOT NULL DEFAULT 0
) WITH (fillfactor = 80);

CREATE INDEX groat_crossing_due ON groat_crossing (kind, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX groat_crossing_at ON groat_crossing (at);
