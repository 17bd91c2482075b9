-- The ledger's time: the machine's clock, and by how much the time of the ledger is ahead of it.

-- `sandbox` is NULL until the first start decides. `ahead` (microseconds) is how far a sandbox was set forward. `held` is by how
-- much the time of the ledger is kept behind the clock since that leapt `leapt` microseconds ahead of the servers' own clocks, at
-- `leapt_at` of the ledger's time; `leapt` is 0 once staff confirmed. `turn` counts the changes.
CREATE TABLE groat_time (
    id       TEXT    NOT NULL PRIMARY KEY CHECK (id = 'time'),
    sandbox  INTEGER,
    ahead    INTEGER NOT NULL CHECK (ahead >= 0),
    held     INTEGER NOT NULL CHECK (held >= 0),
    leapt    INTEGER NOT NULL CHECK (leapt >= 0),
    leapt_at INTEGER NOT NULL,
    turn     INTEGER NOT NULL
) STRICT;
INSERT INTO groat_time VALUES ('time', NULL, 0, 0, 0, 0, 0);

-- What was decided at the first start stays, a sandbox goes forward only, and a real ledger never.
CREATE TRIGGER groat_time_kept BEFORE UPDATE ON groat_time
WHEN OLD.sandbox IS NOT NULL AND NEW.sandbox IS NOT OLD.sandbox
     OR NEW.ahead < OLD.ahead OR NEW.ahead > OLD.ahead AND NEW.sandbox IS NOT 1
BEGIN
    SELECT raise(ABORT, 'a ledger is made a sandbox at its first start only, and its clock is set forward only');
END;
