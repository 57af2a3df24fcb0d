-- From which networks somebody signed in to which account, under a keyed hash alone: who comes from there again is held up by
-- no stranger's failures. A row is written by who has proved who they are, and goes when that is long ago.
CREATE TABLE sign_in_places (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    subject BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX sign_in_places_subject ON sign_in_places (subject) WHERE deleted_at IS NULL;
CREATE INDEX sign_in_places_old ON sign_in_places (updated_at);
@platform_table sign_in_places
-- postgres:GRANT DELETE ON sign_in_places TO insula_users_system;
