-- A tenant that its owner closed is suspended to nodes of the version before, and closed to those that read this.
ALTER TABLE tenants ADD COLUMN closed_at TIMESTAMPTZ;

-- A row says that a tenant is being erased: its ledgers let go of it in the transaction that has the row, and in no other.
CREATE TABLE erasures (
    tenant_id UUID PRIMARY KEY,
    ordered_at TIMESTAMPTZ NOT NULL
);
@tenant_table erasures
@erasable_ledger audit_entries
@erasable_ledger audit_leaves
@erasable_ledger audit_tiles

-- What a tenant takes along, or a person of theirs (of_person). The file is in the blobs until expires_at.
CREATE TABLE data_exports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    of_person UUID,
    requested_by UUID NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'ready', 'failed')),
    rows_written BIGINT NOT NULL,
    size_bytes BIGINT,
    failure_detail TEXT,
    expires_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT data_exports_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX data_exports_listed ON data_exports (tenant_id, created_at, public_id);
CREATE INDEX data_exports_expiring ON data_exports (expires_at) WHERE deleted_at IS NULL;
@platform_tenant_table data_exports

-- One for each time a tenant was closed. It speaks of a tenant and belongs to none, since it is there when that is gone.
CREATE TABLE tenant_closures (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    public_id UUID NOT NULL UNIQUE,
    of_tenant UUID NOT NULL,
    requested_by UUID NOT NULL,
    address TEXT,
    tenant_name TEXT,
    state TEXT NOT NULL CHECK (state IN ('closed', 'reopened', 'erasing', 'erased')),
    erases_at TIMESTAMPTZ NOT NULL,
    reopened_at TIMESTAMPTZ,
    erasing_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ,
    counts TEXT,
    certificate TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT
);
CREATE INDEX tenant_closures_of_tenant ON tenant_closures (of_tenant, created_at);
CREATE INDEX tenant_closures_due ON tenant_closures (erases_at) WHERE state IN ('closed', 'erasing');
@platform_table tenant_closures
-- postgres:GRANT DELETE ON tenants, tenant_switches TO insula_users_system;
