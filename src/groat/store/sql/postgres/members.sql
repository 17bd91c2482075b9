-- Members of shared accounts.

-- name: lock_members :bulk
-- Members by id, with all that the account has now. The lock of the path's row, which is taken before, guards them.
SELECT wanted.id, coalesce(m.rights, ''), coalesce(m.turn, 0),
       (SELECT coalesce(json_agg(json_build_array(o.member, o.rights)), '[]')::text FROM groat_member AS o
        WHERE o.account = split_part(wanted.id, ' ', 1) AND o.rights <> '')
FROM unnest($1::text[]) AS wanted (id) LEFT JOIN groat_member AS m ON m.id = wanted.id;

-- name: write_members :rows
INSERT INTO groat_member (id, account, member, rights, turn)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::text[]),
       unnest($5::text::bigint[])
ON CONFLICT (id) DO UPDATE SET rights = excluded.rights, turn = excluded.turn;

-- name: read_members :bulk
SELECT m.account, m.member FROM groat_member AS m WHERE m.account = ANY ($1::text[]) AND m.rights <> '';

-- name: list_members :many
SELECT member, rights FROM groat_member WHERE account = $1 AND rights <> '' ORDER BY member;

-- name: list_shares :many
SELECT account, rights FROM groat_member WHERE member = $1 AND rights <> '' ORDER BY account;

-- name: find_member :one
SELECT rights FROM groat_member WHERE id = $1;

-- name: read_shared_balances :many
SELECT a.id, a.path, a.asset, a.floor, a.ceiling, a.debits, a.credits, a.debits_pending, a.credits_pending, a.version,
       a.extras, a.as_of
FROM groat_member AS m JOIN groat_account AS a ON a.path = m.account
WHERE m.member = $1 AND m.rights <> '' ORDER BY a.path, a.asset;
