-- The audit log proves itself: a Merkle tree a tenant (RFC 6962), of which each entry is a leaf. Expands: nodes of the version
-- before write entries without a leaf while this one is rolled out, and users.seal_audit_entries gives them theirs, as it does
-- all entries from before.
ALTER TABLE audit_entries ADD COLUMN sealed BOOLEAN NOT NULL DEFAULT FALSE;

-- One row a tenant, held by whoever appends. The frontier is the roots of the complete subtrees, largest first.
CREATE TABLE audit_trees (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    -- Between what an entry tells of and its reaching the log, at most.
    longest_delay_seconds BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX audit_trees_once ON audit_trees (tenant_id) WHERE deleted_at IS NULL;
@tenant_table audit_trees

-- public_id is the entry's.
CREATE TABLE audit_leaves (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    leaf_index BIGINT NOT NULL,
    leaf_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant_id, public_id),
    UNIQUE (tenant_id, leaf_index),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
@ledger_table audit_leaves

-- The root of every 256 leaves (level 8), of every 256 of those (level 16) and so on, so that no proof reads many leaves.
CREATE TABLE audit_tiles (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    root BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant_id, public_id),
    UNIQUE (tenant_id, level, place)
);
@ledger_table audit_tiles

-- Entries without a leaf that were written since, or taken up: a row goes when its entry gets one. Which tenants have some is
-- asked by the system door.
CREATE TABLE audit_unsealed (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
CREATE INDEX audit_unsealed_next ON audit_unsealed (tenant_id, id);
@platform_tenant_table audit_unsealed
-- sqlite:CREATE TRIGGER audit_entries_unsealed AFTER INSERT ON audit_entries WHEN NOT NEW.sealed
-- sqlite:BEGIN INSERT INTO audit_unsealed (tenant_id, public_id, created_at) VALUES (NEW.tenant_id, NEW.public_id, NEW.created_at); END;
-- postgres:CREATE FUNCTION audit_entry_unsealed() RETURNS trigger LANGUAGE plpgsql SET search_path = users, pg_temp AS $body$
-- postgres:BEGIN
-- postgres:  INSERT INTO audit_unsealed (tenant_id, public_id, created_at) VALUES (NEW.tenant_id, NEW.public_id, NEW.created_at);
-- postgres:  RETURN NULL;
-- postgres:END $body$;
-- postgres:CREATE TRIGGER audit_entries_unsealed AFTER INSERT ON audit_entries FOR EACH ROW WHEN (NOT NEW.sealed) EXECUTE FUNCTION audit_entry_unsealed();

-- A log from before is not gone through here, since everybody would wait for it: a row for each tenant that has one. public_id is
-- the entry with which what has not been taken up begins; users.seal_audit_entries notes it in audit_unsealed, a stretch at a time.
CREATE TABLE audit_backlogs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
@platform_tenant_table audit_backlogs
-- From tenant to tenant by the index, and not by way of all entries.
INSERT INTO audit_backlogs (tenant_id, public_id, created_at)
    WITH RECURSIVE logs (tenant_id) AS (
        SELECT (SELECT e.tenant_id FROM audit_entries AS e ORDER BY e.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT e.tenant_id FROM audit_entries AS e WHERE e.tenant_id > logs.tenant_id ORDER BY e.tenant_id LIMIT 1)
            FROM logs WHERE logs.tenant_id IS NOT NULL
    )
    SELECT e.tenant_id, e.public_id, e.created_at FROM logs JOIN audit_entries AS e ON e.tenant_id = logs.tenant_id
        AND e.public_id = (SELECT f.public_id FROM audit_entries AS f WHERE f.tenant_id = logs.tenant_id
            ORDER BY f.public_id LIMIT 1);

-- The log as a file, made by a job and kept for a week. Its name in the store is another at each attempt.
CREATE TABLE audit_exports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL REFERENCES tenants (public_id),
    public_id UUID NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    requested_by UUID,
    tree_size BIGINT,
    rows_written BIGINT NOT NULL,
    size_bytes BIGINT,
    sha256 BYTEA,
    failure_detail TEXT,
    blob_name TEXT NOT NULL,
    finished_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX audit_exports_listed ON audit_exports (tenant_id, created_at, public_id);
CREATE INDEX audit_exports_expiring ON audit_exports (expires_at);
@platform_tenant_table audit_exports
