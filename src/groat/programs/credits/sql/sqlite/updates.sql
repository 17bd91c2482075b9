-- Updates of people's credits, for staff: who changed what, and why.

-- name: credits_page_updates :many long
-- The next ?7 transactions before id ?1 that changed a balance of somebody (?2 is 'user'): by the actor ?3 ('' for all), committed from ?4 up
-- to, not including, ?5, with ?6 in their reason ('' for all).
SELECT id FROM (
    SELECT t.id FROM groat_txn AS t
    WHERE t.id < ?1 AND (?3 = '' OR t.actor = ?3)
      AND t.recorded_at >= ?4 AND t.recorded_at < ?5 AND (?6 = '' OR instr(lower(t.reason), lower(?6)) > 0)
      AND EXISTS (SELECT 1 FROM groat_posting AS p JOIN groat_account AS a ON a.id IN (p.source, p.destination)
                  WHERE p.txn = t.id AND p.amount > 0 AND a.path >= ?2 || ':' AND a.path < ?2 || ';')
    ORDER BY t.id DESC LIMIT ?7) AS present
UNION ALL
SELECT id FROM (
    SELECT t.id FROM groat_archived_txn AS t
    WHERE t.id < ?1 AND (?3 = '' OR t.actor = ?3)
      AND t.recorded_at >= ?4 AND t.recorded_at < ?5 AND (?6 = '' OR instr(lower(t.reason), lower(?6)) > 0)
      AND EXISTS (SELECT 1 FROM groat_archived_posting AS p JOIN groat_account AS a ON a.id IN (p.source, p.destination)
                  WHERE p.txn = t.id AND p.amount > 0 AND a.path >= ?2 || ':' AND a.path < ?2 || ';')
    ORDER BY t.id DESC LIMIT ?7) AS archived
ORDER BY id DESC LIMIT ?7;

-- name: credits_page_updates_of :many long
-- The same of the person ?2.
SELECT id FROM (
    SELECT t.id FROM groat_txn AS t
    WHERE t.id IN (SELECT p.txn FROM groat_account AS a JOIN groat_posting AS p ON p.source = a.id
                   WHERE (a.path = ?2 OR (a.path >= ?2 || ':' AND a.path < ?2 || ';')) AND p.amount > 0
                   UNION ALL
                   SELECT p.txn FROM groat_account AS a JOIN groat_posting AS p ON p.destination = a.id
                   WHERE (a.path = ?2 OR (a.path >= ?2 || ':' AND a.path < ?2 || ';')) AND p.amount > 0)
      AND t.id < ?1 AND (?3 = '' OR t.actor = ?3)
      AND t.recorded_at >= ?4 AND t.recorded_at < ?5 AND (?6 = '' OR instr(lower(t.reason), lower(?6)) > 0)
    ORDER BY t.id DESC LIMIT ?7) AS present
UNION ALL
SELECT id FROM (
    SELECT t.id FROM groat_archived_txn AS t
    WHERE t.id IN (SELECT p.txn FROM groat_account AS a JOIN groat_archived_posting AS p ON p.source = a.id
                   WHERE (a.path = ?2 OR (a.path >= ?2 || ':' AND a.path < ?2 || ';')) AND p.amount > 0
                   UNION ALL
                   SELECT p.txn FROM groat_account AS a JOIN groat_archived_posting AS p ON p.destination = a.id
                   WHERE (a.path = ?2 OR (a.path >= ?2 || ':' AND a.path < ?2 || ';')) AND p.amount > 0)
      AND t.id < ?1 AND (?3 = '' OR t.actor = ?3)
      AND t.recorded_at >= ?4 AND t.recorded_at < ?5 AND (?6 = '' OR instr(lower(t.reason), lower(?6)) > 0)
    ORDER BY t.id DESC LIMIT ?7) AS archived
ORDER BY id DESC LIMIT ?7;
