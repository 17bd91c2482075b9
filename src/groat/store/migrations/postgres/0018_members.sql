-- Members of shared accounts (extras 64): a path with all of its balances, also those that are opened later.

-- Who reads these tables for long must not make everybody who writes wait behind this step.
SET LOCAL lock_timeout = '5s';

-- `rights` is of read, spend and manage, with commas, and empty for one who is no member any more; `turn` counts changes.
CREATE TABLE groat_member (
    id      text COLLATE "C" PRIMARY KEY,
    account text COLLATE "C" NOT NULL,
    member  text COLLATE "C" NOT NULL,
    rights  text   NOT NULL,
    turn    bigint NOT NULL
);
CREATE INDEX groat_member_account ON groat_member (account, member) WHERE rights <> '';
CREATE INDEX groat_member_member ON groat_member (member, account) WHERE rights <> '';

-- Who opens an account shares a lock with others who do; whoever changes a member has it alone, as the lock of the path's
-- row. So no account is opened unseen beside a change.
CREATE FUNCTION groat_open_shared() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7420911, 0);
    IF EXISTS (SELECT FROM groat_member AS m WHERE m.account = NEW.path AND m.rights <> '') THEN
        NEW.extras := NEW.extras | 64;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER groat_account_members BEFORE INSERT ON groat_account FOR EACH ROW EXECUTE FUNCTION groat_open_shared();
