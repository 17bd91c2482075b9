-- Statements about the people in a file of people and amounts, for its preview.

-- name: users_by_emails :bulk
-- Principals of the given e-mail addresses (lower case).
SELECT json_group_array(json_array(p.email, p.id))
FROM json_each(?1) AS wanted JOIN groat_principal AS p ON p.email = wanted.value;

-- name: balances_of :bulk
-- The balances of the given accounts, in all their assets.
SELECT json_group_array(json_array(a.path, a.asset, a.credits - a.debits))
FROM json_each(?1) AS wanted JOIN groat_account AS a ON a.path = wanted.value;
