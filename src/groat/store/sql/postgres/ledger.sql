-- The statements of a batch, in the order in which `commit_batch` runs them.

-- name: begin_batch :one
-- The clock and how the batch's moment follows from it, the epoch, the end of this worker's hash chain, whether anything is due,
-- the extras that all servers know which are alive (each version knows those of the one before), and whether there are
-- budgets across accounts.
SELECT groat_clock(), t.ahead, t.held, t.leapt, t.leapt_at, t.turn,
       (SELECT value FROM groat_meta WHERE name = 'epoch'),
       coalesce((SELECT at FROM groat_batch ORDER BY id DESC LIMIT 1), 0),
       coalesce((SELECT hash FROM groat_batch WHERE worker = $1 ORDER BY id DESC LIMIT 1), ''),
       EXISTS (SELECT FROM groat_hold
               WHERE status = 'open' AND cause IS NULL
                 AND expires_at <= (SELECT greatest(groat_now(), (SELECT at FROM groat_batch ORDER BY id DESC LIMIT 1))))
       OR EXISTS (SELECT FROM groat_grant
                  WHERE due_at <= (SELECT greatest(groat_now(), (SELECT at FROM groat_batch ORDER BY id DESC LIMIT 1)))),
       coalesce((SELECT min(extras) FROM groat_node WHERE seen_at > (SELECT groat_clock()) - 90000000), -1),
       EXISTS (SELECT FROM groat_budget WHERE account IS NULL AND removed_at IS NULL)
FROM groat_time AS t WHERE t.id = 'time';

-- name: find_keys :bulk
-- The verdicts under the keys that were used before.
SELECT encode(uuid_send(k.digest), 'hex'), k.form::int, encode(uuid_send(k.body), 'hex'), k.txn::text, k.outcome
FROM groat_key AS k WHERE k.digest = ANY ($1::text::uuid[]);

-- name: due_holds_on :bulk
-- The holds that are due on accounts by $4, at most $5 on each, the longest due first: those that an account with a floor
-- or budgets gives (`side` 0), those that one with a ceiling is to receive (1). What has a cause ends through it alone.
SELECT h.id::text, j.path, j.asset, j.side, h.expires_at
FROM unnest($1::text[], $2::text[], $3::integer[]) AS j (path, asset, side)
JOIN groat_account AS a ON a.path = j.path AND a.asset = j.asset
CROSS JOIN LATERAL (
    (SELECT g.id, g.expires_at FROM groat_hold AS g
     WHERE j.side = 0 AND (a.floor IS NOT NULL OR a.extras & 16 <> 0)
       AND g.source = a.id AND g.status = 'open' AND g.expires_at <= $4 AND g.cause IS NULL
     ORDER BY g.expires_at, g.id LIMIT $5)
    UNION ALL
    (SELECT t.id, t.expires_at FROM groat_hold AS t
     WHERE j.side = 1 AND a.ceiling IS NOT NULL
       AND t.destination = a.id AND t.status = 'open' AND t.expires_at <= $4 AND t.cause IS NULL
     ORDER BY t.expires_at, t.id LIMIT $5)) AS h;

-- name: find_holds :bulk
-- Between which accounts a hold is; that never changes, so it is read before anything is locked.
SELECT h.id::text, s.path, d.path, s.asset
FROM groat_hold AS h
JOIN groat_account AS s ON s.id = h.source
JOIN groat_account AS d ON d.id = h.destination
WHERE h.id = ANY ($1::uuid[]);

-- name: find_accounts :bulk
-- Ids of the (path, asset) pairs that are open, with the pair's place in the list.
SELECT (j.place - 1)::bigint, a.id
FROM unnest($1::text::text[], $2::text::text[]) WITH ORDINALITY AS j (path, asset, place)
JOIN groat_account AS a ON a.path = j.path AND a.asset = j.asset;

-- name: open_accounts :rows
-- Open accounts; another batch may have been first.
INSERT INTO groat_account (path, asset, floor, ceiling, debits, credits, debits_pending, credits_pending, version, opened_at)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::bigint[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[]), unnest($7::text::bigint[]), unnest($8::text::bigint[]),
       unnest($9::text::bigint[]), unnest($10::text::bigint[])
ON CONFLICT DO NOTHING;

