-- Vouchers: campaigns, their codes, and who redeemed what. Times are microseconds since 1970 (UTC), amounts smallest units.

-- `code` is a shared code as it was given; the codes of a campaign without one are single-use. `terms` is JSON, NULL for plain
-- money. `codes`, `uses` and `spent` count the codes that were made, and the redemptions that were not undone.
CREATE TABLE groat_voucher_campaign (
    id             text COLLATE "C" PRIMARY KEY,
    name           text    NOT NULL,
    note           text    NOT NULL,
    code           text,
    amount         bigint  NOT NULL CHECK (amount > 0),
    asset          text    NOT NULL,
    source         text    NOT NULL,
    terms          text,
    starts_at      bigint,
    ends_at        bigint,
    uses_max       bigint,
    uses_each      bigint,
    budget         bigint,
    first_purchase smallint NOT NULL CHECK (first_purchase IN (0, 1)),
    active         smallint NOT NULL CHECK (active IN (0, 1)),
    codes          bigint  NOT NULL,
    uses           bigint  NOT NULL,
    spent          bigint  NOT NULL,
    version        integer NOT NULL,
    created_by     text    NOT NULL,
    created_at     bigint  NOT NULL,
    changed_by     text    NOT NULL,
    changed_at     bigint  NOT NULL
) WITH (fillfactor = 50);

-- Codes that were made in one go: they follow from `seed` and the server's secret, so that the database alone tells none.
CREATE TABLE groat_voucher_batch (
    id       text COLLATE "C" PRIMARY KEY,
    campaign text COLLATE "C" NOT NULL,
    seed     text    NOT NULL,
    first    bigint  NOT NULL,
    count    integer NOT NULL,
    made_by  text    NOT NULL,
    made_at  bigint  NOT NULL
);

CREATE INDEX groat_voucher_batch_campaign ON groat_voucher_batch (campaign, first);

-- `id` is the digest of a code. `number` counts those of a campaign from 1; a shared code has 0 and no batch.
CREATE TABLE groat_voucher_code (
    id         text COLLATE "C" PRIMARY KEY,
    campaign   text COLLATE "C" NOT NULL,
    batch      text COLLATE "C",
    number     bigint NOT NULL,
    state      text   NOT NULL CHECK (state IN ('unused', 'redeemed', 'void')),
    redemption text COLLATE "C",
    person     text,
    UNIQUE (campaign, number)
) WITH (fillfactor = 80);

CREATE INDEX groat_voucher_code_state ON groat_voucher_code (campaign, state, number);

-- How often a person redeemed codes of a campaign: `id` is "<campaign> <person>", `uses` are those that were not undone.
CREATE TABLE groat_voucher_person (
    id   text COLLATE "C" PRIMARY KEY,
    uses bigint NOT NULL,
    made bigint NOT NULL
);

-- `id` is the transaction that paid. `number` counts a person's redemptions in the campaign, undone ones included.
CREATE TABLE groat_voucher_redemption (
    id        text COLLATE "C" PRIMARY KEY,
    campaign  text COLLATE "C" NOT NULL,
    code      text COLLATE "C" NOT NULL,
    person    text COLLATE "C" NOT NULL,
    number    bigint NOT NULL,
    amount    bigint NOT NULL,
    at        bigint NOT NULL,
    undone_by text,
    undone_at bigint,
    reason    text   NOT NULL,
    reversal  text COLLATE "C",
    UNIQUE (campaign, person, number)
);

CREATE INDEX groat_voucher_redemption_campaign ON groat_voucher_redemption (campaign, id);
CREATE INDEX groat_voucher_redemption_person ON groat_voucher_redemption (person, id);
CREATE INDEX groat_voucher_redemption_at ON groat_voucher_redemption (campaign, at);

-- Wrong guesses of persons and addresses within a window of time: `id` is a digest of whose they are.
CREATE TABLE groat_voucher_guess (
    id    text COLLATE "C" PRIMARY KEY,
    since bigint  NOT NULL,
    count integer NOT NULL
);

CREATE INDEX groat_voucher_guess_since ON groat_voucher_guess (since);
