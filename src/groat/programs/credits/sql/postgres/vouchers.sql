-- Vouchers: what a batch locks and writes, what people and staff read, and wrong guesses.

-- name: lock_voucher_names :bulk
-- Nobody else gives away these digests before this transaction ends; no rows are read.
SELECT j.id FROM (SELECT j.id FROM unnest($1::text[]) AS j (id) ORDER BY j.id) AS j,
     LATERAL (SELECT pg_advisory_xact_lock(hashtextextended('groat voucher ' || j.id, 0))) AS l WHERE l IS NULL;

-- name: lock_voucher_codes :bulk
SELECT c.id, c.campaign, c.batch, c.number, c.state, c.redemption, c.person
FROM groat_voucher_code AS c WHERE c.id = ANY ($1::text[]) ORDER BY c.id FOR UPDATE;

-- name: write_voucher_codes :add
INSERT INTO groat_voucher_code (id, campaign, batch, number, state, redemption, person)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::bigint[]),
       unnest($5::text::text[]), unnest($6::text::text[]), unnest($7::text::text[])
ON CONFLICT (id) DO UPDATE SET state = excluded.state, redemption = excluded.redemption, person = excluded.person;

-- name: write_voucher_batches :add
INSERT INTO groat_voucher_batch (id, campaign, seed, first, count, made_by, made_at)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::bigint[]),
       unnest($5::text::integer[]), unnest($6::text::text[]), unnest($7::text::bigint[]);

-- name: lock_voucher_campaigns :bulk
SELECT c.id, c.name, c.note, c.code, c.amount, c.asset, c.source, c.terms, c.starts_at, c.ends_at, c.uses_max, c.uses_each,
       c.budget, c.first_purchase::int, c.active::int, c.codes, c.uses, c.spent, c.version, c.created_by, c.created_at,
       c.changed_by, c.changed_at
FROM groat_voucher_campaign AS c WHERE c.id = ANY ($1::text[]) ORDER BY c.id FOR UPDATE;

-- name: write_voucher_campaigns :add
INSERT INTO groat_voucher_campaign AS c (id, name, note, code, amount, asset, source, terms, starts_at, ends_at, uses_max,
                     uses_each, budget, first_purchase, active, codes, uses, spent, version, created_by, created_at,
                     changed_by, changed_at)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::text[]),
       unnest($5::text::bigint[]), unnest($6::text::text[]), unnest($7::text::text[]), unnest($8::text::text[]),
       unnest($9::text::bigint[]), unnest($10::text::bigint[]), unnest($11::text::bigint[]), unnest($12::text::bigint[]),
       unnest($13::text::bigint[]), unnest($14::text::smallint[]), unnest($15::text::smallint[]),
       unnest($16::text::bigint[]), unnest($17::text::bigint[]), unnest($18::text::bigint[]), unnest($19::text::integer[]),
       unnest($20::text::text[]), unnest($21::text::bigint[]), unnest($22::text::text[]), unnest($23::text::bigint[])
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, note = excluded.note, amount = excluded.amount, terms = excluded.terms,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, uses_max = excluded.uses_max,
    uses_each = excluded.uses_each, budget = excluded.budget, first_purchase = excluded.first_purchase,
    active = excluded.active, codes = excluded.codes, uses = excluded.uses, spent = excluded.spent,
    version = excluded.version, changed_by = excluded.changed_by, changed_at = excluded.changed_at;

-- name: lock_voucher_persons :bulk
-- Whoever redeems in a campaign holds the lock on the campaign, which guards the counts of all its people.
SELECT p.id, p.uses, p.made FROM groat_voucher_person AS p WHERE p.id = ANY ($1::text[]);

-- name: write_voucher_persons :add
INSERT INTO groat_voucher_person (id, uses, made)
SELECT unnest($1::text::text[]), unnest($2::text::bigint[]), unnest($3::text::bigint[])
ON CONFLICT (id) DO UPDATE SET uses = excluded.uses, made = excluded.made;

-- name: lock_voucher_redemptions :bulk
SELECT r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal
FROM groat_voucher_redemption AS r WHERE r.id = ANY ($1::text[]) ORDER BY r.id FOR UPDATE;

