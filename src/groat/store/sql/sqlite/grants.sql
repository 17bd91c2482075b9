-- Grants: parts of balances that have terms.

-- name: find_grants :bulk
-- The account that a grant belongs to and the one that gave it; these never change.
SELECT json_group_array(json_array(g.id, a.path, o.path, a.asset))
FROM json_each(?1) AS j
JOIN groat_grant AS g ON g.id = j.value
JOIN groat_account AS a ON a.id = g.account
JOIN groat_account AS o ON o.id = g.origin;

-- name: read_fronts :bulk
-- The first ?2 of the grants of accounts of which something remains, in the order in which they are spent.
SELECT json_group_array(json_array(
           g.id, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent, g.txn, g.origin, g.version, g.created_at))
FROM json_each(?1) AS j
JOIN groat_grant AS g ON g.id IN (SELECT l.id FROM groat_grant AS l WHERE l.account = j.value AND l.live
                                  ORDER BY l.priority, l.expires_at IS NULL, l.expires_at, l.version, l.id LIMIT ?2);

-- name: read_sums :bulk
-- For accounts: how many grants there are of which something remains, what is free of them, and what of that ends next, and
-- when. Of an account that a version wrote which does not keep these sums, they are found anew.
SELECT json_group_array(json_array(s.id, s.live, s.free, s.next, s.next_at))
FROM (SELECT a.id, a.purse_live AS live, a.purse_free AS free, a.purse_next AS next, a.purse_next_at AS next_at
      FROM json_each(?1) AS j JOIN groat_account AS a ON a.id = j.value WHERE a.purse_version = a.version
      UNION ALL
      SELECT o.id, o.live, o.free,
             coalesce((SELECT sum(d.remaining - d.held) FROM groat_grant AS d WHERE d.account = o.id AND d.due_at = o.at), 0), o.at
      FROM (SELECT a.id, count(g.id) AS live, coalesce(sum(g.remaining - g.held), 0) AS free, min(g.due_at) AS at
            FROM json_each(?1) AS j
            JOIN groat_account AS a ON a.id = j.value
            LEFT JOIN groat_grant AS g ON g.account = a.id AND g.live
            WHERE a.purse_version IS NOT a.version
            GROUP BY a.id) AS o) AS s;

-- name: read_purses :bulk
-- The grants of accounts of which something remains. Asked when the accounts are locked.
SELECT json_group_array(json_array(
           g.id, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent, g.txn, g.origin, g.version, g.created_at))
FROM json_each(?1) AS j JOIN groat_grant AS g ON g.account = j.value AND g.live;

-- name: read_grants :bulk
SELECT json_group_array(json_array(
           g.id, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent, g.txn, g.origin, g.version, g.created_at))
FROM json_each(?1) AS j JOIN groat_grant AS g ON g.id = j.value;

-- name: read_hold_parts :bulk
-- What holds have taken from grants.
SELECT json_group_array(json_array(p.hold, p.place, p.grant_id, p.amount, p.captured, p.released))
FROM json_each(?1) AS j JOIN groat_hold_part AS p ON p.hold = j.value;

-- name: find_allocations :bulk
-- What transactions changed of grants, each with its grant.
SELECT json_group_array(json_array(
           p.txn, p.leg, p.place, p.amount, p.held,
           g.id, g.account, g.amount, g.remaining, g.held, g.expired, g.voided, g.expires_at, g.voided_at, g.due_at,
           g.priority, g.class, g.cause, g.note, g.parent, g.txn, g.origin, g.version, g.created_at))
FROM (SELECT p.txn, p.leg, p.place, p.grant_id, p.amount, p.held
      FROM json_each(?1) AS j JOIN groat_allocation AS p ON p.txn = j.value
      UNION ALL
      SELECT p.txn, p.leg, p.place, p.grant_id, p.amount, p.held
      FROM json_each(?1) AS j JOIN groat_archived_allocation AS p ON p.txn = j.value) AS p
JOIN groat_grant AS g ON g.id = p.grant_id;

