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
    deleted_by TEXT, scopes TEXT, previous_hash BLOB, previous_until TEXT, version BIGINT NOT NULL DEFAULT 1,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX api_keys_hash ON api_keys (hash);
CREATE INDEX api_keys_listed ON api_keys (tenant_id, created_at, public_id);
CREATE INDEX api_keys_of_member ON api_keys (tenant_id, membership_id, created_at, public_id);
CREATE INDEX api_keys_previous_hash ON api_keys (previous_hash) WHERE previous_hash IS NOT NULL;
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
CREATE TABLE email_changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    new_email TEXT NOT NULL,
    new_email_key TEXT NOT NULL,
    old_hash BLOB NOT NULL,
    new_hash BLOB NOT NULL,
    old_confirmed_at TEXT,
    new_confirmed_at TEXT,
    expires_at TEXT NOT NULL,
    -- When it came about, or was given up for a later one.
    ended_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX email_changes_asked ON email_changes (user_id, created_at);
CREATE INDEX email_changes_expiring ON email_changes (expires_at);
CREATE INDEX email_changes_new ON email_changes (new_hash);
CREATE UNIQUE INDEX email_changes_of_user ON email_changes (user_id) WHERE ended_at IS NULL AND deleted_at IS NULL;
CREATE INDEX email_changes_old ON email_changes (old_hash);
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
CREATE INDEX email_tokens_expiring ON email_tokens (expires_at);
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
CREATE TABLE installation (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    only_one BIGINT NOT NULL CHECK (only_one = 1),
    sign_up TEXT CHECK (sign_up IN ('open', 'invitation', 'closed')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX installation_once ON installation (only_one) WHERE deleted_at IS NULL;
CREATE TABLE invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    role_id BLOB,
    invited_by BLOB NOT NULL,
    hash BLOB NOT NULL,
    tries BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'revoked')),
    expires_at TEXT NOT NULL,
    membership_id BLOB,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX invitations_by_state ON invitations (tenant_id, state, created_at, public_id);
CREATE INDEX invitations_hash ON invitations (hash);
CREATE INDEX invitations_listed ON invitations (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX invitations_open ON invitations (tenant_id, email_key) WHERE state = 'open' AND deleted_at IS NULL;
CREATE TRIGGER memberships_references BEFORE UPDATE OF role_id, manager_id ON memberships
WHEN (NEW.role_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM roles WHERE tenant_id = NEW.tenant_id AND public_id = NEW.role_id))
OR (NEW.manager_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM memberships WHERE tenant_id = NEW.tenant_id AND public_id = NEW.manager_id))
BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END;
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
    deleted_by TEXT, role_id BLOB, manager_id BLOB,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX memberships_by_role ON memberships (tenant_id, role, created_at, public_id);
CREATE INDEX memberships_by_state ON memberships (tenant_id, state, created_at, public_id);
CREATE INDEX memberships_listed ON memberships (tenant_id, created_at, public_id);
CREATE INDEX memberships_of_manager ON memberships (tenant_id, manager_id, created_at, public_id) WHERE manager_id IS NOT NULL;
CREATE INDEX memberships_of_role ON memberships (tenant_id, role_id, created_at, public_id) WHERE role_id IS NOT NULL;
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
CREATE TABLE operators (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    hash BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX operators_hash ON operators (hash);
CREATE TABLE passkey_ceremonies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    user_id BLOB REFERENCES users (public_id),
    sealed_state BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX passkey_ceremonies_old ON passkey_ceremonies (expires_at);
CREATE TABLE passkeys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    name TEXT NOT NULL,
    credential_id BLOB NOT NULL,
    credential TEXT NOT NULL,
    last_used_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX passkeys_credential ON passkeys (credential_id) WHERE deleted_at IS NULL;
CREATE INDEX passkeys_of_user ON passkeys (user_id, created_at, public_id);
CREATE TABLE password_resets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    hash BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX password_resets_expiring ON password_resets (expires_at);
CREATE INDEX password_resets_hash ON password_resets (hash);
CREATE INDEX password_resets_of_user ON password_resets (user_id);
CREATE TABLE recovery_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    hash BLOB NOT NULL,
    used_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX recovery_codes_deleted ON recovery_codes (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX recovery_codes_of_user ON recovery_codes (user_id) WHERE deleted_at IS NULL;
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
    deleted_by TEXT, answer BLOB,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, session_id) REFERENCES sessions (tenant_id, public_id)
);
CREATE INDEX refresh_tokens_hash ON refresh_tokens (hash);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (tenant_id, session_id);
CREATE INDEX refresh_tokens_spent ON refresh_tokens (expires_at) WHERE used_at IS NOT NULL;
CREATE INDEX refresh_tokens_unspent ON refresh_tokens (expires_at) WHERE used_at IS NULL;
CREATE TABLE roles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    permissions TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX roles_listed ON roles (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX roles_name ON roles (tenant_id, name) WHERE deleted_at IS NULL;
CREATE TRIGGER sessions_references BEFORE INSERT ON sessions
WHEN NEW.support_grant_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM support_grants WHERE tenant_id = NEW.tenant_id AND public_id = NEW.support_grant_id)
BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END;
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
    deleted_by TEXT, authenticated_at TEXT, strength TEXT, operator_id BLOB REFERENCES operators (public_id), support_grant_id BLOB,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX sessions_access ON sessions (access_hash);
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX sessions_listed ON sessions (tenant_id, created_at, public_id);
CREATE INDEX sessions_of_member ON sessions (tenant_id, membership_id, created_at, public_id);
CREATE INDEX sessions_of_operators ON sessions (access_expires_at) WHERE operator_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX sessions_of_support_grant ON sessions (tenant_id, support_grant_id) WHERE support_grant_id IS NOT NULL;
CREATE INDEX sessions_revoked ON sessions (revoked_at) WHERE revoked_at IS NOT NULL AND deleted_at IS NULL;
CREATE TABLE sign_in_failures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    subject BLOB NOT NULL UNIQUE,
    failures BIGINT NOT NULL,
    delayed_until TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX sign_in_failures_old ON sign_in_failures (updated_at);
