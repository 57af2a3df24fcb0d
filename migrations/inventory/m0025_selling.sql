-- Orders of customers: what was promised of each line, what was shipped, and what waits for stock. An item that somebody
-- waits for says so in its balance, so that nothing is asked of those that nobody waits for.

ALTER TABLE stock_levels ADD COLUMN awaited BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE sales_orders (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    reference TEXT,
    customer_name TEXT NOT NULL,
    customer_reference TEXT,
    status TEXT NOT NULL CHECK (status IN ('draft', 'confirmed', 'partly_shipped', 'shipped', 'cancelled')),
    currency TEXT,
    placed_at TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT sales_orders_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE UNIQUE INDEX sales_orders_reference ON sales_orders (tenant_id, reference) WHERE deleted_at IS NULL;
CREATE INDEX sales_orders_newest ON sales_orders (tenant_id, created_at, public_id);
CREATE INDEX sales_orders_by_status ON sales_orders (tenant_id, status, created_at, public_id);
CREATE INDEX sales_orders_by_reference ON sales_orders (tenant_id, reference, created_at, public_id);
CREATE INDEX sales_orders_by_customer ON sales_orders (tenant_id, customer_reference, created_at, public_id);
CREATE INDEX sales_orders_by_customer_and_status
    ON sales_orders (tenant_id, customer_reference, status, created_at, public_id);
@tenant_table sales_orders

-- `allocated` is what its reservation still holds. `waits_since` is the item's revision at the confirmation, and there as
-- long as something is still to be allocated: who waits longer has the lower one.
CREATE TABLE sales_order_lines (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    sales_order_id UUID NOT NULL,
    position BIGINT NOT NULL,
    item_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    unit_price_minor BIGINT CHECK (unit_price_minor >= 0),
    allocated BIGINT NOT NULL CHECK (allocated >= 0),
    shipped BIGINT NOT NULL CHECK (shipped >= 0),
    returned BIGINT NOT NULL CHECK (returned >= 0),
    cancelled BIGINT NOT NULL CHECK (cancelled >= 0),
    reservation_id UUID,
    waits_since BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
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
CREATE UNIQUE INDEX sales_order_lines_of_reservation ON sales_order_lines (tenant_id, reservation_id)
    WHERE reservation_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX sales_order_lines_waiting ON sales_order_lines (tenant_id, item_id, warehouse_id, waits_since, position)
    WHERE waits_since IS NOT NULL;
@tenant_table sales_order_lines
