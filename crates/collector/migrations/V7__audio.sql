-- Whether the screens were read aloud. Those stored before there was sound were not.
ALTER TABLE response ADD COLUMN audio INTEGER NOT NULL DEFAULT 0;
