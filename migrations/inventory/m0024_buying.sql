-- Whom the tenant buys from, what it has ordered there, and how much of that has come and gone back.

CREATE TABLE suppliers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    currency TEXT,
    external_id TEXT,
    metadata TEXT NOT NULL,
    search_text TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT suppliers_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX suppliers_code ON suppliers (tenant_id, code) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX suppliers_external_id ON suppliers (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX suppliers_newest ON suppliers (tenant_id, created_at, public_id);
-- The deleted are looked up too.
CREATE INDEX suppliers_by_code ON suppliers (tenant_id, code, created_at, public_id);
CREATE INDEX suppliers_of_reference ON suppliers (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
@tenant_table suppliers
@search_table suppliers code external_id

CREATE TABLE purchase_orders (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    supplier_id UUID NOT NULL,
    status TEXT NOT NULL
        CHECK (status IN ('draft', 'ordered', 'partly_received', 'received', 'closed', 'cancelled')),
    reference TEXT,
    expected_on DATE,
    over_receipt_percent BIGINT NOT NULL CHECK (over_receipt_percent BETWEEN 0 AND 100),
    currency TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    ordered_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT purchase_orders_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, supplier_id) REFERENCES suppliers (tenant_id, public_id)
);
CREATE UNIQUE INDEX purchase_orders_reference ON purchase_orders (tenant_id, reference) WHERE deleted_at IS NULL;
CREATE INDEX purchase_orders_newest ON purchase_orders (tenant_id, created_at, public_id);
CREATE INDEX purchase_orders_by_status ON purchase_orders (tenant_id, status, created_at, public_id);
CREATE INDEX purchase_orders_of_supplier ON purchase_orders (tenant_id, supplier_id, created_at, public_id);
CREATE INDEX purchase_orders_of_supplier_by_status
    ON purchase_orders (tenant_id, supplier_id, status, created_at, public_id);
CREATE INDEX purchase_orders_by_reference ON purchase_orders (tenant_id, reference, created_at, public_id)
    WHERE reference IS NOT NULL;
@tenant_table purchase_orders

-- `quantity`, `received`, `returned`, `cancelled` and `on_order` are of the item's unit; `entered_quantity`,
-- `unit_cost_minor` and `net_entered` of the line's. `net_entered` is what came less what went back, of what
-- was said in the line's unit.
CREATE TABLE purchase_order_lines (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    order_id UUID NOT NULL,
    line BIGINT NOT NULL,
    item_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT NOT NULL CHECK (entered_quantity > 0),
    entered_unit TEXT,
    unit_cost_minor BIGINT NOT NULL CHECK (unit_cost_minor >= 0),
    received BIGINT NOT NULL CHECK (received >= 0),
    returned BIGINT NOT NULL CHECK (returned >= 0 AND returned <= received),
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0),
    net_entered BIGINT NOT NULL,
    on_order BIGINT NOT NULL CHECK (on_order >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT purchase_order_lines_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES purchase_orders (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX purchase_order_lines_once ON purchase_order_lines (tenant_id, order_id, line)
    WHERE deleted_at IS NULL;
CREATE INDEX purchase_order_lines_of_item ON purchase_order_lines (tenant_id, item_id);
CREATE INDEX purchase_order_lines_on_order ON purchase_order_lines (tenant_id, item_id, on_order) WHERE on_order > 0;
@tenant_table purchase_order_lines
