-- What transactions of apps told rooms of roles: a server gives it its places in their streams once it is committed, oldest
-- first. `event` is JSON; `line` is its line of the summary in which the room gets it, and `notification` what
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
