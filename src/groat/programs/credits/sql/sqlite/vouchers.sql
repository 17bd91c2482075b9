-- Vouchers: what a batch locks and writes, what people and staff read, and wrong guesses.

-- name: lock_voucher_names :bulk
-- Nobody else writes meanwhile.
SELECT '[]' WHERE ?1 IS NOT NULL;

-- name: lock_voucher_codes :bulk
SELECT json_group_array(json_array(c.id, c.campaign, c.batch, c.number, c.state, c.redemption, c.person))
FROM json_each(?1) AS j JOIN groat_voucher_code AS c ON c.id = j.value;

-- name: write_voucher_codes :add
INSERT INTO groat_voucher_code (id, campaign, batch, number, state, redemption, person) VALUES :rows
ON CONFLICT (id) DO UPDATE SET state = excluded.state, redemption = excluded.redemption, person = excluded.person;

-- name: write_voucher_batches :add
INSERT INTO groat_voucher_batch (id, campaign, seed, first, count, made_by, made_at) VALUES :rows;

-- name: lock_voucher_campaigns :bulk
SELECT json_group_array(json_array(c.id, c.name, c.note, c.code, c.amount, c.asset, c.source, c.terms, c.starts_at, c.ends_at, c.uses_max, c.uses_each,
       c.budget, c.first_purchase, c.active, c.codes, c.uses, c.spent, c.version, c.created_by, c.created_at,
       c.changed_by, c.changed_at))
FROM json_each(?1) AS j JOIN groat_voucher_campaign AS c ON c.id = j.value;

-- name: write_voucher_campaigns :add
INSERT INTO groat_voucher_campaign (id, name, note, code, amount, asset, source, terms, starts_at, ends_at, uses_max,
                     uses_each, budget, first_purchase, active, codes, uses, spent, version, created_by, created_at,
                     changed_by, changed_at) VALUES :rows
ON CONFLICT (id) DO UPDATE
SET name = excluded.name, note = excluded.note, amount = excluded.amount, terms = excluded.terms,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at, uses_max = excluded.uses_max,
    uses_each = excluded.uses_each, budget = excluded.budget, first_purchase = excluded.first_purchase,
    active = excluded.active, codes = excluded.codes, uses = excluded.uses, spent = excluded.spent,
    version = excluded.version, changed_by = excluded.changed_by, changed_at = excluded.changed_at;

-- name: lock_voucher_persons :bulk
-- Whoever redeems in a campaign holds the lock on the campaign, which guards the counts of all its people.
SELECT json_group_array(json_array(p.id, p.uses, p.made))
FROM json_each(?1) AS j JOIN groat_voucher_person AS p ON p.id = j.value;

-- name: write_voucher_persons :add
INSERT INTO groat_voucher_person (id, uses, made) VALUES :rows
ON CONFLICT (id) DO UPDATE SET uses = excluded.uses, made = excluded.made;

-- name: lock_voucher_redemptions :bulk
SELECT json_group_array(json_array(r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal))
FROM json_each(?1) AS j JOIN groat_voucher_redemption AS r ON r.id = j.value;

-- name: write_voucher_redemptions :add
INSERT INTO groat_voucher_redemption (id, campaign, code, person, number, amount, at, undone_by, undone_at, reason, reversal) VALUES :rows
ON CONFLICT (id) DO UPDATE
SET undone_by = excluded.undone_by, undone_at = excluded.undone_at, reason = excluded.reason, reversal = excluded.reversal;

-- name: count_fulfilled_orders :bulk
-- Count the orders of each person that were ever fulfilled, one at most.
SELECT json_group_array(json_array(j.value, EXISTS (
    SELECT 1 FROM groat_request AS r
    WHERE r.kind = 'credit_order' AND r.state IN ('fulfilled', 'partly_refunded', 'refunded') AND r.owner = j.value)))
FROM json_each(?1) AS j;

-- name: find_voucher_campaigns :bulk
SELECT json_group_array(json_array(c.id, c.name, c.note, c.code, c.amount, c.asset, c.source, c.terms, c.starts_at, c.ends_at, c.uses_max, c.uses_each,
       c.budget, c.first_purchase, c.active, c.codes, c.uses, c.spent, c.version, c.created_by, c.created_at,
       c.changed_by, c.changed_at))
