-- The record of programs, which tells a node that lacks one.

-- name: list_programs :many
-- Each program with its kinds, as JSON.
SELECT name, kinds FROM groat_program ORDER BY name;

-- name: record_program :exec
INSERT INTO groat_program (name, kinds, recorded_at) VALUES (?1, ?2, groat_now())
ON CONFLICT (name) DO UPDATE SET kinds = excluded.kinds;

-- name: forget_program :exec
DELETE FROM groat_program WHERE name = ?1;
