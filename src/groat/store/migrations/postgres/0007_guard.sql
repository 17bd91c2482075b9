-- A version before this step looks for a table `migration`, and would make all its tables beside these if there were none. It
-- finds this view, reads a step that it does not know, and refuses to start. An app may drop the view and take the name.
DO $$ BEGIN
    IF to_regclass(format('%I.migration', current_schema())) IS NULL THEN
        CREATE VIEW migration AS SELECT room, number, name, applied_at FROM groat_migration;
    END IF;
END $$;

-- As step 3 makes it, for databases in which an older version took that step.
CREATE OR REPLACE FUNCTION groat_archive_month(month integer) RETURNS void LANGUAGE plpgsql AS $$
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
