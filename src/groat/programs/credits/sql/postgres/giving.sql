-- Warnings ahead, and what is given by rules.

-- name: credits_lock_warnings :bulk
-- A warning is only ever added, and its grant's account is locked beside it.
SELECT w.id, w.at FROM groat_credits_warning AS w WHERE w.id = ANY ($1::text[]);

-- name: credits_write_warnings :rows
INSERT INTO groat_credits_warning (id, at) SELECT unnest($1::text[]), unnest($2::bigint[]) ON CONFLICT (id) DO NOTHING;

-- name: credits_to_warn :many
-- The next $5 grants of people behind the place ($3, $4) that expire by $2, were there at least $2 - $1 before that, and of
-- which nobody was warned $6 days ahead.
SELECT g.id::text, a.path, a.asset, g.remaining - g.held, g.due_at, g.note, g.cause, g.created_at
FROM groat_grant AS g JOIN groat_account AS a ON a.id = g.account
WHERE g.due_at > $1 AND g.due_at <= $2 AND (g.due_at, g.id) > ($3::bigint, $4::text::uuid)
  AND g.voided_at IS NULL AND g.expires_at - g.created_at >= $2 - $1
  AND a.path >= 'user:' AND a.path < 'user;'
  AND NOT EXISTS (SELECT 1 FROM groat_credits_warning AS w WHERE w.id = g.id::text || '/' || $6::text)
ORDER BY g.due_at, g.id LIMIT $5;

-- name: credits_forget_warnings :many
-- At most $2 warnings that were given before $1, of grants that are over.
DELETE FROM groat_credits_warning WHERE id IN (
    SELECT w.id FROM groat_credits_warning AS w
    WHERE w.at < $1 AND NOT EXISTS (
        SELECT 1 FROM groat_grant AS g WHERE g.id = left(w.id, 36)::uuid AND g.due_at IS NOT NULL)
    LIMIT $2)
RETURNING id;

-- name: credits_begin :one
-- When the rule $1 began: now, unless it has begun before.
INSERT INTO groat_credits_begun AS b (name, at) VALUES ($1, groat_now())
ON CONFLICT (name) DO UPDATE SET at = b.at RETURNING at;

-- name: credits_newcomers :bulk
-- Those of these people who have no account of their own from before $2, neither to sign in with nor with a balance.
SELECT j.person FROM unnest($1::text[]) AS j (person)
WHERE NOT EXISTS (SELECT 1 FROM groat_principal AS p WHERE p.id = j.person AND p.created_at < $2)
  AND NOT EXISTS (
      SELECT 1 FROM groat_account AS a
      WHERE a.opened_at < $2 AND (a.path = j.person OR a.path >= j.person || ':' AND a.path < j.person || ';'));

-- name: credits_of_role :many
-- The next $3 people behind $2 whose record gives them the role $1, a JSON text, and who can sign in.
SELECT id FROM groat_principal
WHERE id > $2 AND id >= 'user:' AND id < 'user;' AND disabled = 0 AND position($1 IN roles) > 0
ORDER BY id LIMIT $3;

-- name: credits_known_people :bulk
-- Those of these people who have a record or a stream here.
SELECT j.person FROM unnest($1::text[]) AS j (person)
WHERE EXISTS (SELECT 1 FROM groat_principal AS p WHERE p.id = j.person)
   OR EXISTS (SELECT 1 FROM groat_stream AS s WHERE s.name = j.person);

-- name: credits_adoptable :many
-- The next $6 accounts of asset $4 behind $5 at $1 or below it (from $2 up to, not including, $3), as they stand.
SELECT a.path, a.credits - a.debits, a.debits_pending, a.version,
       coalesce((SELECT sum(g.remaining - g.held) FROM groat_grant AS g WHERE g.account = a.id AND g.live), 0)::bigint
FROM groat_account AS a
WHERE a.asset = $4 AND a.path > $5 AND (a.path = $1 OR a.path >= $2 AND a.path < $3)
ORDER BY a.path LIMIT $6;
