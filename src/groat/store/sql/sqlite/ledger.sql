-- The statements of a batch, in the order in which `commit_batch` runs them.

-- name: begin_batch :one
-- The clock and how the batch's moment follows from it, the epoch, the end of the hash chain (SQLite has one writer at a time,
-- hence one chain whichever worker, ?1, writes), whether anything is due, the extras that all servers know which are
-- alive (each version knows those of the one before), and whether there are budgets across accounts.
SELECT groat_clock(), t.ahead, t.held, t.leapt, t.leapt_at, t.turn,
       (SELECT value FROM groat_meta WHERE name = 'epoch'),
       coalesce((SELECT at FROM groat_batch ORDER BY id DESC LIMIT 1), 0),
       coalesce((SELECT hash FROM groat_batch ORDER BY id DESC LIMIT 1), ''),
       EXISTS (SELECT 1 FROM groat_hold
               WHERE status = 'open' AND cause IS NULL
                 AND expires_at <= (SELECT max(groat_now(),
                                               coalesce((SELECT at FROM groat_batch ORDER BY id DESC LIMIT 1), 0))))
       OR EXISTS (SELECT 1 FROM groat_grant
                  WHERE due_at <= (SELECT max(groat_now(),
                                              coalesce((SELECT at FROM groat_batch ORDER BY id DESC LIMIT 1), 0)))),
       coalesce((SELECT min(extras) FROM groat_node WHERE seen_at > groat_clock() - 90000000), -1),
       EXISTS (SELECT 1 FROM groat_budget WHERE account IS NULL AND removed_at IS NULL)
FROM groat_time AS t WHERE t.id = 'time' AND ?1 <> '';

-- name: find_keys :bulk
-- The verdicts under the keys that were used before.
SELECT json_group_array(json_array(k.digest, k.form, k.body, k.txn, k.outcome))
FROM json_each(?1) AS j JOIN groat_key AS k ON k.digest = j.value;

-- name: due_holds_on :bulk
-- The holds that are due on accounts by ?2, at most ?3 on each, the longest due first: those that an account with a floor
-- or budgets gives (`side` 0), those that one with a ceiling is to receive (1). What has a cause ends through it alone.
SELECT json_group_array(json_array(h.id, a.path, a.asset, j.value ->> 2, h.expires_at))
FROM json_each(?1) AS j
JOIN groat_account AS a ON a.path = j.value ->> 0 AND a.asset = j.value ->> 1
JOIN groat_hold AS h ON h.id IN (
    SELECT id FROM (
        SELECT g.id FROM groat_hold AS g
        WHERE j.value ->> 2 = 0 AND (a.floor IS NOT NULL OR a.extras & 16 <> 0)
          AND g.source = a.id AND g.status = 'open' AND g.expires_at <= ?2 AND g.cause IS NULL
        ORDER BY g.expires_at, g.id LIMIT ?3)
    UNION ALL
    SELECT id FROM (
        SELECT t.id FROM groat_hold AS t
        WHERE j.value ->> 2 = 1 AND a.ceiling IS NOT NULL
          AND t.destination = a.id AND t.status = 'open' AND t.expires_at <= ?2 AND t.cause IS NULL
        ORDER BY t.expires_at, t.id LIMIT ?3));

-- name: find_holds :bulk
-- Between which accounts a hold is; that never changes, so it is read before anything is locked.
SELECT json_group_array(json_array(h.id, s.path, d.path, s.asset))
FROM json_each(?1) AS j
JOIN groat_hold AS h ON h.id = j.value
JOIN groat_account AS s ON s.id = h.source
JOIN groat_account AS d ON d.id = h.destination;

-- name: find_accounts :bulk
-- Ids of the (path, asset) pairs that are open; `key` is the pair's place in the list.
SELECT json_group_array(json_array(j.key, a.id))
FROM json_each(?1) AS j
JOIN groat_account AS a ON a.path = j.value ->> 0 AND a.asset = j.value ->> 1;

-- name: open_accounts :rows
-- Open accounts; another process may have been first.
INSERT INTO groat_account (path, asset, floor, ceiling, debits, credits, debits_pending, credits_pending, version, opened_at)
VALUES :rows
ON CONFLICT DO NOTHING;

