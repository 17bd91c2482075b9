-- Lines of accounts (extras 32), and what crossed them. docs/concepts.md has the rules.

-- An amount of an account that somebody listens to: `kind` says who, `ref` which of its lines.
CREATE TABLE groat_line (
    account   INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    ref       TEXT    NOT NULL,
    threshold INTEGER NOT NULL,
    PRIMARY KEY (account, kind, ref)
) STRICT, WITHOUT ROWID;

-- What an accepted command crossed; it went below a line (`down`) or came back to it (`up`). `version` and `available` are
-- those of the account after the command. `due_at` is when somebody acts on it, NULL once that is done.
CREATE TABLE groat_crossing (
    id        TEXT    PRIMARY KEY,
    kind      TEXT    NOT NULL,
    ref       TEXT    NOT NULL,
    account   INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    direction TEXT    NOT NULL CHECK (direction IN ('down', 'up')),
    threshold INTEGER,
    available INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    due_at    INTEGER,
    attempts  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_crossing_due ON groat_crossing (kind, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX groat_crossing_at ON groat_crossing (at);
