-- When the one-stop software says a dossier was last changed (milliseconds since 1970); what is older never overwrites it.
ALTER TABLE dossier ADD COLUMN updated_at INTEGER;
-- Coverage asks for each finished dossier whether its citizen was invited.
CREATE INDEX invite_by_pseudonym ON invite (pseudonym);
