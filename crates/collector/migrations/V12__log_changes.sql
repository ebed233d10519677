-- How often the log has changed, by form and day: a response was added, or a later revision took its place. What is
-- derived from the responses of some days (flags) stays right for as long as these numbers stay.
CREATE TABLE log_change (
  form    INTEGER NOT NULL,
  day     INTEGER NOT NULL,
  changes INTEGER NOT NULL,
  PRIMARY KEY (form, day)
) STRICT, WITHOUT ROWID;

INSERT INTO log_change (form, day, changes) SELECT form, day, count(*) FROM response GROUP BY form, day;

CREATE TRIGGER response_added AFTER INSERT ON response BEGIN
  INSERT INTO log_change (form, day, changes) VALUES (new.form, new.day, 1)
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

CREATE TRIGGER response_taken_out AFTER UPDATE ON response BEGIN
  UPDATE log_change SET changes = changes + 1 WHERE form = old.form AND day = old.day;
END;

CREATE TRIGGER response_put_in AFTER UPDATE ON response BEGIN
  INSERT INTO log_change (form, day, changes) VALUES (new.form, new.day, 1)
    ON CONFLICT DO UPDATE SET changes = changes + 1;
END;

-- Repeats enter no figure, and are part of what a device did.
CREATE INDEX response_repeats ON response (form, day) WHERE repeat_of IS NOT NULL;
