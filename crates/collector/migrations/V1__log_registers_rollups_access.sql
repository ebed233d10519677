-- The response log is the only source of truth; everything under "roll-ups" can be rebuilt from it.
-- Days are counted from 2000-01-01, months from year 0, moments are milliseconds since 1970-01-01 UTC.
-- Small numbers stand for the terms of store/terms.rs and are never given another meaning.

-- ---- Names: long texts that stand in many rows are kept once.

CREATE TABLE name (
  id   INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL, -- 1 unit, 2 procedure, 3 field, 4 device, 5 filing channel, 6 outcome
  text TEXT    NOT NULL,
  UNIQUE (kind, text)
) STRICT;

-- A form version that has answers. `shape` says how its packed answers are read; a form file that would read them
-- otherwise is refused at start.
CREATE TABLE form (
  id      INTEGER PRIMARY KEY,
  form    TEXT    NOT NULL,
  version INTEGER NOT NULL,
  shape   TEXT    NOT NULL,
  UNIQUE (form, version)
) STRICT;

-- ---- The log. Rows are only ever added, so that the row number is the order of arrival and can be a watermark.

CREATE TABLE response (
  row             INTEGER PRIMARY KEY,
  id              BLOB    NOT NULL UNIQUE CHECK (length(id) = 16),
  fingerprint     BLOB    NOT NULL CHECK (length(fingerprint) = 16),
  form            INTEGER NOT NULL, -- form.id: names the version that the answers are read with
  unit            INTEGER NOT NULL,
  procedure       INTEGER,
  field           INTEGER,
  timeliness      INTEGER NOT NULL,
  touchpoint      INTEGER NOT NULL,
  channel         INTEGER NOT NULL,
  provenance      INTEGER NOT NULL,
  pseudonym       BLOB CHECK (length(pseudonym) = 20),
  repeat_of       INTEGER, -- row of the response that counts for this pseudonym; NULL: this one counts
  day             INTEGER NOT NULL,
  received_at     INTEGER NOT NULL,
  answers         BLOB    NOT NULL, -- one byte an item, in the order of the form version
  flags           INTEGER NOT NULL,
  assisted        INTEGER NOT NULL,
  partial         INTEGER NOT NULL,
  reasons         TEXT, -- JSON array of reason ids
  locale          TEXT,
  scale_order     INTEGER,
  presentation    INTEGER,
  device          INTEGER,
  boot            TEXT,
  seq             INTEGER,
  started_at      INTEGER,
  submitted_at    INTEGER,
  elapsed_ms      INTEGER,
  clock_offset_ms INTEGER
) STRICT;

-- Counted once. The pseudonym is made of dossier, form id and touchpoint together, so it is the whole key.
CREATE UNIQUE INDEX response_counted ON response (pseudonym) WHERE repeat_of IS NULL AND pseudonym IS NOT NULL;
CREATE INDEX response_by_day ON response (form, day) WHERE repeat_of IS NULL;
CREATE INDEX response_by_unit ON response (unit, day) WHERE repeat_of IS NULL;

-- Free text lies apart, so that it can be destroyed without touching the log.
CREATE TABLE comment (
  row  INTEGER PRIMARY KEY, -- response.row
  text TEXT NOT NULL
) STRICT;

-- ---- Roll-ups: encoded cells of counted responses, complete up to the watermark.

CREATE TABLE watermark (
  only INTEGER PRIMARY KEY CHECK (only = 1),
  row  INTEGER NOT NULL -- responses up to this row are in both roll-ups
) STRICT;
INSERT INTO watermark (only, row) VALUES (1, 0);

CREATE TABLE rollup_month (
  form       INTEGER NOT NULL,
  month      INTEGER NOT NULL,
  unit       INTEGER NOT NULL,
  field      INTEGER NOT NULL, -- 0: none
  channel    INTEGER NOT NULL,
  touchpoint INTEGER NOT NULL,
  timeliness INTEGER NOT NULL,
  provenance INTEGER NOT NULL,
  cell       BLOB    NOT NULL,
  PRIMARY KEY (form, month, unit, field, channel, touchpoint, timeliness, provenance)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_day (
  form INTEGER NOT NULL,
  day  INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  cell BLOB    NOT NULL,
  PRIMARY KEY (form, day, unit)
) STRICT, WITHOUT ROWID;

-- ---- Registers, as the one-stop software and the administrator tell them.

CREATE TABLE unit (
  code       TEXT NOT NULL,
  name       TEXT NOT NULL,
  kind       TEXT NOT NULL,
  parent     TEXT,
  valid_from INTEGER,
  valid_to   INTEGER
) STRICT;
-- A code may come back for another unit, so the key is (code, valid_from); an unknown first day is one value.
CREATE UNIQUE INDEX unit_key ON unit (code, coalesce(valid_from, -1000000));

CREATE TABLE procedure (
  code  TEXT PRIMARY KEY,
  name  TEXT NOT NULL,
  field TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE dossier (
  code           TEXT PRIMARY KEY,
  procedure      INTEGER NOT NULL,
  unit           INTEGER NOT NULL,
  authority      INTEGER,
  filing_channel INTEGER,
  received_at    INTEGER,
  due_at         INTEGER,
  finished_at    INTEGER,
  finished_day   INTEGER, -- business day of finished_at
  finished_month INTEGER, -- month of finished_day
  outcome        INTEGER
) STRICT, WITHOUT ROWID;
-- Coverage counts finished dossiers from this index alone, and whole months from the table below.
CREATE INDEX dossier_finished ON dossier (finished_day, unit, procedure) WHERE finished_day IS NOT NULL;

-- Finished dossiers by month, kept by the database itself in the transaction that changes a dossier.
CREATE TABLE finished_month (
  month     INTEGER NOT NULL,
  unit      INTEGER NOT NULL,
  procedure INTEGER NOT NULL,
  dossiers  INTEGER NOT NULL,
  PRIMARY KEY (month, unit, procedure)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER dossier_added AFTER INSERT ON dossier WHEN new.finished_month IS NOT NULL BEGIN
  INSERT INTO finished_month (month, unit, procedure, dossiers)
    VALUES (new.finished_month, new.unit, new.procedure, 1)
    ON CONFLICT DO UPDATE SET dossiers = dossiers + 1;
END;

CREATE TRIGGER dossier_taken_out AFTER UPDATE ON dossier WHEN old.finished_month IS NOT NULL BEGIN
  UPDATE finished_month SET dossiers = dossiers - 1
    WHERE month = old.finished_month AND unit = old.unit AND procedure = old.procedure;
END;

CREATE TRIGGER dossier_put_in AFTER UPDATE ON dossier WHEN new.finished_month IS NOT NULL BEGIN
  INSERT INTO finished_month (month, unit, procedure, dossiers)
    VALUES (new.finished_month, new.unit, new.procedure, 1)
    ON CONFLICT DO UPDATE SET dossiers = dossiers + 1;
END;

-- ---- Who may do what.

CREATE TABLE key (
  name        TEXT PRIMARY KEY,
  hash        BLOB    NOT NULL UNIQUE CHECK (length(hash) = 32),
  role        INTEGER NOT NULL,
  device_unit TEXT,
  device_form TEXT,
  created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE user (
  name          TEXT PRIMARY KEY,
  password_hash TEXT    NOT NULL,
  role          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash       BLOB PRIMARY KEY CHECK (length(hash) = 32),
  user       TEXT    NOT NULL,
  csrf       TEXT    NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE note (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
