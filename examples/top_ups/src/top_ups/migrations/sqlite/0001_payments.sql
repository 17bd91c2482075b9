CREATE TABLE topups_payment (
    id     TEXT    PRIMARY KEY,
    owner  TEXT    NOT NULL,
    amount INTEGER NOT NULL,
    asset  TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX topups_payment_by_owner ON topups_payment (owner, id);
