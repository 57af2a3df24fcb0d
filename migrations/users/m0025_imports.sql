-- What each batch of an import came to, so that it is done once.
CREATE TABLE import_batches (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    import_id UUID NOT NULL,
    batch BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT import_batches_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_batches_once UNIQUE (tenant_id, import_id, batch)
);
@ledger_table import_batches
@erasable_ledger import_batches

-- What was decided of each row of an import, in its plan or as it was carried out. A row's key is an address, so who is erased
-- takes theirs along: it is written and deleted, and never changed.
CREATE TABLE import_decisions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    import_id UUID NOT NULL,
    batch BIGINT NOT NULL,
    line BIGINT NOT NULL,
    row_key TEXT,
    occurrence BIGINT NOT NULL,
    seen UUID,
    outcome TEXT,
    change TEXT,
    thing TEXT,
    step BIGINT,
    after TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT import_decisions_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_decisions_of_batch UNIQUE (tenant_id, import_id, batch, line),
    CONSTRAINT import_decisions_of_key UNIQUE (tenant_id, import_id, row_key, occurrence),
    CONSTRAINT import_decisions_of_thing UNIQUE (tenant_id, import_id, thing, step)
);
CREATE INDEX import_decisions_of_address ON import_decisions (tenant_id, row_key) WHERE row_key IS NOT NULL;
@tenant_table import_decisions
-- postgres:REVOKE UPDATE ON import_decisions FROM insula_users;
-- sqlite:CREATE TRIGGER import_decisions_no_update BEFORE UPDATE ON import_decisions BEGIN SELECT RAISE(ABORT, 'import_decisions is never changed'); END;

-- Which lines of documents were imported.
CREATE TABLE import_identities (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    identity UUID NOT NULL,
    occurrence BIGINT NOT NULL,
    import_id UUID NOT NULL,
    line BIGINT NOT NULL,
    resource_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT import_identities_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX import_identities_once ON import_identities (tenant_id, identity, occurrence) WHERE deleted_at IS NULL;
CREATE INDEX import_identities_of_import ON import_identities (tenant_id, import_id, line);
@tenant_table import_identities

-- Where whoever accepts it belongs then, by a file: in which team, and to whom they report.
ALTER TABLE invitations ADD COLUMN team_id UUID;
ALTER TABLE invitations ADD COLUMN manager_id UUID;
