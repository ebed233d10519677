-- Retention: how long free text is kept, what was announced, and what was destroyed. Contents never stand here.

CREATE TABLE retention (
  only        INTEGER PRIMARY KEY CHECK (only = 1),
  notice_days INTEGER NOT NULL, -- days on which an announcement must have stood before it is acted on
  last_day    INTEGER,          -- business day of the last check
  doubt_from  INTEGER           -- last day before the clock leapt; NULL: the clock is believed
) STRICT;
INSERT INTO retention (only, notice_days) VALUES (1, 14);

-- Rules that were changed or are held; a matter without a row has the usual months.
CREATE TABLE retention_rule (
  matter  INTEGER PRIMARY KEY,
  months  INTEGER NOT NULL CHECK (months >= 0), -- 0: kept for ever
  held_by TEXT,                                 -- NULL: not held
  reason  TEXT,
  held_at INTEGER
) STRICT;

CREATE TABLE retention_notice (
  matter    INTEGER NOT NULL,
  month     INTEGER NOT NULL,
  announced INTEGER NOT NULL, -- business day
  witnessed INTEGER NOT NULL, -- days since then on which a check ran
  PRIMARY KEY (matter, month)
) STRICT, WITHOUT ROWID;

-- Destructions. Not finished: gone from the tables, perhaps not yet from the bytes of the files.
CREATE TABLE retention_run (
  id       INTEGER PRIMARY KEY,
  at       INTEGER NOT NULL,
  by       TEXT    NOT NULL,
  matter   INTEGER NOT NULL,
  month    INTEGER NOT NULL,
  count    INTEGER NOT NULL,
  finished INTEGER NOT NULL
) STRICT;

-- The table of comments is written anew once, with what is freed overwritten, as the program does from now on: earlier
-- versions left copies of words that were replaced in unused parts of its pages. What was freed before is overwritten, too.
CREATE TABLE comment_anew (
  row  INTEGER PRIMARY KEY, -- response.row
  text TEXT NOT NULL
) STRICT;
INSERT INTO comment_anew (row, text) SELECT row, text FROM comment ORDER BY row;
DROP TABLE comment;
ALTER TABLE comment_anew RENAME TO comment;
CREATE TABLE freed (zeros BLOB) STRICT;
INSERT INTO freed (zeros)
  SELECT zeroblob(min(f.freelist_count * p.page_size, 900000000)) FROM pragma_freelist_count f, pragma_page_size p
  WHERE f.freelist_count > 0;
DROP TABLE freed;
