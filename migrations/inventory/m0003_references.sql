-- What tenants and their searches find items by, and indexes for every filter of a list.

ALTER TABLE items ADD COLUMN external_id TEXT;
ALTER TABLE items ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE items ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
-- postgres:UPDATE items SET search_text = lower(sku || chr(10) || name || coalesce(chr(10) || description, ''));
-- sqlite:UPDATE items SET search_text = lower(sku || char(10) || name || coalesce(char(10) || description, ''));
CREATE UNIQUE INDEX items_external_id ON items (tenant_id, external_id) WHERE deleted_at IS NULL;
-- The deleted are listed too.
DROP INDEX items_of_category;
CREATE INDEX items_of_category ON items (tenant_id, category, created_at, public_id);
@search_table items sku category external_id

CREATE INDEX reservations_by_status ON reservations (tenant_id, status, created_at, public_id);
CREATE INDEX reservations_of_item_by_status ON reservations (tenant_id, item_id, status, created_at, public_id);
