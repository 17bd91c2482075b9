-- The ledger's time: the database's clock, and by how much the time of the ledger is ahead of it.

-- `sandbox` is NULL until the first start decides. `ahead` (microseconds) is how far a sandbox was set forward. `held` is by how
-- much the time of the ledger is kept behind the clock since that leapt `leapt` microseconds ahead of the servers' own clocks, at
-- `leapt_at` of the ledger's time; `leapt` is 0 once staff confirmed. `turn` counts the changes.
CREATE TABLE groat_time (
    id       text COLLATE "C" PRIMARY KEY CHECK (id = 'time'),
    sandbox  boolean,
    ahead    bigint NOT NULL CHECK (ahead >= 0),
    held     bigint NOT NULL CHECK (held >= 0),
    leapt    bigint NOT NULL CHECK (leapt >= 0),
    leapt_at bigint NOT NULL,
    turn     bigint NOT NULL
);
INSERT INTO groat_time VALUES ('time', NULL, 0, 0, 0, 0, 0);

-- What was decided at the first start stays, a sandbox goes forward only, and a real ledger never.
CREATE FUNCTION groat_keep_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a ledger is made a sandbox at its first start only, and its clock is set forward only'
        USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER groat_time_kept BEFORE UPDATE ON groat_time FOR EACH ROW
    WHEN (OLD.sandbox IS NOT NULL AND NEW.sandbox IS DISTINCT FROM OLD.sandbox
          OR NEW.ahead < OLD.ahead OR NEW.ahead > OLD.ahead AND NEW.sandbox IS NOT TRUE)
    EXECUTE FUNCTION groat_keep_time();

-- The database's own clock, by which servers tell each other what they hold. A test may set its own time for a transaction.
CREATE FUNCTION groat_clock() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT coalesce(nullif(current_setting('groat.now', true), '')::bigint,
                    (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
$$;

-- In PL/pgSQL, which keeps the plan; the functions in SQL are merged into the statements that call them.
CREATE FUNCTION groat_ahead() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (SELECT ahead - held FROM groat_time WHERE id = 'time');
END $$;

-- The time of the ledger, by which everything is decided.
CREATE OR REPLACE FUNCTION groat_now() RETURNS bigint LANGUAGE sql VOLATILE AS $$
    SELECT groat_clock() + groat_ahead()
$$;
