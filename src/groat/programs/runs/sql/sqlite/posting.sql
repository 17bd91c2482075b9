-- What a batch locks and writes of drafts and runs.

-- name: lock_run_drafts :bulk
SELECT json_group_array(json_array(
           d.id, d.version, d.edition, d.ready, d.run, d.filing, d.kept, d.closed))
FROM json_each(?1) AS j JOIN groat_run_draft AS d ON d.id = j.value;

-- name: write_run_drafts :rows
-- Note which run a draft became, as what it was filed, and whether it is kept or closed.
WITH v (id, version, edition, ready, run, filing, kept, closed) AS (VALUES :rows)
UPDATE groat_run_draft SET run = v.run, filing = v.filing, kept = v.kept, closed = v.closed FROM v WHERE groat_run_draft.id = v.id;

-- name: lock_runs :bulk
SELECT json_group_array(json_array(
           r.id, r.state, r.draft, r.edition, r.mode, r.asset, r.source, r.short, r.actor, r.reason, r.undoes,
           r.last, r.size, r.after, r.chunk, r.attempt, r.posted, r.idle, r.skipped, r.moved, r.lenient,
           r.problem))
FROM json_each(?1) AS j JOIN groat_run AS r ON r.id = j.value;

-- name: write_runs :rows
INSERT INTO groat_run (id, state, draft, edition, mode, asset, source, short, actor, reason, undoes, last, size, after,
                     chunk, attempt, posted, idle, skipped, moved, lenient, problem)
VALUES :rows
ON CONFLICT (id) DO UPDATE
SET state = excluded.state, after = excluded.after, chunk = excluded.chunk, attempt = excluded.attempt,
    posted = excluded.posted, idle = excluded.idle, skipped = excluded.skipped, moved = excluded.moved,
    lenient = excluded.lenient, problem = excluded.problem;

-- name: write_run_chunks :rows
INSERT INTO groat_run_chunk (id, run, base, first, last, at)
VALUES :rows;

-- name: lock_run_skips :bulk
-- Whoever leaves out a row of a run holds the lock on the run.
SELECT json_group_array(json_array(
           s.id, s.run, s.number, s.code))
FROM json_each(?1) AS j JOIN groat_run_skip AS s ON s.id = j.value;

-- name: write_run_skips :rows
INSERT INTO groat_run_skip (id, run, number, code)
VALUES :rows
ON CONFLICT (id) DO NOTHING;

-- name: find_among_run :bulk
-- Of these "<draft> <user>" those where the draft posts something to the user, whatever the case of the id.
SELECT json_group_array(json_array(j.value)) FROM json_each(?1) AS j WHERE EXISTS (
    SELECT 1 FROM groat_run_draft AS d JOIN groat_run_row AS r ON r.draft = d.id AND r.edition = d.edition
    WHERE d.id = substr(j.value, 1, 36) AND lower(r.person) = lower(substr(j.value, 38)) AND r.selected = 1);
