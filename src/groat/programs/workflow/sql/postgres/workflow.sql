-- Requests: what a batch locks and writes, and what people and staff read.

-- name: lock_requests :bulk
SELECT r.id, r.kind, r.owner, r.state, r.version, r.data, r.hold, r.amount, r.asset, r.needed, r.approvals, r.filed_by,
       r.filed_at, r.changed_at, r.decided_by, r.decided_at, r.reason, r.parent, r.due_at, r.waits::int, r.open::int,
       r.corrections
FROM groat_request AS r WHERE r.id = ANY ($1::text[]) ORDER BY r.id FOR UPDATE;

-- name: write_requests :rows
INSERT INTO groat_request (id, kind, owner, state, version, data, hold, amount, asset, needed, approvals, filed_by, filed_at,
                     changed_at, decided_by, decided_at, reason, parent, due_at, waits, open, corrections)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::text[]),
       unnest($5::text::integer[]), unnest($6::text::text[]), unnest($7::text::text[]), unnest($8::text::bigint[]),
       unnest($9::text::text[]), unnest($10::text::integer[]), unnest($11::text::text[]), unnest($12::text::text[]),
       unnest($13::text::bigint[]), unnest($14::text::bigint[]), unnest($15::text::text[]),
       unnest($16::text::bigint[]), unnest($17::text::text[]), unnest($18::text::text[]), unnest($19::text::bigint[]),
       unnest($20::text::smallint[]), unnest($21::text::smallint[]), unnest($22::text::text[])
ON CONFLICT (id) DO UPDATE
SET state = excluded.state, version = excluded.version, data = excluded.data, hold = excluded.hold,
    amount = excluded.amount, asset = excluded.asset, needed = excluded.needed, approvals = excluded.approvals,
    changed_at = excluded.changed_at, decided_by = excluded.decided_by, decided_at = excluded.decided_at, reason = excluded.reason,
    due_at = excluded.due_at, waits = excluded.waits, open = excluded.open, corrections = excluded.corrections;

-- name: find_request_causes :bulk
-- Of these transactions and holds those that a request made, and their causes. A hold's id is that of its transaction.
SELECT s.id, 'request:' || r.kind || ':' || r.id
FROM unnest($1::text[]) AS j (id) JOIN groat_request_step AS s ON s.id = j.id JOIN groat_request AS r ON r.id = s.request;

-- name: read_request_moves :bulk
-- The movements of these requests, as JSON: [source, destination, asset, amount, latest transaction, how]. It was a step, the capture of
-- the hold by a step, a correction, or a reversal by hand that older versions allowed. Whoever moves money of a request holds its row.
WITH step (request, id, transition) AS (
    -- The id of a step that a child made of its parent has more behind it; it made no transaction.
    SELECT x.request, CASE WHEN x.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN x.id::uuid END, x.transition
    FROM groat_request_step AS x WHERE x.request = ANY ($1::text[])),
moves (request, txn, source, destination, amount, how) AS (
    SELECT x.request, p.txn, p.source, p.destination, p.amount,
           CASE WHEN x.transition = 'correct' THEN 'correct' WHEN t.hold IS NOT NULL AND p.leg = 0 THEN 'capture' ELSE 'step' END
    FROM step AS x JOIN groat_txn AS t ON t.id = x.id JOIN groat_posting AS p ON p.txn = x.id
    UNION ALL
    SELECT x.request, p.txn, p.source, p.destination, p.amount,
           CASE WHEN x.transition = 'correct' THEN 'correct' WHEN t.hold IS NOT NULL AND p.leg = 0 THEN 'capture' ELSE 'step' END
    FROM step AS x JOIN groat_archived_txn AS t ON t.id = x.id JOIN groat_archived_posting AS p ON p.month = t.month AND p.txn = x.id
    UNION ALL
    SELECT x.request, p.txn, p.source, p.destination, p.amount, 'hand'
    FROM step AS x JOIN groat_txn AS t ON t.reverses = x.id AND t.kind = 'reverse' JOIN groat_posting AS p ON p.txn = t.id
    UNION ALL
    SELECT x.request, p.txn, p.source, p.destination, p.amount, 'hand'
    FROM step AS x JOIN groat_archived_txn AS t ON t.reverses = x.id AND t.kind = 'reverse'
    JOIN groat_archived_posting AS p ON p.month = t.month AND p.txn = t.id),
