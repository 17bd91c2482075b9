-- The archive: transactions and postings of closed months, moved out of the tables that every batch writes to, with a
-- partition for each month. A month is that of the commit, as 202501. All that is archived belongs to the first batches,
-- up to `groat_archive.last_batch`, and all that does not to those behind; a transaction and its postings move together.

CREATE TABLE groat_archive (
    month        integer PRIMARY KEY,
    last_batch   bigint NOT NULL,
    transactions bigint NOT NULL,
    postings     bigint NOT NULL
);

CREATE TABLE groat_archived_txn (
    month        integer NOT NULL,
    id           uuid   NOT NULL,
    batch        bigint NOT NULL,
    kind         text   NOT NULL,
    principal    text   NOT NULL,
    key          text   NOT NULL,
    actor        text   NOT NULL,
    reason       text   NOT NULL,
    metadata     text,
    effective_at bigint NOT NULL,
    recorded_at  bigint NOT NULL,
    reverses     uuid,
    hold         uuid,
    hold_after   text,
    positions    text   NOT NULL,
    PRIMARY KEY (id, month)
) PARTITION BY LIST (month);

CREATE INDEX groat_archived_txn_batch ON groat_archived_txn (batch, id);
CREATE INDEX groat_archived_txn_reverses ON groat_archived_txn (reverses) WHERE reverses IS NOT NULL;

CREATE TABLE groat_archived_posting (
    month               integer NOT NULL,
    txn                 uuid    NOT NULL,
    leg                 integer NOT NULL,
    source              bigint  NOT NULL,
    destination         bigint  NOT NULL,
    amount              bigint  NOT NULL,
    pending             bigint  NOT NULL,
    source_balance      bigint  NOT NULL,
    source_held         bigint  NOT NULL,
    source_version      bigint  NOT NULL,
    destination_balance bigint  NOT NULL,
    destination_held    bigint  NOT NULL,
    destination_version bigint  NOT NULL,
    effective_at        bigint  NOT NULL,
    PRIMARY KEY (txn, leg, month)
) PARTITION BY LIST (month);

-- Unique within a month, as all that a partition can promise; `groat verify` sees to the rest.
CREATE UNIQUE INDEX groat_archived_posting_source ON groat_archived_posting (source, source_version, month);
CREATE UNIQUE INDEX groat_archived_posting_destination ON groat_archived_posting (destination, destination_version, month);

-- Make the partitions of a month, unless they exist. To attach a table takes no lock that readers of the others or
-- writers wait for, as to create it in its place would.
CREATE FUNCTION groat_archive_month(month integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['groat_archived_txn', 'groat_archived_posting'] LOOP
        IF to_regclass(name || '_' || month) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name || '_' || month, name);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES IN (%s)', name, name || '_' || month, month);
        END IF;
    END LOOP;
END $$;
