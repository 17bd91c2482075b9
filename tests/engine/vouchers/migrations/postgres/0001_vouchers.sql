CREATE TABLE vouchers_voucher (
    id       text COLLATE "C" PRIMARY KEY,
    amount   bigint   NOT NULL,
    owner    text     NOT NULL,
    redeemed smallint NOT NULL
);
