-- Statements of the room identity: people, services, API keys, sessions.

-- name: find_principal :one
-- Everything known of a caller, by principal.
SELECT id, name, email, password, roles, tokens_after, disabled, rev, decides_after FROM groat_principal WHERE id = $1;

-- name: find_principals :bulk
-- Everything known of callers, by principal.
SELECT id, name, email, password, roles, tokens_after, disabled, rev, decides_after FROM groat_principal WHERE id = ANY ($1::text[]);

-- name: find_principal_by_email :one
-- The person who signs in with an e-mail address (lower case).
SELECT id, name, email, password, roles, tokens_after, disabled, rev, decides_after FROM groat_principal WHERE email = $1;

-- name: insert_principal :exec
-- A new person or service: id, name, email, password, roles, created_at, decides_after.
INSERT INTO groat_principal (id, name, email, password, roles, rev, created_at, decides_after)
VALUES ($1, $2, $3, $4, $5, (SELECT coalesce(max(rev), 0) + 1 FROM groat_principal), $6, $7);

-- name: update_profile :exec
-- Change what gives no rights: id, name, email, password.
UPDATE groat_principal SET name = $2, email = $3, password = $4 WHERE id = $1;

-- name: update_rights :exec
-- Change what open connections must hear of: id, roles, disabled, tokens_after, decides_after.
UPDATE groat_principal
SET roles = $2, disabled = $3, tokens_after = $4, decides_after = $5,
    rev = (SELECT max(rev) + 1 FROM groat_principal)
WHERE id = $1;

-- name: principals_changed :many
-- The principals that changed since a rev, in order: (rev, id).
SELECT rev, id FROM groat_principal WHERE rev > $1 ORDER BY rev;

-- name: last_rev :one
-- The newest rev, 0 when there is nobody yet.
SELECT coalesce(max(rev), 0) FROM groat_principal;

-- name: count_people :one
-- Count the people with a password and a role: $1 is the role. Tells whether somebody could administer.
SELECT count(*) FROM groat_principal
WHERE password IS NOT NULL AND disabled = 0 AND roles::jsonb ? $1;

-- name: roles_in_use :many
-- The roles that records have, each once.
SELECT DISTINCT r.value FROM groat_principal AS p, jsonb_array_elements_text(p.roles::jsonb) AS r (value) LIMIT 1000;

-- name: people_by_ids :bulk
-- The records of the given principals: (id, name, email, roles, disabled, has_password).
SELECT p.id, p.name, p.email, p.roles, p.disabled, p.password IS NOT NULL
FROM groat_principal AS p WHERE p.id = ANY ($1::text[]);

-- name: insert_api_key :exec
-- A new key: id, digest, principal, label, created_at, created_by.
INSERT INTO groat_api_key (id, digest, principal, label, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6);

-- name: find_api_key :one
-- The owner of a key, by digest, unless it was withdrawn or its service disabled.
SELECT k.principal, p.roles FROM groat_api_key AS k JOIN groat_principal AS p ON p.id = k.principal
WHERE k.digest = $1 AND k.revoked_at IS NULL AND p.disabled = 0;

-- name: find_api_key_by_id :one
-- One key for the admin: by id.
SELECT id, principal, label, created_at, created_by, revoked_at FROM groat_api_key WHERE id = $1;

-- name: list_api_keys :many
-- All keys for the admin, newest first: ids are in order of time.
SELECT id, principal, label, created_at, created_by, revoked_at FROM groat_api_key ORDER BY id DESC LIMIT $1;

-- name: revoke_api_key :exec
-- Withdraw a key: id, revoked_at.
UPDATE groat_api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL;

-- name: insert_session :exec
-- Somebody signed in: digest, principal, created_at, expires_at.
INSERT INTO groat_session (digest, principal, created_at, expires_at) VALUES ($1, $2, $3, $4);

-- name: find_session :one
-- The owner of a session, and when it ends: digest, now.
SELECT principal, expires_at FROM groat_session WHERE digest = $1 AND expires_at > $2;

-- name: live_sessions :bulk
-- Which of these sessions have neither ended nor been closed: principals, digests in hex, now.
SELECT wanted.digest
FROM unnest($1::text[], $2::text[]) AS wanted (principal, digest)
JOIN groat_session AS s ON s.digest = decode(wanted.digest, 'hex') AND s.principal = wanted.principal
WHERE s.expires_at > $3;

-- name: delete_session :exec
-- Somebody signed out: digest.
DELETE FROM groat_session WHERE digest = $1;

-- name: delete_sessions_of :exec
-- Sign out everywhere: principal.
DELETE FROM groat_session WHERE principal = $1;

-- name: delete_ended_sessions :exec
-- Forget what ended: now.
DELETE FROM groat_session WHERE expires_at <= $1;

-- name: list_users :bulk
-- List people: those with a record, and those with a stream, in order of id. [pattern], after, limit.
-- Both sides walk an index from `after` and stop at the limit.
SELECT id FROM (
    (SELECT id FROM groat_principal
     WHERE id > $2 AND id >= 'user:' AND id < 'user;'
       AND ($1::text[])[1] IS NOT NULL
       AND (($1::text[])[1] = '%' OR substr(id, 6) ILIKE ($1::text[])[1]
            OR name ILIKE ($1::text[])[1] OR email ILIKE ($1::text[])[1])
     ORDER BY id LIMIT $3)
    UNION
    (SELECT name AS id FROM groat_stream
     WHERE name > $2 AND name >= 'user:' AND name < 'user;'
       AND (($1::text[])[1] = '%' OR substr(name, 6) ILIKE ($1::text[])[1])
     ORDER BY name LIMIT $3)) AS everybody
ORDER BY id LIMIT $3;

-- name: find_stream_of_user :one
-- Whether anything ever happened to a person: user:<id>.
SELECT 1 FROM groat_stream WHERE name = $1;

-- name: balances_of_users :bulk
-- All balances of the given people: (path, asset, scale, floor, ceiling, debits, credits, debits_pending, version).
SELECT a.path, a.asset, s.scale, a.floor, a.ceiling, a.debits, a.credits, a.debits_pending, a.version
FROM unnest($1::text[]) AS wanted (id)
JOIN groat_account AS a ON a.path = wanted.id OR (a.path >= wanted.id || ':' AND a.path < wanted.id || ';')
JOIN groat_asset AS s ON s.code = a.asset;
