-- The people that rows name.

-- name: find_run_people :bulk
-- Of these paths of people: whether anybody knows them, their account in one asset, their e-mail address and name. One by one, for
-- without statistics the planner reads whole tables.
SELECT j.path, p.id IS NOT NULL OR a.id IS NOT NULL OR s.name IS NOT NULL OR o.path IS NOT NULL,
       a.debits, a.credits, a.debits_pending, a.credits_pending, a.floor, a.ceiling, a.extras, a.id, p.email, p.name
FROM unnest($1::text[]) AS j (path)
LEFT JOIN LATERAL (SELECT p.id, p.email, p.name FROM groat_principal AS p WHERE p.id = j.path LIMIT 1) AS p ON TRUE
LEFT JOIN LATERAL (SELECT a.* FROM groat_account AS a WHERE a.path = j.path AND a.asset = $2 LIMIT 1) AS a ON TRUE
LEFT JOIN LATERAL (SELECT s.name FROM groat_stream AS s WHERE s.name = j.path LIMIT 1) AS s ON TRUE
LEFT JOIN LATERAL (SELECT o.path FROM groat_account AS o WHERE o.path = j.path LIMIT 1) AS o ON TRUE;

-- name: find_run_names :bulk
-- People with one of these names, in small letters.
SELECT lower(p.name), p.id FROM groat_principal AS p WHERE lower(p.name) = ANY ($1::text[]) AND p.id LIKE 'user:%';

-- name: select_run_people :many
-- People behind $1 whose id, name or e-mail address is like $2, with roles like $3.
SELECT id FROM (
    SELECT p.id FROM groat_principal AS p WHERE p.id > $1 AND p.id >= 'user:' AND p.id < 'user;'
      AND ($2 = '%' OR substr(p.id, 6) ILIKE $2 OR p.name ILIKE $2 OR p.email ILIKE $2)
      AND ($3 = '' OR p.roles LIKE $3)
    UNION
    SELECT s.name FROM groat_stream AS s WHERE s.name > $1 AND s.name >= 'user:' AND s.name < 'user;'
      AND ($2 = '%' OR substr(s.name, 6) ILIKE $2) AND $3 = '') AS everybody
ORDER BY id LIMIT $4;
