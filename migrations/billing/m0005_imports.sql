-- A row says that a tenant is being erased: its ledgers let go of it in the transaction that has the row, and in no other.
CREATE TABLE erasures (
    tenant_id UUID PRIMARY KEY,
    ordered_at TIMESTAMPTZ NOT NULL
);
@tenant_table erasures

-- What an import's batch came to, written with its effect: the same batch again is answered from here.
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
