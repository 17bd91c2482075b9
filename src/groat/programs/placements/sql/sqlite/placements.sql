-- Placements: what a batch locks and writes, and what staff and candidates read.

-- name: lock_placement_names :bulk
-- Nobody else writes meanwhile.
SELECT '[]' WHERE ?1 IS NOT NULL;

-- name: lock_placements :bulk
SELECT json_group_array(json_array(p.id, p.title, p.note, p.asset, p.version, p.created_by, p.created_at, p.archived_by, p.archived_at))
FROM json_each(?1) AS j JOIN groat_placement AS p ON p.id = j.value;

-- name: write_placements :rows
INSERT INTO groat_placement (id, title, note, asset, version, created_by, created_at, archived_by, archived_at) VALUES :rows
ON CONFLICT (id) DO UPDATE
SET title = excluded.title, note = excluded.note, version = excluded.version, archived_by = excluded.archived_by,
    archived_at = excluded.archived_at;

-- name: lock_placement_files :bulk
SELECT json_group_array(json_array(f.id, f.placement, f.name, f.digest, f.draft, f.uploaded_by, f.uploaded_at, f.processed_by, f.processed_at, f.given))
FROM json_each(?1) AS j JOIN groat_placement_file AS f ON f.id = j.value;

-- name: write_placement_files :rows
INSERT INTO groat_placement_file (id, placement, name, digest, draft, uploaded_by, uploaded_at, processed_by, processed_at, given) VALUES :rows
ON CONFLICT (id) DO UPDATE SET processed_by = excluded.processed_by, processed_at = excluded.processed_at, given = excluded.given;

-- name: lock_placement_candidates :bulk
SELECT json_group_array(json_array(c.id, c.email, c.name, c.origin, c.made_at))
FROM json_each(?1) AS j JOIN groat_placement_candidate AS c ON c.id = j.value;

-- name: write_placement_candidates :rows
INSERT INTO groat_placement_candidate (id, email, name, origin, made_at) VALUES :rows
ON CONFLICT (id) DO UPDATE SET email = excluded.email, name = excluded.name, origin = excluded.origin;

-- name: lock_placement_members :bulk
-- The lock on the placement guards its members.
SELECT json_group_array(json_array(m.id, m.placement, m.file, m.candidate, m.line, m.amount, m.fresh, m.at))
FROM json_each(?1) AS j JOIN groat_placement_member AS m ON m.id = j.value;

-- name: write_placement_members :rows
INSERT INTO groat_placement_member (id, placement, file, candidate, line, amount, fresh, at) VALUES :rows
ON CONFLICT (id) DO UPDATE SET line = excluded.line, amount = excluded.amount;

-- name: write_placement_acts :rows
INSERT INTO groat_placement_act (id, placement, file, act, draft, amount, mode, people, total, reason, by, at, call, pending) VALUES :rows;

-- name: find_placements :bulk
-- Placements by id, with how many files and how many candidates they have.
SELECT json_group_array(json_array(p.id, p.title, p.note, p.asset, p.version, p.created_by, p.created_at, p.archived_by, p.archived_at,
       (SELECT count(*) FROM groat_placement_file AS f WHERE f.placement = p.id),
       (SELECT count(DISTINCT m.candidate) FROM groat_placement_member AS m WHERE m.placement = p.id)))
FROM json_each(?1) AS j JOIN groat_placement AS p ON p.id = j.value;

-- name: page_placements :many
-- Ids of the next ?4 placements before the moment ?1 and the id ?2, the newest first; those in the archive where ?3 is 1, the others where it is 0.
SELECT id, created_at FROM groat_placement
WHERE (created_at, id) < (?1, ?2) AND (archived_at IS NOT NULL) = ?3 ORDER BY created_at DESC, id DESC LIMIT ?4;

-- name: find_placement_file :one
SELECT id, placement, name, digest, draft, uploaded_by, uploaded_at, processed_by, processed_at, given
FROM groat_placement_file WHERE id = ?1;

-- name: find_file_of_draft :one
SELECT id, placement, name, digest, draft, uploaded_by, uploaded_at, processed_by, processed_at, given
FROM groat_placement_file WHERE draft = ?1 ORDER BY id LIMIT 1;

