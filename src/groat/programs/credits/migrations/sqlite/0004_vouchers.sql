-- Vouchers: campaigns, their codes, and who redeemed what. Times are microseconds since 1970 (UTC), amounts smallest units.

-- `code` is a shared code as it was given; the codes of a campaign without one are single-use. `terms` is JSON, NULL for plain
-- money. `codes`, `uses` and `spent` count the codes that were made, and the redemptions that were not undone.
CREATE TABLE groat_voucher_campaign (
    id             TEXT PRIMARY KEY,
    name           TEXT    NOT NULL,
    note           TEXT    NOT NULL,
    code           TEXT,
    amount         INTEGER  NOT NULL CHECK (amount > 0),
    asset          TEXT    NOT NULL,
    source         TEXT    NOT NULL,
    terms          TEXT,
    starts_at      INTEGER,
    ends_at        INTEGER,
    uses_max       INTEGER,
    uses_each      INTEGER,
    budget         INTEGER,
    first_purchase INTEGER NOT NULL CHECK (first_purchase IN (0, 1)),
    active         INTEGER NOT NULL CHECK (active IN (0, 1)),
    codes          INTEGER  NOT NULL,
    uses           INTEGER  NOT NULL,
    spent          INTEGER  NOT NULL,
    version        INTEGER NOT NULL,
    created_by     TEXT    NOT NULL,
    created_at     INTEGER  NOT NULL,
    changed_by     TEXT    NOT NULL,
    changed_at     INTEGER  NOT NULL
) STRICT, WITHOUT ROWID;

-- Codes that were made in one go: they follow from `seed` and the server's secret, so that the database alone tells none.
CREATE TABLE groat_voucher_batch (
    id       TEXT PRIMARY KEY,
    campaign TEXT NOT NULL,
    seed     TEXT    NOT NULL,
    first    INTEGER  NOT NULL,
    count    INTEGER NOT NULL,
    made_by  TEXT    NOT NULL,
    made_at  INTEGER  NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_voucher_batch_campaign ON groat_voucher_batch (campaign, first);

-- `id` is the digest of a code. `number` counts those of a campaign from 1; a shared code has 0 and no batch.
CREATE TABLE groat_voucher_code (
    id         TEXT PRIMARY KEY,
    campaign   TEXT NOT NULL,
    batch      TEXT,
    number     INTEGER NOT NULL,
    state      TEXT   NOT NULL CHECK (state IN ('unused', 'redeemed', 'void')),
    redemption TEXT,
    person     TEXT,
    UNIQUE (campaign, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_voucher_code_state ON groat_voucher_code (campaign, state, number);

-- How often a person redeemed codes of a campaign: `id` is "<campaign> <person>", `uses` are those that were not undone.
CREATE TABLE groat_voucher_person (
    id   TEXT PRIMARY KEY,
    uses INTEGER NOT NULL,
    made INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `id` is the transaction that paid. `number` counts a person's redemptions in the campaign, undone ones included.
CREATE TABLE groat_voucher_redemption (
    id        TEXT PRIMARY KEY,
    campaign  TEXT NOT NULL,
    code      TEXT NOT NULL,
    person    TEXT NOT NULL,
    number    INTEGER NOT NULL,
    amount    INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    undone_by TEXT,
    undone_at INTEGER,
    reason    TEXT   NOT NULL,
    reversal  TEXT,
    UNIQUE (campaign, person, number)
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_voucher_redemption_campaign ON groat_voucher_redemption (campaign, id);
CREATE INDEX groat_voucher_redemption_person ON groat_voucher_redemption (person, id);
CREATE INDEX groat_voucher_redemption_at ON groat_voucher_redemption (campaign, at);

-- Wrong guesses of persons and addresses within a window of time: `id` is a digest of whose they are.
CREATE TABLE groat_voucher_guess (
    id    TEXT PRIMARY KEY,
    since INTEGER  NOT NULL,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_voucher_guess_since ON groat_voucher_guess (since);
