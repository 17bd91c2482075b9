-- Placements: who is placed where, by which file. Times are microseconds since 1970 (UTC), amounts smallest units.

-- `archived_at` is NULL as long as the placement goes on.
CREATE TABLE groat_placement (
    id          TEXT PRIMARY KEY,
    title       TEXT    NOT NULL,
    note        TEXT    NOT NULL,
    asset       TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    created_by  TEXT    NOT NULL,
    created_at  INTEGER NOT NULL,
    archived_by TEXT,
    archived_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_placement_newest ON groat_placement (created_at, id);

-- A file of a placement. `draft` has the rows as they were uploaded, `given` is the draft of the run that gave
-- what stands in it.
CREATE TABLE groat_placement_file (
    id           TEXT PRIMARY KEY,
    placement    TEXT    NOT NULL,
    name         TEXT    NOT NULL,
    digest       TEXT    NOT NULL,
    draft        TEXT    NOT NULL,
    uploaded_by  TEXT    NOT NULL,
    uploaded_at  INTEGER NOT NULL,
    processed_by TEXT,
    processed_at INTEGER,
    given        TEXT
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_placement_file_placement ON groat_placement_file (placement, id);
CREATE INDEX groat_placement_file_draft ON groat_placement_file (draft);

-- A candidate; `id` is the user's. `origin` says where the record comes from; the e-mail address is in lower case.
CREATE TABLE groat_placement_candidate (
    id      TEXT PRIMARY KEY,
    email   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    origin  TEXT    NOT NULL CHECK (origin IN ('file', 'regular', 'legacy')),
    made_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_placement_candidate_email ON groat_placement_candidate (email) WHERE email <> '';

-- A candidate's place: `id` is "<placement> <file> <candidate>", `file` is '' where no file links them. `amount` is what
-- the file gives, and `fresh` whether the file made the candidate.
CREATE TABLE groat_placement_member (
    id        TEXT PRIMARY KEY,
    placement TEXT    NOT NULL,
    file      TEXT    NOT NULL,
    candidate TEXT    NOT NULL,
    line      INTEGER NOT NULL,
    amount    INTEGER NOT NULL,
    fresh     INTEGER NOT NULL CHECK (fresh IN (0, 1)),
    at        INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_placement_member_placement ON groat_placement_member (placement, candidate);
CREATE INDEX groat_placement_member_candidate ON groat_placement_member (candidate, placement);
CREATE INDEX groat_placement_member_file ON groat_placement_member (file, line);

-- The acts that gave credits: `act` is the operation, `draft` the draft of its run, `file` is '' where it is of several.
-- `people` got `total` in all, `amount` each; that is NULL where each person's stands in the file.
-- `call` names the principal and the key.
CREATE TABLE groat_placement_act (
    id        TEXT PRIMARY KEY,
    placement TEXT NOT NULL,
    file      TEXT NOT NULL,
    act       TEXT NOT NULL,
    draft     TEXT NOT NULL,
    amount    INTEGER,
    mode      TEXT NOT NULL,
    people    INTEGER NOT NULL,
    total     INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    by        TEXT NOT NULL,
    at        INTEGER NOT NULL,
    call      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_placement_act_placement ON groat_placement_act (placement, id);
CREATE UNIQUE INDEX groat_placement_act_call ON groat_placement_act (call);
CREATE INDEX groat_placement_act_draft ON groat_placement_act (draft);