-- name: list_placement_files :many
-- The next ?3 files of the placement ?1 before the id ?2, the newest first, each with how many candidates it links.
SELECT f.id, f.placement, f.name, f.digest, f.draft, f.uploaded_by, f.uploaded_at, f.processed_by, f.processed_at, f.given,
       (SELECT count(*) FROM groat_placement_member AS m WHERE m.file = f.id),
       (SELECT count(*) FROM groat_placement_member AS m WHERE m.file = f.id AND m.fresh = 1)
FROM groat_placement_file AS f WHERE f.placement = ?1 AND f.id < ?2 ORDER BY f.id DESC LIMIT ?3;

-- name: list_placement_acts :many
-- The next ?3 acts of the placement ?1 before the id ?2, the newest first: with the name of the file, and with their runs and the states of these.
SELECT a.id, a.placement, a.file, a.act, a.draft, a.amount, a.mode, a.people, a.total, a.reason, a.by, a.at, a.call, a.pending, f.name, r.id, r.state
FROM groat_placement_act AS a LEFT JOIN groat_placement_file AS f ON f.id = a.file
LEFT JOIN groat_run AS r ON r.draft = a.draft
WHERE a.placement = ?1 AND a.id < ?2 ORDER BY a.id DESC LIMIT ?3;

-- name: find_placement_act :one
-- The act of the call ?1.
SELECT id, placement, file, act, draft, amount, mode, people, total, reason, by, at, call, pending FROM groat_placement_act WHERE call = ?1;

-- name: pending_placement_acts :many
-- Acts before the moment ?1 that are not done, the oldest first, ?2 at most.
SELECT id, placement, file, act, draft, amount, mode, people, total, reason, by, at, call, pending FROM groat_placement_act
WHERE pending = 1 AND at < ?1 ORDER BY at LIMIT ?2;

-- name: end_placement_act :exec
UPDATE groat_placement_act SET pending = 0 WHERE call = ?1;

-- name: let_placement_rows_go :exec
-- The rows of the files of placements that are in the archive since before the moment ?1 need not be kept any more.
UPDATE groat_run_draft SET kept = 0, closed = 1 WHERE kept = 1 AND id IN (
    SELECT f.draft FROM groat_placement AS p JOIN groat_placement_file AS f ON f.placement = p.id WHERE p.archived_at < ?1);

-- name: page_placement_members :many
-- The next ?3 candidates of the placement ?1 behind the id ?2; those whose id, name or e-mail address has ?4 in it ('' for all).
SELECT m.candidate, c.email, c.name, c.origin, min(m.at), max(m.fresh), count(CASE WHEN m.file <> '' THEN 1 END)
FROM groat_placement_member AS m JOIN groat_placement_candidate AS c ON c.id = m.candidate
WHERE m.placement = ?1 AND m.candidate > ?2
  AND (?4 = '' OR instr(lower(c.id), ?4) > 0 OR instr(lower(c.name), ?4) > 0 OR instr(c.email, ?4) > 0)
GROUP BY m.candidate, c.email, c.name, c.origin ORDER BY m.candidate LIMIT ?3;

-- name: page_file_members :many
-- The next ?3 candidates of the file ?1 behind the line ?2.
SELECT m.candidate, c.email, c.name, c.origin, m.at, m.fresh, m.line, m.amount
FROM groat_placement_member AS m JOIN groat_placement_candidate AS c ON c.id = m.candidate
WHERE m.file = ?1 AND m.line > ?2 ORDER BY m.line LIMIT ?3;

-- name: page_placement_candidates :many
-- The next ?2 candidates behind the id ?1; those whose id, name or e-mail address has ?3 in it ('' for all), and of them those with
-- (?4 is 'placed'), or without a place (?4 is 'regular' or 'legacy', their origin), '' for all.
SELECT c.id, c.email, c.name, c.origin, c.made_at,
       (SELECT count(DISTINCT m.placement) FROM groat_placement_member AS m WHERE m.candidate = c.id)
