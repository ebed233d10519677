-- A device saves a rating the moment it is given and again when the rest has been answered: the same id, a greater
-- revision. The row then holds the latest content; number, order of arrival and what it counts for stay as they were.
ALTER TABLE response ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
