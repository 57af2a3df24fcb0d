-- The first tables of imports.

CREATE TABLE uploads (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    column_names TEXT NOT NULL,
    preview TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT uploads_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX uploads_listed ON uploads (tenant_id, created_at, public_id);
@tenant_table uploads

CREATE TABLE import_runs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    upload_id UUID NOT NULL,
    target TEXT NOT NULL,
    mapping TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('dry_run', 'apply')),
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    cancel_requested BOOLEAN NOT NULL,
    rows_total BIGINT NOT NULL,
    rows_done BIGINT NOT NULL,
    rows_created BIGINT NOT NULL,
    rows_updated BIGINT NOT NULL,
    rows_unchanged BIGINT NOT NULL,
    rows_refused BIGINT NOT NULL,
    next_batch BIGINT NOT NULL,
    resume_byte BIGINT NOT NULL,
    resume_line BIGINT NOT NULL,
    message_id UUID NOT NULL,
    failure_detail TEXT,
    requested_by UUID,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT import_runs_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, upload_id) REFERENCES uploads (tenant_id, public_id)
);
CREATE INDEX import_runs_listed ON import_runs (tenant_id, created_at, public_id);
CREATE INDEX import_runs_of_upload ON import_runs (tenant_id, upload_id);
@tenant_table import_runs

CREATE TABLE import_rows (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    run_id UUID NOT NULL,
    line BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused')),
    resource_id UUID,
    faults TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT import_rows_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_rows_line UNIQUE (tenant_id, run_id, line),
    FOREIGN KEY (tenant_id, run_id) REFERENCES import_runs (tenant_id, public_id)
);
CREATE INDEX import_rows_of_outcome ON import_rows (tenant_id, run_id, outcome, line);
@tenant_table import_rows
