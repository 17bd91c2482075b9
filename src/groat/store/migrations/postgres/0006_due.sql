-- What is due is found account by account and in order, however much of it is due at the same moment; and one node at a
-- time does what time alone drives.

-- Who reads these tables for long must not make everybody who writes wait behind this step.
SET LOCAL lock_timeout = '5s';

CREATE INDEX groat_hold_due_in_order ON groat_hold (expires_at, id) WHERE status = 'open' AND expires_at IS NOT NULL;
CREATE INDEX groat_hold_due_from ON groat_hold (source, expires_at, id) WHERE status = 'open';
CREATE INDEX groat_hold_due_to ON groat_hold (destination, expires_at, id) WHERE status = 'open';
DROP INDEX groat_hold_due;
DROP INDEX groat_hold_source;
DROP INDEX groat_hold_destination;

-- Who does a job that only one node does at a time, and until when (microseconds) nobody else may take it over.
CREATE TABLE groat_lease (
    name   text   COLLATE "C" PRIMARY KEY,
    holder text   NOT NULL,
    until  bigint NOT NULL
) WITH (fillfactor = 50);
