-- The second proof of who somebody is: codes of an authenticator (TOTP), and recovery codes for who has lost it.

-- The secret is sealed for its person, and empty when the authenticator is given up. Codes of last_step and before are
-- spent.
CREATE TABLE totp_factors (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (public_id),
    sealed_secret BYTEA NOT NULL,
    confirmed_at TIMESTAMPTZ,
    last_step BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX totp_factors_of_user ON totp_factors (user_id) WHERE deleted_at IS NULL;
@platform_table totp_factors

CREATE TABLE recovery_codes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (public_id),
    hash BYTEA NOT NULL,
    used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE INDEX recovery_codes_of_user ON recovery_codes (user_id) WHERE deleted_at IS NULL;
@platform_table recovery_codes

-- How the holder of a session has proved who they are; NULL is by a password alone. Nodes of the version before ask for no
-- second factor: confirm none before all nodes are of this version.
ALTER TABLE sessions ADD COLUMN strength TEXT;