-- name: write_voucher_redemptions :add
INSERT INTO groat_voucher_redemption (id, campaign, code, person, number, amount, at, undone_by, undone_at, reason, reversal)
SELECT unnest($1::text::text[]), unnest($2::text::text[]), unnest($3::text::text[]), unnest($4::text::text[]),
       unnest($5::text::bigint[]), unnest($6::text::bigint[]), unnest($7::text::bigint[]), unnest($8::text::text[]),
       unnest($9::text::bigint[]), unnest($10::text::text[]), unnest($11::text::text[])
ON CONFLICT (id) DO UPDATE
SET undone_by = excluded.undone_by, undone_at = excluded.undone_at, reason = excluded.reason, reversal = excluded.reversal;

-- name: count_fulfilled_orders :bulk
-- Count the orders of each person that were ever fulfilled, one at most.
SELECT j.person, EXISTS (SELECT FROM groat_request AS r
                         WHERE r.kind = 'credit_order' AND r.state IN ('fulfilled', 'partly_refunded', 'refunded')
                           AND r.owner = j.person)::int
FROM unnest($1::text[]) AS j (person);

-- name: find_voucher_campaigns :bulk
SELECT c.id, c.name, c.note, c.code, c.amount, c.asset, c.source, c.terms, c.starts_at, c.ends_at, c.uses_max, c.uses_each,
       c.budget, c.first_purchase::int, c.active::int, c.codes, c.uses, c.spent, c.version, c.created_by, c.created_at,
       c.changed_by, c.changed_at
FROM groat_voucher_campaign AS c WHERE c.id = ANY ($1::text[]) ORDER BY c.id DESC;

-- name: page_voucher_campaigns :many
-- Ids of the next $2 campaigns before $1, the newest first.
SELECT id FROM groat_voucher_campaign WHERE id < $1 ORDER BY id DESC LIMIT $2;

-- name: find_voucher_code :one
-- The campaign of the code with the digest $1.
SELECT campaign, number FROM groat_voucher_code WHERE id = $1;

-- name: page_voucher_redemptions :many
-- The next $2 redemptions before $1, the newest first.
SELECT r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal,
       c.name, c.asset, k.number
FROM groat_voucher_redemption AS r JOIN groat_voucher_campaign AS c ON c.id = r.campaign
JOIN groat_voucher_code AS k ON k.id = r.code
WHERE r.id < $1 ORDER BY r.id DESC LIMIT $2;

-- name: page_voucher_redemptions_of_campaign :many
-- The next $3 redemptions of the campaign $1 before $2, the newest first.
SELECT r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal,
       c.name, c.asset, k.number
FROM groat_voucher_redemption AS r JOIN groat_voucher_campaign AS c ON c.id = r.campaign
JOIN groat_voucher_code AS k ON k.id = r.code
WHERE r.campaign = $1 AND r.id < $2 ORDER BY r.id DESC LIMIT $3;

-- name: page_voucher_redemptions_of_person :many
-- The next $4 redemptions of the person $1 before $2, the newest first; in the campaign $3 where it is given.
SELECT r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal,
       c.name, c.asset, k.number
FROM groat_voucher_redemption AS r JOIN groat_voucher_campaign AS c ON c.id = r.campaign
JOIN groat_voucher_code AS k ON k.id = r.code
WHERE r.person = $1 AND r.id < $2 AND ($3::text = '' OR r.campaign = $3) ORDER BY r.id DESC LIMIT $4;

-- name: page_voucher_codes :many
-- The next $4 single-use codes of the campaign $1 behind the number $2, in a state ($3) where it is given.
SELECT k.number, k.state, b.made_at, b.made_by, k.redemption, k.person, r.at, b.seed, k.number - b.first, k.id
FROM groat_voucher_code AS k JOIN groat_voucher_batch AS b ON b.id = k.batch
LEFT JOIN groat_voucher_redemption AS r ON r.id = k.redemption
WHERE k.campaign = $1 AND k.number > $2 AND ($3::text = '' OR k.state = $3)
ORDER BY k.number LIMIT $4;

-- name: chart_voucher_campaign :many
-- Redemptions of the campaign $1 from $2 on that were not undone, by periods of $3 microseconds.
SELECT at / $3::bigint * $3::bigint, count(*), sum(amount)::bigint FROM groat_voucher_redemption
WHERE campaign = $1 AND at >= $2 AND undone_at IS NULL GROUP BY 1 ORDER BY 1;

