-- Seconds since 1970 from which a person decides on requests: later than now for whom somebody else just made staff.
ALTER TABLE groat_principal ADD COLUMN decides_after INTEGER NOT NULL DEFAULT 0;
