-- Grants as people and staff read them. The first columns are always those of `credits_find`.

-- name: credits_find :many
-- The grant ?1, and what was made of it for others and by reversals: its children.
SELECT g.id, a.path, a.asset, g.class, g.cause, g.note, g.amount, g.remaining, g.held, g.expired, g.voided,
       g.priority, g.expires_at, g.voided_at, g.parent, g.txn, o.path, g.version, g.created_at
FROM groat_grant AS g JOIN groat_account AS a ON a.id = g.account JOIN groat_account AS o ON o.id = g.origin
WHERE g.id = ?1 OR g.parent = ?1 ORDER BY g.id LIMIT ?2;

-- name: credits_page_live :many
-- The grants of account ?1 in asset ?2 ('' for all) that something is left of at ?3, in the order in which they are spent,
-- behind (?4, ?5, ?6, ?7); at most ?8.
SELECT g.id, a.path, a.asset, g.class, g.cause, g.note, g.amount, g.remaining, g.held, g.expired, g.voided,
       g.priority, g.expires_at, g.voided_at, g.parent, g.txn, o.path, g.version, g.created_at
FROM groat_account AS a JOIN groat_grant AS g ON g.account = a.id JOIN groat_account AS o ON o.id = g.origin
WHERE a.path = ?1 AND (?2 = '' OR a.asset = ?2)
  AND g.live AND g.voided_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ?3)
  AND (g.priority, coalesce(g.expires_at, 9223372036854775807), g.version, g.id)
      > (?4, ?5, ?6, ?7)
ORDER BY g.priority, coalesce(g.expires_at, 9223372036854775807), g.version, g.id LIMIT ?8;

-- name: credits_page_newest :many
-- The grants of account ?1 in asset ?2 ('' for all) below the id ?3, the newest first: all (?4 = 1), or those that nothing is left of at ?5.
SELECT g.id, a.path, a.asset, g.class, g.cause, g.note, g.amount, g.remaining, g.held, g.expired, g.voided,
       g.priority, g.expires_at, g.voided_at, g.parent, g.txn, o.path, g.version, g.created_at
FROM groat_account AS a JOIN groat_grant AS g ON g.account = a.id JOIN groat_account AS o ON o.id = g.origin
WHERE a.path = ?1 AND (?2 = '' OR a.asset = ?2) AND g.id < ?3
  AND (?4 = 1 OR NOT g.live OR g.voided_at IS NOT NULL OR g.expires_at <= ?5)
ORDER BY g.id DESC LIMIT ?6;

-- name: credits_page_moves :many
-- What happened to the grant ?1 below the transaction ?2, the newest first: by how much its remaining and held parts changed.
SELECT m.txn, m.leg, m.amount, m.held, t.kind, t.reason, t.actor, t.effective_at, t.hold, t.reverses, s.path, d.path
FROM (SELECT l.txn, l.leg, sum(l.amount) AS amount, sum(l.held) AS held
      FROM (SELECT txn, leg, amount, held FROM groat_allocation WHERE grant_id = ?1
            UNION ALL
            SELECT txn, leg, amount, held FROM groat_archived_allocation WHERE grant_id = ?1) AS l
      WHERE l.txn < ?2 GROUP BY l.txn, l.leg ORDER BY l.txn DESC, l.leg LIMIT ?3) AS m
JOIN (SELECT id, kind, reason, actor, effective_at, hold, reverses FROM groat_txn
      UNION ALL
      SELECT id, kind, reason, actor, effective_at, hold, reverses FROM groat_archived_txn) AS t ON t.id = m.txn
JOIN (SELECT txn, leg, source, destination FROM groat_posting
      UNION ALL
      SELECT txn, leg, source, destination FROM groat_archived_posting) AS p ON p.txn = m.txn AND p.leg = m.leg
JOIN groat_account AS s ON s.id = p.source
JOIN groat_account AS d ON d.id = p.destination
ORDER BY m.txn DESC, m.leg;

-- name: credits_open_parts :many
-- The parts of the grant ?1 that holds reserve.
SELECT h.id, p.amount - p.captured - p.released, h.expires_at, h.created_at, d.path
FROM groat_hold_part AS p JOIN groat_hold AS h ON h.id = p.hold JOIN groat_account AS d ON d.id = h.destination
WHERE p.grant_id = ?1 AND h.status = 'open' AND p.amount > p.captured + p.released
ORDER BY h.id LIMIT ?2;

