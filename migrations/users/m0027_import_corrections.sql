-- Which row of an error file a line is, where it came in by one: by the import that refused it, and its line there.
ALTER TABLE import_identities ADD COLUMN corrects_import UUID;
ALTER TABLE import_identities ADD COLUMN corrects_line BIGINT;
