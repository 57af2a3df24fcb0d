-- The tree behind the names of categories, and families of items that differ by their options alone.

-- One row a tenant, held by whoever changes the tree: two moves could make a loop together.
CREATE TABLE category_trees (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT category_trees_public_id UNIQUE (tenant_id, public_id)
);
@tenant_table category_trees

-- An item has its category by name.
CREATE TABLE categories (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    parent_id UUID,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT categories_public_id UNIQUE (tenant_id, public_id),
    CHECK (parent_id <> public_id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES categories (tenant_id, public_id)
);
CREATE UNIQUE INDEX categories_name ON categories (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX categories_newest ON categories (tenant_id, created_at, public_id);
CREATE INDEX categories_of_parent ON categories (tenant_id, parent_id, created_at, public_id);
CREATE INDEX categories_of_name ON categories (tenant_id, name, created_at, public_id);
@tenant_table categories

-- postgres:INSERT INTO categories (tenant_id, public_id, name, version, created_at, updated_at) SELECT tenant_id, gen_random_uuid(), category, 1, MIN(created_at), MIN(created_at) FROM items WHERE category IS NOT NULL AND deleted_at IS NULL GROUP BY tenant_id, category;
-- sqlite:INSERT INTO categories (tenant_id, public_id, name, version, created_at, updated_at) SELECT tenant_id, randomblob(16), category, 1, MIN(created_at), MIN(created_at) FROM items WHERE category IS NOT NULL AND deleted_at IS NULL GROUP BY tenant_id, category;

CREATE TABLE item_families (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    options TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT item_families_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX item_families_newest ON item_families (tenant_id, created_at, public_id);
@tenant_table item_families

-- What an item is of its family: {"Colour":"Red","Size":"L"}, by the names of the options.
ALTER TABLE items ADD COLUMN family_id UUID;
ALTER TABLE items ADD COLUMN options TEXT CHECK ((options IS NULL) = (family_id IS NULL));
-- postgres:ALTER TABLE items ADD FOREIGN KEY (tenant_id, family_id) REFERENCES item_families (tenant_id, public_id);
CREATE UNIQUE INDEX items_variant ON items (tenant_id, family_id, options)
    WHERE deleted_at IS NULL AND family_id IS NOT NULL;
CREATE INDEX items_of_family ON items (tenant_id, family_id, created_at, public_id) WHERE family_id IS NOT NULL;
-- postgres:DROP FUNCTION items_matching;
@search_anew items sku category external_id family_id:uuid
