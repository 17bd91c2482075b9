-- The ledger: assets, accounts, transactions and their postings, holds, keys, streams and their events.
-- Amounts are smallest units; times are microseconds since 1970 (UTC); ids are canonical UUIDv7 texts.

CREATE TABLE groat_meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- The epoch names this history: every position carries it, and it changes when history may have changed.
INSERT INTO groat_meta (name, value) VALUES ('epoch', lower(hex(randomblob(4))));

CREATE TABLE groat_asset (
    code       TEXT PRIMARY KEY,
    scale      INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 18),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- One row for each balance: an asset at a path.
CREATE TABLE groat_account (
    id              INTEGER PRIMARY KEY,
    path            TEXT    NOT NULL,
    asset           TEXT    NOT NULL,
    floor           INTEGER,
    ceiling         INTEGER,
    debits          INTEGER NOT NULL CHECK (debits >= 0),
    credits         INTEGER NOT NULL CHECK (credits >= 0),
    debits_pending  INTEGER NOT NULL CHECK (debits_pending >= 0),
    credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),
    version         INTEGER NOT NULL,
    opened_at       INTEGER NOT NULL,
    UNIQUE (path, asset)
) STRICT;

-- What one COMMIT of a `worker` held. `streams` is a JSON array of [stream, epoch, first, last]; `hash` covers the rows of
-- the batch and the hash of the batch before it (SQLite has one writer at a time, hence one chain).
CREATE TABLE groat_batch (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    worker   TEXT    NOT NULL,
    commands INTEGER NOT NULL,
    streams  TEXT    NOT NULL,
    previous TEXT    NOT NULL,
    hash     TEXT    NOT NULL
) STRICT;

CREATE TABLE groat_txn (
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

-- For `verify`, which hashes batch by batch. Batches only grow, so the index is appended to.
CREATE INDEX groat_txn_batch ON groat_txn (batch);
-- For a reversal, which must know what was reversed before.
CREATE INDEX groat_txn_reverses ON groat_txn (reverses) WHERE reverses IS NOT NULL;

-- `amount` was posted; `pending` is by how much the pending counters of both sides changed. Together all rows of an
-- account fold into its four counters, and their versions have no gap.
CREATE TABLE groat_posting (
    txn                 TEXT    NOT NULL,
    leg                 INTEGER NOT NULL,
    source              INTEGER NOT NULL,
    destination         INTEGER NOT NULL,
    amount              INTEGER NOT NULL CHECK (amount >= 0),
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

-- An account's history in order; unique, for no two changes may share a version.
CREATE UNIQUE INDEX groat_posting_source ON groat_posting (source, source_version);
CREATE UNIQUE INDEX groat_posting_destination ON groat_posting (destination, destination_version);

-- A hold's id is the id of the transaction that made it.
CREATE TABLE groat_hold (
    id          TEXT    PRIMARY KEY,
    source      INTEGER NOT NULL,
    destination INTEGER NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    captured    INTEGER NOT NULL CHECK (captured >= 0),
    released    INTEGER NOT NULL CHECK (released >= 0 AND captured + released <= amount),
    expires_at  INTEGER,
    status      TEXT    NOT NULL CHECK (status IN ('open', 'captured', 'released', 'expired')),
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_hold_due ON groat_hold (expires_at) WHERE status = 'open' AND expires_at IS NOT NULL;
CREATE INDEX groat_hold_source ON groat_hold (source) WHERE status = 'open';
CREATE INDEX groat_hold_destination ON groat_hold (destination) WHERE status = 'open';

-- The verdict under each key, for ever: `txn` names the one transaction it made, `outcome` is a refusal or another result.
CREATE TABLE groat_key (
    digest  TEXT    PRIMARY KEY,
    form    INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    txn     TEXT,
    outcome TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE groat_stream (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    generation INTEGER NOT NULL,
    head       INTEGER NOT NULL
) STRICT;

CREATE TABLE groat_event (
    stream INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (stream, offset)
) STRICT, WITHOUT ROWID;

-- For retention.
CREATE INDEX groat_event_at ON groat_event (at);

-- How far a device has seen a stream: one high-water row for each.
CREATE TABLE groat_receipt (
    stream TEXT    NOT NULL,
    device TEXT    NOT NULL,
    offset INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (stream, device)
) STRICT, WITHOUT ROWID;

-- Audit entries for what moved no money; transactions are their own. `batch` when a command of a batch made it: those
-- are under the batch's hash.
CREATE TABLE groat_act (
    id        TEXT    PRIMARY KEY,
    at        INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    principal TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    target    TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    before    TEXT    NOT NULL,
    after     TEXT    NOT NULL,
    batch     INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_act_batch ON groat_act (batch) WHERE batch IS NOT NULL;
