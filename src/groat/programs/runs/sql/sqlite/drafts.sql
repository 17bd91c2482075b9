-- Drafts: how they are made, changed and read.

-- name: insert_run_draft :one
INSERT INTO groat_run_draft (id, version, edition, ready, run, what, digest, made_by, made_at, choices, reading, summary,
                     filing, kept, closed, untidy)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 0)
ON CONFLICT (id) DO NOTHING RETURNING 1;

-- name: find_run_draft :one
SELECT d.id, d.version, d.edition, d.ready, d.run, d.what, d.digest, d.made_by, d.made_at, d.choices, d.reading,
       d.summary, d.filing, d.kept, d.closed
FROM groat_run_draft AS d WHERE d.id = ?1;

-- name: page_run_drafts :many
-- The next ?2 drafts before ?1 that nobody has filed and nothing else has, the newest first.
SELECT d.id, d.version, d.edition, d.ready, d.run, d.what, d.digest, d.made_by, d.made_at, d.choices, d.reading,
       d.summary, d.filing, d.kept, d.closed
FROM groat_run_draft AS d WHERE d.run IS NULL AND d.kept = 0 AND d.id < ?1 ORDER BY d.id DESC LIMIT ?2;

-- name: begin_run_draft :one
-- Begin to change a draft of the version that was read; nobody files it meanwhile.
UPDATE groat_run_draft SET version = version + 1, ready = 0, untidy = 1
WHERE id = ?1 AND version = ?2 AND run IS NULL AND closed = 0 RETURNING version;

-- name: hold_run_draft :one
-- Nobody else changes or files the draft before this transaction ends; no row if somebody has begun to.
SELECT 1 FROM groat_run_draft WHERE id = ?1 AND version = ?2 AND ready = 0 AND run IS NULL;

-- name: end_run_draft :one
-- End a change that nobody else has overtaken.
UPDATE groat_run_draft
SET ready = 1, edition = ?3, digest = ?4, choices = ?5, reading = ?6, summary = ?7, filing = ?8
WHERE id = ?1 AND version = ?2 AND run IS NULL RETURNING 1;

-- name: write_run_rows :rows
INSERT INTO groat_run_row (draft, edition, number, person, units, posts, moves, reason, selected, bad, detail, first,
                     known, over, original, given)
VALUES :rows
ON CONFLICT (draft, edition, number) DO UPDATE
SET posts = excluded.posts, moves = excluded.moves, selected = excluded.selected, bad = excluded.bad, detail = excluded.detail,
    over = excluded.over;

-- name: find_run_rows :bulk
-- Rows of a draft by their numbers.
SELECT json_group_array(json_array(r.number, r.person, r.units, r.posts, r.moves, r.reason, r.selected, r.bad, r.detail, r.first, r.known,
       r.over, r.original, r.given))
FROM json_each(?1) AS j JOIN groat_run_row AS r ON r.draft = ?2 AND r.edition = ?3 AND r.number = j.value;

-- name: read_run_rows :many
SELECT r.number, r.person, r.units, r.posts, r.moves, r.reason, r.selected, r.bad, r.detail, r.first, r.known,
       r.over, r.original, r.given
FROM groat_run_row AS r WHERE r.draft = ?1 AND r.edition = ?2 AND r.number > ?3 ORDER BY r.number LIMIT ?4;

-- name: page_run_rows :many
-- Rows of one sort: the next ?4 behind the first ?5.
SELECT r.number, r.person, r.units, r.posts, r.moves, r.reason, r.selected, r.bad, r.detail, r.first, r.known,
       r.over, r.original, r.given
FROM groat_run_row AS r WHERE r.draft = ?1 AND r.edition = ?2 AND CASE ?3
      WHEN 'selected' THEN selected = 1
      WHEN 'unselected' THEN posts IS NOT NULL AND selected = 0
      WHEN 'bad' THEN bad <> ''
      WHEN 'duplicates' THEN first IS NOT NULL
      WHEN 'new' THEN known = 0 AND bad IN ('', 'duplicate')
      WHEN 'over_limit' THEN over = 1
      ELSE 1 = 1 END
ORDER BY r.number LIMIT ?4 OFFSET ?5;

-- name: count_run_rows :one
SELECT count(*) FROM groat_run_row WHERE draft = ?1 AND edition = ?2 AND CASE ?3
      WHEN 'selected' THEN selected = 1
      WHEN 'unselected' THEN posts IS NOT NULL AND selected = 0
      WHEN 'bad' THEN bad <> ''
      WHEN 'duplicates' THEN first IS NOT NULL
      WHEN 'new' THEN known = 0 AND bad IN ('', 'duplicate')
      WHEN 'over_limit' THEN over = 1
      ELSE 1 = 1 END;

