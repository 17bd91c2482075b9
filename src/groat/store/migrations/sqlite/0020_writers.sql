-- Budgets across accounts stand on no account, so what guards accounts against older versions (0011) does not guard them.

-- Which extras the version knows that wrote a batch: 0 for those before this step.
ALTER TABLE groat_batch ADD COLUMN knows INTEGER NOT NULL DEFAULT 0;

-- A server that was away for so long that it counts as gone spends uncounted when it comes back. One that knows budgets (16) and
-- not this step (512) goes on as long as one such is noted as alive.
CREATE TRIGGER groat_batch_writers BEFORE INSERT ON groat_batch
WHEN NEW.knows = 0
    AND EXISTS (SELECT 1 FROM groat_budget WHERE account IS NULL AND removed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM groat_node
                    WHERE extras & 16 <> 0 AND extras & 512 = 0 AND seen_at > NEW.at - 90000000)
BEGIN
    SELECT RAISE(ABORT, 'a version of groat before 0020 may write nothing while there are budgets across accounts');
END;
