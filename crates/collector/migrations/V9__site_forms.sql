-- Which form the pages of a portal ask where they name none; NULL: the usual one.
ALTER TABLE site ADD COLUMN form TEXT;
