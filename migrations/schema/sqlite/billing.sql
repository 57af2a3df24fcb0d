CREATE TABLE "billing_migrations" ( "version" varchar NOT NULL PRIMARY KEY, "applied_at" integer NOT NULL );
CREATE TRIGGER customers_search_delete AFTER DELETE ON customers BEGIN DELETE FROM customers_search WHERE rowid = old.id; END;
CREATE TRIGGER customers_search_insert AFTER INSERT ON customers BEGIN INSERT INTO customers_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TRIGGER customers_search_update AFTER UPDATE OF search_text ON customers
    WHEN old.search_text <> new.search_text BEGIN DELETE FROM customers_search WHERE rowid = old.id; INSERT INTO customers_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    external_id TEXT,
    metadata TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, search_text TEXT NOT NULL DEFAULT '',
    CONSTRAINT customers_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX customers_external_id ON customers (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX customers_listed ON customers (tenant_id, created_at, public_id);
CREATE INDEX customers_of_reference ON customers (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE VIRTUAL TABLE customers_search USING fts5(search_text, tenant_id UNINDEXED, public_id UNINDEXED, tokenize = 'trigram case_sensitive 1');
CREATE TABLE 'customers_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE 'customers_search_content'(id INTEGER PRIMARY KEY, c0, c1, c2);
CREATE TABLE 'customers_search_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE 'customers_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE 'customers_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE erasures (
    tenant_id BLOB PRIMARY KEY,
    ordered_at TEXT NOT NULL
);
CREATE TABLE hold_rules (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT hold_rules_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX hold_rules_by_currency ON hold_rules (tenant_id, currency) WHERE deleted_at IS NULL;
CREATE INDEX hold_rules_listed ON hold_rules (tenant_id, created_at, public_id);
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
CREATE TABLE invoice_counters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    series TEXT NOT NULL,
    next_number BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    -- Not partial: a series never begins again.
    CONSTRAINT invoice_counters_series UNIQUE (tenant_id, series)
);
CREATE TABLE invoice_holds (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    invoice_id BLOB NOT NULL,
    rule_id BLOB NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('held', 'released', 'rejected', 'cleared')),
    decided_by BLOB,
    decided_at TEXT,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, public_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES hold_rules (tenant_id, public_id)
);
CREATE UNIQUE INDEX invoice_holds_held ON invoice_holds (tenant_id, invoice_id, rule_id)
    WHERE status = 'held' AND deleted_at IS NULL;
CREATE INDEX invoice_holds_of_invoice ON invoice_holds (tenant_id, invoice_id, created_at, public_id);
CREATE INDEX invoice_holds_of_rule ON invoice_holds (tenant_id, rule_id);
CREATE TABLE invoice_lines (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    invoice_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    description TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_amount_minor BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    price_id BLOB,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, public_id),
    FOREIGN KEY (tenant_id, price_id) REFERENCES prices (tenant_id, public_id)
);
CREATE INDEX invoice_lines_of_price ON invoice_lines (tenant_id, price_id) WHERE price_id IS NOT NULL;
CREATE UNIQUE INDEX invoice_lines_position ON invoice_lines (tenant_id, invoice_id, position) WHERE deleted_at IS NULL;
CREATE TABLE invoices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    subscription_id BLOB,
    period_start TEXT,
    period_end TEXT,
    number TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'pending_approval', 'open', 'void')),
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    finalized_at TEXT,
    requested_by BLOB,
    rejection_reason TEXT,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT invoices_public_id UNIQUE (tenant_id, public_id),
    CHECK ((number IS NULL) = (finalized_at IS NULL)),
    CHECK ((number IS NULL) = (status IN ('draft', 'pending_approval'))),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, public_id),
    FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, public_id)
);
CREATE INDEX invoices_by_status ON invoices (tenant_id, status, created_at, public_id);
CREATE INDEX invoices_finalized ON invoices (tenant_id, finalized_at, public_id) WHERE finalized_at IS NOT NULL;
CREATE INDEX invoices_listed ON invoices (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX invoices_number ON invoices (tenant_id, number) WHERE number IS NOT NULL;
CREATE INDEX invoices_of_customer ON invoices (tenant_id, customer_id, created_at, public_id);
CREATE INDEX invoices_of_customer_by_status ON invoices (tenant_id, customer_id, status, created_at, public_id);
CREATE UNIQUE INDEX invoices_subscription_period ON invoices (tenant_id, subscription_id, period_start)
    WHERE subscription_id IS NOT NULL AND status <> 'void' AND deleted_at IS NULL;
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
CREATE TABLE prices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    billing_interval TEXT NOT NULL CHECK (billing_interval IN ('month', 'year', 'one_time')),
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT prices_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, public_id)
);
CREATE INDEX prices_listed ON prices (tenant_id, product_id, created_at, public_id);
CREATE TRIGGER products_search_delete AFTER DELETE ON products BEGIN DELETE FROM products_search WHERE rowid = old.id; END;
CREATE TRIGGER products_search_insert AFTER INSERT ON products BEGIN INSERT INTO products_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TRIGGER products_search_update AFTER UPDATE OF search_text ON products
    WHEN old.search_text <> new.search_text BEGIN DELETE FROM products_search WHERE rowid = old.id; INSERT INTO products_search (rowid, search_text, tenant_id, public_id) VALUES (new.id, new.search_text, new.tenant_id, new.public_id); END;
CREATE TABLE products (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT, external_id TEXT, metadata TEXT NOT NULL DEFAULT '{}', search_text TEXT NOT NULL DEFAULT '',
    CONSTRAINT products_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX products_external_id ON products (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX products_listed ON products (tenant_id, created_at, public_id);
CREATE INDEX products_of_reference ON products (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE VIRTUAL TABLE products_search USING fts5(search_text, tenant_id UNINDEXED, public_id UNINDEXED, tokenize = 'trigram case_sensitive 1');
CREATE TABLE 'products_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;
CREATE TABLE 'products_search_content'(id INTEGER PRIMARY KEY, c0, c1, c2);
CREATE TABLE 'products_search_data'(id INTEGER PRIMARY KEY, block BLOB);
CREATE TABLE 'products_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB);
CREATE TABLE 'products_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;
CREATE TABLE subscriptions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    tenant_id BLOB NOT NULL,
    public_id BLOB NOT NULL,
    customer_id BLOB NOT NULL,
    price_id BLOB NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('active', 'canceled')),
    started_on TEXT NOT NULL,
    current_period_start TEXT NOT NULL,
    current_period_end TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    deleted_by TEXT,
    CONSTRAINT subscriptions_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, public_id),
    FOREIGN KEY (tenant_id, price_id) REFERENCES prices (tenant_id, public_id)
);
CREATE INDEX subscriptions_listed ON subscriptions (tenant_id, created_at, public_id);
CREATE INDEX subscriptions_of_customer ON subscriptions (tenant_id, customer_id, created_at, public_id);
CREATE INDEX subscriptions_of_price ON subscriptions (tenant_id, price_id);
