-- Programs of others that a tenant has registered. Nodes of the version before know none of these, nor the tokens of one.
CREATE TABLE oauth_clients (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    -- Who has registered it; for whom it acts where it acts for nobody else.
    membership_id UUID NOT NULL,
    -- What it calls itself. Ours, and not public_id, since that is chosen by who registers it.
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- JSON lists of texts.
    redirect_uris TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    scopes TEXT NOT NULL,
    -- A public one has no secret.
    secret_hash BYTEA,
    previous_hash BYTEA,
    previous_until TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE UNIQUE INDEX oauth_clients_client_id ON oauth_clients (client_id) WHERE deleted_at IS NULL;
CREATE INDEX oauth_clients_listed ON oauth_clients (tenant_id, created_at, public_id);
CREATE INDEX oauth_clients_of_member ON oauth_clients (tenant_id, membership_id);
@platform_tenant_table oauth_clients

-- What a member lets a client do for them. It is deleted where they take it back.
CREATE TABLE oauth_grants (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    membership_id UUID NOT NULL,
    client_id UUID NOT NULL,
    scopes TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES oauth_clients (tenant_id, public_id)
);
CREATE UNIQUE INDEX oauth_grants_once ON oauth_grants (tenant_id, membership_id, client_id) WHERE deleted_at IS NULL;
CREATE INDEX oauth_grants_listed ON oauth_grants (tenant_id, membership_id, created_at, public_id);
CREATE INDEX oauth_grants_of_client ON oauth_grants (tenant_id, client_id);
@tenant_table oauth_grants

-- Between a consent and the tokens that come of it. One that was used is kept, with the session, so that a second use is noticed.
CREATE TABLE oauth_codes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    membership_id UUID NOT NULL,
    client_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT NOT NULL,
    nonce TEXT,
    strength TEXT,
    authenticated_at TIMESTAMPTZ NOT NULL,
    device TEXT,
    client_address TEXT,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    session_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES oauth_clients (tenant_id, public_id)
);
CREATE UNIQUE INDEX oauth_codes_hash ON oauth_codes (hash) WHERE deleted_at IS NULL;
CREATE INDEX oauth_codes_expiring ON oauth_codes (expires_at);
@platform_tenant_table oauth_codes

-- Of a session that a client has: whose, as whom it acts where it does so for itself, how far its access token goes, and how
-- far one may go that comes of its refresh token. SQLite adds no foreign key of two columns to a table that is there. Nodes
-- of the version before refuse its tokens by their form.
ALTER TABLE sessions ADD COLUMN oauth_client_id UUID;
ALTER TABLE sessions ADD COLUMN oauth_actor_id UUID;
ALTER TABLE sessions ADD COLUMN scopes TEXT;
ALTER TABLE sessions ADD COLUMN refresh_scopes TEXT;
-- postgres:ALTER TABLE sessions ADD FOREIGN KEY (tenant_id, oauth_client_id) REFERENCES oauth_clients (tenant_id, public_id);
-- sqlite:CREATE TRIGGER sessions_references_client BEFORE INSERT ON sessions
-- sqlite:WHEN NEW.oauth_client_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM oauth_clients WHERE tenant_id = NEW.tenant_id AND public_id = NEW.oauth_client_id)
-- sqlite:BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END;
CREATE INDEX sessions_of_client ON sessions (tenant_id, oauth_client_id) WHERE oauth_client_id IS NOT NULL;
CREATE INDEX sessions_of_machine ON sessions (tenant_id, oauth_actor_id, created_at) WHERE oauth_actor_id IS NOT NULL;
CREATE INDEX sessions_never_renewed ON sessions (access_expires_at) WHERE oauth_client_id IS NOT NULL AND refresh_scopes IS NULL AND deleted_at IS NULL;
