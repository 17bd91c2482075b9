-- What a batch locks and writes of drafts and runs.

-- name: lock_run_drafts :bulk
SELECT d.id, d.version, d.edition, d.ready, d.run, d.filing, d.kept, d.closed
FROM groat_run_draft AS d WHERE d.id = ANY ($1::text[]) ORDER BY d.id FOR UPDATE;

-- name: write_run_drafts :rows
-- Note which run a draft became, as what it was filed, and whether it is kept or closed.
UPDATE groat_run_draft AS d SET run = v.run, filing = v.filing, kept = v.kept, closed = v.closed
FROM (SELECT unnest($1::text::text[]), unnest($2::text::integer[]), unnest($3::text::integer[]),
       unnest($4::text::smallint[]), unnest($5::text::text[]), unnest($6::text::text[]),
       unnest($7::text::smallint[]), unnest($8::text::smallint[])) 
     AS v (id, version, edition, ready, run, filing, kept, closed)
WHERE d.id = v.id;

-- name: lock_runs :bulk
SELECT r.id, r.state, r.draft, r.edition, r.mode, r.asset, r.source, r.short, r.actor, r.reason, r.undoes, r.last,
       r.size, r.after, r.chunk, r.attempt, r.posted, r.idle, r.skipped, r.moved, r.lenient, r.problem
FROM groat_run AS r WHERE r.id = ANY ($1::text[]) ORDER BY r.id FOR UPDATE;

-- name: write_runs :rows
INSERT INTO groat_run (id, state, draft, edition, mode, asset, source, short, actor, reason, undoes, last, size, after,
                     chunk, attempt, posted, idle, skipped, moved, lenient, problem)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::integer[]),
       unnest($5::text::text[]), unnest($6::text::text[]), unnest($7::text::text[]), unnest($8::text::text[]),
       unnest($9::text::text[]), unnest($10::text::text[]), unnest($11::text::text[]),
       unnest($12::text::integer[]), unnest($13::text::integer[]), unnest($14::text::integer[]),
       unnest($15::text::integer[]), unnest($16::text::integer[]), unnest($17::text::integer[]),
       unnest($18::text::integer[]), unnest($19::text::integer[]), unnest($20::text::bigint[]),
       unnest($21::text::smallint[]), unnest($22::text::text[])
ON CONFLICT (id) DO UPDATE
SET state = excluded.state, after = excluded.after, chunk = excluded.chunk, attempt = excluded.attempt,
    posted = excluded.posted, idle = excluded.idle, skipped = excluded.skipped, moved = excluded.moved,
    lenient = excluded.lenient, problem = excluded.problem;

-- name: write_run_chunks :rows
INSERT INTO groat_run_chunk (id, run, base, first, last, at)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::integer[]),
       unnest($5::text::integer[]), unnest($6::text::bigint[]);

-- name: lock_run_skips :bulk
-- Whoever leaves out a row of a run holds the lock on the run.
SELECT s.id, s.run, s.number, s.code
FROM groat_run_skip AS s WHERE s.id = ANY ($1::text[]) ORDER BY s.id;

-- name: write_run_skips :rows
INSERT INTO groat_run_skip (id, run, number, code)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::integer[]), unnest($4::text::text[])
ON CONFLICT (id) DO NOTHING;

-- name: find_among_run :bulk
-- Of these "<draft> <user>" those where the draft posts something to the user, whatever the case of the id.
SELECT j.id FROM unnest($1::text[]) AS j (id) WHERE EXISTS (
    SELECT FROM groat_run_draft AS d JOIN groat_run_row AS r ON r.draft = d.id AND r.edition = d.edition
    WHERE d.id = split_part(j.id, ' ', 1) AND lower(r.person) = lower(split_part(j.id, ' ', 2)) AND r.selected = 1);
