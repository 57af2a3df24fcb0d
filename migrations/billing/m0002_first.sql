-- The first tables of billing.

CREATE TABLE customers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    external_id TEXT,
    metadata TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT customers_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX customers_listed ON customers (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX customers_external_id ON customers (tenant_id, external_id) WHERE deleted_at IS NULL;
@tenant_table customers

CREATE TABLE products (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    active BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT products_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX products_listed ON products (tenant_id, created_at, public_id);
@tenant_table products

CREATE TABLE prices (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    product_id UUID NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    billing_interval TEXT NOT NULL CHECK (billing_interval IN ('month', 'year', 'one_time')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT prices_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, product_id) REFERENCES products (tenant_id, public_id)
);
CREATE INDEX prices_listed ON prices (tenant_id, product_id, created_at, public_id);
@tenant_table prices

CREATE TABLE subscriptions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    price_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('active', 'canceled')),
    started_on DATE NOT NULL,
    current_period_start DATE NOT NULL,
    current_period_end DATE NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT subscriptions_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, public_id),
    FOREIGN KEY (tenant_id, price_id) REFERENCES prices (tenant_id, public_id)
);
CREATE INDEX subscriptions_listed ON subscriptions (tenant_id, created_at, public_id);
CREATE INDEX subscriptions_of_customer ON subscriptions (tenant_id, customer_id, created_at, public_id);
CREATE INDEX subscriptions_of_price ON subscriptions (tenant_id, price_id);
@tenant_table subscriptions

CREATE TABLE invoices (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    customer_id UUID NOT NULL,
    subscription_id UUID,
    period_start DATE,
    period_end DATE,
    number TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'pending_approval', 'open', 'void')),
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    finalized_at TIMESTAMPTZ,
    requested_by UUID,
    rejection_reason TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT invoices_public_id UNIQUE (tenant_id, public_id),
    CHECK ((number IS NULL) = (finalized_at IS NULL)),
    CHECK ((number IS NULL) = (status IN ('draft', 'pending_approval'))),
    FOREIGN KEY (tenant_id, customer_id) REFERENCES customers (tenant_id, public_id),
    FOREIGN KEY (tenant_id, subscription_id) REFERENCES subscriptions (tenant_id, public_id)
);
CREATE INDEX invoices_listed ON invoices (tenant_id, created_at, public_id);
CREATE INDEX invoices_by_status ON invoices (tenant_id, status, created_at, public_id);
CREATE INDEX invoices_of_customer ON invoices (tenant_id, customer_id, created_at, public_id);
CREATE INDEX invoices_of_customer_by_status ON invoices (tenant_id, customer_id, status, created_at, public_id);
CREATE INDEX invoices_finalized ON invoices (tenant_id, finalized_at, public_id) WHERE finalized_at IS NOT NULL;
-- A number is never given twice, whatever becomes of its invoice.
CREATE UNIQUE INDEX invoices_number ON invoices (tenant_id, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX invoices_subscription_period ON invoices (tenant_id, subscription_id, period_start)
    WHERE subscription_id IS NOT NULL AND status <> 'void' AND deleted_at IS NULL;
@tenant_table invoices

CREATE TABLE invoice_lines (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    position INTEGER NOT NULL,
    description TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    unit_amount_minor BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    price_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, public_id),
    FOREIGN KEY (tenant_id, price_id) REFERENCES prices (tenant_id, public_id)
);
CREATE UNIQUE INDEX invoice_lines_position ON invoice_lines (tenant_id, invoice_id, position) WHERE deleted_at IS NULL;
CREATE INDEX invoice_lines_of_price ON invoice_lines (tenant_id, price_id) WHERE price_id IS NOT NULL;
@tenant_table invoice_lines

CREATE TABLE invoice_counters (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    series TEXT NOT NULL,
    next_number BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    -- Not partial: a series never begins again.
    CONSTRAINT invoice_counters_series UNIQUE (tenant_id, series)
);
@tenant_table invoice_counters

CREATE TABLE hold_rules (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT hold_rules_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX hold_rules_listed ON hold_rules (tenant_id, created_at, public_id);
CREATE INDEX hold_rules_by_currency ON hold_rules (tenant_id, currency) WHERE deleted_at IS NULL;
@tenant_table hold_rules

CREATE TABLE invoice_holds (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    invoice_id UUID NOT NULL,
    rule_id UUID NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('held', 'released', 'rejected', 'cleared')),
    decided_by UUID,
    decided_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, invoice_id) REFERENCES invoices (tenant_id, public_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES hold_rules (tenant_id, public_id)
);
-- One undecided hold of a rule at a time; a rejected invoice that is finalized again gets new ones.
CREATE UNIQUE INDEX invoice_holds_held ON invoice_holds (tenant_id, invoice_id, rule_id)
    WHERE status = 'held' AND deleted_at IS NULL;
CREATE INDEX invoice_holds_of_invoice ON invoice_holds (tenant_id, invoice_id, created_at, public_id);
CREATE INDEX invoice_holds_of_rule ON invoice_holds (tenant_id, rule_id);
@tenant_table invoice_holds
