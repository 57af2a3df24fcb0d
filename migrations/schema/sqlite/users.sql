CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    membership_id BLOB NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash BLOB NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    expires_at TEXT,
    last_used_at TEXT,
    revoked_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_listed ON api_keys (tenant_id, created_at, public_id);
CREATE TRIGGER audit_details_no_update BEFORE UPDATE ON audit_details BEGIN SELECT RAISE(ABORT, 'audit_details is never changed'); END;
CREATE TABLE audit_details (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    salt BLOB NOT NULL,
    detail TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TABLE audit_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    action TEXT NOT NULL,
    resource TEXT NOT NULL,
    resource_id BLOB NOT NULL,
    before TEXT,
    after TEXT,
    actor TEXT NOT NULL,
    impersonator TEXT,
    client_address TEXT,
    request_id TEXT NOT NULL,
    happened_at TEXT NOT NULL,
    created_at TEXT NOT NULL, detail_hash BLOB, actor_user BLOB,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX audit_entries_listed ON audit_entries (tenant_id, created_at, public_id);
CREATE INDEX audit_entries_of_action ON audit_entries (tenant_id, action, created_at, public_id);
CREATE INDEX audit_entries_of_actor ON audit_entries (tenant_id, actor_user, created_at, public_id);
CREATE INDEX audit_entries_of_resource ON audit_entries (tenant_id, resource_id, created_at, public_id);
CREATE TABLE email_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    hash BLOB NOT NULL,
    display_name TEXT NOT NULL,
    organization_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    tries BIGINT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX email_tokens_hash ON email_tokens (hash);
CREATE INDEX email_tokens_of_user ON email_tokens (tenant_id, user_id);
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
CREATE TABLE memberships (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended', 'removed')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX memberships_listed ON memberships (tenant_id, created_at, public_id);
CREATE INDEX memberships_of_user ON memberships (user_id, created_at);
CREATE UNIQUE INDEX memberships_user ON memberships (tenant_id, user_id) WHERE deleted_at IS NULL;
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
CREATE TABLE refresh_tokens (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    session_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, public_id)
);
CREATE INDEX refresh_tokens_hash ON refresh_tokens (hash);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (tenant_id, session_id);
CREATE TABLE sessions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    membership_id BLOB NOT NULL,
    access_hash BLOB NOT NULL,
    access_expires_at TEXT NOT NULL,
    device TEXT,
    client_address TEXT,
    revoked_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX sessions_access ON sessions (access_hash);
CREATE INDEX sessions_listed ON sessions (tenant_id, created_at, public_id);
CREATE TABLE tenants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'suspended')),
    mode TEXT NOT NULL CHECK (mode IN ('live', 'test')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    email_verified_at TEXT,
    display_name TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX users_email ON users (email_key) WHERE deleted_at IS NULL;
CREATE TABLE "users_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
