-- A third roll-up, for the question that is asked most: units, all else together. The roll-up by month has nearly as many
-- cells as ratings where ten million of them are kept. All three are counted anew after this; under another name of the
-- watermark, so that a process of an older version that is still open cannot move it past what it knows nothing of.
CREATE TABLE rollup_unit (
  form  INTEGER NOT NULL,
  month INTEGER NOT NULL,
  unit  INTEGER NOT NULL,
  cell  BLOB    NOT NULL,
  PRIMARY KEY (form, month, unit)
) STRICT, WITHOUT ROWID;

DELETE FROM rollup_month;
DELETE FROM rollup_day;
ALTER TABLE watermark RENAME COLUMN row TO upto;
UPDATE watermark SET upto = 0;
