-- The programs that nodes run on this database. `kinds` is a JSON list of the kinds of requests that each brought so far.
CREATE TABLE groat_program (
    name        text   COLLATE "C" PRIMARY KEY,
    kinds       text   NOT NULL,
    recorded_at bigint NOT NULL
);
