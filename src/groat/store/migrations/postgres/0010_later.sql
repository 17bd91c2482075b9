-- News for rooms of roles from transactions of apps: a server gives them their places in the streams once they are
-- committed, oldest first. `event` is JSON; `line` is its line of the summary in which the room gets it, and `notification` what
-- notifications add to it: NULL for nothing, else JSON.
CREATE TABLE groat_later (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at           bigint NOT NULL,
    txn          uuid   NOT NULL,
    stream       text COLLATE "C" NOT NULL,
    event        text   NOT NULL,
    line         text,
    notification text
);
