-- What is left of a campaign's budget (smallest units), and how often each person used it.
CREATE TABLE promo_budget (
    id   text COLLATE "C" PRIMARY KEY,
    units bigint NOT NULL CHECK (units >= 0)
);
CREATE TABLE promo_use (
    id   text COLLATE "C" PRIMARY KEY,
    uses bigint NOT NULL
);
