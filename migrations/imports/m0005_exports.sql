-- What targets have, each written as a file that lies in the blobs, under the export's id.

CREATE TABLE exports (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    target TEXT NOT NULL,
    permission TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    row_count BIGINT NOT NULL CHECK (row_count >= 0),
    size_bytes BIGINT,
    failure_detail TEXT,
    file_name TEXT NOT NULL,
    requested_by UUID,
    finished_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT exports_public_id UNIQUE (tenant_id, public_id),
    CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'done') = (size_bytes IS NOT NULL)),
    CHECK ((status = 'failed') = (failure_detail IS NOT NULL))
);
CREATE INDEX exports_newest ON exports (tenant_id, created_at, public_id);
@tenant_table exports
