CREATE TABLE exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    target TEXT NOT NULL,
    permission TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    row_count BIGINT NOT NULL CHECK (row_count >= 0),
    size_bytes BIGINT,
    failure_detail TEXT,
    file_name TEXT NOT NULL,
    requested_by BLOB,
    finished_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, file_id BLOB,
    CONSTRAINT exports_public_id UNIQUE (tenant_id, public_id),
    CHECK ((status IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((status = 'done') = (size_bytes IS NOT NULL)),
    CHECK ((status = 'failed') = (failure_detail IS NOT NULL))
);
CREATE INDEX exports_newest ON exports (tenant_id, created_at, public_id);
CREATE TABLE idempotency_keys (
    tenant_id BLOB NOT NULL,
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    status SMALLINT NOT NULL,
    headers TEXT NOT NULL,
    body BLOB NOT NULL,
    sealed BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (tenant_id, actor, key)
);
CREATE INDEX idempotency_keys_expired ON idempotency_keys (expires_at);
CREATE TABLE import_mappings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    target TEXT NOT NULL,
    mapping TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT import_mappings_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX import_mappings_name ON import_mappings (tenant_id, target, name) WHERE deleted_at IS NULL;
CREATE INDEX import_mappings_newest ON import_mappings (tenant_id, created_at, public_id);
CREATE INDEX import_mappings_of_target ON import_mappings (tenant_id, target, created_at, public_id);
CREATE TABLE "import_rows" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    run_id BLOB NOT NULL,
    line BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('created', 'updated', 'unchanged', 'refused', 'undone')),
    resource_id BLOB,
    faults TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT import_rows_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_rows_of_line UNIQUE (tenant_id, run_id, line),
    FOREIGN KEY (tenant_id, run_id) REFERENCES import_runs (tenant_id, public_id)
);
CREATE INDEX import_rows_by_outcome ON import_rows (tenant_id, run_id, outcome, line);
CREATE TABLE import_runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    upload_id BLOB NOT NULL,
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
    message_id BLOB NOT NULL,
    failure_detail TEXT,
    requested_by BLOB,
    started_at TEXT,
    finished_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, mapping_id BLOB, plan_id BLOB, undoable BOOLEAN NOT NULL DEFAULT FALSE, undo_status TEXT CHECK (undo_status IN ('queued', 'running', 'done', 'failed')), undo_next_batch BIGINT NOT NULL DEFAULT 0, undo_id BLOB, undo_failure_detail TEXT, rows_undone BIGINT NOT NULL DEFAULT 0, rows_kept BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT import_runs_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, upload_id) REFERENCES uploads (tenant_id, public_id)
);
CREATE INDEX import_runs_listed ON import_runs (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX import_runs_of_plan ON import_runs (tenant_id, plan_id)
    WHERE plan_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX import_runs_of_target ON import_runs (tenant_id, target, created_at, public_id);
CREATE INDEX import_runs_of_upload ON import_runs (tenant_id, upload_id);
CREATE TABLE "imports_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
CREATE TABLE inbox (
    message_id BLOB NOT NULL,
    subscriber TEXT NOT NULL,
    tenant_id BLOB,
    applied_at TEXT NOT NULL,
    PRIMARY KEY (message_id, subscriber)
);
CREATE INDEX inbox_applied ON inbox (applied_at);
CREATE TABLE messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    tenant_id BLOB,
    kind TEXT NOT NULL,
    payload_version INTEGER NOT NULL,
    payload TEXT NOT NULL,
    handler TEXT NOT NULL,
    unique_key TEXT,
    ordering_key TEXT,
    priority SMALLINT NOT NULL DEFAULT 0,
    status TEXT NOT NULL CHECK (status IN ('queued', 'leased', 'retrying', 'done', 'cancelled', 'dead')),
    run_at TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    max_attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until TEXT,
    cancel_requested BOOLEAN NOT NULL DEFAULT FALSE,
    progress_done BIGINT NOT NULL DEFAULT 0,
    progress_total BIGINT,
    last_error TEXT,
    actor TEXT NOT NULL,
    act_as TEXT NOT NULL,
    request_id TEXT NOT NULL,
    traceparent TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    finished_at TEXT,
    UNIQUE (handler, unique_key)
);
CREATE INDEX messages_due ON messages (run_at) WHERE status IN ('queued', 'retrying', 'leased');
CREATE INDEX messages_finished ON messages (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX messages_leased ON messages (lease_until) WHERE status = 'leased';
CREATE INDEX messages_of_tenant ON messages (tenant_id, created_at, public_id);
CREATE INDEX messages_ordered ON messages (handler, ordering_key, id) WHERE status IN ('queued', 'retrying', 'leased');
CREATE INDEX messages_turns ON messages (tenant_id, priority DESC, run_at, id)
    WHERE status IN ('queued', 'retrying', 'leased');
CREATE TABLE uploads (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    row_count BIGINT NOT NULL,
    column_names TEXT NOT NULL,
    preview TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, delimiter TEXT CHECK (delimiter IN ('comma', 'semicolon', 'tab', 'pipe')), encoding TEXT, sheet_name TEXT, epoch BIGINT CHECK (epoch IN (1900, 1904)), header_row BIGINT NOT NULL DEFAULT 1, uploaded_by TEXT,
    CONSTRAINT uploads_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX uploads_listed ON uploads (tenant_id, created_at, public_id);
