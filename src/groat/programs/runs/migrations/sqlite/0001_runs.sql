-- Bulk runs: drafts with their checked rows, and the runs that post them. Times are microseconds since 1970 (UTC), amounts
-- smallest units.

-- `choices` says how a person wants it read and posted, `reading` how a file was read, `summary` counts its rows, `filing` is the
-- data of the request that files it: all JSON. Its rows are those of its `edition`. It is `ready` while nobody rewrites them.
-- `run` is the request, once it is filed. `digest` stands for what was sent.
CREATE TABLE groat_run_draft (
    id         TEXT PRIMARY KEY,
    version    INTEGER NOT NULL,
    edition    INTEGER NOT NULL,
    ready      INTEGER NOT NULL CHECK (ready IN (0, 1)),
    run        TEXT,
    what       TEXT    NOT NULL,
    digest     TEXT    NOT NULL,
    made_by    TEXT    NOT NULL,
    made_at    INTEGER NOT NULL,
    choices    TEXT    NOT NULL,
    reading    TEXT    NOT NULL,
    summary    TEXT    NOT NULL,
    filing     TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_run_draft_open ON groat_run_draft (id) WHERE run IS NULL;
CREATE INDEX groat_run_draft_digest ON groat_run_draft (digest) WHERE run IS NOT NULL;

-- A row of a draft. `given` is what was sent, as JSON. `units` is its own amount, NULL where none can be read; `posts` what it
-- posts, NULL where it posts nothing, and `moves` what that moves by its check. `bad` is the code of its problem, '' for none. `first` is the number of an earlier row of
-- the same person. `original` is the transaction that it undoes, `over` whether a limit stands against it.
CREATE TABLE groat_run_row (
    draft    TEXT    NOT NULL,
    edition  INTEGER NOT NULL,
    number   INTEGER NOT NULL,
    person   TEXT    NOT NULL,
    units    INTEGER,
    posts    INTEGER,
    moves    INTEGER NOT NULL,
    reason   TEXT    NOT NULL,
    selected INTEGER NOT NULL,
    bad      TEXT    NOT NULL,
    detail   TEXT    NOT NULL,
    first    INTEGER,
    known    INTEGER NOT NULL,
    over     INTEGER NOT NULL,
    original TEXT,
    given    TEXT    NOT NULL,
    PRIMARY KEY (draft, edition, number)
) STRICT, WITHOUT ROWID;

-- A file that was sent, piece by piece, for as long as its draft may be read again.
CREATE TABLE groat_run_file (
    draft TEXT    NOT NULL,
    piece INTEGER NOT NULL,
    data  BLOB    NOT NULL,
    PRIMARY KEY (draft, piece)
) STRICT, WITHOUT ROWID;

-- A run: `id` is that of its request. Its rows are those of the draft's edition that are selected; all up to the number `after`
-- were posted or left out. `chunk` counts the chunks, `attempt` the times that it went on after a stop. `problem` is JSON, '' for
-- none. `undoes` is the run that it takes back. A `lenient` one leaves out what is refused.
CREATE TABLE groat_run (
    id        TEXT PRIMARY KEY,
    state     TEXT    NOT NULL,
    draft     TEXT    NOT NULL,
    edition   INTEGER NOT NULL,
    mode      TEXT    NOT NULL,
    asset     TEXT    NOT NULL,
    source    TEXT    NOT NULL,
    short     TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    undoes    TEXT,
    last      INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    after     INTEGER NOT NULL,
    chunk     INTEGER NOT NULL,
    attempt   INTEGER NOT NULL,
    posted    INTEGER NOT NULL,
    idle      INTEGER NOT NULL,
    skipped   INTEGER NOT NULL,
    moved     INTEGER NOT NULL,
    lenient   INTEGER NOT NULL,
    problem   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_run_running ON groat_run (id) WHERE state = 'running';
CREATE INDEX groat_run_undoes ON groat_run (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX groat_run_of_draft ON groat_run (draft);

-- A chunk that was posted: rows `first` to `last`. The transaction of a row follows from `base` and its number.
CREATE TABLE groat_run_chunk (
    id    TEXT PRIMARY KEY,
    run   TEXT    NOT NULL,
    base  TEXT    NOT NULL,
    first INTEGER NOT NULL,
    last  INTEGER NOT NULL,
    at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_run_chunk_rows ON groat_run_chunk (run, first);

-- A row that a run left out because it was refused, with the code of that.
CREATE TABLE groat_run_skip (
    id     TEXT PRIMARY KEY,
    run    TEXT    NOT NULL,
    number INTEGER NOT NULL,
    code   TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX groat_run_skip_rows ON groat_run_skip (run, number);
