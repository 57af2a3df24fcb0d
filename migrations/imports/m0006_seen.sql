-- Who sent a file, as an actor: they may see it, and else only who may read what it was imported into. Of one that a
-- version before took in nobody knows it.
ALTER TABLE uploads ADD COLUMN uploaded_by TEXT;

-- The file of the attempt that is, or was, the last to write an export: each attempt has one of its own.
ALTER TABLE exports ADD COLUMN file_id UUID;