-- name: due_grants_on :bulk
-- The grants that are due on accounts that are to give (the third is 0) by ?2, at most ?3 on each, the longest due first.
SELECT json_group_array(json_array(g.id, a.path, a.asset, j.value ->> 2, g.due_at))
FROM json_each(?1) AS j
JOIN groat_account AS a ON a.path = j.value ->> 0 AND a.asset = j.value ->> 1 AND a.extras <> 0
JOIN groat_grant AS g ON g.id IN (
    SELECT d.id FROM groat_grant AS d
    WHERE j.value ->> 2 = 0 AND d.account = a.id AND d.due_at <= ?2
    ORDER BY d.due_at, d.id LIMIT ?3);

-- name: due_grants :many
-- The next ?4 grants that are due by ?1 behind the place (?2, ?3), the longest due first.
SELECT id, due_at FROM groat_grant
WHERE due_at <= ?1 AND (due_at, id) > (?2, ?3)
ORDER BY due_at, id LIMIT ?4;

-- name: insert_grants :add
INSERT INTO groat_grant (id, account, amount, remaining, held, expired, voided, expires_at, voided_at, due_at, priority, class,
                   cause, note, parent, txn, origin, version, created_at, live)
VALUES :rows;

-- name: update_grants :add
WITH v (id, amount, remaining, held, expired, voided, voided_at, due_at, live) AS (VALUES :rows)
UPDATE groat_grant
SET amount = v.amount, remaining = v.remaining, held = v.held, expired = v.expired, voided = v.voided,
    voided_at = v.voided_at, due_at = v.due_at, live = v.live
FROM v WHERE groat_grant.id = v.id;

-- name: insert_allocations :add
INSERT INTO groat_allocation (txn, leg, place, grant_id, account, amount, held) VALUES :rows;

-- name: write_hold_parts :add
INSERT INTO groat_hold_part (hold, place, grant_id, amount, captured, released) VALUES :rows
ON CONFLICT (hold, place) DO UPDATE SET captured = excluded.captured, released = excluded.released;

-- name: update_accounts_with_extras :add
-- As update_accounts, for accounts with extras: what is written of them gets a later `as_of` each time.
WITH v (id, debits, credits, debits_pending, credits_pending, version, floor, ceiling, extras, as_of, purse_version,
        purse_live, purse_free, purse_next, purse_next_at) AS (VALUES :rows)
UPDATE groat_account
SET debits = v.debits, credits = v.credits, debits_pending = v.debits_pending, credits_pending = v.credits_pending,
    version = v.version, floor = v.floor, ceiling = v.ceiling, extras = v.extras, as_of = v.as_of,
    purse_version = v.purse_version, purse_live = v.purse_live, purse_free = v.purse_free, purse_next = v.purse_next,
    purse_next_at = v.purse_next_at
FROM v WHERE groat_account.id = v.id;

-- name: read_expiring :bulk
-- For accounts: what has ended and is not booked yet, that of holds that are over included, and what ends next, when.
SELECT json_group_array(json_array(
           a.id,
           coalesce((SELECT sum(g.remaining - g.held) FROM groat_grant AS g
                     WHERE g.account = a.id AND g.due_at <= groat_now()), 0)
           + coalesce((SELECT sum(p.amount - p.captured - p.released)
                       FROM groat_hold AS h
                       JOIN groat_hold_part AS p ON p.hold = h.id
                       JOIN groat_grant AS g ON g.id = p.grant_id
                       WHERE h.source = a.id AND h.status = 'open' AND h.expires_at <= groat_now() AND h.cause IS NULL
                         AND (g.voided_at IS NOT NULL OR g.expires_at <= groat_now())), 0),
           (SELECT sum(g.remaining - g.held) FROM groat_grant AS g WHERE g.account = a.id AND g.due_at = a.next), a.next))
FROM (SELECT j.value AS id, (SELECT min(g.due_at) FROM groat_grant AS g
                             WHERE g.account = j.value AND g.due_at > groat_now()) AS next
      FROM json_each(?1) AS j) AS a;
