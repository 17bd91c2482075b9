-- The ledger's time: a sandbox set forward, and a clock that leapt.

-- name: read_time :one
-- Whether this is a sandbox, how far it was set forward, what is held back, the leap that is not confirmed and when it was found,
-- the number of changes, and the clock.
SELECT sandbox, ahead, held, leapt, leapt_at, turn, groat_clock() FROM groat_time WHERE id = 'time';

-- name: decide_sandbox :exec
-- Decide once whether this is a sandbox: if it is to be one ($1) and nothing was ever done here.
UPDATE groat_time
SET sandbox = $1::boolean AND NOT EXISTS (SELECT FROM groat_batch) AND NOT EXISTS (SELECT FROM groat_principal)
WHERE id = 'time' AND sandbox IS NULL;

-- name: lock_time :bulk
SELECT id, ahead, held, leapt, leapt_at, turn, sandbox FROM groat_time WHERE id = ANY ($1::text[]) FOR UPDATE;

-- name: write_time :rows
INSERT INTO groat_time (id, ahead, held, leapt, leapt_at, turn)
SELECT unnest($1::text::text[]), unnest($2::text::bigint[]), unnest($3::text::bigint[]), unnest($4::text::bigint[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[])
ON CONFLICT (id) DO UPDATE
SET ahead = excluded.ahead, held = excluded.held, leapt = excluded.leapt, leapt_at = excluded.leapt_at, turn = excluded.turn;

-- name: hold_time :one
-- Hold the time of the ledger back by $1 more since the clock leapt, found at $2; no row if the time changed since turn $3.
UPDATE groat_time SET held = held + $1::bigint, leapt = leapt + $1::bigint, leapt_at = $2::bigint, turn = turn + 1
WHERE id = 'time' AND turn = $3
RETURNING turn;

-- name: free_time :one
-- Hold the time back by $1 less since the clock fell back; no row if the time changed since turn $2.
UPDATE groat_time SET held = greatest(0, held - $1::bigint), turn = turn + 1 WHERE id = 'time' AND turn = $2 RETURNING turn;

-- name: read_leap :one
-- By how many seconds the clock leapt, 0 once that is confirmed.
SELECT leapt / 1000000::float8 FROM groat_time WHERE id = 'time';
