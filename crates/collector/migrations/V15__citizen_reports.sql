-- Citizen reports (phản ánh, kiến nghị): what somebody asked an authority to answer, by when, and what became of it.

CREATE TABLE report (
  id                INTEGER PRIMARY KEY,
  outside_id        TEXT UNIQUE,      -- its id in the system it was fed from; NULL: opened here
  source            INTEGER NOT NULL,
  text              TEXT    NOT NULL, -- cleaned as comments are
  dossier           BLOB CHECK (length(dossier) = 20), -- keyed, never the code; of its own kind: no rating has the same
  received_at       INTEGER NOT NULL,
  received_day      INTEGER NOT NULL, -- business day of received_at
  -- What follows is what the last event says.
  unit              TEXT    NOT NULL,
  due_at            INTEGER NOT NULL,
  within_competence INTEGER NOT NULL,
  state             INTEGER NOT NULL,
  assignee          TEXT,
  answered_at       INTEGER,
  outcome           INTEGER NOT NULL,
  version           INTEGER NOT NULL  -- report_event.id of the last event
) STRICT;
CREATE INDEX report_by_day ON report (received_day);

CREATE TABLE report_event (
  id       INTEGER PRIMARY KEY,
  report   INTEGER NOT NULL, -- report.id
  at       INTEGER NOT NULL,
  by       TEXT    NOT NULL, -- who did it
  step     INTEGER NOT NULL,
  note     TEXT,
  standing TEXT    NOT NULL  -- how the report stood after it, as JSON
) STRICT;
CREATE INDEX report_event_of ON report_event (report);

CREATE TRIGGER report_event_changed BEFORE UPDATE ON report_event BEGIN
  SELECT RAISE(ABORT, 'the history of a citizen report is only added to');
END;
CREATE TRIGGER report_event_removed BEFORE DELETE ON report_event BEGIN
  SELECT RAISE(ABORT, 'the history of a citizen report is only added to');
END;

-- Dossiers that are not finished, by when they are due: those that are late count against a ratio of QĐ 766.
CREATE INDEX dossier_open ON dossier (due_at) WHERE finished_day IS NULL;
