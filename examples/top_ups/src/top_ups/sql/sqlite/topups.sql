-- name: topups_lock :bulk
SELECT json_group_array(json_array(p.id, p.owner, p.amount, p.asset))
FROM json_each(?1) AS j JOIN topups_payment AS p ON p.id = j.value;

-- name: topups_write :rows
INSERT INTO topups_payment (id, owner, amount, asset) VALUES :rows
ON CONFLICT (id) DO NOTHING;

-- name: topups_of :many
SELECT id, amount, asset FROM topups_payment WHERE owner = ?1 ORDER BY id LIMIT ?2;

-- name: topups_count :one
SELECT count(*) FROM topups_payment;
