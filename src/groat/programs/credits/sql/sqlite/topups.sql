-- Alerts of low balances, and automatic top-ups.

-- name: credits_lock_alerts :bulk
-- The account of an alert is locked beside it, and nobody changes an alert without that.
SELECT json_group_array(json_array(a.id, a.account, a.asset, a.threshold, a.own, a.low, a.changed_at))
FROM json_each(?1) AS j JOIN groat_credits_alert AS a ON a.id = j.value;

-- name: credits_write_alerts :rows
INSERT INTO groat_credits_alert (id, account, asset, threshold, own, low, changed_at) VALUES :rows
ON CONFLICT (id) DO UPDATE SET threshold = excluded.threshold, own = excluded.own, low = excluded.low,
                               changed_at = excluded.changed_at;

-- name: credits_find_alerts :many
SELECT id, account, asset, threshold, own, low, changed_at FROM groat_credits_alert WHERE account = ?1 ORDER BY asset;

-- name: credits_alert_assets :many
-- The assets in which the setting drew lines.
SELECT DISTINCT asset FROM groat_credits_alert WHERE own = 0 AND threshold IS NOT NULL;

-- name: credits_last_account :one
SELECT coalesce(max(id), 0) FROM groat_account;

-- name: credits_alerts_to_draw :many
-- People's accounts of the asset ?1 with ids above ?3 and up to ?4, whose alert nobody chose and which is not at ?2.
SELECT a.id, a.path, coalesce(t.changed_at, 0)
FROM groat_account AS a LEFT JOIN groat_credits_alert AS t ON t.account = a.path AND t.asset = a.asset
WHERE a.id > ?3 AND a.id <= ?4 AND a.asset = ?1 AND a.path >= 'user:' AND a.path < 'user;'
  AND coalesce(t.own, 0) = 0 AND t.threshold IS NOT ?2
ORDER BY a.id;

-- name: credits_top_ups_over :many
-- At most ?1 rules whose order in flight has ended, each with the order.
SELECT r.id, o.id, o.state, o.reason
FROM groat_request AS r JOIN groat_request AS o ON o.id = json_extract(r.data, '$.order')
WHERE r.kind = 'auto_top_up' AND r.state IN ('ordering', 'late') AND o.open = 0
ORDER BY r.id LIMIT ?1;
