-- How a person proves who they are, and what ends when that changes.

-- All sessions that were opened before end: with a new password, a thief's among them. Nodes of the version before do not
-- look at it.
ALTER TABLE users ADD COLUMN sessions_ended_at TIMESTAMPTZ;
-- When the holder of a session last proved who they are; NULL where that was when it was opened.
ALTER TABLE sessions ADD COLUMN authenticated_at TIMESTAMPTZ;

-- A link to choose a new password by.
CREATE TABLE password_resets (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (public_id),
    hash BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE INDEX password_resets_hash ON password_resets (hash);
CREATE INDEX password_resets_of_user ON password_resets (user_id);
@platform_table password_resets

-- How often signing in failed, by account and by address, known or not: what is counted for is there as a keyed hash alone.
CREATE TABLE sign_in_failures (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    subject BYTEA NOT NULL UNIQUE,
    failures BIGINT NOT NULL,
    delayed_until TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE INDEX sign_in_failures_old ON sign_in_failures (updated_at);
@platform_table sign_in_failures
-- Those that are old go when others are counted.
-- postgres:GRANT DELETE ON sign_in_failures TO insula_users_system;
