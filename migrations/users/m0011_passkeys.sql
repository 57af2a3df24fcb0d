-- Keys that do not leave a person's device (WebAuthn Level 3).

-- credential is the library's record of it, JSON: public key, counter and flags; nothing of it is secret.
CREATE TABLE passkeys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    user_id UUID NOT NULL REFERENCES users (public_id),
    name TEXT NOT NULL,
    credential_id BYTEA NOT NULL,
    credential TEXT NOT NULL,
    last_used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id) WHERE deleted_at IS NULL;
CREATE INDEX passkeys_of_user ON passkeys (user_id, created_at, public_id);
@platform_table passkeys

-- A challenge that was given, until it is answered, once. Of a registration it names the person.
CREATE TABLE passkey_ceremonies (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    user_id UUID REFERENCES users (public_id),
    sealed_state BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE INDEX passkey_ceremonies_old ON passkey_ceremonies (expires_at);
@platform_table passkey_ceremonies
-- Those that are old go when others are made.
-- postgres:GRANT DELETE ON passkey_ceremonies TO insula_users_system;

-- Since when a person signs in by passkeys alone: their password is void, and one that a reset brings asks for a recovery
-- code beside it. Nodes of the version before ask for no code there, and refuse a session that a passkey has opened with an
-- error, so the switch users.passkeys is off until all nodes are of this version.
ALTER TABLE users ADD COLUMN passkey_only_at TIMESTAMPTZ;