-- name: read_voucher_guesses :bulk
-- Read how often these ids guessed wrongly, and since when.
SELECT g.id, g.since, g.count FROM groat_voucher_guess AS g WHERE g.id = ANY ($1::text[]);

-- name: lock_voucher_guesses :rows
-- Lock counts; those that are new begin.
INSERT INTO groat_voucher_guess AS g (id, since, count)
SELECT unnest($1::text::text[]), unnest($2::text::bigint[]), unnest($3::text::integer[])
ON CONFLICT (id) DO UPDATE SET count = g.count;

-- name: write_voucher_guesses :rows
INSERT INTO groat_voucher_guess AS g (id, since, count)
SELECT unnest($1::text::text[]), unnest($2::text::bigint[]), unnest($3::text::integer[])
ON CONFLICT (id) DO UPDATE SET since = excluded.since, count = excluded.count;

-- name: forget_voucher_guesses :many
-- At most $2 counts that began before $1.
DELETE FROM groat_voucher_guess WHERE id IN (SELECT id FROM groat_voucher_guess WHERE since < $1 LIMIT $2) RETURNING id;

-- name: verify_vouchers :many long
-- Lists at most 100 contradictions: campaigns, people and codes are the fold of the redemptions, which paid what they say.
SELECT 'campaign ' || c.id AS what, c.uses || ' uses, ' || c.spent || ' spent' AS expected,
       coalesce(f.uses, 0) || ' uses, ' || coalesce(f.spent, 0) || ' spent' AS found
FROM groat_voucher_campaign AS c
LEFT JOIN (SELECT campaign, count(*) AS uses, sum(amount)::bigint AS spent FROM groat_voucher_redemption
           WHERE undone_at IS NULL GROUP BY campaign) AS f ON f.campaign = c.id
WHERE c.uses <> coalesce(f.uses, 0) OR c.spent <> coalesce(f.spent, 0)
UNION ALL
SELECT 'person ' || p.id, p.uses || ' of ' || p.made, coalesce(f.uses, 0) || ' of ' || coalesce(f.made, 0)
FROM groat_voucher_person AS p
LEFT JOIN (SELECT campaign || ' ' || person AS id, count(*) FILTER (WHERE undone_at IS NULL) AS uses, count(*) AS made
           FROM groat_voucher_redemption GROUP BY campaign, person) AS f ON f.id = p.id
WHERE p.uses <> coalesce(f.uses, 0) OR p.made <> coalesce(f.made, 0)
UNION ALL
SELECT 'code ' || k.campaign || ' ' || k.number, k.state || ' ' || coalesce(k.redemption, ''),
       coalesce('redeemed ' || r.id, 'unused ')
FROM groat_voucher_code AS k
LEFT JOIN groat_voucher_redemption AS r ON r.code = k.id AND r.undone_at IS NULL AND k.number > 0
WHERE (k.state = 'redeemed') <> (r.id IS NOT NULL) OR k.redemption IS DISTINCT FROM r.id OR k.person IS DISTINCT FROM r.person
UNION ALL
SELECT 'redemption ' || r.id, 'a transaction', 'none'
FROM groat_voucher_redemption AS r
WHERE NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id::text = r.id AND t.cause = 'voucher:redemption:' || r.id)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id::text = r.id AND t.cause = 'voucher:redemption:' || r.id)
UNION ALL
SELECT m.what || ' ' || m.id, coalesce('redemption ' || r.id, 'no redemption'), m.cause
FROM (SELECT 'transaction' AS what, id::text, cause, reverses::text FROM groat_txn WHERE cause LIKE 'voucher:%'
      UNION ALL SELECT 'transaction', id::text, cause, reverses::text FROM groat_archived_txn WHERE cause LIKE 'voucher:%') AS m
LEFT JOIN groat_voucher_redemption AS r ON 'voucher:redemption:' || r.id = m.cause
WHERE r.id IS NULL OR (m.id <> r.id AND (m.id IS DISTINCT FROM r.reversal OR m.reverses IS DISTINCT FROM r.id))
UNION ALL
SELECT 'redemption ' || r.id, r.amount::text, coalesce(p.amount, 0)::text
FROM groat_voucher_redemption AS r LEFT JOIN groat_posting AS p ON p.txn = CASE WHEN length(r.id) = 36 THEN r.id::uuid END AND p.leg = 0
WHERE p.amount <> r.amount
LIMIT 100;
