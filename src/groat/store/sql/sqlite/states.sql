-- States of paths: frozen, closing, closed.

-- name: lock_paths :bulk
SELECT json_group_array(json_array(
           j.value, coalesce(p.state, 'open'), coalesce(p.rest_to, ''), coalesce(p.turn, 0),
           (SELECT json_group_array(a.asset) FROM groat_account AS a WHERE a.path = j.value)))
FROM json_each(?1) AS j LEFT JOIN groat_path AS p ON p.path = j.value;

-- name: write_paths :rows
INSERT INTO groat_path (path, state, rest_to, turn) VALUES :rows
ON CONFLICT (path) DO UPDATE SET state = excluded.state, rest_to = excluded.rest_to, turn = excluded.turn;

-- name: paths_to_close :many
-- Paths that are closing, on which nothing is held any more.
SELECT p.path, p.rest_to, p.turn FROM groat_path AS p
WHERE p.state = 'closing'
  AND NOT EXISTS (SELECT 1 FROM groat_account AS a
                  WHERE a.path = p.path AND (a.debits_pending > 0 OR a.credits_pending > 0))
ORDER BY p.path LIMIT 100;
