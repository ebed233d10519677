-- Years of dossier codes: whose key names their dossiers. A year stands here as soon as something is to be stored of it; of
-- one that does not, whatever is stored (by a version without keys of years) has the folder's key.
CREATE TABLE period (
  year   INTEGER PRIMARY KEY,
  state  INTEGER NOT NULL, -- 1: the folder's key; 2: a key of its own; 3: that was destroyed, and the year never gets another
  secret BLOB CHECK (length(secret) = 32), -- makes the key of the year together with the folder's, which is in no database
  CHECK ((state = 2) = (secret IS NOT NULL))
) STRICT;
-- From now on response.repeat_of = 0 without a pseudonym: of a dossier whose year has lost its key. What it repeats cannot be
-- known, so it is kept and does not count.
