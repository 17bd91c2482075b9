-- Requests: what a batch locks and writes, and what people and staff read.

-- name: lock_requests :bulk
SELECT json_group_array(json_array(
           r.id, r.kind, r.owner, r.state, r.version, r.data, r.hold, r.amount, r.asset, r.needed, r.approvals, r.filed_by,
           r.filed_at, r.changed_at, r.decided_by, r.decided_at, r.reason, r.parent, r.due_at, r.waits, r.open,
           r.corrections))
FROM json_each(?1) AS j JOIN groat_request AS r ON r.id = j.value;

-- name: write_requests :rows
INSERT INTO groat_request (id, kind, owner, state, version, data, hold, amount, asset, needed, approvals, filed_by, filed_at,
                     changed_at, decided_by, decided_at, reason, parent, due_at, waits, open, corrections)
VALUES :rows
ON CONFLICT (id) DO UPDATE
SET state = excluded.state, version = excluded.version, data = excluded.data, hold = excluded.hold,
    amount = excluded.amount, asset = excluded.asset, needed = excluded.needed, approvals = excluded.approvals,
    changed_at = excluded.changed_at, decided_by = excluded.decided_by, decided_at = excluded.decided_at, reason = excluded.reason,
    due_at = excluded.due_at, waits = excluded.waits, open = excluded.open, corrections = excluded.corrections;

-- name: find_request_causes :bulk
-- Of these transactions and holds those that a request made, and their causes. A hold's id is that of its transaction.
SELECT json_group_array(json_array(s.id, 'request:' || r.kind || ':' || r.id))
FROM json_each(?1) AS j JOIN groat_request_step AS s ON s.id = j.value JOIN groat_request AS r ON r.id = s.request;

-- name: read_request_moves :bulk
-- The movements of these requests, as JSON: [source, destination, asset, amount, latest transaction, how]. It was a step, the capture of
-- the hold by a step, a correction, or a reversal by hand that older versions allowed. Whoever moves money of a request holds its row.
WITH moves (request, txn, source, destination, amount, how) AS (
    SELECT x.request, p.txn, p.source, p.destination, p.amount,
           CASE WHEN x.transition = 'correct' THEN 'correct' WHEN t.hold IS NOT NULL AND p.leg = 0 THEN 'capture' ELSE 'step' END
    FROM json_each(?1) AS j JOIN groat_request_step AS x ON x.request = j.value
    JOIN groat_txn AS t ON t.id = x.id JOIN groat_posting AS p ON p.txn = x.id
    UNION ALL
    SELECT x.request, p.txn, p.source, p.destination, p.amount,
           CASE WHEN x.transition = 'correct' THEN 'correct' WHEN t.hold IS NOT NULL AND p.leg = 0 THEN 'capture' ELSE 'step' END
    FROM json_each(?1) AS j JOIN groat_request_step AS x ON x.request = j.value
    JOIN groat_archived_txn AS t ON t.id = x.id JOIN groat_archived_posting AS p ON p.txn = x.id
    UNION ALL
    SELECT x.request, p.txn, p.source, p.destination, p.amount, 'hand'
    FROM json_each(?1) AS j JOIN groat_request_step AS x ON x.request = j.value
    JOIN groat_txn AS t ON t.reverses = x.id AND t.kind = 'reverse' JOIN groat_posting AS p ON p.txn = t.id
    UNION ALL
    SELECT x.request, p.txn, p.source, p.destination, p.amount, 'hand'
    FROM json_each(?1) AS j JOIN groat_request_step AS x ON x.request = j.value
    JOIN groat_archived_txn AS t ON t.reverses = x.id AND t.kind = 'reverse' JOIN groat_archived_posting AS p ON p.txn = t.id),
sums AS (
    SELECT m.request, s.path AS source, d.path AS destination, s.asset, sum(m.amount) AS amount, max(m.txn) AS latest, m.how
    FROM moves AS m JOIN groat_account AS s ON s.id = m.source JOIN groat_account AS d ON d.id = m.destination
    WHERE m.amount > 0 GROUP BY m.request, m.source, m.destination, m.how)
