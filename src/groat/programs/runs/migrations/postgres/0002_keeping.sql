-- A `kept` draft is not forgotten as long as something else has it, such as a file of a placement. A `closed` one is neither
-- changed nor filed any more, because its rows were given by another run: they stay for people to read. An `untidy` one may
-- have rows of other editions, of checks that nobody ended.
ALTER TABLE groat_run_draft ADD COLUMN kept smallint NOT NULL DEFAULT 0;
ALTER TABLE groat_run_draft ADD COLUMN closed smallint NOT NULL DEFAULT 0;
ALTER TABLE groat_run_draft ADD COLUMN untidy smallint NOT NULL DEFAULT 1;

DROP INDEX groat_run_draft_open;
CREATE INDEX groat_run_draft_open ON groat_run_draft (id) WHERE run IS NULL AND kept = 0;
CREATE INDEX groat_run_draft_untidy ON groat_run_draft (id) WHERE untidy = 1;
