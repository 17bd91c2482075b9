CREATE TABLE topups_payment (
    id     text COLLATE "C" PRIMARY KEY,
    owner  text COLLATE "C" NOT NULL,
    amount bigint NOT NULL,
    asset  text   NOT NULL
);
CREATE INDEX topups_payment_by_owner ON topups_payment (owner, id);