SELECT json_group_array(json_array(request, moves))
FROM (SELECT request, json_group_array(json_array(source, destination, asset, amount, latest, how)) AS moves
      FROM sums GROUP BY request);

-- name: count_open_requests :bulk
-- Count the open requests of each owner.
SELECT json_group_array(json_array(j.value, (SELECT count(*) FROM groat_request AS r WHERE r.owner = j.value AND r.open = 1)))
FROM json_each(?1) AS j;

-- name: count_open_of_kinds :bulk
-- How many requests of these kinds are open, for kinds that have any.
SELECT json_group_array(json_array(kind, many))
FROM (SELECT kind, count(*) AS many FROM groat_request
      WHERE kind IN (SELECT value FROM json_each(?1)) AND open = 1 GROUP BY kind ORDER BY kind);

-- name: insert_request_steps :rows
INSERT INTO groat_request_step (id, request, version, transition, source, target, actor, at, reason, input) VALUES :rows;

-- name: find_requests :bulk
SELECT json_group_array(json_array(
           r.id, r.kind, r.owner, r.state, r.version, r.data, r.hold, r.amount, r.asset, r.needed, r.approvals, r.filed_by,
           r.filed_at, r.changed_at, r.decided_by, r.decided_at, r.reason, r.parent, r.due_at, r.waits, r.open,
           r.corrections))
FROM json_each(?1) AS j JOIN groat_request AS r ON r.id = j.value;

-- name: page_requests_of_newest :many
-- Ids of an owner's (?1) requests before ?2, the newest first; of a kind (?3) and in a state (?4) where these are given.
SELECT id FROM groat_request
WHERE owner = ?1 AND id < ?2 AND (?3 = '' OR kind = ?3) AND (?4 = '' OR state = ?4)
ORDER BY id DESC LIMIT ?5;

-- name: page_requests_of_oldest :many
-- Ids of an owner's (?1) requests behind ?2, the oldest first; of a kind (?3) and in a state (?4) where these are given.
SELECT id FROM groat_request
WHERE owner = ?1 AND id > ?2 AND (?3 = '' OR kind = ?3) AND (?4 = '' OR state = ?4)
ORDER BY id LIMIT ?5;

-- name: page_requests_newest :many
-- Ids of requests before ?1, the newest first; of a kind (?2) and in a state (?3) where these are given.
SELECT id FROM groat_request
WHERE id < ?1 AND (?2 = '' OR kind = ?2) AND (?3 = '' OR state = ?3)
ORDER BY id DESC LIMIT ?4;

-- name: page_requests_oldest :many
-- Ids of requests behind ?1, the oldest first; of a kind (?2) and in a state (?3) where these are given.
SELECT id FROM groat_request
WHERE id > ?1 AND (?2 = '' OR kind = ?2) AND (?3 = '' OR state = ?3)
ORDER BY id LIMIT ?4;

-- name: requests_in_state :many
-- Ids of a kind's (?1) requests in a state (?2) behind ?3, the oldest first.
SELECT id FROM groat_request WHERE kind = ?1 AND state = ?2 AND id > ?3 ORDER BY id LIMIT ?4;

-- name: page_children_newest :many
-- Ids of the requests that belong to ?1 before ?2, the newest first; of a kind, in a state and of an owner where these are given.
SELECT id FROM groat_request
WHERE parent = ?1 AND id < ?2 AND (?3 = '' OR kind = ?3) AND (?4 = '' OR state = ?4) AND (?5 = '' OR owner = ?5)
ORDER BY id DESC LIMIT ?6;

-- name: page_children_oldest :many
-- Ids of the requests that belong to ?1 behind ?2, the oldest first; of a kind, in a state and of an owner where these are given.
SELECT id FROM groat_request
WHERE parent = ?1 AND id > ?2 AND (?3 = '' OR kind = ?3) AND (?4 = '' OR state = ?4) AND (?5 = '' OR owner = ?5)
ORDER BY id LIMIT ?6;

