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
CREATE TRIGGER import_skus_no_delete BEFORE DELETE ON import_skus WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'import_skus is append-only'); END;
CREATE TRIGGER import_skus_no_update BEFORE UPDATE ON import_skus BEGIN SELECT RAISE(ABORT, 'import_skus is append-only'); END;
CREATE TABLE import_skus (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    sku TEXT NOT NULL,
    batch BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT import_skus_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_skus_once UNIQUE (tenant_id, import_id, sku)
);
CREATE TABLE inbox (
    message_id BLOB NOT NULL,
    subscriber TEXT NOT NULL,
    tenant_id BLOB,
    applied_at TEXT NOT NULL,
    PRIMARY KEY (message_id, subscriber)
);
CREATE INDEX inbox_applied ON inbox (applied_at);
CREATE TABLE "inventory_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
CREATE TRIGGER items_search_delete AFTER DELETE ON items BEGIN DELETE FROM items_search WHERE rowid = old.id; END;
CREATE TRIGGER items_search_insert AFTER INSERT ON items BEGIN INSERT INTO items_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TRIGGER items_search_update AFTER UPDATE OF search_text ON items
    WHEN old.search_text <> new.search_text BEGIN DELETE FROM items_search WHERE rowid = old.id; INSERT INTO items_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    category TEXT,
    unit TEXT NOT NULL,
    unit_cost_minor BIGINT CHECK (unit_cost_minor >= 0),
    currency TEXT,
    reorder_level BIGINT CHECK (reorder_level >= 0),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, external_id TEXT, metadata TEXT NOT NULL DEFAULT '{}', search_text TEXT NOT NULL DEFAULT '',
    CONSTRAINT items_public_id UNIQUE (tenant_id, public_id),
    CHECK ((unit_cost_minor IS NULL) = (currency IS NULL))
);
CREATE UNIQUE INDEX items_external_id ON items (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX items_newest ON items (tenant_id, created_at, public_id);
CREATE INDEX items_of_category ON items (tenant_id, category, created_at, public_id);
CREATE INDEX items_of_reference ON items (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX items_of_sku ON items (tenant_id, sku, created_at, public_id);
CREATE UNIQUE INDEX items_sku ON items (tenant_id, sku) WHERE deleted_at IS NULL;
CREATE VIRTUAL TABLE items_search USING fts5(search_text, tenant_id UNINDEXED, public_id UNINDEXED, tokenize = 'trigram case_sensitive 1');
CREATE TABLE 'items_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE 'items_search_content'(id INTEGER PRIMARY KEY, c0, c1, c2);
CREATE TABLE 'items_search_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE 'items_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE 'items_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
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
CREATE TRIGGER movements_no_delete BEFORE DELETE ON movements WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'movements is append-only'); END;
CREATE TRIGGER movements_no_update BEFORE UPDATE ON movements BEGIN SELECT RAISE(ABORT, 'movements is append-only'); END;
CREATE TABLE movements (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'shipment', 'adjustment', 'import')),
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    happened_at TEXT NOT NULL,
    reservation_id BLOB,
    reference TEXT,
    actor TEXT NOT NULL,
    reason TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT movements_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT movements_sequence UNIQUE (tenant_id, item_id, sequence),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, reservation_id) REFERENCES reservations (tenant_id, public_id)
);
CREATE INDEX movements_newest ON movements (tenant_id, created_at, public_id);
CREATE INDEX movements_of_item ON movements (tenant_id, item_id, created_at, public_id);
CREATE TABLE reservations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('active', 'shipped', 'released')),
    reference TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT reservations_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX reservations_by_status ON reservations (tenant_id, status, created_at, public_id);
CREATE INDEX reservations_newest ON reservations (tenant_id, created_at, public_id);
CREATE INDEX reservations_of_item ON reservations (tenant_id, item_id, created_at, public_id);
CREATE INDEX reservations_of_item_by_status ON reservations (tenant_id, item_id, status, created_at, public_id);
CREATE TABLE stock_levels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    reserved BIGINT NOT NULL CHECK (reserved >= 0 AND reserved <= on_hand),
    next_sequence BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT stock_levels_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT stock_levels_item UNIQUE (tenant_id, item_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