-- name: credits_spendable :many
-- The grants of account ?1 in asset ?2 ('' for all) that pay at ?3, by asset.
SELECT a.asset, g.class, g.remaining - g.held, g.held, g.expires_at
FROM groat_account AS a JOIN groat_grant AS g ON g.account = a.id
WHERE a.path = ?1 AND (?2 = '' OR a.asset = ?2)
  AND g.live AND g.voided_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ?3)
ORDER BY a.asset, g.expires_at, g.id;

-- name: credits_account_assets :many
-- What is available at the account ?1, by asset.
SELECT a.asset, a.credits - a.debits - a.debits_pending FROM groat_account AS a WHERE a.path = ?1 ORDER BY a.asset;

-- name: credits_outstanding :many long
-- What people's grants of asset ?1 ('' for all) are worth at ?2, by class.
SELECT a.asset, g.class, count(*), count(DISTINCT g.account), sum(g.remaining), sum(g.held)
FROM groat_grant AS g JOIN groat_account AS a ON a.id = g.account
WHERE g.live AND (?1 = '' OR a.asset = ?1)
  AND (g.held > 0 OR g.voided_at IS NULL AND (g.expires_at IS NULL OR g.expires_at > ?2))
GROUP BY a.asset, g.class ORDER BY a.asset, g.class;

-- name: credits_people_hold :many long
-- What people have in asset ?1 ('' for all): how many accounts are above zero, and their sum.
SELECT a.asset, count(*), sum(a.credits - a.debits)
FROM groat_account AS a
WHERE a.path >= 'user:' AND a.path < 'user;' AND (?1 = '' OR a.asset = ?1) AND a.credits > a.debits
GROUP BY a.asset ORDER BY a.asset;

-- name: credits_expiring :many long
-- What expires of asset ?1 ('' for all) after ?2, by month (UTC) and class; the month '' is of what never does.
SELECT coalesce(strftime('%Y-%m', g.expires_at / 1000000, 'unixepoch'), ''), a.asset, g.class,
       count(*), count(DISTINCT g.account), sum(g.remaining)
FROM groat_grant AS g JOIN groat_account AS a ON a.id = g.account
WHERE g.live AND g.voided_at IS NULL AND (?1 = '' OR a.asset = ?1) AND (g.expires_at IS NULL OR g.expires_at > ?2)
GROUP BY 1, a.asset, g.class ORDER BY 1, a.asset, g.class;

-- name: credits_used :many long
-- By how much transactions effective from ?2 up to, not including, ?3 changed grants of asset ?1 ('' for all), by month (UTC),
-- asset, class and sort: 'expired' what was booked as breakage, 'spent' what left people for others, net of what came back.
SELECT strftime('%Y-%m', p.effective_at / 1000000, 'unixepoch'), a.asset, g.class,
       CASE WHEN d.path = 'house:breakage' OR s.path = 'house:breakage' THEN 'expired' ELSE 'spent' END,
       count(DISTINCT l.txn), (-sum(l.amount))
FROM (SELECT txn, leg, grant_id, account, amount FROM groat_allocation WHERE amount <> 0
      UNION ALL
      SELECT txn, leg, grant_id, account, amount FROM groat_archived_allocation WHERE amount <> 0) AS l
JOIN groat_grant AS g ON g.id = l.grant_id AND g.txn <> l.txn
JOIN groat_account AS a ON a.id = l.account
JOIN (SELECT id, kind FROM groat_txn UNION ALL SELECT id, kind FROM groat_archived_txn) AS t
    ON t.id = l.txn AND t.kind <> 'void_grant'
JOIN (SELECT txn, leg, source, destination, effective_at FROM groat_posting
      UNION ALL
      SELECT txn, leg, source, destination, effective_at FROM groat_archived_posting) AS p ON p.txn = l.txn AND p.leg = l.leg
JOIN groat_account AS s ON s.id = p.source
JOIN groat_account AS d ON d.id = p.destination
WHERE p.effective_at >= ?2 AND p.effective_at < ?3 AND (?1 = '' OR a.asset = ?1)
  AND NOT (s.path >= 'user:' AND s.path < 'user;' AND d.path >= 'user:' AND d.path < 'user;')
GROUP BY 1, a.asset, g.class, 4 ORDER BY 1, a.asset, g.class, 4;
