-- Statements for balances that an app has kept in a column of its own.

-- name: find_standings :bulk
-- The balance and version of the given accounts in the asset $2.
SELECT a.path, a.credits - a.debits, a.version
FROM groat_account AS a WHERE a.path = ANY ($1::text[]) AND a.asset = $2;
