-- The servers that run on this database, each with the address at which the others reach it ('' for none) and when it
-- was last there (microseconds).
CREATE TABLE groat_node (
    name    text   COLLATE "C" PRIMARY KEY,
    address text   NOT NULL,
    seen_at bigint NOT NULL
) WITH (fillfactor = 50);