sums AS (
    SELECT m.request, s.path AS source, d.path AS destination, s.asset, sum(m.amount)::bigint AS amount,
           max(m.txn::text) AS latest, m.how
    FROM moves AS m JOIN groat_account AS s ON s.id = m.source JOIN groat_account AS d ON d.id = m.destination
    WHERE m.amount > 0 GROUP BY m.request, s.path, d.path, s.asset, m.how)
SELECT request, json_agg(json_build_array(source, destination, asset, amount, latest, how))::text FROM sums GROUP BY request;

-- name: count_open_requests :bulk
-- Count the open requests of each owner.
SELECT r.owner, count(*) FROM groat_request AS r WHERE r.owner = ANY ($1::text[]) AND r.open = 1 GROUP BY r.owner;

-- name: count_open_of_kinds :bulk
-- How many requests of these kinds are open, for kinds that have any.
SELECT r.kind, count(*) FROM groat_request AS r WHERE r.kind = ANY ($1::text[]) AND r.open = 1 GROUP BY r.kind ORDER BY r.kind;

-- name: insert_request_steps :rows
INSERT INTO groat_request_step (id, request, version, transition, source, target, actor, at, reason, input)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::integer[]), unnest($4::text::text[]),
       unnest($5::text::text[]), unnest($6::text::text[]), unnest($7::text::text[]), unnest($8::text::bigint[]),
       unnest($9::text::text[]), unnest($10::text::text[]);

-- name: find_requests :bulk
SELECT r.id, r.kind, r.owner, r.state, r.version, r.data, r.hold, r.amount, r.asset, r.needed, r.approvals, r.filed_by,
       r.filed_at, r.changed_at, r.decided_by, r.decided_at, r.reason, r.parent, r.due_at, r.waits::int, r.open::int,
       r.corrections
FROM groat_request AS r WHERE r.id = ANY ($1::text[]);

-- name: page_requests_of_newest :many
-- Ids of an owner's ($1) requests before $2, the newest first; of a kind ($3) and in a state ($4) where these are given.
SELECT id FROM groat_request
WHERE owner = $1 AND id < $2 AND ($3::text = '' OR kind = $3) AND ($4::text = '' OR state = $4)
ORDER BY id DESC LIMIT $5;

-- name: page_requests_of_oldest :many
-- Ids of an owner's ($1) requests behind $2, the oldest first; of a kind ($3) and in a state ($4) where these are given.
SELECT id FROM groat_request
WHERE owner = $1 AND id > $2 AND ($3::text = '' OR kind = $3) AND ($4::text = '' OR state = $4)
ORDER BY id LIMIT $5;

-- name: page_requests_newest :many
-- Ids of requests before $1, the newest first; of a kind ($2) and in a state ($3) where these are given.
SELECT id FROM groat_request
WHERE id < $1 AND ($2::text = '' OR kind = $2) AND ($3::text = '' OR state = $3)
ORDER BY id DESC LIMIT $4;

-- name: page_requests_oldest :many
-- Ids of requests behind $1, the oldest first; of a kind ($2) and in a state ($3) where these are given.
SELECT id FROM groat_request
WHERE id > $1 AND ($2::text = '' OR kind = $2) AND ($3::text = '' OR state = $3)
ORDER BY id LIMIT $4;

-- name: requests_in_state :many
-- Ids of a kind's ($1) requests in a state ($2) behind $3, the oldest first.
SELECT id FROM groat_request WHERE kind = $1 AND state = $2 AND id > $3 ORDER BY id LIMIT $4;

-- name: page_children_newest :many
-- Ids of the requests that belong to $1 before $2, the newest first; of a kind, in a state and of an owner where these are given.
SELECT id FROM groat_request
WHERE parent = $1 AND id < $2 AND ($3::text = '' OR kind = $3) AND ($4::text = '' OR state = $4)
  AND ($5::text = '' OR owner = $5)
ORDER BY id DESC LIMIT $6;

-- name: page_children_oldest :many
-- Ids of the requests that belong to $1 behind $2, the oldest first; of a kind, in a state and of an owner where these are given.
SELECT id FROM groat_request
WHERE parent = $1 AND id > $2 AND ($3::text = '' OR kind = $3) AND ($4::text = '' OR state = $4)
  AND ($5::text = '' OR owner = $5)
ORDER BY id LIMIT $6;

-- name: page_waiting_newest :many
SELECT id, amount FROM groat_request
WHERE waits = 1 AND id < $1::text AND $2::bigint IS NOT NULL AND ($3::text = '' OR kind = $3) AND ($4::text = '' OR state = $4)
  AND ($5::text = '' OR owner = $5)
