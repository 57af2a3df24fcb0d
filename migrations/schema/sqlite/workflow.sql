CREATE TABLE definitions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    trigger TEXT NOT NULL,
    approver_role TEXT,
    approver_user_id BLOB,
    requester_may_decide BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    published_at TEXT,
    retired_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, total_over_minor BIGINT, currency TEXT, quantity_over BIGINT CHECK ((quantity_over IS NULL) <> (total_over_minor IS NULL) AND (total_over_minor IS NULL) = (currency IS NULL)),
    UNIQUE (tenant_id, public_id),
    CHECK ((approver_role IS NULL) <> (approver_user_id IS NULL))
);
CREATE INDEX definitions_listed ON definitions (tenant_id, created_at, public_id);
CREATE TABLE holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    cleared_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
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
CREATE TABLE tasks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    definition_id BLOB NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    hold_id BLOB NOT NULL,
    title TEXT NOT NULL,
    approver_role TEXT,
    approver_user_id BLOB,
    requester_may_decide BOOLEAN NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'approved', 'rejected', 'cleared')),
    requested_by BLOB,
    decided_by BLOB,
    decided_at TEXT,
    comment TEXT,
    applied_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, total_minor BIGINT, currency TEXT, quantity BIGINT CHECK ((quantity IS NULL) <> (total_minor IS NULL) AND (total_minor IS NULL) = (currency IS NULL)), warehouse_id BLOB CHECK ((warehouse_id IS NOT NULL) = (subject_kind = 'count')),
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, definition_id) REFERENCES definitions (tenant_id, public_id),
    CHECK ((approver_role IS NULL) <> (approver_user_id IS NULL)),
    CHECK ((status IN ('approved', 'rejected')) = (decided_at IS NOT NULL))
);
CREATE INDEX tasks_by_status ON tasks (tenant_id, status, created_at, public_id);
CREATE UNIQUE INDEX tasks_hold ON tasks (tenant_id, hold_id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_listed ON tasks (tenant_id, created_at, public_id);
CREATE INDEX tasks_of_definition ON tasks (tenant_id, definition_id);
CREATE INDEX tasks_of_role ON tasks (tenant_id, approver_role, created_at, public_id) WHERE approver_role IS NOT NULL;
CREATE INDEX tasks_of_user ON tasks (tenant_id, approver_user_id, created_at, public_id) WHERE approver_user_id IS NOT NULL;
CREATE TABLE "workflow_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