FROM json_each(?1) AS j JOIN groat_voucher_campaign AS c ON c.id = j.value;

-- name: page_voucher_campaigns :many
-- Ids of the next ?2 campaigns before ?1, the newest first.
SELECT id FROM groat_voucher_campaign WHERE id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: find_voucher_code :one
-- The campaign of the code with the digest ?1.
SELECT campaign, number FROM groat_voucher_code WHERE id = ?1;

-- name: page_voucher_redemptions :many
-- The next ?2 redemptions before ?1, the newest first.
SELECT r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal,
       c.name, c.asset, k.number
FROM groat_voucher_redemption AS r JOIN groat_voucher_campaign AS c ON c.id = r.campaign
JOIN groat_voucher_code AS k ON k.id = r.code
WHERE r.id < ?1 ORDER BY r.id DESC LIMIT ?2;

-- name: page_voucher_redemptions_of_campaign :many
-- The next ?3 redemptions of the campaign ?1 before ?2, the newest first.
SELECT r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal,
       c.name, c.asset, k.number
FROM groat_voucher_redemption AS r JOIN groat_voucher_campaign AS c ON c.id = r.campaign
JOIN groat_voucher_code AS k ON k.id = r.code
WHERE r.campaign = ?1 AND r.id < ?2 ORDER BY r.id DESC LIMIT ?3;

-- name: page_voucher_redemptions_of_person :many
-- The next ?4 redemptions of the person ?1 before ?2, the newest first; in the campaign ?3 where it is given.
SELECT r.id, r.campaign, r.code, r.person, r.number, r.amount, r.at, r.undone_by, r.undone_at, r.reason, r.reversal,
       c.name, c.asset, k.number
FROM groat_voucher_redemption AS r JOIN groat_voucher_campaign AS c ON c.id = r.campaign
JOIN groat_voucher_code AS k ON k.id = r.code
WHERE r.person = ?1 AND r.id < ?2 AND (?3 = '' OR r.campaign = ?3) ORDER BY r.id DESC LIMIT ?4;

-- name: page_voucher_codes :many
-- The next ?4 single-use codes of the campaign ?1 behind the number ?2, in a state (?3) where it is given.
SELECT k.number, k.state, b.made_at, b.made_by, k.redemption, k.person, r.at, b.seed, k.number - b.first, k.id
FROM groat_voucher_code AS k JOIN groat_voucher_batch AS b ON b.id = k.batch
LEFT JOIN groat_voucher_redemption AS r ON r.id = k.redemption
WHERE k.campaign = ?1 AND k.number > ?2 AND (?3 = '' OR k.state = ?3)
ORDER BY k.number LIMIT ?4;

-- name: chart_voucher_campaign :many
-- Redemptions of the campaign ?1 from ?2 on that were not undone, by periods of ?3 microseconds.
SELECT at / ?3 * ?3, count(*), sum(amount) FROM groat_voucher_redemption
WHERE campaign = ?1 AND at >= ?2 AND undone_at IS NULL GROUP BY 1 ORDER BY 1;

-- name: read_voucher_guesses :bulk
-- Read how often these ids guessed wrongly, and since when.
SELECT json_group_array(json_array(g.id, g.since, g.count))
FROM json_each(?1) AS j JOIN groat_voucher_guess AS g ON g.id = j.value;

-- name: lock_voucher_guesses :rows
-- Lock counts; those that are new begin.
INSERT INTO groat_voucher_guess (id, since, count) VALUES :rows
ON CONFLICT (id) DO UPDATE SET count = groat_voucher_guess.count;

-- name: write_voucher_guesses :rows
INSERT INTO groat_voucher_guess (id, since, count) VALUES :rows
ON CONFLICT (id) DO UPDATE SET since = excluded.since, count = excluded.count;

-- name: forget_voucher_guesses :many
-- At most ?2 counts that began before ?1.
DELETE FROM groat_voucher_guess WHERE id IN (SELECT id FROM groat_voucher_guess WHERE since < ?1 LIMIT ?2) RETURNING id;

