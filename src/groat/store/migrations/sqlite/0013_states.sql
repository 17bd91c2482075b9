-- States of paths, with all balances there, also those that are opened later: extras 2 is frozen, 4 closing, 8 closed.
-- `rest_to` is the account that gets what is left when it is closed; `turn` counts the changes.
CREATE TABLE groat_path (
    path    TEXT    NOT NULL PRIMARY KEY,
    state   TEXT    NOT NULL CHECK (state IN ('open', 'frozen', 'closing', 'closed')),
    rest_to TEXT    NOT NULL,
    turn    INTEGER NOT NULL
) STRICT;
CREATE INDEX groat_path_closing ON groat_path (path) WHERE state = 'closing';

CREATE TRIGGER groat_account_state AFTER INSERT ON groat_account
WHEN EXISTS (SELECT 1 FROM groat_path WHERE path = NEW.path AND state <> 'open')
BEGIN
    UPDATE groat_account
    SET extras = extras | (SELECT CASE state WHEN 'frozen' THEN 2 WHEN 'closing' THEN 4 ELSE 8 END
                           FROM groat_path WHERE path = NEW.path)
    WHERE id = NEW.id;
END;
