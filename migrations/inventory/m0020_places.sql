-- Where stock is, of which lot, and since when a promise no longer holds. The ledger and the balances are made anew, since
-- what they allow is wider: more kinds of movement, and stock below nothing for an item whose policy says so.
-- A tenant's main warehouse and its floor bear the tenant's id, so that nothing has to look for them.

-- Every tenant that has stock has one, by which the command that proves the books finds it.
CREATE TABLE warehouses (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT warehouses_public_id UNIQUE (tenant_id, public_id)
);
CREATE UNIQUE INDEX warehouses_code ON warehouses (tenant_id, code) WHERE deleted_at IS NULL;
CREATE INDEX warehouses_newest ON warehouses (tenant_id, created_at, public_id);
@platform_tenant_table warehouses

CREATE TABLE locations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    parent_id UUID,
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('storage', 'quarantine', 'transit')),
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT locations_public_id UNIQUE (tenant_id, public_id),
    CHECK (parent_id <> public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id),
    FOREIGN KEY (tenant_id, parent_id) REFERENCES locations (tenant_id, public_id)
);
CREATE UNIQUE INDEX locations_code ON locations (tenant_id, warehouse_id, code) WHERE deleted_at IS NULL;
CREATE INDEX locations_newest ON locations (tenant_id, created_at, public_id);
CREATE INDEX locations_of_warehouse ON locations (tenant_id, warehouse_id, created_at, public_id);
CREATE INDEX locations_of_parent ON locations (tenant_id, parent_id, created_at, public_id);
@tenant_table locations

ALTER TABLE items ADD COLUMN tracking TEXT NOT NULL DEFAULT 'none' CHECK (tracking IN ('none', 'lot', 'serial'));
ALTER TABLE items ADD COLUMN may_be_negative BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE items ADD COLUMN costing TEXT NOT NULL DEFAULT 'moving_average'
    CHECK (costing IN ('moving_average', 'fifo', 'standard'));
ALTER TABLE items ADD COLUMN reorder_up_to BIGINT CHECK (reorder_up_to >= 0);
ALTER TABLE items ADD COLUMN lead_time_days BIGINT CHECK (lead_time_days >= 0);

