-- Who an account is at a provider of accounts (OpenID Connect). Written by the administrator; signing in makes none, it only
-- puts the subject in the place of an e-mail address, once.
CREATE TABLE identity (
  user      TEXT    NOT NULL,  -- user.name
  issuer    TEXT    NOT NULL,  -- the provider, as it writes itself
  subject   TEXT,              -- the person there, for ever; NULL: not known yet
  email     TEXT,              -- lower case; whoever first signs in with it is the person; NULL: the subject is known
  linked_at INTEGER NOT NULL,  -- milliseconds since 1970
  PRIMARY KEY (user, issuer),
  UNIQUE (issuer, subject),
  UNIQUE (issuer, email),
  CHECK ((subject IS NULL) <> (email IS NULL))
) STRICT, WITHOUT ROWID;
