-- Grants: parts of balances that have terms.

-- name: find_grants :bulk
-- The account that a grant belongs to and the one that gave it; these never change.
SELECT g.id::text, a.path, o.path, a.asset
FROM groat_grant AS g
JOIN groat_account AS a ON a.id = g.account
JOIN groat_account AS o ON o.id = g.origin
WHERE g.id = ANY ($1::uuid[]);

-- name: read_fronts :bulk
-- The first $2 of the grants of accounts of which something remains, in the order in which they are spent.
SELECT g.id::text, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent::text, g.txn::text, g.origin, g.version, g.created_at
FROM unnest($1::text::bigint[]) AS a (id)
CROSS JOIN LATERAL (SELECT * FROM groat_grant AS l WHERE l.account = a.id AND l.live
                    ORDER BY l.priority, l.expires_at, l.version, l.id LIMIT $2) AS g;

-- name: read_sums :bulk
-- For accounts: how many grants there are of which something remains, what is free of them, and what of that ends next, and
-- when. Of an account that a version wrote which does not keep these sums, they are found anew.
SELECT a.id, a.purse_live, a.purse_free, a.purse_next, a.purse_next_at
FROM groat_account AS a WHERE a.id = ANY ($1::text::bigint[]) AND a.purse_version = a.version
UNION ALL
SELECT a.id, s.live, s.free,
       coalesce((SELECT sum(d.remaining - d.held) FROM groat_grant AS d WHERE d.account = a.id AND d.due_at = s.at), 0)::bigint,
       s.at
FROM groat_account AS a
CROSS JOIN LATERAL (
    SELECT count(*) AS live, coalesce(sum(g.remaining - g.held), 0)::bigint AS free, min(g.due_at) AS at
    FROM groat_grant AS g WHERE g.account = a.id AND g.live) AS s
WHERE a.id = ANY ($1::text::bigint[]) AND a.purse_version IS DISTINCT FROM a.version;

-- name: read_purses :bulk
-- The grants of accounts of which something remains. Asked when the accounts are locked.
SELECT g.id::text, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent::text, g.txn::text, g.origin, g.version, g.created_at
FROM groat_grant AS g WHERE g.account = ANY ($1::text::bigint[]) AND g.live;

-- name: read_grants :bulk
SELECT g.id::text, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent::text, g.txn::text, g.origin, g.version, g.created_at
FROM groat_grant AS g WHERE g.id = ANY ($1::uuid[]);

-- name: read_hold_parts :bulk
-- What holds have taken from grants.
SELECT p.hold::text, p.place, p.grant_id::text, p.amount, p.captured, p.released
FROM groat_hold_part AS p WHERE p.hold = ANY ($1::uuid[]);

-- name: find_allocations :bulk
-- What transactions changed of grants, each with its grant. One statement, so that none is missed that is being archived.
SELECT p.txn::text, p.leg, p.place, p.amount, p.held,
       g.id::text, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent::text, g.txn::text, g.origin, g.version, g.created_at
FROM (SELECT txn, leg, place, grant_id, amount, held FROM groat_allocation WHERE txn = ANY ($1::uuid[])
      UNION ALL
      SELECT txn, leg, place, grant_id, amount, held FROM groat_archived_allocation WHERE txn = ANY ($1::uuid[])) AS p
JOIN groat_grant AS g ON g.id = p.grant_id;

-- name: due_grants_on :bulk
-- The grants that are due on accounts that are to give ($3 is 0) by $4, at most $5 on each, the longest due first.
SELECT g.id::text, j.path, j.asset, j.side, g.due_at
FROM unnest($1::text[], $2::text[], $3::integer[]) AS j (path, asset, side)
JOIN groat_account AS a ON a.path = j.path AND a.asset = j.asset AND a.extras <> 0
CROSS JOIN LATERAL (
    SELECT d.id, d.due_at FROM groat_grant AS d
    WHERE j.side = 0 AND d.account = a.id AND d.due_at <= $4
    ORDER BY d.due_at, d.id LIMIT $5) AS g;

-- name: due_grants :many
-- The next $4 grants that are due by $1 behind the place ($2, $3), the longest due first.
SELECT id::text, due_at FROM groat_grant
WHERE due_at <= $1 AND (due_at, id) > ($2::bigint, $3::text::uuid)
ORDER BY due_at, id LIMIT $4;

-- name: insert_grants :add
INSERT INTO groat_grant (id, account, amount, remaining, held, expired, voided, expires_at, voided_at, due_at, priority, class,
                   cause, note, parent, txn, origin, version, created_at, live)
