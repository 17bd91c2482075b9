-- The cause of a transaction or hold: the mover, its kind and its id, such as `request:transfer:0198c5f0-...`. It is NULL for
-- what a caller posted, and for all that was written before this step or by a node of the version before it: of that the
-- movers' own tables tell.

ALTER TABLE groat_txn ADD COLUMN cause TEXT;
ALTER TABLE groat_archived_txn ADD COLUMN cause TEXT;
ALTER TABLE groat_hold ADD COLUMN cause TEXT;
