-- A `pending` act was taken, and its run is not filed yet, or its candidates are not placed.
ALTER TABLE groat_placement_act ADD COLUMN pending smallint NOT NULL DEFAULT 0;

CREATE INDEX groat_placement_act_pending ON groat_placement_act (at) WHERE pending = 1;

-- A placement keeps the rows of its files. Those of a file that was processed are not given again.
UPDATE groat_run_draft SET kept = 1 WHERE id IN (SELECT draft FROM groat_placement_file);
UPDATE groat_run_draft SET closed = 1 WHERE run IS NULL AND id IN (
    SELECT draft FROM groat_placement_file WHERE processed_at IS NOT NULL);
