-- What stock is worth. The ledger `value_entries` is the truth; `item_values` and `cost_layers` are what of it the next
-- movement needs. A value is whole minor units, rounded down, and the millionths above them: it does not fit 64 bits, and as
-- two numbers it can still be added up.

-- A cost of bringing stock here, once it is allocated to what it is of.
CREATE TABLE landed_costs (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor <> 0),
    currency TEXT NOT NULL,
    basis TEXT NOT NULL CHECK (basis IN ('value', 'quantity', 'equally')),
    reference TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT landed_costs_public_id UNIQUE (tenant_id, public_id)
);
CREATE INDEX landed_costs_newest ON landed_costs (tenant_id, created_at, public_id);
@tenant_table landed_costs

-- `kept_minor` of it is in the stock; the rest is cost of what had been issued, or a variance.
CREATE TABLE landed_cost_lines (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    landed_cost_id UUID NOT NULL,
    line BIGINT NOT NULL,
    movement_id UUID NOT NULL,
    item_id UUID NOT NULL,
    quantity BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    kept_minor BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT landed_cost_lines_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, landed_cost_id) REFERENCES landed_costs (tenant_id, public_id),
    FOREIGN KEY (tenant_id, movement_id) REFERENCES movements (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX landed_cost_lines_line ON landed_cost_lines (tenant_id, landed_cost_id, line) WHERE deleted_at IS NULL;
@tenant_table landed_cost_lines

-- `quantity` and `value_…` are the change, `stock_…` what is there after it. `taken` says which layers a change is of. The
-- entries of an item are in the order of `sequence`, and never of an earlier `recorded_at` than the one before.
CREATE TABLE value_entries (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    movement_id UUID,
    returns_id UUID,
    landed_cost_id UUID,
    kind TEXT NOT NULL CHECK (kind IN ('opening', 'receipt', 'issue', 'return', 'settlement', 'variance', 'revaluation', 'landed')),
    quantity BIGINT NOT NULL,
    value_minor BIGINT NOT NULL,
    value_millionths BIGINT NOT NULL CHECK (value_millionths BETWEEN 0 AND 999999),
    currency TEXT NOT NULL,
    stock_quantity BIGINT NOT NULL,
    stock_minor BIGINT NOT NULL,
    stock_millionths BIGINT NOT NULL CHECK (stock_millionths BETWEEN 0 AND 999999),
    taken TEXT,
    recorded_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT value_entries_public_id UNIQUE (tenant_id, public_id),
    CONSTRAINT value_entries_sequence UNIQUE (tenant_id, item_id, sequence),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id),
    FOREIGN KEY (tenant_id, movement_id) REFERENCES movements (tenant_id, public_id),
    FOREIGN KEY (tenant_id, returns_id) REFERENCES movements (tenant_id, public_id),
    FOREIGN KEY (tenant_id, landed_cost_id) REFERENCES landed_costs (tenant_id, public_id)
);
CREATE INDEX value_entries_newest ON value_entries (tenant_id, created_at, public_id);
CREATE INDEX value_entries_of_item ON value_entries (tenant_id, item_id, created_at, public_id);
CREATE INDEX value_entries_as_of ON value_entries (tenant_id, item_id, recorded_at, sequence);
CREATE INDEX value_entries_of_movement ON value_entries (tenant_id, movement_id) WHERE movement_id IS NOT NULL;
CREATE INDEX value_entries_of_returned ON value_entries (tenant_id, returns_id) WHERE returns_id IS NOT NULL;
@ledger_table value_entries
@erasable_ledger value_entries

