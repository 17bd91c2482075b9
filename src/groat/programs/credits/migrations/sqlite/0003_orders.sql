-- What is sold: `data` is JSON. The catalogue's one row is locked before a package is made or changed.
CREATE TABLE groat_credits_catalogue (
    id       TEXT PRIMARY KEY,
    packages INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO groat_credits_catalogue (id, packages) VALUES ('catalogue', 0);

CREATE TABLE groat_credits_package (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,
    data       TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What gateways said of payments, as it came (`body`): `purchase` is the order's id, `filed` the case for staff.
CREATE TABLE groat_credits_payment (
    id       TEXT PRIMARY KEY,
    type     TEXT NOT NULL,
    payment  TEXT NOT NULL,
    purchase TEXT NOT NULL,
    price    TEXT NOT NULL,
    currency TEXT NOT NULL,
    reason   TEXT NOT NULL,
    body     TEXT NOT NULL,
    at       INTEGER NOT NULL,
    outcome  TEXT NOT NULL DEFAULT '',
    detail   TEXT NOT NULL DEFAULT '',
    filed    TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_credits_payment_at ON groat_credits_payment (at, id);
CREATE INDEX groat_credits_payment_payment ON groat_credits_payment (payment);
CREATE INDEX groat_credits_payment_purchase ON groat_credits_payment (purchase);
CREATE INDEX groat_credits_payment_unsettled ON groat_credits_payment (at) WHERE outcome = '';
