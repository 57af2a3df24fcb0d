assemblies.id bigint NOT NULL
assemblies.tenant_id uuid NOT NULL
assemblies.public_id uuid NOT NULL
assemblies.item_id uuid NOT NULL
assemblies.warehouse_id uuid NOT NULL
assemblies.direction text NOT NULL
assemblies.quantity bigint NOT NULL
assemblies.entered_quantity bigint
assemblies.entered_unit text
assemblies.happened_at timestamp with time zone NOT NULL
assemblies.reference text
assemblies.actor text NOT NULL
assemblies.created_at timestamp with time zone NOT NULL
assemblies constraint assemblies_check CHECK (((entered_quantity IS NULL) = (entered_unit IS NULL)))
assemblies constraint assemblies_direction_check CHECK ((direction = ANY (ARRAY['made'::text, 'taken_apart'::text])))
assemblies constraint assemblies_pkey PRIMARY KEY (id)
assemblies constraint assemblies_public_id UNIQUE (tenant_id, public_id)
assemblies constraint assemblies_quantity_check CHECK ((quantity > 0))
assemblies constraint assemblies_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
assemblies constraint assemblies_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
CREATE INDEX assemblies_newest ON inventory.assemblies USING btree (tenant_id, created_at, public_id)
CREATE INDEX assemblies_of_item ON inventory.assemblies USING btree (tenant_id, item_id, created_at, public_id)
CREATE UNIQUE INDEX assemblies_pkey ON inventory.assemblies USING btree (id)
CREATE UNIQUE INDEX assemblies_public_id ON inventory.assemblies USING btree (tenant_id, public_id)
assemblies policy owner to {insula_inventory_owner} using true
assemblies policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
assemblies grant INSERT, SELECT to insula_inventory
bill_components.id bigint NOT NULL
bill_components.tenant_id uuid NOT NULL
bill_components.public_id uuid NOT NULL
bill_components.item_id uuid NOT NULL
bill_components.position bigint NOT NULL
bill_components.component_id uuid NOT NULL
bill_components.quantity bigint NOT NULL
bill_components.entered_quantity bigint
bill_components.entered_unit text
bill_components.created_at timestamp with time zone NOT NULL
bill_components.entered_rounding text
bill_components constraint bill_components_check CHECK ((component_id <> item_id))
bill_components constraint bill_components_check1 CHECK (((entered_quantity IS NULL) = (entered_unit IS NULL)))
bill_components constraint bill_components_check2 CHECK (((entered_rounding IS NULL) OR (entered_quantity IS NOT NULL)))
bill_components constraint bill_components_once UNIQUE (tenant_id, item_id, component_id)
bill_components constraint bill_components_pkey PRIMARY KEY (id)
bill_components constraint bill_components_public_id UNIQUE (tenant_id, public_id)
bill_components constraint bill_components_quantity_check CHECK ((quantity > 0))
bill_components constraint bill_components_tenant_id_component_id_fkey FOREIGN KEY (tenant_id, component_id) REFERENCES inventory.items(tenant_id, public_id)
bill_components constraint bill_components_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.bills(tenant_id, public_id)
CREATE INDEX bill_components_of ON inventory.bill_components USING btree (tenant_id, component_id, item_id)
CREATE UNIQUE INDEX bill_components_once ON inventory.bill_components USING btree (tenant_id, item_id, component_id)
CREATE UNIQUE INDEX bill_components_pkey ON inventory.bill_components USING btree (id)
CREATE UNIQUE INDEX bill_components_public_id ON inventory.bill_components USING btree (tenant_id, public_id)
bill_components policy owner to {insula_inventory_owner} using true
bill_components policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
bill_components grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
bill_locks.id bigint NOT NULL
bill_locks.tenant_id uuid NOT NULL
bill_locks.public_id uuid NOT NULL
bill_locks.created_at timestamp with time zone NOT NULL
bill_locks.updated_at timestamp with time zone NOT NULL
bill_locks.deleted_at timestamp with time zone
bill_locks.deleted_by text
bill_locks constraint bill_locks_pkey PRIMARY KEY (id)
bill_locks constraint bill_locks_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX bill_locks_pkey ON inventory.bill_locks USING btree (id)
CREATE UNIQUE INDEX bill_locks_public_id ON inventory.bill_locks USING btree (tenant_id, public_id)
bill_locks policy owner to {insula_inventory_owner} using true
bill_locks policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
bill_locks grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
bills.id bigint NOT NULL
bills.tenant_id uuid NOT NULL
bills.public_id uuid NOT NULL
bills.kind text
bills.version bigint NOT NULL
bills.created_at timestamp with time zone NOT NULL
bills.updated_at timestamp with time zone NOT NULL
bills.deleted_at timestamp with time zone
bills.deleted_by text
bills constraint bills_kind_check CHECK ((kind = ANY (ARRAY['kit'::text, 'assembly'::text])))
bills constraint bills_pkey PRIMARY KEY (id)
bills constraint bills_public_id UNIQUE (tenant_id, public_id)
bills constraint bills_tenant_id_public_id_fkey FOREIGN KEY (tenant_id, public_id) REFERENCES inventory.items(tenant_id, public_id)
CREATE UNIQUE INDEX bills_pkey ON inventory.bills USING btree (id)
CREATE UNIQUE INDEX bills_public_id ON inventory.bills USING btree (tenant_id, public_id)
bills policy owner to {insula_inventory_owner} using true
bills policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
bills grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
bins.id bigint NOT NULL
bins.tenant_id uuid NOT NULL
bins.public_id uuid NOT NULL
bins.item_id uuid NOT NULL
bins.warehouse_id uuid NOT NULL
bins.location_id uuid NOT NULL
bins.lot_id uuid
bins.expires_on date
bins.sellable boolean NOT NULL
bins.on_hand bigint NOT NULL
bins.may_be_negative boolean NOT NULL
bins.created_at timestamp with time zone NOT NULL
bins.updated_at timestamp with time zone NOT NULL
bins.deleted_at timestamp with time zone
bins.deleted_by text
bins constraint bins_covered CHECK ((may_be_negative OR (on_hand >= 0)))
bins constraint bins_pkey PRIMARY KEY (id)
bins constraint bins_public_id UNIQUE (tenant_id, public_id)
bins constraint bins_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
bins constraint bins_tenant_id_location_id_fkey FOREIGN KEY (tenant_id, location_id) REFERENCES inventory.locations(tenant_id, public_id)
bins constraint bins_tenant_id_lot_id_fkey FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lots(tenant_id, public_id)
CREATE INDEX bins_by_expiry ON inventory.bins USING btree (tenant_id, item_id, expires_on) WHERE (expires_on IS NOT NULL)
CREATE INDEX bins_by_lot ON inventory.bins USING btree (tenant_id, lot_id, created_at, public_id)
CREATE INDEX bins_newest ON inventory.bins USING btree (tenant_id, created_at, public_id)
CREATE INDEX bins_of_item ON inventory.bins USING btree (tenant_id, item_id, created_at, public_id)
CREATE INDEX bins_of_location ON inventory.bins USING btree (tenant_id, location_id, created_at, public_id)
CREATE UNIQUE INDEX bins_of_lot ON inventory.bins USING btree (tenant_id, item_id, location_id, lot_id) WHERE ((lot_id IS NOT NULL) AND (deleted_at IS NULL))
CREATE INDEX bins_of_warehouse ON inventory.bins USING btree (tenant_id, warehouse_id, location_id)
CREATE UNIQUE INDEX bins_pkey ON inventory.bins USING btree (id)
CREATE UNIQUE INDEX bins_public_id ON inventory.bins USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX bins_without_lot ON inventory.bins USING btree (tenant_id, item_id, location_id) WHERE ((lot_id IS NULL) AND (deleted_at IS NULL))
bins policy owner to {insula_inventory_owner} using true
bins policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
bins grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
categories.id bigint NOT NULL
categories.tenant_id uuid NOT NULL
categories.public_id uuid NOT NULL
categories.name text NOT NULL
categories.parent_id uuid
categories.version bigint NOT NULL
categories.created_at timestamp with time zone NOT NULL
categories.updated_at timestamp with time zone NOT NULL
categories.deleted_at timestamp with time zone
categories.deleted_by text
categories constraint categories_check CHECK ((parent_id <> public_id))
categories constraint categories_pkey PRIMARY KEY (id)
categories constraint categories_public_id UNIQUE (tenant_id, public_id)
categories constraint categories_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES inventory.categories(tenant_id, public_id)
CREATE UNIQUE INDEX categories_name ON inventory.categories USING btree (tenant_id, name) WHERE (deleted_at IS NULL)
CREATE INDEX categories_newest ON inventory.categories USING btree (tenant_id, created_at, public_id)
CREATE INDEX categories_of_name ON inventory.categories USING btree (tenant_id, name, created_at, public_id)
CREATE INDEX categories_of_parent ON inventory.categories USING btree (tenant_id, parent_id, created_at, public_id)
CREATE UNIQUE INDEX categories_pkey ON inventory.categories USING btree (id)
CREATE UNIQUE INDEX categories_public_id ON inventory.categories USING btree (tenant_id, public_id)
categories policy owner to {insula_inventory_owner} using true
categories policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
categories grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
category_trees.id bigint NOT NULL
category_trees.tenant_id uuid NOT NULL
category_trees.public_id uuid NOT NULL
category_trees.created_at timestamp with time zone NOT NULL
category_trees.updated_at timestamp with time zone NOT NULL
category_trees.deleted_at timestamp with time zone
category_trees.deleted_by text
category_trees constraint category_trees_pkey PRIMARY KEY (id)
category_trees constraint category_trees_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX category_trees_pkey ON inventory.category_trees USING btree (id)
CREATE UNIQUE INDEX category_trees_public_id ON inventory.category_trees USING btree (tenant_id, public_id)
category_trees policy owner to {insula_inventory_owner} using true
category_trees policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
category_trees grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
cost_layers.id bigint NOT NULL
cost_layers.tenant_id uuid NOT NULL
cost_layers.public_id uuid NOT NULL
cost_layers.item_id uuid NOT NULL
cost_layers.number bigint NOT NULL
cost_layers.quantity bigint NOT NULL
cost_layers.value_minor bigint NOT NULL
cost_layers.value_millionths bigint NOT NULL
cost_layers.created_at timestamp with time zone NOT NULL
cost_layers.updated_at timestamp with time zone NOT NULL
cost_layers.deleted_at timestamp with time zone
cost_layers.deleted_by text
cost_layers constraint cost_layers_pkey PRIMARY KEY (id)
cost_layers constraint cost_layers_public_id UNIQUE (tenant_id, public_id)
cost_layers constraint cost_layers_quantity_check CHECK ((quantity > 0))
cost_layers constraint cost_layers_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
cost_layers constraint cost_layers_value_millionths_check CHECK (((value_millionths >= 0) AND (value_millionths <= 999999)))
CREATE UNIQUE INDEX cost_layers_number ON inventory.cost_layers USING btree (tenant_id, item_id, number) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX cost_layers_pkey ON inventory.cost_layers USING btree (id)
CREATE UNIQUE INDEX cost_layers_public_id ON inventory.cost_layers USING btree (tenant_id, public_id)
cost_layers policy owner to {insula_inventory_owner} using true
cost_layers policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
cost_layers grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
count_hold_rules.id bigint NOT NULL
count_hold_rules.tenant_id uuid NOT NULL
count_hold_rules.public_id uuid NOT NULL
count_hold_rules.name text NOT NULL
count_hold_rules.quantity_over bigint
count_hold_rules.value_over_minor bigint
count_hold_rules.currency text
count_hold_rules.version bigint NOT NULL
count_hold_rules.created_at timestamp with time zone NOT NULL
count_hold_rules.updated_at timestamp with time zone NOT NULL
count_hold_rules.deleted_at timestamp with time zone
count_hold_rules.deleted_by text
count_hold_rules constraint count_hold_rules_check CHECK (((quantity_over IS NULL) <> (value_over_minor IS NULL)))
count_hold_rules constraint count_hold_rules_check1 CHECK (((value_over_minor IS NULL) = (currency IS NULL)))
count_hold_rules constraint count_hold_rules_pkey PRIMARY KEY (id)
count_hold_rules constraint count_hold_rules_public_id UNIQUE (tenant_id, public_id)
count_hold_rules constraint count_hold_rules_quantity_over_check CHECK ((quantity_over >= 0))
count_hold_rules constraint count_hold_rules_value_over_minor_check CHECK ((value_over_minor >= 0))
CREATE UNIQUE INDEX count_hold_rules_pkey ON inventory.count_hold_rules USING btree (id)
CREATE UNIQUE INDEX count_hold_rules_public_id ON inventory.count_hold_rules USING btree (tenant_id, public_id)
count_hold_rules policy owner to {insula_inventory_owner} using true
count_hold_rules policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
count_hold_rules grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
count_holds.id bigint NOT NULL
count_holds.tenant_id uuid NOT NULL
count_holds.public_id uuid NOT NULL
count_holds.count_id uuid NOT NULL
count_holds.rule_id uuid NOT NULL
count_holds.status text NOT NULL
count_holds.decided_by uuid
count_holds.decided_at timestamp with time zone
count_holds.created_at timestamp with time zone NOT NULL
count_holds.updated_at timestamp with time zone NOT NULL
count_holds.deleted_at timestamp with time zone
count_holds.deleted_by text
count_holds constraint count_holds_pkey PRIMARY KEY (id)
count_holds constraint count_holds_public_id UNIQUE (tenant_id, public_id)
count_holds constraint count_holds_status_check CHECK ((status = ANY (ARRAY['held'::text, 'released'::text, 'rejected'::text, 'cleared'::text])))
count_holds constraint count_holds_tenant_id_count_id_fkey FOREIGN KEY (tenant_id, count_id) REFERENCES inventory.counts(tenant_id, public_id)
count_holds constraint count_holds_tenant_id_rule_id_fkey FOREIGN KEY (tenant_id, rule_id) REFERENCES inventory.count_hold_rules(tenant_id, public_id)
CREATE UNIQUE INDEX count_holds_held ON inventory.count_holds USING btree (tenant_id, count_id, rule_id) WHERE ((status = 'held'::text) AND (deleted_at IS NULL))
CREATE INDEX count_holds_of_count ON inventory.count_holds USING btree (tenant_id, count_id, created_at, public_id)
CREATE INDEX count_holds_of_rule ON inventory.count_holds USING btree (tenant_id, rule_id)
CREATE UNIQUE INDEX count_holds_pkey ON inventory.count_holds USING btree (id)
CREATE UNIQUE INDEX count_holds_public_id ON inventory.count_holds USING btree (tenant_id, public_id)
count_holds policy owner to {insula_inventory_owner} using true
count_holds policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
count_holds grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
count_lines.id bigint NOT NULL
count_lines.tenant_id uuid NOT NULL
count_lines.public_id uuid NOT NULL
count_lines.count_id uuid NOT NULL
count_lines.item_id uuid NOT NULL
count_lines.location_id uuid NOT NULL
count_lines.lot_id uuid
count_lines.expected bigint NOT NULL
count_lines.item_sequence bigint
count_lines.counted bigint
count_lines.entered_quantity bigint
count_lines.entered_unit text
count_lines.counted_at timestamp with time zone
count_lines.counted_by text
count_lines.variance bigint
count_lines.unit_cost_minor bigint
count_lines.currency text
count_lines.created_at timestamp with time zone NOT NULL
count_lines.updated_at timestamp with time zone NOT NULL
count_lines.deleted_at timestamp with time zone
count_lines.deleted_by text
count_lines.entered_rounding text
count_lines constraint count_lines_check CHECK (((counted IS NULL) = (item_sequence IS NULL)))
count_lines constraint count_lines_check1 CHECK (((counted IS NULL) = (counted_at IS NULL)))
count_lines constraint count_lines_check2 CHECK (((entered_quantity IS NULL) = (entered_unit IS NULL)))
count_lines constraint count_lines_check3 CHECK (((unit_cost_minor IS NULL) = (currency IS NULL)))
count_lines constraint count_lines_check4 CHECK (((entered_rounding IS NULL) OR (entered_quantity IS NOT NULL)))
count_lines constraint count_lines_counted_check CHECK ((counted >= 0))
count_lines constraint count_lines_pkey PRIMARY KEY (id)
count_lines constraint count_lines_public_id UNIQUE (tenant_id, public_id)
count_lines constraint count_lines_tenant_id_count_id_fkey FOREIGN KEY (tenant_id, count_id) REFERENCES inventory.counts(tenant_id, public_id)
count_lines constraint count_lines_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
count_lines constraint count_lines_tenant_id_location_id_fkey FOREIGN KEY (tenant_id, location_id) REFERENCES inventory.locations(tenant_id, public_id)
count_lines constraint count_lines_tenant_id_lot_id_fkey FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lots(tenant_id, public_id)
CREATE INDEX count_lines_of_count ON inventory.count_lines USING btree (tenant_id, count_id, created_at, public_id)
CREATE INDEX count_lines_of_item ON inventory.count_lines USING btree (tenant_id, item_id)
CREATE UNIQUE INDEX count_lines_of_lot ON inventory.count_lines USING btree (tenant_id, count_id, item_id, location_id, lot_id) WHERE ((lot_id IS NOT NULL) AND (deleted_at IS NULL))
CREATE UNIQUE INDEX count_lines_pkey ON inventory.count_lines USING btree (id)
CREATE UNIQUE INDEX count_lines_public_id ON inventory.count_lines USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX count_lines_without_lot ON inventory.count_lines USING btree (tenant_id, count_id, item_id, location_id) WHERE ((lot_id IS NULL) AND (deleted_at IS NULL))
count_lines policy owner to {insula_inventory_owner} using true
count_lines policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
count_lines grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
counts.id bigint NOT NULL
counts.tenant_id uuid NOT NULL
counts.public_id uuid NOT NULL
counts.warehouse_id uuid NOT NULL
counts.location_id uuid
counts.status text NOT NULL
counts.blind boolean NOT NULL
counts.reason text NOT NULL
counts.reference text
counts.line_count bigint NOT NULL
counts.counted_count bigint NOT NULL
counts.variance_count bigint
counts.submitted_by uuid
counts.submitted_at timestamp with time zone
counts.posted_at timestamp with time zone
counts.returned_reason text
counts.version bigint NOT NULL
counts.created_at timestamp with time zone NOT NULL
counts.updated_at timestamp with time zone NOT NULL
counts.deleted_at timestamp with time zone
counts.deleted_by text
counts constraint counts_pkey PRIMARY KEY (id)
counts constraint counts_public_id UNIQUE (tenant_id, public_id)
counts constraint counts_status_check CHECK ((status = ANY (ARRAY['open'::text, 'pending_approval'::text, 'posted'::text, 'cancelled'::text])))
counts constraint counts_tenant_id_location_id_fkey FOREIGN KEY (tenant_id, location_id) REFERENCES inventory.locations(tenant_id, public_id)
counts constraint counts_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
CREATE INDEX counts_by_status ON inventory.counts USING btree (tenant_id, status, created_at, public_id)
CREATE INDEX counts_newest ON inventory.counts USING btree (tenant_id, created_at, public_id)
CREATE INDEX counts_of_warehouse ON inventory.counts USING btree (tenant_id, warehouse_id, created_at, public_id)
CREATE INDEX counts_of_warehouse_by_status ON inventory.counts USING btree (tenant_id, warehouse_id, status, created_at, public_id)
CREATE UNIQUE INDEX counts_pkey ON inventory.counts USING btree (id)
CREATE UNIQUE INDEX counts_public_id ON inventory.counts USING btree (tenant_id, public_id)
counts policy owner to {insula_inventory_owner} using true
counts policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
counts grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
erasures.tenant_id uuid NOT NULL
erasures.ordered_at timestamp with time zone NOT NULL
erasures constraint erasures_pkey PRIMARY KEY (tenant_id)
CREATE UNIQUE INDEX erasures_pkey ON inventory.erasures USING btree (tenant_id)
erasures policy owner to {insula_inventory_owner} using true
erasures policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
erasures grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
idempotency_keys.tenant_id uuid NOT NULL
idempotency_keys.actor text NOT NULL
idempotency_keys.key text NOT NULL
idempotency_keys.fingerprint bytea NOT NULL
idempotency_keys.status smallint NOT NULL
idempotency_keys.headers text NOT NULL
idempotency_keys.body bytea NOT NULL
idempotency_keys.sealed boolean NOT NULL
idempotency_keys.created_at timestamp with time zone NOT NULL
idempotency_keys.expires_at timestamp with time zone NOT NULL
idempotency_keys constraint idempotency_keys_pkey PRIMARY KEY (tenant_id, actor, key)
CREATE INDEX idempotency_keys_expired ON inventory.idempotency_keys USING btree (expires_at)
CREATE UNIQUE INDEX idempotency_keys_pkey ON inventory.idempotency_keys USING btree (tenant_id, actor, key)
idempotency_keys policy owner to {insula_inventory_owner} using true
idempotency_keys policy system to {insula_inventory_system} using true
idempotency_keys policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
idempotency_keys grant DELETE, INSERT, SELECT, UPDATE to insula_inventory_system
import_batches.id bigint NOT NULL
import_batches.tenant_id uuid NOT NULL
import_batches.public_id uuid NOT NULL
import_batches.import_id uuid NOT NULL
import_batches.batch bigint NOT NULL
import_batches.outcome text NOT NULL
import_batches.created_at timestamp with time zone NOT NULL
import_batches constraint import_batches_once UNIQUE (tenant_id, import_id, batch)
import_batches constraint import_batches_pkey PRIMARY KEY (id)
import_batches constraint import_batches_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX import_batches_once ON inventory.import_batches USING btree (tenant_id, import_id, batch)
CREATE UNIQUE INDEX import_batches_pkey ON inventory.import_batches USING btree (id)
CREATE UNIQUE INDEX import_batches_public_id ON inventory.import_batches USING btree (tenant_id, public_id)
import_batches policy owner to {insula_inventory_owner} using true
import_batches policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_batches grant INSERT, SELECT to insula_inventory
import_decisions.id bigint NOT NULL
import_decisions.tenant_id uuid NOT NULL
import_decisions.public_id uuid NOT NULL
import_decisions.import_id uuid NOT NULL
import_decisions.batch bigint NOT NULL
import_decisions.line bigint NOT NULL
import_decisions.row_key text
import_decisions.occurrence bigint NOT NULL
import_decisions.seen uuid
import_decisions.outcome text
import_decisions.change text
import_decisions.thing text
import_decisions.step bigint
import_decisions.after text
import_decisions.created_at timestamp with time zone NOT NULL
import_decisions constraint import_decisions_of_batch UNIQUE (tenant_id, import_id, batch, line)
import_decisions constraint import_decisions_of_key UNIQUE (tenant_id, import_id, row_key, occurrence)
import_decisions constraint import_decisions_of_thing UNIQUE (tenant_id, import_id, thing, step)
import_decisions constraint import_decisions_pkey PRIMARY KEY (id)
import_decisions constraint import_decisions_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX import_decisions_of_batch ON inventory.import_decisions USING btree (tenant_id, import_id, batch, line)
CREATE UNIQUE INDEX import_decisions_of_key ON inventory.import_decisions USING btree (tenant_id, import_id, row_key, occurrence)
CREATE UNIQUE INDEX import_decisions_of_thing ON inventory.import_decisions USING btree (tenant_id, import_id, thing, step)
CREATE UNIQUE INDEX import_decisions_pkey ON inventory.import_decisions USING btree (id)
CREATE UNIQUE INDEX import_decisions_public_id ON inventory.import_decisions USING btree (tenant_id, public_id)
import_decisions policy owner to {insula_inventory_owner} using true
import_decisions policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_decisions grant INSERT, SELECT to insula_inventory
import_identities.id bigint NOT NULL
import_identities.tenant_id uuid NOT NULL
import_identities.public_id uuid NOT NULL
import_identities.identity uuid NOT NULL
import_identities.occurrence bigint NOT NULL
import_identities.import_id uuid NOT NULL
import_identities.line bigint NOT NULL
import_identities.resource_id uuid NOT NULL
import_identities.created_at timestamp with time zone NOT NULL
import_identities.updated_at timestamp with time zone NOT NULL
import_identities.deleted_at timestamp with time zone
import_identities.deleted_by text
import_identities.corrects_import uuid
import_identities.corrects_line bigint
import_identities constraint import_identities_pkey PRIMARY KEY (id)
import_identities constraint import_identities_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX import_identities_of_import ON inventory.import_identities USING btree (tenant_id, import_id, line)
CREATE UNIQUE INDEX import_identities_once ON inventory.import_identities USING btree (tenant_id, identity, occurrence) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX import_identities_pkey ON inventory.import_identities USING btree (id)
CREATE UNIQUE INDEX import_identities_public_id ON inventory.import_identities USING btree (tenant_id, public_id)
import_identities policy owner to {insula_inventory_owner} using true
import_identities policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
import_identities grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
inbox.message_id uuid NOT NULL
inbox.subscriber text NOT NULL
inbox.tenant_id uuid
inbox.applied_at timestamp with time zone NOT NULL
inbox constraint inbox_pkey PRIMARY KEY (message_id, subscriber)
CREATE INDEX inbox_applied ON inventory.inbox USING btree (applied_at)
CREATE UNIQUE INDEX inbox_pkey ON inventory.inbox USING btree (message_id, subscriber)
inbox policy owner to {insula_inventory_owner} using true
inbox policy system to {insula_inventory_system} using true
inbox policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
inbox grant DELETE, INSERT, SELECT, UPDATE to insula_inventory_system
inventory_migrations.version character varying NOT NULL
inventory_migrations.applied_at bigint NOT NULL
inventory_migrations constraint inventory_migrations_pkey PRIMARY KEY (version)
CREATE UNIQUE INDEX inventory_migrations_pkey ON inventory.inventory_migrations USING btree (version)
item_barcodes.id bigint NOT NULL
item_barcodes.tenant_id uuid NOT NULL
item_barcodes.public_id uuid NOT NULL
item_barcodes.item_id uuid NOT NULL
item_barcodes.kind text NOT NULL
item_barcodes.code text NOT NULL
item_barcodes.printed text NOT NULL
item_barcodes.unit text
item_barcodes.quantity bigint NOT NULL
item_barcodes.version bigint NOT NULL
item_barcodes.created_at timestamp with time zone NOT NULL
item_barcodes.updated_at timestamp with time zone NOT NULL
item_barcodes.deleted_at timestamp with time zone
item_barcodes.deleted_by text
item_barcodes constraint item_barcodes_kind_check CHECK ((kind = ANY (ARRAY['gtin'::text, 'isbn'::text, 'sscc'::text, 'own'::text])))
item_barcodes constraint item_barcodes_pkey PRIMARY KEY (id)
item_barcodes constraint item_barcodes_public_id UNIQUE (tenant_id, public_id)
item_barcodes constraint item_barcodes_quantity_check CHECK ((quantity > 0))
item_barcodes constraint item_barcodes_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
CREATE INDEX item_barcodes_by_code ON inventory.item_barcodes USING btree (tenant_id, code, created_at, public_id)
CREATE UNIQUE INDEX item_barcodes_code ON inventory.item_barcodes USING btree (tenant_id, code) WHERE (deleted_at IS NULL)
CREATE INDEX item_barcodes_newest ON inventory.item_barcodes USING btree (tenant_id, created_at, public_id)
CREATE INDEX item_barcodes_of_item ON inventory.item_barcodes USING btree (tenant_id, item_id, created_at, public_id)
CREATE UNIQUE INDEX item_barcodes_pkey ON inventory.item_barcodes USING btree (id)
CREATE UNIQUE INDEX item_barcodes_public_id ON inventory.item_barcodes USING btree (tenant_id, public_id)
item_barcodes policy owner to {insula_inventory_owner} using true
item_barcodes policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
item_barcodes grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
item_conversions.id bigint NOT NULL
item_conversions.tenant_id uuid NOT NULL
item_conversions.public_id uuid NOT NULL
item_conversions.item_id uuid NOT NULL
item_conversions.conversions text NOT NULL
item_conversions.version bigint NOT NULL
item_conversions.created_at timestamp with time zone NOT NULL
item_conversions.updated_at timestamp with time zone NOT NULL
item_conversions.deleted_at timestamp with time zone
item_conversions.deleted_by text
item_conversions constraint item_conversions_pkey PRIMARY KEY (id)
item_conversions constraint item_conversions_public_id UNIQUE (tenant_id, public_id)
item_conversions constraint item_conversions_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
CREATE UNIQUE INDEX item_conversions_of_item ON inventory.item_conversions USING btree (tenant_id, item_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX item_conversions_pkey ON inventory.item_conversions USING btree (id)
CREATE UNIQUE INDEX item_conversions_public_id ON inventory.item_conversions USING btree (tenant_id, public_id)
item_conversions policy owner to {insula_inventory_owner} using true
item_conversions policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
item_conversions grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
item_families.id bigint NOT NULL
item_families.tenant_id uuid NOT NULL
item_families.public_id uuid NOT NULL
item_families.name text NOT NULL
item_families.options text NOT NULL
item_families.version bigint NOT NULL
item_families.created_at timestamp with time zone NOT NULL
item_families.updated_at timestamp with time zone NOT NULL
item_families.deleted_at timestamp with time zone
item_families.deleted_by text
item_families constraint item_families_pkey PRIMARY KEY (id)
item_families constraint item_families_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX item_families_newest ON inventory.item_families USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX item_families_pkey ON inventory.item_families USING btree (id)
CREATE UNIQUE INDEX item_families_public_id ON inventory.item_families USING btree (tenant_id, public_id)
item_families policy owner to {insula_inventory_owner} using true
item_families policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
item_families grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
item_values.id bigint NOT NULL
item_values.tenant_id uuid NOT NULL
item_values.public_id uuid NOT NULL
item_values.item_id uuid NOT NULL
item_values.currency text NOT NULL
item_values.on_hand bigint NOT NULL
item_values.value_minor bigint NOT NULL
item_values.value_millionths bigint NOT NULL
item_values.last_quantity bigint
item_values.last_minor bigint
item_values.last_millionths bigint
item_values.next_sequence bigint NOT NULL
item_values.last_recorded_at timestamp with time zone NOT NULL
item_values.created_at timestamp with time zone NOT NULL
item_values.updated_at timestamp with time zone NOT NULL
item_values.deleted_at timestamp with time zone
item_values.deleted_by text
item_values constraint item_values_check CHECK (((last_quantity IS NULL) = (last_minor IS NULL)))
item_values constraint item_values_check1 CHECK (((last_quantity IS NULL) = (last_millionths IS NULL)))
item_values constraint item_values_last_quantity_check CHECK ((last_quantity > 0))
item_values constraint item_values_pkey PRIMARY KEY (id)
item_values constraint item_values_public_id UNIQUE (tenant_id, public_id)
item_values constraint item_values_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
item_values constraint item_values_value_millionths_check CHECK (((value_millionths >= 0) AND (value_millionths <= 999999)))
CREATE INDEX item_values_newest ON inventory.item_values USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX item_values_of_item ON inventory.item_values USING btree (tenant_id, item_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX item_values_pkey ON inventory.item_values USING btree (id)
CREATE UNIQUE INDEX item_values_public_id ON inventory.item_values USING btree (tenant_id, public_id)
item_values policy owner to {insula_inventory_owner} using true
item_values policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
item_values grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
items.id bigint NOT NULL
items.tenant_id uuid NOT NULL
items.public_id uuid NOT NULL
items.sku text NOT NULL
items.name text NOT NULL
items.description text
items.category text
items.unit text NOT NULL
items.unit_cost_minor bigint
items.currency text
items.reorder_level bigint
items.version bigint NOT NULL
items.created_at timestamp with time zone NOT NULL
items.updated_at timestamp with time zone NOT NULL
items.deleted_at timestamp with time zone
items.deleted_by text
items.external_id text
items.metadata text NOT NULL
items.search_text text NOT NULL
items.tracking text NOT NULL
items.may_be_negative boolean NOT NULL
items.costing text NOT NULL
items.reorder_up_to bigint
items.lead_time_days bigint
items.family_id uuid
items.options text
items constraint items_check CHECK (((unit_cost_minor IS NULL) = (currency IS NULL)))
items constraint items_check1 CHECK (((options IS NULL) = (family_id IS NULL)))
items constraint items_costing_check CHECK ((costing = ANY (ARRAY['moving_average'::text, 'fifo'::text, 'standard'::text])))
items constraint items_lead_time_days_check CHECK ((lead_time_days >= 0))
items constraint items_pkey PRIMARY KEY (id)
items constraint items_public_id UNIQUE (tenant_id, public_id)
items constraint items_reorder_level_check CHECK ((reorder_level >= 0))
items constraint items_reorder_up_to_check CHECK ((reorder_up_to >= 0))
items constraint items_tenant_id_family_id_fkey FOREIGN KEY (tenant_id, family_id) REFERENCES inventory.item_families(tenant_id, public_id)
items constraint items_tracking_check CHECK ((tracking = ANY (ARRAY['none'::text, 'lot'::text, 'serial'::text])))
items constraint items_unit_cost_minor_check CHECK ((unit_cost_minor >= 0))
CREATE UNIQUE INDEX items_external_id ON inventory.items USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL)
CREATE INDEX items_newest ON inventory.items USING btree (tenant_id, created_at, public_id)
CREATE INDEX items_of_category ON inventory.items USING btree (tenant_id, category, created_at, public_id)
CREATE INDEX items_of_family ON inventory.items USING btree (tenant_id, family_id, created_at, public_id) WHERE (family_id IS NOT NULL)
CREATE INDEX items_of_reference ON inventory.items USING btree (tenant_id, external_id, created_at, public_id) WHERE (external_id IS NOT NULL)
CREATE INDEX items_of_sku ON inventory.items USING btree (tenant_id, sku, created_at, public_id)
CREATE UNIQUE INDEX items_pkey ON inventory.items USING btree (id)
CREATE UNIQUE INDEX items_public_id ON inventory.items USING btree (tenant_id, public_id)
CREATE INDEX items_search ON inventory.items USING gin (search_text gin_trgm_ops, tenant_id)
CREATE UNIQUE INDEX items_sku ON inventory.items USING btree (tenant_id, sku) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX items_variant ON inventory.items USING btree (tenant_id, family_id, options) WHERE ((deleted_at IS NULL) AND (family_id IS NOT NULL))
items policy owner to {insula_inventory_owner} using true
items policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
items grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
landed_cost_lines.id bigint NOT NULL
landed_cost_lines.tenant_id uuid NOT NULL
landed_cost_lines.public_id uuid NOT NULL
landed_cost_lines.landed_cost_id uuid NOT NULL
landed_cost_lines.line bigint NOT NULL
landed_cost_lines.movement_id uuid NOT NULL
landed_cost_lines.item_id uuid NOT NULL
landed_cost_lines.quantity bigint NOT NULL
landed_cost_lines.amount_minor bigint NOT NULL
landed_cost_lines.kept_minor bigint NOT NULL
landed_cost_lines.created_at timestamp with time zone NOT NULL
landed_cost_lines.updated_at timestamp with time zone NOT NULL
landed_cost_lines.deleted_at timestamp with time zone
landed_cost_lines.deleted_by text
landed_cost_lines constraint landed_cost_lines_pkey PRIMARY KEY (id)
landed_cost_lines constraint landed_cost_lines_public_id UNIQUE (tenant_id, public_id)
landed_cost_lines constraint landed_cost_lines_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
landed_cost_lines constraint landed_cost_lines_tenant_id_landed_cost_id_fkey FOREIGN KEY (tenant_id, landed_cost_id) REFERENCES inventory.landed_costs(tenant_id, public_id)
landed_cost_lines constraint landed_cost_lines_tenant_id_movement_id_fkey FOREIGN KEY (tenant_id, movement_id) REFERENCES inventory.movements(tenant_id, public_id)
CREATE UNIQUE INDEX landed_cost_lines_line ON inventory.landed_cost_lines USING btree (tenant_id, landed_cost_id, line) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX landed_cost_lines_pkey ON inventory.landed_cost_lines USING btree (id)
CREATE UNIQUE INDEX landed_cost_lines_public_id ON inventory.landed_cost_lines USING btree (tenant_id, public_id)
landed_cost_lines policy owner to {insula_inventory_owner} using true
landed_cost_lines policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
landed_cost_lines grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
landed_costs.id bigint NOT NULL
landed_costs.tenant_id uuid NOT NULL
landed_costs.public_id uuid NOT NULL
landed_costs.amount_minor bigint NOT NULL
landed_costs.currency text NOT NULL
landed_costs.basis text NOT NULL
landed_costs.reference text
landed_costs.version bigint NOT NULL
landed_costs.created_at timestamp with time zone NOT NULL
landed_costs.updated_at timestamp with time zone NOT NULL
landed_costs.deleted_at timestamp with time zone
landed_costs.deleted_by text
landed_costs constraint landed_costs_amount_minor_check CHECK ((amount_minor <> 0))
landed_costs constraint landed_costs_basis_check CHECK ((basis = ANY (ARRAY['value'::text, 'quantity'::text, 'equally'::text])))
landed_costs constraint landed_costs_pkey PRIMARY KEY (id)
landed_costs constraint landed_costs_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX landed_costs_newest ON inventory.landed_costs USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX landed_costs_pkey ON inventory.landed_costs USING btree (id)
CREATE UNIQUE INDEX landed_costs_public_id ON inventory.landed_costs USING btree (tenant_id, public_id)
landed_costs policy owner to {insula_inventory_owner} using true
landed_costs policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
landed_costs grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
locations.id bigint NOT NULL
locations.tenant_id uuid NOT NULL
locations.public_id uuid NOT NULL
locations.warehouse_id uuid NOT NULL
locations.parent_id uuid
locations.code text NOT NULL
locations.name text NOT NULL
locations.kind text NOT NULL
locations.version bigint NOT NULL
locations.created_at timestamp with time zone NOT NULL
locations.updated_at timestamp with time zone NOT NULL
locations.deleted_at timestamp with time zone
locations.deleted_by text
locations constraint locations_check CHECK ((parent_id <> public_id))
locations constraint locations_kind_check CHECK ((kind = ANY (ARRAY['storage'::text, 'quarantine'::text, 'transit'::text])))
locations constraint locations_pkey PRIMARY KEY (id)
locations constraint locations_public_id UNIQUE (tenant_id, public_id)
locations constraint locations_tenant_id_parent_id_fkey FOREIGN KEY (tenant_id, parent_id) REFERENCES inventory.locations(tenant_id, public_id)
locations constraint locations_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
CREATE UNIQUE INDEX locations_code ON inventory.locations USING btree (tenant_id, warehouse_id, code) WHERE (deleted_at IS NULL)
CREATE INDEX locations_newest ON inventory.locations USING btree (tenant_id, created_at, public_id)
CREATE INDEX locations_of_parent ON inventory.locations USING btree (tenant_id, parent_id, created_at, public_id)
CREATE INDEX locations_of_warehouse ON inventory.locations USING btree (tenant_id, warehouse_id, created_at, public_id)
CREATE UNIQUE INDEX locations_pkey ON inventory.locations USING btree (id)
CREATE UNIQUE INDEX locations_public_id ON inventory.locations USING btree (tenant_id, public_id)
locations policy owner to {insula_inventory_owner} using true
locations policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
locations grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
lots.id bigint NOT NULL
lots.tenant_id uuid NOT NULL
lots.public_id uuid NOT NULL
lots.item_id uuid NOT NULL
lots.code text NOT NULL
lots.expires_on date
lots.version bigint NOT NULL
lots.created_at timestamp with time zone NOT NULL
lots.updated_at timestamp with time zone NOT NULL
lots.deleted_at timestamp with time zone
lots.deleted_by text
lots constraint lots_pkey PRIMARY KEY (id)
lots constraint lots_public_id UNIQUE (tenant_id, public_id)
lots constraint lots_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
CREATE INDEX lots_by_code ON inventory.lots USING btree (tenant_id, code, created_at, public_id)
CREATE INDEX lots_by_expiry ON inventory.lots USING btree (tenant_id, expires_on, item_id) WHERE (expires_on IS NOT NULL)
CREATE UNIQUE INDEX lots_code ON inventory.lots USING btree (tenant_id, item_id, code) WHERE (deleted_at IS NULL)
CREATE INDEX lots_newest ON inventory.lots USING btree (tenant_id, created_at, public_id)
CREATE INDEX lots_of_item ON inventory.lots USING btree (tenant_id, item_id, created_at, public_id)
CREATE UNIQUE INDEX lots_pkey ON inventory.lots USING btree (id)
CREATE UNIQUE INDEX lots_public_id ON inventory.lots USING btree (tenant_id, public_id)
lots policy owner to {insula_inventory_owner} using true
lots policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
lots grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
messages.id bigint NOT NULL
messages.public_id uuid NOT NULL
messages.tenant_id uuid
messages.kind text NOT NULL
messages.payload_version integer NOT NULL
messages.payload text NOT NULL
messages.handler text NOT NULL
messages.unique_key text
messages.ordering_key text
messages.priority smallint NOT NULL
messages.status text NOT NULL
messages.run_at timestamp with time zone NOT NULL
messages.attempts integer NOT NULL
messages.max_attempts integer NOT NULL
messages.lease_owner text
messages.lease_until timestamp with time zone
messages.cancel_requested boolean NOT NULL
messages.progress_done bigint NOT NULL
messages.progress_total bigint
messages.last_error text
messages.actor text NOT NULL
messages.act_as text NOT NULL
messages.request_id text NOT NULL
messages.traceparent text NOT NULL
messages.created_at timestamp with time zone NOT NULL
messages.updated_at timestamp with time zone NOT NULL
messages.finished_at timestamp with time zone
messages constraint messages_handler_unique_key_key UNIQUE (handler, unique_key)
messages constraint messages_pkey PRIMARY KEY (id)
messages constraint messages_public_id_key UNIQUE (public_id)
messages constraint messages_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'leased'::text, 'retrying'::text, 'done'::text, 'cancelled'::text, 'dead'::text])))
CREATE INDEX messages_due ON inventory.messages USING btree (run_at) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE INDEX messages_finished ON inventory.messages USING btree (finished_at) WHERE (finished_at IS NOT NULL)
CREATE UNIQUE INDEX messages_handler_unique_key_key ON inventory.messages USING btree (handler, unique_key)
CREATE INDEX messages_leased ON inventory.messages USING btree (lease_until) WHERE (status = 'leased'::text)
CREATE INDEX messages_of_tenant ON inventory.messages USING btree (tenant_id, created_at, public_id)
CREATE INDEX messages_ordered ON inventory.messages USING btree (handler, ordering_key, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
CREATE UNIQUE INDEX messages_pkey ON inventory.messages USING btree (id)
CREATE UNIQUE INDEX messages_public_id_key ON inventory.messages USING btree (public_id)
CREATE INDEX messages_turns ON inventory.messages USING btree (tenant_id, priority DESC, run_at, id) WHERE (status = ANY (ARRAY['queued'::text, 'retrying'::text, 'leased'::text]))
messages policy owner to {insula_inventory_owner} using true
messages policy system to {insula_inventory_system} using true
messages policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
messages grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
messages grant DELETE, INSERT, SELECT, UPDATE to insula_inventory_system
movements.id bigint NOT NULL
movements.tenant_id uuid NOT NULL
movements.public_id uuid NOT NULL
movements.item_id uuid NOT NULL
movements.warehouse_id uuid NOT NULL
movements.location_id uuid NOT NULL
movements.lot_id uuid
movements.sequence bigint NOT NULL
movements.kind text NOT NULL
movements.quantity bigint NOT NULL
movements.entered_quantity bigint
movements.entered_unit text
movements.entered_rounding text
movements.happened_at timestamp with time zone NOT NULL
movements.reservation_id uuid
movements.document_kind text
movements.document_id uuid
movements.reverses_id uuid
movements.reference text
movements.actor text NOT NULL
movements.reason text
movements.created_at timestamp with time zone NOT NULL
movements constraint movements_id UNIQUE (tenant_id, public_id)
movements constraint movements_of_item_sequence UNIQUE (tenant_id, item_id, sequence)
movements constraint movements_reversed_once UNIQUE (tenant_id, reverses_id)
movements constraint new_movements_check CHECK (((entered_quantity IS NULL) = (entered_unit IS NULL)))
movements constraint new_movements_check1 CHECK (((document_kind IS NULL) = (document_id IS NULL)))
movements constraint new_movements_kind_check CHECK ((kind = ANY (ARRAY['receipt'::text, 'shipment'::text, 'adjustment'::text, 'import'::text, 'transfer'::text, 'return'::text, 'scrap'::text, 'assembly'::text])))
movements constraint new_movements_pkey PRIMARY KEY (id)
movements constraint new_movements_quantity_check CHECK ((quantity <> 0))
movements constraint new_movements_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
movements constraint new_movements_tenant_id_location_id_fkey FOREIGN KEY (tenant_id, location_id) REFERENCES inventory.locations(tenant_id, public_id)
movements constraint new_movements_tenant_id_lot_id_fkey FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lots(tenant_id, public_id)
movements constraint new_movements_tenant_id_reservation_id_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES inventory.reservations(tenant_id, public_id)
CREATE UNIQUE INDEX movements_id ON inventory.movements USING btree (tenant_id, public_id)
CREATE INDEX movements_newest ON inventory.movements USING btree (tenant_id, created_at, public_id)
CREATE INDEX movements_of_document ON inventory.movements USING btree (tenant_id, document_id, created_at, public_id) WHERE (document_id IS NOT NULL)
CREATE INDEX movements_of_item ON inventory.movements USING btree (tenant_id, item_id, created_at, public_id)
CREATE UNIQUE INDEX movements_of_item_sequence ON inventory.movements USING btree (tenant_id, item_id, sequence)
CREATE INDEX movements_of_location ON inventory.movements USING btree (tenant_id, location_id, created_at, public_id)
CREATE INDEX movements_of_lot ON inventory.movements USING btree (tenant_id, lot_id, created_at, public_id) WHERE (lot_id IS NOT NULL)
CREATE UNIQUE INDEX movements_reversed_once ON inventory.movements USING btree (tenant_id, reverses_id)
CREATE UNIQUE INDEX new_movements_pkey ON inventory.movements USING btree (id)
movements policy owner to {insula_inventory_owner} using true
movements policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
movements grant INSERT, SELECT to insula_inventory
purchase_order_lines.id bigint NOT NULL
purchase_order_lines.tenant_id uuid NOT NULL
purchase_order_lines.public_id uuid NOT NULL
purchase_order_lines.order_id uuid NOT NULL
purchase_order_lines.line bigint NOT NULL
purchase_order_lines.item_id uuid NOT NULL
purchase_order_lines.quantity bigint NOT NULL
purchase_order_lines.entered_quantity bigint NOT NULL
purchase_order_lines.entered_unit text
purchase_order_lines.unit_cost_minor bigint NOT NULL
purchase_order_lines.received bigint NOT NULL
purchase_order_lines.returned bigint NOT NULL
purchase_order_lines.cancelled bigint NOT NULL
purchase_order_lines.net_entered bigint NOT NULL
purchase_order_lines.on_order bigint NOT NULL
purchase_order_lines.created_at timestamp with time zone NOT NULL
purchase_order_lines.updated_at timestamp with time zone NOT NULL
purchase_order_lines.deleted_at timestamp with time zone
purchase_order_lines.deleted_by text
purchase_order_lines.entered_rounding text
purchase_order_lines constraint purchase_order_lines_cancelled_check CHECK ((cancelled >= 0))
purchase_order_lines constraint purchase_order_lines_check CHECK (((returned >= 0) AND (returned <= received)))
purchase_order_lines constraint purchase_order_lines_entered_quantity_check CHECK ((entered_quantity > 0))
purchase_order_lines constraint purchase_order_lines_on_order_check CHECK ((on_order >= 0))
purchase_order_lines constraint purchase_order_lines_pkey PRIMARY KEY (id)
purchase_order_lines constraint purchase_order_lines_public_id UNIQUE (tenant_id, public_id)
purchase_order_lines constraint purchase_order_lines_quantity_check CHECK ((quantity > 0))
purchase_order_lines constraint purchase_order_lines_received_check CHECK ((received >= 0))
purchase_order_lines constraint purchase_order_lines_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
purchase_order_lines constraint purchase_order_lines_tenant_id_order_id_fkey FOREIGN KEY (tenant_id, order_id) REFERENCES inventory.purchase_orders(tenant_id, public_id)
purchase_order_lines constraint purchase_order_lines_unit_cost_minor_check CHECK ((unit_cost_minor >= 0))
CREATE INDEX purchase_order_lines_of_item ON inventory.purchase_order_lines USING btree (tenant_id, item_id)
CREATE INDEX purchase_order_lines_on_order ON inventory.purchase_order_lines USING btree (tenant_id, item_id, on_order) WHERE (on_order > 0)
CREATE UNIQUE INDEX purchase_order_lines_once ON inventory.purchase_order_lines USING btree (tenant_id, order_id, line) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX purchase_order_lines_pkey ON inventory.purchase_order_lines USING btree (id)
CREATE UNIQUE INDEX purchase_order_lines_public_id ON inventory.purchase_order_lines USING btree (tenant_id, public_id)
purchase_order_lines policy owner to {insula_inventory_owner} using true
purchase_order_lines policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
purchase_order_lines grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
purchase_orders.id bigint NOT NULL
purchase_orders.tenant_id uuid NOT NULL
purchase_orders.public_id uuid NOT NULL
purchase_orders.supplier_id uuid NOT NULL
purchase_orders.status text NOT NULL
purchase_orders.reference text
purchase_orders.expected_on date
purchase_orders.over_receipt_percent bigint NOT NULL
purchase_orders.currency text NOT NULL
purchase_orders.total_minor bigint NOT NULL
purchase_orders.ordered_at timestamp with time zone
purchase_orders.version bigint NOT NULL
purchase_orders.created_at timestamp with time zone NOT NULL
purchase_orders.updated_at timestamp with time zone NOT NULL
purchase_orders.deleted_at timestamp with time zone
purchase_orders.deleted_by text
purchase_orders.external_id text
purchase_orders.metadata text NOT NULL
purchase_orders constraint purchase_orders_over_receipt_percent_check CHECK (((over_receipt_percent >= 0) AND (over_receipt_percent <= 100)))
purchase_orders constraint purchase_orders_pkey PRIMARY KEY (id)
purchase_orders constraint purchase_orders_public_id UNIQUE (tenant_id, public_id)
purchase_orders constraint purchase_orders_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'ordered'::text, 'partly_received'::text, 'received'::text, 'closed'::text, 'cancelled'::text])))
purchase_orders constraint purchase_orders_tenant_id_supplier_id_fkey FOREIGN KEY (tenant_id, supplier_id) REFERENCES inventory.suppliers(tenant_id, public_id)
CREATE INDEX purchase_orders_by_external_id ON inventory.purchase_orders USING btree (tenant_id, external_id, created_at, public_id) WHERE (external_id IS NOT NULL)
CREATE INDEX purchase_orders_by_reference ON inventory.purchase_orders USING btree (tenant_id, reference, created_at, public_id) WHERE (reference IS NOT NULL)
CREATE INDEX purchase_orders_by_status ON inventory.purchase_orders USING btree (tenant_id, status, created_at, public_id)
CREATE UNIQUE INDEX purchase_orders_external_id ON inventory.purchase_orders USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL)
CREATE INDEX purchase_orders_newest ON inventory.purchase_orders USING btree (tenant_id, created_at, public_id)
CREATE INDEX purchase_orders_of_supplier ON inventory.purchase_orders USING btree (tenant_id, supplier_id, created_at, public_id)
CREATE INDEX purchase_orders_of_supplier_by_status ON inventory.purchase_orders USING btree (tenant_id, supplier_id, status, created_at, public_id)
CREATE UNIQUE INDEX purchase_orders_pkey ON inventory.purchase_orders USING btree (id)
CREATE UNIQUE INDEX purchase_orders_public_id ON inventory.purchase_orders USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX purchase_orders_reference ON inventory.purchase_orders USING btree (tenant_id, reference) WHERE (deleted_at IS NULL)
purchase_orders policy owner to {insula_inventory_owner} using true
purchase_orders policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
purchase_orders grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
reservations.id bigint NOT NULL
reservations.tenant_id uuid NOT NULL
reservations.public_id uuid NOT NULL
reservations.item_id uuid NOT NULL
reservations.warehouse_id uuid NOT NULL
reservations.lot_id uuid
reservations.quantity bigint NOT NULL
reservations.status text NOT NULL
reservations.expires_at timestamp with time zone
reservations.reference text
reservations.version bigint NOT NULL
reservations.created_at timestamp with time zone NOT NULL
reservations.updated_at timestamp with time zone NOT NULL
reservations.deleted_at timestamp with time zone
reservations.deleted_by text
reservations constraint new_reservations_pkey PRIMARY KEY (id)
reservations constraint new_reservations_quantity_check CHECK ((quantity > 0))
reservations constraint new_reservations_status_check CHECK ((status = ANY (ARRAY['active'::text, 'shipped'::text, 'released'::text, 'expired'::text])))
reservations constraint new_reservations_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
reservations constraint new_reservations_tenant_id_lot_id_fkey FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lots(tenant_id, public_id)
reservations constraint new_reservations_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
reservations constraint reservations_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX new_reservations_pkey ON inventory.reservations USING btree (id)
CREATE INDEX reservations_by_status ON inventory.reservations USING btree (tenant_id, status, created_at, public_id)
CREATE UNIQUE INDEX reservations_id ON inventory.reservations USING btree (tenant_id, public_id)
CREATE INDEX reservations_newest ON inventory.reservations USING btree (tenant_id, created_at, public_id)
CREATE INDEX reservations_of_item ON inventory.reservations USING btree (tenant_id, item_id, created_at, public_id)
CREATE INDEX reservations_of_item_by_status ON inventory.reservations USING btree (tenant_id, item_id, status, created_at, public_id)
CREATE INDEX reservations_to_expire ON inventory.reservations USING btree (tenant_id, item_id, expires_at) WHERE ((status = 'active'::text) AND (expires_at IS NOT NULL))
reservations policy owner to {insula_inventory_owner} using true
reservations policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
reservations grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
sales.id bigint NOT NULL
sales.tenant_id uuid NOT NULL
sales.public_id uuid NOT NULL
sales.document text NOT NULL
sales.item_id uuid NOT NULL
sales.quantity bigint NOT NULL
sales.sold_at timestamp with time zone NOT NULL
sales.unit_price_minor bigint
sales.currency text
sales.customer text
sales.warehouse_id uuid
sales.import_id uuid NOT NULL
sales.created_at timestamp with time zone NOT NULL
sales.updated_at timestamp with time zone NOT NULL
sales.deleted_at timestamp with time zone
sales.deleted_by text
sales constraint sales_check CHECK (((unit_price_minor IS NULL) = (currency IS NULL)))
sales constraint sales_pkey PRIMARY KEY (id)
sales constraint sales_public_id UNIQUE (tenant_id, public_id)
sales constraint sales_quantity_check CHECK ((quantity <> 0))
sales constraint sales_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
sales constraint sales_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
sales constraint sales_unit_price_minor_check CHECK ((unit_price_minor >= 0))
CREATE INDEX sales_newest ON inventory.sales USING btree (tenant_id, created_at, public_id)
CREATE INDEX sales_of_document ON inventory.sales USING btree (tenant_id, document, created_at, public_id)
CREATE INDEX sales_of_item ON inventory.sales USING btree (tenant_id, item_id, created_at, public_id)
CREATE INDEX sales_of_item_by_time ON inventory.sales USING btree (tenant_id, item_id, sold_at)
CREATE UNIQUE INDEX sales_pkey ON inventory.sales USING btree (id)
CREATE UNIQUE INDEX sales_public_id ON inventory.sales USING btree (tenant_id, public_id)
sales policy owner to {insula_inventory_owner} using true
sales policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
sales grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
sales_order_lines.id bigint NOT NULL
sales_order_lines.tenant_id uuid NOT NULL
sales_order_lines.public_id uuid NOT NULL
sales_order_lines.sales_order_id uuid NOT NULL
sales_order_lines.position bigint NOT NULL
sales_order_lines.item_id uuid NOT NULL
sales_order_lines.warehouse_id uuid NOT NULL
sales_order_lines.quantity bigint NOT NULL
sales_order_lines.entered_quantity bigint
sales_order_lines.entered_unit text
sales_order_lines.unit_price_minor bigint
sales_order_lines.allocated bigint NOT NULL
sales_order_lines.shipped bigint NOT NULL
sales_order_lines.returned bigint NOT NULL
sales_order_lines.cancelled bigint NOT NULL
sales_order_lines.reservation_id uuid
sales_order_lines.waits_since bigint
sales_order_lines.created_at timestamp with time zone NOT NULL
sales_order_lines.updated_at timestamp with time zone NOT NULL
sales_order_lines.deleted_at timestamp with time zone
sales_order_lines.deleted_by text
sales_order_lines.kit_line bigint
sales_order_lines.kit_item_id uuid
sales_order_lines.kit_quantity bigint
sales_order_lines.kit_entered_quantity bigint
sales_order_lines.kit_entered_unit text
sales_order_lines.kit_unit_price_minor bigint
sales_order_lines.shipped_entered bigint NOT NULL
sales_order_lines.returned_entered bigint NOT NULL
sales_order_lines.entered_rounding text
sales_order_lines constraint sales_order_lines_allocated_check CHECK ((allocated >= 0))
sales_order_lines constraint sales_order_lines_cancelled_check CHECK ((cancelled >= 0))
sales_order_lines constraint sales_order_lines_check CHECK (((entered_quantity IS NULL) = (entered_unit IS NULL)))
sales_order_lines constraint sales_order_lines_check1 CHECK (((kit_item_id IS NULL) = (kit_line IS NULL)))
sales_order_lines constraint sales_order_lines_check2 CHECK ((((kit_quantity IS NULL) = (kit_line IS NULL)) AND ((kit_quantity IS NULL) OR (kit_quantity > 0))))
sales_order_lines constraint sales_order_lines_check3 CHECK (((kit_entered_quantity IS NULL) OR (kit_line IS NOT NULL)))
sales_order_lines constraint sales_order_lines_check4 CHECK (((kit_entered_unit IS NULL) = (kit_entered_quantity IS NULL)))
sales_order_lines constraint sales_order_lines_check5 CHECK (((kit_unit_price_minor >= 0) AND ((kit_unit_price_minor IS NULL) OR (kit_line IS NOT NULL))))
sales_order_lines constraint sales_order_lines_check6 CHECK (((entered_rounding IS NULL) OR (entered_quantity IS NOT NULL)))
sales_order_lines constraint sales_order_lines_kit_line_check CHECK ((kit_line > 0))
sales_order_lines constraint sales_order_lines_pkey PRIMARY KEY (id)
sales_order_lines constraint sales_order_lines_public_id UNIQUE (tenant_id, public_id)
sales_order_lines constraint sales_order_lines_quantity_check CHECK ((quantity > 0))
sales_order_lines constraint sales_order_lines_returned_check CHECK ((returned >= 0))
sales_order_lines constraint sales_order_lines_returned_entered_check CHECK ((returned_entered >= 0))
sales_order_lines constraint sales_order_lines_shipped_check CHECK ((shipped >= 0))
sales_order_lines constraint sales_order_lines_shipped_entered_check CHECK ((shipped_entered >= 0))
sales_order_lines constraint sales_order_lines_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
sales_order_lines constraint sales_order_lines_tenant_id_reservation_id_fkey FOREIGN KEY (tenant_id, reservation_id) REFERENCES inventory.reservations(tenant_id, public_id)
sales_order_lines constraint sales_order_lines_tenant_id_sales_order_id_fkey FOREIGN KEY (tenant_id, sales_order_id) REFERENCES inventory.sales_orders(tenant_id, public_id)
sales_order_lines constraint sales_order_lines_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
sales_order_lines constraint sales_order_lines_unit_price_minor_check CHECK ((unit_price_minor >= 0))
sales_order_lines constraint sales_order_lines_within CHECK (((((allocated + shipped) + cancelled) <= quantity) AND (returned <= shipped)))
CREATE UNIQUE INDEX sales_order_lines_in_order ON inventory.sales_order_lines USING btree (tenant_id, sales_order_id, "position") WHERE (deleted_at IS NULL)
CREATE INDEX sales_order_lines_of_item ON inventory.sales_order_lines USING btree (tenant_id, item_id)
CREATE INDEX sales_order_lines_of_kit ON inventory.sales_order_lines USING btree (tenant_id, kit_item_id) WHERE (kit_item_id IS NOT NULL)
CREATE UNIQUE INDEX sales_order_lines_of_reservation ON inventory.sales_order_lines USING btree (tenant_id, reservation_id) WHERE ((reservation_id IS NOT NULL) AND (deleted_at IS NULL))
CREATE UNIQUE INDEX sales_order_lines_pkey ON inventory.sales_order_lines USING btree (id)
CREATE UNIQUE INDEX sales_order_lines_public_id ON inventory.sales_order_lines USING btree (tenant_id, public_id)
CREATE INDEX sales_order_lines_waiting ON inventory.sales_order_lines USING btree (tenant_id, item_id, warehouse_id, waits_since, "position") WHERE (waits_since IS NOT NULL)
sales_order_lines policy owner to {insula_inventory_owner} using true
sales_order_lines policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
sales_order_lines grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
sales_orders.id bigint NOT NULL
sales_orders.tenant_id uuid NOT NULL
sales_orders.public_id uuid NOT NULL
sales_orders.warehouse_id uuid NOT NULL
sales_orders.reference text
sales_orders.customer_name text NOT NULL
sales_orders.customer_reference text
sales_orders.status text NOT NULL
sales_orders.currency text
sales_orders.placed_at timestamp with time zone NOT NULL
sales_orders.confirmed_at timestamp with time zone
sales_orders.version bigint NOT NULL
sales_orders.created_at timestamp with time zone NOT NULL
sales_orders.updated_at timestamp with time zone NOT NULL
sales_orders.deleted_at timestamp with time zone
sales_orders.deleted_by text
sales_orders.external_id text
sales_orders.metadata text NOT NULL
sales_orders constraint sales_orders_pkey PRIMARY KEY (id)
sales_orders constraint sales_orders_public_id UNIQUE (tenant_id, public_id)
sales_orders constraint sales_orders_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'confirmed'::text, 'partly_shipped'::text, 'shipped'::text, 'cancelled'::text])))
sales_orders constraint sales_orders_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
CREATE INDEX sales_orders_by_customer ON inventory.sales_orders USING btree (tenant_id, customer_reference, created_at, public_id)
CREATE INDEX sales_orders_by_customer_and_status ON inventory.sales_orders USING btree (tenant_id, customer_reference, status, created_at, public_id)
CREATE INDEX sales_orders_by_external_id ON inventory.sales_orders USING btree (tenant_id, external_id, created_at, public_id) WHERE (external_id IS NOT NULL)
CREATE INDEX sales_orders_by_reference ON inventory.sales_orders USING btree (tenant_id, reference, created_at, public_id)
CREATE INDEX sales_orders_by_status ON inventory.sales_orders USING btree (tenant_id, status, created_at, public_id)
CREATE UNIQUE INDEX sales_orders_external_id ON inventory.sales_orders USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL)
CREATE INDEX sales_orders_newest ON inventory.sales_orders USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX sales_orders_pkey ON inventory.sales_orders USING btree (id)
CREATE UNIQUE INDEX sales_orders_public_id ON inventory.sales_orders USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX sales_orders_reference ON inventory.sales_orders USING btree (tenant_id, reference) WHERE (deleted_at IS NULL)
sales_orders policy owner to {insula_inventory_owner} using true
sales_orders policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
sales_orders grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
stock_levels.id bigint NOT NULL
stock_levels.tenant_id uuid NOT NULL
stock_levels.public_id uuid NOT NULL
stock_levels.item_id uuid NOT NULL
stock_levels.on_hand bigint NOT NULL
stock_levels.blocked bigint NOT NULL
stock_levels.reserved bigint NOT NULL
stock_levels.may_be_negative boolean NOT NULL
stock_levels.tracked boolean NOT NULL
stock_levels.next_expiry timestamp with time zone
stock_levels.next_sequence bigint NOT NULL
stock_levels.revision bigint NOT NULL
stock_levels.created_at timestamp with time zone NOT NULL
stock_levels.updated_at timestamp with time zone NOT NULL
stock_levels.deleted_at timestamp with time zone
stock_levels.deleted_by text
stock_levels.awaited boolean NOT NULL
stock_levels.kit boolean NOT NULL
stock_levels.reorder_at bigint
stock_levels.reorder_due_since timestamp with time zone
stock_levels constraint new_stock_levels_pkey PRIMARY KEY (id)
stock_levels constraint new_stock_levels_reserved_check CHECK ((reserved >= 0))
stock_levels constraint new_stock_levels_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
stock_levels constraint stock_levels_covered CHECK ((may_be_negative OR ((blocked >= 0) AND (reserved <= (on_hand - blocked)))))
stock_levels constraint stock_levels_id UNIQUE (tenant_id, public_id)
stock_levels constraint stock_levels_of_item UNIQUE (tenant_id, item_id)
CREATE UNIQUE INDEX new_stock_levels_pkey ON inventory.stock_levels USING btree (id)
CREATE INDEX stock_levels_due ON inventory.stock_levels USING btree (tenant_id, created_at, public_id) WHERE (reorder_due_since IS NOT NULL)
CREATE UNIQUE INDEX stock_levels_id ON inventory.stock_levels USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX stock_levels_of_item ON inventory.stock_levels USING btree (tenant_id, item_id)
stock_levels policy owner to {insula_inventory_owner} using true
stock_levels policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
stock_levels grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
suppliers.id bigint NOT NULL
suppliers.tenant_id uuid NOT NULL
suppliers.public_id uuid NOT NULL
suppliers.code text NOT NULL
suppliers.name text NOT NULL
suppliers.email text
suppliers.currency text
suppliers.external_id text
suppliers.metadata text NOT NULL
suppliers.search_text text NOT NULL
suppliers.version bigint NOT NULL
suppliers.created_at timestamp with time zone NOT NULL
suppliers.updated_at timestamp with time zone NOT NULL
suppliers.deleted_at timestamp with time zone
suppliers.deleted_by text
suppliers constraint suppliers_pkey PRIMARY KEY (id)
suppliers constraint suppliers_public_id UNIQUE (tenant_id, public_id)
CREATE INDEX suppliers_by_code ON inventory.suppliers USING btree (tenant_id, code, created_at, public_id)
CREATE UNIQUE INDEX suppliers_code ON inventory.suppliers USING btree (tenant_id, code) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX suppliers_external_id ON inventory.suppliers USING btree (tenant_id, external_id) WHERE (deleted_at IS NULL)
CREATE INDEX suppliers_newest ON inventory.suppliers USING btree (tenant_id, created_at, public_id)
CREATE INDEX suppliers_of_reference ON inventory.suppliers USING btree (tenant_id, external_id, created_at, public_id) WHERE (external_id IS NOT NULL)
CREATE UNIQUE INDEX suppliers_pkey ON inventory.suppliers USING btree (id)
CREATE UNIQUE INDEX suppliers_public_id ON inventory.suppliers USING btree (tenant_id, public_id)
CREATE INDEX suppliers_search ON inventory.suppliers USING gin (search_text gin_trgm_ops, tenant_id)
suppliers policy owner to {insula_inventory_owner} using true
suppliers policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
suppliers grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
transfer_lines.id bigint NOT NULL
transfer_lines.tenant_id uuid NOT NULL
transfer_lines.public_id uuid NOT NULL
transfer_lines.transfer_id uuid NOT NULL
transfer_lines.position bigint NOT NULL
transfer_lines.item_id uuid NOT NULL
transfer_lines.lot_id uuid
transfer_lines.quantity bigint NOT NULL
transfer_lines.entered_quantity bigint
transfer_lines.entered_unit text
transfer_lines.received bigint NOT NULL
transfer_lines.lost bigint NOT NULL
transfer_lines.created_at timestamp with time zone NOT NULL
transfer_lines.updated_at timestamp with time zone NOT NULL
transfer_lines.deleted_at timestamp with time zone
transfer_lines.deleted_by text
transfer_lines.settled_entered bigint NOT NULL
transfer_lines.entered_rounding text
transfer_lines constraint transfer_lines_check CHECK (((entered_quantity IS NULL) = (entered_unit IS NULL)))
transfer_lines constraint transfer_lines_check1 CHECK (((entered_rounding IS NULL) OR (entered_quantity IS NOT NULL)))
transfer_lines constraint transfer_lines_lost_check CHECK ((lost >= 0))
transfer_lines constraint transfer_lines_pkey PRIMARY KEY (id)
transfer_lines constraint transfer_lines_public_id UNIQUE (tenant_id, public_id)
transfer_lines constraint transfer_lines_quantity_check CHECK ((quantity > 0))
transfer_lines constraint transfer_lines_received_check CHECK ((received >= 0))
transfer_lines constraint transfer_lines_settled CHECK (((received + lost) <= quantity))
transfer_lines constraint transfer_lines_settled_entered_check CHECK ((settled_entered >= 0))
transfer_lines constraint transfer_lines_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
transfer_lines constraint transfer_lines_tenant_id_lot_id_fkey FOREIGN KEY (tenant_id, lot_id) REFERENCES inventory.lots(tenant_id, public_id)
transfer_lines constraint transfer_lines_tenant_id_transfer_id_fkey FOREIGN KEY (tenant_id, transfer_id) REFERENCES inventory.transfers(tenant_id, public_id)
CREATE INDEX transfer_lines_of_item ON inventory.transfer_lines USING btree (tenant_id, item_id)
CREATE UNIQUE INDEX transfer_lines_pkey ON inventory.transfer_lines USING btree (id)
CREATE UNIQUE INDEX transfer_lines_position ON inventory.transfer_lines USING btree (tenant_id, transfer_id, "position") WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX transfer_lines_public_id ON inventory.transfer_lines USING btree (tenant_id, public_id)
transfer_lines policy owner to {insula_inventory_owner} using true
transfer_lines policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
transfer_lines grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
transfers.id bigint NOT NULL
transfers.tenant_id uuid NOT NULL
transfers.public_id uuid NOT NULL
transfers.from_warehouse_id uuid NOT NULL
transfers.from_location_id uuid NOT NULL
transfers.to_warehouse_id uuid NOT NULL
transfers.to_location_id uuid NOT NULL
transfers.transit_location_id uuid
transfers.status text NOT NULL
transfers.reference text
transfers.shipped_at timestamp with time zone
transfers.completed_at timestamp with time zone
transfers.version bigint NOT NULL
transfers.created_at timestamp with time zone NOT NULL
transfers.updated_at timestamp with time zone NOT NULL
transfers.deleted_at timestamp with time zone
transfers.deleted_by text
transfers constraint transfers_check CHECK ((from_location_id <> to_location_id))
transfers constraint transfers_check1 CHECK (((status <> 'in_transit'::text) OR (transit_location_id IS NOT NULL)))
transfers constraint transfers_pkey PRIMARY KEY (id)
transfers constraint transfers_public_id UNIQUE (tenant_id, public_id)
transfers constraint transfers_status_check CHECK ((status = ANY (ARRAY['requested'::text, 'in_transit'::text, 'completed'::text, 'cancelled'::text])))
transfers constraint transfers_tenant_id_from_location_id_fkey FOREIGN KEY (tenant_id, from_location_id) REFERENCES inventory.locations(tenant_id, public_id)
transfers constraint transfers_tenant_id_to_location_id_fkey FOREIGN KEY (tenant_id, to_location_id) REFERENCES inventory.locations(tenant_id, public_id)
transfers constraint transfers_tenant_id_transit_location_id_fkey FOREIGN KEY (tenant_id, transit_location_id) REFERENCES inventory.locations(tenant_id, public_id)
CREATE INDEX transfers_by_status ON inventory.transfers USING btree (tenant_id, status, created_at, public_id)
CREATE INDEX transfers_from ON inventory.transfers USING btree (tenant_id, from_warehouse_id, created_at, public_id)
CREATE INDEX transfers_from_by_status ON inventory.transfers USING btree (tenant_id, from_warehouse_id, status, created_at, public_id)
CREATE INDEX transfers_newest ON inventory.transfers USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX transfers_pkey ON inventory.transfers USING btree (id)
CREATE UNIQUE INDEX transfers_public_id ON inventory.transfers USING btree (tenant_id, public_id)
CREATE INDEX transfers_to ON inventory.transfers USING btree (tenant_id, to_warehouse_id, created_at, public_id)
CREATE INDEX transfers_to_by_status ON inventory.transfers USING btree (tenant_id, to_warehouse_id, status, created_at, public_id)
transfers policy owner to {insula_inventory_owner} using true
transfers policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
transfers grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
value_entries.id bigint NOT NULL
value_entries.tenant_id uuid NOT NULL
value_entries.public_id uuid NOT NULL
value_entries.item_id uuid NOT NULL
value_entries.sequence bigint NOT NULL
value_entries.movement_id uuid
value_entries.returns_id uuid
value_entries.landed_cost_id uuid
value_entries.kind text NOT NULL
value_entries.quantity bigint NOT NULL
value_entries.value_minor bigint NOT NULL
value_entries.value_millionths bigint NOT NULL
value_entries.currency text NOT NULL
value_entries.stock_quantity bigint NOT NULL
value_entries.stock_minor bigint NOT NULL
value_entries.stock_millionths bigint NOT NULL
value_entries.taken text
value_entries.recorded_at timestamp with time zone NOT NULL
value_entries.created_at timestamp with time zone NOT NULL
value_entries constraint value_entries_kind_check CHECK ((kind = ANY (ARRAY['opening'::text, 'receipt'::text, 'issue'::text, 'return'::text, 'settlement'::text, 'variance'::text, 'revaluation'::text, 'landed'::text])))
value_entries constraint value_entries_pkey PRIMARY KEY (id)
value_entries constraint value_entries_public_id UNIQUE (tenant_id, public_id)
value_entries constraint value_entries_sequence UNIQUE (tenant_id, item_id, sequence)
value_entries constraint value_entries_stock_millionths_check CHECK (((stock_millionths >= 0) AND (stock_millionths <= 999999)))
value_entries constraint value_entries_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
value_entries constraint value_entries_tenant_id_landed_cost_id_fkey FOREIGN KEY (tenant_id, landed_cost_id) REFERENCES inventory.landed_costs(tenant_id, public_id)
value_entries constraint value_entries_tenant_id_movement_id_fkey FOREIGN KEY (tenant_id, movement_id) REFERENCES inventory.movements(tenant_id, public_id)
value_entries constraint value_entries_tenant_id_returns_id_fkey FOREIGN KEY (tenant_id, returns_id) REFERENCES inventory.movements(tenant_id, public_id)
value_entries constraint value_entries_value_millionths_check CHECK (((value_millionths >= 0) AND (value_millionths <= 999999)))
CREATE INDEX value_entries_as_of ON inventory.value_entries USING btree (tenant_id, item_id, recorded_at, sequence)
CREATE INDEX value_entries_newest ON inventory.value_entries USING btree (tenant_id, created_at, public_id)
CREATE INDEX value_entries_of_item ON inventory.value_entries USING btree (tenant_id, item_id, created_at, public_id)
CREATE INDEX value_entries_of_movement ON inventory.value_entries USING btree (tenant_id, movement_id) WHERE (movement_id IS NOT NULL)
CREATE INDEX value_entries_of_returned ON inventory.value_entries USING btree (tenant_id, returns_id) WHERE (returns_id IS NOT NULL)
CREATE UNIQUE INDEX value_entries_pkey ON inventory.value_entries USING btree (id)
CREATE UNIQUE INDEX value_entries_public_id ON inventory.value_entries USING btree (tenant_id, public_id)
CREATE UNIQUE INDEX value_entries_sequence ON inventory.value_entries USING btree (tenant_id, item_id, sequence)
value_entries policy owner to {insula_inventory_owner} using true
value_entries policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
value_entries grant INSERT, SELECT to insula_inventory
warehouse_levels.id bigint NOT NULL
warehouse_levels.tenant_id uuid NOT NULL
warehouse_levels.public_id uuid NOT NULL
warehouse_levels.item_id uuid NOT NULL
warehouse_levels.warehouse_id uuid NOT NULL
warehouse_levels.on_hand bigint NOT NULL
warehouse_levels.blocked bigint NOT NULL
warehouse_levels.reserved bigint NOT NULL
warehouse_levels.may_be_negative boolean NOT NULL
warehouse_levels.created_at timestamp with time zone NOT NULL
warehouse_levels.updated_at timestamp with time zone NOT NULL
warehouse_levels.deleted_at timestamp with time zone
warehouse_levels.deleted_by text
warehouse_levels constraint warehouse_levels_covered CHECK ((may_be_negative OR ((blocked >= 0) AND (reserved <= (on_hand - blocked)))))
warehouse_levels constraint warehouse_levels_pkey PRIMARY KEY (id)
warehouse_levels constraint warehouse_levels_public_id UNIQUE (tenant_id, public_id)
warehouse_levels constraint warehouse_levels_reserved_check CHECK ((reserved >= 0))
warehouse_levels constraint warehouse_levels_tenant_id_item_id_fkey FOREIGN KEY (tenant_id, item_id) REFERENCES inventory.items(tenant_id, public_id)
warehouse_levels constraint warehouse_levels_tenant_id_warehouse_id_fkey FOREIGN KEY (tenant_id, warehouse_id) REFERENCES inventory.warehouses(tenant_id, public_id)
CREATE INDEX warehouse_levels_newest ON inventory.warehouse_levels USING btree (tenant_id, created_at, public_id)
CREATE INDEX warehouse_levels_of_item ON inventory.warehouse_levels USING btree (tenant_id, item_id, created_at, public_id)
CREATE INDEX warehouse_levels_of_warehouse ON inventory.warehouse_levels USING btree (tenant_id, warehouse_id, created_at, public_id)
CREATE UNIQUE INDEX warehouse_levels_once ON inventory.warehouse_levels USING btree (tenant_id, item_id, warehouse_id) WHERE (deleted_at IS NULL)
CREATE UNIQUE INDEX warehouse_levels_pkey ON inventory.warehouse_levels USING btree (id)
CREATE UNIQUE INDEX warehouse_levels_public_id ON inventory.warehouse_levels USING btree (tenant_id, public_id)
warehouse_levels policy owner to {insula_inventory_owner} using true
warehouse_levels policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
warehouse_levels grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
warehouses.id bigint NOT NULL
warehouses.tenant_id uuid NOT NULL
warehouses.public_id uuid NOT NULL
warehouses.code text NOT NULL
warehouses.name text NOT NULL
warehouses.version bigint NOT NULL
warehouses.created_at timestamp with time zone NOT NULL
warehouses.updated_at timestamp with time zone NOT NULL
warehouses.deleted_at timestamp with time zone
warehouses.deleted_by text
warehouses constraint warehouses_pkey PRIMARY KEY (id)
warehouses constraint warehouses_public_id UNIQUE (tenant_id, public_id)
CREATE UNIQUE INDEX warehouses_code ON inventory.warehouses USING btree (tenant_id, code) WHERE (deleted_at IS NULL)
CREATE INDEX warehouses_newest ON inventory.warehouses USING btree (tenant_id, created_at, public_id)
CREATE UNIQUE INDEX warehouses_pkey ON inventory.warehouses USING btree (id)
CREATE UNIQUE INDEX warehouses_public_id ON inventory.warehouses USING btree (tenant_id, public_id)
warehouses policy owner to {insula_inventory_owner} using true
warehouses policy system to {insula_inventory_system} using true
warehouses policy tenant to {insula_inventory} using (tenant_id = (NULLIF(current_setting('app.tenant_id'::text, true), ''::text))::uuid)
warehouses grant DELETE, INSERT, SELECT, UPDATE to insula_inventory
warehouses grant DELETE, INSERT, SELECT, UPDATE to insula_inventory_system