-- name: drop_account :exec
-- Take back an account that this batch opened for a command it then refused.
DELETE FROM groat_account WHERE id = $1 AND version = 0;

-- name: lock_holds :bulk
SELECT h.id::text, h.source, h.destination, h.amount, h.captured, h.released, h.expires_at, h.status, h.created_at, h.cause, h.first_expires_at
FROM groat_hold AS h WHERE h.id = ANY ($1::uuid[]) ORDER BY h.id FOR UPDATE;

-- name: lock_accounts :bulk
SELECT a.id, a.path, a.asset, a.floor, a.ceiling, a.debits, a.credits, a.debits_pending, a.credits_pending, a.version,
       a.extras, a.as_of
FROM groat_account AS a WHERE a.id = ANY ($1::text::bigint[]) ORDER BY a.id FOR UPDATE;

-- name: lock_streams :bulk
-- People's streams before those of roles, which more batches need and which are so held for a shorter time.
SELECT s.name, s.id, s.generation, s.head
FROM groat_stream AS s WHERE s.name = ANY ($1::text::text[]) ORDER BY s.name DESC FOR UPDATE;

-- name: lock_free_holds :bulk
SELECT h.id::text, h.source, h.destination, h.amount, h.captured, h.released, h.expires_at, h.status, h.created_at, h.cause, h.first_expires_at
FROM groat_hold AS h WHERE h.id = ANY ($1::uuid[]) ORDER BY h.id FOR UPDATE SKIP LOCKED;

-- name: lock_free_accounts :bulk
SELECT a.id, a.path, a.asset, a.floor, a.ceiling, a.debits, a.credits, a.debits_pending, a.credits_pending, a.version,
       a.extras, a.as_of
FROM groat_account AS a WHERE a.id = ANY ($1::bigint[]) ORDER BY a.id FOR UPDATE SKIP LOCKED;

-- name: lock_free_streams :bulk
-- With a null id for a stream whose row another transaction holds. Only what is read by the lock itself is as it is now.
SELECT s.name, f.id, coalesce(f.generation, 0), coalesce(f.head, 0)
FROM groat_stream AS s
LEFT JOIN (SELECT id, generation, head FROM groat_stream
           WHERE name = ANY ($1::text[]) ORDER BY name DESC FOR UPDATE SKIP LOCKED) AS f
       ON f.id = s.id
WHERE s.name = ANY ($1::text[]);

-- name: number_batch :one
-- Asked when the accounts are locked: the number that the batch will have, for batches on an account are numbered in their
-- order; and whether anything is due at this moment, for nobody can add more to these accounts.
SELECT nextval(pg_get_serial_sequence('groat_batch', 'id')),
       EXISTS (SELECT FROM groat_hold WHERE status = 'open' AND expires_at <= $1 AND cause IS NULL)
       OR EXISTS (SELECT FROM groat_grant WHERE due_at <= $1);

-- name: find_reversed :bulk
-- The amount of each posting of these transactions that was reversed before. One statement, so that no reversal is missed that
-- is being archived. It is archived after what it reverses: where all of that is here, so are the reversals.
SELECT t.reverses::text, p.leg, p.amount
FROM groat_txn AS t JOIN groat_posting AS p ON p.txn = t.id WHERE t.reverses = ANY ($1::uuid[])
UNION ALL
SELECT t.reverses::text, p.leg, p.amount
FROM groat_archived_txn AS t JOIN groat_archived_posting AS p ON p.month = t.month AND p.txn = t.id
WHERE t.reverses = ANY ($1::uuid[])
  AND (SELECT count(*) FROM groat_txn AS o WHERE o.id = ANY ($1::uuid[])) < cardinality($1::uuid[]);

