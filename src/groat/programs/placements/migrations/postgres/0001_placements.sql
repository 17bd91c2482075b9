-- Placements: who is placed where, by which file. Times are microseconds since 1970 (UTC), amounts smallest units.

-- `archived_at` is NULL as long as the placement goes on.
CREATE TABLE groat_placement (
    id          text COLLATE "C" PRIMARY KEY,
    title       text NOT NULL,
    note        text NOT NULL,
    asset       text NOT NULL,
    version     integer NOT NULL,
    created_by  text NOT NULL,
    created_at  bigint NOT NULL,
    archived_by text,
    archived_at bigint
);

CREATE INDEX groat_placement_newest ON groat_placement (created_at, id);

-- A file of a placement. `draft` has the rows as they were uploaded, `given` is the draft of the run that gave
-- what stands in it.
CREATE TABLE groat_placement_file (
    id           text COLLATE "C" PRIMARY KEY,
    placement    text COLLATE "C" NOT NULL,
    name         text NOT NULL,
    digest       text COLLATE "C" NOT NULL,
    draft        text COLLATE "C" NOT NULL,
    uploaded_by  text NOT NULL,
    uploaded_at  bigint NOT NULL,
    processed_by text,
    processed_at bigint,
    given        text COLLATE "C"
);

CREATE INDEX groat_placement_file_placement ON groat_placement_file (placement, id);
CREATE INDEX groat_placement_file_draft ON groat_placement_file (draft);

-- A candidate; `id` is the user's. `origin` says where the record comes from; the e-mail address is in lower case.
CREATE TABLE groat_placement_candidate (
    id      text COLLATE "C" PRIMARY KEY,
    email   text NOT NULL,
    name    text NOT NULL,
    origin  text NOT NULL CHECK (origin IN ('file', 'regular', 'legacy')),
    made_at bigint NOT NULL
);

CREATE INDEX groat_placement_candidate_email ON groat_placement_candidate (email) WHERE email <> '';

-- A candidate's place: `id` is "<placement> <file> <candidate>", `file` is '' where no file links them. `amount` is what
-- the file gives, and `fresh` whether the file made the candidate.
CREATE TABLE groat_placement_member (
    id        text COLLATE "C" PRIMARY KEY,
    placement text COLLATE "C" NOT NULL,
    file      text COLLATE "C" NOT NULL,
    candidate text COLLATE "C" NOT NULL,
    line      integer NOT NULL,
    amount    bigint NOT NULL,
    fresh     smallint NOT NULL CHECK (fresh IN (0, 1)),
    at        bigint NOT NULL
);

CREATE INDEX groat_placement_member_placement ON groat_placement_member (placement, candidate);
CREATE INDEX groat_placement_member_candidate ON groat_placement_member (candidate, placement);
CREATE INDEX groat_placement_member_file ON groat_placement_member (file, line);

-- The acts that gave credits: `act` is the operation, `draft` the draft of its run, `file` is '' where it is of several.
-- `people` got `total` in all, `amount` each; that is NULL where each person's stands in the file.
-- `call` names the principal and the key.
CREATE TABLE groat_placement_act (
    id        text COLLATE "C" PRIMARY KEY,
    placement text COLLATE "C" NOT NULL,
    file      text COLLATE "C" NOT NULL,
    act       text NOT NULL,
    draft     text COLLATE "C" NOT NULL,
    amount    bigint,
    mode      text NOT NULL,
    people    integer NOT NULL,
    total     bigint NOT NULL,
    reason    text NOT NULL,
    by        text NOT NULL,
    at        bigint NOT NULL,
    call      text NOT NULL
);

CREATE INDEX groat_placement_act_placement ON groat_placement_act (placement, id);
CREATE UNIQUE INDEX groat_placement_act_call ON groat_placement_act (call);
CREATE INDEX groat_placement_act_draft ON groat_placement_act (draft);
