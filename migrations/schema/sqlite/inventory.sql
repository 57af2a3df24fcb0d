CREATE TRIGGER assemblies_no_delete BEFORE DELETE ON assemblies WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'assemblies is append-only'); END;
CREATE TRIGGER assemblies_no_update BEFORE UPDATE ON assemblies BEGIN SELECT RAISE(ABORT, 'assemblies is append-only'); END;
CREATE TABLE assemblies (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('made', 'taken_apart')),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    happened_at TEXT NOT NULL,
    reference TEXT,
    actor TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT assemblies_public_id UNIQUE (tenant_id, public_id),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE INDEX assemblies_newest ON assemblies (tenant_id, created_at, public_id);
CREATE INDEX assemblies_of_item ON assemblies (tenant_id, item_id, created_at, public_id);
CREATE TABLE bill_components (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    position BIGINT NOT NULL,
    component_id BLOB NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    created_at TEXT NOT NULL, entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL),
    CONSTRAINT bill_components_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT bill_components_once UNIQUE (tenant_id, item_id, component_id),
    CHECK (component_id <> item_id),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES bills (tenant_id, public_id),
    FOREIGN KEY (tenant_id, component_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX bill_components_of ON bill_components (tenant_id, component_id, item_id);
CREATE TABLE bill_locks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT bill_locks_public_id UNIQUE (tenant_id, public_id)
);
CREATE TABLE bills (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    kind TEXT CHECK (kind IN ('kit', 'assembly')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT bills_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES items (tenant_id, public_id)
);
CREATE TABLE bins (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    location_id BLOB NOT NULL,
    lot_id BLOB,
    expires_on TEXT,
    sellable BOOLEAN NOT NULL,
    on_hand BIGINT NOT NULL,
    may_be_negative BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT bins_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT bins_covered CHECK (may_be_negative OR on_hand >= 0),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
CREATE INDEX bins_by_expiry ON bins (tenant_id, item_id, expires_on) WHERE expires_on IS NOT NULL;
CREATE INDEX bins_by_lot ON bins (tenant_id, lot_id, created_at, public_id);
CREATE INDEX bins_newest ON bins (tenant_id, created_at, public_id);
CREATE INDEX bins_of_item ON bins (tenant_id, item_id, created_at, public_id);
CREATE INDEX bins_of_location ON bins (tenant_id, location_id, created_at, public_id);
CREATE UNIQUE INDEX bins_of_lot ON bins (tenant_id, item_id, location_id, lot_id)
    WHERE lot_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX bins_of_warehouse ON bins (tenant_id, warehouse_id, location_id);
CREATE UNIQUE INDEX bins_without_lot ON bins (tenant_id, item_id, location_id)
    WHERE lot_id IS NULL AND deleted_at IS NULL;
CREATE TABLE categories (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    parent_id BLOB,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT categories_public_id UNIQUE (tenant_id, public_id),
    CHECK (parent_id <> public_id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES categories (tenant_id, public_id)
);
CREATE UNIQUE INDEX categories_name ON categories (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX categories_newest ON categories (tenant_id, created_at, public_id);
CREATE INDEX categories_of_name ON categories (tenant_id, name, created_at, public_id);
CREATE INDEX categories_of_parent ON categories (tenant_id, parent_id, created_at, public_id);
CREATE TABLE category_trees (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT category_trees_public_id UNIQUE (tenant_id, public_id)
);
CREATE TABLE cost_layers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    number BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    value_minor BIGINT NOT NULL,
    value_millionths BIGINT NOT NULL CHECK (value_millionths BETWEEN 0 AND 999999),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT cost_layers_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX cost_layers_number ON cost_layers (tenant_id, item_id, number) WHERE deleted_at IS NULL;
CREATE TABLE count_hold_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    quantity_over BIGINT CHECK (quantity_over >= 0),
    value_over_minor BIGINT CHECK (value_over_minor >= 0),
    currency TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT count_hold_rules_public_id UNIQUE (tenant_id, public_id),
    CHECK ((quantity_over IS NULL) <> (value_over_minor IS NULL)),
    CHECK ((value_over_minor IS NULL) = (currency IS NULL))
);
CREATE TABLE count_holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    count_id BLOB NOT NULL,
    rule_id BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('held', 'released', 'rejected', 'cleared')),
    decided_by BLOB,
    decided_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT count_holds_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, count_id) REFERENCES counts (tenant_id, public_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES count_hold_rules (tenant_id, public_id)
);
CREATE UNIQUE INDEX count_holds_held ON count_holds (tenant_id, count_id, rule_id)
    WHERE status = 'held' AND deleted_at IS NULL;
CREATE INDEX count_holds_of_count ON count_holds (tenant_id, count_id, created_at, public_id);
CREATE INDEX count_holds_of_rule ON count_holds (tenant_id, rule_id);
CREATE TABLE count_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    count_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    location_id BLOB NOT NULL,
    lot_id BLOB,
    expected BIGINT NOT NULL,
    item_sequence BIGINT,
    counted BIGINT CHECK (counted >= 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    counted_at TEXT,
    counted_by TEXT,
    variance BIGINT,
    unit_cost_minor BIGINT,
    currency TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL),
    CONSTRAINT count_lines_public_id UNIQUE (tenant_id, public_id),
    CHECK ((counted IS NULL) = (item_sequence IS NULL)),
    CHECK ((counted IS NULL) = (counted_at IS NULL)),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    CHECK ((unit_cost_minor IS NULL) = (currency IS NULL)),
    FOREIGN KEY (tenant_id, count_id) REFERENCES counts (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
CREATE INDEX count_lines_of_count ON count_lines (tenant_id, count_id, created_at, public_id);
CREATE INDEX count_lines_of_item ON count_lines (tenant_id, item_id);
CREATE UNIQUE INDEX count_lines_of_lot ON count_lines (tenant_id, count_id, item_id, location_id, lot_id)
    WHERE lot_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX count_lines_without_lot ON count_lines (tenant_id, count_id, item_id, location_id)
    WHERE lot_id IS NULL AND deleted_at IS NULL;
CREATE TABLE counts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    location_id BLOB,
    status TEXT NOT NULL CHECK (status IN ('open', 'pending_approval', 'posted', 'cancelled')),
    blind BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT,
    line_count BIGINT NOT NULL,
    counted_count BIGINT NOT NULL,
    variance_count BIGINT,
    submitted_by BLOB,
    submitted_at TEXT,
    posted_at TEXT,
    returned_reason TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT counts_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id)
);
CREATE INDEX counts_by_status ON counts (tenant_id, status, created_at, public_id);
CREATE INDEX counts_newest ON counts (tenant_id, created_at, public_id);
CREATE INDEX counts_of_warehouse ON counts (tenant_id, warehouse_id, created_at, public_id);
CREATE INDEX counts_of_warehouse_by_status ON counts (tenant_id, warehouse_id, status, created_at, public_id);
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
CREATE TRIGGER import_decisions_no_delete BEFORE DELETE ON import_decisions WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'import_decisions is append-only'); END;
CREATE TRIGGER import_decisions_no_update BEFORE UPDATE ON import_decisions BEGIN SELECT RAISE(ABORT, 'import_decisions is append-only'); END;
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
CREATE TABLE "inventory_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
CREATE TABLE item_barcodes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('gtin', 'isbn', 'sscc', 'own')),
    code TEXT NOT NULL,
    printed TEXT NOT NULL,
    unit TEXT,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT item_barcodes_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX item_barcodes_by_code ON item_barcodes (tenant_id, code, created_at, public_id);
