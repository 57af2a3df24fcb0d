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
CREATE TABLE audit_backlogs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
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
CREATE INDEX audit_details_old ON audit_details (tenant_id, created_at);
CREATE TRIGGER audit_entries_no_delete BEFORE DELETE ON audit_entries WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_no_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit_entries is append-only'); END;
CREATE TRIGGER audit_entries_unsealed AFTER INSERT ON audit_entries WHEN NOT NEW.sealed
BEGIN INSERT INTO audit_unsealed (tenant_id, public_id, created_at) VALUES (NEW.tenant_id, NEW.public_id, NEW.created_at); END;
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
    created_at TEXT NOT NULL, detail_hash BLOB, actor_user BLOB, sealed BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX audit_entries_listed ON audit_entries (tenant_id, created_at, public_id);
CREATE INDEX audit_entries_of_action ON audit_entries (tenant_id, action, created_at, public_id);
CREATE INDEX audit_entries_of_actions ON audit_entries
    (tenant_id, rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789'), created_at, public_id);
CREATE INDEX audit_entries_of_actor ON audit_entries (tenant_id, actor_user, created_at, public_id);
CREATE INDEX audit_entries_of_domain ON audit_entries
    (tenant_id, rtrim(rtrim(rtrim(action, 'abcdefghijklmnopqrstuvwxyz_0123456789'), '.'), 'abcdefghijklmnopqrstuvwxyz_0123456789'), created_at, public_id);
CREATE INDEX audit_entries_of_impersonator ON audit_entries
    (tenant_id, (impersonator ->> 'kind'), created_at, public_id) WHERE impersonator IS NOT NULL;
CREATE INDEX audit_entries_of_kind ON audit_entries (tenant_id, resource, created_at, public_id);
CREATE INDEX audit_entries_of_request ON audit_entries (tenant_id, request_id, created_at, public_id);
CREATE INDEX audit_entries_of_resource ON audit_entries (tenant_id, resource_id, created_at, public_id);
CREATE TABLE audit_exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed')),
    requested_by BLOB,
    tree_size BIGINT,
    rows_written BIGINT NOT NULL,
    size_bytes BIGINT,
    sha256 BLOB,
    failure_detail TEXT,
    blob_name TEXT NOT NULL,
    finished_at TEXT,
    expires_at TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX audit_exports_expiring ON audit_exports (expires_at);
CREATE INDEX audit_exports_listed ON audit_exports (tenant_id, created_at, public_id);
CREATE TRIGGER audit_leaves_no_delete BEFORE DELETE ON audit_leaves WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'audit_leaves is append-only'); END;
CREATE TRIGGER audit_leaves_no_update BEFORE UPDATE ON audit_leaves BEGIN SELECT RAISE(ABORT, 'audit_leaves is append-only'); END;
CREATE TABLE audit_leaves (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    leaf_index BIGINT NOT NULL,
    leaf_hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (tenant_id, public_id),
    UNIQUE (tenant_id, leaf_index),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
CREATE TABLE audit_streams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    url TEXT NOT NULL,
    action_prefix TEXT,
    made_by BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'paused')),
    paused_because TEXT CHECK (paused_because IN ('asked', 'gone', 'failed')),
    sealed_secret BLOB NOT NULL,
    sealed_previous BLOB,
    previous_until TEXT,
    next_leaf BIGINT NOT NULL CHECK (next_leaf >= 0),
    batch_end BIGINT,
    delivered_at TEXT,
    failing_since TEXT,
    failures BIGINT NOT NULL,
    last_error TEXT,
    next_try_at TEXT,
    -- Whether a job is there that will look at the log once more, and which of them has the turn.
    woken BOOLEAN NOT NULL,
    sender BLOB,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX audit_streams_listed ON audit_streams (tenant_id, created_at, public_id);
CREATE TRIGGER audit_tiles_no_delete BEFORE DELETE ON audit_tiles WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'audit_tiles is append-only'); END;
CREATE TRIGGER audit_tiles_no_update BEFORE UPDATE ON audit_tiles BEGIN SELECT RAISE(ABORT, 'audit_tiles is append-only'); END;
CREATE TABLE audit_tiles (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    root BLOB NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (tenant_id, public_id),
    UNIQUE (tenant_id, level, place)
);
CREATE TABLE audit_trees (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    size BIGINT NOT NULL,
    frontier BLOB NOT NULL,
    -- Between what an entry tells of and its reaching the log, at most.
    longest_delay_seconds BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX audit_trees_once ON audit_trees (tenant_id) WHERE deleted_at IS NULL;
CREATE TABLE audit_unsealed (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES audit_entries (tenant_id, public_id)
);
CREATE INDEX audit_unsealed_next ON audit_unsealed (tenant_id, id);
CREATE TABLE data_exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    of_person BLOB,
    requested_by BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'ready', 'failed')),
    rows_written BIGINT NOT NULL,
    size_bytes BIGINT,
    failure_detail TEXT,
    expires_at TEXT NOT NULL,
    finished_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT data_exports_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX data_exports_expiring ON data_exports (expires_at) WHERE deleted_at IS NULL;
