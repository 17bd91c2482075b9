-- What is due is found account by account and in order, however much of it is due at the same moment; and one node at a
-- time does what time alone drives.

CREATE INDEX groat_hold_due_in_order ON groat_hold (expires_at, id) WHERE status = 'open' AND expires_at IS NOT NULL;
CREATE INDEX groat_hold_due_from ON groat_hold (source, expires_at, id) WHERE status = 'open';
CREATE INDEX groat_hold_due_to ON groat_hold (destination, expires_at, id) WHERE status = 'open';
DROP INDEX groat_hold_due;
DROP INDEX groat_hold_source;
DROP INDEX groat_hold_destination;

-- Who does a job that only one process does at a time, and until when (microseconds) nobody else may take it over.
CREATE TABLE groat_lease (
    name   TEXT    PRIMARY KEY,
    holder TEXT    NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
