-- name: lock_promo_budgets :bulk
SELECT b.id, b.units FROM promo_budget AS b WHERE b.id = ANY ($1::text[]) ORDER BY b.id FOR UPDATE;

-- name: write_promo_budgets :rows
INSERT INTO promo_budget (id, units) SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (id) DO UPDATE SET units = excluded.units;

-- name: lock_promo_uses :bulk
-- A row that is not there could not be locked, so it is made.
INSERT INTO promo_use AS u (id, uses) SELECT unnest($1::text[]), 0
ON CONFLICT (id) DO UPDATE SET uses = u.uses RETURNING u.id, u.uses;

-- name: write_promo_uses :rows
INSERT INTO promo_use (id, uses) SELECT * FROM unnest($1::text[], $2::bigint[])
ON CONFLICT (id) DO UPDATE SET uses = excluded.uses;

-- name: verify_promo_budgets :many long
-- Lists at most 100 contradictions: a campaign's uses are as many as its redemptions, and nobody's.
SELECT c.id, c.redeemed::text || ' uses', c.used::text || ' uses'
FROM (SELECT r.id, (SELECT count(*) FROM groat_request AS x WHERE x.parent = r.id AND x.kind = 'redemption') AS redeemed,
             (SELECT coalesce(sum(u.uses), 0) FROM promo_use AS u WHERE u.id LIKE r.id || '/%') AS used
      FROM groat_request AS r WHERE r.kind = 'campaign') AS c
WHERE c.redeemed <> c.used LIMIT 100;
