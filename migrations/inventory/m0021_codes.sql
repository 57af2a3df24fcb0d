-- What one unit of an item is in another, and the codes that are printed on it.

-- All conversions of an item in one row, since they are replaced and checked together.
CREATE TABLE item_conversions (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    conversions TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT item_conversions_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX item_conversions_of_item ON item_conversions (tenant_id, item_id) WHERE deleted_at IS NULL;
@tenant_table item_conversions

-- `code` is in the one form that codes are compared in, `printed` as somebody entered it. A code means `quantity` of `unit`,
-- which is the item's where none is named.
CREATE TABLE item_barcodes (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('gtin', 'isbn', 'sscc', 'own')),
    code TEXT NOT NULL,
    printed TEXT NOT NULL,
    unit TEXT,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT item_barcodes_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX item_barcodes_code ON item_barcodes (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX item_barcodes_newest ON item_barcodes (tenant_id, created_at, public_id);
CREATE INDEX item_barcodes_by_code ON item_barcodes (tenant_id, code, created_at, public_id);
CREATE INDEX item_barcodes_of_item ON item_barcodes (tenant_id, item_id, created_at, public_id);
@tenant_table item_barcodes