-- name: pick_run_rows :many
-- The next ?5 rows of the run ?4 behind the number ?3, without those that it leaves out.
SELECT r.number, r.person, r.posts, r.reason, r.original
FROM groat_run_row AS r
WHERE r.draft = ?1 AND r.edition = ?2 AND r.number > ?3 AND r.selected = 1
  AND NOT EXISTS (SELECT 1 FROM groat_run_skip AS s WHERE s.run = ?4 AND s.number = r.number)
ORDER BY r.number LIMIT ?5;

-- name: select_run_numbers :rows
-- Select rows that can be posted (1), or leave them out (0).
WITH v (draft, edition, number, selected) AS (VALUES :rows)
UPDATE groat_run_row SET selected = v.selected FROM v
WHERE groat_run_row.draft = v.draft AND groat_run_row.edition = v.edition AND groat_run_row.number = v.number
  AND bad = '' AND posts IS NOT NULL;

-- name: select_run_rows :exec
-- Select the rows of one sort that can be posted (?6: 1), or leave them out (0), from ?4 up to ?5.
UPDATE groat_run_row SET selected = ?6
WHERE draft = ?1 AND edition = ?2 AND bad = '' AND posts IS NOT NULL AND number > ?4 AND number <= ?5
  AND CASE ?3
      WHEN 'selected' THEN selected = 1
      WHEN 'unselected' THEN posts IS NOT NULL AND selected = 0
      WHEN 'bad' THEN bad <> ''
      WHEN 'duplicates' THEN first IS NOT NULL
      WHEN 'new' THEN known = 0 AND bad IN ('', 'duplicate')
      WHEN 'over_limit' THEN over = 1
      ELSE 1 = 1 END;

-- name: tally_run_rows :many
-- What is counted of the next rows.
SELECT number, posts, moves, selected, bad, first, known, over FROM groat_run_row
WHERE draft = ?1 AND edition = ?2 AND number > ?3 ORDER BY number LIMIT ?4;

-- name: drop_run_rows :exec
DELETE FROM groat_run_row WHERE draft = ?1 AND edition = ?2 AND number > ?3 AND number <= ?4;

-- name: drop_run_draft :one
DELETE FROM groat_run_draft WHERE id = ?1 AND run IS NULL AND kept = 0 RETURNING edition;

-- name: find_untidy_run_draft :one
-- A draft that may have rows of other editions, and that nobody changes before this transaction ends.
SELECT id, edition FROM groat_run_draft WHERE untidy = 1 AND ready = 1 ORDER BY id LIMIT 1;

-- name: find_stale_run_row :one
-- The first row of another edition of the draft than ?2.
SELECT edition, number FROM groat_run_row WHERE draft = ?1 AND edition < ?2
UNION ALL SELECT edition, number FROM groat_run_row WHERE draft = ?1 AND edition > ?2
ORDER BY edition, number LIMIT 1;

-- name: tidy_run_draft :exec
UPDATE groat_run_draft SET untidy = 0 WHERE id = ?1;

-- name: find_old_run_draft :one
SELECT id FROM groat_run_draft WHERE run IS NULL AND kept = 0 AND made_at < ?1 ORDER BY id LIMIT 1;

-- name: find_filed_run_file :one
SELECT f.draft FROM groat_run_file AS f JOIN groat_run_draft AS d ON d.id = f.draft
WHERE d.run IS NOT NULL OR d.closed = 1 LIMIT 1;

-- name: first_run_row :one
SELECT min(number) FROM groat_run_row WHERE draft = ?1;

-- name: forget_run_rows :exec
DELETE FROM groat_run_row WHERE draft = ?1 AND number <= ?2;

-- name: find_repeats :many
-- Runs that were filed of the same file.
SELECT d.run, q.filed_at, q.filed_by, q.state FROM groat_run_draft AS d JOIN groat_request AS q ON q.id = d.run
WHERE d.digest = ?1 AND d.id <> ?2 AND d.run IS NOT NULL ORDER BY d.run DESC LIMIT 20;

-- name: insert_run_pieces :rows
INSERT INTO groat_run_file (draft, piece, data)
VALUES :rows;

-- name: read_run_piece :one
SELECT data FROM groat_run_file WHERE draft = ?1 AND piece = ?2;

-- name: drop_run_file :exec
DELETE FROM groat_run_file WHERE draft = ?1;
