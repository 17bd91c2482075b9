-- Of which grant a person was warned, and how many days ahead: `id` is "<grant>/<days>".
CREATE TABLE groat_credits_warning (
    id TEXT PRIMARY KEY,
    at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a node first gave what a setting promises: people who were here before get none of it.
CREATE TABLE groat_credits_begun (
    name TEXT PRIMARY KEY,
    at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
