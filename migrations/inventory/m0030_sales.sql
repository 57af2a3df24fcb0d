-- What other systems have sold, a line of a document each, as an import brought it. A row is never changed: what is sold
-- less is a row of its own, below 0. Where a warehouse is named, the goods left it, and their movement names the sale.
CREATE TABLE sales (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    document TEXT NOT NULL,
    item_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    sold_at TIMESTAMPTZ NOT NULL,
    unit_price_minor BIGINT CHECK (unit_price_minor >= 0),
    currency TEXT,
    customer TEXT,
    warehouse_id UUID,
    import_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT sales_public_id UNIQUE (tenant_id, public_id),
    CHECK ((unit_price_minor IS NULL) = (currency IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE INDEX sales_newest ON sales (tenant_id, created_at, public_id);
CREATE INDEX sales_of_item ON sales (tenant_id, item_id, created_at, public_id);
CREATE INDEX sales_of_document ON sales (tenant_id, document, created_at, public_id);
CREATE INDEX sales_of_item_by_time ON sales (tenant_id, item_id, sold_at);
@tenant_table sales
