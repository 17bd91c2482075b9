-- Bulk runs: drafts with their checked rows, and the runs that post them. Times are microseconds since 1970 (UTC), amounts
-- smallest units.

-- `choices` says how a person wants it read and posted, `reading` how a file was read, `summary` counts its rows, `filing` is the
-- data of the request that files it: all JSON. Its rows are those of its `edition`. It is `ready` while nobody rewrites them.
-- `run` is the request, once it is filed. `digest` stands for what was sent.
CREATE TABLE groat_run_draft (
    id         text COLLATE "C" PRIMARY KEY,
    version    integer NOT NULL,
    edition    integer NOT NULL,
    ready      smallint NOT NULL CHECK (ready IN (0, 1)),
    run        text COLLATE "C",
    what       text NOT NULL,
    digest     text NOT NULL,
    made_by    text NOT NULL,
    made_at    bigint NOT NULL,
    choices    text NOT NULL,
    reading    text NOT NULL,
    summary    text NOT NULL,
    filing     text NOT NULL
);

CREATE INDEX groat_run_draft_open ON groat_run_draft (id) WHERE run IS NULL;
CREATE INDEX groat_run_draft_digest ON groat_run_draft (digest) WHERE run IS NOT NULL;

-- A row of a draft. `given` is what was sent, as JSON. `units` is its own amount, NULL where none can be read; `posts` what it
-- posts, NULL where it posts nothing, and `moves` what that moves by its check. `bad` is the code of its problem, '' for none. `first` is the number of an earlier row of
-- the same person. `original` is the transaction that it undoes, `over` whether a limit stands against it.
CREATE TABLE groat_run_row (
    draft    text COLLATE "C" NOT NULL,
    edition  integer NOT NULL,
    number   integer NOT NULL,
    person   text COLLATE "C" NOT NULL,
    units    bigint,
    posts    bigint,
    moves    bigint NOT NULL,
    reason   text NOT NULL,
    selected smallint NOT NULL,
    bad      text NOT NULL,
    detail   text NOT NULL,
    first    integer,
    known    smallint NOT NULL,
    over     smallint NOT NULL,
    original text COLLATE "C",
    given    text NOT NULL,
    PRIMARY KEY (draft, edition, number)
);

-- A file that was sent, piece by piece, for as long as its draft may be read again.
CREATE TABLE groat_run_file (
    draft text COLLATE "C" NOT NULL,
    piece integer NOT NULL,
    data  bytea NOT NULL,
    PRIMARY KEY (draft, piece)
);

-- A run: `id` is that of its request. Its rows are those of the draft's edition that are selected; all up to the number `after`
-- were posted or left out. `chunk` counts the chunks, `attempt` the times that it went on after a stop. `problem` is JSON, '' for
-- none. `undoes` is the run that it takes back. A `lenient` one leaves out what is refused.
CREATE TABLE groat_run (
    id        text COLLATE "C" PRIMARY KEY,
    state     text NOT NULL,
    draft     text COLLATE "C" NOT NULL,
    edition   integer NOT NULL,
    mode      text NOT NULL,
    asset     text NOT NULL,
    source    text NOT NULL,
    short     text NOT NULL,
    actor     text NOT NULL,
    reason    text NOT NULL,
    undoes    text COLLATE "C",
    last      integer NOT NULL,
    size      integer NOT NULL,
    after     integer NOT NULL,
    chunk     integer NOT NULL,
    attempt   integer NOT NULL,
    posted    integer NOT NULL,
    idle      integer NOT NULL,
    skipped   integer NOT NULL,
    moved     bigint NOT NULL,
    lenient   smallint NOT NULL,
    problem   text NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX groat_run_running ON groat_run (id) WHERE state = 'running';
CREATE INDEX groat_run_undoes ON groat_run (undoes) WHERE undoes IS NOT NULL;
CREATE INDEX groat_run_of_draft ON groat_run (draft);

-- A chunk that was posted: rows `first` to `last`. The transaction of a row follows from `base` and its number.
CREATE TABLE groat_run_chunk (
    id    text COLLATE "C" PRIMARY KEY,
    run   text COLLATE "C" NOT NULL,
    base  text COLLATE "C" NOT NULL,
    first integer NOT NULL,
    last  integer NOT NULL,
    at    bigint NOT NULL
);

CREATE INDEX groat_run_chunk_rows ON groat_run_chunk (run, first);

-- A row that a run left out because it was refused, with the code of that.
CREATE TABLE groat_run_skip (
    id     text COLLATE "C" PRIMARY KEY,
    run    text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    code   text NOT NULL
);

CREATE INDEX groat_run_skip_rows ON groat_run_skip (run, number);
