-- What is sold: `data` is JSON. The catalogue's one row is locked before a package is made or changed.
CREATE TABLE groat_credits_catalogue (
    id       text COLLATE "C" PRIMARY KEY,
    packages bigint NOT NULL
);

INSERT INTO groat_credits_catalogue (id, packages) VALUES ('catalogue', 0);

CREATE TABLE groat_credits_package (
    id         text COLLATE "C" PRIMARY KEY,
    version    bigint NOT NULL,
    data       text NOT NULL,
    changed_by text NOT NULL,
    changed_at bigint NOT NULL
);

-- What gateways said of payments, as it came (`body`): `purchase` is the order's id, `filed` the case for staff.
CREATE TABLE groat_credits_payment (
    id       text COLLATE "C" PRIMARY KEY,
    type     text NOT NULL,
    payment  text COLLATE "C" NOT NULL,
    purchase text COLLATE "C" NOT NULL,
    price    text NOT NULL,
    currency text NOT NULL,
    reason   text NOT NULL,
    body     text NOT NULL,
    at       bigint NOT NULL,
    outcome  text NOT NULL DEFAULT '',
    detail   text NOT NULL DEFAULT '',
    filed    text NOT NULL DEFAULT ''
);

CREATE INDEX groat_credits_payment_at ON groat_credits_payment (at, id);
CREATE INDEX groat_credits_payment_payment ON groat_credits_payment (payment);
CREATE INDEX groat_credits_payment_purchase ON groat_credits_payment (purchase);
CREATE INDEX groat_credits_payment_unsettled ON groat_credits_payment (at) WHERE outcome = '';
