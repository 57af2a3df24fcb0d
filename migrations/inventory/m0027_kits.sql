-- What an item is made of or sold as, what was made or taken apart, and since when an item is due to be ordered again.

-- One row a tenant, held by whoever changes a bill of materials: two changes could make a loop together.
CREATE TABLE bill_locks (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT bill_locks_public_id UNIQUE (tenant_id, public_id)
);
@tenant_table bill_locks

-- An item's bill of materials bears the item's id. One without components has no kind; it stays, so that its version only grows.
CREATE TABLE bills (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    kind TEXT CHECK (kind IN ('kit', 'assembly')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT bills_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, public_id) REFERENCES items (tenant_id, public_id)
);
@tenant_table bills

-- `quantity` is of the component's unit, for one of the item's. They are replaced together.
CREATE TABLE bill_components (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    position BIGINT NOT NULL,
    component_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT bill_components_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT bill_components_once UNIQUE (tenant_id, item_id, component_id),
    CHECK (component_id <> item_id),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES bills (tenant_id, public_id),
    FOREIGN KEY (tenant_id, component_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX bill_components_of ON bill_components (tenant_id, component_id, item_id);
@tenant_table bill_components

-- What was made of its parts, or taken apart into them. The movements name it as their document.
CREATE TABLE assemblies (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    direction TEXT NOT NULL CHECK (direction IN ('made', 'taken_apart')),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    reference TEXT,
    actor TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT assemblies_public_id UNIQUE (tenant_id, public_id),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE INDEX assemblies_newest ON assemblies (tenant_id, created_at, public_id);
CREATE INDEX assemblies_of_item ON assemblies (tenant_id, item_id, created_at, public_id);
@ledger_table assemblies
@erasable_ledger assemblies

-- A kit is never stocked itself. `reorder_at` is the item's reorder level, beside the balance that it is compared with.
ALTER TABLE stock_levels ADD COLUMN kit BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE stock_levels ADD COLUMN reorder_at BIGINT;
ALTER TABLE stock_levels ADD COLUMN reorder_due_since TIMESTAMPTZ;
UPDATE stock_levels SET reorder_at = (SELECT i.reorder_level FROM items i
    WHERE i.tenant_id = stock_levels.tenant_id AND i.public_id = stock_levels.item_id);
UPDATE stock_levels SET reorder_due_since = updated_at WHERE on_hand - blocked - reserved <= reorder_at;
CREATE INDEX stock_levels_due ON stock_levels (tenant_id, created_at, public_id) WHERE reorder_due_since IS NOT NULL;
