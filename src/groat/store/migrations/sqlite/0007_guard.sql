-- A version before this step looks for a table `migration`, and would make all its tables beside these if there were none. It
-- finds this view, reads a step that it does not know, and refuses to start. An app may drop the view and take the name.
CREATE VIEW IF NOT EXISTS migration AS SELECT room, number, name, applied_at FROM groat_migration;
