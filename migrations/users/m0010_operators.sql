-- The operators of the installation, what they decide for all tenants, and what for one. Their own deeds are in the audit
-- log of the nil tenant, which belongs to nobody else.

CREATE TABLE operators (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hash BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE INDEX operators_hash ON operators (hash);
@platform_table operators

-- One row, there from the beginning. Where a column is NULL the configuration decides.
CREATE TABLE installation (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    only_one BIGINT NOT NULL CHECK (only_one = 1),
    sign_up TEXT CHECK (sign_up IN ('open', 'invitation', 'closed')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX installation_once ON installation (only_one) WHERE deleted_at IS NULL;
@platform_table installation
-- postgres:INSERT INTO installation (public_id, only_one, version, created_at, updated_at)
-- postgres:    VALUES ('0190a5c8-7d3e-7a61-8f2b-000000000001', 1, 1, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00');
-- sqlite:INSERT INTO installation (public_id, only_one, version, created_at, updated_at)
-- sqlite:    VALUES (x'0190a5c87d3e7a618f2b000000000001', 1, 1, '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00');

-- Limits of one tenant; NULL is that of the configuration, or none. Nodes of the version before know of none.
ALTER TABLE tenants ADD COLUMN requests_per_minute BIGINT;
ALTER TABLE tenants ADD COLUMN max_members BIGINT;
ALTER TABLE tenants ADD COLUMN suspension_reason TEXT;
CREATE INDEX tenants_listed ON tenants (created_at, public_id);
CREATE INDEX tenants_by_state ON tenants (state, created_at, public_id);

-- For how many tenants in a hundred a feature is on; one without a row is as its domain declares it.
CREATE TABLE switches (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    name TEXT NOT NULL,
    share_percent BIGINT NOT NULL CHECK (share_percent BETWEEN 0 AND 100),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX switches_name ON switches (name) WHERE deleted_at IS NULL;
@platform_table switches

-- What an operator has said of one tenant goes before the share. NULL: nothing any more.
CREATE TABLE tenant_switches (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    of_tenant UUID NOT NULL REFERENCES tenants (public_id),
    name TEXT NOT NULL,
    state TEXT CHECK (state IN ('on', 'off')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE UNIQUE INDEX tenant_switches_name ON tenant_switches (of_tenant, name) WHERE deleted_at IS NULL;
@platform_table tenant_switches
