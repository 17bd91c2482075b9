-- name: topups_lock :bulk
SELECT p.id, p.owner, p.amount, p.asset
FROM topups_payment AS p WHERE p.id = ANY ($1::text[]) ORDER BY p.id FOR UPDATE;

-- name: topups_write :rows
INSERT INTO topups_payment (id, owner, amount, asset)
SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
ON CONFLICT (id) DO NOTHING;

-- name: topups_of :many
SELECT id, amount, asset FROM topups_payment WHERE owner = $1 ORDER BY id LIMIT $2;

-- name: topups_count :one
SELECT count(*) FROM topups_payment;