-- name: page_waiting_newest :many
SELECT id, amount FROM groat_request
WHERE waits = 1 AND id < ?1 AND (?3 = '' OR kind = ?3) AND (?4 = '' OR state = ?4) AND (?5 = '' OR owner = ?5)
ORDER BY id DESC LIMIT ?6;

-- name: page_waiting_oldest :many
SELECT id, amount FROM groat_request
WHERE waits = 1 AND id > ?1 AND (?3 = '' OR kind = ?3) AND (?4 = '' OR state = ?4) AND (?5 = '' OR owner = ?5)
ORDER BY id LIMIT ?6;

-- name: page_waiting_largest :many
-- By amount in smallest units; those about no money come last.
SELECT id, amount FROM groat_request
WHERE waits = 1 AND (coalesce(amount, 0), id) < (?2, ?1) AND (?3 = '' OR kind = ?3) AND (?4 = '' OR state = ?4)
  AND (?5 = '' OR owner = ?5)
ORDER BY coalesce(amount, 0) DESC, id DESC LIMIT ?6;

-- name: count_waiting :many
SELECT kind, count(*) FROM groat_request WHERE waits = 1 GROUP BY kind;

-- name: open_requests_of :many
-- The newest open requests of an owner, for the snapshot.
SELECT id FROM groat_request WHERE owner = ?1 AND open = 1 ORDER BY id DESC LIMIT ?2;

-- name: page_steps :many
-- The next ?3 steps of a request below version ?2, the newest first.
SELECT id, request, version, transition, source, target, actor, at, reason, input
FROM groat_request_step WHERE request = ?1 AND version < ?2 ORDER BY version DESC LIMIT ?3;

-- name: due_requests :bulk
-- Requests of these kinds whose time has come, behind (?2, ?3), the longest due first, and for how long each is late.
SELECT json_group_array(json_array(id, kind, state, version, due_at, late))
FROM (SELECT id, kind, state, version, due_at, groat_now() - due_at AS late FROM groat_request
      WHERE due_at <= groat_now() AND (due_at, id) > (?2, ?3) AND kind IN (SELECT value FROM json_each(?1))
      ORDER BY due_at, id LIMIT ?4);

-- name: mark_present :exec
INSERT INTO groat_request_look (request, viewer, until) VALUES (?1, ?2, groat_now() + ?3)
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
WHERE m.steps IS NOT r.version OR m.last IS NOT r.version OR s.target IS NOT r.state
UNION ALL
SELECT m.request, 'a request', 'none' FROM made AS m WHERE NOT EXISTS (SELECT 1 FROM groat_request AS r WHERE r.id = m.request)
LIMIT 100;

-- name: verify_request_holds :many long
-- Lists at most 100 contradictions. What a request holds was made by one of its steps, and is given back before it ends; a hold
-- that it names may have been resolved by hand since.
SELECT r.id, 'holds ' || s.id, 'holds ' || coalesce(r.hold, 'nothing')
FROM groat_hold AS h JOIN groat_request_step AS s ON s.id = h.id JOIN groat_request AS r ON r.id = s.request
WHERE h.status = 'open' AND r.hold IS NOT s.id
UNION ALL
SELECT r.id, CASE r.open WHEN 1 THEN 'a hold that one of its steps made' ELSE 'nothing, for it has ended' END, 'holds ' || r.hold
FROM groat_request AS r LEFT JOIN groat_request_step AS s ON s.id = r.hold AND s.request = r.id LEFT JOIN groat_hold AS h ON h.id = s.id
WHERE r.hold IS NOT NULL AND (h.id IS NULL OR r.open = 0)
LIMIT 100;

-- name: verify_request_page :many long
-- The next ?2 requests behind id ?1.
SELECT r.id, r.kind, r.owner, r.state, r.version, r.data, r.hold, r.amount, r.asset, r.needed, r.approvals, r.filed_by,
       r.filed_at, r.changed_at, r.decided_by, r.decided_at, r.reason, r.parent, r.due_at, r.waits, r.open, r.corrections
FROM groat_request AS r WHERE r.id > ?1 ORDER BY r.id LIMIT ?2;

