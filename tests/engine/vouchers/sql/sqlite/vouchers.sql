-- name: lock_vouchers :bulk
SELECT json_group_array(json_array(v.id, v.amount, v.owner, v.redeemed))
FROM json_each(?1) AS j JOIN vouchers_voucher AS v ON v.id = j.value;

-- name: write_vouchers :rows
INSERT INTO vouchers_voucher (id, amount, owner, redeemed) VALUES :rows
ON CONFLICT (id) DO UPDATE SET redeemed = excluded.redeemed;