CREATE INDEX data_exports_listed ON data_exports (tenant_id, created_at, public_id);
CREATE INDEX data_exports_of_person ON data_exports (tenant_id, of_person) WHERE of_person IS NOT NULL;
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
    deleted_by TEXT, mode TEXT CHECK (mode IN ('live', 'test')),
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX email_tokens_expiring ON email_tokens (expires_at);
CREATE INDEX email_tokens_hash ON email_tokens (hash);
CREATE INDEX email_tokens_of_user ON email_tokens (tenant_id, user_id);
CREATE TABLE erasures (
    tenant_id BLOB PRIMARY KEY,
    ordered_at TEXT NOT NULL
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
CREATE TRIGGER import_batches_no_delete BEFORE DELETE ON import_batches WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'import_batches is append-only'); END;
CREATE TRIGGER import_batches_no_update BEFORE UPDATE ON import_batches BEGIN SELECT RAISE(ABORT, 'import_batches is append-only'); END;
CREATE TABLE import_batches (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    batch BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT import_batches_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_batches_once UNIQUE (tenant_id, import_id, batch)
);
CREATE TRIGGER import_decisions_no_update BEFORE UPDATE ON import_decisions BEGIN SELECT RAISE(ABORT, 'import_decisions is never changed'); END;
CREATE TABLE import_decisions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    batch BIGINT NOT NULL,
    line BIGINT NOT NULL,
    row_key TEXT,
    occurrence BIGINT NOT NULL,
    seen BLOB,
    outcome TEXT,
    change TEXT,
    thing TEXT,
    step BIGINT,
    after TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT import_decisions_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_decisions_of_batch UNIQUE (tenant_id, import_id, batch, line),
    CONSTRAINT import_decisions_of_key UNIQUE (tenant_id, import_id, row_key, occurrence),
    CONSTRAINT import_decisions_of_thing UNIQUE (tenant_id, import_id, thing, step)
);
CREATE INDEX import_decisions_by_address ON import_decisions (row_key, tenant_id) WHERE row_key IS NOT NULL;
CREATE TABLE import_identities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    identity BLOB NOT NULL,
    occurrence BIGINT NOT NULL,
    import_id BLOB NOT NULL,
    line BIGINT NOT NULL,
    resource_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, corrects_import BLOB, corrects_line BIGINT,
    CONSTRAINT import_identities_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX import_identities_of_import ON import_identities (tenant_id, import_id, line);
CREATE UNIQUE INDEX import_identities_once ON import_identities (tenant_id, identity, occurrence) WHERE deleted_at IS NULL;
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
    deleted_by TEXT, team_id BLOB, manager_id BLOB,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX invitations_by_end ON invitations (tenant_id, state, expires_at);