FROM groat_placement_candidate AS c
WHERE c.id > ?1 AND (?3 = '' OR instr(lower(c.id), ?3) > 0 OR instr(lower(c.name), ?3) > 0 OR instr(c.email, ?3) > 0)
  AND (?4 = '' OR (?4 = 'placed') = EXISTS (SELECT 1 FROM groat_placement_member AS m WHERE m.candidate = c.id))
  AND (?4 IN ('', 'placed') OR c.origin = ?4)
ORDER BY c.id LIMIT ?2;

-- name: find_placement_candidate :one
SELECT c.id, c.email, c.name, c.origin, c.made_at,
       (SELECT count(DISTINCT m.placement) FROM groat_placement_member AS m WHERE m.candidate = c.id)
FROM groat_placement_candidate AS c WHERE c.id = ?1;

-- name: candidates_by_emails :bulk
-- Candidates with these e-mail addresses (lower case).
SELECT json_group_array(json_array(c.email, c.id))
FROM json_each(?1) AS j JOIN groat_placement_candidate AS c ON c.email = j.value;

-- name: placements_of_candidate :many
-- The placements of the candidate ?1, ?2 at most, the newest first: since when, and by how many files.
SELECT p.id, p.title, p.asset, p.archived_at, m.at, m.files
FROM (SELECT placement, min(at) AS at, count(CASE WHEN file <> '' THEN 1 END) AS files
      FROM groat_placement_member WHERE candidate = ?1 GROUP BY placement) AS m
JOIN groat_placement AS p ON p.id = m.placement ORDER BY m.at DESC, p.id DESC LIMIT ?2;

-- name: figures_of_candidate :one
-- Of the account ?1 in the asset ?2: its balance, what is held of it, its version, and since ?3: what arrived, what of that was taken back, what was
-- spent, what of that came back, and how many changes there were.
SELECT a.credits - a.debits, a.debits_pending, a.version,
       coalesce((SELECT sum(g.amount) FROM groat_posting AS g JOIN groat_txn AS t ON t.id = g.txn
                 WHERE g.destination = a.id AND t.recorded_at >= ?3 AND t.reverses IS NULL), 0),
       coalesce((SELECT sum(g.amount) FROM groat_posting AS g JOIN groat_txn AS t ON t.id = g.txn
                 WHERE g.source = a.id AND t.recorded_at >= ?3 AND t.reverses IS NOT NULL), 0),
       coalesce((SELECT sum(g.amount) FROM groat_posting AS g JOIN groat_txn AS t ON t.id = g.txn
                 WHERE g.source = a.id AND t.recorded_at >= ?3 AND t.reverses IS NULL), 0),
       coalesce((SELECT sum(g.amount) FROM groat_posting AS g JOIN groat_txn AS t ON t.id = g.txn
                 WHERE g.destination = a.id AND t.recorded_at >= ?3 AND t.reverses IS NOT NULL), 0),
       (SELECT count(*) FROM groat_posting AS g JOIN groat_txn AS t ON t.id = g.txn
        WHERE g.destination = a.id AND t.recorded_at >= ?3 AND g.amount > 0)
       + (SELECT count(*) FROM groat_posting AS g JOIN groat_txn AS t ON t.id = g.txn
        WHERE g.source = a.id AND t.recorded_at >= ?3 AND g.amount > 0)
FROM groat_account AS a WHERE a.path = ?1 AND a.asset = ?2;

-- name: candidates_by_ids :bulk
-- Candidates with these ids: (id, email, name).
SELECT json_group_array(json_array(c.id, c.email, c.name))
FROM json_each(?1) AS j JOIN groat_placement_candidate AS c ON c.id = j.value;

-- name: page_member_ids :many
-- The next ?4 candidates behind the id ?3 of the placement ?1; of its file ?2 where that is given, and of all its files where it is '*'.
SELECT DISTINCT candidate FROM groat_placement_member
WHERE placement = ?1 AND candidate > ?3 AND (?2 = '' OR file = ?2 OR (?2 = '*' AND file <> '')) ORDER BY candidate LIMIT ?4;

-- name: balances_of_candidates :bulk
-- What the given accounts have of the asset ?2.
SELECT json_group_array(json_array(a.path, a.credits - a.debits))
FROM json_each(?1) AS j JOIN groat_account AS a ON a.path = j.value WHERE a.asset = ?2;
