-- What an account's grants come to, so that a spend need not read them all: how many there are of which something remains,
-- what is free of them, and what of that ends next, and when (microseconds, NULL for never). It counts where
-- `purse_version` is the account's version; a server of a version before this step leaves it behind.

-- Who reads this table for long must not make everybody who writes wait behind this step.
SET LOCAL lock_timeout = '5s';

ALTER TABLE groat_account
    ADD COLUMN purse_version bigint,
    ADD COLUMN purse_live    bigint,
    ADD COLUMN purse_free    bigint,
    ADD COLUMN purse_next    bigint,
    ADD COLUMN purse_next_at bigint;
