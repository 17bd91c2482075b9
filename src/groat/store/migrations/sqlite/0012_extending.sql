-- When a hold was to end before it was first extended; NULL for one that never was.
ALTER TABLE groat_hold ADD COLUMN first_expires_at INTEGER;
