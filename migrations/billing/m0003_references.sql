-- What tenants and their searches find customers and products by.

ALTER TABLE customers ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
-- postgres:UPDATE customers SET search_text = lower(name || coalesce(chr(10) || email, '') || coalesce(chr(10) || external_id, ''));
-- sqlite:UPDATE customers SET search_text = lower(name || coalesce(char(10) || email, '') || coalesce(char(10) || external_id, ''));
@search_table customers external_id

ALTER TABLE products ADD COLUMN external_id TEXT;
ALTER TABLE products ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE products ADD COLUMN search_text TEXT NOT NULL DEFAULT '';
-- postgres:UPDATE products SET search_text = lower(name || coalesce(chr(10) || description, ''));
-- sqlite:UPDATE products SET search_text = lower(name || coalesce(char(10) || description, ''));
CREATE UNIQUE INDEX products_external_id ON products (tenant_id, external_id) WHERE deleted_at IS NULL;
@search_table products external_id
