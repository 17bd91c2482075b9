CREATE TABLE vouchers_voucher (
    id       TEXT    PRIMARY KEY,
    amount   INTEGER NOT NULL,
    owner    TEXT    NOT NULL,
    redeemed INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
