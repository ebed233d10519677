-- Portals whose pages may send ratings. A site's key stands in its pages for everybody to read, so it is kept as it is.
CREATE TABLE site (
  name       TEXT    PRIMARY KEY,
  unit       TEXT,             -- where a rating without a dossier is placed; NULL: where it says itself
  created_at INTEGER NOT NULL,
  revoked_at INTEGER           -- NULL: it may send
) STRICT, WITHOUT ROWID;

CREATE TABLE site_key (
  key        TEXT    PRIMARY KEY,
  site       TEXT    NOT NULL, -- site.name
  created_at INTEGER NOT NULL,
  expires_at INTEGER           -- NULL: the one in use
) STRICT, WITHOUT ROWID;
CREATE INDEX site_key_of ON site_key (site);

CREATE TABLE site_origin (
  origin TEXT NOT NULL,        -- as a browser writes it: https://host[:port]
  site   TEXT NOT NULL,        -- site.name
  PRIMARY KEY (origin, site)
) STRICT, WITHOUT ROWID;