-- name: verify_held :bulk long
-- The holds of these requests: what is left of each and what was captured, from where to where.
SELECT json_group_array(json_array(x.request, s.path, d.path, s.asset, h.captured,
                                   CASE h.status WHEN 'open' THEN h.amount - h.captured - h.released ELSE 0 END))
FROM json_each(?1) AS j JOIN groat_request_step AS x ON x.request = j.value JOIN groat_hold AS h ON h.id = x.id
JOIN groat_account AS s ON s.id = h.source JOIN groat_account AS d ON d.id = h.destination;

-- name: verify_request_causes :many long
-- Lists at most 100 contradictions. Each step made a transaction; what has a request for its cause was made by a step of that request,
-- and of no other; what has none was stored before there were causes, or by a node of the version before. A request's hold never expires.
SELECT x.request, 'a transaction ' || x.id, 'none'
FROM groat_request_step AS x
WHERE length(x.id) = 36 AND NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id = x.id)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id = x.id)
UNION ALL
SELECT m.what || ' ' || m.id, coalesce('request:' || r.kind || ':' || r.id, 'no request'), m.cause
FROM (SELECT 'transaction' AS what, id, cause FROM groat_txn WHERE cause IS NOT NULL
      UNION ALL SELECT 'transaction', id, cause FROM groat_archived_txn WHERE cause IS NOT NULL
      UNION ALL SELECT 'hold', id, cause FROM groat_hold WHERE cause IS NOT NULL) AS m
LEFT JOIN groat_request_step AS x ON x.id = m.id LEFT JOIN groat_request AS r ON r.id = x.request
WHERE m.cause LIKE 'request:%' AND m.cause IS NOT 'request:' || r.kind || ':' || r.id
   OR m.cause NOT LIKE 'request:%' AND r.id IS NOT NULL
UNION ALL
SELECT 'hold ' || h.id, 'no expiry, for it is a request''s', 'expires at ' || h.expires_at
FROM groat_hold AS h LEFT JOIN groat_request_step AS x ON x.id = h.id
WHERE h.expires_at IS NOT NULL AND (h.cause LIKE 'request:%' OR x.id IS NOT NULL)
LIMIT 100;

-- name: find_work :many
-- The next ?4 requests of a kind (?1) in a state (?2) behind ?3 that nobody works on now, the oldest first.
SELECT r.id, r.version
FROM groat_request AS r LEFT JOIN groat_request_lease AS l ON l.request = r.id AND l.version = r.version
WHERE r.kind = ?1 AND r.state = ?2 AND r.id > ?3 AND (l.request IS NULL OR l.until <= groat_now())
ORDER BY r.id LIMIT ?4;

-- name: lease_requests :rows
-- Of two nodes that claim a version at the same time one succeeds.
INSERT INTO groat_request_lease AS l (request, version, claim, until, attempts) VALUES :rows
ON CONFLICT (request) DO UPDATE
SET version = excluded.version, claim = excluded.claim, until = excluded.until,
    attempts = CASE WHEN l.version = excluded.version THEN l.attempts + 1 ELSE 1 END
WHERE l.version < excluded.version OR l.version = excluded.version AND l.until <= groat_now();

-- name: find_leases :many
SELECT request, attempts FROM groat_request_lease WHERE claim = ?1;

-- name: end_leases :rows
WITH v (request, claim) AS (VALUES :rows)
DELETE FROM groat_request_lease WHERE (request, claim) IN (SELECT v.request, v.claim FROM v);

-- name: put_off_leases :rows
WITH v (request, claim, until) AS (VALUES :rows)
UPDATE groat_request_lease SET until = v.until
FROM v WHERE groat_request_lease.request = v.request AND groat_request_lease.claim = v.claim;

-- name: prune_leases :many
-- At most ?2 leases that ended before ?1: of requests that have moved on, by nodes that died.
DELETE FROM groat_request_lease
WHERE request IN (SELECT request FROM groat_request_lease WHERE until < ?1 LIMIT ?2) RETURNING request;
