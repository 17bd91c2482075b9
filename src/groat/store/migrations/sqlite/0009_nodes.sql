-- The servers that run on this database, each with the address at which the others reach it ('' for none) and when it
-- was last there (microseconds).
CREATE TABLE groat_node (
    name    TEXT    PRIMARY KEY,
    address TEXT    NOT NULL,
    seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