-- name: drop_account :exec
-- Take back an account that this batch opened for a command it then refused.
DELETE FROM groat_account WHERE id = ?1 AND version = 0;

-- name: lock_holds :bulk
SELECT json_group_array(json_array(
           h.id, h.source, h.destination, h.amount, h.captured, h.released, h.expires_at, h.status, h.created_at, h.cause, h.first_expires_at))
FROM json_each(?1) AS j JOIN groat_hold AS h ON h.id = j.value;

-- name: lock_accounts :bulk
SELECT json_group_array(json_array(
           a.id, a.path, a.asset, a.floor, a.ceiling,
           a.debits, a.credits, a.debits_pending, a.credits_pending, a.version, a.extras, a.as_of))
FROM json_each(?1) AS j JOIN groat_account AS a ON a.id = j.value;

-- name: lock_streams :bulk
SELECT json_group_array(json_array(s.name, s.id, s.generation, s.head))
FROM json_each(?1) AS j JOIN groat_stream AS s ON s.name = j.value;

-- name: number_batch :one
-- Asked when the accounts are locked: the number that the batch will have, and whether anything is due at this moment, for
-- nobody can add more to these accounts.
SELECT coalesce((SELECT max(id) FROM groat_batch), 0) + 1,
       EXISTS (SELECT 1 FROM groat_hold WHERE status = 'open' AND expires_at <= ?1 AND cause IS NULL)
       OR EXISTS (SELECT 1 FROM groat_grant WHERE due_at <= ?1);

-- name: find_reversed :bulk
-- The amount of each posting of these transactions that was reversed before.
SELECT json_group_array(json_array(id, leg, amount))
FROM (SELECT t.reverses AS id, p.leg, p.amount
      FROM json_each(?1) AS j JOIN groat_txn AS t ON t.reverses = j.value JOIN groat_posting AS p ON p.txn = t.id
      UNION ALL
      SELECT t.reverses, p.leg, p.amount
      FROM json_each(?1) AS j
      JOIN groat_archived_txn AS t ON t.reverses = j.value
      JOIN groat_archived_posting AS p ON p.txn = t.id);

-- name: changes_since :bulk
-- By how much the available amount of accounts changed at each moment after another one, at most ?2 moments of each:
-- [account, moment] pairs, by effective dates.
SELECT json_group_array(json_array(account, at, delta))
FROM (SELECT account, at, sum(delta) AS delta, row_number() OVER (PARTITION BY account ORDER BY at DESC) AS place
      FROM (SELECT p.source AS account, p.effective_at AS at, -p.amount - p.pending AS delta
            FROM json_each(?1) AS j JOIN groat_posting AS p ON p.source = j.value ->> 0 AND p.effective_at > j.value ->> 1
            UNION ALL
            SELECT p.destination, p.effective_at, p.amount
            FROM json_each(?1) AS j JOIN groat_posting AS p ON p.destination = j.value ->> 0 AND p.effective_at > j.value ->> 1
            UNION ALL
            SELECT p.source, p.effective_at, -p.amount - p.pending
            FROM json_each(?1) AS j
            JOIN groat_archived_posting AS p ON p.source = j.value ->> 0 AND p.effective_at > j.value ->> 1
            UNION ALL
            SELECT p.destination, p.effective_at, p.amount
            FROM json_each(?1) AS j
            JOIN groat_archived_posting AS p ON p.destination = j.value ->> 0 AND p.effective_at > j.value ->> 1)
      GROUP BY account, at)
WHERE place <= ?2;

-- name: insert_postings :add
INSERT INTO groat_posting (txn, leg, source, destination, amount, pending,
                     source_balance, source_held, source_version,
                     destination_balance, destination_held, destination_version, effective_at)
VALUES :rows;

-- name: open_streams :rows
INSERT INTO groat_stream (name, generation, head) VALUES :rows ON CONFLICT DO NOTHING;

-- name: insert_events :add
INSERT INTO groat_event (stream, offset, at, data) VALUES :rows;