-- name: changes_since :bulk
-- By how much the available amount of accounts ($1) changed at each moment after another one ($2), at most $3 moments of each,
-- by effective dates.
SELECT account, at, delta::bigint
FROM (SELECT account, at, sum(delta) AS delta, row_number() OVER (PARTITION BY account ORDER BY at DESC) AS place
      FROM (SELECT p.source AS account, p.effective_at AS at, -p.amount - p.pending AS delta
            FROM unnest($1::bigint[], $2::bigint[]) AS j (id, since)
            JOIN groat_posting AS p ON p.source = j.id AND p.effective_at > j.since
            UNION ALL
            SELECT p.destination, p.effective_at, p.amount
            FROM unnest($1::bigint[], $2::bigint[]) AS j (id, since)
            JOIN groat_posting AS p ON p.destination = j.id AND p.effective_at > j.since
            UNION ALL
            SELECT p.source, p.effective_at, -p.amount - p.pending
            FROM unnest($1::bigint[], $2::bigint[]) AS j (id, since)
            JOIN groat_archived_posting AS p ON p.source = j.id AND p.effective_at > j.since
            UNION ALL
            SELECT p.destination, p.effective_at, p.amount
            FROM unnest($1::bigint[], $2::bigint[]) AS j (id, since)
            JOIN groat_archived_posting AS p ON p.destination = j.id AND p.effective_at > j.since) AS change
      GROUP BY account, at) AS moment
WHERE place <= $3;

-- name: insert_postings :add
INSERT INTO groat_posting (txn, leg, source, destination, amount, pending,
                     source_balance, source_held, source_version,
                     destination_balance, destination_held, destination_version, effective_at)
