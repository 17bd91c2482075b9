-- The people that rows name.

-- name: find_run_people :bulk
-- Of these paths of people: whether anybody knows them, their account in one asset, their e-mail address and name.
SELECT json_group_array(json_array(
           j.value, p.id IS NOT NULL OR s.name IS NOT NULL OR EXISTS (SELECT 1 FROM groat_account AS o WHERE o.path = j.value),
           a.debits, a.credits, a.debits_pending, a.credits_pending, a.floor, a.ceiling, a.extras, a.id, p.email, p.name))
FROM json_each(?1) AS j
LEFT JOIN groat_principal AS p ON p.id = j.value LEFT JOIN groat_stream AS s ON s.name = j.value
LEFT JOIN groat_account AS a ON a.path = j.value AND a.asset = ?2;

-- name: find_run_names :bulk
-- People with one of these names, in small letters.
SELECT json_group_array(json_array(lower(p.name), p.id))
FROM json_each(?1) AS j JOIN groat_principal AS p ON lower(p.name) = j.value WHERE p.id LIKE 'user:%';

-- name: select_run_people :many
-- People behind ?1 whose id, name or e-mail address is like ?2, with roles like ?3.
SELECT id FROM (
    SELECT p.id FROM groat_principal AS p WHERE p.id > ?1 AND p.id >= 'user:' AND p.id < 'user;'
      AND (?2 = '%' OR substr(p.id, 6) LIKE ?2 ESCAPE '\' OR p.name LIKE ?2 ESCAPE '\' OR p.email LIKE ?2 ESCAPE '\')
      AND (?3 = '' OR p.roles LIKE ?3)
    UNION
    SELECT s.name FROM groat_stream AS s WHERE s.name > ?1 AND s.name >= 'user:' AND s.name < 'user;'
      AND (?2 = '%' OR substr(s.name, 6) LIKE ?2 ESCAPE '\') AND ?3 = '')
ORDER BY id LIMIT ?4;
