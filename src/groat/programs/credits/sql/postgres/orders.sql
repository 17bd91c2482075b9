-- The catalogue of packages, and the messages of gateways about payments.

-- name: credits_lock_catalogue :bulk
SELECT c.id, c.packages FROM groat_credits_catalogue AS c WHERE c.id = ANY ($1::text[]) ORDER BY c.id FOR UPDATE;

-- name: credits_write_catalogue :rows
INSERT INTO groat_credits_catalogue (id, packages) SELECT unnest($1::text[]), unnest($2::bigint[])
ON CONFLICT (id) DO UPDATE SET packages = excluded.packages;

-- name: credits_lock_packages :bulk
SELECT p.id, p.version, p.data, p.changed_by, p.changed_at
FROM groat_credits_package AS p WHERE p.id = ANY ($1::text[]) ORDER BY p.id FOR UPDATE;

-- name: credits_write_packages :rows
INSERT INTO groat_credits_package (id, version, data, changed_by, changed_at)
SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::text[]), unnest($4::text[]), unnest($5::bigint[])
ON CONFLICT (id) DO UPDATE
SET version = excluded.version, data = excluded.data, changed_by = excluded.changed_by, changed_at = excluded.changed_at;

-- name: credits_list_packages :many
SELECT id, version, data, changed_by, changed_at FROM groat_credits_package ORDER BY id;

-- name: credits_keep_payment :exec
INSERT INTO groat_credits_payment (id, type, payment, purchase, price, currency, reason, body, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING;

-- name: credits_find_payment :one
SELECT id, type, payment, purchase, price, currency, reason, body, at, outcome, detail, filed
FROM groat_credits_payment WHERE id = $1;

-- name: credits_settle_payment :exec
UPDATE groat_credits_payment SET outcome = $2, detail = $3, filed = $4 WHERE id = $1 AND outcome = '';

-- name: credits_payment_said :many
-- The types of the other messages about a payment ($1), and their outcomes.
SELECT type, outcome FROM groat_credits_payment WHERE payment = $1 AND id <> $2;

-- name: credits_unsettled_payments :many
-- Messages from before $1 on which nobody has acted, the oldest first.
SELECT id, type, payment, purchase, price, currency, reason, body, at, outcome, detail, filed
FROM groat_credits_payment WHERE outcome = '' AND at <= $1 ORDER BY at, id LIMIT $2;

-- name: credits_page_payments :many
-- Messages before the place ($4, $5), the newest first: of an order, of a payment, with an outcome where these are given.
SELECT id, type, payment, purchase, price, currency, reason, body, at, outcome, detail, filed
FROM groat_credits_payment
WHERE ($1 = '' OR purchase = $1) AND ($2 = '' OR payment = $2) AND ($3 = '' OR outcome = $3)
  AND (at, id) < ($4::bigint, $5::text)
ORDER BY at DESC, id DESC LIMIT $6;

-- name: verify_credit_payments :many long
-- Lists at most 100 contradictions. What a payment is said to have fulfilled is an order that it paid.
SELECT 'payment message ' || p.id, 'an order that ' || p.payment || ' paid', coalesce(r.kind || ' ' || r.state, 'none')
FROM groat_credits_payment AS p LEFT JOIN groat_request AS r ON r.id = p.purchase
WHERE p.outcome IN ('fulfilled', 'noted')
  AND (r.id IS NULL OR r.kind <> 'credit_order' OR r.state NOT IN ('fulfilled', 'partly_refunded', 'refunded')
       OR r.data::json ->> 'payment' IS DISTINCT FROM p.payment)
LIMIT 100;
