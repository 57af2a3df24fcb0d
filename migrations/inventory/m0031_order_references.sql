-- What tenants and their other systems find orders by, and what they keep with them.

ALTER TABLE sales_orders ADD COLUMN external_id TEXT;
ALTER TABLE sales_orders ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX sales_orders_external_id ON sales_orders (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX sales_orders_by_external_id ON sales_orders (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;

ALTER TABLE purchase_orders ADD COLUMN external_id TEXT;
ALTER TABLE purchase_orders ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
CREATE UNIQUE INDEX purchase_orders_external_id ON purchase_orders (tenant_id, external_id) WHERE deleted_at IS NULL;
CREATE INDEX purchase_orders_by_external_id ON purchase_orders (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