-- An item has one from when its cost is first known. `last_…` is what a quantity cost that was touched last.
CREATE TABLE item_values (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    currency TEXT NOT NULL,
    on_hand BIGINT NOT NULL,
    value_minor BIGINT NOT NULL,
    value_millionths BIGINT NOT NULL CHECK (value_millionths BETWEEN 0 AND 999999),
    last_quantity BIGINT CHECK (last_quantity > 0),
    last_minor BIGINT,
    last_millionths BIGINT,
    next_sequence BIGINT NOT NULL,
    last_recorded_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT item_values_public_id UNIQUE (tenant_id, public_id),
    CHECK ((last_quantity IS NULL) = (last_minor IS NULL)),
    CHECK ((last_quantity IS NULL) = (last_millionths IS NULL)),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE INDEX item_values_newest ON item_values (tenant_id, created_at, public_id);
CREATE UNIQUE INDEX item_values_of_item ON item_values (tenant_id, item_id) WHERE deleted_at IS NULL;
@tenant_table item_values

-- What is left of each receipt of an item that is valued first in, first out. Its number is the sequence of its entry.
CREATE TABLE cost_layers (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID NOT NULL,
    public_id UUID NOT NULL,
    item_id UUID NOT NULL,
    number BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    value_minor BIGINT NOT NULL,
    value_millionths BIGINT NOT NULL CHECK (value_millionths BETWEEN 0 AND 999999),
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    deleted_by TEXT,
    CONSTRAINT cost_layers_public_id UNIQUE (tenant_id, public_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES items (tenant_id, public_id)
);
CREATE UNIQUE INDEX cost_layers_number ON cost_layers (tenant_id, item_id, number) WHERE deleted_at IS NULL;
@tenant_table cost_layers

-- What was there already is worth its item's cost. The product is made of parts that fit 64 bits on either backend; the
-- few whose value would not fit are opened when they move.
-- postgres:INSERT INTO item_values (tenant_id, public_id, item_id, currency, on_hand, value_minor, value_millionths, last_quantity, last_minor, last_millionths, next_sequence, last_recorded_at, created_at, updated_at) SELECT l.tenant_id, gen_random_uuid(), l.item_id, i.currency, l.on_hand, l.on_hand / 1000000 * i.unit_cost_minor + l.on_hand % 1000000 * (i.unit_cost_minor / 1000000) + l.on_hand % 1000000 * (i.unit_cost_minor % 1000000) / 1000000, l.on_hand % 1000000 * (i.unit_cost_minor % 1000000) % 1000000, 1000000, i.unit_cost_minor, 0, 2, l.updated_at, l.updated_at, l.updated_at FROM stock_levels l JOIN items i ON i.tenant_id = l.tenant_id AND i.public_id = l.item_id WHERE i.currency IS NOT NULL AND l.on_hand > 0 AND (i.unit_cost_minor = 0 OR l.on_hand / 1000000 < 3000000000000000000 / NULLIF(i.unit_cost_minor, 0));
-- sqlite:INSERT INTO item_values (tenant_id, public_id, item_id, currency, on_hand, value_minor, value_millionths, last_quantity, last_minor, last_millionths, next_sequence, last_recorded_at, created_at, updated_at) SELECT l.tenant_id, randomblob(16), l.item_id, i.currency, l.on_hand, l.on_hand / 1000000 * i.unit_cost_minor + l.on_hand % 1000000 * (i.unit_cost_minor / 1000000) + l.on_hand % 1000000 * (i.unit_cost_minor % 1000000) / 1000000, l.on_hand % 1000000 * (i.unit_cost_minor % 1000000) % 1000000, 1000000, i.unit_cost_minor, 0, 2, l.updated_at, l.updated_at, l.updated_at FROM stock_levels l JOIN items i ON i.tenant_id = l.tenant_id AND i.public_id = l.item_id WHERE i.currency IS NOT NULL AND l.on_hand > 0 AND (i.unit_cost_minor = 0 OR l.on_hand / 1000000 < 3000000000000000000 / NULLIF(i.unit_cost_minor, 0));
-- postgres:INSERT INTO value_entries (tenant_id, public_id, item_id, sequence, kind, quantity, value_minor, value_millionths, currency, stock_quantity, stock_minor, stock_millionths, recorded_at, created_at) SELECT tenant_id, gen_random_uuid(), item_id, 1, 'opening', on_hand, value_minor, value_millionths, currency, on_hand, value_minor, value_millionths, last_recorded_at, created_at FROM item_values;
-- sqlite:INSERT INTO value_entries (tenant_id, public_id, item_id, sequence, kind, quantity, value_minor, value_millionths, currency, stock_quantity, stock_minor, stock_millionths, recorded_at, created_at) SELECT tenant_id, randomblob(16), item_id, 1, 'opening', on_hand, value_minor, value_millionths, currency, on_hand, value_minor, value_millionths, last_recorded_at, created_at FROM item_values;