CREATE INDEX invitations_by_state ON invitations (tenant_id, state, created_at, public_id);
CREATE INDEX invitations_hash ON invitations (hash);
CREATE INDEX invitations_listed ON invitations (tenant_id, created_at, public_id);
CREATE INDEX invitations_of_address ON invitations (email_key, tenant_id);
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
CREATE TABLE oauth_clients (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    -- Who has registered it; for whom it acts where it acts for nobody else.
    membership_id BLOB NOT NULL,
    -- What it calls itself. Ours, and not public_id, since that is chosen by who registers it.
    client_id TEXT NOT NULL,
    name TEXT NOT NULL,
    -- JSON lists of texts.
    redirect_uris TEXT NOT NULL,
    grant_types TEXT NOT NULL,
    scopes TEXT NOT NULL,
    -- A public one has no secret.
    secret_hash BLOB,
    previous_hash BLOB,
    previous_until TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE UNIQUE INDEX oauth_clients_client_id ON oauth_clients (client_id) WHERE deleted_at IS NULL;
CREATE INDEX oauth_clients_listed ON oauth_clients (tenant_id, created_at, public_id);
CREATE INDEX oauth_clients_of_member ON oauth_clients (tenant_id, membership_id);
CREATE TABLE oauth_codes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    membership_id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    hash BLOB NOT NULL,
    redirect_uri TEXT NOT NULL,
    challenge TEXT NOT NULL,
    scopes TEXT NOT NULL,
    nonce TEXT,
    strength TEXT,
    authenticated_at TEXT NOT NULL,
    device TEXT,
    client_address TEXT,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    session_id BLOB,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES oauth_clients (tenant_id, public_id)
);
CREATE INDEX oauth_codes_expiring ON oauth_codes (expires_at);
CREATE UNIQUE INDEX oauth_codes_hash ON oauth_codes (hash) WHERE deleted_at IS NULL;
CREATE TABLE oauth_grants (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    membership_id BLOB NOT NULL,
    client_id BLOB NOT NULL,
    scopes TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id),
    FOREIGN KEY (tenant_id, client_id) REFERENCES oauth_clients (tenant_id, public_id)
);
CREATE INDEX oauth_grants_listed ON oauth_grants (tenant_id, membership_id, created_at, public_id);
CREATE INDEX oauth_grants_of_client ON oauth_grants (tenant_id, client_id);
CREATE UNIQUE INDEX oauth_grants_once ON oauth_grants (tenant_id, membership_id, client_id) WHERE deleted_at IS NULL;
CREATE TABLE oidc_connections (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    scopes TEXT NOT NULL,
    return_to TEXT NOT NULL,
    verified_claim TEXT NOT NULL,
    roles_claim TEXT,
    role_map TEXT NOT NULL,
    default_role TEXT NOT NULL CHECK (default_role IN ('viewer', 'member', 'admin')),
    joining TEXT NOT NULL CHECK (joining IN ('invited', 'anybody')),
    enforcement TEXT NOT NULL CHECK (enforcement IN ('optional', 'enforced')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX oidc_connections_enforced ON oidc_connections (tenant_id) WHERE enforcement = 'enforced' AND deleted_at IS NULL;
CREATE INDEX oidc_connections_listed ON oidc_connections (tenant_id, created_at, public_id);
CREATE TABLE oidc_identities (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    connection_id BLOB NOT NULL,
    subject TEXT NOT NULL,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, connection_id) REFERENCES oidc_connections (tenant_id, public_id)
);
CREATE INDEX oidc_identities_of_user ON oidc_identities (tenant_id, user_id);
CREATE UNIQUE INDEX oidc_identities_person ON oidc_identities (tenant_id, connection_id, user_id) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX oidc_identities_subject ON oidc_identities (tenant_id, connection_id, subject) WHERE deleted_at IS NULL;
CREATE TABLE oidc_sign_ins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    connection_id BLOB NOT NULL,
    state_hash BLOB NOT NULL,
    sealed_state BLOB NOT NULL,
    return_to TEXT NOT NULL,
    challenge TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    user_id BLOB,
    membership_id BLOB,
    code_hash BLOB,
    code_expires_at TEXT,
    exchanged_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX oidc_sign_ins_code ON oidc_sign_ins (code_hash) WHERE code_hash IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX oidc_sign_ins_old ON oidc_sign_ins (expires_at);
CREATE UNIQUE INDEX oidc_sign_ins_state ON oidc_sign_ins (state_hash) WHERE deleted_at IS NULL;
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
CREATE TABLE scim_group_members (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    team_id BLOB NOT NULL,
    scim_user_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, public_id),
    FOREIGN KEY (tenant_id, scim_user_id) REFERENCES scim_users (tenant_id, public_id)
);
CREATE INDEX scim_group_members_of_user ON scim_group_members (tenant_id, scim_user_id);
CREATE UNIQUE INDEX scim_group_members_once ON scim_group_members (tenant_id, team_id, scim_user_id) WHERE deleted_at IS NULL;
CREATE TABLE scim_users (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    membership_id BLOB,
    user_name TEXT NOT NULL,
    user_name_key TEXT NOT NULL,
    external_id TEXT,
    -- Where an invitation goes, in lower case.
    email_key TEXT,
    -- By the directory's id of them, which may be one of a member without a row.
    manager_id BLOB,
    -- The rest of the directory's copy, as JSON.
    attributes TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE UNIQUE INDEX scim_users_awaited ON scim_users (tenant_id, email_key) WHERE membership_id IS NULL AND email_key IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX scim_users_external ON scim_users (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX scim_users_listed ON scim_users (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX scim_users_member ON scim_users (tenant_id, membership_id) WHERE membership_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX scim_users_of_manager ON scim_users (tenant_id, manager_id) WHERE manager_id IS NOT NULL;
CREATE UNIQUE INDEX scim_users_user_name ON scim_users (tenant_id, user_name_key) WHERE deleted_at IS NULL;
CREATE TRIGGER sessions_references BEFORE INSERT ON sessions
WHEN NEW.support_grant_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM support_grants WHERE tenant_id = NEW.tenant_id AND public_id = NEW.support_grant_id)
BEGIN SELECT RAISE(ABORT, 'FOREIGN KEY constraint failed'); END;
CREATE TRIGGER sessions_references_client BEFORE INSERT ON sessions
WHEN NEW.oauth_client_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM oauth_clients WHERE tenant_id = NEW.tenant_id AND public_id = NEW.oauth_client_id)
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
    deleted_by TEXT, authenticated_at TEXT, strength TEXT, operator_id BLOB REFERENCES operators (public_id), support_grant_id BLOB, oauth_client_id BLOB, oauth_actor_id BLOB, scopes TEXT, refresh_scopes TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, membership_id) REFERENCES memberships (tenant_id, public_id)
);
CREATE INDEX sessions_access ON sessions (access_hash);
CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX sessions_listed ON sessions (tenant_id, created_at, public_id);
CREATE INDEX sessions_never_renewed ON sessions (access_expires_at) WHERE oauth_client_id IS NOT NULL AND refresh_scopes IS NULL AND deleted_at IS NULL;
CREATE INDEX sessions_of_client ON sessions (tenant_id, oauth_client_id) WHERE oauth_client_id IS NOT NULL;
CREATE INDEX sessions_of_machine ON sessions (tenant_id, oauth_actor_id, created_at) WHERE oauth_actor_id IS NOT NULL;
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
    deleted_by TEXT, external_id TEXT,
    UNIQUE (tenant_id, public_id),
    CHECK (role IS NULL OR role_id IS NULL),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES teams (tenant_id, public_id),
    FOREIGN KEY (tenant_id, role_id) REFERENCES roles (tenant_id, public_id)
);
CREATE INDEX teams_external ON teams (tenant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX teams_listed ON teams (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX teams_name ON teams (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX teams_of_parent ON teams (tenant_id, parent_id, created_at, public_id) WHERE parent_id IS NOT NULL;
CREATE INDEX teams_of_role ON teams (tenant_id, role_id) WHERE role_id IS NOT NULL;
CREATE TABLE tenant_closures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    of_tenant BLOB NOT NULL,
    requested_by BLOB NOT NULL,
    address TEXT,
    tenant_name TEXT,
    state TEXT NOT NULL CHECK (state IN ('closed', 'reopened', 'erasing', 'erased')),
    erases_at TEXT NOT NULL,
    reopened_at TEXT,
    erasing_at TEXT,
    erased_at TEXT,
    counts TEXT,
    certificate TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE INDEX tenant_closures_asked_by ON tenant_closures (requested_by) WHERE address IS NOT NULL;
CREATE INDEX tenant_closures_due ON tenant_closures (erases_at) WHERE state IN ('closed', 'erasing');
CREATE INDEX tenant_closures_of_tenant ON tenant_closures (of_tenant, created_at);
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
    deleted_by TEXT, audit_detail_days BIGINT,
    UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX tenant_policies_once ON tenant_policies (tenant_id) WHERE deleted_at IS NULL;
CREATE INDEX tenant_policies_retention ON tenant_policies (tenant_id) WHERE audit_detail_days IS NOT NULL AND deleted_at IS NULL;
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
, requests_per_minute BIGINT, max_members BIGINT, suspension_reason TEXT, closed_at TEXT, invitation_mails BIGINT, invitation_mails_since TEXT);
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
CREATE TABLE user_erasures (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    public_id BLOB NOT NULL UNIQUE,
    user_id BLOB NOT NULL REFERENCES users (public_id),
    because TEXT NOT NULL CHECK (because IN ('asked', 'tenant_erased')),
    state TEXT NOT NULL CHECK (state IN ('erasing', 'erased')),
    sealed_person BLOB,
    done_up_to BLOB,
    erased_at TEXT,
    certificate TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT
);
CREATE UNIQUE INDEX user_erasures_once ON user_erasures (user_id) WHERE deleted_at IS NULL;
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
CREATE TABLE verified_domains (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL REFERENCES tenants (public_id),
    public_id BLOB NOT NULL,
    domain TEXT NOT NULL,
    challenge TEXT NOT NULL,
    verified_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id)
);
CREATE INDEX verified_domains_listed ON verified_domains (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX verified_domains_once ON verified_domains (tenant_id, domain) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX verified_domains_taken ON verified_domains (domain) WHERE verified_at IS NOT NULL AND deleted_at IS NULL;
