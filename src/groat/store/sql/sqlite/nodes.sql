-- The servers that run on the database, and where the others reach them.

-- name: beat_node :exec
-- Note that a node is there: name, address, the extras that it knows.
INSERT INTO groat_node (name, address, seen_at, extras) VALUES (?1, ?2, groat_clock(), ?3)
ON CONFLICT (name) DO UPDATE SET address = excluded.address, seen_at = excluded.seen_at, extras = excluded.extras;

-- name: list_nodes :many
-- Every node with the present time of the database.
SELECT name, address, seen_at, groat_clock() FROM groat_node;

-- name: prune_nodes :exec
-- Forget nodes that were not there for ?1 microseconds.
DELETE FROM groat_node WHERE seen_at < groat_clock() - ?1;

-- name: forget_node :exec
DELETE FROM groat_node WHERE name = ?1;
