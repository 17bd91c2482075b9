-- Members of shared accounts (extras 64): a path with all of its balances, also those that are opened later.

-- `rights` is of read, spend and manage, with commas, and empty for one who is no member any more; `turn` counts changes.
CREATE TABLE groat_member (
    id      TEXT    NOT NULL PRIMARY KEY,
    account TEXT    NOT NULL,
    member  TEXT    NOT NULL,
    rights  TEXT    NOT NULL,
    turn    INTEGER NOT NULL
) STRICT;
CREATE INDEX groat_member_account ON groat_member (account, member) WHERE rights <> '';
CREATE INDEX groat_member_member ON groat_member (member, account) WHERE rights <> '';

CREATE TRIGGER groat_account_members AFTER INSERT ON groat_account
WHEN EXISTS (SELECT 1 FROM groat_member WHERE account = NEW.path AND rights <> '')
BEGIN
    UPDATE groat_account SET extras = extras | 64 WHERE id = NEW.id;
END;
