-- Stock that goes from a place to another, and what is found when it is counted.

-- What left lies at `transit_location_id` until it has come or is lost.
CREATE TABLE transfers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    from_warehouse_id UUID NOT NULL,
    from_location_id UUID NOT NULL,
    to_warehouse_id UUID NOT NULL,
    to_location_id UUID NOT NULL,
    transit_location_id UUID,
    status TEXT NOT NULL CHECK (status IN ('requested', 'in_transit', 'completed', 'cancelled')),
    reference TEXT,
    shipped_at TIMESTAMPTZ,
    completed_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT transfers_public_id UNIQUE (tenant_id, public_id),
    CHECK (from_location_id <> to_location_id),
    CHECK (status <> 'in_transit' OR transit_location_id IS NOT NULL),
    FOREIGN KEY (tenant_id, from_location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, to_location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, transit_location_id) REFERENCES locations (tenant_id, public_id)
);
CREATE INDEX transfers_newest ON transfers (tenant_id, created_at, public_id);
CREATE INDEX transfers_by_status ON transfers (tenant_id, status, created_at, public_id);
CREATE INDEX transfers_from ON transfers (tenant_id, from_warehouse_id, created_at, public_id);
CREATE INDEX transfers_to ON transfers (tenant_id, to_warehouse_id, created_at, public_id);
CREATE INDEX transfers_from_by_status ON transfers (tenant_id, from_warehouse_id, status, created_at, public_id);
CREATE INDEX transfers_to_by_status ON transfers (tenant_id, to_warehouse_id, status, created_at, public_id);
@tenant_table transfers

CREATE TABLE transfer_lines (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    transfer_id UUID NOT NULL,
    position BIGINT NOT NULL,
    item_id UUID NOT NULL,
    lot_id UUID,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    received BIGINT NOT NULL CHECK (received >= 0),
    lost BIGINT NOT NULL CHECK (lost >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT transfer_lines_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT transfer_lines_settled CHECK (received + lost <= quantity),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    FOREIGN KEY (tenant_id, transfer_id) REFERENCES transfers (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
CREATE UNIQUE INDEX transfer_lines_position ON transfer_lines (tenant_id, transfer_id, position) WHERE deleted_at IS NULL;
@tenant_table transfer_lines

-- A count begins with what lies at its place.
CREATE INDEX bins_of_warehouse ON bins (tenant_id, warehouse_id, location_id);

CREATE TABLE counts (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    warehouse_id UUID NOT NULL,
    location_id UUID,
    status TEXT NOT NULL CHECK (status IN ('open', 'pending_approval', 'posted', 'cancelled')),
    blind BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    reference TEXT,
    line_count BIGINT NOT NULL,
    counted_count BIGINT NOT NULL,
    variance_count BIGINT,
    submitted_by UUID,
    submitted_at TIMESTAMPTZ,
    posted_at TIMESTAMPTZ,
    returned_reason TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT counts_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, warehouse_id) REFERENCES warehouses (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id)
);
CREATE INDEX counts_newest ON counts (tenant_id, created_at, public_id);
CREATE INDEX counts_by_status ON counts (tenant_id, status, created_at, public_id);
CREATE INDEX counts_of_warehouse ON counts (tenant_id, warehouse_id, created_at, public_id);
CREATE INDEX counts_of_warehouse_by_status ON counts (tenant_id, warehouse_id, status, created_at, public_id);
@tenant_table counts

-- `expected` is what the books had when the line was counted, which is after `item_sequence` of the item's movements; of a
-- line that nobody has counted yet, what they had when the count was made.
CREATE TABLE count_lines (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    count_id UUID NOT NULL,
    item_id UUID NOT NULL,
    location_id UUID NOT NULL,
    lot_id UUID,
    expected BIGINT NOT NULL,
    item_sequence BIGINT,
    counted BIGINT CHECK (counted >= 0),
    entered_quantity BIGINT,
    entered_unit TEXT,
    counted_at TIMESTAMPTZ,
    counted_by TEXT,
    variance BIGINT,
    unit_cost_minor BIGINT,
    currency TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT count_lines_public_id UNIQUE (tenant_id, public_id),
    CHECK ((counted IS NULL) = (item_sequence IS NULL)),
    CHECK ((counted IS NULL) = (counted_at IS NULL)),
    CHECK ((entered_quantity IS NULL) = (entered_unit IS NULL)),
    CHECK ((unit_cost_minor IS NULL) = (currency IS NULL)),
    FOREIGN KEY (tenant_id, count_id) REFERENCES counts (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, location_id) REFERENCES locations (tenant_id, public_id),
    FOREIGN KEY (tenant_id, lot_id) REFERENCES lots (tenant_id, public_id)
);
CREATE UNIQUE INDEX count_lines_of_lot ON count_lines (tenant_id, count_id, item_id, location_id, lot_id)
    WHERE lot_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX count_lines_without_lot ON count_lines (tenant_id, count_id, item_id, location_id)
    WHERE lot_id IS NULL AND deleted_at IS NULL;
CREATE INDEX count_lines_of_count ON count_lines (tenant_id, count_id, created_at, public_id);
@tenant_table count_lines

-- By what a count is off: by a quantity of an item, or by a value.
CREATE TABLE count_hold_rules (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    name TEXT NOT NULL,
    quantity_over BIGINT CHECK (quantity_over >= 0),
    value_over_minor BIGINT CHECK (value_over_minor >= 0),
    currency TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT count_hold_rules_public_id UNIQUE (tenant_id, public_id),
    CHECK ((quantity_over IS NULL) <> (value_over_minor IS NULL)),
    CHECK ((value_over_minor IS NULL) = (currency IS NULL))
);
@tenant_table count_hold_rules

CREATE TABLE count_holds (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    count_id UUID NOT NULL,
    rule_id UUID NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('held', 'released', 'rejected', 'cleared')),
    decided_by UUID,
    decided_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT count_holds_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, count_id) REFERENCES counts (tenant_id, public_id),
    FOREIGN KEY (tenant_id, rule_id) REFERENCES count_hold_rules (tenant_id, public_id)
);
-- One undecided hold of a rule at a time; a rejected count that is submitted again gets new ones.
CREATE UNIQUE INDEX count_holds_held ON count_holds (tenant_id, count_id, rule_id)
    WHERE status = 'held' AND deleted_at IS NULL;
CREATE INDEX count_holds_of_count ON count_holds (tenant_id, count_id, created_at, public_id);
CREATE INDEX count_holds_of_rule ON count_holds (tenant_id, rule_id);
@tenant_table count_holds
