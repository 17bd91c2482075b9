-- What was given back of a request's money, and what somebody proposes to give back: JSON, NULL for neither. A node of the
-- version before leaves the column alone.
ALTER TABLE groat_request ADD COLUMN corrections TEXT;
