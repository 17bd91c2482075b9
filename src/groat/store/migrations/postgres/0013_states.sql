-- States of paths, with all balances there, also those that are opened later: extras 2 is frozen, 4 closing, 8 closed.

-- Who reads these tables for long must not make everybody who writes wait behind this step.
SET LOCAL lock_timeout = '5s';

-- `rest_to` is the account that gets what is left when it is closed; `turn` counts the changes.
CREATE TABLE groat_path (
    path    text COLLATE "C" PRIMARY KEY,
    state   text   NOT NULL CHECK (state IN ('open', 'frozen', 'closing', 'closed')),
    rest_to text   NOT NULL,
    turn    bigint NOT NULL
);
CREATE INDEX groat_path_closing ON groat_path (path) WHERE state = 'closing';

CREATE FUNCTION groat_path_extras(state text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE state WHEN 'frozen' THEN 2 WHEN 'closing' THEN 4 WHEN 'closed' THEN 8 ELSE 0 END
$$;

-- Who opens an account shares a lock with others who do; whoever changes a state has it alone. So no account is opened
-- unseen beside a change.
CREATE FUNCTION groat_open_in_state() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found text;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7420911, 0);
    SELECT p.state INTO found FROM groat_path AS p WHERE p.path = NEW.path;
    IF found IS NOT NULL THEN
        NEW.extras := NEW.extras | groat_path_extras(found);
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER groat_account_state BEFORE INSERT ON groat_account FOR EACH ROW EXECUTE FUNCTION groat_open_in_state();

-- The rows of paths, which are made where there are none, with the assets of each path as they are once the lock is held.
CREATE FUNCTION groat_lock_paths(paths text[])
RETURNS TABLE (path text, state text, rest_to text, turn bigint, assets text) LANGUAGE plpgsql AS $$
#variable_conflict use_column
BEGIN
    PERFORM pg_advisory_xact_lock(7420911, 0);
    INSERT INTO groat_path (path, state, rest_to, turn)
    SELECT name, 'open', '', 0 FROM unnest(paths) AS name ORDER BY name ON CONFLICT DO NOTHING;
    RETURN QUERY
        SELECT p.path::text, p.state, p.rest_to, p.turn,
               (SELECT coalesce(json_agg(a.asset ORDER BY a.asset), '[]')::text FROM groat_account AS a WHERE a.path = p.path)
        FROM groat_path AS p WHERE p.path = ANY (paths) ORDER BY p.path FOR UPDATE;
END $$;
