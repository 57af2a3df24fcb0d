-- What was decided of each row of an import, in its plan or as it was carried out, and which lines of documents were
-- imported. A row that says what it is has a key, and is the so many-th of the file that has it. What it was decided upon
-- is kept as a print (`seen`); how it leaves what it is about (`thing`) is for the rows after it.
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
INSERT INTO import_decisions (tenant_id, public_id, import_id, batch, line, row_key, occurrence, created_at)
    SELECT tenant_id, public_id, import_id, batch, -id, sku, 1, created_at FROM import_skus;
-- postgres:DROP FUNCTION import_skus_erase(BIGINT);
DROP TABLE import_skus;
@ledger_table import_decisions
@erasable_ledger import_decisions

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
