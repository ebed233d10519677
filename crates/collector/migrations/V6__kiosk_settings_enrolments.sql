-- What a kiosk is set up to do beyond its unit and form, as JSON (KioskSettings); NULL: nothing chosen.
ALTER TABLE key ADD COLUMN device_settings TEXT;

-- Kiosks that wait to be enrolled by a short code. The code is short-lived and worth one device key, so a plain hash will do.
CREATE TABLE enrolment (
  code            BLOB    PRIMARY KEY CHECK (length(code) = 32),
  name            TEXT    NOT NULL UNIQUE,
  device_unit     TEXT    NOT NULL,
  device_form     TEXT    NOT NULL,
  device_settings TEXT    NOT NULL,
  expires_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
