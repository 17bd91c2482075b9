-- Statements for balances that an app has kept in a column of its own.

-- name: find_standings :bulk
-- The balance and version of the given accounts in the asset ?2.
SELECT json_group_array(json_array(a.path, a.credits - a.debits, a.version))
FROM json_each(?1) AS wanted JOIN groat_account AS a ON a.path = wanted.value AND a.asset = ?2;
