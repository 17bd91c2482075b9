-- Up to which offset a device was sent a stream (`seen` 0) or has shown it (1): a row for each moment at which that had moved, at
-- most one a second. They are kept as long as events.

CREATE TABLE groat_delivery (
    stream   text COLLATE "C" NOT NULL,
    device   text COLLATE "C" NOT NULL,
    seen     smallint         NOT NULL CHECK (seen IN (0, 1)),
    "offset" bigint           NOT NULL,
    at       bigint           NOT NULL,
    PRIMARY KEY (stream, device, seen, "offset")
);

CREATE INDEX groat_delivery_at ON groat_delivery (at);
