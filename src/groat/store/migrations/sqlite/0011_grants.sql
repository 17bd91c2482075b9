-- Grants: parts of balances that have terms, such as credits that expire. docs/concepts.md has the rules.

-- `extras` says what more an account has than its counters: 1 for grants. What is written to such an account gets a later
-- `as_of` (microseconds) each time.
ALTER TABLE groat_account ADD COLUMN extras INTEGER NOT NULL DEFAULT 0;
ALTER TABLE groat_account ADD COLUMN as_of INTEGER NOT NULL DEFAULT 0;

-- A version before this step knows nothing of extras, so it may not move such an account.
CREATE TRIGGER groat_account_extras BEFORE UPDATE ON groat_account
WHEN OLD.extras <> 0 AND NEW.version <> OLD.version AND NEW.as_of <= OLD.as_of
BEGIN
    SELECT RAISE(ABORT, 'a version of groat before 0011 may not move an account with extras');
END;

-- Which extras a server knows: 0 for those of versions before this step.
ALTER TABLE groat_node ADD COLUMN extras INTEGER NOT NULL DEFAULT 0;

-- What was granted to an account, and what became of it: `remaining` (with what is `held` of it) + `expired` + `voided` + what
-- was spent = `amount`. `due_at` is when what is free of it goes: NULL for never, or while nothing is free. `version` is that of
-- the account when it was granted; `origin` is the account that gave it, and gets back what is voided; `parent` is the grant
-- that this one came from.
CREATE TABLE groat_grant (
    id         TEXT    PRIMARY KEY,
    account    INTEGER NOT NULL,
    amount     INTEGER NOT NULL CHECK (amount > 0),
    remaining  INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND amount),
    held       INTEGER NOT NULL CHECK (held BETWEEN 0 AND remaining),
    expired    INTEGER NOT NULL CHECK (expired >= 0),
    voided     INTEGER NOT NULL CHECK (voided >= 0),
    live       INTEGER NOT NULL CHECK (live IN (0, 1)),
    expires_at INTEGER,
    voided_at  INTEGER,
    due_at     INTEGER,
    priority   INTEGER NOT NULL,
    class      TEXT    NOT NULL CHECK (class IN ('paid', 'promotional')),
    cause      TEXT    NOT NULL,
    note       TEXT    NOT NULL,
    parent     TEXT,
    txn        TEXT    NOT NULL,
    origin     INTEGER NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_grant_live ON groat_grant (account, priority, expires_at, version, id) WHERE live;
CREATE INDEX groat_grant_due ON groat_grant (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX groat_grant_due_on ON groat_grant (account, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX groat_grant_account ON groat_grant (account, created_at, id);
CREATE INDEX groat_grant_txn ON groat_grant (txn);
CREATE INDEX groat_grant_parent ON groat_grant (parent) WHERE parent IS NOT NULL;

-- By how much a posting changed what remains of a grant, and what is held of it.
CREATE TABLE groat_allocation (
    txn      TEXT    NOT NULL,
    leg      INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    grant_id TEXT    NOT NULL,
    account  INTEGER NOT NULL,
    amount   INTEGER NOT NULL,
    held     INTEGER NOT NULL,
    PRIMARY KEY (txn, leg, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX groat_allocation_grant ON groat_allocation (grant_id);

CREATE TABLE groat_archived_allocation (
    month    INTEGER NOT NULL,
    txn      TEXT    NOT NULL,
    leg      INTEGER NOT NULL,
    place    INTEGER NOT NULL,
    grant_id TEXT    NOT NULL,
    account  INTEGER NOT NULL,
    amount   INTEGER NOT NULL,
    held     INTEGER NOT NULL,
    PRIMARY KEY (txn, leg, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX groat_archived_allocation_grant ON groat_archived_allocation (grant_id);

-- Which grants a hold has taken from, in the order in which it captures them. What it has beyond them is no grant's.
CREATE TABLE groat_hold_part (
    hold     TEXT    NOT NULL,
    place    INTEGER NOT NULL,
    grant_id TEXT    NOT NULL,
    amount   INTEGER NOT NULL CHECK (amount > 0),
    captured INTEGER NOT NULL CHECK (captured >= 0),
    released INTEGER NOT NULL CHECK (released >= 0 AND captured + released <= amount),
    PRIMARY KEY (hold, place)
) STRICT, WITHOUT ROWID;
