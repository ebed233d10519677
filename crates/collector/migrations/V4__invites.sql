-- Invites: a citizen's right to rate one dossier once.

CREATE TABLE invite (
  hash           BLOB PRIMARY KEY CHECK (length(hash) = 16), -- keyed: who has the table has no token
  form           TEXT    NOT NULL,
  version        INTEGER NOT NULL,
  touchpoint     INTEGER NOT NULL,
  pseudonym      BLOB    NOT NULL CHECK (length(pseudonym) = 20), -- never the code: the row will name a response
  unit           TEXT    NOT NULL,
  procedure      TEXT,
  field          TEXT,
  timeliness     INTEGER NOT NULL,
  flags          INTEGER NOT NULL,
  expires_at     INTEGER NOT NULL,
  used_by        BLOB CHECK (length(used_by) = 16) -- response.id; NULL: open
) STRICT, WITHOUT ROWID;
