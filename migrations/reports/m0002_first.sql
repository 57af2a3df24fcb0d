-- Runs of reports. What a run wrote lies in the blobs, under the run's id.

CREATE TABLE report_runs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    report TEXT NOT NULL,
    title TEXT NOT NULL,
    permission TEXT NOT NULL,
    parameters JSONB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'ready', 'failed', 'cancelled')),
    rows_written BIGINT NOT NULL DEFAULT 0 CHECK (rows_written >= 0),
    size_bytes BIGINT,
    failure_detail TEXT,
    requested_by UUID,
    notify BOOLEAN NOT NULL,
    blob_name TEXT NOT NULL,
    finished_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT report_runs_public_id UNIQUE (tenant_id, public_id),
    CHECK ((status IN ('ready', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'ready') = (size_bytes IS NOT NULL)),
    CHECK ((status = 'failed') = (failure_detail IS NOT NULL))
);
CREATE INDEX report_runs_newest ON report_runs (tenant_id, created_at, public_id);
@tenant_table report_runs
