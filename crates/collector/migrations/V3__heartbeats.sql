-- The last heartbeat of each device key, and what it remembers of those before.

CREATE TABLE heartbeat (
  device             TEXT PRIMARY KEY, -- key.name
  received_at        INTEGER NOT NULL,
  clock_skew_ms      INTEGER NOT NULL, -- device clock minus server clock
  install_id         TEXT    NOT NULL,
  boots              INTEGER NOT NULL,
  boot               TEXT    NOT NULL,
  version            TEXT    NOT NULL,
  waiting            INTEGER NOT NULL,
  parked             INTEGER NOT NULL,
  sent               INTEGER NOT NULL,
  persisted          INTEGER NOT NULL,
  strict             INTEGER NOT NULL,
  used               INTEGER,
  quota              INTEGER,
  device_time        TEXT    NOT NULL,
  previous_boot      TEXT,
  previous_install   TEXT,
  install_changed_at INTEGER,
  losses             TEXT    NOT NULL -- JSON array: when the storage was lost, oldest first, at most 100
) STRICT, WITHOUT ROWID;

-- A device that is enrolled anew under an old name is another device: its first install id is no loss.
CREATE TRIGGER key_added AFTER INSERT ON key BEGIN
  DELETE FROM heartbeat WHERE device = new.name;
END;

CREATE TRIGGER key_removed AFTER DELETE ON key BEGIN
  DELETE FROM heartbeat WHERE device = old.name;
END;
