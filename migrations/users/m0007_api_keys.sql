-- What a key may do by permissions' names, how its secret is changed while both are good, and its version.

-- A JSON list of names; NULL is all of `role`. Nodes of the version before know `role` alone, so beside a list it
-- is the least there is.
ALTER TABLE api_keys ADD COLUMN scopes TEXT;
-- The secret of before, and until when it is good as well. Nodes of the version before refuse it.
ALTER TABLE api_keys ADD COLUMN previous_hash BYTEA;
ALTER TABLE api_keys ADD COLUMN previous_until TIMESTAMPTZ;
-- Nodes of the version before make keys without one.
ALTER TABLE api_keys ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX api_keys_previous_hash ON api_keys (previous_hash) WHERE previous_hash IS NOT NULL;
