-- Mappings that are kept, runs that carry out a plan, and what is undone of them.

CREATE TABLE import_mappings (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    mapping TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT import_mappings_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX import_mappings_name ON import_mappings (tenant_id, target, name) WHERE deleted_at IS NULL;
CREATE INDEX import_mappings_newest ON import_mappings (tenant_id, created_at, public_id);
CREATE INDEX import_mappings_of_target ON import_mappings (tenant_id, target, created_at, public_id);
@tenant_table import_mappings

-- A run of the version before kept no decisions, and cannot be undone.
ALTER TABLE import_runs ADD COLUMN mapping_id UUID;
ALTER TABLE import_runs ADD COLUMN plan_id UUID;
ALTER TABLE import_runs ADD COLUMN undoable BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE import_runs ADD COLUMN undo_status TEXT CHECK (undo_status IN ('queued', 'running', 'done', 'failed'));
ALTER TABLE import_runs ADD COLUMN undo_next_batch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import_runs ADD COLUMN undo_id UUID;
ALTER TABLE import_runs ADD COLUMN undo_failure_detail TEXT;
ALTER TABLE import_runs ADD COLUMN rows_undone BIGINT NOT NULL DEFAULT 0;
ALTER TABLE import_runs ADD COLUMN rows_kept BIGINT NOT NULL DEFAULT 0;
-- A plan is carried out once.
CREATE UNIQUE INDEX import_runs_of_plan ON import_runs (tenant_id, plan_id)
    WHERE plan_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX import_runs_of_target ON import_runs (tenant_id, target, created_at, public_id);

-- `undone` is one more outcome of a row; neither backend adds one to a check.
CREATE TABLE new_import_rows (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    run_id UUID NOT NULL,
    line BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused', 'undone')),
    resource_id UUID,
    faults TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT import_rows_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_rows_of_line UNIQUE (tenant_id, run_id, line),
    FOREIGN KEY (tenant_id, run_id) REFERENCES import_runs (tenant_id, public_id)
);
INSERT INTO new_import_rows (tenant_id, public_id, run_id, line, outcome, resource_id, faults, created_at, updated_at, deleted_at, deleted_by)
    SELECT tenant_id, public_id, run_id, line, outcome, resource_id, faults, created_at, updated_at, deleted_at, deleted_by
    FROM import_rows;
DROP TABLE import_rows;
ALTER TABLE new_import_rows RENAME TO import_rows;
CREATE INDEX import_rows_by_outcome ON import_rows (tenant_id, run_id, outcome, line);
@tenant_table import_rows