-- A serial number is a lot of one.
CREATE TABLE lots (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    code TEXT NOT NULL,
    expires_on DATE,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT lots_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX lots_code ON lots (tenant_id, item_id, code) WHERE deleted_at IS NULL;
CREATE INDEX lots_newest ON lots (tenant_id, created_at, public_id);
CREATE INDEX lots_of_item ON lots (tenant_id, item_id, created_at, public_id);
CREATE INDEX lots_by_code ON lots (tenant_id, code, created_at, public_id);
CREATE INDEX lots_by_expiry ON lots (tenant_id, expires_on, item_id) WHERE expires_on IS NOT NULL;
@tenant_table lots

INSERT INTO warehouses (tenant_id, public_id, code, name, version, created_at, updated_at)
    SELECT tenant_id, tenant_id, 'MAIN', 'Main warehouse', 1, MIN(created_at), MIN(created_at)
    FROM items GROUP BY tenant_id;
INSERT INTO locations (tenant_id, public_id, warehouse_id, code, name, kind, version, created_at, updated_at)
    SELECT tenant_id, tenant_id, tenant_id, 'FLOOR', 'Floor', 'storage', 1, created_at, created_at FROM warehouses;

-- What an item has at a warehouse. `blocked` is of `on_hand` what lies in quarantine or is on its way there.
CREATE TABLE warehouse_levels (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    on_hand BIGINT NOT NULL,
    blocked BIGINT NOT NULL,
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    may_be_negative BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT warehouse_levels_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT warehouse_levels_covered CHECK (may_be_negative OR (blocked >= 0 AND reserved <= on_hand - blocked)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id)
);
CREATE UNIQUE INDEX warehouse_levels_once ON warehouse_levels (tenant_id, item_id, warehouse_id) WHERE deleted_at IS NULL;
CREATE INDEX warehouse_levels_newest ON warehouse_levels (tenant_id, created_at, public_id);
CREATE INDEX warehouse_levels_of_item ON warehouse_levels (tenant_id, item_id, created_at, public_id);
CREATE INDEX warehouse_levels_of_warehouse ON warehouse_levels (tenant_id, warehouse_id, created_at, public_id);
@tenant_table warehouse_levels

-- What an item has at a location, of a lot. `sellable` is of the location, which keeps its kind, and `expires_on` of the lot.
CREATE TABLE bins (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    location_id UUID NOT NULL,
    lot_id UUID,
    expires_on DATE,
    sellable BOOLEAN NOT NULL,
    on_hand BIGINT NOT NULL,
    may_be_negative BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT bins_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT bins_covered CHECK (may_be_negative OR on_hand >= 0),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
CREATE UNIQUE INDEX bins_of_lot ON bins (tenant_id, item_id, location_id, lot_id)
    WHERE lot_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX bins_without_lot ON bins (tenant_id, item_id, location_id)
    WHERE lot_id IS NULL AND deleted_at IS NULL;
CREATE INDEX bins_newest ON bins (tenant_id, created_at, public_id);
CREATE INDEX bins_by_expiry ON bins (tenant_id, item_id, expires_on) WHERE expires_on IS NOT NULL;
CREATE INDEX bins_of_item ON bins (tenant_id, item_id, created_at, public_id);
CREATE INDEX bins_of_location ON bins (tenant_id, location_id, created_at, public_id);
CREATE INDEX bins_by_lot ON bins (tenant_id, lot_id, created_at, public_id);
@tenant_table bins

-- postgres:INSERT INTO warehouse_levels (tenant_id, public_id, item_id, warehouse_id, on_hand, blocked, reserved, may_be_negative, created_at, updated_at) SELECT tenant_id, gen_random_uuid(), item_id, tenant_id, on_hand, 0, reserved, FALSE, created_at, updated_at FROM stock_levels WHERE next_sequence > 1;
-- sqlite:INSERT INTO warehouse_levels (tenant_id, public_id, item_id, warehouse_id, on_hand, blocked, reserved, may_be_negative, created_at, updated_at) SELECT tenant_id, randomblob(16), item_id, tenant_id, on_hand, 0, reserved, FALSE, created_at, updated_at FROM stock_levels WHERE next_sequence > 1;
-- postgres:INSERT INTO bins (tenant_id, public_id, item_id, warehouse_id, location_id, sellable, on_hand, may_be_negative, created_at, updated_at) SELECT tenant_id, gen_random_uuid(), item_id, tenant_id, tenant_id, TRUE, on_hand, FALSE, created_at, updated_at FROM stock_levels WHERE next_sequence > 1;
-- sqlite:INSERT INTO bins (tenant_id, public_id, item_id, warehouse_id, location_id, sellable, on_hand, may_be_negative, created_at, updated_at) SELECT tenant_id, randomblob(16), item_id, tenant_id, tenant_id, TRUE, on_hand, FALSE, created_at, updated_at FROM stock_levels WHERE next_sequence > 1;

-- `next_expiry` is no later than the first promise that lapses: until then `reserved` is exact, and from then on it may be too high.
CREATE TABLE new_stock_levels (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    on_hand BIGINT NOT NULL,
    blocked BIGINT NOT NULL,
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    may_be_negative BOOLEAN NOT NULL,
    tracked BOOLEAN NOT NULL,
    next_expiry TIMESTAMPTZ,
    next_sequence BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT stock_levels_id UNIQUE (tenant_id, public_id),
    CONSTRAINT stock_levels_of_item UNIQUE (tenant_id, item_id),
    CONSTRAINT stock_levels_covered CHECK (may_be_negative OR (blocked >= 0 AND reserved <= on_hand - blocked)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
INSERT INTO new_stock_levels (tenant_id, public_id, item_id, on_hand, blocked, reserved, may_be_negative, tracked, next_sequence, revision, created_at, updated_at, deleted_at, deleted_by)
    SELECT tenant_id, public_id, item_id, on_hand, 0, reserved, FALSE, FALSE, next_sequence, revision, created_at, updated_at, deleted_at, deleted_by
    FROM stock_levels;
DROP TABLE stock_levels;
ALTER TABLE new_stock_levels RENAME TO stock_levels;
@tenant_table stock_levels

CREATE TABLE new_reservations (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    lot_id UUID,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    status TEXT NOT NULL CHECK (status IN ('active', 'shipped', 'released', 'expired')),
    expires_at TIMESTAMPTZ,
    reference TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT reservations_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
INSERT INTO new_reservations (tenant_id, public_id, item_id, warehouse_id, quantity, status, reference, version, created_at, updated_at, deleted_at, deleted_by)
    SELECT tenant_id, public_id, item_id, tenant_id, quantity, status, reference, version, created_at, updated_at, deleted_at, deleted_by
    FROM reservations;

-- A correction names what it takes back, once.
CREATE TABLE new_movements (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    location_id UUID NOT NULL,
    lot_id UUID,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('receipt', 'shipment', 'adjustment', 'import', 'transfer', 'return', 'scrap', 'assembly')),
    quantity BIGINT NOT NULL CHECK (quantity <> 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    entered_rounding TEXT,
    happened_at TIMESTAMPTZ NOT NULL,
    reservation_id UUID,
    document_kind TEXT,
    document_id UUID,
    reverses_id UUID,
    reference TEXT,
    actor TEXT NOT NULL,
    reason TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT movements_id UNIQUE (tenant_id, public_id),
    CONSTRAINT movements_of_item_sequence UNIQUE (tenant_id, item_id, sequence),
    CONSTRAINT movements_reversed_once UNIQUE (tenant_id, reverses_id),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    CHECK ((document_kind IS NULL) = (document_id IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id),
    FOREIGN KEY (tenant_id, reservation_id) REFERENCES new_reservations (tenant_id, public_id)
);
INSERT INTO new_movements (tenant_id, public_id, item_id, warehouse_id, location_id, sequence, kind, quantity, happened_at, reservation_id, reference, actor, reason, created_at)
    SELECT tenant_id, public_id, item_id, tenant_id, tenant_id, sequence, kind, quantity, happened_at, reservation_id, reference, actor, reason, created_at
    FROM movements;
-- postgres:DROP FUNCTION movements_erase(BIGINT);
DROP TABLE movements;
DROP TABLE reservations;
ALTER TABLE new_reservations RENAME TO reservations;
ALTER TABLE new_movements RENAME TO movements;

CREATE INDEX reservations_newest ON reservations (tenant_id, created_at, public_id);
CREATE INDEX reservations_of_item ON reservations (tenant_id, item_id, created_at, public_id);
CREATE INDEX reservations_by_status ON reservations (tenant_id, status, created_at, public_id);
CREATE INDEX reservations_of_item_by_status ON reservations (tenant_id, item_id, status, created_at, public_id);
CREATE INDEX reservations_to_expire ON reservations (tenant_id, item_id, expires_at)
    WHERE status = 'active' AND expires_at IS NOT NULL;
@tenant_table reservations

CREATE INDEX movements_newest ON movements (tenant_id, created_at, public_id);
CREATE INDEX movements_of_item ON movements (tenant_id, item_id, created_at, public_id);
CREATE INDEX movements_of_location ON movements (tenant_id, location_id, created_at, public_id);
CREATE INDEX movements_of_lot ON movements (tenant_id, lot_id, created_at, public_id) WHERE lot_id IS NOT NULL;
CREATE INDEX movements_of_document ON movements (tenant_id, document_id, created_at, public_id)
    WHERE document_id IS NOT NULL;
@ledger_table movements
@erasable_ledger movements
