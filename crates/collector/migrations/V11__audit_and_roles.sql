-- Who did what: a log that only grows. What is written here can be read and never changed, by this program or another.
CREATE TABLE audit (
  id     INTEGER PRIMARY KEY AUTOINCREMENT,
  at     INTEGER NOT NULL,  -- milliseconds since 1970
  who    TEXT    NOT NULL,  -- an account, "cli:<name>" for the command line, "server", or "" for an unknown person
  what   INTEGER NOT NULL,  -- Deed
  about  TEXT    NOT NULL,  -- the account, key, device, site or unit that it was done to
  detail TEXT    NOT NULL
) STRICT;
CREATE INDEX audit_who ON audit (who, id);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;

CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;

-- INSERT OR REPLACE removes a row without asking the trigger above.
CREATE TRIGGER audit_is_not_replaced BEFORE INSERT ON audit
WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)
BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END;

-- Accounts of before see everything, as they did.
ALTER TABLE user ADD COLUMN branch TEXT;          -- code of the unit on top of what it sees; NULL: all
ALTER TABLE user ADD COLUMN disabled_at INTEGER;  -- NULL: it may sign in
