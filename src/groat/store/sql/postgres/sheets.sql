-- Statements about the people in a file of people and amounts, for its preview.

-- name: users_by_emails :bulk
-- Principals of the given e-mail addresses (lower case).
SELECT p.email, p.id FROM groat_principal AS p WHERE p.email = ANY ($1::text[]);

-- name: balances_of :bulk
-- The balances of the given accounts, in all their assets.
SELECT a.path, a.asset, a.credits - a.debits FROM groat_account AS a WHERE a.path = ANY ($1::text[]);
