-- The archive: transactions and postings of closed months, moved out of the tables that every batch writes to. A month is
-- that of the commit, as 202501. All that is archived belongs to the first batches, up to `groat_archive.last_batch`, and all
-- that does not to those behind; a transaction and its postings move together.

CREATE TABLE groat_archive (
    month        INTEGER PRIMARY KEY,
    last_batch   INTEGER NOT NULL,
    transactions INTEGER NOT NULL,
    postings     INTEGER NOT NULL
) STRICT;

CREATE TABLE groat_archived_txn (
    month        INTEGER NOT NULL,
    id           TEXT    PRIMARY KEY,
    batch        INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    metadata     TEXT,
    effective_at INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    reverses     TEXT,
    hold         TEXT,
    hold_after   TEXT,
    positions    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_archived_txn_batch ON groat_archived_txn (batch);
CREATE INDEX groat_archived_txn_reverses ON groat_archived_txn (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE groat_archived_posting (
    month               INTEGER NOT NULL,
    txn                 TEXT    NOT NULL,
    leg                 INTEGER NOT NULL,
    source              INTEGER NOT NULL,
    destination         INTEGER NOT NULL,
    amount              INTEGER NOT NULL,
    pending             INTEGER NOT NULL,
    source_balance      INTEGER NOT NULL,
    source_held         INTEGER NOT NULL,
    source_version      INTEGER NOT NULL,
    destination_balance INTEGER NOT NULL,
    destination_held    INTEGER NOT NULL,
    destination_version INTEGER NOT NULL,
    effective_at        INTEGER NOT NULL,
    PRIMARY KEY (txn, leg)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX groat_archived_posting_source ON groat_archived_posting (source, source_version);
CREATE UNIQUE INDEX groat_archived_posting_destination ON groat_archived_posting (destination, destination_version);
