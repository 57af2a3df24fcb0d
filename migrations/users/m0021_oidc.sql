-- A provider (OpenID Connect) that signs a tenant's members in. scopes and return_to are JSON lists of texts, role_map is a
-- JSON object from a value of the claim to a role. A sign-in finds its connection before it is in a tenant.
CREATE TABLE oidc_connections (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL UNIQUE,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sealed_secret BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    return_to TEXT NOT NULL,
    verified_claim TEXT NOT NULL,
    roles_claim TEXT,
    role_map TEXT NOT NULL,
    default_role TEXT NOT NULL CHECK (default_role IN ('viewer', 'member', 'admin')),
    joining TEXT NOT NULL CHECK (joining IN ('invited', 'anybody')),
    enforcement TEXT NOT NULL CHECK (enforcement IN ('optional', 'enforced')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX oidc_connections_enforced ON oidc_connections (tenant_id) WHERE enforcement = 'enforced' AND deleted_at IS NULL;
CREATE INDEX oidc_connections_listed ON oidc_connections (tenant_id, created_at, public_id);
@platform_tenant_table oidc_connections

-- A domain that a tenant says is its own, and since when it has proved it. Verified it is one tenant's alone.
CREATE TABLE verified_domains (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    domain TEXT NOT NULL,
    challenge TEXT NOT NULL,
    verified_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX verified_domains_once ON verified_domains (tenant_id, domain) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX verified_domains_taken ON verified_domains (domain) WHERE verified_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX verified_domains_listed ON verified_domains (tenant_id, created_at, public_id);
@platform_tenant_table verified_domains

-- Who somebody is at a provider. Of one person there is one at each.
CREATE TABLE oidc_identities (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    connection_id UUID NOT NULL,
    subject TEXT NOT NULL,
    user_id UUID NOT NULL REFERENCES users (public_id),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES oidc_connections (tenant_id, public_id)
);
CREATE UNIQUE INDEX oidc_identities_subject ON oidc_identities (tenant_id, connection_id, subject) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX oidc_identities_person ON oidc_identities (tenant_id, connection_id, user_id) WHERE deleted_at IS NULL;
CREATE INDEX oidc_identities_of_user ON oidc_identities (tenant_id, user_id);
@tenant_table oidc_identities

-- A sign-in on its way to the provider and back, and the code that its client is given for it; each is good once. It is found
-- by what the browser brings, before there is a tenant, and points at nothing: it is gone within the hour.
CREATE TABLE oidc_sign_ins (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    connection_id UUID NOT NULL,
    state_hash BYTEA NOT NULL,
    sealed_state BYTEA NOT NULL,
    return_to TEXT NOT NULL,
    challenge TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    user_id UUID,
    membership_id UUID,
    code_hash BYTEA,
    code_expires_at TIMESTAMPTZ,
    exchanged_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX oidc_sign_ins_state ON oidc_sign_ins (state_hash) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX oidc_sign_ins_code ON oidc_sign_ins (code_hash) WHERE code_hash IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX oidc_sign_ins_old ON oidc_sign_ins (expires_at);
@platform_table oidc_sign_ins
-- Those that are old go when others begin.
-- postgres:GRANT DELETE ON oidc_sign_ins TO insula_users_system;
