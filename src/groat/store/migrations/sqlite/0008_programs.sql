-- The programs that nodes run on this database. `kinds` is a JSON list of the kinds of requests that each brought so far.
CREATE TABLE groat_program (
    name        TEXT    PRIMARY KEY,
    kinds       TEXT    NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