SELECT unnest($1::text::uuid[]), unnest($2::text::bigint[]), unnest($3::text::bigint[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[]), unnest($7::text::bigint[]), unnest($8::text::bigint[]),
       unnest($9::text::bigint[]), unnest($10::text::bigint[]), unnest($11::text::integer[]), unnest($12::text::text[]),
       unnest($13::text::text[]), unnest($14::text::text[]), unnest($15::text::uuid[]), unnest($16::text::uuid[]),
       unnest($17::text::bigint[]), unnest($18::text::bigint[]), unnest($19::text::bigint[]), unnest($20::text::boolean[]);

-- name: update_grants :add
UPDATE groat_grant
SET amount = v.amount, remaining = v.remaining, held = v.held, expired = v.expired, voided = v.voided,
    voided_at = v.voided_at, due_at = v.due_at, live = v.live
FROM (SELECT unnest($1::text::uuid[]) AS id, unnest($2::text::bigint[]) AS amount, unnest($3::text::bigint[]) AS remaining,
             unnest($4::text::bigint[]) AS held, unnest($5::text::bigint[]) AS expired, unnest($6::text::bigint[]) AS voided,
             unnest($7::text::bigint[]) AS voided_at, unnest($8::text::bigint[]) AS due_at,
             unnest($9::text::boolean[]) AS live) AS v
WHERE groat_grant.id = v.id;

-- name: insert_allocations :add
INSERT INTO groat_allocation (txn, leg, place, grant_id, account, amount, held)
SELECT unnest($1::text::uuid[]), unnest($2::text::integer[]), unnest($3::text::integer[]), unnest($4::text::uuid[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[]), unnest($7::text::bigint[]);

-- name: write_hold_parts :add
INSERT INTO groat_hold_part (hold, place, grant_id, amount, captured, released)
SELECT unnest($1::text::uuid[]), unnest($2::text::integer[]), unnest($3::text::uuid[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[])
ON CONFLICT (hold, place) DO UPDATE SET captured = excluded.captured, released = excluded.released;

-- name: update_accounts_with_extras :add
-- As update_accounts, for accounts with extras: what is written of them gets a later `as_of` each time.
UPDATE groat_account
SET debits = v.debits, credits = v.credits, debits_pending = v.debits_pending, credits_pending = v.credits_pending,
    version = v.version, floor = v.floor, ceiling = v.ceiling, extras = v.extras, as_of = v.as_of,
    purse_version = v.purse_version, purse_live = v.purse_live, purse_free = v.purse_free, purse_next = v.purse_next,
    purse_next_at = v.purse_next_at
FROM (SELECT unnest($1::text::bigint[]) AS id, unnest($2::text::bigint[]) AS debits,
             unnest($3::text::bigint[]) AS credits, unnest($4::text::bigint[]) AS debits_pending,
             unnest($5::text::bigint[]) AS credits_pending, unnest($6::text::bigint[]) AS version,
             unnest($7::text::bigint[]) AS floor, unnest($8::text::bigint[]) AS ceiling,
             unnest($9::text::integer[]) AS extras, unnest($10::text::bigint[]) AS as_of,
             unnest($11::text::bigint[]) AS purse_version, unnest($12::text::bigint[]) AS purse_live,
             unnest($13::text::bigint[]) AS purse_free, unnest($14::text::bigint[]) AS purse_next,
             unnest($15::text::bigint[]) AS purse_next_at) AS v
WHERE groat_account.id = v.id;

-- name: read_expiring :bulk
-- For accounts: what has ended and is not booked yet, that of holds that are over included, and what ends next, when.
SELECT a.id,
       (coalesce((SELECT sum(g.remaining - g.held) FROM groat_grant AS g
                  WHERE g.account = a.id AND g.due_at <= (SELECT groat_now())), 0)
        + coalesce((SELECT sum(p.amount - p.captured - p.released)
                    FROM groat_hold AS h
                    JOIN groat_hold_part AS p ON p.hold = h.id
                    JOIN groat_grant AS g ON g.id = p.grant_id
                    WHERE h.source = a.id AND h.status = 'open' AND h.expires_at <= (SELECT groat_now()) AND h.cause IS NULL
                      AND (g.voided_at IS NOT NULL OR g.expires_at <= (SELECT groat_now()))), 0))::bigint,
       (SELECT sum(g.remaining - g.held) FROM groat_grant AS g WHERE g.account = a.id AND g.due_at = n.at)::bigint, n.at
FROM unnest($1::text::bigint[]) AS a (id)
CROSS JOIN LATERAL (SELECT min(g.due_at) AS at FROM groat_grant AS g
                    WHERE g.account = a.id AND g.due_at > (SELECT groat_now())) AS n;
