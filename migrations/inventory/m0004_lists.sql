-- A reference is looked up among the deleted as well, when they are asked for.

CREATE INDEX items_of_reference ON items (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX items_of_sku ON items (tenant_id, sku, created_at, public_id);

-- A text that many rows have is found in the order of creation.
@search_anew items sku category external_id