SELECT unnest($1::text::uuid[]), unnest($2::text::integer[]), unnest($3::text::bigint[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[]), unnest($7::text::bigint[]), unnest($8::text::bigint[]),
       unnest($9::text::bigint[]), unnest($10::text::bigint[]), unnest($11::text::bigint[]),
       unnest($12::text::bigint[]), unnest($13::text::bigint[]);

-- name: open_streams :rows
INSERT INTO groat_stream (name, generation, head)
SELECT unnest($1::text::text[]), unnest($2::text::integer[]), unnest($3::text::bigint[]) ON CONFLICT DO NOTHING;

-- name: insert_events :add
INSERT INTO groat_event (stream, "offset", at, data)
SELECT unnest($1::text::bigint[]), unnest($2::text::bigint[]), unnest($3::text::bigint[]), unnest($4::text[]);

-- name: insert_batch :add
INSERT INTO groat_batch (id, at, worker, commands, streams, previous, hash, knows) OVERRIDING SYSTEM VALUE
SELECT unnest($1::text::bigint[]), unnest($2::text::bigint[]), unnest($3::text[]), unnest($4::text::integer[]),
       unnest($5::text[]), unnest($6::text[]), unnest($7::text[]), unnest($8::text::integer[]);

-- name: insert_transactions :add
INSERT INTO groat_txn (id, kind, principal, key, actor, reason, metadata, effective_at, recorded_at,
                 reverses, hold, hold_after, positions, cause, batch)
SELECT unnest($1::text::uuid[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::text[]),
       unnest($5::text::text[]), unnest($6::text::text[]), unnest($7::text::text[]), unnest($8::text::bigint[]),
       unnest($9::text::bigint[]), unnest($10::text::uuid[]), unnest($11::text::uuid[]), unnest($12::text::text[]),
       unnest($13::text::text[]), unnest($14::text::text[]), unnest($15::text::bigint[]);

-- name: insert_holds :add
INSERT INTO groat_hold (id, source, destination, amount, captured, released, expires_at, status, created_at, cause,
                  first_expires_at)
SELECT unnest($1::text::uuid[]), unnest($2::text::bigint[]), unnest($3::text::bigint[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[]), unnest($7::text::bigint[]), unnest($8::text::text[]),
       unnest($9::text::bigint[]), unnest($10::text::text[]), unnest($11::text::bigint[]);

-- name: update_holds :add
UPDATE groat_hold
SET captured = v.captured, released = v.released, expires_at = v.expires_at, status = v.status,
    cause = coalesce(groat_hold.cause, v.cause), first_expires_at = v.first_expires_at
FROM (SELECT unnest($1::text::uuid[]) AS id, unnest($2::text::bigint[]) AS captured,
             unnest($3::text::bigint[]) AS released, unnest($4::text::bigint[]) AS expires_at,
             unnest($5::text::text[]) AS status, unnest($6::text::text[]) AS cause,
             unnest($7::text::bigint[]) AS first_expires_at) AS v
WHERE groat_hold.id = v.id;

-- name: update_accounts :add
UPDATE groat_account
SET debits = v.debits, credits = v.credits, debits_pending = v.debits_pending, credits_pending = v.credits_pending,
    version = v.version, floor = v.floor, ceiling = v.ceiling
FROM (SELECT unnest($1::text::bigint[]) AS id, unnest($2::text::bigint[]) AS debits,
             unnest($3::text::bigint[]) AS credits, unnest($4::text::bigint[]) AS debits_pending,
             unnest($5::text::bigint[]) AS credits_pending, unnest($6::text::bigint[]) AS version,
             unnest($7::text::bigint[]) AS floor, unnest($8::text::bigint[]) AS ceiling) AS v
WHERE groat_account.id = v.id;

-- name: update_streams :add
UPDATE groat_stream SET head = v.head
FROM (SELECT unnest($1::text::bigint[]) AS id, unnest($2::text::bigint[]) AS head) AS v WHERE groat_stream.id = v.id;

-- name: insert_acts :add
INSERT INTO groat_act (id, at, kind, principal, actor, target, reason, key, before, after, batch)
SELECT unnest($1::text::uuid[]), unnest($2::text::bigint[]), unnest($3::text::text[]), unnest($4::text::text[]),
       unnest($5::text::text[]), unnest($6::text::text[]), unnest($7::text::text[]), unnest($8::text::text[]),
       unnest($9::text::text[]), unnest($10::text::text[]), unnest($11::text::bigint[]);

-- name: drop_older_keys :add
-- Make room for keys whose texts stand there only as the earlier forms of others, for older nodes (form 3).
DELETE FROM groat_key WHERE digest = ANY ($1::text::uuid[]) AND form = 3;

-- name: insert_keys :add
-- The keys come last; on a conflict another batch was first, and this one runs again.
INSERT INTO groat_key (digest, form, body, txn, outcome)
SELECT unnest($1::text::uuid[]), unnest($2::text::smallint[]), unnest($3::text::uuid[]), unnest($4::text::uuid[]),
       unnest($5::text[]);

-- name: confirm :one
-- A committed row may not have reached the synchronous standby: the wait of its COMMIT was cancelled, or the server began
-- again meanwhile. A record of our own in the log makes this COMMIT wait for all before it.
SELECT CASE WHEN current_setting('synchronous_standby_names') <> ''
            THEN pg_logical_emit_message(true, 'groat', '')::text END;

-- name: find_transactions :bulk
SELECT t.id::text, t.kind, t.principal, t.key, t.actor, t.reason, t.metadata, t.effective_at, t.recorded_at,
       t.reverses::text, t.hold::text, t.hold_after, t.positions, t.cause
FROM groat_txn AS t WHERE t.id = ANY ($1::uuid[]);

-- name: find_legs :bulk
-- The postings of these transactions, each account with its limits as they are now.
SELECT p.txn::text, p.leg, p.amount, p.pending,
       p.source_balance, p.source_held, p.source_version,
       p.destination_balance, p.destination_held, p.destination_version,
       s.id, s.path, s.asset, s.floor, s.ceiling, s.extras, d.id, d.path, d.asset, d.floor, d.ceiling, d.extras
FROM groat_posting AS p JOIN groat_account AS s ON s.id = p.source JOIN groat_account AS d ON d.id = p.destination
WHERE p.txn = ANY ($1::uuid[]);

-- name: list_assets :many
SELECT code, scale FROM groat_asset ORDER BY code;

-- name: insert_asset :exec
INSERT INTO groat_asset (code, scale, created_at)
VALUES ($1, $2, groat_now()) ON CONFLICT DO NOTHING;

-- name: take_lease :one
-- Take a lease, or keep it, for $3 microseconds; no row while another holder has it. One that ends later than any lease can
-- is from before the clock was set back.
INSERT INTO groat_lease AS l (name, holder, until)
SELECT $1, $2, (SELECT groat_clock()) + $3::bigint
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
WHERE l.holder = excluded.holder OR l.until <= excluded.until - $3 OR l.until > excluded.until
RETURNING 1;

-- name: due_holds :many
-- The next $4 holds that are due by $1 behind the place ($2, $3), the longest due first.
SELECT id::text, expires_at FROM groat_hold
WHERE status = 'open' AND expires_at <= $1 AND cause IS NULL AND (expires_at, id) > ($2::bigint, $3::text::uuid)
ORDER BY expires_at, id LIMIT $4;
