-- Coverage looks for finished dossiers by pseudonyms, which nobody can make without the key, and no count of it is kept on
-- disk: beside the register it would tell whose dossier was rated. So that not all need be looked for at each question,
-- dossiers lie in buckets by the date in their code, which is the open part of their pseudonyms, too; a bucket's number grows
-- with every change that may change its counts, in the transaction of that change, and counts in memory hold for one number.
ALTER TABLE dossier ADD COLUMN bucket BLOB; -- first four bytes of the pseudonym; NULL: not placed yet, done when the store opens
CREATE INDEX dossier_bucket ON dossier (bucket, finished_at, unit, procedure, filing_channel, due_at)
  WHERE bucket IS NOT NULL AND finished_at IS NOT NULL;
CREATE INDEX dossier_unplaced ON dossier (code) WHERE bucket IS NULL;

CREATE TABLE bucket_revision (
  bucket   BLOB    NOT NULL PRIMARY KEY CHECK (length(bucket) = 4),
  revision INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TRIGGER dossier_added_to_bucket AFTER INSERT ON dossier
  WHEN new.bucket IS NOT NULL AND new.finished_at IS NOT NULL BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (new.bucket, 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER dossier_changed_in_bucket
  AFTER UPDATE OF bucket, procedure, unit, filing_channel, due_at, finished_at ON dossier
  WHEN new.bucket IS NOT NULL AND (old.finished_at IS NOT NULL OR new.finished_at IS NOT NULL) BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (new.bucket, 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER dossier_taken_from_bucket AFTER DELETE ON dossier
  WHEN old.bucket IS NOT NULL AND old.finished_at IS NOT NULL BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (old.bucket, 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER response_added_to_bucket AFTER INSERT ON response
  WHEN new.pseudonym IS NOT NULL AND new.repeat_of IS NULL BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (substr(new.pseudonym, 1, 4), 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER response_changed_in_bucket AFTER UPDATE OF pseudonym, repeat_of ON response
  WHEN old.pseudonym IS NOT new.pseudonym OR old.repeat_of IS NOT new.repeat_of BEGIN
  INSERT INTO bucket_revision (bucket, revision)
    SELECT substr(p, 1, 4), 1 FROM (SELECT old.pseudonym AS p UNION ALL SELECT new.pseudonym) WHERE p IS NOT NULL
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER response_taken_from_bucket AFTER DELETE ON response WHEN old.pseudonym IS NOT NULL BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (substr(old.pseudonym, 1, 4), 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER invite_added_to_bucket AFTER INSERT ON invite BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (substr(new.pseudonym, 1, 4), 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

CREATE TRIGGER invite_taken_from_bucket AFTER DELETE ON invite BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (substr(old.pseudonym, 1, 4), 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

-- The months of finished dossiers need no recount when a dossier is only given its bucket.
DROP TRIGGER dossier_taken_out;
CREATE TRIGGER dossier_taken_out AFTER UPDATE OF finished_month, unit, procedure ON dossier
  WHEN old.finished_month IS NOT NULL BEGIN
  UPDATE finished_month SET dossiers = dossiers - 1
    WHERE month = old.finished_month AND unit = old.unit AND procedure = old.procedure;
END;

DROP TRIGGER dossier_put_in;
CREATE TRIGGER dossier_put_in AFTER UPDATE OF finished_month, unit, procedure ON dossier
  WHEN new.finished_month IS NOT NULL BEGIN
  INSERT INTO finished_month (month, unit, procedure, dossiers)
    VALUES (new.finished_month, new.unit, new.procedure, 1)
    ON CONFLICT DO UPDATE SET dossiers = dossiers + 1;
END;

-- Which unit took the place of which, from which day on. Two of one unit and day: it was split.
CREATE TABLE unit_change (
  unit      TEXT    NOT NULL,
  from_day  INTEGER NOT NULL,
  successor TEXT    NOT NULL,
  PRIMARY KEY (unit, from_day, successor)
) STRICT, WITHOUT ROWID;
