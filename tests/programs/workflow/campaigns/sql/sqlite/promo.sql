-- name: lock_promo_budgets :bulk
SELECT json_group_array(json_array(b.id, b.units)) FROM json_each(?1) AS j JOIN promo_budget AS b ON b.id = j.value;

-- name: write_promo_budgets :rows
INSERT INTO promo_budget (id, units) VALUES :rows ON CONFLICT (id) DO UPDATE SET units = excluded.units;

-- name: lock_promo_uses :bulk
SELECT json_group_array(json_array(u.id, u.uses)) FROM json_each(?1) AS j JOIN promo_use AS u ON u.id = j.value;

-- name: write_promo_uses :rows
INSERT INTO promo_use (id, uses) VALUES :rows ON CONFLICT (id) DO UPDATE SET uses = excluded.uses;

-- name: verify_promo_budgets :many long
-- Lists at most 100 contradictions: a campaign's uses are as many as its redemptions, and nobody's.
SELECT c.id, c.redeemed || ' uses', c.used || ' uses'
FROM (SELECT r.id, (SELECT count(*) FROM groat_request AS x WHERE x.parent = r.id AND x.kind = 'redemption') AS redeemed,
             (SELECT coalesce(sum(u.uses), 0) FROM promo_use AS u WHERE u.id LIKE r.id || '/%') AS used
      FROM groat_request AS r WHERE r.kind = 'campaign') AS c
WHERE c.redeemed <> c.used LIMIT 100;