ORDER BY id DESC LIMIT $6;

-- name: page_waiting_oldest :many
SELECT id, amount FROM groat_request
WHERE waits = 1 AND id > $1::text AND $2::bigint IS NOT NULL AND ($3::text = '' OR kind = $3) AND ($4::text = '' OR state = $4)
  AND ($5::text = '' OR owner = $5)
ORDER BY id LIMIT $6;

-- name: page_waiting_largest :many
-- By amount in smallest units; those about no money come last.
SELECT id, amount FROM groat_request
WHERE waits = 1 AND (coalesce(amount, 0), id) < ($2::bigint, $1::text) AND ($3::text = '' OR kind = $3)
  AND ($4::text = '' OR state = $4) AND ($5::text = '' OR owner = $5)
ORDER BY coalesce(amount, 0) DESC, id DESC LIMIT $6;

-- name: count_waiting :many
SELECT kind, count(*) FROM groat_request WHERE waits = 1 GROUP BY kind;

-- name: open_requests_of :many
-- The newest open requests of an owner, for the snapshot.
SELECT id FROM groat_request WHERE owner = $1 AND open = 1 ORDER BY id DESC LIMIT $2;

-- name: page_steps :many
-- The next $3 steps of a request below version $2, the newest first.
SELECT id, request, version, transition, source, target, actor, at, reason, input
FROM groat_request_step WHERE request = $1 AND version < $2::bigint ORDER BY version DESC LIMIT $3;

-- name: due_requests :bulk
-- Requests of these kinds whose time has come, behind ($2, $3), the longest due first, and for how long each is late.
SELECT r.id, r.kind, r.state, r.version, r.due_at, groat_now() - r.due_at
FROM groat_request AS r
WHERE r.due_at <= groat_now() AND (r.due_at, r.id) > ($2::bigint, $3::text) AND r.kind = ANY ($1::text[])
ORDER BY r.due_at, r.id LIMIT $4;

-- name: mark_present :exec
INSERT INTO groat_request_look (request, viewer, until) VALUES ($1, $2, groat_now() + $3::bigint)
ON CONFLICT (request, viewer) DO UPDATE SET until = excluded.until;

-- name: forget_presence :exec
DELETE FROM groat_request_look WHERE until < groat_now();

-- name: find_presence :many
SELECT request, viewer, until FROM groat_request_look WHERE until >= groat_now() ORDER BY request, viewer;

-- name: verify_requests :many long
-- Lists at most 100 contradictions: what, expected, found. A request has as many steps as its version says, without a gap, and
-- the state to which the last one led.
WITH made (request, steps, last) AS (SELECT request, count(*), max(version) FROM groat_request_step GROUP BY request)
SELECT r.id, 'v' || coalesce(m.steps, 0) || ' ' || coalesce(s.target, 'without a step'), 'v' || r.version || ' ' || r.state
FROM groat_request AS r LEFT JOIN made AS m ON m.request = r.id LEFT JOIN groat_request_step AS s ON s.request = r.id AND s.version = m.last
WHERE m.steps IS DISTINCT FROM r.version OR m.last IS DISTINCT FROM r.version OR s.target IS DISTINCT FROM r.state
UNION ALL
SELECT m.request, 'a request', 'none' FROM made AS m WHERE NOT EXISTS (SELECT 1 FROM groat_request AS r WHERE r.id = m.request)
LIMIT 100;

-- name: verify_request_holds :many long
-- Lists at most 100 contradictions. What a request holds was made by one of its steps, and is given back before it ends; a hold
-- that it names may have been resolved by hand since.
SELECT r.id, 'holds ' || s.id, 'holds ' || coalesce(r.hold, 'nothing')
FROM groat_hold AS h JOIN groat_request_step AS s ON s.id = h.id::text JOIN groat_request AS r ON r.id = s.request
WHERE h.status = 'open' AND r.hold IS DISTINCT FROM s.id
UNION ALL
SELECT r.id, CASE r.open WHEN 1 THEN 'a hold that one of its steps made' ELSE 'nothing, for it has ended' END, 'holds ' || r.hold
FROM groat_request AS r LEFT JOIN groat_request_step AS s ON s.id = r.hold AND s.request = r.id LEFT JOIN groat_hold AS h ON h.id::text = s.id
WHERE r.hold IS NOT NULL AND (h.id IS NULL OR r.open = 0)
LIMIT 100;

