-- What is left of a campaign's budget (smallest units), and how often each person used it.
CREATE TABLE promo_budget (
    id    TEXT    PRIMARY KEY,
    units INTEGER NOT NULL CHECK (units >= 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE promo_use (
    id   TEXT    PRIMARY KEY,
    uses INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
