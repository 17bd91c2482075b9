-- Accounts are opened with less work: what steps 13 and 18 had triggers do for each row is done once for a statement.

-- Who reads these tables for long must not make everybody who writes wait behind this step.
SET LOCAL lock_timeout = '5s';

-- As before, who opens accounts shares a lock with others who do, and whoever changes the state of a path or its members has it
-- alone. The marks are read in a statement of its own once the lock is held, so no account is opened unseen beside a change.
CREATE FUNCTION groat_share_opening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7420911, 0);
    RETURN NULL;
END $$;

CREATE FUNCTION groat_mark_opened() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE groat_account AS a SET extras = a.extras | m.extras
    FROM (SELECT o.id,
                 coalesce(groat_path_extras(p.state), 0)
                 | CASE WHEN EXISTS (SELECT FROM groat_member AS m WHERE m.account = o.path AND m.rights <> '')
                        THEN 64 ELSE 0 END AS extras
          FROM opened AS o LEFT JOIN groat_path AS p ON p.path = o.path) AS m
    WHERE a.id = m.id AND m.extras <> 0;
    RETURN NULL;
END $$;

DROP TRIGGER groat_account_state ON groat_account;
DROP TRIGGER groat_account_members ON groat_account;
DROP FUNCTION groat_open_in_state();
DROP FUNCTION groat_open_shared();
CREATE TRIGGER groat_account_opening BEFORE INSERT ON groat_account
    FOR EACH STATEMENT EXECUTE FUNCTION groat_share_opening();
CREATE TRIGGER groat_account_opened AFTER INSERT ON groat_account REFERENCING NEW TABLE AS opened
    FOR EACH STATEMENT EXECUTE FUNCTION groat_mark_opened();

-- The allocations of a transaction name the grants that it made.
DROP INDEX groat_grant_txn;
