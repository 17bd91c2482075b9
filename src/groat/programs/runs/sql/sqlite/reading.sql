-- Runs as people read them.

-- name: find_run :one
SELECT r.id, r.state, r.draft, r.edition, r.mode, r.asset, r.source, r.short, r.actor, r.reason, r.undoes, r.last,
       r.size, r.after, r.chunk, r.attempt, r.posted, r.idle, r.skipped, r.moved, r.lenient, r.problem,
       q.version, q.state, q.filed_by, q.filed_at, q.changed_at, q.decided_by, q.decided_at, q.waits,
       d.filing, d.digest
FROM groat_run AS r JOIN groat_request AS q ON q.id = r.id JOIN groat_run_draft AS d ON d.id = r.draft
WHERE r.id = ?1;

-- name: page_runs :many
-- The next ?3 runs before ?1, the newest first; in the state ?2 where it is given.
SELECT r.id, r.state, r.draft, r.edition, r.mode, r.asset, r.source, r.short, r.actor, r.reason, r.undoes, r.last,
       r.size, r.after, r.chunk, r.attempt, r.posted, r.idle, r.skipped, r.moved, r.lenient, r.problem,
       q.version, q.state, q.filed_by, q.filed_at, q.changed_at, q.decided_by, q.decided_at, q.waits,
       d.filing, d.digest
FROM groat_run AS r JOIN groat_request AS q ON q.id = r.id JOIN groat_run_draft AS d ON d.id = r.draft
WHERE r.id < ?1 AND (?2 = '' OR r.state = ?2) ORDER BY r.id DESC LIMIT ?3;

-- name: running_runs :many
SELECT r.id, r.state, r.draft, r.edition, r.mode, r.asset, r.source, r.short, r.actor, r.reason, r.undoes, r.last,
       r.size, r.after, r.chunk, r.attempt, r.posted, r.idle, r.skipped, r.moved, r.lenient, r.problem
FROM groat_run AS r WHERE r.state = 'running' ORDER BY r.id;

-- name: find_undoing_runs :many
SELECT id, state, posted FROM groat_run WHERE undoes = ?1 ORDER BY id;

-- name: find_run_chunks :many
-- The chunks of a run that have rows from ?2 to ?3.
SELECT c.base, c.first, c.last, c.at FROM groat_run_chunk AS c
WHERE c.run = ?1 AND c.last >= ?2 AND c.first <= ?3 ORDER BY c.first;

-- name: find_run_postings :bulk
-- The one posting of each of these transactions, but for archived ones: its amount, and whether it took something from a person.
SELECT json_group_array(json_array(p.txn, p.amount, s.path LIKE 'user:%'))
FROM json_each(?1) AS j JOIN groat_posting AS p ON p.txn = j.value JOIN groat_account AS s ON s.id = p.source;

-- name: list_run_skips :many
SELECT s.number, s.code FROM groat_run_skip AS s WHERE s.run = ?1 AND s.number >= ?2 AND s.number <= ?3 ORDER BY s.number;

-- name: verify_runs :many long
-- Runs whose counters differ from what was posted by them, and postings of runs that do not exist.
WITH moved (cause, rows, units) AS (
    SELECT cause, count(*), sum(amount) FROM (
        SELECT t.cause, p.amount FROM groat_txn AS t JOIN groat_posting AS p ON p.txn = t.id
        WHERE t.cause LIKE 'run:%'
        UNION ALL
        SELECT t.cause, p.amount FROM groat_archived_txn AS t
        JOIN groat_archived_posting AS p ON p.txn = t.id
        WHERE t.cause LIKE 'run:%') AS every_one
    GROUP BY cause)
SELECT 'run ' || r.id, r.posted || ' rows moved ' || r.moved,
       coalesce(m.rows, 0) || ' rows moved ' || coalesce(m.units, 0)
FROM groat_run AS r LEFT JOIN moved AS m ON m.cause = 'run:' || r.mode || ':' || r.id
WHERE coalesce(m.rows, 0) <> r.posted OR coalesce(m.units, 0) <> r.moved
UNION ALL
SELECT m.cause, 'a run', 'none' FROM moved AS m
WHERE NOT EXISTS (SELECT 1 FROM groat_run AS r WHERE m.cause = 'run:' || r.mode || ':' || r.id)
LIMIT 1000;
