-- Grants: parts of balances that have terms, such as credits that expire. docs/concepts.md has the rules.

-- Who reads these tables for long must not make everybody who writes wait behind this step.
SET LOCAL lock_timeout = '5s';

-- `extras` says what more an account has than its counters: 1 for grants. What is written to such an account gets a later
-- `as_of` (microseconds) each time.
ALTER TABLE groat_account
    ADD COLUMN extras integer NOT NULL DEFAULT 0,
    ADD COLUMN as_of  bigint  NOT NULL DEFAULT 0;

-- A version before this step knows nothing of extras, so it may not move such an account.
CREATE FUNCTION groat_refuse_older() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a version of groat before 0011 may not move account %', OLD.path USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER groat_account_extras BEFORE UPDATE ON groat_account FOR EACH ROW
    WHEN (OLD.extras <> 0 AND NEW.version <> OLD.version AND NEW.as_of <= OLD.as_of)
    EXECUTE FUNCTION groat_refuse_older();

-- Which extras a server knows: 0 for those of versions before this step.
ALTER TABLE groat_node ADD COLUMN extras integer NOT NULL DEFAULT 0;

-- What was granted to an account, and what became of it: `remaining` (with what is `held` of it) + `expired` + `voided` + what
-- was spent = `amount`. `due_at` is when what is free of it goes: NULL for never, or while nothing is free. `version` is that of
-- the account when it was granted; `origin` is the account that gave it, and gets back what is voided; `parent` is the grant
-- that this one came from.
CREATE TABLE groat_grant (
    id         uuid    PRIMARY KEY,
    account    bigint  NOT NULL,
    amount     bigint  NOT NULL CHECK (amount > 0),
    remaining  bigint  NOT NULL CHECK (remaining BETWEEN 0 AND amount),
    held       bigint  NOT NULL CHECK (held BETWEEN 0 AND remaining),
    expired    bigint  NOT NULL CHECK (expired >= 0),
    voided     bigint  NOT NULL CHECK (voided >= 0),
    live       boolean NOT NULL,
    expires_at bigint,
    voided_at  bigint,
    due_at     bigint,
    priority   integer NOT NULL,
    class      text    NOT NULL CHECK (class IN ('paid', 'promotional')),
    cause      text    NOT NULL,
    note       text    NOT NULL,
    parent     uuid,
    txn        uuid    NOT NULL,
    origin     bigint  NOT NULL,
    version    bigint  NOT NULL,
    created_at bigint  NOT NULL
) WITH (fillfactor = 80);

CREATE INDEX groat_grant_live ON groat_grant (account, priority, expires_at, version, id) WHERE live;
CREATE INDEX groat_grant_due ON groat_grant (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX groat_grant_due_on ON groat_grant (account, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX groat_grant_account ON groat_grant (account, created_at, id);
CREATE INDEX groat_grant_txn ON groat_grant (txn);
CREATE INDEX groat_grant_parent ON groat_grant (parent) WHERE parent IS NOT NULL;

-- By how much a posting changed what remains of a grant, and what is held of it.
CREATE TABLE groat_allocation (
    txn      uuid    NOT NULL,
    leg      integer NOT NULL,
    place    integer NOT NULL,
    grant_id uuid    NOT NULL,
    account  bigint  NOT NULL,
    amount   bigint  NOT NULL,
    held     bigint  NOT NULL,
    PRIMARY KEY (txn, leg, place)
);
CREATE INDEX groat_allocation_grant ON groat_allocation (grant_id);

CREATE TABLE groat_archived_allocation (
    month    integer NOT NULL,
    txn      uuid    NOT NULL,
    leg      integer NOT NULL,
    place    integer NOT NULL,
    grant_id uuid    NOT NULL,
    account  bigint  NOT NULL,
    amount   bigint  NOT NULL,
    held     bigint  NOT NULL,
    PRIMARY KEY (txn, leg, place, month)
) PARTITION BY LIST (month);
CREATE INDEX groat_archived_allocation_grant ON groat_archived_allocation (grant_id);

-- Which grants a hold has taken from, in the order in which it captures them. What it has beyond them is no grant's.
CREATE TABLE groat_hold_part (
    hold     uuid    NOT NULL,
    place    integer NOT NULL,
    grant_id uuid    NOT NULL,
    amount   bigint  NOT NULL CHECK (amount > 0),
    captured bigint  NOT NULL CHECK (captured >= 0),
    released bigint  NOT NULL CHECK (released >= 0 AND captured + released <= amount),
    PRIMARY KEY (hold, place)
);

-- As step 7 has it, with the allocations.
CREATE OR REPLACE FUNCTION groat_archive_month(month integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['groat_archived_txn', 'groat_archived_posting', 'groat_archived_allocation'] LOOP
        IF to_regclass(name || '_' || month) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name || '_' || month, name);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', name, name || '_' || month, month);
        END IF;
    END LOOP;
END $$;
