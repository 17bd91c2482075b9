-- name: lock_vouchers :bulk
SELECT v.id, v.amount, v.owner, v.redeemed::int
FROM vouchers_voucher AS v WHERE v.id = ANY ($1::text[]) ORDER BY v.id FOR UPDATE;

-- name: write_vouchers :rows
INSERT INTO vouchers_voucher (id, amount, owner, redeemed)
SELECT * FROM unnest($1::text[], $2::bigint[], $3::text[], $4::smallint[])
ON CONFLICT (id) DO UPDATE SET redeemed = excluded.redeemed;
