-- Notifications that are old go. Of a stream these are the numbers up to `gone`, which its person has all read (`upto`).
-- No column of the box, for nodes that know of none go on locking boxes meanwhile.
CREATE TABLE groat_notification_gone (
    stream   text   COLLATE "C" PRIMARY KEY,
    gone     bigint  NOT NULL
);

CREATE INDEX groat_notification_at ON groat_notification (at);
