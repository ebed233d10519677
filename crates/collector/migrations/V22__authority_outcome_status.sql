-- Coverage is told by handling authority and outcome, too, from the index alone.
DROP INDEX dossier_bucket;
CREATE INDEX dossier_bucket ON dossier (bucket, finished_at, unit, procedure, filing_channel, due_at, authority, outcome)
  WHERE bucket IS NOT NULL AND finished_at IS NOT NULL;

DROP TRIGGER dossier_changed_in_bucket;
CREATE TRIGGER dossier_changed_in_bucket
  AFTER UPDATE OF bucket, procedure, unit, filing_channel, due_at, finished_at, authority, outcome ON dossier
  WHEN new.bucket IS NOT NULL AND (old.finished_at IS NOT NULL OR new.finished_at IS NOT NULL) BEGIN
  INSERT INTO bucket_revision (bucket, revision) VALUES (new.bucket, 1)
    ON CONFLICT DO UPDATE SET revision = revision + 1;
END;

-- What the one-stop software has told of the way of a dossier, in whatever order it came; nothing is taken out.
CREATE TABLE dossier_status (
  code   TEXT    NOT NULL, -- dossier.code
  at     INTEGER NOT NULL, -- milliseconds since 1970
  status INTEGER NOT NULL, -- name.id
  PRIMARY KEY (code, at, status)
) STRICT, WITHOUT ROWID;
