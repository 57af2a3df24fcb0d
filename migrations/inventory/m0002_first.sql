-- Items, their stock and how it came about. The ledger `movements` is the truth; `stock_levels` is its maintained sum.

CREATE TABLE items (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    sku TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT,
    category TEXT,
    unit TEXT NOT NULL,
    unit_cost_minor BIGINT CHECK (unit_cost_minor >= 0),
    currency TEXT,
    reorder_level BIGINT CHECK (reorder_level >= 0),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT items_public_id UNIQUE (tenant_id, public_id),
    CHECK ((unit_cost_minor IS NULL) = (currency IS NULL))
);
CREATE UNIQUE INDEX items_sku ON items (tenant_id, sku) WHERE deleted_at IS NULL;
CREATE INDEX items_newest ON items (tenant_id, created_at, public_id);
CREATE INDEX items_of_category ON items (tenant_id, category, created_at, public_id) WHERE deleted_at IS NULL;
@tenant_table items

CREATE TABLE stock_levels (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    on_hand BIGINT NOT NULL CHECK (on_hand >= 0),
    reserved BIGINT NOT NULL CHECK (reserved >= 0 AND reserved <= on_hand),
    next_sequence BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT stock_levels_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT stock_levels_item UNIQUE (tenant_id, item_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
@tenant_table stock_levels

CREATE TABLE reservations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('active', 'shipped', 'released')),
    reference TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT reservations_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX reservations_newest ON reservations (tenant_id, created_at, public_id);
CREATE INDEX reservations_of_item ON reservations (tenant_id, item_id, created_at, public_id);
@tenant_table reservations

-- `created_at` is when it was recorded, `happened_at` when it happened.
CREATE TABLE movements (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'shipment', 'adjustment', 'import')),
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    happened_at TIMESTAMPTZ NOT NULL,
    reservation_id UUID,
    reference TEXT,
    actor TEXT NOT NULL,
    reason TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT movements_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT movements_sequence UNIQUE (tenant_id, item_id, sequence),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, reservation_id) REFERENCES reservations (tenant_id, public_id)
);
CREATE INDEX movements_newest ON movements (tenant_id, created_at, public_id);
CREATE INDEX movements_of_item ON movements (tenant_id, item_id, created_at, public_id);
@ledger_table movements

-- What an import's batch came to, written with its effect: the same batch again is answered from here.
CREATE TABLE import_batches (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    import_id UUID NOT NULL,
    batch BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT import_batches_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_batches_once UNIQUE (tenant_id, import_id, batch)
);
@ledger_table import_batches

-- Which SKUs an import has named, and in which batch first.
CREATE TABLE import_skus (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    import_id UUID NOT NULL,
    sku TEXT NOT NULL,
    batch BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT import_skus_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT import_skus_once UNIQUE (tenant_id, import_id, sku)
);
@ledger_table import_skus
