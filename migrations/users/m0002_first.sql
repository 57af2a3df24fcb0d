-- Tenants, people, and what proves who they are. Tokens and keys are here only as hashes.

CREATE TABLE tenants (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
@platform_table tenants

-- A person is one person in all their tenants. email_key is the address in lower case.
CREATE TABLE users (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    email_verified_at TIMESTAMPTZ,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX users_email ON users (email_key) WHERE deleted_at IS NULL;
@platform_table users

CREATE TABLE memberships (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES users (public_id),
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended', 'removed')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX memberships_user ON memberships (tenant_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX memberships_listed ON memberships (tenant_id, created_at, public_id);
-- Sign-in finds a person's tenants before it knows one.
CREATE INDEX memberships_of_user ON memberships (user_id, created_at);
@platform_tenant_table memberships

CREATE TABLE sessions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    membership_id UUID NOT NULL,
    access_hash BYTEA NOT NULL,
    access_expires_at TIMESTAMPTZ NOT NULL,
    device TEXT,
    client_address TEXT,
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX sessions_access ON sessions (access_hash);
CREATE INDEX sessions_listed ON sessions (tenant_id, created_at, public_id);
@platform_tenant_table sessions

-- All refresh tokens a session ever had, so that an old one that comes back is recognised.
CREATE TABLE refresh_tokens (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    session_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, public_id)
);
CREATE INDEX refresh_tokens_hash ON refresh_tokens (hash);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (tenant_id, session_id);
@platform_tenant_table refresh_tokens

CREATE TABLE api_keys (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    membership_id UUID NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BYTEA NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    expires_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_listed ON api_keys (tenant_id, created_at, public_id);
@platform_tenant_table api_keys

-- A link in a mail. It applies what was said in the sign-up it was sent for, to whoever also knows the password of that
-- sign-up; so whoever else signed up with the same address gains nothing, whichever link its owner follows.
CREATE TABLE email_tokens (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    user_id UUID NOT NULL REFERENCES users (public_id),
    hash BYTEA NOT NULL,
    display_name TEXT NOT NULL,
    organization_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    tries BIGINT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX email_tokens_hash ON email_tokens (hash);
CREATE INDEX email_tokens_of_user ON email_tokens (tenant_id, user_id);
@platform_tenant_table email_tokens

-- public_id is the message's id; created_at the time the entry was recorded.
CREATE TABLE audit_entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id UUID NOT NULL,
    before JSONB,
    after JSONB,
    actor JSONB NOT NULL,
    impersonator JSONB,
    client_address TEXT,
    request_id TEXT NOT NULL,
    happened_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX audit_entries_listed ON audit_entries (tenant_id, created_at, public_id);
CREATE INDEX audit_entries_of_resource ON audit_entries (tenant_id, resource_id, created_at, public_id);
@ledger_table audit_entries