CREATE UNIQUE INDEX item_barcodes_code ON item_barcodes (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX item_barcodes_newest ON item_barcodes (tenant_id, created_at, public_id);
CREATE INDEX item_barcodes_of_item ON item_barcodes (tenant_id, item_id, created_at, public_id);
CREATE TABLE item_conversions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    conversions TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT item_conversions_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX item_conversions_of_item ON item_conversions (tenant_id, item_id) WHERE deleted_at IS NULL;
CREATE TABLE item_families (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    options TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT item_families_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX item_families_newest ON item_families (tenant_id, created_at, public_id);
CREATE TABLE item_values (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    currency TEXT NOT NULL,
    on_hand BIGINT NOT NULL,
    value_minor BIGINT NOT NULL,
    value_millionths BIGINT NOT NULL CHECK (value_millionths BETWEEN 0 AND 999999),
    last_quantity BIGINT CHECK (last_quantity > 0),
    last_minor BIGINT,
    last_millionths BIGINT,
    next_sequence BIGINT NOT NULL,
    last_recorded_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT item_values_public_id UNIQUE (tenant_id, public_id),
    CHECK ((last_quantity IS NULL) = (last_minor IS NULL)),
    CHECK ((last_quantity IS NULL) = (last_millionths IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX item_values_newest ON item_values (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX item_values_of_item ON item_values (tenant_id, item_id) WHERE deleted_at IS NULL;
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
    deleted_by TEXT, external_id TEXT, metadata TEXT NOT NULL DEFAULT '{}', search_text TEXT NOT NULL DEFAULT '', tracking TEXT NOT NULL DEFAULT 'none' CHECK (tracking IN ('none', 'lot', 'serial')), may_be_negative BOOLEAN NOT NULL DEFAULT FALSE, costing TEXT NOT NULL DEFAULT 'moving_average'
    CHECK (costing IN ('moving_average', 'fifo', 'standard')), reorder_up_to BIGINT CHECK (reorder_up_to >= 0), lead_time_days BIGINT CHECK (lead_time_days >= 0), family_id BLOB, options TEXT CHECK ((options IS NULL) = (family_id IS NULL)),
    CONSTRAINT items_public_id UNIQUE (tenant_id, public_id),
    CHECK ((unit_cost_minor IS NULL) = (currency IS NULL))
);
CREATE UNIQUE INDEX items_external_id ON items (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX items_newest ON items (tenant_id, created_at, public_id);
CREATE INDEX items_of_category ON items (tenant_id, category, created_at, public_id);
CREATE INDEX items_of_family ON items (tenant_id, family_id, created_at, public_id) WHERE family_id IS NOT NULL;
CREATE INDEX items_of_reference ON items (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX items_of_sku ON items (tenant_id, sku, created_at, public_id);
CREATE UNIQUE INDEX items_sku ON items (tenant_id, sku) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX items_variant ON items (tenant_id, family_id, options)
    WHERE deleted_at IS NULL AND family_id IS NOT NULL;
CREATE VIRTUAL TABLE items_search USING fts5(search_text, tenant_id UNINDEXED, public_id UNINDEXED, tokenize = 'trigram case_sensitive 1');
CREATE TABLE 'items_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE 'items_search_content'(id INTEGER PRIMARY KEY, c0, c1, c2);
CREATE TABLE 'items_search_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE 'items_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE 'items_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE landed_cost_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    landed_cost_id BLOB NOT NULL,
    line BIGINT NOT NULL,
    movement_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    quantity BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    kept_minor BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT landed_cost_lines_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, landed_cost_id) REFERENCES landed_costs (tenant_id, public_id),
    FOREIGN KEY (tenant_id, movement_id) REFERENCES movements (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX landed_cost_lines_line ON landed_cost_lines (tenant_id, landed_cost_id, line) WHERE deleted_at IS NULL;
CREATE TABLE landed_costs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    currency TEXT NOT NULL,
    basis TEXT NOT NULL CHECK (basis IN ('value', 'quantity', 'equally')),
    reference TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT landed_costs_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX landed_costs_newest ON landed_costs (tenant_id, created_at, public_id);
CREATE TABLE locations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    parent_id BLOB,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('storage', 'quarantine', 'transit')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT locations_public_id UNIQUE (tenant_id, public_id),
    CHECK (parent_id <> public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES locations (tenant_id, public_id)
);
CREATE UNIQUE INDEX locations_code ON locations (tenant_id, warehouse_id, code) WHERE deleted_at IS NULL;
CREATE INDEX locations_newest ON locations (tenant_id, created_at, public_id);
CREATE INDEX locations_of_parent ON locations (tenant_id, parent_id, created_at, public_id);
CREATE INDEX locations_of_warehouse ON locations (tenant_id, warehouse_id, created_at, public_id);
CREATE TABLE lots (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    code TEXT NOT NULL,
    expires_on TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT lots_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX lots_by_code ON lots (tenant_id, code, created_at, public_id);
CREATE INDEX lots_by_expiry ON lots (tenant_id, expires_on, item_id) WHERE expires_on IS NOT NULL;
CREATE UNIQUE INDEX lots_code ON lots (tenant_id, item_id, code) WHERE deleted_at IS NULL;
CREATE INDEX lots_newest ON lots (tenant_id, created_at, public_id);
CREATE INDEX lots_of_item ON lots (tenant_id, item_id, created_at, public_id);
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
CREATE TABLE "movements" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    location_id BLOB NOT NULL,
    lot_id BLOB,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'shipment', 'adjustment', 'import', 'transfer', 'return', 'scrap', 'assembly')),
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    entered_rounding TEXT,
    happened_at TEXT NOT NULL,
    reservation_id BLOB,
    document_kind TEXT,
    document_id BLOB,
    reverses_id BLOB,
    reference TEXT,
    actor TEXT NOT NULL,
    reason TEXT,
    created_at TEXT NOT NULL,
    CONSTRAINT movements_id UNIQUE (tenant_id, public_id),
    CONSTRAINT movements_of_item_sequence UNIQUE (tenant_id, item_id, sequence),
    CONSTRAINT movements_reversed_once UNIQUE (tenant_id, reverses_id),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    CHECK ((document_kind IS NULL) = (document_id IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id),
    FOREIGN KEY (tenant_id, reservation_id) REFERENCES "reservations" (tenant_id, public_id)
);
CREATE INDEX movements_newest ON movements (tenant_id, created_at, public_id);
CREATE INDEX movements_of_document ON movements (tenant_id, document_id, created_at, public_id)
    WHERE document_id IS NOT NULL;
CREATE INDEX movements_of_item ON movements (tenant_id, item_id, created_at, public_id);
CREATE INDEX movements_of_location ON movements (tenant_id, location_id, created_at, public_id);
CREATE INDEX movements_of_lot ON movements (tenant_id, lot_id, created_at, public_id) WHERE lot_id IS NOT NULL;
CREATE TABLE purchase_order_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    order_id BLOB NOT NULL,
    line BIGINT NOT NULL,
    item_id BLOB NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT NOT NULL CHECK (entered_quantity > 0),
    entered_unit TEXT,
    unit_cost_minor BIGINT NOT NULL CHECK (unit_cost_minor >= 0),
    received BIGINT NOT NULL CHECK (received >= 0),
    returned BIGINT NOT NULL CHECK (returned >= 0 AND returned <= received),
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0),
    net_entered BIGINT NOT NULL,
    on_order BIGINT NOT NULL CHECK (on_order >= 0),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, entered_rounding TEXT,
    CONSTRAINT purchase_order_lines_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES purchase_orders (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX purchase_order_lines_of_item ON purchase_order_lines (tenant_id, item_id);
CREATE INDEX purchase_order_lines_on_order ON purchase_order_lines (tenant_id, item_id, on_order) WHERE on_order > 0;
CREATE UNIQUE INDEX purchase_order_lines_once ON purchase_order_lines (tenant_id, order_id, line)
    WHERE deleted_at IS NULL;
CREATE TABLE purchase_orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    supplier_id BLOB NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('draft', 'ordered', 'partly_received', 'received', 'closed', 'cancelled')),
    reference TEXT,
    expected_on TEXT,
    over_receipt_percent BIGINT NOT NULL CHECK (over_receipt_percent BETWEEN 0 AND 100),
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    ordered_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, external_id TEXT, metadata TEXT NOT NULL DEFAULT '{}',
    CONSTRAINT purchase_orders_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers (tenant_id, public_id)
);
CREATE INDEX purchase_orders_by_external_id ON purchase_orders (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX purchase_orders_by_reference ON purchase_orders (tenant_id, reference, created_at, public_id)
    WHERE reference IS NOT NULL;
CREATE INDEX purchase_orders_by_status ON purchase_orders (tenant_id, status, created_at, public_id);
CREATE UNIQUE INDEX purchase_orders_external_id ON purchase_orders (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_orders_newest ON purchase_orders (tenant_id, created_at, public_id);
CREATE INDEX purchase_orders_of_supplier ON purchase_orders (tenant_id, supplier_id, created_at, public_id);
CREATE INDEX purchase_orders_of_supplier_by_status
    ON purchase_orders (tenant_id, supplier_id, status, created_at, public_id);
CREATE UNIQUE INDEX purchase_orders_reference ON purchase_orders (tenant_id, reference) WHERE deleted_at IS NULL;
CREATE TABLE "reservations" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    lot_id BLOB,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('active', 'shipped', 'released', 'expired')),
    expires_at TEXT,
    reference TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT reservations_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
CREATE INDEX reservations_by_status ON reservations (tenant_id, status, created_at, public_id);
CREATE INDEX reservations_newest ON reservations (tenant_id, created_at, public_id);
CREATE INDEX reservations_of_item ON reservations (tenant_id, item_id, created_at, public_id);
CREATE INDEX reservations_of_item_by_status ON reservations (tenant_id, item_id, status, created_at, public_id);
CREATE INDEX reservations_to_expire ON reservations (tenant_id, item_id, expires_at)
    WHERE status = 'active' AND expires_at IS NOT NULL;
CREATE TABLE sales (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    document TEXT NOT NULL,
    item_id BLOB NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    sold_at TEXT NOT NULL,
    unit_price_minor BIGINT CHECK (unit_price_minor >= 0),
    currency TEXT,
    customer TEXT,
    warehouse_id BLOB,
    import_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT sales_public_id UNIQUE (tenant_id, public_id),
    CHECK ((unit_price_minor IS NULL) = (currency IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE INDEX sales_newest ON sales (tenant_id, created_at, public_id);
CREATE INDEX sales_of_document ON sales (tenant_id, document, created_at, public_id);
CREATE INDEX sales_of_item ON sales (tenant_id, item_id, created_at, public_id);
CREATE INDEX sales_of_item_by_time ON sales (tenant_id, item_id, sold_at);
CREATE TABLE sales_order_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    sales_order_id BLOB NOT NULL,
    position BIGINT NOT NULL,
    item_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    unit_price_minor BIGINT CHECK (unit_price_minor >= 0),
    allocated BIGINT NOT NULL CHECK (allocated >= 0),
    shipped BIGINT NOT NULL CHECK (shipped >= 0),
    returned BIGINT NOT NULL CHECK (returned >= 0),
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0),
    reservation_id BLOB,
    waits_since BIGINT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, kit_line BIGINT CHECK (kit_line > 0), kit_item_id BLOB CHECK ((kit_item_id IS NULL) = (kit_line IS NULL)), kit_quantity BIGINT
    CHECK ((kit_quantity IS NULL) = (kit_line IS NULL) AND (kit_quantity IS NULL OR kit_quantity > 0)), kit_entered_quantity BIGINT
    CHECK (kit_entered_quantity IS NULL OR kit_line IS NOT NULL), kit_entered_unit TEXT
    CHECK ((kit_entered_unit IS NULL) = (kit_entered_quantity IS NULL)), kit_unit_price_minor BIGINT
    CHECK (kit_unit_price_minor >= 0 AND (kit_unit_price_minor IS NULL OR kit_line IS NOT NULL)), shipped_entered BIGINT NOT NULL DEFAULT 0 CHECK (shipped_entered >= 0), returned_entered BIGINT NOT NULL DEFAULT 0 CHECK (returned_entered >= 0), entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL),
    CONSTRAINT sales_order_lines_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT sales_order_lines_within CHECK (allocated + shipped + cancelled <= quantity AND returned <= shipped),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    FOREIGN KEY (tenant_id, sales_order_id) REFERENCES sales_orders (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id),
    FOREIGN KEY (tenant_id, reservation_id) REFERENCES reservations (tenant_id, public_id)
);
CREATE UNIQUE INDEX sales_order_lines_in_order ON sales_order_lines (tenant_id, sales_order_id, position)
    WHERE deleted_at IS NULL;
CREATE INDEX sales_order_lines_of_item ON sales_order_lines (tenant_id, item_id);
CREATE INDEX sales_order_lines_of_kit ON sales_order_lines (tenant_id, kit_item_id)
    WHERE kit_item_id IS NOT NULL;
CREATE UNIQUE INDEX sales_order_lines_of_reservation ON sales_order_lines (tenant_id, reservation_id)
    WHERE reservation_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX sales_order_lines_waiting ON sales_order_lines (tenant_id, item_id, warehouse_id, waits_since, position)
    WHERE waits_since IS NOT NULL;
CREATE TABLE sales_orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    reference TEXT,
    customer_name TEXT NOT NULL,
    customer_reference TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'confirmed', 'partly_shipped', 'shipped', 'cancelled')),
    currency TEXT,
    placed_at TEXT NOT NULL,
    confirmed_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, external_id TEXT, metadata TEXT NOT NULL DEFAULT '{}',
    CONSTRAINT sales_orders_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE INDEX sales_orders_by_customer ON sales_orders (tenant_id, customer_reference, created_at, public_id);
CREATE INDEX sales_orders_by_customer_and_status
    ON sales_orders (tenant_id, customer_reference, status, created_at, public_id);
CREATE INDEX sales_orders_by_external_id ON sales_orders (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX sales_orders_by_reference ON sales_orders (tenant_id, reference, created_at, public_id);
CREATE INDEX sales_orders_by_status ON sales_orders (tenant_id, status, created_at, public_id);
CREATE UNIQUE INDEX sales_orders_external_id ON sales_orders (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX sales_orders_newest ON sales_orders (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX sales_orders_reference ON sales_orders (tenant_id, reference) WHERE deleted_at IS NULL;
CREATE TABLE "stock_levels" (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    on_hand BIGINT NOT NULL,
    blocked BIGINT NOT NULL,
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    may_be_negative BOOLEAN NOT NULL,
    tracked BOOLEAN NOT NULL,
    next_expiry TEXT,
    next_sequence BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, awaited BOOLEAN NOT NULL DEFAULT FALSE, kit BOOLEAN NOT NULL DEFAULT FALSE, reorder_at BIGINT, reorder_due_since TEXT,
    CONSTRAINT stock_levels_id UNIQUE (tenant_id, public_id),
    CONSTRAINT stock_levels_of_item UNIQUE (tenant_id, item_id),
    CONSTRAINT stock_levels_covered CHECK (may_be_negative OR (blocked >= 0 AND reserved <= on_hand - blocked)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX stock_levels_due ON stock_levels (tenant_id, created_at, public_id) WHERE reorder_due_since IS NOT NULL;
CREATE TRIGGER suppliers_search_delete AFTER DELETE ON suppliers BEGIN DELETE FROM suppliers_search WHERE rowid = old.id; END;
CREATE TRIGGER suppliers_search_insert AFTER INSERT ON suppliers BEGIN INSERT INTO suppliers_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TRIGGER suppliers_search_update AFTER UPDATE OF search_text ON suppliers
    WHEN old.search_text <> new.search_text BEGIN DELETE FROM suppliers_search WHERE rowid = old.id; INSERT INTO suppliers_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TABLE suppliers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    currency TEXT,
    external_id TEXT,
    metadata TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT suppliers_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX suppliers_by_code ON suppliers (tenant_id, code, created_at, public_id);
CREATE UNIQUE INDEX suppliers_code ON suppliers (tenant_id, code) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX suppliers_external_id ON suppliers (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX suppliers_newest ON suppliers (tenant_id, created_at, public_id);
CREATE INDEX suppliers_of_reference ON suppliers (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE VIRTUAL TABLE suppliers_search USING fts5(search_text, tenant_id UNINDEXED, public_id UNINDEXED, tokenize = 'trigram case_sensitive 1');
CREATE TABLE 'suppliers_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE 'suppliers_search_content'(id INTEGER PRIMARY KEY, c0, c1, c2);
CREATE TABLE 'suppliers_search_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE 'suppliers_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE 'suppliers_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE transfer_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    transfer_id BLOB NOT NULL,
    position BIGINT NOT NULL,
    item_id BLOB NOT NULL,
    lot_id BLOB,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    received BIGINT NOT NULL CHECK (received >= 0),
    lost BIGINT NOT NULL CHECK (lost >= 0),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, settled_entered BIGINT NOT NULL DEFAULT 0 CHECK (settled_entered >= 0), entered_rounding TEXT
    CHECK (entered_rounding IS NULL OR entered_quantity IS NOT NULL),
    CONSTRAINT transfer_lines_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT transfer_lines_settled CHECK (received + lost <= quantity),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    FOREIGN KEY (tenant_id, transfer_id) REFERENCES transfers (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
CREATE INDEX transfer_lines_of_item ON transfer_lines (tenant_id, item_id);
CREATE UNIQUE INDEX transfer_lines_position ON transfer_lines (tenant_id, transfer_id, position) WHERE deleted_at IS NULL;
CREATE TABLE transfers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    from_warehouse_id BLOB NOT NULL,
    from_location_id BLOB NOT NULL,
    to_warehouse_id BLOB NOT NULL,
    to_location_id BLOB NOT NULL,
    transit_location_id BLOB,
    status TEXT NOT NULL CHECK (status IN ('requested', 'in_transit', 'completed', 'cancelled')),
    reference TEXT,
    shipped_at TEXT,
    completed_at TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT transfers_public_id UNIQUE (tenant_id, public_id),
    CHECK (from_location_id <> to_location_id),
    CHECK (status <> 'in_transit' OR transit_location_id IS NOT NULL),
    FOREIGN KEY (tenant_id, from_location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, to_location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, transit_location_id) REFERENCES locations (tenant_id, public_id)
);
CREATE INDEX transfers_by_status ON transfers (tenant_id, status, created_at, public_id);
CREATE INDEX transfers_from ON transfers (tenant_id, from_warehouse_id, created_at, public_id);
CREATE INDEX transfers_from_by_status ON transfers (tenant_id, from_warehouse_id, status, created_at, public_id);
CREATE INDEX transfers_newest ON transfers (tenant_id, created_at, public_id);
CREATE INDEX transfers_to ON transfers (tenant_id, to_warehouse_id, created_at, public_id);
CREATE INDEX transfers_to_by_status ON transfers (tenant_id, to_warehouse_id, status, created_at, public_id);
CREATE TRIGGER value_entries_no_delete BEFORE DELETE ON value_entries WHEN NOT EXISTS (SELECT 1 FROM erasures WHERE tenant_id = OLD.tenant_id) BEGIN SELECT RAISE(ABORT, 'value_entries is append-only'); END;
CREATE TRIGGER value_entries_no_update BEFORE UPDATE ON value_entries BEGIN SELECT RAISE(ABORT, 'value_entries is append-only'); END;
CREATE TABLE value_entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    sequence BIGINT NOT NULL,
    movement_id BLOB,
    returns_id BLOB,
    landed_cost_id BLOB,
    kind TEXT NOT NULL CHECK (kind IN ('opening', 'receipt', 'issue', 'return', 'settlement', 'variance', 'revaluation', 'landed')),
    quantity BIGINT NOT NULL,
    value_minor BIGINT NOT NULL,
    value_millionths BIGINT NOT NULL CHECK (value_millionths BETWEEN 0 AND 999999),
    currency TEXT NOT NULL,
    stock_quantity BIGINT NOT NULL,
    stock_minor BIGINT NOT NULL,
    stock_millionths BIGINT NOT NULL CHECK (stock_millionths BETWEEN 0 AND 999999),
    taken TEXT,
    recorded_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    CONSTRAINT value_entries_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT value_entries_sequence UNIQUE (tenant_id, item_id, sequence),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, movement_id) REFERENCES movements (tenant_id, public_id),
    FOREIGN KEY (tenant_id, returns_id) REFERENCES movements (tenant_id, public_id),
    FOREIGN KEY (tenant_id, landed_cost_id) REFERENCES landed_costs (tenant_id, public_id)
);
CREATE INDEX value_entries_as_of ON value_entries (tenant_id, item_id, recorded_at, sequence);
CREATE INDEX value_entries_newest ON value_entries (tenant_id, created_at, public_id);
CREATE INDEX value_entries_of_item ON value_entries (tenant_id, item_id, created_at, public_id);
CREATE INDEX value_entries_of_movement ON value_entries (tenant_id, movement_id) WHERE movement_id IS NOT NULL;
CREATE INDEX value_entries_of_returned ON value_entries (tenant_id, returns_id) WHERE returns_id IS NOT NULL;
CREATE TABLE warehouse_levels (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    item_id BLOB NOT NULL,
    warehouse_id BLOB NOT NULL,
    on_hand BIGINT NOT NULL,
    blocked BIGINT NOT NULL,
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    may_be_negative BOOLEAN NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT warehouse_levels_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT warehouse_levels_covered CHECK (may_be_negative OR (blocked >= 0 AND reserved <= on_hand - blocked)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE INDEX warehouse_levels_newest ON warehouse_levels (tenant_id, created_at, public_id);
CREATE INDEX warehouse_levels_of_item ON warehouse_levels (tenant_id, item_id, created_at, public_id);
CREATE INDEX warehouse_levels_of_warehouse ON warehouse_levels (tenant_id, warehouse_id, created_at, public_id);
CREATE UNIQUE INDEX warehouse_levels_once ON warehouse_levels (tenant_id, item_id, warehouse_id) WHERE deleted_at IS NULL;
CREATE TABLE warehouses (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT warehouses_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX warehouses_code ON warehouses (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_newest ON warehouses (tenant_id, created_at, public_id);
