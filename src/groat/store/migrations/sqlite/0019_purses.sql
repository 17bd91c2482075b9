-- What an account's grants come to, so that a spend need not read them all: how many there are of which something remains,
-- what is free of them, and what of that ends next, and when (microseconds, NULL for never). It counts where
-- `purse_version` is the account's version; a server of a version before this step leaves it behind.
ALTER TABLE groat_account ADD COLUMN purse_version INTEGER;
ALTER TABLE groat_account ADD COLUMN purse_live INTEGER;
ALTER TABLE groat_account ADD COLUMN purse_free INTEGER;
ALTER TABLE groat_account ADD COLUMN purse_next INTEGER;
ALTER TABLE groat_account ADD COLUMN purse_next_at INTEGER;

-- In the order in which grants are spent, in which those that never expire come last.
DROP INDEX groat_grant_live;
CREATE INDEX groat_grant_live ON groat_grant (account, priority, expires_at IS NULL, expires_at, version, id) WHERE live;
