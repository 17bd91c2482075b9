-- Members of shared accounts.

-- name: lock_members :bulk
-- Members by id, with all that the account has now.
SELECT json_group_array(json_array(
           j.value, coalesce(m.rights, ''), coalesce(m.turn, 0),
           (SELECT json_group_array(json_array(o.member, o.rights)) FROM groat_member AS o
            WHERE o.account = substr(j.value, 1, instr(j.value, ' ') - 1) AND o.rights <> '')))
FROM json_each(?1) AS j LEFT JOIN groat_member AS m ON m.id = j.value;

-- name: write_members :rows
INSERT INTO groat_member (id, account, member, rights, turn) VALUES :rows
ON CONFLICT (id) DO UPDATE SET rights = excluded.rights, turn = excluded.turn;

-- name: read_members :bulk
SELECT json_group_array(json_array(m.account, m.member))
FROM json_each(?1) AS j JOIN groat_member AS m ON m.account = j.value AND m.rights <> '';

-- name: list_members :many
SELECT member, rights FROM groat_member WHERE account = ?1 AND rights <> '' ORDER BY member;

-- name: list_shares :many
SELECT account, rights FROM groat_member WHERE member = ?1 AND rights <> '' ORDER BY account;

-- name: find_member :one
SELECT rights FROM groat_member WHERE id = ?1;

-- name: read_shared_balances :many
SELECT a.id, a.path, a.asset, a.floor, a.ceiling, a.debits, a.credits, a.debits_pending, a.credits_pending, a.version,
       a.extras, a.as_of
FROM groat_member AS m JOIN groat_account AS a ON a.path = m.account
WHERE m.member = ?1 AND m.rights <> '' ORDER BY a.path, a.asset;