-- name: insert_batch :add
INSERT INTO groat_batch (id, at, worker, commands, streams, previous, hash, knows) VALUES :rows;

-- name: insert_transactions :add
INSERT INTO groat_txn (id, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
                 reverses, hold, hold_after, positions, cause, batch)
VALUES :rows;

-- name: insert_holds :add
INSERT INTO groat_hold (id, source, destination, amount, captured, released, expires_at, status, created_at, cause,
                  first_expires_at)
VALUES :rows;

-- name: update_holds :add
WITH v (id, captured, released, expires_at, status, cause, first_expires_at) AS (VALUES :rows)
UPDATE groat_hold
SET captured = v.captured, released = v.released, expires_at = v.expires_at, status = v.status,
    cause = coalesce(groat_hold.cause, v.cause), first_expires_at = v.first_expires_at
FROM v WHERE groat_hold.id = v.id;

-- name: update_accounts :add
WITH v (id, debits, credits, debits_pending, credits_pending, version, floor, ceiling) AS (VALUES :rows)
UPDATE groat_account
SET debits = v.debits, credits = v.credits, debits_pending = v.debits_pending, credits_pending = v.credits_pending,
    version = v.version, floor = v.floor, ceiling = v.ceiling
FROM v WHERE groat_account.id = v.id;

-- name: update_streams :add
WITH v (id, head) AS (VALUES :rows)
UPDATE groat_stream SET head = v.head FROM v WHERE groat_stream.id = v.id;

-- name: insert_acts :add
INSERT INTO groat_act (id, at, kind, principal, actor, target, reason, key, before, after, batch) VALUES :rows;

-- name: drop_older_keys :add
-- Make room for keys whose texts stand there only as the earlier forms of others, for older nodes (form 3).
DELETE FROM groat_key WHERE digest IN (VALUES :rows) AND form = 3;

-- name: insert_keys :add
-- The keys come last; a conflict means that another batch was first, and then this one is run again.
INSERT INTO groat_key (digest, form, body, txn, outcome) VALUES :rows;

-- name: confirm :one
-- A committed row is as durable as it will ever be.
SELECT 1;

-- name: find_transactions :bulk
SELECT json_group_array(json_array(
           t.id, t.kind, t.principal, t.key, t.actor, t.reason, t.metadata, t.effective_at, t.recorded_at,
           t.reverses, t.hold, t.hold_after, t.positions, t.cause))
FROM json_each(?1) AS j JOIN groat_txn AS t ON t.id = j.value;

-- name: find_legs :bulk
-- The postings of these transactions in order, each account with its limits as they are now.
SELECT json_group_array(json_array(
           p.txn, p.leg, p.amount, p.pending,
           p.source_balance, p.source_held, p.source_version,
           p.destination_balance, p.destination_held, p.destination_version,
           s.id, s.path, s.asset, s.floor, s.ceiling, s.extras, d.id, d.path, d.asset, d.floor, d.ceiling, d.extras))
FROM json_each(?1) AS j
JOIN groat_posting AS p ON p.txn = j.value
JOIN groat_account AS s ON s.id = p.source
JOIN groat_account AS d ON d.id = p.destination;

-- name: list_assets :many
SELECT code, scale FROM groat_asset ORDER BY code;

-- name: insert_asset :exec
INSERT INTO groat_asset (code, scale, created_at) VALUES (?1, ?2, groat_now()) ON CONFLICT DO NOTHING;

-- name: take_lease :one
-- Take a lease, or keep it, for ?3 microseconds; no row while another holder has it. One that ends later than any lease can
-- is from before the clock was set back.
INSERT INTO groat_lease (name, holder, until) VALUES (?1, ?2, groat_clock() + ?3)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE groat_lease.holder = excluded.holder OR groat_lease.until <= excluded.until - ?3 OR groat_lease.until > excluded.until
RETURNING 1;

-- name: due_holds :many
-- The next ?4 holds that are due by ?1 behind the place (?2, ?3), the longest due first.
SELECT id, expires_at FROM groat_hold
WHERE status = 'open' AND expires_at <= ?1 AND cause IS NULL AND (expires_at, id) > (?2, ?3)
ORDER BY expires_at, id LIMIT ?4;