CREATE TABLE sign_in_places (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    subject BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX sign_in_places_old ON sign_in_places (updated_at);
CREATE UNIQUE INDEX sign_in_places_subject ON sign_in_places (subject) WHERE deleted_at IS NULL;
CREATE TABLE signing_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    -- One after the other, so that of two nodes that make the next at once one does.
    generation BIGINT NOT NULL,
    -- Its thumbprint (RFC 7638).
    key_id TEXT NOT NULL,
    public_key BLOB NOT NULL,
    sealed_private_key BLOB NOT NULL,
    signs_from TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX signing_keys_generation ON signing_keys (generation) WHERE deleted_at IS NULL;
CREATE TABLE support_grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'member', 'admin')),
    reason TEXT NOT NULL,
    granted_by BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, granted_by) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX support_grants_listed ON support_grants (tenant_id, created_at, public_id);
CREATE TABLE switches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    share_percent BIGINT NOT NULL CHECK (share_percent BETWEEN 0 AND 100),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX switches_name ON switches (name) WHERE deleted_at IS NULL;
CREATE TABLE team_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    team_id BLOB NOT NULL,
    membership_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX team_members_listed ON team_members (tenant_id, team_id, created_at, public_id);
CREATE INDEX team_members_of_member ON team_members (tenant_id, membership_id);
CREATE UNIQUE INDEX team_members_once ON team_members (tenant_id, team_id, membership_id) WHERE deleted_at IS NULL;
CREATE TABLE teams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    parent_id BLOB,
    role TEXT CHECK (role IN ('viewer', 'member', 'admin', 'owner')),
    role_id BLOB,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    CHECK (role IS NULL OR role_id IS NULL),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES teams (tenant_id, public_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, public_id)
);
CREATE INDEX teams_listed ON teams (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX teams_name ON teams (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX teams_of_parent ON teams (tenant_id, parent_id, created_at, public_id) WHERE parent_id IS NOT NULL;
CREATE INDEX teams_of_role ON teams (tenant_id, role_id) WHERE role_id IS NOT NULL;
CREATE TABLE tenant_policies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    second_factor TEXT NOT NULL CHECK (second_factor IN ('optional', 'required', 'passkey')),
    -- JSON lists. An empty one of address ranges allows all.
    sign_in_methods TEXT NOT NULL,
    address_ranges TEXT NOT NULL,
    -- From the sign-in on; NULL is as long as the tokens are renewed.
    session_minutes BIGINT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX tenant_policies_once ON tenant_policies (tenant_id) WHERE deleted_at IS NULL;
CREATE TABLE tenant_switches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    of_tenant BLOB NOT NULL REFERENCES tenants (public_id),
    name TEXT NOT NULL,
    state TEXT CHECK (state IN ('on', 'off')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX tenant_switches_name ON tenant_switches (of_tenant, name) WHERE deleted_at IS NULL;
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
, requests_per_minute BIGINT, max_members BIGINT, suspension_reason TEXT);
CREATE INDEX tenants_by_state ON tenants (state, created_at, public_id);
CREATE INDEX tenants_listed ON tenants (created_at, public_id);
CREATE TABLE totp_factors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    sealed_secret BLOB NOT NULL,
    confirmed_at TEXT,
    last_step BIGINT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX totp_factors_of_user ON totp_factors (user_id) WHERE deleted_at IS NULL;
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
, sessions_ended_at TEXT, passkey_only_at TEXT);
CREATE UNIQUE INDEX users_email ON users (email_key) WHERE deleted_at IS NULL;
CREATE TABLE "users_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