-- name: verify_vouchers :many long
-- Lists at most 100 contradictions: campaigns, people and codes are the fold of the redemptions, which paid what they say.
-- SQLite makes no index of its own for such tables, so each join goes by one that is there.
SELECT 'campaign ' || c.id AS what, c.uses || ' uses, ' || c.spent || ' spent' AS expected,
       coalesce(f.uses, 0) || ' uses, ' || coalesce(f.spent, 0) || ' spent' AS found
FROM groat_voucher_campaign AS c
LEFT JOIN (SELECT campaign, count(*) AS uses, sum(amount) AS spent FROM groat_voucher_redemption
           WHERE undone_at IS NULL GROUP BY campaign) AS f ON f.campaign = c.id
WHERE c.uses <> coalesce(f.uses, 0) OR c.spent <> coalesce(f.spent, 0)
UNION ALL
SELECT 'person ' || f.id, f.uses || ' of ' || f.made, f.found_uses || ' of ' || f.found_made
FROM (SELECT p.*, (SELECT count(*) FILTER (WHERE undone_at IS NULL) FROM groat_voucher_redemption AS r
                   WHERE r.campaign = p.campaign AND r.person = p.person) AS found_uses,
             (SELECT count(*) FROM groat_voucher_redemption AS r
              WHERE r.campaign = p.campaign AND r.person = p.person) AS found_made
      FROM (SELECT *, substr(id, 1, instr(id, ' ') - 1) AS campaign, substr(id, instr(id, ' ') + 1) AS person
            FROM groat_voucher_person) AS p) AS f
WHERE f.uses <> f.found_uses OR f.made <> f.found_made
UNION ALL
SELECT 'code ' || k.campaign || ' ' || k.number, k.state || ' ' || coalesce(k.redemption, ''),
       coalesce('redeemed ' || r.id, 'unused ')
FROM groat_voucher_code AS k
LEFT JOIN groat_voucher_redemption AS r ON r.id = k.redemption AND r.code = k.id AND r.undone_at IS NULL AND k.number > 0
WHERE (k.state = 'redeemed') <> (r.id IS NOT NULL) OR k.redemption IS NOT r.id OR k.person IS NOT r.person
UNION ALL
SELECT 'code ' || k.campaign || ' ' || k.number, k.state || ' ' || coalesce(k.redemption, ''), 'redeemed ' || r.id
FROM groat_voucher_redemption AS r JOIN groat_voucher_code AS k ON k.id = r.code
WHERE r.undone_at IS NULL AND k.number > 0 AND k.redemption IS NOT r.id
UNION ALL
SELECT 'redemption ' || r.id, 'a transaction', 'none'
FROM groat_voucher_redemption AS r
WHERE NOT EXISTS (SELECT 1 FROM groat_txn AS t WHERE t.id = r.id AND t.cause = 'voucher:redemption:' || r.id)
  AND NOT EXISTS (SELECT 1 FROM groat_archived_txn AS t WHERE t.id = r.id AND t.cause = 'voucher:redemption:' || r.id)
UNION ALL
SELECT m.what || ' ' || m.id, coalesce('redemption ' || r.id, 'no redemption'), m.cause
FROM (SELECT 'transaction' AS what, id, cause, reverses FROM groat_txn WHERE cause LIKE 'voucher:%'
      UNION ALL SELECT 'transaction', id, cause, reverses FROM groat_archived_txn WHERE cause LIKE 'voucher:%') AS m
LEFT JOIN groat_voucher_redemption AS r ON r.id = CASE WHEN m.cause LIKE 'voucher:redemption:%' THEN substr(m.cause, 20) END
WHERE r.id IS NULL OR (m.id <> r.id AND (m.id IS NOT r.reversal OR m.reverses IS NOT r.id))
UNION ALL
SELECT 'redemption ' || r.id, r.amount, coalesce(p.amount, 0)
FROM groat_voucher_redemption AS r LEFT JOIN groat_posting AS p ON p.txn = r.id AND p.leg = 0
WHERE p.amount <> r.amount
LIMIT 100;
