-- A reference is looked up among the deleted as well, when they are asked for.

CREATE INDEX customers_of_reference ON customers (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;
CREATE INDEX products_of_reference ON products (tenant_id, external_id, created_at, public_id)
    WHERE external_id IS NOT NULL;

-- A text that many rows have is found in the order of creation.
@search_anew customers external_id
@search_anew products external_id
