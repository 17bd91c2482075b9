-- States of paths: frozen, closing, closed.

-- name: lock_paths :bulk
SELECT p.path, p.state, p.rest_to, p.turn, p.assets FROM groat_lock_paths($1::text[]) AS p;

-- name: write_paths :rows
INSERT INTO groat_path (path, state, rest_to, turn)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::bigint[])
ON CONFLICT (path) DO UPDATE SET state = excluded.state, rest_to = excluded.rest_to, turn = excluded.turn;

-- name: paths_to_close :many
-- Paths that are closing, on which nothing is held any more.
SELECT p.path, p.rest_to, p.turn FROM groat_path AS p
WHERE p.state = 'closing'
  AND NOT EXISTS (SELECT FROM groat_account AS a
                  WHERE a.path = p.path AND (a.debits_pending > 0 OR a.credits_pending > 0))
ORDER BY p.path LIMIT 100;
