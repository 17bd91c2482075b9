-- The allocations of a transaction name the grants that it made.
DROP INDEX groat_grant_txn;
