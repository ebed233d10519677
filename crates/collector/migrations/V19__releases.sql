-- What was published. The tables of a release are kept as they were made and never computed again.

CREATE TABLE published (
  row          INTEGER PRIMARY KEY,
  id           TEXT    NOT NULL UNIQUE,
  form         TEXT    NOT NULL,
  from_day     INTEGER NOT NULL, -- business days, both inclusive
  to_day       INTEGER NOT NULL,
  head         TEXT    NOT NULL, -- the release without its tables, as JSON; public, whatever withdrawn_at is
  tables       TEXT    NOT NULL, -- its tables, as JSON
  withdrawn_at INTEGER           -- NULL: public
) STRICT;
CREATE INDEX published_by_form ON published (form, from_day);

CREATE TRIGGER published_changed BEFORE UPDATE OF row, id, form, from_day, to_day, head, tables ON published BEGIN
  SELECT RAISE(ABORT, 'a release is never changed');
END;
CREATE TRIGGER published_removed BEFORE DELETE ON published BEGIN
  SELECT RAISE(ABORT, 'a release is never removed');
END;