-- name: verify_request_page :many long
-- The next $2 requests behind id $1.
SELECT r.id, r.kind, r.owner, r.state, r.version, r.data, r.hold, r.amount, r.asset, r.needed, r.approvals, r.filed_by,
       r.filed_at, r.changed_at, r.decided_by, r.decided_at, r.reason, r.parent, r.due_at, r.waits::int, r.open::int,
       r.corrections
FROM groat_request AS r WHERE r.id > $1 ORDER BY r.id LIMIT $2;

-- name: verify_held :bulk long
-- The holds of these requests: what is left of each and what was captured, from where to where.
SELECT x.request, s.path, d.path, s.asset, h.captured,
       CASE h.status WHEN 'open' THEN h.amount - h.captured - h.released ELSE 0 END
FROM groat_request_step AS x JOIN groat_hold AS h ON h.id = CASE WHEN x.id ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN x.id::uuid END
JOIN groat_account AS s ON s.id = h.source JOIN groat_account AS d ON d.id = h.destination
WHERE x.request = ANY ($1::text[]);

-- name: verify_request_causes :many long
-- Lists at most 100 contradictions. Each step made a transaction; what has a request for its cause was made by a step of that request,
-- and of no other; what has none was stored before there were causes, or by a node of the version before. A request's hold never expires.
SELECT x.request, 'a transaction ' || x.id, 'none'
FROM groat_request_step AS x
WHERE length(x.id) = 36 AND NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id::text = x.id)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id::text = x.id)
UNION ALL
SELECT m.what || ' ' || m.id, coalesce('request:' || r.kind || ':' || r.id, 'no request'), m.cause
FROM (SELECT 'transaction' AS what, id::text, cause FROM groat_txn WHERE cause IS NOT NULL
      UNION ALL SELECT 'transaction', id::text, cause FROM groat_archived_txn WHERE cause IS NOT NULL
      UNION ALL SELECT 'hold', id::text, cause FROM groat_hold WHERE cause IS NOT NULL) AS m
LEFT JOIN groat_request_step AS x ON x.id = m.id LEFT JOIN groat_request AS r ON r.id = x.request
WHERE m.cause LIKE 'request:%' AND m.cause IS DISTINCT FROM 'request:' || r.kind || ':' || r.id
   OR m.cause NOT LIKE 'request:%' AND r.id IS NOT NULL
UNION ALL
SELECT 'hold ' || h.id::text, 'no expiry, for it is a request''s', 'expires at ' || h.expires_at
FROM groat_hold AS h LEFT JOIN groat_request_step AS x ON x.id = h.id::text
WHERE h.expires_at IS NOT NULL AND (h.cause LIKE 'request:%' OR x.id IS NOT NULL)
LIMIT 100;

-- name: find_work :many
-- The next $4 requests of a kind ($1) in a state ($2) behind $3 that nobody works on now, the oldest first.
SELECT r.id, r.version
FROM groat_request AS r LEFT JOIN groat_request_lease AS l ON l.request = r.id AND l.version = r.version
WHERE r.kind = $1 AND r.state = $2 AND r.id > $3 AND (l.request IS NULL OR l.until <= groat_now())
ORDER BY r.id LIMIT $4;

-- name: lease_requests :rows
-- Of two nodes that claim a version at the same time one succeeds.
INSERT INTO groat_request_lease AS l (request, version, claim, until, attempts)
SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::text[]), unnest($4::bigint[]), unnest($5::integer[])
ON CONFLICT (request) DO UPDATE
SET version = excluded.version, claim = excluded.claim, until = excluded.until,
    attempts = CASE WHEN l.version = excluded.version THEN l.attempts + 1 ELSE 1 END
WHERE l.version < excluded.version OR l.version = excluded.version AND l.until <= groat_now();

-- name: find_leases :many
SELECT request, attempts FROM groat_request_lease WHERE claim = $1;

-- name: end_leases :rows
DELETE FROM groat_request_lease AS l USING unnest($1::text[], $2::text[]) AS v (request, claim)
WHERE l.request = v.request AND l.claim = v.claim;

-- name: put_off_leases :rows
UPDATE groat_request_lease SET until = v.until
FROM unnest($1::text[], $2::text[], $3::bigint[]) AS v (request, claim, until)
WHERE groat_request_lease.request = v.request AND groat_request_lease.claim = v.claim;

-- name: prune_leases :many
-- At most $2 leases that ended before $1: of requests that have moved on, by nodes that died.
DELETE FROM groat_request_lease
WHERE request IN (SELECT request FROM groat_request_lease WHERE until < $1 LIMIT $2) RETURNING request;
